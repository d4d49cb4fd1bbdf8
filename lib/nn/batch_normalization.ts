/** Batch normalization: the numbers of every node get one mean and one standard deviation. */
import { onlyKnown } from "../support/names.ts";
import { inRange } from "../support/ranges.ts";
import { full } from "../tensor/create.ts";
import type { DType } from "../tensor/dtype.ts";
import type { Tensor } from "../tensor/tensor.ts";
import { expectShape } from "./checks.ts";
import { Layer, remembered } from "./layers.ts";

/** Options of {@link BatchNormalization}. */
export interface BatchNormalizationOptions {
  /** The share of the running mean and variance that is kept at each batch: 0.99 by default. */
  readonly momentum?: number;
  /** ε, keeps the root away from 0: 0.001 by default. */
  readonly epsilon?: number;
  /** The dtype of parameters and state: float64 by default. */
  readonly dtype?: Extract<DType, "float32" | "float64">;
}

/**
 * y = γ·x̂ + β with x̂ = (x - μ) / √(σ² + ε), for each column (Ioffe and Szegedy, 2015)
 *
 * In training, μ and σ² are the mean and the variance of the batch, and running averages of both are
 * kept; inference uses these, so that it also works for a single sample. In training x also changes
 * μ and σ, which takes two terms off the gradient:
 * dL/dx = γ/√(σ² + ε) · (dL/dy - mean(dL/dy) - x̂·mean(dL/dy·x̂)).
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { BatchNormalization, tensor } from "mnist";
 * const y = new BatchNormalization(1).forward(tensor([[10], [30]]), true);
 * assert.ok(y.allClose(tensor([[-1], [1]]), { relative: 1e-3 }));
 * ```
 */
export class BatchNormalization<C extends number = number> extends Layer {
  /** γ, initially 1, and β, initially 0. */
  override readonly params: { gamma: Tensor<[C]>; beta: Tensor<[C]> };
  /** dL/dγ and dL/dβ of the last backward. */
  override readonly grads: { gamma: Tensor<[C]>; beta: Tensor<[C]> };
  /** The running mean, initially 0, and the running variance, initially 1. */
  override readonly state: { mean: Tensor<[C]>; variance: Tensor<[C]> };
  /** The share of the running mean and variance that is kept at each batch. */
  readonly momentum: number;
  /** ε, keeps the root away from 0. */
  readonly epsilon: number;
  #last: { xhat: Tensor<[number, C]>; deviation: Tensor<[C]>; training: boolean } | undefined;

  /**
   * A layer for vectors of C numbers.
   * @param width C, the number of columns.
   * @throws RangeError for a width below 1, a momentum outside 0 to 1 or an ε that is not above 0.
   */
  constructor(width: C, options: BatchNormalizationOptions = {}) {
    super();
    onlyKnown("BatchNormalization", options, ["momentum", "epsilon", "dtype"]);
    const { momentum = 0.99, epsilon = 1e-3, dtype } = options;
    inRange("BatchNormalization: expected width", width, "to be an integer of at least 1");
    this.momentum = inRange("BatchNormalization: expected momentum", momentum, "from 0 to 1");
    this.epsilon = inRange("BatchNormalization: expected epsilon", epsilon, "above 0");
    const filled = (value: number): Tensor<[C]> => full([width], value, dtype);
    this.params = { gamma: filled(1), beta: filled(0) };
    this.grads = { gamma: filled(0), beta: filled(0) };
    this.state = { mean: filled(0), variance: filled(1) };
  }

  /** [N, C] → [N, C]. */
  forward(x: Tensor<[number, C]>, training: boolean = false): Tensor<[number, C]> {
    const { gamma, beta } = this.params, { state, momentum } = this;
    expectShape("BatchNormalization.forward", "x", x, [-1, gamma.shape[0]]);
    if (training) inRange(`BatchNormalization: expected samples`, x.shape[0], "of at least 1");
    const mean = training ? x.mean(0) : state.mean;
    const centered = x.sub(mean);
    const variance = training ? centered.mul(centered).mean(0) : state.variance;
    const deviation = variance.map((v) => Math.sqrt(v + this.epsilon));
    if (training) {
      state.mean = state.mean.mul(momentum).add(mean.mul(1 - momentum));
      state.variance = state.variance.mul(momentum).add(variance.mul(1 - momentum));
    }
    const xhat = centered.div(deviation);
    this.#last = { xhat, deviation, training };
    return xhat.mul(gamma).add(beta);
  }

  /** [N, C] → [N, C]. */
  backward(dout: Tensor<[number, C]>): Tensor<[number, C]> {
    this.gradients(dout);
    const { xhat, deviation, training } = remembered(this.#last, this);
    const { gamma, beta } = this.grads, count = dout.shape[0];
    const slope = this.params.gamma.div(deviation);
    if (!training) return dout.mul(slope); // the running mean and variance do not depend on x
    return dout.sub(beta.div(count)).sub(xhat.mul(gamma.div(count))).mul(slope);
  }

  /** The gradients of γ and β alone. */
  override gradients(dout: Tensor<[number, C]>): void {
    const { xhat } = remembered(this.#last, this);
    expectShape("BatchNormalization.backward", "dout", dout, xhat.shape);
    this.grads.gamma = dout.mul(xhat).sum(0);
    this.grads.beta = dout.sum(0);
  }
}
