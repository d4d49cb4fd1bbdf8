/**
 * What the process that started a kernel can order over the kernel's standard input: one byte each.
 *
 * @module
 */

/** Somebody pressed Stop. */
export const STOP_CELL = 1;

/**
 * Take away what the cell waits for as far as we know it, its timers, and collect garbage: that ends
 * a cell to which nobody can come back any more.
 */
export const ABANDON_CELL = 2;
