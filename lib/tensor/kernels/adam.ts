/** The fast twin of Adam's step. The plain one is in ../optimizers.ts, where the formula stands. */
import type { NumericArray } from "../dtype.ts";
import { Arena, wasm } from "./wasm/module.ts";

/** Numbers that are copied over at a time: four such parts stay in the processor's cache. */
const CHUNK = 1 << 13;
/** For fewer numbers, copying costs more than it saves. */
const FEWEST = 64;

/** The constants of a step: η of this step, 1 - β₁, 1 - β₂ and ε. */
export interface AdamStep {
  readonly rate: number;
  readonly share1: number;
  readonly share2: number;
  readonly epsilon: number;
}

/**
 * Moves weights w by their gradient g, with the memories m and v; changes all but g.
 * @returns false for numbers other than float32, for few of them, and where WebAssembly is not to be
 *   had: nothing is changed then.
 */
export function adamFast(
  w: NumericArray,
  g: NumericArray,
  m: NumericArray,
  v: NumericArray,
  { rate, share1, share2, epsilon }: AdamStep,
): boolean {
  const isFloat32 = [w, g, m, v].every((array) => array instanceof Float32Array);
  if (wasm === undefined || !isFloat32 || w.length < FEWEST) return false;
  const arena = new Arena(wasm.memory, false);
  const addresses = [w, g, m, v].map(() => arena.reserve(CHUNK));
  for (let from = 0; from < w.length; from += CHUNK) {
    const parts = [w, g, m, v].map((array) => array.subarray(from, from + CHUNK));
    const count = parts[0].length, copies = addresses.map((address) => arena.at(address, count));
    copies.forEach((copy, k) => copy.set(parts[k]));
    const [atW, atG, atM, atV] = addresses;
    wasm.adam(atW, atG, atM, atV, count, rate, share1, share2, epsilon);
    for (const k of [0, 2, 3]) parts[k].set(copies[k]);
  }
  return true;
}
