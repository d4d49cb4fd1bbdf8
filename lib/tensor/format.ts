/**
 * Printing numbers as NumPy does: columns aligned, only the digits that are needed, the middle of
 * long axes left out. The rules are those of numpy.array2string with its default print options.
 */
import type { NumericArray } from "./dtype.ts";
import { type Shape, stridesOf } from "./shape.ts";

/** Digits after the point, at most. */
const PRECISION = 8;
/** Above this many numbers the middle is left out .. */
const THRESHOLD = 1000;
/** .. and this many stay at each end of an axis. */
const EDGE = 3;
/** Characters a line may have. */
const LINE_WIDTH = 75;

/** What printing needs to know of a tensor. */
export interface Printable {
  readonly shape: Shape;
  /** The numbers in row-major order. */
  readonly data: NumericArray;
}

/** The numbers in brackets, `[[1.  2.5]\n [3.  4. ]]`, as NumPy's `str` has them. */
export function formatTensor({ shape, data }: Printable): string {
  const isLong = data.length > THRESHOLD;
  const shown = (length: number) =>
    isLong && length > 2 * EDGE
      ? [0, 1, 2, "...", length - 3, length - 2, length - 1] as const
      : Array.from({ length }, (_, i) => i);
  if (shape.length === 0) return scalar(data);
  if (data.length === 0) return "[]";
  const strides = stridesOf(shape);

  const visible: number[] = [];
  const collect = (axis: number, at: number): void => {
    if (axis === shape.length) visible.push(data[at]);
    else {
      for (const i of shown(shape[axis])) {
        if (i !== "...") collect(axis + 1, at + i * strides[axis]);
      }
    }
  };
  collect(0, 0);
  const write = writerFor(visible, data);

  const block = (axis: number, at: number): string => {
    const indent = " ".repeat(axis + 1), items = shown(shape[axis]);
    if (axis === shape.length - 1) {
      const words = items.map((i) => i === "..." ? i : write(data[at + i * strides[axis]]));
      return `[${wrap(words, indent, shape.length - axis)}]`;
    }
    const gap = "\n".repeat(shape.length - axis - 1) + indent;
    return `[${
      items.map((i) => i === "..." ? i : block(axis + 1, at + i * strides[axis])).join(gap)
    }]`;
  };
  return block(0, 0);
}

/** Words with a space between, broken into lines; `closing` brackets must fit on the last one. */
function wrap(words: readonly string[], indent: string, closing: number): string {
  const lines: string[] = [];
  let line = indent.slice(1) + "[";
  words.forEach((word, i) => {
    const room = LINE_WIDTH - (i === words.length - 1 ? closing : 1);
    const isFull = line.length + word.length > room && line.trimEnd().length > indent.length;
    if (isFull) {
      lines.push(line.trimEnd());
      line = indent + word;
    } else line += word;
    if (i < words.length - 1) line += " ";
  });
  lines.push(line);
  return lines.join("\n").slice(indent.length);
}

function scalar(data: NumericArray): string {
  const [value] = data;
  if (!isFloat(data)) return `${value}`;
  return writerFor([value], data, 17)(value).replace(/\.$/, ".0").replace(".e", "e");
}

function isFloat(data: NumericArray): boolean {
  return data instanceof Float64Array || data instanceof Float32Array;
}

/** How to write one of `values`, so that all of them line up. */
function writerFor(
  values: readonly number[],
  data: NumericArray,
  precision = PRECISION,
): (value: number) => string {
  if (!isFloat(data)) {
    const width = Math.max(...values.map((v) => `${v}`.length));
    return (v) => `${v}`.padStart(width);
  }
  const isSingle = data instanceof Float32Array;
  const sizes = values.filter((v) => Number.isFinite(v) && v !== 0).map(Math.abs);
  const [low, high] = [Math.min(...sizes), Math.max(...sizes)];
  const isScientific = sizes.length > 0 &&
    (high >= 1e8 || low < 1e-4 || (precision === PRECISION && high / low > 1000));
  const finite = values.filter(Number.isFinite);
  const digits = finite.map((v) => decimals(v, isScientific, isSingle, precision));
  const places = Math.max(0, ...digits);
  const text = (v: number): string => {
    if (Number.isNaN(v)) return "nan";
    if (!Number.isFinite(v)) return v > 0 ? "inf" : "-inf";
    return isScientific
      ? scientific(v, places)
      : positional(v, places, decimals(v, false, isSingle, precision));
  };
  const width = Math.max(...values.map((v) => text(v).length));
  return (v) => text(v).padStart(width);
}

/** How many digits after the point write `v` so that reading gives it back, `precision` at most. */
function decimals(v: number, isScientific: boolean, isSingle: boolean, precision: number): number {
  const short = isSingle ? shortestSingle(v) : v;
  for (let places = 0; places < precision; places++) {
    const written = Number(isScientific ? short.toExponential(places) : short.toFixed(places));
    if (written === short) return places;
  }
  return precision;
}

/** The decimal number with the fewest digits that is this float32: 0.1, not 0.10000000149. */
function shortestSingle(v: number): number {
  for (let digits = 1; digits < 9; digits++) {
    const short = Number(v.toPrecision(digits));
    if (Math.fround(short) === v) return short;
  }
  return v;
}

/** `1.5` in a column of `places` decimals, of which it needs `own`; spaces fill the rest. */
function positional(v: number, places: number, own: number): string {
  const sign = Object.is(v, -0) ? "-" : "", point = own === 0 ? "." : "";
  const text = `${sign}${v.toFixed(own)}${point}`;
  return text.replace(/0+$/, "").padEnd(text.length - own + places);
}

/** `1.50e+00`: the exponent has a sign and two digits at least. */
function scientific(v: number, places: number): string {
  const [mantissa, exponent] = v.toExponential(places).split("e");
  const sign = Object.is(v, -0) ? "-" : "";
  const power = exponent.slice(1).padStart(2, "0");
  return `${sign}${mantissa}${mantissa.includes(".") ? "" : "."}e${exponent[0]}${power}`;
}
