/** Batch normalisation: every node's numbers are brought to one mean and spread. */
import { full } from "../tensor/create.ts";
import type { DType } from "../tensor/dtype.ts";
import { type Layer, remembered } from "./layers.ts";
import { showShape } from "../tensor/shape.ts";
import type { Tensor } from "../tensor/tensor.ts";

/** What {@link BatchNormalization} can be told. */
export interface BatchNormalizationOptions {
  /** How much of the running mean and variance stays at each batch: 0.99 unless told otherwise. */
  readonly momentum?: number;
  /** ε, keeps the root away from 0: 0.001 unless told otherwise. */
  readonly epsilon?: number;
  /** The kind of numbers; float64 unless told otherwise. */
  readonly dtype?: DType;
}

/**
 * y = γ·x̂ + β with x̂ = (x - μ) / √(σ² + ε), for each column (Ioffe and Szegedy, 2015)
 *
 * While training, μ and σ² are mean and variance of the batch, and also flow into running ones; the
 * running ones are what is used afterwards, when a single sample must do. In training x itself moves
 * μ and σ, so two parts are taken off on the way back:
 * dL/dx = γ/√(σ² + ε) · (dL/dy - mean(dL/dy) - x̂·mean(dL/dy·x̂)).
 */
export class BatchNormalization<C extends number = number> implements Layer {
  /** γ, at first 1, and β, at first 0. */
  readonly params: { gamma: Tensor<[C]>; beta: Tensor<[C]> };
  /** dL/dγ and dL/dβ of the last backward. */
  readonly grads: { gamma: Tensor<[C]>; beta: Tensor<[C]> };
  /** The running mean, at first 0, and variance, at first 1. */
  readonly state: { mean: Tensor<[C]>; variance: Tensor<[C]> };
  /** How much of them stays at each batch. */
  readonly momentum: number;
  /** ε. */
  readonly epsilon: number;
  #last: { xhat: Tensor<[number, C]>; deviation: Tensor<[C]>; training: boolean } | undefined;

  /**
   * A layer that has seen nothing yet.
   * @param width C, how many columns there are.
   * @throws RangeError for a momentum outside 0 to 1 or an ε that is not above 0.
   */
  constructor(width: C, options: BatchNormalizationOptions = {}) {
    const { momentum = 0.99, epsilon = 1e-3, dtype } = options;
    if (!(momentum >= 0 && momentum <= 1 && epsilon > 0)) {
      throw new RangeError(
        `BatchNormalization: expected a momentum from 0 to 1 and an epsilon above 0, found ` +
          `${momentum} and ${epsilon}`,
      );
    }
    this.momentum = momentum;
    this.epsilon = epsilon;
    const filled = (value: number): Tensor<[C]> => full([width], value, dtype);
    this.params = { gamma: filled(1), beta: filled(0) };
    this.grads = { gamma: filled(0), beta: filled(0) };
    this.state = { mean: filled(0), variance: filled(1) };
  }

  /** [N, C] → [N, C]. */
  forward(x: Tensor<[number, C]>, training: boolean = false): Tensor<[number, C]> {
    const { gamma, beta } = this.params, [width] = gamma.shape;
    if (x.ndim !== 2 || x.shape[1] !== width) {
      throw new RangeError(
        `BatchNormalization.forward: expected x [N, ${width}], found ${showShape(x.shape)}`,
      );
    }
    const mean = training ? x.mean(0).like(gamma) : this.state.mean;
    const centred = x.sub(mean).like(x);
    const variance = training ? centred.mul(centred).mean(0).like(gamma) : this.state.variance;
    const deviation = variance.map((v) => Math.sqrt(v + this.epsilon));
    if (training) {
      this.state.mean = this.#blend(this.state.mean, mean);
      this.state.variance = this.#blend(this.state.variance, variance);
    }
    const xhat = centred.div(deviation).like(x);
    this.#last = { xhat, deviation, training };
    return xhat.mul(gamma).add(beta).like(x);
  }

  /** [N, C] → [N, C]. */
  backward(dout: Tensor<[number, C]>): Tensor<[number, C]> {
    this.gradients(dout);
    const { xhat, deviation, training } = remembered(this.#last, "BatchNormalization");
    const { gamma, beta } = this.grads, count = dout.shape[0];
    const direct = training ? dout.sub(beta.div(count)).sub(xhat.mul(gamma.div(count))) : dout; // the running mean and variance do not depend on this x
    const slope = this.params.gamma.div(deviation).like(deviation);
    return direct.mul(slope).like(dout);
  }

  /** The gradients of γ and β alone. */
  gradients(dout: Tensor<[number, C]>): void {
    const { xhat } = remembered(this.#last, "BatchNormalization");
    this.grads.gamma = dout.mul(xhat).sum(0).like(this.params.gamma);
    this.grads.beta = dout.sum(0).like(this.params.beta);
  }

  #blend(running: Tensor<[C]>, now: Tensor<[C]>): Tensor<[C]> {
    return running.mul(this.momentum).add(now.mul(1 - this.momentum)).like(running);
  }
}
