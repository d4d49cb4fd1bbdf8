/** What all charts have in common: options, numbers, axes, colours and words. */
import type { Layout } from "plotly.js";
import { describe } from "../support/describe.ts";
import { onlyKnown } from "../support/names.ts";
import { Tensor } from "../tensor/tensor.ts";

/** Numbers to plot: a tensor of one axis, an array or a typed array. */
export type Numbers = Tensor | ArrayLike<number>;

/** Options of every chart. */
export interface ChartOptions {
  /** What the chart shows, above it. */
  title: string;
  /** The title of the horizontal axis, with its unit. */
  xTitle?: string;
  /** The title of the vertical axis, with its unit. */
  yTitle?: string;
  /** The width in CSS pixels. */
  width?: number;
  /** The height in CSS pixels. */
  height?: number;
  /** What the chart shows, for screen readers; by default a summary of its numbers. */
  alt?: string;
}

/**
 * Checks the options of a chart.
 * @param more the names of the options that only this chart has.
 * @throws TypeError for options without a title, and for unknown ones.
 */
export function checkOptions(name: string, options: ChartOptions, more: readonly string[]): void {
  onlyKnown(name, options, ["title", "xTitle", "yTitle", "width", "height", "alt", ...more]);
  if (typeof options.title !== "string") {
    throw new TypeError(`${name}: expected a title as text, found ${describe(options.title)}`);
  }
}

/**
 * Colours that people with any colour vision can distinguish (Okabe and Ito, 2008,
 * https://jfly.uni-koeln.de/color), without black and yellow, which are hard to see in a dark or a
 * light theme.
 */
export const PALETTE: readonly string[] = [
  "#0072b2", // blue
  "#e69f00", // orange
  "#009e73", // bluish green
  "#d55e00", // vermillion
  "#cc79a7", // reddish purple
  "#56b4e9", // sky blue
];

/** The colour of series `index`. */
export function seriesColor(index: number): string {
  return PALETTE[index % PALETTE.length];
}

/** The dashes of lines: the second cue, beside colour, that distinguishes them. */
export const DASHES = ["solid", "dash", "dot", "dashdot"] as const;

/** The shapes of points: the second cue, beside colour, that distinguishes classes. */
export const SYMBOLS = ["circle", "square", "diamond", "triangle-up", "cross", "x"] as const;

/** Text for plotly, which interprets some HTML: here a `<` is a `<`. */
export function plainText(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;");
}

/** Text and lines of all figures: dark grey. */
export const INK = "#222222";
/** Large enough to be read from the back of a classroom. */
const FONT = {
  family: 'system-ui, "Segoe UI", "Noto Sans", "Noto Sans KR", Helvetica, Arial, sans-serif',
  size: 17,
  color: INK,
};

type Axis = Layout["xaxis"];

/** The layout that all charts share, with what one chart adds to its axes. */
export function chartLayout(
  { title, xTitle = "", yTitle = "", width = 760, height = 460 }: ChartOptions,
  xaxis: Axis = {},
  yaxis: Axis = {},
): Partial<Layout> {
  const axis = (text: string): Axis => ({
    automargin: true,
    gridcolor: "#d9d9d9",
    linecolor: INK,
    showline: true,
    ticks: "outside",
    zeroline: false,
    exponentformat: "none",
    separatethousands: true,
    title: { text: plainText(text), standoff: 12 },
  });
  return {
    width,
    height,
    title: { text: plainText(title), font: { size: 21 }, x: 0.5, xanchor: "center" },
    font: FONT,
    paper_bgcolor: "#ffffff",
    plot_bgcolor: "#ffffff",
    margin: { l: 80, r: 30, t: 70, b: 70 },
    xaxis: { ...axis(xTitle), ...xaxis },
    yaxis: { ...axis(yTitle), ...yaxis },
    legend: { font: { size: FONT.size } },
    hoverlabel: { font: { size: FONT.size } },
  };
}

/**
 * A logarithmic axis that includes all of `values` above 0, with a small margin, and has ticks at
 * 1, 2, 5, 10 or, where it is long, at the powers of ten.
 */
export function logAxis(values: readonly number[]): Axis {
  const exponents = values.filter((value) => value > 0 && value < Infinity).map(Math.log10);
  if (exponents.length === 0) return { type: "log" };
  const [least, most] = extremes([exponents]);
  const margin = 0.05 * (most - least) + 0.05;
  const steps = most - least > 2.5 ? [1] : [1, 2, 5];
  const powers = Array.from(
    { length: Math.ceil(most) - Math.floor(least) + 1 },
    (_, i) => 10 ** (Math.floor(least) + i),
  );
  const tickvals = powers.flatMap((power) => steps.map((step) => shortNumber(step * power)));
  return {
    type: "log",
    range: [least - margin, most + margin],
    tickvals,
    ticktext: tickvals.map((value) => value.toLocaleString("en", { maximumSignificantDigits: 1 })),
  };
}

