/** Tables of numbers as text: comma-separated values, and the like. */
import { describe } from "../../support/describe.ts";
import { inspectFile, readPieces, readStart, writeFile } from "../../support/files.ts";
import { onlyKnown } from "../../support/names.ts";
import { projectPath } from "../../support/paths.ts";
import type { DType } from "../../tensor/dtype.ts";
import { Tensor } from "../../tensor/tensor.ts";
import { bytesPer } from "./array.ts";
import { CsvParser } from "./csv_parser.ts";
import { NUMBER } from "./csv_remedies.ts";
import { isOtherThanText, START_BYTES, unexpected } from "./kind.ts";

/** Options of {@link loadCsv}. */
export interface CsvOptions {
  /** The character between two numbers, one of ASCII. Default: a comma. */
  readonly separator?: string;
  /** Whether the first line names the columns. Default: false. */
  readonly header?: boolean;
  /** The dtype of the table. Default: float64. */
  readonly dtype?: DType;
  /**
   * The most bytes of numbers to create. Default: 2 GiB; for a gzipped file 32 times its size or
   * 16 MiB, because a small one can hold a table that fills the memory.
   */
  readonly maxBytes?: number;
}

/** A table of numbers with the names of its columns. */
export interface CsvTable {
  /** The names in the first line, if `header` is true. */
  readonly names: readonly string[] | undefined;
  /** The numbers, a row for each line. */
  readonly table: Tensor<[number, number]>;
}

/**
 * Reads a table of numbers, as NumPy's `loadtxt` does: each line is a row, all of the same length.
 *
 * The file is read in pieces, straight into the array, and may be gzipped. Lines may end as on
 * Windows; empty lines are allowed at the end, a byte order mark at the start. Numbers may be in
 * double quotes.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { loadCsv } from "mnist";
 *
 * const path = await Deno.makeTempFile({ suffix: ".csv" });
 * await Deno.writeTextFile(path, "5,0,255\n0,128,0\n");
 * const table = await loadCsv(path, { dtype: "uint8" });
 * assert.deepEqual(table.toArray(), [[5, 0, 255], [0, 128, 0]]);
 * await Deno.remove(path);
 * ```
 *
 * @param path a relative one is resolved against the project's folder.
 * @throws DataError with line and column for a row of another length, for what is no number, and
 * for a number that `dtype` cannot hold; RangeError for an impossible separator; TypeError for an
 * unknown option.
 */
export async function loadCsv(
  path: string,
  options: CsvOptions = {},
): Promise<Tensor<[number, number]>> {
  return (await loadCsvTable(path, options)).table;
}

/**
 * Reads a table of numbers and the names of its columns: {@link loadCsv} with `header: true`. Names
 * in double quotes may contain separators and line breaks.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { loadCsvTable } from "mnist";
 *
 * const path = await Deno.makeTempFile({ suffix: ".csv" });
 * await Deno.writeTextFile(path, "label,pixel\n5,255\n");
 * const { names, table } = await loadCsvTable(path, { header: true });
 * assert.deepEqual([names, table.toArray()], [["label", "pixel"], [[5, 255]]]);
 * await Deno.remove(path);
 * ```
 *
 * @throws DataError, RangeError and TypeError as {@link loadCsv}.
 */
export async function loadCsvTable(path: string, options: CsvOptions = {}): Promise<CsvTable> {
  onlyKnown("loadCsv", options, ["separator", "header", "dtype", "maxBytes"]);
  const { separator = ",", header = false, dtype = "float64" } = options;
  checkSeparator("loadCsv", separator);
  if (typeof header !== "boolean") {
    throw new TypeError(`loadCsv: expected header to be true or false, found ${describe(header)}`);
  }
  const file = projectPath(path);
  const { gzipped, contentBytes, maxContentBytes } = await inspectFile(file);
  const start = await readStart(file, START_BYTES);
  if (isOtherThanText(start)) throw unexpected(path, "a table of numbers as text", "table", start);
  const { maxBytes = gzipped ? maxContentBytes : 2 ** 31 } = options;
  const maxNumbers = maxBytes / bytesPer(dtype);
  const parser = new CsvParser(path, { separator, header, dtype }, maxNumbers);
  let unread = contentBytes;
  for await (const piece of readPieces(file, MAX_NUMBER_BYTES * maxNumbers)) {
    unread = Math.max(0, unread - piece.length);
    parser.push(piece, unread);
  }
  const { shape: [rows, columns], data } = parser.finish();
  return { names: parser.names, table: new Tensor<[number, number]>(data, [rows, columns]) };
}

