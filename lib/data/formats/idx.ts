/**
 * IDX, the file format of MNIST: two zero bytes, the type of the numbers, the number of dimensions,
 * each dimension as a 32-bit integer, then the numbers in row-major order; all of it big-endian.
 *
 * Described at the end of the MNIST page of Y. LeCun, C. Cortes and C. J. C. Burges.
 */
import type { NumericArray } from "../../tensor/dtype.ts";
import { DataError } from "../../support/errors.ts";
import { inspectFile, readContent, readStart, sha256Of } from "../../support/files.ts";
import { elementCount, MAX_DIMENSIONS, showShape, type StoredArray } from "./array.ts";
import { unexpected } from "./kind.ts";

/** The types that a tensor can hold, by the third byte of the file. */
const TYPES: ReadonlyMap<number, { name: string; bytes: 1 | 4 | 8 }> = new Map([
  [0x08, { name: "uint8", bytes: 1 }],
  [0x0c, { name: "int32", bytes: 4 }],
  [0x0d, { name: "float32", bytes: 4 }],
  [0x0e, { name: "float64", bytes: 8 }],
]);

/** Types of the format that no tensor holds. */
const OTHER_TYPES: ReadonlyMap<number, string> = new Map([[0x09, "int8"], [0x0b, "int16"]]);

/** The longest header: 255 dimensions. */
const MAX_HEADER_BYTES = 4 + 4 * 255;

/** The header of an IDX file. */
interface IdxHeader {
  readonly code: number;
  readonly shape: readonly number[];
  /** Where the numbers begin. */
  readonly offset: number;
  /** How many bytes of numbers follow. */
  readonly dataBytes: number;
}

/** Options of {@link readIdx}. */
export interface ReadIdxOptions {
  /** The SHA-256 that the content must have, in hexadecimal. */
  readonly sha256?: string;
  /** The most bytes of content to accept. Default: 2 GiB. */
  readonly maxBytes?: number;
}

/**
 * Reads an IDX file, gzipped or not, into one array. The size that the header announces is checked
 * before memory is taken, and a gzip is not decompressed beyond it.
 * @throws DataError when the file is missing or not IDX, is longer or shorter than its dimensions
 * say, holds a type that no tensor holds, or has another SHA-256.
 */
export async function readIdx(path: string, options: ReadIdxOptions = {}): Promise<StoredArray> {
  const { sha256, maxBytes = 2 ** 31 } = options;
  const header = parseHeader(await readStart(path, MAX_HEADER_BYTES), path);
  const most = Math.min(maxBytes, (await inspectFile(path)).maxContentBytes);
  const size = header.offset + header.dataBytes;
  if (size > most) throw wrongLength(path, header, `room for at most ${most - header.offset}`);
  const content = await readContent(path, size);
  if (content === undefined) throw wrongLength(path, header, "more");
  const array = decodeIdx(content, path);
  const found = sha256 === undefined ? undefined : await sha256Of([content]);
  if (found === sha256) return array;
  throw new DataError(`${path}: expected content with SHA-256 ${sha256}, found ${found}`);
}

/**
 * Reads IDX from memory. Numbers of one byte are not copied.
 * @param name the start of error messages.
 * @throws DataError as {@link readIdx}.
 */
export function decodeIdx(bytes: Uint8Array, name = "IDX"): StoredArray {
  const header = parseHeader(bytes, name);
  const data = bytes.subarray(header.offset);
  if (data.length > header.dataBytes) throw wrongLength(name, header, "more");
  if (data.length < header.dataBytes) throw wrongLength(name, header, `only ${data.length}`);
  return { shape: header.shape, data: toNumbers(data, header.code) };
}

function parseHeader(bytes: Uint8Array, name: string): IdxHeader {
  const [zero, zeroToo, code, dimensions] = bytes;
  const type = TYPES.get(code);
  if (zero !== 0 || zeroToo !== 0 || (type === undefined && !OTHER_TYPES.has(code))) {
    throw unexpected(name, "an IDX file, which starts with 0x0000", "images", bytes);
  }
  if (type === undefined) {
    const expected = [...TYPES.values()].map(({ name }) => name).join(", ");
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
  return { code, shape, offset, dataBytes: elementCount(shape, name) * type.bytes };
}

function wrongLength(name: string, { shape, dataBytes }: IdxHeader, found: string): DataError {
  return new DataError(
    `${name}: expected ${dataBytes} bytes for its dimensions [${shape.join(", ")}], found ${found}`,
  );
}

/** Big-endian bytes as numbers of this machine. */
function toNumbers(bytes: Uint8Array, code: number): NumericArray {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  switch (code) {
    case 0x0c:
      return Int32Array.from({ length: bytes.length / 4 }, (_, i) => view.getInt32(4 * i));
    case 0x0d:
      return Float32Array.from({ length: bytes.length / 4 }, (_, i) => view.getFloat32(4 * i));
    case 0x0e:
      return Float64Array.from({ length: bytes.length / 8 }, (_, i) => view.getFloat64(8 * i));
    default:
      return bytes;
  }
}

/**
 * An array as the bytes of an IDX file.
 * @throws RangeError for a shape that cannot be read back.
 */
export function encodeIdx({ shape, data }: StoredArray): Uint8Array<ArrayBuffer> {
  if (shape.length > MAX_DIMENSIONS || shape.some((dimension) => dimension >= 2 ** 32)) {
    throw new RangeError(
      `encodeIdx: expected at most ${MAX_DIMENSIONS} dimensions, each below 2³², found ` +
        showShape(shape),
    );
  }
  const offset = 4 + 4 * shape.length;
  const bytes = new Uint8Array(offset + data.byteLength);
  const view = new DataView(bytes.buffer);
  bytes[3] = shape.length;
  shape.forEach((dimension, i) => view.setUint32(4 + 4 * i, dimension));
  if (data instanceof Uint8Array) {
    bytes[2] = 0x08;
    bytes.set(data, offset);
  } else if (data instanceof Int32Array) {
    bytes[2] = 0x0c;
    data.forEach((value, i) => view.setInt32(offset + 4 * i, value));
  } else if (data instanceof Float32Array) {
    bytes[2] = 0x0d;
    data.forEach((value, i) => view.setFloat32(offset + 4 * i, value));
  } else {
    bytes[2] = 0x0e;
    data.forEach((value, i) => view.setFloat64(offset + 8 * i, value));
  }
  return bytes;
}
