/** What the readers of files return: numbers in row-major order, and their shape. */
import type { NumericArray } from "../../tensor/dtype.ts";
import { DataError } from "../../support/errors.ts";

/** An array as it is stored in a file. */
export interface StoredArray {
  readonly shape: readonly number[];
  /** One number for each element of the shape, in row-major order. */
  readonly data: NumericArray;
}

/** Arrays with more dimensions are refused, as NumPy does. */
export const MAX_DIMENSIONS = 64;

/** A shape for messages: `[2, 3]`, or its first dimensions where it has too many. */
export function showShape(shape: readonly number[]): string {
  if (shape.length <= MAX_DIMENSIONS) return `[${shape.join(", ")}]`;
  return `[${shape.slice(0, 4).join(", ")}, … ${shape.length} dimensions]`;
}

/**
 * The number of elements of a shape.
 * @throws DataError when it has too many dimensions or one that is not a whole number from 0 on, or
 * when the product is too large to count exactly.
 */
export function elementCount(shape: readonly number[], name: string): number {
  const count = shape.reduce((product, dimension) => product * dimension, 1);
  const isWhole = (dimension: number) => Number.isSafeInteger(dimension) && dimension >= 0;
  if (shape.length > MAX_DIMENSIONS || !shape.every(isWhole) || !Number.isSafeInteger(count)) {
    throw new DataError(
      `${name}: expected at most ${MAX_DIMENSIONS} whole dimensions that fit in memory, found ` +
        showShape(shape),
    );
  }
  return count;
}
