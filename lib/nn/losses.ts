/**
 * Losses: the last layer of a network in training. Each takes the scores of a batch and what they
 * should have been, gives one number (the mean over the batch) and starts the way back.
 */
import { oneHot } from "../tensor/create.ts";
import { logistic } from "../tensor/kernels/maps.ts";
import { sigmoid, softmax } from "./functions.ts";
import { remembered } from "./layers.ts";
import { sameShape, type Shape, showShape } from "../tensor/shape.ts";
import { Tensor } from "../tensor/tensor.ts";

/** δ keeps log(0) = -∞ out of a cross-entropy; the value of the book and of the lecture. */
export const DELTA = 1e-7;

/**
 * ℓ(y, t) = -[t log(y + δ) + (1 - t) log(1 - y + δ)], with δ = 10⁻⁷
 *
 * The binary cross-entropy of one output that answers a yes-or-no question.
 * @param y the predicted probability of yes, 0 to 1.
 * @param t the target, 0 to 1.
 * @param not 1 - y, where it is known more exactly than the subtraction gives it.
 */
export function logLoss(y: number, t: number, not: number = 1 - y): number {
  return -(t * Math.log(y + DELTA) + (1 - t) * Math.log(not + DELTA));
}

/**
 * E = 1/(2N) · Σₙ Σₖ (yₙₖ - tₙₖ)²
 *
 * The book's sum of squared errors, averaged over a batch. Keras's mean is {@link MeanSquaredError}.
 * @param y predictions, [C] or [N, C].
 * @param t what they should be: the same shape, or [N] labels, or the label of a single prediction.
 * @throws RangeError when the shapes do not fit or a label is no class.
 */
