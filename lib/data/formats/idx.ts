/**
 * IDX, the file format of MNIST: two zero bytes, the type of the numbers, the number of dimensions,
 * each dimension as a 32-bit integer, then the numbers in row-major order; all of it big-endian.
 *
 * Described at the end of the MNIST page of Y. LeCun, C. Cortes and C. J. C. Burges.
 */
import { type DType, dtypeOf } from "../../tensor/dtype.ts";
import { DataError } from "../../support/errors.ts";
import {
  bytesOf,
  bytesPer,
  elementCount,
  MAX_DIMENSIONS,
  numbersFrom,
  type StoredArray,
  swapBytes,
} from "./array.ts";
import { unexpected } from "./kind.ts";

/** The types that a tensor can hold, by the third byte of the file. */
const TYPES: ReadonlyMap<number, DType> = new Map([
  [0x08, "uint8"],
  [0x0c, "int32"],
  [0x0d, "float32"],
  [0x0e, "float64"],
]);

/** Types of the format that no tensor holds. */
const OTHER_TYPES: ReadonlyMap<number, string> = new Map([[0x09, "int8"], [0x0b, "int16"]]);

/** The header of an IDX file. */
export interface IdxHeader {
  readonly type: DType;
  readonly shape: readonly number[];
  /** Where the numbers begin. */
  readonly offset: number;
  /** How many bytes of numbers follow. */
  readonly dataBytes: number;
}

/**
 * Reads IDX from memory. Numbers of one byte are not copied.
 * @param name the start of error messages.
 * @throws DataError when they are not IDX, are more or fewer than the dimensions say, or hold a type
 * that no tensor holds.
 */
export function decodeIdx(bytes: Uint8Array, name = "IDX"): StoredArray {
  const header = parseHeader(bytes, name);
  const data = bytes.subarray(header.offset);
  if (data.length > header.dataBytes) throw wrongLength(name, header, "more");
  if (data.length < header.dataBytes) throw wrongLength(name, header, `only ${data.length}`);
  const { shape, type } = header;
  return { shape, data: type === "uint8" ? data : numbersFrom(data, type, true) };
}

/**
 * The header of an IDX file.
 * @param bytes the start of the file.
 * @throws DataError when they are not IDX, or announce a type that no tensor holds.
 */
export function parseHeader(bytes: Uint8Array, name: string): IdxHeader {
  const [zero, zeroToo, code, dimensions] = bytes;
  const type = TYPES.get(code);
  if (zero !== 0 || zeroToo !== 0 || (type === undefined && !OTHER_TYPES.has(code))) {
    throw unexpected(name, "an IDX file, which starts with 0x0000", "images", bytes);
  }
  if (type === undefined) {
    const expected = [...TYPES.values()].join(", ");
    throw new DataError(
      `${name}: expected numbers of type ${expected}, found ${OTHER_TYPES.get(code)}`,
    );
  }
  const offset = 4 + 4 * dimensions;
  if (!(bytes.length >= offset)) { // also where the number of dimensions is missing
    throw new DataError(`${name}: expected an IDX file, found only ${bytes.length} bytes`);
  }
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const shape = Array.from({ length: dimensions }, (_, i) => view.getUint32(4 + 4 * i));
  return { type, shape, offset, dataBytes: elementCount(shape, name) * bytesPer(type) };
}

/** The error for a file with more or fewer numbers than its dimensions say. */
export function wrongLength(
  name: string,
  { shape, dataBytes }: IdxHeader,
  found: string,
): DataError {
  return new DataError(
    `${name}: expected ${dataBytes} bytes for its dimensions [${shape.join(", ")}], found ${found}`,
  );
}

/**
 * An array as the bytes of an IDX file.
 * @throws RangeError for a shape that could not be read back.
 */
export function encodeIdx({ shape, data }: StoredArray): Uint8Array<ArrayBuffer> {
  if (shape.length > MAX_DIMENSIONS || shape.some((dimension) => dimension >= 2 ** 32)) {
    throw new RangeError(
      `encodeIdx: expected at most ${MAX_DIMENSIONS} dimensions below 2³², found ${shape.length}: ` +
        shape.slice(0, MAX_DIMENSIONS),
    );
  }
  const offset = 4 + 4 * shape.length;
  const bytes = new Uint8Array(offset + data.byteLength);
  const view = new DataView(bytes.buffer);
  const code = [...TYPES].find(([, type]) => type === dtypeOf(data))?.[0] ?? NaN;
  bytes.set([code, shape.length], 2);
  shape.forEach((dimension, i) => view.setUint32(4 + 4 * i, dimension));
  const numbers = bytes.subarray(offset);
  numbers.set(bytesOf(data));
  swapBytes(numbers, data.BYTES_PER_ELEMENT);
  return bytes;
}
