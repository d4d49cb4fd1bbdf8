/** Line charts: one measure against another, such as loss against training steps. */
import type { Layout } from "plotly.js";
import {
  chartLayout,
  type ChartOptions,
  checkLength,
  checkOptions,
  DASHES,
  entriesOf,
  extremes,
  logAxis,
  type Numbers,
  plainText,
  plotNumbers,
  seriesColor,
  shortNumber,
  spokenNumber,
  SYMBOLS,
  wholeTicks,
} from "./chart_parts.ts";
import { Figure, type Trace } from "./figure.ts";
import { labelled, type LabelledLine } from "./line_labels.ts";

/** Lines by their names: the heights of their points, or points with an `x` of their own. */
type Lines = Readonly<Record<string, Numbers | { x: Numbers; y: Numbers }>>;

/** A line with more points than this has no markers by default. */
const FEW_POINTS = 30;

/** The part of the height that stays free between two panels. */
const PANEL_GAP = 0.08;
const Y_AXES = ["y", "y2", "y3", "y4"] as const;

/** The course of a line in words. */
function spokenLine(name: string, values: readonly number[]): string {
  const finite = values.filter(Number.isFinite);
  if (finite.length === 0) return `${name} has no values`.trimStart();
  const [least, most] = finite.reduce(
    ([low, high], value) => [Math.min(low, value), Math.max(high, value)],
    [Infinity, -Infinity],
  );
  const [first, last] = [finite[0], finite[finite.length - 1]];
  const course = `${name} from ${spokenNumber(first)} to ${spokenNumber(last)}`.trimStart();
  return `${course} (lowest ${spokenNumber(least)}, highest ${spokenNumber(most)})`;
}

/** The points of each line, checked; `common` is the `x` of lines without their own. */
function pointsOf(name: string, series: Numbers | Lines, common?: Numbers) {
  return entriesOf(name, series).map(([line, values]) => {
    const own = typeof values === "object" && values !== null && "y" in values;
    const y = plotNumbers(`${name}: ${line || "values"}`, own ? values.y : values);
    const places = own ? values.x : common;
    const xName = `${name}: x of ${line || "values"}`;
    const x = places === undefined ? y.map((_, i) => i) : plotNumbers(xName, places);
    checkLength(xName, x.length, y.length);
    return { line, x, y };
  });
}

type Points = ReturnType<typeof pointsOf>;

/** The traces of lines, which differ in colour, dash and, with few points, marker. */
function tracesOf(points: Points, first = 0, markers?: boolean): Trace[] {
  return points.map(({ line, x, y }, i) => {
    const [index, color] = [first + i, seriesColor(first + i)];
    return {
      type: "scatter",
      mode: hasMarkers(y, markers) ? "lines+markers" : "lines",
      name: plainText(line),
      x,
      y,
      line: { color, width: 3, dash: DASHES[index % DASHES.length] },
      marker: { color, size: 9, symbol: SYMBOLS[index % SYMBOLS.length] },
    };
  });
}

/** The signs of the dashes and of the symbols, in their order. */
const DASH_MARKS = ["—", "- -", "···", "-·-"], SYMBOL_MARKS = ["●", "■", "◆", "▲", "✚", "✖"];

/** The labels of lines, with what distinguishes them beside their colour. */
function labelsOf(
  points: Points,
  first: number,
  { markers, logY = false }: { markers?: boolean; logY?: boolean } = {},
): LabelledLine[] {
  return points.map(({ line, y }, i) => {
    const marks = hasMarkers(y, markers) ? SYMBOL_MARKS : DASH_MARKS;
    const end = y.findLast((value) => Number.isFinite(value) && !(logY && value <= 0));
    return {
      name: line,
      color: seriesColor(first + i),
      mark: marks[(first + i) % marks.length],
      end: end !== undefined && logY ? Math.log10(end) : end,
    };
  });
}

/** True for a line that draws its points. */
function hasMarkers(y: readonly number[], markers = y.length <= FEW_POINTS): boolean {
  return markers;
}

/** The vertical axis of numbers: from the smallest to the largest, with a small margin. */
function rangeOf(values: readonly number[]): readonly [number, number] {
  const [least, most] = extremes([values]);
  const margin = 0.06 * (most - least);
  return [shortNumber(least - margin), shortNumber(most + margin)];
}

/** The course of all lines in words. */
function spokenLines(points: Points): string {
  return points.map(({ line, y }) => spokenLine(line, y)).join("; ") || "no lines";
}