export function sumSquaredError(y: Tensor, t: Tensor | number): number {
  const { predictions, targets, count } = batchOf("sumSquaredError", y, t);
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

/** What a network is to make small. */
export interface Loss {
  /**
   * The mean loss of a batch.
   * @param x scores [N, C].
   * @param t what they should be: targets [N, C], or labels [N], each from 0 to C - 1.
   * @throws RangeError when the shapes do not fit or a label is no class.
   */
  forward(x: Tensor, t: Tensor): number;
  /**
   * dL/dx [N, C] of the last forward.
   * @throws Error when there was no forward.
   */
  backward(): Tensor;
}

/**
 * L = 1/N · Σₙ Σₖ tₙₖ (log Σᵢ e^xₙᵢ - xₙₖ): softmax and cross-entropy in one.
 *
 * With y = softmax(x): dL/dx = (y - t) / N for targets that sum to 1. What was said, less what was
 * right: it is to come out this simple that the two belong together. The loss is computed from the
 * scores and not from y, so that a y that rounds to 0 does not become log 0.
 */
export class SoftmaxWithLoss implements Loss {
  #y: Tensor<[number, number]> | undefined;
  #t: Tensor<[number, number]> | undefined;

  /** The probabilities [N, C] of the last forward. */
  get y(): Tensor<[number, number]> {
    return remembered(this.#y, "SoftmaxWithLoss");
  }

  /** Scores [N, C] and targets [N, C] or labels [N] → the mean cross-entropy. */
  forward(x: Tensor<[number, number]>, t: Tensor): number {
    const targets = targetsFor("SoftmaxWithLoss", x, t);
    this.#y = softmax(x);
    this.#t = targets;
    const shifted = x.sub(x.max(1, true)); // e^x could overflow, e^(x - max) cannot
    const logSum = shifted.map(Math.exp).sum(1, true).map(Math.log);
    return targets.mul(logSum.sub(shifted)).sum() / x.shape[0];
  }

  /** → [N, C]. */
  backward(): Tensor<[number, number]> {
    const t = remembered(this.#t, "SoftmaxWithLoss");
    return this.y.mul(t.sum(1, true)).sub(t).div(t.shape[0]);
  }
}

/**
 * L = 1/N · Σₙ Σₖ logLoss(yₙₖ, tₙₖ) with y = sigmoid(x)
 *
 * The lecture's loss: every output answers its own yes-or-no question.
 * dL/dx = [(1 - t) / (1 - y + δ) - t / (y + δ)]·y(1 - y) / N, which is (y - t) / N but for δ.
 */
export class SigmoidWithLoss implements Loss {
  #x: Tensor<[number, number]> | undefined;
  #t: Tensor<[number, number]> | undefined;

  /** The outputs [N, C] of the last forward, each from 0 to 1. */
  get y(): Tensor<[number, number]> {
    return sigmoid(remembered(this.#x, "SigmoidWithLoss"));
  }

  /** 1 - y = sigmoid(-x): the subtraction would lose all digits where y is near 1. */
  get #not(): Tensor<[number, number]> {
    return sigmoid(remembered(this.#x, "SigmoidWithLoss").mul(-1));
  }

  /** Scores [N, C] and targets [N, C] or labels [N] → the mean over the batch. */
  forward(x: Tensor<[number, number]>, t: Tensor): number {
    const targets = targetsFor("SigmoidWithLoss", x, t);
    this.#x = x;
    this.#t = targets;
    let sum = 0; // 1 - y = sigmoid(-x): the subtraction would lose all digits where y is near 1
    x.data.forEach((v: number, k: number) => {
      sum += logLoss(logistic(v), targets.data[k], logistic(-v));
    });
    return sum / x.shape[0];
  }

  /** → [N, C]. */
  backward(): Tensor<[number, number]> {
    const y = this.y, not = this.#not, t = remembered(this.#t, "SigmoidWithLoss");
    const yes = t.div(y.add(DELTA)), no = t.map((v) => 1 - v).div(not.add(DELTA));
    return no.sub(yes).mul(y).mul(not).div(t.shape[0]);
  }
}

/**
 * Targets [N, C] for scores [N, C]: as they are, or one-hot from labels [N].
 * @throws RangeError when they do not fit.
 */
export function targetsFor(
  caller: string,
  x: Tensor<[number, number]>,
  t: Tensor,
): Tensor<[number, number]> {
  const [count, classes] = x.shape;
  const fits = x.ndim === 2 && t.shape[0] === count &&
    (t.ndim === 1 || t.ndim === 2 && t.shape[1] === classes);
  if (!fits) {
    throw new RangeError(
      `${caller}: expected scores [N, C] and targets [N, C] or labels [N], found ${
        showShape(x.shape)
      } and ${showShape(t.shape)}`,
    );
  }
  return t.ndim === 1 ? oneHot(t.expect([-1]), classes, x.dtype) : t.expect([-1, -1]);
}

/**
 * L = 1/(N·C) · Σₙ Σₖ [log(1 + e^xₙₖ) - tₙₖxₙₖ]: sigmoid and binary cross-entropy in one
 *
 * With y = sigmoid(x) this is -[t log y + (1 - t) log(1 - y)], the mean over all outputs as Keras
 * takes it, without a y that rounds to 0 or 1. dL/dx = (y - t) / (N·C).
 */
export class BinaryCrossentropy implements Loss {
  #x: Tensor | undefined;
  #t: Tensor | undefined;

  /** Scores [N, C] and targets [N, C], each from 0 to 1 → the mean. */
  forward(x: Tensor, t: Tensor): number {
    sameAsScores("BinaryCrossentropy", x, t);
    this.#x = x;
    this.#t = t;
    // log(1 + e^x) without an e^x that overflows
    const softplus = x.map((v) => Math.max(v, 0) + Math.log1p(Math.exp(-Math.abs(v))));
    return softplus.sub<Shape>(t.mul<Shape>(x)).mean();
  }

  /** → [N, C]. */
  backward(): Tensor {
    const x = remembered(this.#x, "BinaryCrossentropy");
    const t = remembered(this.#t, "BinaryCrossentropy");
    return sigmoid(x).sub<Shape>(t).div(x.size);
  }
}

/**
 * L = 1/(N·C) · Σₙ Σₖ (xₙₖ - tₙₖ)²: the mean over all outputs, as Keras takes it
 *
 * dL/dx = 2(x - t) / (N·C). The book's, in functions.ts, is half of the sum over the outputs.
 */
export class MeanSquaredError implements Loss {
  #difference: Tensor | undefined;

  /** Outputs [N, C] and targets [N, C] → the mean. */
  forward(x: Tensor, t: Tensor): number {
    sameAsScores("MeanSquaredError", x, t);
    const difference: Tensor = x.sub<Shape>(t);
    this.#difference = difference;
    return difference.mul<Shape>(difference).mean();
  }

  /** → [N, C]. */
  backward(): Tensor {
    const difference = remembered(this.#difference, "MeanSquaredError");
    return difference.mul(2 / difference.size);
  }
}

function sameAsScores(caller: string, x: Tensor, t: Tensor): void {
  if (sameShape(x.shape, t.shape)) return;
  throw new RangeError(
    `${caller}: expected targets in the shape of the scores, ${showShape(x.shape)}, found ${
      showShape(t.shape)
    }`,
  );
}
