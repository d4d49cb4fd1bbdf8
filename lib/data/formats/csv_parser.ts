/** The numbers in the text of a table, byte by byte. */
import { DataError } from "../../support/errors.ts";
import { release } from "../../support/memory.ts";
import { allocate, type DType, isFloat, type NumericArray } from "../../tensor/dtype.ts";
import type { StoredArray } from "./array.ts";
import { NUMBER, remedyFor } from "./csv_remedies.ts";

const LF = 0x0a, CR = 0x0d, SPACE = 0x20, QUOTE = 0x22;
const MINUS = 0x2d, POINT = 0x2e, ZERO = 0x30, NINE = 0x39;

/** So many digits make an exact integer, and the quotient of two such integers is rounded once. */
const EXACT_DIGITS = 15;

/** 10⁰ to 10¹⁵. */
const POWERS = Array.from({ length: EXACT_DIGITS + 1 }, (_, i) => 10 ** i);

/** A table has no longer field or line of names. */
const MAX_FIELD_BYTES = 1 << 20;

/** The numbers that a dtype holds. */
interface Range {
  readonly low: number;
  readonly high: number;
  /** `expected …` */
  readonly text: string;
}

const FLOAT32_MAX = 3.4028235677973366e38; // what is beyond rounds to infinity

const RANGES: Readonly<Record<DType, Range>> = {
  uint8: { low: 0, high: 255, text: "a whole number from 0 to 255" },
  int32: { low: -(2 ** 31), high: 2 ** 31 - 1, text: "a whole number of 32 bits" },
  float32: { low: -FLOAT32_MAX, high: FLOAT32_MAX, text: "a number in the range of float32" },
  float64: {
    low: -Number.MAX_VALUE,
    high: Number.MAX_VALUE,
    text: "a number in the range of float64",
  },
};

/** A file may end in so many empty lines. */
const MAX_EMPTY_LINES = 10_000;

/** How a table is written. */
export interface CsvFormat {
  /** One ASCII character. */
  readonly separator: string;
  /** Whether the first line names the columns. */
  readonly header: boolean;
  readonly dtype: DType;
}

/**
 * Turns text, which may come in pieces cut anywhere, into numbers. Short numbers are read digit by
 * digit; everything else is cut out and read by JavaScript. Both are exact.
 */
export class CsvParser {
  readonly #name: string;
  readonly #format: CsvFormat;
  readonly #separator: number;
  readonly #maxNumbers: number;
  readonly #range: Range;
  readonly #isFloat: boolean;
  /** Text that is not read yet, up to `#end`, and a byte behind it that is no digit. */
  #text = new Uint8Array(1);
  #end = 0;
  #values: NumericArray;
  #count = 0;
  /** Columns of the table, 0 while unknown. */
  #columns = 0;
  /** Fields of the current line that have been read. */
  #column = 0;
  #line = 1;
  /** True before the names of the columns and the first number are read. */
  #atStart = true;
  /** The first empty line, which is only allowed at the end. */
  #emptyLine = 0;
  #names: readonly string[] | undefined;
  #bytesRead = 0;

  /**
   * @param name the start of error messages.
   * @param maxNumbers more are refused.
   */
  constructor(name: string, format: CsvFormat, maxNumbers: number) {
    this.#name = name;
    this.#format = format;
    this.#separator = format.separator.charCodeAt(0);
    this.#maxNumbers = Math.floor(maxNumbers);
    this.#range = RANGES[format.dtype];
    this.#isFloat = isFloat(format.dtype);
    this.#values = allocate(format.dtype, 0);
  }

  /** The names of the columns, once the first line is read. */
  get names(): readonly string[] | undefined {
    return this.#names;
  }

