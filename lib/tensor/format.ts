/**
 * Prints numbers as NumPy does: columns aligned, only the digits that are needed, the middle of long
 * axes left out. The rules are those of `numpy.array2string` in NumPy 2.4 with its default options.
 */
import { type DType, dtypeOf, type FloatType, isFloat, type NumericArray } from "./dtype.ts";
import { type Shape, stridesOf } from "./shape.ts";

/** Most digits after the point. */
const PRECISION = 8;
/** An array of more numbers is summarized. */
const THRESHOLD = 1000;
/** How many numbers a summary shows at each end of an axis. */
const EDGE = 3;
/** Characters per line. */
const LINE_WIDTH = 75;
/** From this size on numbers are printed with an exponent: 10⁸, or all the digits that float32 has. */
const LARGE = { float64: 1e8, float32: 1e6 };

/** What printing needs to know of a tensor. */
export interface Printable {
  readonly shape: Shape;
  /** The numbers in row-major order. */
  readonly data: NumericArray;
}

/** The numbers in brackets, `[[1.  2.5]\n [3.  4. ]]`, as NumPy's `str` prints them. */
export function formatTensor({ shape, data }: Printable): string {
  const dtype = dtypeOf(data), ndim = shape.length, strides = stridesOf(shape);
  if (ndim === 0) return formatScalar(data[0], dtype);
  if (data.length === 0) return "[]";

  const isLong = data.length > THRESHOLD;
  /** The indices to print along an axis, and null for those left out between them. */
  const shown = (length: number) =>
    isLong && length > 2 * EDGE
      ? [0, 1, 2, null, length - 3, length - 2, length - 1]
      : Array.from({ length }, (_, i) => i);
  const block = (write: (v: number) => string, axis = 0, at = 0): string => {
    if (axis === ndim) return write(data[at]);
    const items = shown(shape[axis]).map((i) =>
      i === null ? "..." : block(write, axis + 1, at + i * strides[axis])
    );
    const gap = "\n".repeat(ndim - axis - 1) + " ".repeat(axis + 1);
    return `[${axis === ndim - 1 ? wrap(items, ndim) : items.join(gap)}]`;
  };
  const visible: number[] = [];
  block((v) => `${visible.push(v)}`);
  const words = formatNumbers(visible, dtype).values();
  return block(() => words.next().value ?? "");
}

/** Joins words with spaces and breaks them into lines, indented by `ndim` brackets. */
function wrap(words: readonly string[], ndim: number): string {
  const lines: string[] = [];
  let line = words[0];
  for (const word of words.slice(1)) {
    if (ndim + line.length + 1 + word.length > LINE_WIDTH - ndim) {
      lines.push(line.trimEnd());
      line = word;
    } else line += ` ${word}`;
  }
  return [...lines, line].join("\n" + " ".repeat(ndim));
}

/** A single number: all its digits, and at least one after the point of a float. */
function formatScalar(value: number, dtype: DType): string {
  if (!isFloat(dtype)) return `${value}`;
  if (!Number.isFinite(value)) return nonFinite(value);
  const size = Math.abs(value), large = dtype === "float32" ? LARGE.float32 : 1e16;
  const hasExponent = size !== 0 && (size < 1e-4 || size >= large);
  const { whole, fraction, power } = digitsOf(shortest(value, dtype), hasExponent);
  if (!hasExponent) return `${whole}.${fraction || "0"}`;
  return `${whole}${fraction && "."}${fraction}${exponent(power, 2)}`;
}

/** Every number as a word; all words have the same length, and their points are aligned. */
function formatNumbers(values: readonly number[], dtype: DType): string[] {
  const words = isFloat(dtype) ? formatFloats(values, dtype) : values.map(String);
  const width = largest(words.map((word) => word.length));
  return words.map((word) => word.padStart(width));
}

function formatFloats(values: readonly number[], dtype: FloatType): string[] {
  const round = dtype === "float32" ? Math.fround : Number;
  const finite = values.filter(Number.isFinite);
  const sizes = finite.filter((v) => v !== 0).map(Math.abs);
  const low = sizes.reduce((a, b) => Math.min(a, b), Infinity), high = largest(sizes);
  const hasExponent = sizes.length > 0 &&
    (high >= LARGE[dtype] || low < round(1e-4) || round(high / low) > 1000);
  const digits = (v: number) => {
    const own = digitsOf(shortest(v, dtype), hasExponent);
    if (own.fraction.length <= PRECISION) return own;
    return digitsOf(rounded(v, hasExponent ? PRECISION : PRECISION + own.power), hasExponent);
  };
  const all = finite.map(digits);
  const places = largest(all.map(({ fraction }) => fraction.length));
  const powerDigits = largest(all.map(({ power }) => `${Math.abs(power)}`.length));
  return values.map((v) => {
    if (!Number.isFinite(v)) return nonFinite(v);
    const own = digits(v);
    if (!hasExponent) return `${own.whole}.${own.fraction.padEnd(places)}`;
    // NumPy fills a column with the digits that follow in the exact number, not with zeros.
    const { whole, fraction, power } = own.fraction.length < places
      ? digitsOf(rounded(v, places), true)
      : own;
    return `${whole}.${fraction.padEnd(places, "0")}${exponent(power, Math.max(2, powerDigits))}`;
  });
}

function nonFinite(v: number): string {
  return Number.isNaN(v) ? "nan" : v > 0 ? "inf" : "-inf";
}

function exponent(power: number, digits: number): string {
  return `e${power < 0 ? "-" : "+"}${`${Math.abs(power)}`.padStart(digits, "0")}`;
}

/** The largest of numbers of at least 0; 0 of none. */
function largest(values: readonly number[]): number {
  return values.reduce((a, b) => Math.max(a, b), 0);
}

// ---- Digits. In between a number is written as `1.25e-7`.

/** The number with the fewest digits that is read back as `v`: 0.1, not 0.10000000149 for float32. */
function shortest(v: number, dtype: FloatType): string {
  if (dtype === "float64") return exponential(v);
  const above = v * (1 + 2 ** -25); // 2ᵏ also has numbers twice as far above it as below
  for (let places = 0; places < 8; places++) {
    for (const text of [rounded(v, places), rounded(above, places)]) {
      if (Math.fround(Number(text)) === v) return text;
    }
  }
  return rounded(v, 8);
}

/** `v` with `places` digits after the first; ties round to even, not away from 0 as in JavaScript. */
function rounded(v: number, places: number): string {
  const digits = v.toExponential(100).replace(/[-.]|e.*/g, "").slice(places);
  const isTieToBelow = /^[02468]50*$/.test(digits);
  return exponential(isTieToBelow ? v * (1 - Number.EPSILON) : v, places);
}

/** As JavaScript writes it, with the sign of -0. */
function exponential(v: number, places?: number): string {
  return (Object.is(v, -0) ? "-" : "") + v.toExponential(places);
}

/** The digits before and after the point, without zeros at the end, and the power of ten. */
function digitsOf(text: string, hasExponent: boolean) {
  const [mantissa, powerOfTen] = text.split("e"), power = Number(powerOfTen);
  const sign = mantissa.startsWith("-") ? "-" : "", digits = mantissa.replace(/[-.]/g, "");
  const shift = hasExponent ? 0 : power;
  const moved = "0".repeat(Math.max(0, -shift)) + digits.padEnd(shift + 1, "0");
  const point = Math.max(0, shift) + 1;
  return {
    whole: sign + moved.slice(0, point),
    fraction: moved.slice(point).replace(/0+$/, ""),
    power,
  };
}
