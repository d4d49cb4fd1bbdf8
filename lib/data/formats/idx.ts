/**
 * IDX, the file format of MNIST: two zero bytes, the type of the numbers, the number of dimensions,
 * each dimension as a 32-bit integer, then the numbers in row-major order; all of it big-endian.
 *
 * Described at the end of the MNIST page of Y. LeCun, C. Cortes and C. J. C. Burges.
 */
import { createHash } from "node:crypto";
import type { NumericArray } from "../../tensor/dtype.ts";
import { elementCount, type StoredArray } from "./array.ts";
import { inspectFile, readChunks } from "./bytes.ts";
import { DataError } from "../../support/errors.ts";

/** The types that a tensor can hold, by the third byte of the file. */
const TYPES: ReadonlyMap<number, { name: string; bytes: 1 | 4 | 8 }> = new Map([
  [0x08, { name: "uint8", bytes: 1 }],
  [0x0c, { name: "int32", bytes: 4 }],
  [0x0d, { name: "float32", bytes: 4 }],
  [0x0e, { name: "float64", bytes: 8 }],
]);

/** Types of the format that no tensor holds. */
const OTHER_TYPES: ReadonlyMap<number, string> = new Map([[0x09, "int8"], [0x0b, "int16"]]);

/** What the head of an IDX file promises. */
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
  /** The SHA-256 that the unzipped content must have, in hexadecimal. */
  readonly sha256?: string;
  /** The largest number of bytes that may be taken for the numbers. */
  readonly maxBytes?: number;
}

/**
 * Reads an IDX file, gzipped or not.
 *
 * Its head is checked against the size of the file before memory is taken for the numbers, and a
 * gzip that holds more than its head promises is not unzipped any further.
 * @throws DataError when the file is not there, is not IDX, is longer or shorter than its
 * dimensions say, holds a type that no tensor holds, or has another SHA-256.
 */
export async function readIdx(path: string, options: ReadIdxOptions = {}): Promise<StoredArray> {
  const { sha256, maxBytes = 2 ** 31 } = options;
  const { maxContentBytes } = await inspectFile(path);
  return await decode(readChunks(path), path, Math.min(maxBytes, maxContentBytes), sha256);
}

/**
 * Reads IDX from memory.
 * @param name stands in front of error messages.
 * @throws DataError as {@link readIdx}.
 */
export async function decodeIdx(bytes: Uint8Array, name = "IDX"): Promise<StoredArray> {
  return await decode([bytes], name, bytes.length);
}

/** Reads pieces of IDX into one array of exactly the size that the head promises. */
async function decode(
  chunks: AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
  name: string,
  maxBytes: number,
  sha256?: string,
): Promise<StoredArray> {
  const hash = sha256 === undefined ? undefined : createHash("sha256");
  let head = new Uint8Array(0);
  let header: IdxHeader | undefined;
  let data = new Uint8Array(0);
  let filled = 0;
  for await (const chunk of chunks) {
    hash?.update(chunk);
    let rest = chunk;
    if (header === undefined) {
      head = join(head, chunk);
      header = parseHeader(head, name);
      if (header === undefined) continue;
      if (header.dataBytes > maxBytes) {
        throw wrongLength(name, header, `room for at most ${maxBytes}`);
      }
      data = new Uint8Array(header.dataBytes);
      rest = head.subarray(header.offset);
    }
    if (filled + rest.length > header.dataBytes) throw wrongLength(name, header, "more");
    data.set(rest, filled);
    filled += rest.length;
  }
  if (header === undefined) {
    throw new DataError(`${name}: expected an IDX file, found only ${head.length} bytes`);
  }
  if (filled < header.dataBytes) throw wrongLength(name, header, `only ${filled}`);
  const found = hash?.digest("hex");
  if (found !== sha256) {
    throw new DataError(`${name}: expected content with SHA-256 ${sha256}, found ${found}`);
  }
  return { shape: header.shape, data: toNumbers(data, header.code) };
}

/** The bytes of two arrays in one: the head of a file may come in several pieces. */
function join(a: Uint8Array, b: Uint8Array): Uint8Array<ArrayBuffer> {
  const both = new Uint8Array(a.length + b.length);
  both.set(a);
  both.set(b, a.length);
  return both;
}

/** The head of an IDX file, or nothing while it is not all there yet. */
function parseHeader(bytes: Uint8Array, name: string): IdxHeader | undefined {
  if (bytes.length < 4) return undefined;
  const code = bytes[2];
  const type = TYPES.get(code);
  const magic = `0x${bytes.subarray(0, 4).toHex()}`;
  if (bytes[0] !== 0 || bytes[1] !== 0 || (type === undefined && !OTHER_TYPES.has(code))) {
    throw new DataError(
      `${name}: expected an IDX file, which starts with 0x0000, found ${magic}`,
    );
  }
  if (type === undefined) {
    const expected = [...TYPES.values()].map(({ name }) => name).join(", ");
    throw new DataError(
      `${name}: expected numbers of type ${expected}, found ${OTHER_TYPES.get(code)} (${magic})`,
    );
  }
  const offset = 4 + 4 * bytes[3];
  if (bytes.length < offset) return undefined;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const shape = Array.from({ length: bytes[3] }, (_, i) => view.getUint32(4 + 4 * i));
  return { code, shape, offset, dataBytes: elementCount(shape, name) * type.bytes };
}

function wrongLength(name: string, header: IdxHeader, found: string): DataError {
  const { shape, dataBytes } = header;
  return new DataError(
    `${name}: expected ${dataBytes} bytes for its dimensions [${shape.join(", ")}], found ${found}`,
  );
}

/** Big-endian bytes as numbers of this machine. */
function toNumbers(bytes: Uint8Array<ArrayBuffer>, code: number): NumericArray {
  const view = new DataView(bytes.buffer);
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
 * @throws RangeError when it has more than 255 dimensions or one of 2³² or more.
 */
export function encodeIdx({ shape, data }: StoredArray): Uint8Array<ArrayBuffer> {
  if (shape.length > 255 || shape.some((dimension) => dimension >= 2 ** 32)) {
    throw new RangeError(`encodeIdx: expected dimensions that IDX can hold, found [${shape}]`);
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
