/** Choosing numbers by a condition. */
import { resultType } from "./dtype.ts";
import { whereFast } from "./kernels/fast.ts";
import { Storage } from "./kernels/storage.ts";
import type { Shape } from "./shape.ts";
import { numbersOf, storageOf, Tensor } from "./tensor.ts";

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
