/** What the readers of files give: numbers in row-major order, and their shape. */
import type { NumericArray } from "../../tensor/dtype.ts";
import { DataError } from "../../support/errors.ts";

/** An array as it is stored in a file. */
export interface StoredArray {
  readonly shape: readonly number[];
  /** As many numbers as the shape has places, in row-major order. */
  readonly data: NumericArray;
}

/**
 * The number of elements of a shape.
 * @throws DataError when a dimension is not a whole number from 0 on, or the product is too large
 * to count exactly.
 */
export function elementCount(shape: readonly number[], name: string): number {
  let count = 1;
  for (const dimension of shape) {
    if (!Number.isSafeInteger(dimension) || dimension < 0) {
      throw new DataError(`${name}: expected whole dimensions, found [${shape.join(", ")}]`);
    }
    count *= dimension;
    if (!Number.isSafeInteger(count)) {
      throw new DataError(`${name}: expected a shape that fits in memory, found [${shape}]`);
    }
  }
  return count;
}
