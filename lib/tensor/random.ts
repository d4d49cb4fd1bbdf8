/**
 * Seeded random numbers: the same seed gives the same numbers on every machine.
 *
 * The library never calls `Math.random`: a function that needs random numbers takes a {@linkcode Random}.
 */
import { unexpected } from "../support/describe.ts";
import { rangeError } from "../support/expected.ts";
import { uniformFloat64 } from "pure-rand/distribution/uniformFloat64";
import { uniformInt } from "pure-rand/distribution/uniformInt";
import { xoroshiro128plusFromState } from "pure-rand/generator/xoroshiro128plus";
import type { RandomGenerator } from "pure-rand/types/RandomGenerator";

/**
 * Four words of state from one seed. Neighbouring seeds must not give related sequences, so each word
 * is scrambled until a changed bit of the seed changes half of its bits, as the generator's authors
 * recommend (https://prng.di.unimi.it). The constants are those of MurmurHash3's finalizer.
 */
function stateOf(seed: number): number[] {
  return [1, 2, 3, 4].map((k) => {
    let word = Math.imul(seed ^ 0x9e3779b9, 0x9e3779b1) + Math.imul(k, 0x9e3779b9);
    word = Math.imul(word ^ (word >>> 16), 0x85ebca6b);
    word = Math.imul(word ^ (word >>> 13), 0xc2b2ae35);
    return word ^ (word >>> 16);
  });
}

/**
 * A seeded generator of random numbers.
 *
 * @example
 * ```ts
 * import { Random } from "mnist";
 * import assert from "node:assert/strict";
 * const [a, b] = [new Random(42), new Random(42)];
 * assert.equal(a.uniform(), b.uniform());
 * ```
 */
export class Random {
  readonly #generator: RandomGenerator;
  /** Box and Muller's method gives normal numbers in pairs; this is the second one. */
  #spare: number | undefined;

  /**
   * Starts the sequence of a seed.
   * @param seed an integer from -2³¹ to 2³² - 1.
   * @throws RangeError for any other number.
   */
  constructor(readonly seed: number) {
    if (!Number.isInteger(seed) || seed < -(2 ** 31) || seed >= 2 ** 32) {
      throw rangeError("Random", "an integer seed from -2^31 to 2^32 - 1", seed);
    }
    this.#generator = xoroshiro128plusFromState(stateOf(seed));
  }

  /**
   * A number from the uniform distribution on [0, 1): 0 is possible, 1 is not.
   *
   * @example
   * ```ts
   * import { Random } from "mnist";
   * import assert from "node:assert/strict";
   * const u = new Random(1).uniform();
   * assert.ok(u >= 0 && u < 1);
   * ```
   */
  uniform(): number {
    return uniformFloat64(this.#generator);
  }

  /**
   * A number from the standard normal distribution, with mean 0 and standard deviation 1 (by the
   * method of Box and Muller, 1958).
   *
   * @example
   * ```ts
   * import { Random } from "mnist";
   * const random = new Random(1);
   * const weight = 0.01 * random.normal();
   * ```
   */
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
   * An integer from 0 to n - 1, all equally likely.
   * @throws RangeError unless n is an integer of at least 1.
   *
   * @example
   * ```ts
   * import { Random } from "mnist";
   * import assert from "node:assert/strict";
   * const die = 1 + new Random(1).integer(6);
   * assert.ok([1, 2, 3, 4, 5, 6].includes(die));
   * ```
   */
  integer(n: number): number {
    if (!Number.isSafeInteger(n) || n < 1) {
      throw rangeError("Random.integer", "an integer of at least 1", n);
    }
    return uniformInt(this.#generator, 0, n - 1);
  }

  /**
   * The numbers 0 to n - 1 in random order, all orders equally likely (the shuffle of Fisher and
   * Yates).
   * @throws RangeError unless n is an integer of at least 0.
   *
   * @example
   * ```ts
   * import { Random } from "mnist";
   * import assert from "node:assert/strict";
   * const order = new Random(1).permutation(5);
   * assert.deepEqual([...order].sort(), [0, 1, 2, 3, 4]);
   * ```
   */
  permutation(n: number): Int32Array {
    if (!Number.isInteger(n) || n < 0 || n >= 2 ** 31) {
      throw rangeError("Random.permutation", "an integer of at least 0", n);
    }
    const order = Int32Array.from({ length: n }, (_, i) => i);
    for (let i = n - 1; i > 0; i--) {
      const j = this.integer(i + 1);
      [order[i], order[j]] = [order[j], order[i]];
    }
    return order;
  }
}

/**
 * Checks that a value is a {@linkcode Random}. Within the library only.
 * @throws TypeError for anything else.
 */
export function expectRandom(caller: string, random: Random): Random {
  if (random instanceof Random) return random;
  throw unexpected(`${caller}: expected random numbers, such as new Random(0)`, random);
}
