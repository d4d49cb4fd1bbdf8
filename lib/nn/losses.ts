/**
 * Losses: how far a batch of outputs is from its targets, as one number, and the gradient with which
 * backpropagation starts.
 *
 * In the formulas, n counts the N samples of a batch and k the C outputs of a sample. Targets have
 * the shape of the outputs. For several classes, labels [N] (or a column [N, 1]) are the same as
 * one-hot targets [N, C]; for one output, targets are [N] or [N, 1].
 */
import { full, oneHot } from "../tensor/create.ts";
import { logistic } from "../tensor/kernels/maps.ts";
import { sameShape, type Shape, showShape } from "../tensor/shape.ts";
import { expectTensor, numbersOf, type Tensor } from "../tensor/tensor.ts";
import { sigmoid, softmax } from "./functions.ts";
import { remembered } from "./layers.ts";

/** δ keeps log(0) = -∞ out of a cross-entropy; the value of the book and of the lecture. */
export const DELTA = 1e-7;

/**
 * ℓ(y, t) = -[t log(y + δ) + (1 - t) log(1 - y + δ)], with δ = 10⁻⁷
 *
 * The binary cross-entropy of one output that answers a yes-or-no question.
 * @param y the predicted probability of yes, 0 to 1.
 * @param t the target, 0 to 1.
 * @param not 1 - y, where it is known more precisely than by the subtraction.
 */
export function logLoss(y: number, t: number, not: number = 1 - y): number {
  return -(t * Math.log(y + DELTA) + (1 - t) * Math.log(not + DELTA));
}

/**
 * E = 1/(2N) · Σₙ Σₖ (yₙₖ - tₙₖ)²
 *
 * The book's sum of squared errors, as a mean over the batch. Keras's mean over all outputs is
 * {@link MeanSquaredError}.
 * @param y outputs, [C] or [N, C].
 * @param t targets in the same shape, labels [N], or the label of a single sample.
 * @throws RangeError when the shapes do not match or a label is not a class, TypeError for what is
 *   not a tensor.
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { tensor } from "mnist";
 * import { sumSquaredError } from "./losses.ts";
 * assert.equal(sumSquaredError(tensor([1, 3]), tensor([0, 1])), (1 + 4) / 2);
 * ```
 */
export function sumSquaredError(y: Tensor, t: Tensor | number): number {
  const targets = targetsFor("sumSquaredError", y, t, "numbers"), difference = y.sub(targets);
  return difference.mul(difference).sum() / (2 * samplesOf(y));
}

/**
 * E = -1/N · Σₙ Σₖ tₙₖ log(yₙₖ + δ), with δ = 10⁻⁷
 *
 * The book's cross-entropy. For a one-hot target, only the probability of the correct class counts.
 * @param y probabilities of at least two classes, [C] or [N, C].
 * @param t targets in the same shape, labels [N], or the label of a single sample.
 * @throws RangeError when the shapes do not match, a number is not a probability or a label is not a
 *   class, TypeError for what is not a tensor.
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { tensor } from "mnist";
 * import { crossEntropyError } from "./losses.ts";
 * const y = tensor([[0.1, 0.9], [0.5, 0.5]]), labels = tensor([1, 0]);
 * const expected = -(Math.log(0.9) + Math.log(0.5)) / 2;
 * assert.ok(Math.abs(crossEntropyError(y, labels) - expected) < 1e-6);
 * ```
 */
export function crossEntropyError(y: Tensor, t: Tensor | number): number {
  const targets = targetsFor("crossEntropyError", y, t, "classes");
  expectProbabilities("crossEntropyError: expected y = softmax(scores)", y);
  return -targets.mul(y.map((p) => Math.log(p + DELTA))).sum() / samplesOf(y);
}

/**
 * A loss as the last layer of a network in training. A subclass holds two formulas: the loss, and its
 * gradient.
 */
export abstract class Loss<S extends Shape = Shape> {
  #last: { readonly x: Tensor<S>; readonly t: Tensor } | undefined;

  /** Which targets are allowed: all numbers, probabilities, or those of at least two classes. */
  protected readonly targets: "numbers" | "probabilities" | "classes" = "probabilities";