/** Ticks at whole numbers for an axis that has only whole numbers, and few. */
export function wholeTicks(values: readonly number[]): Axis {
  if (values.length === 0 || !values.every(Number.isInteger)) return {};
  const [least, most] = extremes([values]);
  return most - least <= 12 ? { tick0: 0, dtick: 1 } : {};
}

/** Numbers of a chart at most: the browser draws more only slowly. */
const MOST_NUMBERS = 200_000;

/** @throws TypeError for what is not a tensor. */
export function checkTensor(name: string, value: Tensor): void {
  if (value instanceof Tensor) return;
  throw new TypeError(
    `${name}: expected a tensor, found ${describe(value)}; tensor(…) makes one of an array`,
  );
}

function isNumbers(value: unknown): value is Numbers {
  return value instanceof Tensor || Array.isArray(value) || ArrayBuffer.isView(value);
}

/**
 * The numbers of a tensor of any shape or of an array.
 * @throws TypeError for what is not numbers.
 */
export function allNumbers(name: string, values: Numbers): ArrayLike<number> {
  if (values instanceof Tensor) return values.data;
  if (!isNumbers(values) || !("length" in values)) {
    throw new TypeError(`${name}: expected a tensor or an array, found ${describe(values)}`);
  }
  // The elements of a typed array are all of one type.
  const length = ArrayBuffer.isView(values) ? Math.min(1, values.length) : values.length;
  for (let i = 0; i < length; i++) {
    const value: unknown = values[i];
    if (typeof value === "number") continue;
    throw new TypeError(`${name}: expected numbers, found ${describe(value)} at index ${i}`);
  }
  return values;
}

/**
 * The numbers of a tensor of one axis or of an array, checked and short enough to be stored: 7
 * digits are exact for float32.
 * @throws RangeError for another shape and for too many numbers.
 * @throws TypeError for what is not numbers.
 */
export function plotNumbers(name: string, values: Numbers): number[] {
  if (values instanceof Tensor && values.ndim !== 1) {
    throw new RangeError(
      `${name}: expected a tensor of one axis, found [${values.shape.join(", ")}]; ` +
        `.flatten() or .at(i) makes one`,
    );
  }
  const numbers = allNumbers(name, values);
  checkSize(name, numbers.length);
  return Array.from(numbers, shortNumber);
}

/** @throws RangeError for more numbers than a chart can draw. */
export function checkSize(name: string, size: number): void {
  if (size > MOST_NUMBERS) {
    throw new RangeError(
      `${name}: expected at most ${MOST_NUMBERS} numbers, found ${size}; .rows(0, 100) takes the ` +
        `first 100 rows of a tensor, and histogram draws any amount`,
    );
  }
}

/** The entries of several series by their names; a single one has the name "". */
export function entriesOf<Value>(
  name: string,
  series: Numbers | Readonly<Record<string, Value>>,
): [name: string, values: Numbers | Value][] {
  if (isNumbers(series)) return [["", series]];
  if (typeof series === "object" && series !== null && !(Symbol.iterator in series)) {
    return Object.entries(series);
  }
  throw new TypeError(
    `${name}: expected numbers, or an object with numbers by name, found ${describe(series)}`,
  );
}

/** @throws RangeError that names what is too short or too long. */
export function checkLength(name: string, found: number, expected: number): void {
  if (found !== expected) {
    throw new RangeError(`${name}: expected ${expected}, one for each value, found ${found}`);
  }
}

/** The smallest and the largest finite number; half a unit around a single one, [0, 1] without any. */
export function extremes(groups: readonly ArrayLike<number>[]): [least: number, most: number] {
  let least = Infinity, most = -Infinity;
  for (const numbers of groups) {
    for (let i = 0; i < numbers.length; i++) {
      const value = numbers[i];
      if (value < least && value > -Infinity) least = value;
      if (value > most && value < Infinity) most = value;
    }
  }
  if (least > most) return [0, 1];
  return least === most ? [least - 0.5, most + 0.5] : [least, most];
}

/** A number with 7 digits. */
export function shortNumber(value: number): number {
  return Number(value.toPrecision(7));
}

/** A number as text alternatives write it. */
export function spokenNumber(value: number): string {
  return Number.isFinite(value) ? String(Number(value.toPrecision(4))) : String(value);
}

/** Parts of a text alternative; of many, the first 40. */
export function spokenList(parts: readonly string[]): string {
  const shown = parts.slice(0, 40).join(", ");
  return parts.length <= 40 ? shown : `${shown} and ${parts.length - 40} more`;
}
