/**
 * Safetensors, a file format for weights that holds nothing but numbers: eight bytes with the length
 * of the head, the head in JSON (type, shape and place of each tensor by name), then the numbers,
 * row-major and little-endian, with neither gaps nor overlaps.
 *
 * The format is that of Hugging Face's safetensors library; what it writes can be read here and the
 * other way round.
 */
import type { NumericArray } from "../../tensor/dtype.ts";
import { elementCount, type StoredArray } from "./array.ts";
import { DataError } from "../../support/errors.ts";

/** The longest head that the format allows. */
const MAX_HEAD_BYTES = 100_000_000;

/** The head's own entry, which holds texts and no tensor. */
const METADATA = "__metadata__";

/** Types that a tensor can hold; `F16` and the like are refused by name. */
const DTYPES: ReadonlyMap<string, { bytes: number; view: (buffer: ArrayBuffer) => NumericArray }> =
  new Map([
    ["F64", { bytes: 8, view: (buffer) => new Float64Array(buffer) }],
    ["F32", { bytes: 4, view: (buffer) => new Float32Array(buffer) }],
    ["I32", { bytes: 4, view: (buffer) => new Int32Array(buffer) }],
    ["U8", { bytes: 1, view: (buffer) => new Uint8Array(buffer) }],
  ]);

/** The content of a safetensors file. */
export interface SafeTensors {
  /** The arrays by name, in the order of their bytes. */
  readonly tensors: ReadonlyMap<string, StoredArray>;
  /** Texts by name, such as where the weights come from. */
  readonly metadata: Readonly<Record<string, string>>;
}

/** One entry of the head, checked. */
interface Entry {
  readonly name: string;
  readonly dtype: string;
  readonly shape: readonly number[];
  readonly begin: number;
  readonly end: number;
}

/**
 * Reads safetensors from memory.
 * @param name stands in front of error messages.
 * @throws DataError when the head is damaged, a tensor's bytes do not match its shape, lie outside
 * the file, overlap or leave gaps, or a type is none that a tensor can hold.
 */
export function decodeSafetensors(bytes: Uint8Array, name = "safetensors"): SafeTensors {
  const { head, offset } = parseHead(bytes, name);
  const { [METADATA]: metadata = {}, ...rest } = head;
  if (!isRecord(metadata) || !Object.values(metadata).every((text) => typeof text === "string")) {
    throw new DataError(`${name}: expected texts in ${METADATA}, found ${brief(metadata)}`);
  }
  const entries = Object.entries(rest)
    .map(([key, value]) => parseEntry(key, value, name))
    .sort((a, b) => a.begin - b.begin || a.end - b.end);
  let covered = 0;
  for (const entry of entries) {
    if (entry.begin !== covered) {
      throw new DataError(
        `${name}: expected the bytes of ${entry.name} at ${covered}, where the ones before end, ` +
          `found them at ${entry.begin}`,
      );
    }
    covered = entry.end;
  }
  if (covered !== bytes.length - offset) {
    throw new DataError(
      `${name}: expected ${covered} bytes of numbers, as the head says, found ` +
        `${bytes.length - offset}`,
    );
  }
  const tensors = new Map(entries.map((entry) => {
    const { begin, end, shape } = entry;
    const own = new Uint8Array(bytes.subarray(offset + begin, offset + end)); // numbers must be aligned
    return [entry.name, { shape, data: dtypeOf(entry.dtype, entry.name, name).view(own.buffer) }];
  }));
  return { tensors, metadata: stringsOf(metadata) };
}

/** The JSON at the start of the file, and where the numbers begin. */
function parseHead(
  bytes: Uint8Array,
  name: string,
): { head: Record<string, unknown>; offset: number } {
  if (bytes.length < 8) {
    throw new DataError(`${name}: expected a safetensors file, found only ${bytes.length} bytes`);
  }
  const length = new DataView(bytes.buffer, bytes.byteOffset).getBigUint64(0, true);
  const limit = Math.min(MAX_HEAD_BYTES, bytes.length - 8);
  if (length > BigInt(limit)) {
    throw new DataError(
      `${name}: expected a safetensors file whose head has at most ${limit} bytes, found ${length}`,
    );
  }
  const offset = 8 + Number(length);
  let head: unknown;
  try {
    const text = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true })
      .decode(bytes.subarray(8, offset));
    head = JSON.parse(text);
  } catch (error) {
    throw new DataError(`${name}: expected a head in JSON, found other text`, { cause: error });
  }
  if (!isRecord(head)) {
    throw new DataError(`${name}: expected names and tensors in the head, found ${brief(head)}`);
  }
  return { head, offset };
}

