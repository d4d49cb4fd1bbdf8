/**
 * Initializers for weights. Each draws a weight matrix [fan-in, fan-out]: fan-in is the number of
 * inputs of a node, fan-out the number of nodes that each input goes to. Filters are
 * [height, width, C, F], with height · width · C inputs, each of which goes to height · width · F nodes.
 *
 * A good initializer keeps the spread of the activations the same from layer to layer: with weights
 * too small all activations end near one value, with weights too large a sigmoid is stuck at 0 and 1,
 * where its slope is 0.
 */
import { inRange } from "../support/ranges.ts";
import { unexpected } from "../support/describe.ts";
import { full } from "../tensor/create.ts";
import type { DType } from "../tensor/dtype.ts";
import { expectRandom, type Random } from "../tensor/random.ts";
import type { Tensor } from "../tensor/tensor.ts";
import { expectDType } from "./checks.ts";

/**
 * Draws a weight matrix [fan-in, fan-out] or filters [height, width, C, F].
 * @throws TypeError for another shape, for what is not a source of random numbers, and for a dtype of
 *   integers.
 */
export type Initializer = <const S extends number[]>(
  shape: readonly [...S],
  random: Random,
  dtype?: DType,
) => Tensor<[...S]>;

/**
 * W = value. With 0, all hidden nodes compute the same, get the same gradient and stay the same.
 *
 * @throws RangeError for what is not a finite number.
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { initializers, Random } from "mnist";
 * const W = initializers.constant(0)([2, 3], new Random(0));
 * assert.deepEqual(W.toArray(), [[0, 0, 0], [0, 0, 0]]);
 * ```
 */
export function constant(value: number): Initializer {
  inRange("constant: expected a value", value, "to be a finite number");
  return initializer("constant", () => value, () => 1);
}

/**
 * W ~ N(0, σ²), for a given standard deviation σ, such as 0.01.
 *
 * @throws RangeError for a σ below 0 or not a number.
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { initializers, Random } from "mnist";
 * const W = initializers.normal(0.01)([100, 100], new Random(0));
 * assert.ok(Math.abs(W.mul(W).mean() - 1e-4) < 1e-5);
 * ```
 */
export function normal(std: number): Initializer {
  inRange("normal: expected a standard deviation", std, "of at least 0");
  return initializer("normal", () => std);
}

/**
 * W ~ N(0, 1 / fan-in): Xavier's initializer as the lecture and the book write it, for sigmoid and
 * tanh.
 *
 * A node adds fan-in numbers; the division by √fan-in keeps the spread of the sum the same as theirs.
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { initializers, Random } from "mnist";
 * const W = initializers.xavier([784, 30], new Random(0));
 * assert.ok(Math.abs(W.mul(W).mean() - 1 / 784) < 1e-4);
 * ```
 */
export const xavier: Initializer = initializer("xavier", (fanIn) => 1 / Math.sqrt(fanIn));

/**
 * W ~ N(0, 2 / (fan-in + fan-out)): Xavier's initializer as its authors wrote it, a compromise
 * between the activations in forward and the gradients in backward (Glorot and Bengio, 2010).
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { initializers, Random } from "mnist";
 * const W = initializers.glorotNormal([100, 300], new Random(0));
 * assert.ok(Math.abs(W.mul(W).mean() - 1 / 200) < 1e-3);
 * ```
 */
export const glorotNormal: Initializer = initializer(
  "glorotNormal",
  (fanIn, fanOut) => Math.sqrt(2 / (fanIn + fanOut)),
);

/**
 * W ~ U[-a, a) with a = √(6 / (fan-in + fan-out)): the same spread, uniform. Keras's default.
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { initializers, Random } from "mnist";
 * const W = initializers.glorotUniform([100, 50], new Random(0));
 * assert.ok(W.min() >= -0.2 && W.max() < 0.2);
 * ```
 */
export const glorotUniform: Initializer = initializer(
  "glorotUniform",
  (fanIn, fanOut) => Math.sqrt(6 / (fanIn + fanOut)),
  (random) => 2 * random.uniform() - 1,
);

/**
 * W ~ N(0, 2 / fan-in): for relu, which sets half of its inputs to 0 (He and others, 2015).
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { initializers, Random } from "mnist";
 * const W = initializers.he([200, 100], new Random(0));
 * assert.ok(Math.abs(W.mul(W).mean() - 1 / 100) < 1e-3);
 * ```
 */
export const he: Initializer = initializer("he", (fanIn) => Math.sqrt(2 / fanIn));

/** W = scale · draw, where draw is of N(0, 1) by default. */
function initializer(
  name: string,
  scale: (fanIn: number, fanOut: number) => number,
  draw = (random: Random): number => random.normal(),
): Initializer {
  return (shape, random, dtype = "float64") => {
    if (shape?.length !== 2 && shape?.length !== 4) {
      throw unexpected(`${name}: expected a shape [fan-in, fan-out]`, shape);
    }
    expectRandom(name, random);
    const [inputs, outputs] = shape.slice(-2);
    const taps = shape.slice(0, -2).reduce((product, length) => product * length, 1);
    const factor = scale(taps * inputs, taps * outputs);
    const W = full(shape, 0).map(() => factor * draw(random));
    return expectDType(name, W.astype(dtype), "float64", "float32");
  };
}
