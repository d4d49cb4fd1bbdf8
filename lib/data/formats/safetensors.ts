/**
 * Safetensors, a file format for weights that holds nothing but numbers: eight bytes with the length
 * of the header, the header in JSON (type, shape and place of each tensor by name), then the numbers,
 * row-major and little-endian, without gaps or overlaps.
 *
 * The format is that of Hugging Face's safetensors library, which reads what is written here, and
 * the other way round.
 */
import { describe } from "../../support/describe.ts";
import { DataError } from "../../support/errors.ts";
import { type DType, dtypeOf } from "../../tensor/dtype.ts";
import { showShape } from "../../tensor/shape.ts";
import {
  bytesOf,
  bytesPer,
  elementCount,
  MAX_DIMENSIONS,
  type NamedArrays,
  numbersFrom,
  type StoredArray,
} from "./array.ts";

/**
 * The longest header that is read or written: that of some 10,000 tensors. The format allows a
 * hundred times as much, which would take gigabytes to parse.
 */
const MAX_HEADER_BYTES = 1_000_000;

/** The header's own entry, which holds texts and no tensor. */
const METADATA = "__metadata__";

/** Types that a tensor can hold, in the order in which the format's library writes them. */
const DTYPES: readonly (readonly [string, DType])[] = [
  ["F64", "float64"],
  ["F32", "float32"],
  ["I32", "int32"],
  ["U8", "uint8"],
];

/** NumPy's names of the format's other types, and their bytes. */
const OTHER_TYPES: ReadonlyMap<string, readonly [name: string, bytes: number]> = new Map([
  ["F16", ["float16", 2]],
  ["BF16", ["bfloat16", 2]],
  ["I64", ["int64", 8]],
  ["U64", ["uint64", 8]],
  ["U32", ["uint32", 4]],
  ["I16", ["int16", 2]],
  ["U16", ["uint16", 2]],
  ["I8", ["int8", 1]],
  ["BOOL", ["bool", 1]],
]);

/** The content of a safetensors file to write. */
export interface SafeTensors {
  readonly tensors: ReadonlyMap<string, StoredArray>;
  /** Texts by name, such as where the weights come from. */
  readonly metadata: Readonly<Record<string, string>>;
}

/** One entry of the header. */
interface Entry {
  readonly name: string;
  readonly dtype: string;
  readonly shape: readonly number[];
  readonly begin: number;
  readonly end: number;
}

/**
 * The length of the header of a safetensors file.
 * @param start the first bytes of the file, at least nine if there are as many.
 * @param bytes the size of the file.
 * @returns undefined when the file has another format.
 * @throws DataError when the header is longer than the file or than is read here.
 */
export function headerLength(start: Uint8Array, bytes: number, name: string): number | undefined {
  if (start.length < 9 || start[8] !== 0x7b || start.subarray(4, 8).some((byte) => byte > 0)) {
    return undefined;
  }
  const length = new DataView(start.buffer, start.byteOffset).getUint32(0, true);
  const limit = Math.min(MAX_HEADER_BYTES, bytes - 8);
  if (length <= limit) return length;
  throw new DataError(
    `${name}: expected a safetensors file whose header has at most ${limit} bytes, found ${length}`,
  );
}

/**
 * Reads safetensors from memory.
 * @param name the start of error messages.
 * @throws DataError when the header is damaged, or the bytes of a tensor do not match its shape, are
 * outside the file, overlap or leave gaps.
 */
export function decodeSafetensors(
  bytes: Uint8Array,
  name = "safetensors",
): SafeTensors & NamedArrays {
  const { header, offset } = parseHeader(bytes, name);
  const { [METADATA]: metadata = {}, ...rest } = header;
  if (!isTexts(metadata)) {
    throw new DataError(`${name}: expected texts in ${METADATA}, found ${describe(metadata)}`);
  }
  const entries = Object.entries(rest)
    .map(([key, value]) => parseEntry(key, value, name))
    .sort((a, b) => a.begin - b.begin || a.end - b.end);
  let covered = 0;
  for (const entry of entries) {
    if (entry.begin !== covered) {
      throw new DataError(
        `${name}: expected the bytes of ${describe(entry.name)} at ${covered}, where the ones ` +
          `before end, found them at ${entry.begin}`,
      );
    }
    covered = entry.end;
  }
  if (covered !== bytes.length - offset) {
    throw new DataError(
      `${name}: expected ${covered} bytes of numbers, as the header says, found ` +
        `${bytes.length - offset}`,
    );
  }
  const tensors = new Map<string, StoredArray>(), others = new Map<string, string>();
  for (const { name: key, dtype: code, shape, begin, end } of entries) {
    const dtype = DTYPES.find(([known]) => known === code)?.[1];
    if (dtype === undefined) {
      others.set(key, `${OTHER_TYPES.get(code)?.[0] ?? `the type ${code}`} ${showShape(shape)}`);
    } else {
      const data = numbersFrom(bytes.subarray(offset + begin, offset + end), dtype);
      tensors.set(key, { shape, data });
    }
  }
  return { tensors, others, metadata };
}

