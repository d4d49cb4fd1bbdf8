/** Losses by name, and the targets that each of them takes. */
import { type Layer, Sigmoid, Softmax } from "../nn/layers.ts";
import { BinaryCrossentropy, type Loss, MeanSquaredError, SoftmaxWithLoss } from "../nn/losses.ts";
import { accuracy } from "../nn/metrics.ts";
import { oneOf } from "../support/names.ts";
import { type Shape, showShape } from "../tensor/shape.ts";
import type { Tensor } from "../tensor/tensor.ts";

/** What a model is to make small, by name. */
export type LossName =
  | "sparseCategoricalCrossentropy"
  | "categoricalCrossentropy"
  | "binaryCrossentropy"
  | "meanSquaredError";

const LOSS_NAMES: readonly LossName[] = [
  "sparseCategoricalCrossentropy",
  "categoricalCrossentropy",
  "binaryCrossentropy",
  "meanSquaredError",
];

/** What is measured beside the loss, by name. */
export type MetricName = "accuracy";

/** The names that `compile` takes for metrics. */
export const METRIC_NAMES: readonly MetricName[] = ["accuracy"];

/**
 * A loss, and the layers that run before it.
 *
 * A cross-entropy takes the scores and not the probabilities: softmax and cross-entropy together
 * neither overflow nor take the logarithm of 0, and their gradient is y - t.
 */
export interface Head {
  /** The loss. */
  readonly loss: Loss;
  /** All layers, or all but the activation that the loss contains. */
  readonly layers: readonly Layer[];
}

/**
 * The loss of a name, put on the layers of a model.
 * @param last the name of the last layer, for messages.
 * @throws TypeError for an unknown name, RangeError when the last activation is not the one that the
 *   loss is about.
 */
export function headOf(name: LossName, layers: readonly Layer[], last: string): Head {
  const activation = layers.at(-1), before = layers.slice(0, -1);
  switch (oneOf("compile: expected loss", name, LOSS_NAMES)) {
    case "sparseCategoricalCrossentropy":
    case "categoricalCrossentropy":
      if (activation instanceof Softmax) return { loss: new SoftmaxWithLoss(), layers: before };
      throw new RangeError(
        `compile: expected the activation "softmax" in the last layer, "${last}", for the loss ` +
          `${name}, which compares probabilities; found another one`,
      );
    case "binaryCrossentropy":
      if (activation instanceof Sigmoid) return { loss: new BinaryCrossentropy(), layers: before };
      throw new RangeError(
        `compile: expected the activation "sigmoid" in the last layer, "${last}", for the loss ` +
          `${name}, which compares answers from 0 (no) to 1 (yes); found another one`,
      );
    case "meanSquaredError":
      return { loss: new MeanSquaredError(), layers };
  }
}

/**
 * Targets as the loss takes them: [N] labels for the sparse cross-entropy, else [N, C].
 * @param caller who was given them, for messages.
 * @param count N, how many samples there are.
 * @param output the shape of one sample's output, of the layer `last`.
 * @throws RangeError when they do not fit the outputs, or a label is no class.
 */
export function targetsOf(
  caller: string,
  loss: LossName,
  t: Tensor,
  count: number,
  output: Shape,
  last: string,
): Tensor {
  const isSparse = loss === "sparseCategoricalCrossentropy";
  const single = !isSparse && showShape(output) === "[1]" && t.ndim === 1;
  const targets = single ? t.reshape([-1, 1]) : t;
  const expected = isSparse ? [count] : [count, ...output];
  if (showShape(targets.shape) !== showShape(expected)) {
    const hint = isSparse && t.ndim === 2
      ? "; one-hot targets go with categoricalCrossentropy"
      : loss === "categoricalCrossentropy" && t.ndim === 1
      ? "; labels go with sparseCategoricalCrossentropy"
      : "";
    throw new RangeError(
      `${caller}: expected ${isSparse ? "labels" : "targets"} ${showShape(expected)} for ` +
        `${count} samples and the layer "${last}" with outputs ${showShape(output)}, found ` +
        showShape(t.shape) + hint,
    );
  }
  if (isSparse) checkLabels(caller, targets.data, output[0], last);
  else if (loss === "binaryCrossentropy") checkShares(caller, targets.data);
  return targets;
}

function checkLabels(caller: string, labels: Tensor["data"], classes: number, last: string): void {
  for (let i = 0; i < labels.length; i++) {
    const label = labels[i];
    if (Number.isInteger(label) && label >= 0 && label < classes) continue;
    throw new RangeError(
      `${caller}: expected labels from 0 to ${
        classes - 1
      }, as the layer "${last}" has ${classes} ` +
        `outputs, found ${label} at index ${i}`,
    );
  }
}

function checkShares(caller: string, targets: Tensor["data"]): void {
  for (let i = 0; i < targets.length; i++) {
    if (targets[i] >= 0 && targets[i] <= 1) continue;
    throw new RangeError(
      `${caller}: expected targets from 0 to 1 for binaryCrossentropy, found ${targets[i]}`,
    );
  }
}

/**
 * The share of right answers, from what the layers of a head give.
 *
 * Of several outputs the largest is the answer; for yes-or-no questions each output is one, and a
 * score above 0 is a yes.
 */
export function accuracyOf(loss: LossName, scores: Tensor, t: Tensor): number {
  if (loss !== "binaryCrossentropy") return accuracy(scores, t);
  const [y, yes] = [scores.data, t.data];
  let right = 0;
  for (let i = 0; i < y.length; i++) if ((y[i] > 0) === (yes[i] > 0.5)) right++;
  return right / y.length;
}
