/** The fast twins of optimizers' steps. The plain ones are in nn/optimizers.ts, with the formulas. */
import type { Storage } from "./storage.ts";
import { wasm } from "./wasm/module.ts";

/** The constants of a step: η of this step, 1 - β₁, 1 - β₂ and ε. */
export interface AdamStep {
  readonly rate: number;
  readonly share1: number;
  readonly share2: number;
  readonly epsilon: number;
}

/** Whether all are float32 and in the kernels' memory. */
function areReady(storages: readonly Storage[]): boolean {
  return storages.every((storage) => storage.dtype === "float32" && storage.settle() > 0);
}

/**
 * One step of Adam: `out` from weights w and their gradient g; the memories m and v are changed.
 * @returns false where the numbers are not float32 or no kernel can reach them: nothing is changed.
 */
export function adamFast(
  w: Storage,
  g: Storage,
  m: Storage,
  v: Storage,
  { rate, share1, share2, epsilon }: AdamStep,
  out: Storage,
): boolean {
  if (wasm === undefined || !areReady([w, g, m, v, out])) return false;
  const [atW, atG, atM, atV] = [w.address, g.address, m.address, v.address];
  wasm.adam(atW, atG, atM, atV, w.length, rate, share1, share2, epsilon, out.address);
  return true;
}

/** out = w - rate·g. @returns as {@link adamFast}. */
export function descendFast(w: Storage, g: Storage, rate: number, out: Storage): boolean {
  if (wasm === undefined || !areReady([w, g, out])) return false;
  wasm.descend(w.address, g.address, rate, w.length, out.address);
  return true;
}
