/**
 * What the process that started a kernel can order over the kernel's standard input, one byte each.
 * The main thread of the kernel acknowledges every order, in sequence, as soon as it is idle.
 *
 * @module
 */

/** Stop was pressed. */
export const STOP_CELL = 1;

/**
 * Remove the timers that the cell has set, and collect garbage: a cell that nothing can resume then
 * ends.
 */
export const ABANDON_CELL = 2;

/**
 * Keep the main thread waiting where it can be interrupted, from the moment when it is idle. An
 * interrupt that reaches an idle main thread anywhere else paralyses the kernel.
 */
export const HOLD = 3;

/** Go on after {@linkcode HOLD}. */
export const RELEASE = 4;

/** Where the two threads find each other's state in the memory that they share. */
export const STOP_INDEX = 0, HOLD_INDEX = 1;

/** Milliseconds after which the main thread goes on without {@linkcode RELEASE}. */
export const HOLD_LIMIT = 10_000;
