/** The fast twins of optimizers' steps. The plain ones are in nn/optimizers.ts, with the formulas. */
import type { NumericArray } from "../dtype.ts";
import { buffer } from "./wasm/heap.ts";
import { wasm } from "./wasm/module.ts";

/** The constants of a step: η of this step, 1 - β₁, 1 - β₂ and ε. */
export interface AdamStep {
  readonly rate: number;
  readonly share1: number;
  readonly share2: number;
  readonly epsilon: number;
}

/** Whether all are float32 and in the kernels' memory. */
function areReady(arrays: readonly NumericArray[]): boolean {
  return arrays.every((array) => array instanceof Float32Array && array.buffer === buffer);
}

/**
 * One step of Adam: `out` from weights w and their gradient g; the memories m and v are changed.
 * @returns false where the numbers are not float32 or no kernel can reach them: nothing is changed.
 */
export function adamFast(
  w: NumericArray,
  g: NumericArray,
  m: NumericArray,
  v: NumericArray,
  { rate, share1, share2, epsilon }: AdamStep,
  out: NumericArray,
): boolean {
  if (wasm === undefined || !areReady([w, g, m, v, out])) return false;
  const [atW, atG, atM, atV, to] = [w, g, m, v, out].map(({ byteOffset }) => byteOffset);
  wasm.adam(atW, atG, atM, atV, w.length, rate, share1, share2, epsilon, to);
  return true;
}

/** out = w - rate·g. @returns as {@link adamFast}. */
export function descendFast(
  w: NumericArray,
  g: NumericArray,
  rate: number,
  out: NumericArray,
): boolean {
  if (wasm === undefined || !areReady([w, g, out])) return false;
  wasm.descend(w.byteOffset, g.byteOffset, rate, w.length, out.byteOffset);
  return true;
}
