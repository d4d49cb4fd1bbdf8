/**
 * How weights start. Each initializer draws a weight matrix [fan-in, fan-out]: fan-in is how many
 * numbers go into a node, fan-out into how many nodes each of them goes.
 *
 * A good start keeps the spread of the activations the same from layer to layer: too narrow, and
 * they all end near one value; too wide, and a sigmoid is stuck at 0 and 1, where its slope is 0.
 */
import { full, rand, randn } from "../tensor/create.ts";
import type { DType } from "../tensor/dtype.ts";
import type { Random } from "../tensor/random.ts";
import type { Tensor } from "../tensor/tensor.ts";

/**
 * Draws a weight matrix.
 * @throws RangeError for a shape with a negative or fractional length.
 */
export type Initializer = <I extends number, O extends number>(
  shape: readonly [I, O],
  random: Random,
  dtype?: DType,
) => Tensor<[I, O]>;

/** W = value; with 0, all hidden nodes compute the same, get the same gradient and stay the same. */
export function constant(value: number): Initializer {
  return (shape, _random, dtype) => full(shape, value, dtype);
}

/** W ~ N(0, σ²), for a standard deviation σ chosen by hand, such as 0.01. */
export function normal(std: number): Initializer {
  return (shape, random, dtype) => scaledNormal(shape, std, random, dtype);
}

/**
 * W ~ N(0, 1 / fan-in): Xavier's start as the lecture and the book write it, for sigmoid and tanh.
 *
 * A node adds up fan-in numbers; dividing by √fan-in keeps the spread of the sum at theirs.
 */
export function xavier<I extends number, O extends number>(
  shape: readonly [I, O],
  random: Random,
  dtype?: DType,
): Tensor<[I, O]> {
  return scaledNormal(shape, 1 / Math.sqrt(shape[0]), random, dtype);
}

/**
 * W ~ N(0, 2 / (fan-in + fan-out)): Xavier's start as its authors wrote it, a compromise between
 * what goes forward and the gradients that come back (Glorot and Bengio, 2010).
 */
export function glorotNormal<I extends number, O extends number>(
  shape: readonly [I, O],
  random: Random,
  dtype?: DType,
): Tensor<[I, O]> {
  return scaledNormal(shape, Math.sqrt(2 / (shape[0] + shape[1])), random, dtype);
}

/** W ~ U[-a, a) with a = √(6 / (fan-in + fan-out)): the same spread, uniform. What Keras does. */
export function glorotUniform<I extends number, O extends number>(
  shape: readonly [I, O],
  random: Random,
  dtype: DType = "float64",
): Tensor<[I, O]> {
  const a = Math.sqrt(6 / (shape[0] + shape[1]));
  return rand(shape, random).map((u) => a * (2 * u - 1)).astype(dtype);
}

/** W ~ N(0, 2 / fan-in): for relu, which sets half of its inputs to 0 (He and others, 2015). */
export function he<I extends number, O extends number>(
  shape: readonly [I, O],
  random: Random,
  dtype?: DType,
): Tensor<[I, O]> {
  return scaledNormal(shape, Math.sqrt(2 / shape[0]), random, dtype);
}

function scaledNormal<I extends number, O extends number>(
  shape: readonly [I, O],
  std: number,
  random: Random,
  dtype: DType = "float64",
): Tensor<[I, O]> {
  return randn(shape, random).map((value) => std * value).astype(dtype);
}
