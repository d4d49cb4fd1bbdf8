/** The functions of the book: activations and errors, on tensors of any shape. */
import { oneHot } from "../tensor/create.ts";
import { logistic, rectify } from "../tensor/kernels/maps.ts";
import { type Shape, showShape } from "../tensor/shape.ts";
import { Tensor } from "../tensor/tensor.ts";

/** h(x) = 1 for x > 0, else 0: the perceptron's activation. */
export function stepFunction<S extends Shape>(x: Tensor<S>): Tensor<S> {
  return x.map((v) => (v > 0 ? 1 : 0));
}

/**
 * h(x) = 1 / (1 + e⁻ˣ): a step with its corner rounded, from 0 to 1.
 *
 * Right for all numbers: where e⁻ˣ is too large for a float it is ∞, and 1 / ∞ is the 0 that it
 * should be.
 */
export function sigmoid<S extends Shape>(x: Tensor<S>): Tensor<S> {
  return x.map(logistic);
}

/** h(x) = max(0, x): the rectified linear unit. */
export function relu<S extends Shape>(x: Tensor<S>): Tensor<S> {
  return x.map(rectify);
}

/**
 * yₖ = e^(aₖ - max a) / Σᵢ e^(aᵢ - max a), along the last axis: probabilities that sum to 1.
 *
 * Taking the largest away first changes nothing in the quotient and keeps e^a from overflowing.
 * @param a scores, [C] or [N, C] or more axes.
 * @throws RangeError when the last axis is empty.
 */
export function softmax<S extends Shape>(a: Tensor<S>): Tensor<S>;
export function softmax(a: Tensor): Tensor {
  const e = a.sub(a.max(-1, true)).map(Math.exp);
  return e.div(e.sum(-1, true));
}

/** Keeps log(0) = -∞ out of the cross-entropy; the book's value. */
const DELTA = 1e-7;

/**
 * E = 1/(2N) · Σₙ Σₖ (yₙₖ - tₙₖ)²
 *
 * The book's mean squared error, averaged over a batch.
 * @param y predictions, [C] or [N, C].
 * @param t what they should be: the same shape, or [N] labels, or the label of a single prediction.
 * @throws RangeError when the shapes do not fit or a label is no class.
 */
export function meanSquaredError(y: Tensor, t: Tensor | number): number {
  const { predictions, targets, count } = batchOf("meanSquaredError", y, t);
  const difference = predictions.sub(targets);
  return difference.mul(difference).sum() / (2 * count);
}

/**
 * E = -1/N · Σₙ Σₖ tₙₖ log(yₙₖ + δ), with δ = 10⁻⁷
 *
 * For one-hot targets only the logarithm at the right class counts: how sure the network was of it.
 * @param y probabilities, [C] or [N, C].
 * @param t what they should be: the same shape, or [N] labels, or the label of a single prediction.
 * @throws RangeError when the shapes do not fit or a label is no class.
 */
export function crossEntropyError(y: Tensor, t: Tensor | number): number {
  const { predictions, targets, count } = batchOf("crossEntropyError", y, t);
  return -targets.mul(predictions.map((p) => Math.log(p + DELTA))).sum() / count;
}

/** Predictions and one-hot targets as [N, C] each, whatever form they came in. */
function batchOf(caller: string, y: Tensor, t: Tensor | number) {
  const predictions = y.ndim === 1 ? y.reshape([1, -1]) : y;
  if (predictions.ndim !== 2) {
    throw new RangeError(
      `${caller}: expected predictions [C] or [N, C], found ${showShape(y.shape)}`,
    );
  }
  const [count, classes] = predictions.shape;
  const given = typeof t === "number" ? new Tensor(Float64Array.of(t), [1]) : t;
  const isOneHot = given === t && t.ndim === y.ndim && t.shape.at(-1) === classes;
  const targets = isOneHot ? given.reshape([-1, classes]) : oneHot(given.reshape([-1]), classes);
  if (targets.shape[0] !== count) {
    throw new RangeError(
      `${caller}: expected targets for ${count} predictions of ${classes} classes, found ${
        showShape(given.shape)
      }`,
    );
  }
  return { predictions, targets, count };
}
