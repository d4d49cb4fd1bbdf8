/** Arithmetic number by number, on runs of strided storage (see strided.ts). */
import type { NumericArray } from "../dtype.ts";

/** `out[i] = a[i] ∘ b[i]` for `length` numbers, each operand with its own start and step. */
export type BinaryLoop = (
  length: number,
  a: NumericArray,
  aAt: number,
  aStep: number,
  b: NumericArray,
  bAt: number,
  bStep: number,
  out: NumericArray,
  outAt: number,
) => void;

// Four loops, not one that is given the operation: a call for every number would cost more than
// the arithmetic.

/** a + b */
export const add: BinaryLoop = (length, a, i, aStep, b, j, bStep, out, k) => {
  for (const end = k + length; k < end; k++, i += aStep, j += bStep) out[k] = a[i] + b[j];
};
/** a - b */
export const sub: BinaryLoop = (length, a, i, aStep, b, j, bStep, out, k) => {
  for (const end = k + length; k < end; k++, i += aStep, j += bStep) out[k] = a[i] - b[j];
};
/** a · b */
export const mul: BinaryLoop = (length, a, i, aStep, b, j, bStep, out, k) => {
  for (const end = k + length; k < end; k++, i += aStep, j += bStep) out[k] = a[i] * b[j];
};
/** a / b */
export const div: BinaryLoop = (length, a, i, aStep, b, j, bStep, out, k) => {
  for (const end = k + length; k < end; k++, i += aStep, j += bStep) out[k] = a[i] / b[j];
};
