/** Bars: amounts beside each other, and how often numbers come. */
import { checkLength, extremes, isNumbers, logAxis, type Series, withAxes } from "./chart_parts.ts";
import {
  type ChartOptions,
  type Data,
  Figure,
  type Numbers,
  plainText,
  plotNumbers,
  seriesColor,
  shortNumber,
  spokenNumber,
} from "./figure.ts";

/** What a bar chart can be told. */
export interface BarOptions extends ChartOptions {
  /** What stands under the bars; without it they are counted from 0. */
  labels?: readonly (string | number)[];
  /** Writes the number on each bar, with so many digits after the point. */
  digits?: number;
  /** The vertical axis goes from 0 to …; without it to the highest bar. */
  yMax?: number;
}

/** What a histogram can be told. */
export interface HistogramOptions extends ChartOptions {
  /** How many intervals of the same width, 1 to 1000. */
  bins?: number;
  /** The first interval begins at …, the last ends at …; without it at the extremes. */
  range?: readonly [from: number, to: number];
  /** A logarithmic vertical axis, for counts of very different size. */
  logY?: boolean;
}

/**
 * Bars that start at zero, side by side where there are several series.
 *
 * @param series the heights, or the heights of each series by its name.
 * @throws RangeError unless there is a label for each bar.
 */
export function barChart(series: Numbers | Series, options: BarOptions): Figure {
  const single = isNumbers(series);
  const groups = Object.entries(single ? { "": series } : series).map(([name, values]) => ({
    name,
    y: plotNumbers(`barChart: ${name || "values"}`, values),
  }));
  const most = Math.max(0, ...groups.map(({ y }) => y.length));
  const labels = options.labels?.map(String) ?? Array.from({ length: most }, (_, i) => String(i));
  for (const { y } of groups) checkLength("barChart: labels", labels.length, y.length);
  const { digits } = options;
  const data = groups.map(({ name, y }, i): Data => ({
    type: "bar",
    name: plainText(name),
    x: labels.map(plainText),
    y,
    marker: { color: seriesColor(i) },
    ...(digits === undefined ? {} : {
      text: y.map((value) => value.toFixed(digits)),
      textposition: "outside",
      textangle: 0,
      cliponaxis: false,
    }),
  }));
  const spoken = groups.map(({ name, y }) =>
    (name === "" ? "" : `${name}: `) +
    labels.map((label, i) => `${label}: ${spokenNumber(y[i])}`).join(", ")
  );
  return new Figure({
    data,
    layout: {
      ...withAxes(
        options,
        { type: "category", showgrid: false },
        options.yMax === undefined ? { rangemode: "tozero" } : { range: [0, options.yMax] },
      ),
      showlegend: !single && groups.length > 1,
      bargap: 0.25,
    },
    alt: options.alt ?? `Bar chart "${options.title}": ${spoken.join("; ")}`,
  });
}

/** All numbers of a tensor of any shape, or of an array. */
function allNumbers(values: Numbers): ArrayLike<number> {
  return "shape" in values ? values.data : values;
}

/**
 * How often numbers fall into intervals of the same width, counted here: the figure holds the
 * counts, not the numbers, and stays small for millions of them.
 *
 * @param values a tensor of any shape or an array, or several by their names, which are laid over
 *   each other. NaN and what lies outside `range` is not counted.
 * @throws RangeError for no intervals, or a range that is none.
 */
export function histogram(values: Numbers | Series, options: HistogramOptions): Figure {
  const { bins = 50 } = options;
  if (!Number.isInteger(bins) || bins < 1 || bins > 1000) {
    throw new RangeError(`histogram: expected 1 to 1000 bins, found ${bins}`);
  }
  const single = isNumbers(values);
  const groups = Object.entries(single ? { "": values } : values).map(([name, numbers]) => ({
    name,
    numbers: allNumbers(numbers),
  }));
  const [from, to] = options.range ?? extremes(groups.map(({ numbers }) => numbers));
  if (!(from < to && Number.isFinite(to - from))) {
    throw new RangeError(`histogram: expected a range from less to more, found ${from} to ${to}`);
  }
  const step = (to - from) / bins;
  const x = Array.from({ length: bins }, (_, i) => shortNumber(from + (i + 0.5) * step));
  const counted = groups.map(({ name, numbers }) => ({
    name,
    counts: countIn(numbers, from, to, bins),
  }));
  const data = counted.map(({ name, counts }, i): Data => ({
    type: "bar",
    name: plainText(name),
    x,
    y: counts,
    width: step,
    opacity: counted.length > 1 ? 0.6 : 1,
    marker: { color: seriesColor(i), line: { width: 0 } },
    hovertemplate: "around %{x}: %{y}<extra></extra>",
  }));
  const spoken = counted.map(({ name, counts }) => {
    const top = counts.indexOf(Math.max(...counts));
    const total = counts.reduce((sum, count) => sum + count, 0);
    return `${name === "" ? "" : `${name}: `}${total.toLocaleString("en")} numbers, most of them ` +
      `(${counts[top].toLocaleString("en")}) between ${spokenNumber(from + top * step)} and ` +
      `${spokenNumber(from + (top + 1) * step)}`;
  });
  return new Figure({
    data,
    layout: {
      ...withAxes(
        options,
        { range: [from, to], showgrid: false },
        // Bars of a logarithmic axis have no zero to start at: from 0.5 on, a count of 1 is seen.
        options.logY
          ? logAxis([0.5, ...counted.flatMap(({ counts }) => counts)])
          : { rangemode: "tozero" },
      ),
      barmode: "overlay",
      bargap: 0,
      showlegend: counted.length > 1,
    },
    alt: options.alt ??
      `Histogram "${options.title}", ${bins} intervals from ${spokenNumber(from)} to ` +
        `${spokenNumber(to)}: ${spoken.join("; ")}`,
  });
}

/** Counts numbers in `bins` intervals [a, b), of which the last holds `to` too. */
function countIn(numbers: ArrayLike<number>, from: number, to: number, bins: number): number[] {
  const counts = new Array<number>(bins).fill(0);
  const scale = bins / (to - from);
  for (let i = 0; i < numbers.length; i++) {
    const value = numbers[i];
    if (value >= from && value <= to) {
      counts[Math.min(bins - 1, Math.floor((value - from) * scale))]++;
    }
  }
  return counts;
}