  /** L for scores x and targets t of the same shape. */
  protected abstract loss(x: Tensor, t: Tensor): number;

  /** dL/dx for the same x and t. */
  protected abstract gradient(x: Tensor, t: Tensor): Tensor;

  /**
   * The loss of a batch.
   * @param x scores [N, C].
   * @param t targets [N, C], or labels [N] or [N, 1] from 0 to C - 1.
   * @throws RangeError when the shapes do not match or a value is not a target, TypeError for what is
   *   not a tensor.
   */
  forward(x: Tensor<S>, t: Tensor): number {
    const targets = targetsFor(this.constructor.name, x, t, this.targets);
    this.#last = { x, t: targets };
    return this.loss(x, targets);
  }

  /**
   * dL/dx [N, C] of the last forward.
   * @throws Error without a forward before it.
   */
  backward(): Tensor<S> {
    const { x, t } = remembered(this.#last, this);
    return this.gradient(x, t).like(x);
  }
}

/**
 * L = 1/N · Σₙ Σₖ tₙₖ (log Σᵢ e^xₙᵢ - xₙₖ): softmax and cross-entropy in one
 *
 * The two are combined because the gradient becomes as simple as (y - t) / N, and because a y that
 * rounds to 0 does not become log 0.
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { SoftmaxWithLoss, tensor } from "mnist";
 * const loss = new SoftmaxWithLoss();
 * assert.equal(loss.forward(tensor([[1000, 0]]), tensor([1])), 1000);
 * assert.deepEqual(loss.backward().toArray(), [[1, -1]]);
 * ```
 */
export class SoftmaxWithLoss extends Loss<[number, number]> {
  /** Of one class alone, the probability is always 1. */
  protected override readonly targets = "classes";

  /** The maximum is subtracted first: e^x could overflow, e^(x - max) cannot. */
  protected loss(x: Tensor, t: Tensor): number {
    const shifted = x.sub(x.max(-1, true));
    const logSum = shifted.map(Math.exp).sum(-1, true).map(Math.log);
    return t.mul(logSum.sub(shifted)).sum() / samplesOf(x);
  }

  /** dL/dx = (y·Σₖ tₖ - t) / N with y = softmax(x): (y - t) / N for targets that sum to 1. */
  protected gradient(x: Tensor, t: Tensor): Tensor {
    return softmax(x).mul(t.sum(-1, true)).sub(t).div(samplesOf(x));
  }
}

/**
 * L = 1/N · Σₙ Σₖ logLoss(yₙₖ, tₙₖ) with y = sigmoid(x)
 *
 * The lecture's loss: every output answers its own yes-or-no question.
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { SigmoidWithLoss, tensor } from "mnist";
 * const loss = new SigmoidWithLoss().forward(tensor([[0, 0]]), tensor([[1, 0]]));
 * assert.ok(Math.abs(loss - 2 * Math.log(2)) < 1e-6);
 * ```
 */
export class SigmoidWithLoss extends Loss<[number, number]> {
  /** 1 - y = sigmoid(-x): the subtraction would lose all digits where y is near 1. */
  protected loss(scores: Tensor, targets: Tensor): number {
    const x = numbersOf(scores), t = numbersOf(targets);
    let sum = 0;
    for (let i = 0; i < x.length; i++) sum += logLoss(logistic(x[i]), t[i], logistic(-x[i]));
    return sum / samplesOf(scores);
  }

