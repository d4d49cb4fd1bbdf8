/**
 * Stop, pressed while a cell runs. The kernel cannot interrupt an asynchronous loop; a loop that
 * calls {@linkcode breathe} ends by itself, between two steps.
 */

/** 1 from the press of Stop until the cell ends, otherwise 0. */
let flag: Int32Array = new Int32Array(1);

/** Thrown when Stop was pressed. Steps that were complete keep their effect. */
export class Stopped extends Error {
  /** Printed before the message. */
  override name = "Stopped";

  constructor() {
    super("stopped; everything finished so far is kept");
  }
}

/**
 * Whether Stop was pressed since the cell began, for a loop that ends in its own way.
 *
 * @example
 * ```ts
 * import { breathe } from "mnist";
 * import { stopRequested } from "./stop.ts";
 * let steps = 0;
 * while (steps < 100 && !stopRequested()) {
 *   steps++;
 *   await breathe();
 * }
 * ```
 */
export function stopRequested(): boolean {
  return Atomics.load(flag, 0) !== 0;
}

/**
 * Makes a shared array the flag that Stop sets. The kernel's relay writes to it from another thread,
 * so that Stop is seen even while this thread is busy.
 *
 * @param shared one number, 0 or 1.
 */
export function watchStop(shared: Int32Array): void {
  flag = shared;
}
