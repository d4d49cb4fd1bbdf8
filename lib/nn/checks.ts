/** Checks of arguments: the kernel does not type-check cells, so every function checks at run time. */
import type { DType, NumericArray } from "../tensor/dtype.ts";
import { type Shape, showShape } from "../tensor/shape.ts";
import { expectTensor, numbersOf, Tensor } from "../tensor/tensor.ts";

/**
 * Returns the tensor if it has the shape; -1 is any length.
 * @throws TypeError for what is not a tensor, RangeError for another shape.
 */
export function expectShape<T extends Tensor>(caller: string, name: string, x: T, shape: Shape): T {
  const agrees = (length: number, axis: number) => shape[axis] === -1 || length === shape[axis];
  const fits = (s: Shape) => s.length === shape.length && s.every(agrees);
  if (x instanceof Tensor && fits(x.shape)) return x;
  const letters = [...shape.length === 4 ? "NHWC" : "NM"];
  const expected = `${name} ${showShape(shape).replaceAll("-1", () => letters.shift() ?? "-1")}`;
  const found = expectTensor(caller, x, `${expected} to be a tensor`).shape, batch = [1, ...found];
  const hint = fits(batch) ? `; .reshape(${showShape(batch)}) makes a batch of it` : "";
  throw new RangeError(`${caller}: expected ${expected}, found ${showShape(found)}${hint}`);
}

/**
 * Returns the tensor if it has one of the dtypes.
 * @throws TypeError for another dtype and for what is not a tensor.
 */
export function expectDType<T extends Tensor>(caller: string, x: T, ...dtypes: DType[]): T {
  const { dtype } = expectTensor(caller, x);
  if (dtypes.includes(dtype)) return x;
  const expected = dtypes.join(" or ");
  const hint = `.astype("${dtypes[0]}") converts it`;
  throw new TypeError(`${caller}: expected ${expected}, found ${dtype}; ${hint}`);
}

/** Whether all numbers are finite. */
export function allFinite(x: Tensor): boolean {
  return numbersOf(x).every((value: number) => Number.isFinite(value));
}

/**
 * Checks that all labels are integers from 0 to classes - 1.
 * @throws RangeError that names the first one that is not.
 */
export function checkLabels(caller: string, labels: NumericArray, classes = Infinity): void {
  const isLabel = (v: number) => Number.isInteger(v) && v >= 0 && v < classes;
  let i = 0;
  while (i < labels.length && isLabel(labels[i])) i++;
  if (i === labels.length) return;
  const found = `${labels[i]} at index ${i}`;
  const expected = classes === Infinity ? "integers from 0" : `integers from 0 to ${classes - 1}`;
  const isOutput = labels[i] > 0 && labels[i] < 1;
  const hint = isOutput ? "; .map((y) => y > 0.5 ? 1 : 0) makes labels of outputs" : "";
  throw new RangeError(`${caller}: expected labels to be ${expected}, found ${found}${hint}`);
}
