/**
 * What the process that started a kernel can order over the kernel's standard input: one byte each.
 *
 * @module
 */

/** Somebody pressed Stop. */
export const STOP_CELL = 1;

/** Collect garbage now. It frees a cell that waits for something that can never come. */
export const COLLECT_GARBAGE = 2;
