/**
 * Folding one axis. The numbers are row-major and seen as [outer, length, inner]: the axis in the
 * middle is the one that goes.
 */
import type { NumericArray } from "../dtype.ts";

/** Writes outer·inner results to `out` from outer·length·inner numbers in `x`. */
export type Reduction = (
  x: NumericArray,
  outer: number,
  length: number,
  inner: number,
  out: NumericArray,
) => void;

/** out = Σ x, summed in float64. */
export const sum: Reduction = (x, outer, length, inner, out) => {
  const total = new Float64Array(inner);
  for (let o = 0, at = 0; o < outer; o++) {
    total.fill(0);
    for (let l = 0; l < length; l++) for (let i = 0; i < inner; i++) total[i] += x[at++];
    out.set(total, o * inner);
  }
};

/** out = max x; a NaN among them wins, as in NumPy. */
export const max: Reduction = (x, outer, length, inner, out) =>
  pick(x, outer, length, inner, (value, best) => value > best, (k, at) => out[k] = x[at]);
/** out = min x; a NaN among them wins. */
export const min: Reduction = (x, outer, length, inner, out) =>
  pick(x, outer, length, inner, (value, best) => value < best, (k, at) => out[k] = x[at]);
/** out = the first index along the axis at which x is largest; the first NaN wins. */
export const argmax: Reduction = (x, outer, length, inner, out) =>
  pick(x, outer, length, inner, (value, best) => value > best, (k, _, index) => out[k] = index);
/** out = the first index along the axis at which x is smallest; the first NaN wins. */
export const argmin: Reduction = (x, outer, length, inner, out) =>
  pick(x, outer, length, inner, (value, best) => value < best, (k, _, index) => out[k] = index);

function pick(
  x: NumericArray,
  outer: number,
  length: number,
  inner: number,
  beats: (value: number, best: number) => boolean,
  keep: (result: number, at: number, index: number) => void,
): void {
  for (let o = 0; o < outer; o++) {
    for (let i = 0; i < inner; i++) {
      const start = o * length * inner + i;
      let index = 0, best = x[start];
      for (let l = 1; l < length && !Number.isNaN(best); l++) {
        const value = x[start + l * inner];
        if (beats(value, best) || Number.isNaN(value)) [index, best] = [l, value];
      }
      keep(o * inner + i, start + index * inner, index);
    }
  }
}
