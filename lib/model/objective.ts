/** Losses by name: what a model minimizes, the targets that it takes, and the accuracy beside it. */
import { checkLabels } from "../nn/checks.ts";
import { type Layer, Sigmoid, Softmax } from "../nn/layers.ts";
import { BinaryCrossentropy, type Loss, MeanSquaredError, SoftmaxWithLoss } from "../nn/losses.ts";
import { accuracy } from "../nn/metrics.ts";
import { describe, unexpected } from "../support/describe.ts";
import { entryOf, oneOf } from "../support/names.ts";
import { inRange, type Range } from "../support/ranges.ts";
import { sameShape, type Shape, showShape, sizeOf } from "../tensor/shape.ts";
import { expectTensor, numbersOf, type Tensor } from "../tensor/tensor.ts";
import type { Logs } from "./logs.ts";

/** The name of a loss. */
export type LossName =
  | "sparseCategoricalCrossentropy"
  | "categoricalCrossentropy"
  | "binaryCrossentropy"
  | "meanSquaredError";

/** The name of a metric that is measured beside the loss. */
export type MetricName = "accuracy";

/** A class, the activation that it contains, and the range of its targets; labels have none. */
type Kind = readonly [loss: new () => Loss, activation?: Activation, range?: Range];
/** An activation that a loss expects in the last layer, and why. */
type Activation = readonly [name: string, layer: new () => Layer, why: string];

const SOFTMAX: Activation = ["softmax", Softmax, "compares probabilities"];
const SIGMOID: Activation = ["sigmoid", Sigmoid, "compares answers from 0 (no) to 1 (yes)"];

/**
 * A cross-entropy contains the last activation and takes the scores before it: together the two
 * neither overflow nor take the logarithm of 0, and their gradient is y - t.
 */
const LOSSES: Readonly<Record<LossName, Kind>> = {
  sparseCategoricalCrossentropy: [SoftmaxWithLoss, SOFTMAX],
  categoricalCrossentropy: [SoftmaxWithLoss, SOFTMAX, "from 0 to 1"],
  binaryCrossentropy: [BinaryCrossentropy, SIGMOID, "from 0 to 1"],
  meanSquaredError: [MeanSquaredError, undefined, "to be a finite number"],
};

/** A loss at the end of the layers of a model. */
export class Objective {
  /** The layers that run before the loss: all, or all but the activation that the loss contains. */
  readonly layers: readonly Layer[];
  /** The names of what is measured: loss, and accuracy where it was requested. */
  readonly names: readonly string[];
  readonly #name: LossName;
  readonly #range: Range | undefined;
  readonly #loss: Loss;
  readonly #output: Shape;
  readonly #last: string;

  /**
   * @param name the name of the loss.
   * @param metrics what is measured beside it.
   * @param model all layers, the shape of one output sample, and the name of the last layer.
   * @throws TypeError for an unknown name, RangeError when the loss or the accuracy does not go with
   *   the last layer.
   */
  constructor(
    name: LossName,
    metrics: readonly MetricName[],
    { layers, output, last }: { layers: readonly Layer[]; output: Shape; last: string },
  ) {
    const [Loss, activation, range] = entryOf("compile: expected loss", name, LOSSES);
    if (!Array.isArray(metrics)) {
      throw unexpected('compile: expected metrics: ["accuracy"]', metrics);
    }
    for (const metric of metrics) oneOf("compile: expected metrics", metric, ["accuracy"]);
    const where = `in the last layer, ${describe(last)},`;
    if (activation !== undefined && !(layers.at(-1) instanceof activation[1])) {
      const [expected, , why] = activation;
      throw new RangeError(
        `compile: expected the activation "${expected}" ${where} for the loss ${name}, which ` +
          `${why}; found another one`,
      );
    }
    const isLargest = activation === SOFTMAX || activation === undefined && metrics.length > 0;
    if (isLargest && !(output.length === 1 && output[0] > 1)) {
      throw new RangeError(
        `compile: expected at least 2 outputs ${where} of which the largest is the prediction, ` +
          `found ${showShape(output)}; for one yes-or-no output use the activation "sigmoid" and ` +
          "the loss binaryCrossentropy",
      );
    }
    this.layers = activation === undefined ? layers : layers.slice(0, -1);
    this.names = ["loss", ...metrics];
    this.#loss = new Loss();
    [this.#name, this.#range, this.#output, this.#last] = [name, range, output, last];
  }

  /**
   * Checks targets, and returns them in the shape that the loss takes: [N] for labels, which may also
   * be a column [N, 1], otherwise [N, ...outputs], where one output may also be [N].
   * @param caller the method that received them, for messages.
   * @param count N, the number of samples.
   * @throws RangeError when they do not fit the outputs, or a number is not a target.
   */
  targetsOf(caller: string, t: Tensor, count: number): Tensor {
    const output = this.#output, range = this.#range, isSparse = range === undefined;
    const expected = isSparse ? [count] : [count, ...output];
    const other = isSparse ? [count, 1] : sizeOf(output) === 1 ? [count] : expected;
    expectTensor(caller, t, "labels or targets");
    const targets = sameShape(t.shape, other) ? t.reshape(expected) : t;
    const outputs = `the layer ${describe(this.#last)} with outputs ${showShape(output)}`;
    if (!sameShape(targets.shape, expected)) {
      throw new RangeError(
        `${caller}: expected ${isSparse ? "labels" : "targets"} ${showShape(expected)} for ` +
          `${count} samples and ${outputs}, found ${showShape(t.shape)}${this.#hint(t, count)}`,
      );
    }
    const numbers = numbersOf(targets);
    if (isSparse) checkLabels(`${caller} for ${outputs}`, numbers, output[0]);
    else for (const value of numbers) inRange(`${caller}: expected targets`, value, range);
    return targets;
  }

  /** What to do about targets of a wrong shape. */
  #hint({ shape }: Tensor, count: number): string {
    const isSparse = this.#range === undefined, [classes] = this.#output;
    if (isSparse && sameShape(shape, [count, classes])) {
      return "; one-hot targets go with categoricalCrossentropy";
    }
    const areLabels = sameShape(shape, [count]) || sameShape(shape, [count, 1]);
    if (isSparse || !areLabels || this.#output.length !== 1) return "";
    return this.#name === "categoricalCrossentropy"
      ? "; labels go with sparseCategoricalCrossentropy"
      : `; oneHot(labels, ${classes}) makes targets of labels`;
  }

  /** Loss and metrics of a batch: `scores` are the outputs of {@link Objective.layers}. */
  measure(scores: Tensor, t: Tensor): Logs {
    const loss = this.#loss.forward(scores, t);
    if (this.names.length === 1) return { loss };
    return { loss, accuracy: Number.isNaN(loss) ? NaN : this.#accuracy(scores, t) };
  }

  /** dL/dscores of the last {@link Objective.measure}. */
  backward(): Tensor {
    return this.#loss.backward();
  }

  /**
   * The fraction of correct predictions: the largest of several outputs, or, for a binary
   * cross-entropy, yes or no for each output, where a score above 0 means yes.
   */
  #accuracy(scores: Tensor, t: Tensor): number {
    if (this.#name !== "binaryCrossentropy") return accuracy(scores, t);
    const yes = (x: Tensor, threshold: number) => x.map((v) => v > threshold ? 1 : 0).flatten();
    return accuracy(yes(scores, 0), yes(t, 0.5));
  }
}
