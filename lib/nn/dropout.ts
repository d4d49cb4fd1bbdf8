/** Dropout: nodes that are left out by chance, so that no node can rely on a single other one. */
import { type Layer, remembered } from "./layers.ts";
import type { Random } from "../tensor/random.ts";
import type { Shape } from "../tensor/shape.ts";
import type { Tensor } from "../tensor/tensor.ts";

/**
 * y = x·m / (1 - p) while training, with m = 0 with probability p, else 1; y = x otherwise
 *
 * dL/dx = dL/dy·m / (1 - p). Dividing by 1 - p already in training (inverted dropout, as Keras does
 * it) keeps the mean, so that afterwards nothing is left to do; the book multiplies by 1 - p then
 * (Srivastava and others, 2014).
 */
export class Dropout implements Layer {
  /** Nothing to train. */
  readonly params: Record<string, never> = {};
  /** Nothing to train. */
  readonly grads: Record<string, never> = {};
  /** p, the share of the numbers that is left out. */
  readonly rate: number;
  /** Draws what is left out. */
  random: Random;
  #mask: Tensor | "everything" | undefined;

  /**
   * A layer that leaves out a share of the numbers.
   * @param rate p, from 0 to below 1.
   * @param random draws what is left out.
   * @throws RangeError for any other rate.
   */
  constructor(rate: number, random: Random) {
    if (!(rate >= 0 && rate < 1)) {
      throw new RangeError(`Dropout: expected a rate from 0 to below 1, found ${rate}`);
    }
    this.rate = rate;
    this.random = random;
  }

  /** Any shape. */
  forward<S extends Shape>(x: Tensor<S>, training: boolean = false): Tensor<S> {
    if (!training || this.rate === 0) {
      this.#mask = "everything";
      return x;
    }
    const { rate, random } = this, kept = 1 / (1 - rate);
    const mask = x.map(() => (random.uniform() < rate ? 0 : kept));
    this.#mask = mask;
    return x.mul(mask).like(x);
  }

  /** The shape of dout. */
  backward<S extends Shape>(dout: Tensor<S>): Tensor<S> {
    const mask = remembered(this.#mask, "Dropout");
    return mask === "everything" ? dout : dout.mul(mask.like(dout)).like(dout);
  }
}
