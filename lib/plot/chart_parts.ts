/** What several kinds of charts are made of: axes, checks and the marks that tell series apart. */
import { baseLayout, type ChartOptions, type Layout, type Numbers, shortNumber } from "./figure.ts";

/** One line or group of bars for each name. */
export type Series = Readonly<Record<string, Numbers>>;

/** How lines are broken: the second cue, beside colour, that tells them apart. */
export const DASHES = ["solid", "dash", "dot", "dashdot"] as const;

/** The shapes of points: the second cue, beside colour, that tells classes apart. */
export const SYMBOLS = ["circle", "square", "diamond", "triangle-up", "cross", "x"] as const;

/**
 * Checks that there is one of something for each value.
 * @throws RangeError that names what is too short or too long.
 */
export function checkLength(name: string, found: number, expected: number): void {
  if (found !== expected) {
    throw new RangeError(`${name}: expected ${expected}, one for each value, found ${found}`);
  }
}

/** True for the numbers of one series, false for several series by their names. */
export function isNumbers(series: Numbers | Series): series is Numbers {
  return "length" in series && typeof series.length === "number" ||
    "shape" in series && Array.isArray(series.shape);
}

/** The smallest and the largest finite number; around a single one, half a unit to each side. */
export function extremes(groups: readonly ArrayLike<number>[]): [number, number] {
  let least = Infinity;
  let most = -Infinity;
  for (const numbers of groups) {
    for (let i = 0; i < numbers.length; i++) {
      const value = numbers[i];
      if (value < least && value > -Infinity) least = value;
      if (value > most && value < Infinity) most = value;
    }
  }
  return least === most ? [least - 0.5, most + 0.5] : [least, most];
}

/** The layout of `options` with what a chart adds to its axes. */
export function withAxes(
  options: ChartOptions,
  xaxis: Layout["xaxis"],
  yaxis: Layout["yaxis"],
): Partial<Layout> {
  const layout = baseLayout(options);
  return {
    ...layout,
    xaxis: { ...layout.xaxis, ...xaxis },
    yaxis: { ...layout.yaxis, ...yaxis },
  };
}

/**
 * A logarithmic axis that holds all of `values` above 0, with a little room to both sides, ticks
 * at 1, 2, 5, 10 or, where it is long, at the powers of ten.
 */
export function logAxis(values: readonly number[]): Layout["xaxis"] {
  const exponents = values.filter((value) => value > 0 && value < Infinity).map(Math.log10);
  if (exponents.length === 0) return { type: "log" };
  const [least, most] = extremes([exponents]);
  const room = 0.05 * (most - least) + 0.05;
  const steps = most - least > 2.5 ? [1] : [1, 2, 5];
  const powers = Array.from(
    { length: Math.ceil(most) - Math.floor(least) + 1 },
    (_, i) => 10 ** (Math.floor(least) + i),
  );
  const tickvals = powers.flatMap((power) => steps.map((step) => shortNumber(step * power)));
  return {
    type: "log",
    range: [least - room, most + room],
    tickvals,
    ticktext: tickvals.map((value) => value.toLocaleString("en", { maximumSignificantDigits: 1 })),
  };
}
