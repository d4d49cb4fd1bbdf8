/**
 * Seeded random numbers: the same seed gives the same numbers, on every machine.
 *
 * Nothing in the course draws from `Math.random`: whoever needs chance is handed a {@link Random}.
 */
import { uniformFloat64 } from "pure-rand/distribution/uniformFloat64";
import { uniformInt } from "pure-rand/distribution/uniformInt";
import { xoroshiro128plusFromState } from "pure-rand/generator/xoroshiro128plus";
import type { RandomGenerator } from "pure-rand/types/RandomGenerator";

/**
 * Four words of state from one seed. Neighbouring seeds must not give related sequences, so each
 * word is scrambled until one changed bit of the seed changes half of the word's (the generator's
 * authors ask for it: https://prng.di.unimi.it; the constants are MurmurHash3's finaliser).
 */
function stateOf(seed: number): number[] {
  return [1, 2, 3, 4].map((k) => {
    let word = Math.imul(seed ^ 0x9e3779b9, 0x9e3779b1) + Math.imul(k, 0x9e3779b9);
    word = Math.imul(word ^ (word >>> 16), 0x85ebca6b);
    word = Math.imul(word ^ (word >>> 13), 0xc2b2ae35);
    return word ^ (word >>> 16);
  });
}

/** A source of random numbers that a seed makes repeatable. */
export class Random {
  readonly #generator: RandomGenerator;
  /** Box and Muller's method makes normal numbers in pairs: the second one waits here. */
  #spare: number | undefined;

  /**
   * Starts the sequence of a seed.
   * @param seed any integer from -2³¹ to 2³² - 1.
   * @throws RangeError for any other number: two seeds that round to the same one would surprise.
   */
  constructor(readonly seed: number) {
    if (!Number.isInteger(seed) || seed < -(2 ** 31) || seed >= 2 ** 32) {
      throw new RangeError(`Random: expected an integer seed below 2^32, found ${seed}`);
    }
    this.#generator = xoroshiro128plusFromState(stateOf(seed));
  }

  /** A number of U[0, 1): 0 can come, 1 cannot. */
  uniform(): number {
    return uniformFloat64(this.#generator);
  }

  /** A number of N(0, 1), the normal distribution (Box and Muller, 1958). */
  normal(): number {
    const spare = this.#spare;
    if (spare !== undefined) {
      this.#spare = undefined;
      return spare;
    }
    const radius = Math.sqrt(-2 * Math.log(1 - this.uniform())); // 1 - u is never 0
    const angle = 2 * Math.PI * this.uniform();
    this.#spare = radius * Math.sin(angle);
    return radius * Math.cos(angle);
  }

  /**
   * An integer from 0 to n - 1, each as likely as the others.
   * @throws RangeError unless n is an integer of at least 1.
   */
  integer(n: number): number {
    if (!Number.isSafeInteger(n) || n < 1) {
      throw new RangeError(`Random.integer: expected an integer of at least 1, found ${n}`);
    }
    return uniformInt(this.#generator, 0, n - 1);
  }

  /**
   * The numbers 0 to n - 1 in random order, every order as likely (Fisher and Yates's shuffle).
   * @throws RangeError unless n is an integer of at least 0.
   */
  permutation(n: number): Int32Array {
    if (!Number.isInteger(n) || n < 0 || n >= 2 ** 31) {
      throw new RangeError(`Random.permutation: expected an integer of at least 0, found ${n}`);
    }
    const order = Int32Array.from({ length: n }, (_, i) => i);
    for (let i = n - 1; i > 0; i--) {
      const j = this.integer(i + 1);
      [order[i], order[j]] = [order[j], order[i]];
    }
    return order;
  }
}
