/** What the readers of files return: numbers in row-major order, and their shape. */
import { allocate, arrayOf, type DType, type NumericArray } from "../../tensor/dtype.ts";
import { showShape } from "../../tensor/shape.ts";
import { DataError } from "../../support/errors.ts";

/** An array as it is stored in a file. */
export interface StoredArray {
  readonly shape: readonly number[];
  /** One number for each element of the shape, in row-major order. */
  readonly data: NumericArray;
}

/** The named arrays of a file. */
export interface NamedArrays {
  /** The arrays that a tensor can hold. */
  readonly tensors: ReadonlyMap<string, StoredArray>;
  /** What else has a name in the file: `int64 [3]`, `a list`. */
  readonly others: ReadonlyMap<string, string>;
}

/** Arrays with more dimensions are refused, as NumPy does. */
export const MAX_DIMENSIONS = 64;

/**
 * The number of elements of a shape.
 * @throws DataError when it has too many dimensions or one that is not a whole number from 0 on, or
 * when the product is too large to count exactly.
 */
export function elementCount(shape: readonly number[], name: string): number {
  const count = shape.reduce((product, dimension) => product * dimension, 1);
  const isWhole = (dimension: number) => Number.isSafeInteger(dimension) && dimension >= 0;
  if (shape.length > MAX_DIMENSIONS || !shape.every(isWhole) || !Number.isSafeInteger(count)) {
    const found = shape.length > MAX_DIMENSIONS ? `${shape.length}` : showShape(shape);
    throw new DataError(
      `${name}: expected at most ${MAX_DIMENSIONS} whole dimensions that fit in memory, found ${found}`,
    );
  }
  return count;
}

/** The bytes of a number. */
export function bytesPer(dtype: DType): number {
  return arrayOf(dtype).BYTES_PER_ELEMENT;
}

/** A copy of bytes as numbers. This machine is little-endian, as all that run JavaScript are. */
export function numbersFrom(bytes: Uint8Array, dtype: DType, bigEndian = false): NumericArray {
  const numbers = allocate(dtype, bytes.length / bytesPer(dtype));
  const copy = bytesOf(numbers);
  copy.set(bytes);
  if (bigEndian) swapBytes(copy, numbers.BYTES_PER_ELEMENT);
  return numbers;
}

/** The memory of numbers, without a copy. */
export function bytesOf({ buffer, byteOffset, byteLength }: NumericArray): Uint8Array {
  return new Uint8Array(buffer, byteOffset, byteLength);
}

/** Reverses the bytes of each number, in place: big-endian to little-endian and back. */
export function swapBytes(bytes: Uint8Array, size: number): void {
  for (let start = 0; start < bytes.length; start += size) {
    for (let a = start, b = start + size - 1; a < b; a++, b--) {
      const byte = bytes[a];
      bytes[a] = bytes[b];
      bytes[b] = byte;
    }
  }
}