function parseEntry(key: string, value: unknown, name: string): Entry {
  const where = `${name}: tensor ${JSON.stringify(key)}`;
  if (!isRecord(value)) {
    throw new DataError(`${where}: expected dtype, shape and data_offsets, found ${brief(value)}`);
  }
  const { dtype, shape, data_offsets: offsets } = value;
  if (typeof dtype !== "string" || !isWholeNumbers(shape) || !isWholeNumbers(offsets)) {
    throw new DataError(`${where}: expected dtype, shape and data_offsets, found ${brief(value)}`);
  }
  const [begin, end] = offsets;
  const size = elementCount(shape, where) * dtypeOf(dtype, key, name).bytes;
  if (offsets.length !== 2 || end - begin !== size) {
    throw new DataError(
      `${where}: expected ${size} bytes for the shape [${shape.join(", ")}], found data_offsets ` +
        `[${offsets.join(", ")}]`,
    );
  }
  return { name: key, dtype, shape, begin, end };
}

/** How a type is stored. */
function dtypeOf(dtype: string, key: string, name: string) {
  const known = DTYPES.get(dtype);
  if (known !== undefined) return known;
  throw new DataError(
    `${name}: tensor ${JSON.stringify(key)}: expected numbers of type ` +
      `${[...DTYPES.keys()].join(", ")}, found ${brief(dtype)}`,
  );
}

/**
 * Arrays as the bytes of a safetensors file. As the format's own library does, tensors with larger
 * numbers come first, then by name, and the head is filled up to a multiple of eight bytes, so that
 * all numbers are aligned.
 * @throws RangeError when a tensor is called `__metadata__`.
 */
export function encodeSafetensors({ tensors, metadata }: SafeTensors): Uint8Array<ArrayBuffer> {
  if (tensors.has(METADATA)) {
    throw new RangeError(`encodeSafetensors: expected other names than ${METADATA}, found it`);
  }
  const ordered = [...tensors].sort(([a, x], [b, y]) =>
    y.data.BYTES_PER_ELEMENT - x.data.BYTES_PER_ELEMENT ||
    TYPE_ORDER.indexOf(nameOf(x.data)) - TYPE_ORDER.indexOf(nameOf(y.data)) || (a < b ? -1 : 1)
  );
  const head: [string, unknown][] = [];
  const texts = Object.entries(metadata).sort(([a], [b]) => a < b ? -1 : 1);
  if (texts.length > 0) head.push([METADATA, Object.fromEntries(texts)]);
  let end = 0;
  for (const [name, { shape, data }] of ordered) {
    const begin = end;
    end += data.byteLength;
    head.push([name, { dtype: nameOf(data), shape, data_offsets: [begin, end] }]);
  }
  const json = new TextEncoder().encode(jsonObject(head));
  const headLength = Math.ceil(json.length / 8) * 8;
  const bytes = new Uint8Array(8 + headLength + end);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(headLength), true);
  bytes.set(json, 8);
  bytes.fill(0x20, 8 + json.length, 8 + headLength);
  let position = 8 + headLength;
  for (const [, { data }] of ordered) {
    bytes.set(new Uint8Array(data.buffer, data.byteOffset, data.byteLength), position);
    position += data.byteLength;
  }
  return bytes;
}

/** Types of one size come in this order. */
const TYPE_ORDER: readonly string[] = ["F64", "F32", "I32", "U8"];

function nameOf(data: NumericArray): string {
  if (data instanceof Float64Array) return "F64";
  if (data instanceof Float32Array) return "F32";
  return data instanceof Int32Array ? "I32" : "U8";
}

/** JSON in the given order: an object would put names such as "1" first, and swallow "__proto__". */
function jsonObject(entries: readonly (readonly [string, unknown])[]): string {
  return `{${entries.map(([key, value]) => `${JSON.stringify(key)}:${JSON.stringify(value)}`)}}`;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function isWholeNumbers(value: unknown): value is number[] {
  return Array.isArray(value) && value.every((n) => Number.isSafeInteger(n) && n >= 0);
}

function stringsOf(record: Record<string, unknown>): Record<string, string> {
  return Object.fromEntries(Object.entries(record).map(([key, value]) => [key, String(value)]));
}

/** The start of a value, for error messages; a damaged head may be long or deep. */
function brief(value: unknown): string {
  return JSON.stringify(value)?.slice(0, 80) ?? "nothing";
}
