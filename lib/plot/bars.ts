/** Bar charts and histograms. */
import { grouped } from "../support/grouped.ts";
import {
  allNumbers,
  chartLayout,
  type ChartOptions,
  checkLength,
  checkOptions,
  entriesOf,
  extremes,
  logAxis,
  type Numbers,
  plainText,
  plotNumbers,
  seriesColor,
  shortNumber,
  spokenList,
  spokenNumber,
} from "./chart_parts.ts";
import { Figure, type Trace } from "./figure.ts";

/** Makes equal labels different for plotly, which would draw their bars in one place. */
function unique(labels: readonly string[]): string[] {
  const seen = new Map<string, number>();
  return labels.map((label) => {
    const before = seen.get(label) ?? 0;
    seen.set(label, before + 1);
    return plainText(label) + "\u200b".repeat(before); // spaces of no width
  });
}

/**
 * Bars that start at zero, side by side for several series.
 *
 * @param series the heights, or the heights of each series by its name; NaN leaves a gap.
 * @param options `labels` are the texts under the bars, by default 0, 1, 2, …; `digits` writes the
 *   number on each bar, with so many digits after the point; `yMax` is the end of the vertical axis,
 *   by default the highest bar.
 * @throws RangeError unless there is a label for each bar.
 *
 * @example
 * ```ts
 * import { barChart, show } from "mnist";
 *
 * await show(barChart([980, 1135, 1032], {
 *   title: "Test images of three digits",
 *   labels: ["zero", "one", "two"],
 *   yTitle: "images",
 * }));
 * ```
 */
export function barChart(
  series: Numbers | Readonly<Record<string, Numbers>>,
  options: ChartOptions & {
    labels?: readonly (string | number)[];
    digits?: number;
    yMax?: number;
  },
): Figure {
  checkOptions("barChart", options, ["labels", "digits", "yMax"]);
  const { title, digits, yMax } = options;
  const groups = entriesOf("barChart", series).map(([name, values]) => ({
    name,
    y: plotNumbers(`barChart: ${name || "values"}`, values),
  }));
  const most = Math.max(0, ...groups.map(({ y }) => y.length));
  const labels = options.labels?.map(String) ?? Array.from({ length: most }, (_, i) => String(i));
  for (const { y } of groups) checkLength("barChart: labels", labels.length, y.length);
  const x = unique(labels);
  const data = groups.map(({ name, y }, i): Trace => ({
    type: "bar",
    name: plainText(name),
    x,
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
    (spokenList(labels.map((label, i) => `${label}: ${spokenNumber(y[i])}`)) || "no bars")
  );
  return new Figure({
    data,
    layout: {
      ...chartLayout(
        options,
        { type: "category", showgrid: false },
        yMax === undefined ? { rangemode: "tozero" } : { range: [0, yMax] },
      ),
      showlegend: groups.length > 1,
      bargap: 0.25,
    },
    alt: options.alt ?? `Bar chart "${title}": ${spoken.join("; ") || "no bars"}`,
  });
}

/**
 * How often numbers fall into intervals of equal width. The figure contains the counts, not the
 * numbers, and stays small for millions of them.
 *
 * @param values a tensor of any shape or an array, or several by their names, which are drawn over
 *   each other. NaN and numbers outside `range` are not counted.
 * @param options `bins` is the number of intervals, 1 to 1000, by default 50; `range` is the start of
 *   the first and the end of the last interval, by default the extremes of the numbers; `logY` draws
 *   a logarithmic vertical axis, for counts of very different size.
 * @throws RangeError for a number of intervals or a range that is not valid, and when there are no
 *   finite numbers and no `range`.
 *
 * @example
 * ```ts
 * import { histogram, randn, Random, show } from "mnist";
 *
 * const weights = randn([784, 50], new Random(1));
 * await show(histogram(weights, { title: "39,200 weights", xTitle: "weight", bins: 40 }));
 * ```
 */
export function histogram(
  values: Numbers | Readonly<Record<string, Numbers>>,
  options: ChartOptions & {
    bins?: number;
    range?: readonly [from: number, to: number];
    logY?: boolean;
  },
): Figure {
  checkOptions("histogram", options, ["bins", "range", "logY"]);
  const { title, bins = 50, logY = false } = options;
  if (!Number.isInteger(bins) || bins < 1 || bins > 1000) {
    throw new RangeError(`histogram: expected 1 to 1000 bins, found ${bins}`);
  }
  const groups = entriesOf("histogram", values).map(([name, group]) => ({
    name,
    numbers: allNumbers(`histogram: ${name || "values"}`, group),
  }));
  const isEmpty = groups.every(({ numbers }) =>
    !Array.prototype.some.call(numbers, Number.isFinite)
  );
  if (isEmpty && options.range === undefined) {
    throw new RangeError("histogram: expected at least one finite number or a range, found none");
  }
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
  const data = counted.map(({ name, counts }, i): Trace => ({
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
    return `${name === "" ? "" : `${name}: `}${grouped(total)} numbers` +
      (total === 0 ? "" : `, most of them (${grouped(counts[top])}) between ` +
        `${spokenNumber(from + top * step)} and ${spokenNumber(from + (top + 1) * step)}`);
  });
  return new Figure({
    data,
    layout: {
      ...chartLayout(
        options,
        { range: [from, to], showgrid: false },
        // Bars of a logarithmic axis have no zero to start at; from 0.5 a count of 1 is visible.
        logY ? logAxis([0.5, ...counted.flatMap(({ counts }) => counts)]) : { rangemode: "tozero" },
      ),
      barmode: "overlay",
      bargap: 0,
      showlegend: counted.length > 1,
    },
    alt: options.alt ??
      `Histogram "${title}", ${bins} intervals from ${spokenNumber(from)} to ` +
        `${spokenNumber(to)}: ${spoken.join("; ")}`,
  });
}

/** Counts numbers in `bins` intervals [a, b), of which the last includes `to`. */
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