/** The JSON at the start of the file, and where the numbers begin. */
function parseHeader(
  bytes: Uint8Array,
  name: string,
): { header: Record<string, unknown>; offset: number } {
  const length = headerLength(bytes, bytes.length, name);
  if (length === undefined) {
    throw new DataError(`${name}: expected a safetensors file, found another format`);
  }
  const offset = 8 + length;
  try {
    const text = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true })
      .decode(bytes.subarray(8, offset));
    const header: unknown = JSON.parse(text);
    if (isRecord(header)) return { header, offset };
  } catch (cause) {
    throw new DataError(`${name}: expected a header in JSON, found other text`, { cause });
  }
  throw new DataError(`${name}: expected names and tensors in the header, found other JSON`);
}

function parseEntry(key: string, value: unknown, name: string): Entry {
  const where = `${name}: tensor ${describe(key)}`;
  const { dtype, shape, data_offsets: offsets } = isRecord(value) ? value : {};
  if (
    typeof dtype !== "string" || !isWholeNumbers(shape) || !isWholeNumbers(offsets) ||
    offsets.length !== 2
  ) {
    throw new DataError(
      `${where}: expected dtype, shape and two data_offsets, found ${
        isRecord(value) ? [dtype, shape, offsets].map(describe).join(", ") : describe(value)
      }`,
    );
  }
  const [begin, end] = offsets;
  const known = DTYPES.find(([code]) => code === dtype);
  const size = known === undefined ? OTHER_TYPES.get(dtype)?.[1] : bytesPer(known[1]);
  const expected = elementCount(shape, where) * (size ?? NaN);
  if (end < begin || (size !== undefined && end - begin !== expected)) {
    throw new DataError(
      `${where}: expected ${expected} bytes for the shape ${
        showShape(shape)
      }, found data_offsets ` +
        `[${offsets.join(", ")}]`,
    );
  }
  return { name: key, dtype, shape, begin, end };
}

/**
 * Arrays as the bytes of a safetensors file. As the format's own library does, tensors with larger
 * numbers come first, then by name, and the header is padded to a multiple of eight bytes, so that
 * all numbers are aligned.
 * @throws RangeError for what could not be read back: a tensor named `__metadata__`, half of a
 * surrogate pair in a text, too many dimensions or too long a header.
 */
export function encodeSafetensors({ tensors, metadata }: SafeTensors): Uint8Array<ArrayBuffer> {
  const rank = ({ data }: StoredArray) => DTYPES.findIndex(([, dtype]) => dtype === dtypeOf(data));
  const ordered = [...tensors].sort(([a, x], [b, y]) => rank(x) - rank(y) || (a < b ? -1 : 1));
  const header: [string, unknown][] = [];
  const texts = Object.entries(metadata).sort(([a], [b]) => a < b ? -1 : 1);
  if (texts.length > 0) header.push([METADATA, Object.fromEntries(texts)]);
  let end = 0;
  for (const [name, { shape, data }] of ordered) {
    if (name === METADATA || shape.length > MAX_DIMENSIONS) {
      throw new RangeError(
        `safetensors: expected names other than ${METADATA} and at most ${MAX_DIMENSIONS} ` +
          `dimensions, found ${describe(name)} with ${shape.length}`,
      );
    }
    const begin = end;
    end += data.byteLength;
    header.push([name, {
      dtype: DTYPES[rank({ shape, data })][0],
      shape,
      data_offsets: [begin, end],
    }]);
  }
  for (const text of [...tensors.keys(), ...texts.flat()]) {
    if (text.isWellFormed()) continue;
    throw new RangeError(
      `safetensors: expected well-formed texts, found half of a surrogate pair in ${
        describe(text)
      }`,
    );
  }
  const json = new TextEncoder().encode(jsonObject(header));
  const length = Math.ceil(json.length / 8) * 8;
  if (length > MAX_HEADER_BYTES) {
    throw new RangeError(
      `safetensors: expected names and metadata of at most ${MAX_HEADER_BYTES} bytes, found ${length}`,
    );
  }
  const bytes = new Uint8Array(8 + length + end);
  new DataView(bytes.buffer).setUint32(0, length, true);
  bytes.fill(0x20, 8, 8 + length);
  bytes.set(json, 8);
  let position = 8 + length;
  for (const [, { data }] of ordered) {
    bytes.set(bytesOf(data), position);
    position += data.byteLength;
  }
  return bytes;
}

/** JSON in the given order: an object would put names such as "1" first, and lose "__proto__". */
function jsonObject(entries: readonly (readonly [string, unknown])[]): string {
  return `{${entries.map(([key, value]) => `${JSON.stringify(key)}:${JSON.stringify(value)}`)}}`;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function isTexts(value: unknown): value is Record<string, string> {
  return isRecord(value) && Object.values(value).every((text) => typeof text === "string");
}

function isWholeNumbers(value: unknown): value is number[] {
  return Array.isArray(value) && value.every((n) => Number.isSafeInteger(n) && n >= 0);
}