  /**
   * Reads the next piece of text.
   * @param expected an estimate of how many bytes follow, which sizes the array.
   * @throws DataError with line and column for what is no number or does not fit into the table.
   */
  push(piece: Uint8Array, expected: number): void {
    const unread = this.#end;
    this.#end += piece.length;
    if (this.#end >= this.#text.length) {
      const larger = new Uint8Array(2 * this.#end);
      larger.set(this.#text.subarray(0, unread));
      this.#text = larger;
    }
    this.#text.set(piece, unread);
    this.#text[this.#end] = 0;
    this.#readText(false, expected);
  }

  /**
   * Reads what is left.
   * @returns the table.
   * @throws DataError as {@link CsvParser.push}, and when there is no row.
   */
  finish(): StoredArray {
    this.#readText(true, 0);
    if (this.#column > 0) throw this.#fieldError("", this.#end);
    if (this.#count === 0) {
      throw new DataError(`${this.#name}: expected rows of numbers, found none`);
    }
    // Only a copy gives back memory, which is not worth it for a little.
    if (this.#values.length > 1.1 * this.#count + 1000) this.#resize(this.#count);
    this.#checkCount();
    const data = this.#values.subarray(0, this.#count);
    return { shape: [this.#count / this.#columns, this.#columns], data };
  }

  #readText(final: boolean, expected: number): void {
    const end = this.#end;
    let start = 0;
    if (this.#atStart) {
      if (end < 3 && !final) return;
      const [a, b, c] = this.#text;
      if (a === 0xef && b === 0xbb && c === 0xbf) start = 3; // a byte order mark
      if (this.#format.header) start = this.#readNames(start, end, final);
      if (start < 0) return;
      this.#atStart = false;
    }
    this.#makeRoom(end - start, expected);
    const done = this.#readNumbers(start, end, final);
    this.#bytesRead += done;
    if (end - done > MAX_FIELD_BYTES) throw this.#error(this.#range.text, "a very long field");
    this.#text.copyWithin(0, done, end + 1);
    this.#end -= done;
  }

  /** Room for all numbers that this text can hold and, by their density so far, for those to come. */
  #makeRoom(bytes: number, expected: number): void {
    const most = this.#count + Math.floor(bytes / 2) + 1; // a number and its separator
    if (most <= this.#values.length) return;
    const density = Math.min(0.5, this.#count / Math.max(1, this.#bytesRead));
    const likely = (this.#count + density * (bytes + expected)) * 1.02;
    // Where more follows than was expected, as much as is allowed: memory counts when it is used.
    const length = expected > 0 ? likely : this.#maxNumbers;
    this.#resize(Math.max(most, Math.min(Math.ceil(length), this.#maxNumbers + bytes)));
  }

  #resize(length: number): void {
    this.#checkCount();
    const old = this.#values;
    this.#values = allocate(this.#format.dtype, length);
    this.#values.set(old.subarray(0, this.#count));
    release(old);
  }

  #checkCount(): void {
    if (this.#count <= this.#maxNumbers) return;
    throw this.#error(`at most ${this.#maxNumbers} numbers`, "more: set maxBytes to allow them");
  }

  /** Reads numbers up to the last field that is complete. @returns the place behind it. */
  #readNumbers(start: number, end: number, final: boolean): number {
    const text = this.#text, values = this.#values, separator = this.#separator;
    const { low, high } = this.#range, hasPoint = this.#isFloat;
    let i = start, count = this.#count, column = this.#column;
    while (i < end) {
      while (text[i] === ZERO && text[i + 1] === separator) { // four of five pixels of a digit
        values[count++] = 0;
        column++;
        i += 2;
      }
      if (i === end) break;
      const fieldStart = i;
      const isNegative = text[i] === MINUS;
      if (isNegative) i++;
      let value = 0, digits = 0, decimals = 0, byte = text[i];
      while (byte >= ZERO && byte <= NINE) {
        value = value * 10 + (byte - ZERO);
        digits++;
        byte = text[++i];
      }
      if (byte === POINT && hasPoint) {
        byte = text[++i];
        while (byte >= ZERO && byte <= NINE) {
          value = value * 10 + (byte - ZERO);
          decimals++;
          byte = text[++i];
        }
        digits += decimals;
        value /= POWERS[Math.min(decimals, EXACT_DIGITS)];
      }
      if (isNegative) value = -value;
      if (digits > 0 && digits <= EXACT_DIGITS && value >= low && value <= high && i < end) {
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
      if (i === fieldStart && byte === LF && column === 0) {
        this.#skipEmptyLine();
        i++;
        continue;
      }
      // A field that is no short number, or whose end is not here yet.
      this.#count = count;
      this.#column = column;
      const fieldEnd = this.#fieldEnd(fieldStart, end);
      if (fieldEnd === end && !final) return fieldStart;
      this.#readField(fieldStart, fieldEnd, end);
      count = this.#count;
      column = this.#column;
      i = fieldEnd + 1;
    }
    this.#count = count;
    this.#column = column;
    return end;
  }

  #fieldEnd(start: number, end: number): number {
    let i = start;
    while (i < end && this.#text[i] !== this.#separator && this.#text[i] !== LF) i++;
    return i;
  }

  #readField(start: number, fieldEnd: number, end: number): void {
    const endsRow = fieldEnd === end || this.#text[fieldEnd] === LF;
    const text = new TextDecoder().decode(this.#text.subarray(start, fieldEnd)).trim();
    if (endsRow && text === "" && this.#column === 0) return this.#skipEmptyLine();
    const number = text.replace(/^"(.*)"$/, "$1");
    const value = Number(number);
    const { low, high } = this.#range;
    const fits = value >= low && value <= high && (this.#isFloat || Number.isInteger(value));
    if (!NUMBER.test(number) || !fits) throw this.#fieldError(text, fieldEnd);
    this.#values[this.#count++] = value;
    this.#column++;
    if (endsRow) this.#endRow();
  }

  #skipEmptyLine(): void {
    this.#emptyLine ||= this.#line;
    this.#line++;
    if (this.#line - this.#emptyLine > MAX_EMPTY_LINES) {
      throw this.#error("rows of numbers", `${MAX_EMPTY_LINES} empty lines`);
    }
  }

  #endRow(): void {
    if (this.#columns === 0) this.#columns = this.#column;
    if (this.#column !== this.#columns) {
      const found = this.#column;
      this.#column = Math.min(found, this.#columns);
      throw this.#error(`${this.#columns} columns as in the first line`, `${found}`);
    }
    if (this.#emptyLine > 0) {
      this.#line = this.#emptyLine;
      throw this.#error(`${this.#columns} numbers`, "an empty line before the end: remove it");
    }
    this.#column = 0;
    this.#line++;
  }

  /** The error for a field that is no number, with its line as far as it is here. */
  #fieldError(field: string, fieldEnd: number): DataError {
    const lineStart = this.#text.subarray(0, fieldEnd).lastIndexOf(LF) + 1;
    const after = this.#text.indexOf(LF, fieldEnd);
    const lineEnd = after < 0 || after > this.#end ? this.#end : after;
    const line = new TextDecoder().decode(
      this.#text.subarray(lineStart, Math.min(lineEnd, lineStart + 2000)),
    );
    const { separator, header } = this.#format;
    const isFirst = this.#line === 1 && !header;
    const remedy = remedyFor({ field, line, separator, isFirst, isLast: fieldEnd >= lineEnd });
    const found = field === "" ? "nothing" : JSON.stringify(field.slice(0, 60));
    return this.#error(this.#range.text, remedy === undefined ? found : `${found}: ${remedy}`);
  }

  #error(expected: string, found: string): DataError {
    const place = `line ${this.#line}, column ${this.#column + 1}`;
    return new DataError(`${this.#name}: ${place}: expected ${expected}, found ${found}`);
  }

  /**
   * Reads the names in the first line; those in double quotes may hold separators, line breaks, and
   * quotes written twice.
   * @returns the place behind the line, or -1 while it is incomplete.
   */
  #readNames(start: number, end: number, final: boolean): number {
    const text = this.#text, names: string[] = [];
    let i = start, areNumbers = true;
    for (let isMore = true; isMore; i++) {
      while (text[i] === SPACE && this.#separator !== SPACE) i++;
      const first = i, isQuoted = text[i] === QUOTE;
      if (isQuoted) {
        do i = text.indexOf(QUOTE, i + 1) + 1; while (i > 0 && text[i] === QUOTE);
        if (i === 0 || i > end) i = end; // the closing quote is not here
      }
      i = this.#fieldEnd(i, end);
      if (i === end && !final) {
        if (end - start < MAX_FIELD_BYTES) return -1;
        throw this.#error("a line with the names of the columns", "no end of it");
      }
      const name = new TextDecoder().decode(text.subarray(first, i)).trim();
      areNumbers &&= NUMBER.test(name);
      names.push(isQuoted ? name.replace(/^"(.*)"$/s, "$1").replaceAll('""', '"') : name);
      isMore = i < end && text[i] !== LF;
    }
    if (areNumbers) {
      const remedy = "leave out header: true, or put names that are numbers in quotes";
      const numbers = names.slice(0, 5).join(", ");
      throw this.#error("names of columns", `only numbers (${numbers}): ${remedy}`);
    }
    this.#names = names;
    this.#columns = names.length;
    this.#line = 1 + text.subarray(start, i).filter((byte) => byte === LF).length;
    return Math.min(i, end);
  }
}
