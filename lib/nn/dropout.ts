/** Dropout: random nodes are set to 0 in training, so that no node can rely on a single other one. */
import { inRange } from "../support/ranges.ts";
import { randomMask } from "../tensor/compute.ts";
import { expectRandom, type Random } from "../tensor/random.ts";
import type { Shape } from "../tensor/shape.ts";
import { expectTensor, type Tensor } from "../tensor/tensor.ts";
import { expectShape } from "./checks.ts";
import { Layer, remembered } from "./layers.ts";

/**
 * y = x·m in training, with m = 0 with probability p and 1 / (1 - p) otherwise; y = x afterwards
 *
 * dL/dx = dL/dy·m. The division by 1 - p keeps the mean (inverted dropout, as in Keras), so that
 * inference needs no correction; the book multiplies by 1 - p there (Srivastava and others, 2014).
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { Dropout, ones, Random } from "mnist";
 * const dropout = new Dropout(0.5, new Random(0)), x = ones([4, 8]);
 * assert.ok(dropout.forward(x, true).data.every((v: number) => v === 0 || v === 2));
 * assert.ok(dropout.forward(x).equals(x));
 * ```
 */
export class Dropout extends Layer {
  /** p, the share of the numbers that become 0. */
  readonly rate: number;
  /** Where the mask is drawn from. */
  random: Random;
  #mask: Tensor | 1 | undefined;

  /**
   * A layer that sets a share of its inputs to 0.
   * @param rate p, from 0 to below 1.
   * @param random where the mask is drawn from.
   * @throws RangeError for another rate, TypeError for what is not a source of random numbers.
   */
  constructor(rate: number, random: Random) {
    super();
    this.rate = inRange("Dropout: expected a rate", rate, "from 0 to below 1");
    this.random = expectRandom("Dropout", random);
  }

  /** Any shape. */
  forward<S extends Shape>(x: Tensor<S>, training: boolean = false): Tensor<S> {
    const { rate, random } = this;
    expectTensor("Dropout.forward", x);
    this.#mask = 1;
    if (!training || rate === 0) return x;
    const mask = this.#mask = randomMask(x, rate, 1 / (1 - rate), random);
    return x.mul(mask);
  }

  /** The shape of dout. */
  backward<S extends Shape>(dout: Tensor<S>): Tensor<S> {
    const mask = remembered(this.#mask, this);
    if (mask === 1) return expectTensor("Dropout.backward", dout);
    expectShape("Dropout.backward", "dout", dout, mask.shape);
    return dout.mul(mask.like(dout));
  }
}