/** Refuses separators that could be part of a number or a quoted name. */
function checkSeparator(caller: string, separator: string): void {
  if (/^[\t !#$%&'*/:;<=>?@^_`|~,]$/.test(separator)) return;
  throw new RangeError(
    `${caller}: expected a separator of one ASCII character that is part of no number, found ` +
      describe(separator),
  );
}

/**
 * Options of {@link saveCsv}.
 * @internal
 */
export interface SaveCsvOptions {
  /** The character between two numbers, one of ASCII. Default: a comma. */
  readonly separator?: string;
  /** The names of the columns, for a first line. */
  readonly header?: readonly string[];
}

/**
 * Writes tensors side by side as one table of text: a vector is a column, a matrix its columns.
 * {@link loadCsv} reads back exactly what was written. The file is written whole or not at all.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { loadCsv, saveCsv, tensor } from "mnist";
 *
 * const path = await Deno.makeTempFile({ suffix: ".csv" });
 * await saveCsv(path, [tensor([5, 0]), tensor([[0, 0.5], [1, 0]])]); // labels, then pixels
 * assert.deepEqual((await loadCsv(path)).toArray(), [[5, 0, 0.5], [0, 1, 0]]);
 * await Deno.remove(path);
 * ```
 *
 * @param path a relative one is resolved against the project's folder; missing folders are created.
 * @throws RangeError when the tensors have different numbers of rows, more than two axes or no
 * numbers, and for numbers that are not finite and separators or names that cannot be read back;
 * TypeError for what is no tensor or no option.
 */
export async function saveCsv(
  path: string,
  tensors: readonly Tensor[],
  options: SaveCsvOptions = {},
): Promise<void> {
  onlyKnown("saveCsv", options, ["separator", "header"]);
  const { separator = ",", header } = options;
  checkSeparator("saveCsv", separator);
  const wrong: unknown = Array.isArray(tensors)
    ? tensors.find((item) => !(item instanceof Tensor))
    : tensors;
  if (wrong !== undefined) {
    throw new TypeError(
      `saveCsv: expected a list of tensors, such as [tTrain, xTrain], found ${describe(wrong)}`,
    );
  }
  const rows = tensors[0]?.shape[0] ?? 0;
  for (const { shape } of tensors) {
    if (shape.length < 1 || shape.length > 2 || shape[0] !== rows) {
      throw new RangeError(
        `saveCsv: expected columns or matrices of ${rows} rows, found [${shape.join(", ")}]`,
      );
    }
  }
  const parts = tensors.map(({ data, shape }) => ({ data, width: shape[1] ?? 1 }));
  const width = parts.reduce((sum, part) => sum + part.width, 0);
  if (rows * width === 0) {
    throw new RangeError(`saveCsv: expected numbers, found ${rows} rows of ${width} columns`);
  }
  const names = header === undefined ? "" : headerLine(header, width, separator);
  await writeFile(projectPath(path), async (write) => {
    const writer = new TextWriter(write);
    if (header !== undefined) await write(new TextEncoder().encode(names));
    for (let row = 0; row < rows; row++) {
      await writer.roomFor(width);
      for (const { data, width } of parts) {
        for (let i = row * width; i < (row + 1) * width; i++) writer.number(data[i], separator);
      }
      writer.endLine();
    }
    await writer.flush();
  });
}

/** The first line: names as fields of their own, whatever they contain. */
function headerLine(names: readonly string[], width: number, separator: string): string {
  if (!Array.isArray(names) || names.length !== width) {
    const found = Array.isArray(names) ? names.length : describe(names);
    throw new RangeError(`saveCsv: expected ${width} names of columns, found ${found}`);
  }
  const wrong = names.find((name) => typeof name !== "string" || !PRINTABLE.test(name));
  if (wrong !== undefined) {
    throw new RangeError(
      `saveCsv: expected names without control characters, found ${describe(wrong)}`,
    );
  }
  const line = (isPlain: (name: string) => boolean) =>
    names.map((name) => isPlain(name) ? name : `"${name.replaceAll('"', '""')}"`).join(separator);
  const plain = line((name) =>
    name !== "" && name === name.trim() && !NUMBER.test(name) && !/["\r\n]/.test(name) &&
    !name.includes(separator)
  );
  const looksOther = isOtherThanText(new TextEncoder().encode(plain)); // such as <html>
  return `${looksOther ? line(() => false) : plain}\n`;
}

/** Well-formed text whose only control characters are those between fields and lines. */
const PRINTABLE = /^[\t-\r -~\x80-\ud7ff\ue000-\u{10ffff}]*$/u;

/** More than the longest text of a number, such as -1.2345678901234567e-300, and a separator. */
const MAX_NUMBER_BYTES = 32;

/** Collects numbers, so that a file is written in large pieces. */
class TextWriter {
  readonly #write: (bytes: Uint8Array) => Promise<void>;
  #bytes = new Uint8Array(1 << 20);
  #length = 0;

  constructor(write: (bytes: Uint8Array) => Promise<void>) {
    this.#write = write;
  }

  /** Makes sure that so many numbers fit. */
  async roomFor(numbers: number): Promise<void> {
    const room = numbers * MAX_NUMBER_BYTES;
    if (this.#length + room <= this.#bytes.length) return;
    await this.flush();
    if (room > this.#bytes.length) this.#bytes = new Uint8Array(room);
  }

  /** Adds a number and a separator; small ones such as pixels digit by digit. */
  number(value: number, separator: string): void {
    if (!Number.isFinite(value)) {
      throw new RangeError(`saveCsv: expected finite numbers, found ${value}`);
    }
    if (Number.isInteger(value) && value >= 0 && value < 1000 && !Object.is(value, -0)) {
      if (value >= 100) this.#bytes[this.#length++] = 0x30 + Math.floor(value / 100);
      if (value >= 10) this.#bytes[this.#length++] = 0x30 + Math.floor(value / 10) % 10;
      this.#bytes[this.#length++] = 0x30 + value % 10;
    } else {
      const text = Object.is(value, -0) ? "-0" : String(value);
      for (let i = 0; i < text.length; i++) this.#bytes[this.#length++] = text.charCodeAt(i);
    }
    this.#bytes[this.#length++] = separator.charCodeAt(0);
  }

  /** Ends the line in the place of the last separator. */
  endLine(): void {
    this.#bytes[this.#length - 1] = 0x0a;
  }

  async flush(): Promise<void> {
    await this.#write(this.#bytes.subarray(0, this.#length));
    this.#length = 0;
  }
}