  /** dL/dx = [(1 - t) / (1 - y + δ) - t / (y + δ)]·y(1 - y) / N, (y - t) / N except for δ. */
  protected gradient(x: Tensor, t: Tensor): Tensor {
    const y = sigmoid(x), not = sigmoid(x.mul(-1));
    const no = t.map((t) => 1 - t).div(not.add(DELTA)), yes = t.div(y.add(DELTA));
    return no.sub(yes).mul(y).mul(not).div(samplesOf(x));
  }
}

/**
 * L = 1/(N·C) · Σₙ Σₖ [log(1 + e^xₙₖ) - tₙₖxₙₖ]: sigmoid and binary cross-entropy in one
 *
 * With y = sigmoid(x) this is -[t log y + (1 - t) log(1 - y)], as a mean over all outputs, as in
 * Keras; no δ is needed.
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { BinaryCrossentropy, tensor } from "mnist";
 * const loss = new BinaryCrossentropy();
 * assert.equal(loss.forward(tensor([[0]]), tensor([[1]])), Math.log(2));
 * assert.deepEqual(loss.backward().toArray(), [[-0.5]]);
 * ```
 */
export class BinaryCrossentropy extends Loss {
  /** log(1 + e^x) = max(x, 0) + log(1 + e^-|x|), which does not overflow. */
  protected loss(x: Tensor, t: Tensor): number {
    const softplus = x.map((v) => Math.max(v, 0) + Math.log1p(Math.exp(-Math.abs(v))));
    return softplus.sub(t.mul(x)).mean();
  }

  /** dL/dx = (y - t) / (N·C) */
  protected gradient(x: Tensor, t: Tensor): Tensor {
    return sigmoid(x).sub(t).div(x.size);
  }
}

/**
 * L = 1/(N·C) · Σₙ Σₖ (xₙₖ - tₙₖ)²: the mean over all outputs, as in Keras
 *
 * The book's {@link sumSquaredError} is C/2 times as large.
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { tensor } from "mnist";
 * import { MeanSquaredError } from "./losses.ts";
 * const loss = new MeanSquaredError();
 * assert.equal(loss.forward(tensor([[1, 3]]), tensor([[0, 1]])), (1 + 4) / 2);
 * assert.deepEqual(loss.backward().toArray(), [[1, 2]]);
 * ```
 */
export class MeanSquaredError extends Loss {
  /** Any numbers. */
  protected override readonly targets = "numbers";

  /** The mean of the squared differences. */
  protected loss(x: Tensor, t: Tensor): number {
    const difference = x.sub(t);
    return difference.mul(difference).mean();
  }

  /** dL/dx = 2(x - t) / (N·C) */
  protected gradient(x: Tensor, t: Tensor): Tensor {
    return x.sub(t).mul(2 / x.size);
  }
}

/** N: how many rows of outputs there are. */
function samplesOf(x: Tensor): number {
  return x.size / (x.shape.at(-1) ?? 1);
}

/** Targets in the shape of the scores: as they are, or one-hot from labels. */
function targetsFor(caller: string, x: Tensor, t: Tensor | number, kind: string): Tensor {
  const { shape, size } = expectTensor(caller, x, "scores [N, C]");
  const classes = shape.at(-1) ?? 1, samples = samplesOf(x), least = kind === "classes" ? 2 : 1;
  if (size === 0 || classes < least) {
    const expected = least === 1 ? "at least one sample" : "samples of at least two classes";
    const hint = classes === 1 ? "; BinaryCrossentropy takes one output" : "";
    throw new RangeError(`${caller}: expected ${expected}, found ${showShape(shape)}${hint}`);
  }
  const given = typeof t === "number" ? full([1], t) : expectTensor(caller, t, "targets");
  const isVector = given.ndim === 1 && given.size === samples;
  if (classes > 1 && (isVector || sameShape(given.shape, [samples, 1]))) {
    return oneHot(given.reshape([-1]), classes, x.dtype).reshape(shape);
  }
  const targets = isVector && classes === 1 ? given.reshape(shape) : given;
  if (!sameShape(targets.shape, shape)) {
    const expected = `targets ${showShape(shape)}${classes > 1 ? ` or labels [${samples}]` : ""}`;
    throw new RangeError(`${caller}: expected ${expected}, found ${showShape(given.shape)}`);
  }
  if (kind !== "numbers") expectProbabilities(`${caller}: expected targets`, targets);
  return targets;
}

function expectProbabilities(what: string, x: Tensor): void {
  const outside = [x.min(), x.max()].find((p) => !(p >= 0 && p <= 1));
  if (outside !== undefined) throw new RangeError(`${what} from 0 to 1, found ${outside}`);
}
