/**
 * The memory that the kernel's main thread shares with the worker that takes orders.
 *
 * @module
 */

/** Whether Stop was pressed; `lib` looks at the first number. */
export const STOP = { index: 0, none: 0, pressed: 1 } as const;

/** Whether the main thread is asked to wait, and waits. */
export const HOLD = { index: 1, none: 0, wanted: 1, waiting: 2 } as const;

/** The memory. */
export function newMemory(): Int32Array {
  return new Int32Array(new SharedArrayBuffer(8));
}
