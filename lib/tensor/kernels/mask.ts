/** Random masks for dropout. */
import type { Storage } from "./storage.ts";
import { Arena, wasm } from "./wasm/module.ts";

const LANES = 4, WORDS = 4;

/**
 * out[i] = 0 with probability `rate`, else `kept`
 *
 * Drawn by four generators side by side, xorshift128 (Marsaglia, Xorshift RNGs, 2003), each for every
 * fourth number. The same seed gives the same mask on every machine, with and without WebAssembly.
 * @param seed an integer from 0 to 2³² - 1.
 */
export function fillMask(out: Storage, rate: number, kept: number, seed: number): void {
  const state = spread(seed), limit = Math.floor(rate * 2 ** 32);
  if (!maskFast(out, limit, kept, state)) maskPlain(out, limit, kept, state);
}

/** 16 words from one, by splitmix32: words of neighbouring seeds have nothing in common. */
function spread(seed: number): Uint32Array {
  const words = new Uint32Array(LANES * WORDS);
  for (let i = 0; i < words.length; i++) {
    let z = seed = seed + 0x9e3779b9 | 0;
    z = Math.imul(z ^ z >>> 16, 0x21f0aaad);
    z = Math.imul(z ^ z >>> 15, 0x735a2d97);
    words[i] = z ^ z >>> 15;
  }
  return words;
}

/** With the kernel. @returns false where it cannot reach the numbers: nothing is written. */
export function maskFast(out: Storage, limit: number, kept: number, state: Uint32Array): boolean {
  if (wasm === undefined || out.dtype !== "float32" || out.address === 0) return false;
  const at = new Arena(wasm.memory, false).reserve(state.length);
  new Uint32Array(wasm.memory.buffer, at, state.length).set(state);
  wasm.mask(at, limit, kept, out.length, out.address);
  return true;
}

/** In TypeScript. */
export function maskPlain(out: Storage, limit: number, kept: number, state: Uint32Array): void {
  const { array } = out, words = state.slice();
  for (let i = 0; i < array.length; i++) {
    const lane = i % LANES, a = words[lane], d = words[lane + 3 * LANES];
    const t = a ^ a << 11;
    words[lane] = words[lane + LANES];
    words[lane + LANES] = words[lane + 2 * LANES];
    words[lane + 2 * LANES] = d;
    words[lane + 3 * LANES] = d ^ d >>> 19 ^ t ^ t >>> 8;
    array[i] = words[lane + 3 * LANES] >= limit ? kept : 0;
  }
}
