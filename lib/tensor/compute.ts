/** Tensors that a function computes, number by number, where the kernels reach them. */
import { type NumericArray, resultType } from "./dtype.ts";
import { whereFast } from "./kernels/fast.ts";
import { fillMask } from "./kernels/mask.ts";
import { Storage } from "./kernels/storage.ts";
import type { Random } from "./random.ts";
import type { Shape } from "./shape.ts";
import { numbersOf, storageOf, Tensor } from "./tensor.ts";

/**
 * A new tensor in the shape of a, with the numbers that `compute` writes.
 * @param compute gets the numbers of a and b, to be read, and those of the result, to be written.
 * @param isOurs whether `compute` keeps none of these arrays; otherwise it gets ordinary ones, which
 *   no later step uses again.
 */
export function computed<S extends Shape>(
  a: Tensor<S>,
  b: Tensor,
  compute: (a: NumericArray, b: NumericArray, out: NumericArray) => void,
  isOurs: boolean,
): Tensor<S> {
  const out = Storage.empty(a.dtype, a.size);
  for (const x of [a, b]) storageOf(x)?.settle();
  if (isOurs) compute(numbersOf(a), numbersOf(b), out.array);
  else compute(a.data, b.data, out.lend());
  return new Tensor(out, a.shape);
}

/**
 * x where the condition is above 0, else 0: NumPy's `np.where(condition > 0, x, 0)`.
 * @param condition of the shape of x.
 */
export function wherePositive<S extends Shape>(condition: Tensor<S>, x: Tensor<S>): Tensor<S> {
  const result = Storage.empty(resultType(x.dtype), x.size);
  const [a, b] = [storageOf(condition), storageOf(x)];
  if (a === undefined || b === undefined || !whereFast(a, b, result)) {
    const out = result.array, positive = numbersOf(condition), numbers = numbersOf(x);
    for (let i = 0; i < out.length; i++) out[i] = positive[i] > 0 ? numbers[i] : 0;
  }
  return new Tensor(result, x.shape);
}

/** A tensor in the shape of x: 0 with the probability `rate`, otherwise `kept`. */
export function randomMask<S extends Shape>(
  x: Tensor<S>,
  rate: number,
  kept: number,
  random: Random,
): Tensor<S> {
  const mask = Storage.empty(resultType(x.dtype), x.size);
  fillMask(mask, rate, kept, random.integer(2 ** 32));
  return new Tensor(mask, x.shape);
}

/** The numbers of a tensor as a storage of their own, where the kernels reach them if possible; to be read. */
export function resident(x: Tensor): Storage {
  const own = storageOf(x);
  if (own !== undefined && own.settle() > 0) return own;
  const copy = Storage.empty(x.dtype, x.size);
  copy.array.set(numbersOf(x));
  return copy;
}