/**
 * Lines over a common axis, such as loss and accuracy over the steps of a training. Lines differ
 * in colour, dash and, with few points, marker.
 *
 * @param series the values of one line, or of several by their names; `{ x, y }` are points with an
 *   `x` of their own. NaN leaves a gap, and so does 0 or less on a logarithmic axis.
 * @param options `x` are the places of the values on the horizontal axis, by default 0, 1, 2, …;
 *   `logX` and `logY` draw logarithmic axes; `yRange` is the range of the vertical axis, by default
 *   that of the values; `markers` draws the points themselves, by default those of lines with at most 30;
 *   `xLabels` are texts for the places 0, 1, 2, … of the horizontal axis.
 * @throws RangeError unless each value has its `x`.
 *
 * @example
 * ```ts
 * import { arange, lineChart, show, sigmoid } from "mnist";
 *
 * const x = arange(-5, 5, 0.1);
 * await show(lineChart({ sigmoid: sigmoid(x) }, { title: "Sigmoid", x, xTitle: "a", yTitle: "z" }));
 * ```
 */
export function lineChart(
  series: Numbers | Readonly<Record<string, Numbers | { x: Numbers; y: Numbers }>>,
  options: ChartOptions & {
    x?: Numbers;
    logX?: boolean;
    logY?: boolean;
    yRange?: readonly [from: number, to: number];
    markers?: boolean;
    xLabels?: readonly string[];
  },
): Figure {
  checkOptions("lineChart", options, ["x", "logX", "logY", "yRange", "markers", "xLabels"]);
  const { title, x, logX, logY, yRange, xLabels, alt } = options;
  const points = pointsOf("lineChart", series, x);
  const [xs, ys] = [points.flatMap(({ x }) => x), points.flatMap(({ y }) => y)];
  const linear = { ...wholeTicks(ys), range: [...yRange ?? rangeOf(ys)] };
  const yaxis = { ...(logY ? logAxis(ys) : linear), ...(yRange && { range: [...yRange] }) };
  const labels = xLabels && { tickvals: [...xLabels.keys()], ticktext: xLabels.map(plainText) };
  const layout = chartLayout(options, labels ?? (logX ? logAxis(xs) : wholeTicks(xs)), yaxis);
  const [low, high] = yaxis.range ?? [0, 1];
  const panel = {
    range: [low, high],
    domain: [0, 1],
    lines: labelsOf(points, 0, options),
  } as const;
  return new Figure({
    data: tracesOf(points, 0, options.markers),
    layout: points.length < 2 ? { ...layout, showlegend: false } : labelled(layout, [panel]),
    alt: alt ?? `Line chart "${title}": ${spokenLines(points)}`,
  });
}

/**
 * Line charts below each other over one horizontal axis, for measures with different units, such as
 * loss and accuracy.
 *
 * @param panels the lines of each panel, by the title of its vertical axis.
 * @throws RangeError unless there are 1 to 4 panels and each value has its `x`.
 */
export function panelChart(
  panels: Readonly<Record<string, Lines>>,
  options: Omit<ChartOptions, "yTitle">,
): Figure {
  checkOptions("panelChart", options, []);
  const { title, alt } = options;
  const rows = Object.entries(panels).map(([yTitle, lines]) => ({
    yTitle,
    points: pointsOf("panelChart", lines),
  }));
  if (rows.length < 1 || rows.length > Y_AXES.length) {
    throw new RangeError(
      `panelChart: expected 1 to ${Y_AXES.length} panels, found ${rows.length}`,
    );
  }
  let first = 0;
  const drawn = rows.map(({ yTitle, points }, row) => {
    const start = first;
    first += points.length;
    const domain: [number, number] = [
      1 - (row + 1) / rows.length + (row + 1 < rows.length ? PANEL_GAP : 0),
      1 - row / rows.length,
    ];
    const range = rangeOf(points.flatMap(({ y }) => y));
    const isNamed = points.length > 1 || points.some(({ line }) => line !== yTitle);
    const { yaxis } = chartLayout({ title, yTitle }, {}, { domain, range: [...range] });
    return {
      domain,
      range,
      lines: isNamed ? labelsOf(points, start) : [],
      axis: [row === 0 ? "yaxis" : `yaxis${row + 1}`, yaxis],
      traces: tracesOf(points, start).map((trace): Trace => ({ ...trace, yaxis: Y_AXES[row] })),
    };
  });
  const layout: Partial<Layout> = {
    ...chartLayout({ height: 160 + 220 * rows.length, ...options }, {
      ...wholeTicks(rows.flatMap(({ points }) => points.flatMap(({ x }) => x))),
      anchor: Y_AXES[rows.length - 1],
    }),
    ...Object.fromEntries(drawn.map(({ axis }) => axis)),
    showlegend: false,
  };
  const spoken = spokenLines(rows.flatMap(({ points }) => points));
  return new Figure({
    data: drawn.flatMap(({ traces }) => traces),
    layout: drawn.some(({ lines }) => lines.length > 0) ? labelled(layout, drawn) : layout,
    alt: alt ?? `Line charts "${title}": ${spoken}`,
  });
}
