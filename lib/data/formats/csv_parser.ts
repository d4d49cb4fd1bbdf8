/** The numbers in the text of a table, byte by byte. */
import { allocate, type DType, type NumericArray } from "../../tensor/dtype.ts";
import type { StoredArray } from "./array.ts";
import { DataError } from "../../support/errors.ts";

const LF = 0x0a, CR = 0x0d, ZERO = 0x30, NINE = 0x39;

/** Integers of so many digits are exact in 32 bits. */
const SHORT_DIGITS = 9;

/** A longer field, or line of names, is not a table's. */
const MAX_FIELD_BYTES = 1 << 20;

/** What a number looks like: no empty text, no `0x10`, no `1_000`, neither NaN nor infinity. */
const NUMBER = /^[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?$/;

/** The numbers that a kind of array holds; floats are checked for being finite. */
const RANGES: Readonly<Record<DType, { low: number; high: number; whole: boolean; text: string }>> =
  {
    uint8: { low: 0, high: 255, whole: true, text: "a whole number from 0 to 255" },
    int32: {
      low: -(2 ** 31),
      high: 2 ** 31 - 1,
      whole: true,
      text: "a whole number of 32 bits",
    },
    float32: {
      low: -3.4028235677973366e38, // what is beyond rounds to infinity
      high: 3.4028235677973366e38,
      whole: false,
      text: "a number in the range of float32",
    },
    float64: {
      low: -Number.MAX_VALUE,
      high: Number.MAX_VALUE,
      whole: false,
      text: "a number in the range of float64",
    },
  };

/** How a table is written. */
export interface CsvFormat {
  /** One ASCII character. */
  readonly separator: string;
  /** Whether the first line names the columns. */
  readonly header: boolean;
  /** What kind of numbers to make. */
  readonly dtype: DType;
}

/**
 * Turns text, which may come in pieces cut anywhere, into numbers.
 *
 * Most numbers in the tables of this course are short and without sign or point: those are read
 * digit by digit where they stand. Everything else is cut out and read by JavaScript, exactly.
 */
export class CsvParser {
  readonly #name: string;
  readonly #format: CsvFormat;
  readonly #separator: number;
  readonly #maxNumbers: number;
  /** Text that is not read yet, and a byte behind it that is no digit. */
  #text = new Uint8Array(0);
  #values: NumericArray;
  #count = 0;
  /** Columns of the table, 0 while that is not known. */
  #columns = 0;
  /** Fields of this line that are behind us. */
  #column = 0;
  #line = 1;
  /** Before the names of the columns and the first number. */
  #atStart = true;
  /** The first of the empty lines that may only stand at the end. */
  #emptyLine = 0;
  #names: readonly string[] | undefined;
  #bytesRead = 0;

  /**
   * @param name stands in front of error messages.
   * @param maxNumbers more are refused.
   * @throws RangeError for a separator that cannot be one.
   */
  constructor(name: string, format: CsvFormat, maxNumbers: number) {
    if (!/^[\t !#$%&'*/:;<=>?@^_`|~,]$/.test(format.separator)) {
      throw new RangeError(
        `loadCsv: expected a separator of one ASCII character that is part of no number, found ` +
          JSON.stringify(format.separator),
      );
    }
    this.#name = name;
    this.#format = format;
    this.#separator = format.separator.charCodeAt(0);
    this.#maxNumbers = maxNumbers;
    this.#values = allocate(format.dtype, 0);
  }

  /** The names of the columns, once the first line is read. */
  get names(): readonly string[] | undefined {
    return this.#names;
  }

  /**
   * Reads the next piece of text.
   * @param expected how much text is still to come, which sizes the array; a guess will do.
   * @throws DataError with line and column for what is no number or does not fit into the table.
   */
  push(piece: Uint8Array, expected: number): void {
    const unread = this.#text.length === 0 ? 0 : this.#text.length - 1;
    const text = new Uint8Array(unread + piece.length + 1);
    text.set(this.#text.subarray(0, unread));
    text.set(piece, unread);
    this.#text = text;
    this.#readText(false, expected);
  }

  /**
   * Reads what is left and gives the table.
   * @throws DataError as {@link CsvParser.push}, and when there is no row.
   */
  finish(): StoredArray {
    this.#readText(true, 0);
    if (this.#column > 0) throw this.#error(this.#expected, "nothing");
    if (this.#count === 0) {
      throw new DataError(`${this.#name}: expected rows of numbers, found none`);
    }
    this.#resize(this.#count);
    return { shape: [this.#count / this.#columns, this.#columns], data: this.#values };
  }

  #readText(final: boolean, expected: number): void {
    const end = Math.max(0, this.#text.length - 1);
    let start = 0;
    if (this.#atStart) {
      if (end < 3 && !final) return;
      start = this.#skipMark();
      const afterNames = this.#format.header ? this.#readNames(start, end, final) : start;
      if (afterNames === undefined) return;
      start = afterNames;
      this.#atStart = false;
    }
    this.#makeRoom(end - start, expected);
    const done = this.#readNumbers(start, end, final);
    if (end - done > MAX_FIELD_BYTES) throw this.#error(this.#expected, "a very long field");
    this.#text = this.#text.slice(done);
  }

  /** Room for every number that this text can hold, and by the look of it for those to come. */
  #makeRoom(bytes: number, expected: number): void {
    const most = this.#count + Math.floor(bytes / 2) + 1; // a number and its separator
    if (most <= this.#values.length) return;
    const share = Math.min(0.5, this.#count / Math.max(1, this.#bytesRead));
    this.#resize(Math.max(most, Math.ceil((this.#count + share * (bytes + expected)) * 1.02)));
  }

  #resize(length: number): void {
    if (length > this.#maxNumbers + MAX_FIELD_BYTES) {
      throw new DataError(
        `${this.#name}: expected at most ${this.#maxNumbers} numbers, found more`,
      );
    }
    const old = this.#values;
    this.#values = allocate(this.#format.dtype, length);
    this.#values.set(length < old.length ? old.subarray(0, length) : old);
  }

  /** Reads numbers up to the last field that is all there; gives the place behind it. */
  #readNumbers(start: number, end: number, final: boolean): number {
    const text = this.#text, values = this.#values, separator = this.#separator;
    const { high } = RANGES[this.#format.dtype];
    let i = start, count = this.#count, column = this.#column;
    while (i < end) {
      while (text[i] === ZERO && text[i + 1] === separator) { // four of five pixels of a digit
        values[count++] = 0;
        column++;
        i += 2;
      }
      if (i === end) break;
      const fieldStart = i;
      let value = 0, byte = text[i];
      while (byte >= ZERO && byte <= NINE) {
        value = value * 10 + (byte - ZERO);
        byte = text[++i];
      }
      const digits = i - fieldStart;
      if (digits > 0 && digits <= SHORT_DIGITS && value <= high && i < end) {
        if (byte === separator) {
          values[count++] = value;
          column++;
          i++;
          continue;
        }
        if (byte === CR && text[i + 1] === LF) byte = text[++i];
        if (byte === LF) {
          values[count++] = value;
          this.#count = count;
          this.#column = column + 1;
          this.#endRow();
          column = 0;
          i++;
          continue;
        }
      }
      // Not the short way: the field as a text of its own.
      this.#count = count;
      this.#column = column;
      const fieldEnd = this.#fieldEnd(fieldStart, end);
      if (fieldEnd === end && !final) {
        this.#bytesRead += fieldStart;
        return fieldStart;
      }
      this.#readField(fieldStart, fieldEnd);
      count = this.#count;
      column = this.#column;
      i = fieldEnd + 1;
    }
    this.#count = count;
    this.#column = column;
    this.#bytesRead += end;
    return end;
  }

  #fieldEnd(start: number, end: number): number {
    let i = start;
    while (i < end && this.#text[i] !== this.#separator && this.#text[i] !== LF) i++;
    return i;
  }

  #readField(start: number, end: number): void {
    const endsRow = this.#text[end] !== this.#separator || end === this.#text.length - 1;
    let text = new TextDecoder().decode(this.#text.subarray(start, end));
    if (endsRow && text.endsWith("\r")) text = text.slice(0, -1);
    text = text.trim();
    if (endsRow && text === "" && this.#column === 0) {
      this.#emptyLine ||= this.#line;
      this.#line++;
      return;
    }
    const value = Number(text);
    const { low, high, whole } = RANGES[this.#format.dtype];
    if (!NUMBER.test(text) || value < low || value > high || (whole && !Number.isInteger(value))) {
      throw this.#error(
        this.#expected,
        text === "" ? "nothing" : JSON.stringify(text.slice(0, 60)),
      );
    }
    this.#values[this.#count++] = value;
    this.#column++;
    if (endsRow) this.#endRow();
  }

  #endRow(): void {
    if (this.#columns === 0) this.#columns = this.#column;
    if (this.#column !== this.#columns) {
      const found = this.#column;
      this.#column = Math.min(found, this.#columns);
      throw this.#error(`${this.#columns} columns as in the first line`, `${found}`);
    }
    if (this.#emptyLine > 0) {
      throw new DataError(
        `${this.#name}: line ${this.#emptyLine}: expected ${this.#columns} numbers, found an ` +
          "empty line before the end",
      );
    }
    this.#column = 0;
    this.#line++;
  }

  get #expected(): string {
    return RANGES[this.#format.dtype].text;
  }

  #error(expected: string, found: string): DataError {
    const names = this.#line === 1 && !this.#format.header && this.#count === this.#column &&
        /[a-z_]/i.test(found) && found.startsWith('"')
      ? " (for a first line that names the columns, set header: true)"
      : "";
    const place = `line ${this.#line}, column ${this.#column + 1}`;
    return new DataError(`${this.#name}: ${place}: expected ${expected}, found ${found}${names}`);
  }

  /** The place behind a byte order mark. */
  #skipMark(): number {
    const [a, b, c] = this.#text;
    if ((a === 0xff && b === 0xfe) || (a === 0xfe && b === 0xff)) {
      throw new DataError(`${this.#name}: expected text in UTF-8, found UTF-16: save it as UTF-8`);
    }
    return a === 0xef && b === 0xbb && c === 0xbf ? 3 : 0;
  }

  /** Reads the names in the first line; gives the place behind it, nothing while it is not all there. */
  #readNames(start: number, end: number, final: boolean): number | undefined {
    const lineEnd = this.#text.subarray(0, end).indexOf(LF, start);
    if (lineEnd < 0 && !final) {
      if (end - start < MAX_FIELD_BYTES) return undefined;
      throw this.#error("a line with the names of the columns", "no end of it");
    }
    const line = this.#text.subarray(start, lineEnd < 0 ? end : lineEnd);
    this.#names = splitNames(new TextDecoder().decode(line), this.#format.separator);
    this.#columns = this.#names.length;
    this.#line = 2;
    return lineEnd < 0 ? end : lineEnd + 1;
  }
}

/** The fields of a line; those in double quotes may hold separators, and quotes written twice. */
function splitNames(line: string, separator: string): string[] {
  const fields: string[] = [];
  let open = false;
  for (const part of line.split(separator)) {
    if (open) fields.push(`${fields.pop()}${separator}${part}`);
    else fields.push(part);
    open = (fields.at(-1) ?? "").split('"').length % 2 === 0;
  }
  return fields.map((field) => {
    const text = field.trim();
    return /^".*"$/.test(text) ? text.slice(1, -1).replaceAll('""', '"') : text;
  });
}
