/**
 * Functions of one number that have a fast twin in WebAssembly. `Tensor.map` looks here first: the
 * plain function says what is computed, the twin computes it for many numbers at once, equal but
 * for the last digits of a float.
 */
import type { FloatArray } from "./matrix.ts";
import { Arena, type Kernel, wasm } from "./wasm/module.ts";

/** 1 / (1 + e⁻ˣ) */
export const logistic = (x: number): number => 1 / (1 + Math.exp(-x));

/** max(0, x), written so that NaN stays NaN. */
export const rectify = (x: number): number => x < 0 ? 0 : x;

type Twin = Readonly<Record<"float32" | "float64", Kernel>>;

const twins: ReadonlyMap<(x: number) => number, Twin> = new Map(
  wasm === undefined ? [] : [[Math.exp, wasm.exp], [logistic, wasm.sigmoid], [rectify, wasm.relu]],
);

/** Numbers that are copied over at a time: they stay in the processor's cache. */
const CHUNK = 1 << 14;
/** For fewer numbers, copying costs more than it saves. */
const FEWEST = 8;

/**
 * Replaces every number of `x` by f of it, with f's twin.
 * @returns false when there is none, or too few numbers for it: nothing is changed.
 */
export function mapFast(x: FloatArray, f: (x: number) => number): boolean {
  const twin = twins.get(f);
  if (twin === undefined || wasm === undefined || x.length < FEWEST) return false;
  const arena = new Arena(wasm.memory, x instanceof Float64Array);
  const kernel = twin[arena.isDouble ? "float64" : "float32"], address = arena.reserve(CHUNK);
  for (let from = 0; from < x.length; from += CHUNK) {
    const some = x.subarray(from, from + CHUNK), copy = arena.at(address, some.length);
    copy.set(some);
    kernel(address, some.length);
    some.set(copy);
  }
  return true;
}
