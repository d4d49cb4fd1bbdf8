/** The fast twins of optimizers' steps. The plain ones are in nn/optimizers.ts, with the formulas. */
import type { NumericArray } from "../dtype.ts";
import { buffer } from "./wasm/heap.ts";
import { Arena, CHUNK, wasm } from "./wasm/module.ts";

/** The constants of a step: η of this step, 1 - β₁, 1 - β₂ and ε. */
export interface AdamStep {
  readonly rate: number;
  readonly share1: number;
  readonly share2: number;
  readonly epsilon: number;
}

/** Whether the numbers are in the kernels' memory. */
function isHere(array: NumericArray): boolean {
  return array.buffer === buffer;
}

/**
 * One step of Adam: `out` from weights w and their gradient g; the memories m and v are changed.
 *
 * The kernel rounds each operation to float32, the plain loop only the results. Numbers outside the
 * kernels' memory are copied in and out, so that the last digits do not depend on where they are.
 * @returns false where the numbers are not float32 or there are no kernels: nothing is changed.
 */
export function adamFast(
  w: NumericArray,
  g: NumericArray,
  m: NumericArray,
  v: NumericArray,
  { rate, share1, share2, epsilon }: AdamStep,
  out: NumericArray,
): boolean {
  const arrays = [w, g, m, v, out];
  if (wasm === undefined || !arrays.every((x) => x instanceof Float32Array)) return false;
  const { adam, memory } = wasm;
  const step = (places: readonly number[], count: number) => {
    const [atW, atG, atM, atV, to] = places;
    adam(atW, atG, atM, atV, count, rate, share1, share2, epsilon, to);
  };
  if (arrays.every(isHere)) {
    step(arrays.map(({ byteOffset }) => byteOffset), w.length);
    return true;
  }
  const arena = new Arena(memory, false), room = arrays.map(() => arena.reserve(CHUNK));
  for (let from = 0; from < w.length; from += CHUNK) {
    const parts = arrays.map((x) => x.subarray(from, from + CHUNK)), count = parts[0].length;
    const copies = room.map((at) => arena.at(at, count));
    copies.forEach((copy, k) => copy.set(parts[k]));
    step(room, count);
    for (const changed of [2, 3, 4]) parts[changed].set(copies[changed]); // m, v and out
  }
  return true;
}

/**
 * out = w - rate·g, equal to the plain loop to the last bit.
 * @returns false where the numbers are not float32 or not in the kernels' memory: nothing is changed.
 */
export function descendFast(
  w: NumericArray,
  g: NumericArray,
  rate: number,
  out: NumericArray,
): boolean {
  const areReady = [w, g, out].every((x) => x instanceof Float32Array && isHere(x));
  if (wasm === undefined || !areReady) return false;
  wasm.descend(w.byteOffset, g.byteOffset, rate, w.length, out.byteOffset);
  return true;
}
