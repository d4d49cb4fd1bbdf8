/** Tables of numbers as text: comma-separated values, and the like. */
import { allocate, type DType } from "../../tensor/dtype.ts";
import { Tensor } from "../../tensor/tensor.ts";
import { CsvParser } from "./csv_parser.ts";
import { inspectFile, readPieces, writeFile } from "../../support/files.ts";
import { projectPath } from "../../support/paths.ts";

/** How {@link loadCsv} reads a table. */
export interface CsvOptions {
  /** What stands between two numbers, one ASCII character; a comma unless told otherwise. */
  readonly separator?: string;
  /** Whether the first line names the columns; it does not unless told otherwise. */
  readonly header?: boolean;
  /** What kind of numbers to make; float64 unless told otherwise. */
  readonly dtype?: DType;
  /** The most bytes of numbers to make; 2 GiB unless told otherwise. */
  readonly maxBytes?: number;
}

/** A table of numbers with the names of its columns. */
export interface CsvTable {
  /** The names in the first line, when it has them. */
  readonly names: readonly string[] | undefined;
  /** The numbers, a row for each line. */
  readonly table: Tensor<[number, number]>;
}

/**
 * Reads a table of numbers, as NumPy's `loadtxt` does: every line a row, all of the same length.
 *
 * The file is read in pieces, straight into the array, and may be gzipped. Lines may end as on
 * Windows; empty lines may stand at the end, and a byte order mark at the start.
 *
 * ```ts
 * const table = await loadCsv("data/mnist_train.csv", { dtype: "uint8" }); // [60000, 785]
 * ```
 *
 * @param path a relative one is taken from the project's folder.
 * @throws DataError with line and column for a row of another length, for what is no number, and
 * for a number that `dtype` cannot hold; RangeError for a separator that cannot be one.
 */
export async function loadCsv(
  path: string,
  options: CsvOptions = {},
): Promise<Tensor<[number, number]>> {
  return (await loadCsvTable(path, options)).table;
}

/**
 * Reads a table of numbers together with the names of its columns: {@link loadCsv} with
 * `header: true` and names.
 * @throws DataError and RangeError as {@link loadCsv}.
 */
export async function loadCsvTable(path: string, options: CsvOptions = {}): Promise<CsvTable> {
  const { separator = ",", header = false, dtype = "float64", maxBytes = 2 ** 31 } = options;
  const file = projectPath(path);
  const maxNumbers = maxBytes / allocate(dtype, 0).BYTES_PER_ELEMENT;
  const parser = new CsvParser(path, { separator, header, dtype }, maxNumbers);
  let unread = (await inspectFile(file)).bytes;
  for await (const chunk of readPieces(file)) {
    unread = Math.max(0, unread - chunk.length);
    parser.push(chunk, unread);
  }
  const { shape: [rows, columns], data } = parser.finish();
  return { names: parser.names, table: new Tensor<[number, number]>(data, [rows, columns]) };
}

/**
 * How {@link saveCsv} writes a table.
 * @internal
 */
export interface SaveCsvOptions {
  /** What stands between two numbers; a comma unless told otherwise. */
  readonly separator?: string;
  /** The names of the columns, for a first line. */
  readonly header?: readonly string[];
}

/**
 * Writes tensors side by side as one table of text: a vector is a column, a matrix its columns. Each
 * number is written so that it is read back exactly.
 *
 * ```ts
 * await saveCsv("mnist_train.csv", [tTrain, xTrain]); // the label, then 784 pixels
 * ```
 *
 * The file is written whole or not at all.
 * @param path a relative one is taken from the project's folder; missing folders are made.
 * @throws RangeError when the tensors have different numbers of rows, or more than two axes, or a
 * number is not finite.
 */
export async function saveCsv(
  path: string,
  tensors: readonly Tensor[],
  options: SaveCsvOptions = {},
): Promise<void> {
  const { separator = ",", header } = options;
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
  if (header !== undefined && header.length !== width) {
    throw new RangeError(`saveCsv: expected ${width} names of columns, found ${header.length}`);
  }
  await writeFile(projectPath(path), async (write) => {
    const writer = new TextWriter(write);
    if (header !== undefined) await writer.line(header.map(quoted).join(separator));
    for (let row = 0; row < rows; row++) {
      await writer.roomFor(width);
      for (const { data, width } of parts) {
        for (let i = row * width; i < (row + 1) * width; i++) {
          writer.number(data[i]);
          writer.text(separator);
        }
      }
      writer.endLine(separator.length);
    }
    await writer.flush();
  });
}

/** A name as a field of its own, whatever it contains. */
function quoted(name: string): string {
  return /[",;\t\r\n]/.test(name) ? `"${name.replaceAll('"', '""')}"` : name;
}

/** The longest text of a number, such as -1.2345678901234567e-300, and a separator. */
const MAX_NUMBER_BYTES = 32;

/** Collects short texts, so that a file is written in large pieces. */
class TextWriter {
  readonly #write: (bytes: Uint8Array) => Promise<void>;
  readonly #encoder = new TextEncoder();
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

  /** Adds a number; the small ones that pixels are, digit by digit. */
  number(value: number): void {
    if (!Number.isFinite(value)) {
      throw new RangeError(`saveCsv: expected finite numbers, found ${value}`);
    }
    if (Number.isInteger(value) && value >= 0 && value < 1000 && !Object.is(value, -0)) {
      if (value >= 100) this.#bytes[this.#length++] = 0x30 + Math.floor(value / 100);
      if (value >= 10) this.#bytes[this.#length++] = 0x30 + Math.floor(value / 10) % 10;
      this.#bytes[this.#length++] = 0x30 + value % 10;
    } else {
      this.text(Object.is(value, -0) ? "-0" : String(value));
    }
  }

  /** Adds a short text. */
  text(text: string): void {
    if (text.length === 1) this.#bytes[this.#length++] = text.charCodeAt(0);
    else this.#length += this.#encoder.encodeInto(text, this.#bytes.subarray(this.#length)).written;
  }

  /** Puts the end of the line in the place of the last separator. */
  endLine(separatorLength: number): void {
    this.#length -= separatorLength;
    this.#bytes[this.#length++] = 0x0a;
  }

  /** Adds a line of any length. */
  async line(text: string): Promise<void> {
    await this.flush();
    await this.#write(this.#encoder.encode(`${text}\n`));
  }

  async flush(): Promise<void> {
    await this.#write(this.#bytes.subarray(0, this.#length));
    this.#length = 0;
  }
}
