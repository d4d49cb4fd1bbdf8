/**
 * The charts of the course: each a function from numbers to a figure, with honest axes (bars start
 * at zero, matrices have square cells) and a text alternative that tells what they show.
 */
import type { ColorScale } from "plotly.js";
import type { Tensor } from "../tensor.ts";
import {
  baseLayout,
  type ChartOptions,
  type Data,
  type Figure,
  type Layout,
  type Numbers,
  plainText,
  plotNumbers,
  seriesColor,
  shortNumber,
  spokenNumber,
} from "./figure.ts";

/** One line or group of bars for each name. */
export type Series = Readonly<Record<string, Numbers>>;

/** What a line chart can be told. */
export interface LineOptions extends ChartOptions {
  /** Where the points lie horizontally; without it they are counted from 0. */
  x?: Numbers;
  /** A logarithmic horizontal axis. */
  logX?: boolean;
  /** A logarithmic vertical axis. */
  logY?: boolean;
  /** The vertical axis goes from … to …; without it to where the numbers go. */
  yRange?: readonly [from: number, to: number];
  /** Draws the points themselves; by default where there are 30 or fewer. */
  markers?: boolean;
}

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

/** What a heat map can be told. */
export interface HeatmapOptions extends ChartOptions {
  /** What the colours mean: stands at the colour bar. */
  colorTitle?: string;
  /** The values of the first and the last colour; without it the extremes of the matrix. */
  range?: readonly [from: number, to: number];
  /**
   * `"grey"` as MNIST is drawn (0 black), `"sequential"` for amounts, `"diverging"` for numbers
   * around zero: blue below, white at 0, vermillion above.
   */
  colors?: "grey" | "sequential" | "diverging";
}

/** What a confusion matrix can be told. */
export interface ConfusionOptions extends Partial<ChartOptions> {
  /** The names of the classes, where they are not the digits 0 to 9. */
  classNames?: readonly string[];
}

/** A point with its class. */
export interface LabelledPoint {
  /** How far to the right. */
  x: number;
  /** How far up. */
  y: number;
  /** Its class: 0, 1, 2, … */
  label: number;
}

/** What a decision boundary can be told. */
export interface BoundaryOptions extends ChartOptions {
  /** The points of the data, drawn above the regions. */
  points?: readonly LabelledPoint[];
  /** The plane goes from … to … horizontally. */
  xRange?: readonly [from: number, to: number];
  /** The plane goes from … to … vertically. */
  yRange?: readonly [from: number, to: number];
  /** The names of the classes; without it "class 0", "class 1", … */
  classNames?: readonly string[];
}

const DASHES = ["solid", "dash", "dot", "dashdot"] as const;
const SYMBOLS = ["circle", "square", "diamond", "triangle-up", "cross", "x"] as const;
const FEW_POINTS = 30;

/** How the values of a line go, in words. */
function spokenLine(name: string, values: readonly number[]): string {
  const finite = values.filter(Number.isFinite);
  if (finite.length === 0) return `${name} has no values`;
  const [least, most] = finite.reduce(
    ([low, high], value) => [Math.min(low, value), Math.max(high, value)],
    [Infinity, -Infinity],
  );
  return `${name} from ${spokenNumber(finite[0])} to ${spokenNumber(finite[finite.length - 1])} ` +
    `(lowest ${spokenNumber(least)}, highest ${spokenNumber(most)})`;
}

function checkLength(name: string, found: number, expected: number): void {
  if (found !== expected) {
    throw new RangeError(`${name}: expected ${expected}, one for each value, found ${found}`);
  }
}

/** The layout of `options` with what a chart adds to its axes. */
function withAxes(
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
function logAxis(values: readonly number[]): Layout["xaxis"] {
  const exponents = values.filter((value) => value > 0 && value < Infinity).map(Math.log10);
  if (exponents.length === 0) return { type: "log" };
  const [least, most] = extremes([exponents]);
  const room = 0.05 * (most - least) + 0.05;
  return {
    type: "log",
    range: [least - room, most + room],
    dtick: most - least > 2.5 ? 1 : "D2",
  };
}

/**
 * Lines over a common axis, such as loss and accuracy over the steps of a training. Lines differ
 * in colour, dash and, with few points, marker.
 *
 * @param series the values of each line, by its name; NaN leaves a gap.
 * @throws RangeError unless each line has a value for each `x`.
 */
export function lineChart(series: Series, options: LineOptions): Figure {
  const lines = Object.entries(series).map(([name, values]) => ({
    name,
    y: plotNumbers(`lineChart: ${name}`, values),
  }));
  const most = Math.max(0, ...lines.map(({ y }) => y.length));
  const x = options.x === undefined
    ? Array.from({ length: most }, (_, i) => i)
    : plotNumbers("lineChart: x", options.x);
  if (options.x !== undefined) {
    for (const { name, y } of lines) checkLength(`lineChart: ${name}`, y.length, x.length);
  }
  const markers = options.markers ?? most <= FEW_POINTS;
  const data = lines.map(({ name, y }, i): Data => ({
    type: "scatter",
    mode: markers ? "lines+markers" : "lines",
    name: plainText(name),
    x: x.slice(0, y.length),
    y,
    line: { color: seriesColor(i), width: 3, dash: DASHES[i % DASHES.length] },
    marker: { color: seriesColor(i), size: 9, symbol: SYMBOLS[i % SYMBOLS.length] },
  }));
  return {
    data,
    layout: {
      ...withAxes(options, options.logX ? logAxis(x) : {}, {
        ...(options.logY ? logAxis(lines.flatMap(({ y }) => y)) : {}),
        ...(options.yRange && { range: [...options.yRange] }),
      }),
      showlegend: lines.length > 1,
    },
    alt: options.alt ??
      `Line chart "${options.title}": ${
        lines.map(({ name, y }) => spokenLine(name, y)).join("; ")
      }`,
  };
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
  return {
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
  };
}

function isNumbers(series: Numbers | Series): series is Numbers {
  return "length" in series && typeof series.length === "number" ||
    "shape" in series && Array.isArray(series.shape);
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
  return {
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
  };
}

/** The smallest and the largest finite number; around a single one, half a unit to each side. */
function extremes(groups: readonly ArrayLike<number>[]): [number, number] {
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

/** Cividis is the sequential scale made for all kinds of colour vision (Nuñez et al., 2018). */
const COLOR_SCALES: Readonly<Record<"grey" | "sequential" | "diverging", ColorScale>> = {
  grey: [[0, "#000000"], [1, "#ffffff"]],
  sequential: "Cividis",
  diverging: [[0, "#0072b2"], [0.5, "#ffffff"], [1, "#d55e00"]],
};

/** The rows of a matrix. */
function rowsOf(name: string, matrix: Tensor): number[][] {
  if (matrix.ndim !== 2) {
    throw new RangeError(
      `${name}: expected a tensor of two axes, found [${matrix.shape.join(", ")}]; ` +
        `.reshape([28, 28]) makes one of an image`,
    );
  }
  const [rows, columns] = matrix.shape;
  const { data } = matrix;
  return Array.from(
    { length: rows },
    (_, i) => Array.from({ length: columns }, (_, j) => shortNumber(data[i * columns + j])),
  );
}

/**
 * A matrix as coloured squares, row 0 on top, with a colour bar.
 *
 * @param matrix `[rows, columns]`.
 * @throws RangeError for a tensor that is no matrix.
 */
export function heatmap(matrix: Tensor, options: HeatmapOptions): Figure {
  const z = rowsOf("heatmap", matrix);
  const colors = options.colors ?? "sequential";
  const [least, most] = extremes([matrix.data]);
  const widest = Math.max(Math.abs(least), Math.abs(most));
  const [zmin, zmax] = options.range ??
    (colors === "diverging" ? [-widest, widest] : [least, most]);
  const data: Data = {
    type: "heatmap",
    z,
    zmin,
    zmax,
    colorscale: COLOR_SCALES[colors],
    colorbar: {
      title: { text: plainText(options.colorTitle ?? ""), side: "right" },
      thickness: 18,
      outlinewidth: 1,
    },
    hovertemplate: "row %{y}, column %{x}: %{z}<extra></extra>",
  };
  return {
    data: [data],
    layout: withAxes(
      { xTitle: "column", yTitle: "row", width: 640, height: 560, ...options },
      { showgrid: false, constrain: "domain" },
      { showgrid: false, constrain: "domain", autorange: "reversed", scaleanchor: "x" },
    ),
    alt: options.alt ??
      `Heat map "${options.title}" of ${matrix.shape[0]} rows and ${matrix.shape[1]} columns, ` +
        `values from ${spokenNumber(least)} to ${spokenNumber(most)}`,
  };
}

/**
 * What classes were taken for which: each square holds how many of the class of its row were read
 * as the class of its column, coloured by their share of the row. Right answers are on the
 * diagonal.
 *
 * @param counts `[classes, classes]`, as `confusionMatrix` counts them.
 * @throws RangeError for a tensor that is not square, or names that are not one for each class.
 */
export function confusionMatrixChart(counts: Tensor, options: ConfusionOptions = {}): Figure {
  const rows = rowsOf("confusionMatrixChart", counts);
  const classes = rows.length;
  if (counts.shape[1] !== classes) {
    throw new RangeError(
      `confusionMatrixChart: expected as many columns as rows, found [${counts.shape.join(", ")}]`,
    );
  }
  const names = options.classNames ?? rows.map((_, i) => String(i));
  checkLength("confusionMatrixChart: classNames", names.length, classes);
  const shares = rows.map((row) => {
    const total = row.reduce((sum, count) => sum + count, 0);
    return row.map((count) => total === 0 ? 0 : shortNumber(count / total));
  });
  const title = options.title ?? "Confusion matrix";
  const data: Data = {
    type: "heatmap",
    x: names.map(plainText),
    y: names.map(plainText),
    z: shares,
    zmin: 0,
    zmax: 1,
    colorscale: [[0, "#ffffff"], [0.001, "#e3eef6"], [1, "#0072b2"]],
    colorbar: {
      title: { text: "share of the row", side: "right" },
      tickformat: ".0%",
      thickness: 18,
      outlinewidth: 1,
    },
    xgap: 1,
    ygap: 1,
    hovertemplate: "%{y} read as %{x}: %{text}<extra></extra>",
    text: rows.map((row) => row.map((count) => count === 0 ? "" : String(count))),
    texttemplate: "%{text}",
    textfont: { size: 14 },
  };
  const mistakes = rows.flatMap((row, i) =>
    row.flatMap((count, j) => i === j || count === 0 ? [] : [{ i, j, count }])
  ).sort((a, b) => b.count - a.count).slice(0, 3);
  const right = rows.reduce((sum, row, i) => sum + row[i], 0);
  const total = rows.flat().reduce((sum, count) => sum + count, 0);
  const often = mistakes.map(({ i, j, count }) => `${names[i]} as ${names[j]} (${count})`);
  return {
    data: [data],
    layout: withAxes(
      {
        xTitle: "read as",
        yTitle: "what it is",
        width: 760,
        height: 660,
        ...options,
        title,
      },
      { type: "category", showgrid: false, constrain: "domain" },
      {
        type: "category",
        showgrid: false,
        constrain: "domain",
        autorange: "reversed",
        scaleanchor: "x",
      },
    ),
    alt: options.alt ??
      `Confusion matrix "${title}" of ${classes} classes: ${right} of ${total} right` +
        (often.length === 0 ? "" : `; most often mistaken: ${often.join(", ")}`),
  };
}

/** Squares of the plane along each side: fine enough for a smooth edge, and small to store. */
const RESOLUTION = 120;

/**
 * The plane, coloured by the class that a classifier gives to each point of it, with the points of
 * the data above.
 *
 * @param classify the class of (x, y): 0, 1, 2, …
 * @throws RangeError when it gives something else.
 */
export function decisionBoundary(
  classify: (x: number, y: number) => number,
  options: BoundaryOptions,
): Figure {
  const { points = [], classNames } = options;
  const [left, right] = options.xRange ?? [-0.5, 1.5];
  const [bottom, top] = options.yRange ?? [-0.5, 1.5];
  const along = (from: number, to: number): number[] =>
    Array.from(
      { length: RESOLUTION },
      (_, i) => shortNumber(from + (i + 0.5) / RESOLUTION * (to - from)),
    );
  const xs = along(left, right);
  const ys = along(bottom, top);
  const z = ys.map((y) =>
    xs.map((x) => {
      const found = classify(x, y);
      if (!Number.isInteger(found) || found < 0 || found >= SYMBOLS.length) {
        throw new RangeError(
          `decisionBoundary: expected a class of 0 to ${SYMBOLS.length - 1} at ` +
            `(${x}, ${y}), found ${found}`,
        );
      }
      return found;
    })
  );
  const classes = Math.max(1, ...z.flat(), ...points.map(({ label }) => label)) + 1;
  const name = (label: number): string => classNames?.[label] ?? `class ${label}`;
  const regions: Data = {
    type: "heatmap",
    x: xs,
    y: ys,
    z,
    zmin: -0.5,
    zmax: classes - 0.5,
    // A step for each class: without it plotly would blend neighbouring classes.
    colorscale: Array.from({ length: classes }, (_, label) => label).flatMap((
      label,
    ): [number, string][] => [
      [label / classes, seriesColor(label)],
      [(label + 1) / classes, seriesColor(label)],
    ]),
    opacity: 0.35,
    showscale: false,
    hoverinfo: "skip",
  };
  const groups = Array.from({ length: classes }, (_, label) => label).map((label): Data => {
    const members = points.filter((point) => point.label === label);
    return {
      type: "scatter",
      mode: "markers",
      name: plainText(name(label)),
      x: members.map(({ x }) => x),
      y: members.map(({ y }) => y),
      marker: {
        color: seriesColor(label),
        symbol: SYMBOLS[label],
        size: 16,
        line: { color: "#222222", width: 2 },
      },
      showlegend: true,
    };
  });
  const shares = Array.from({ length: classes }, (_, label) => {
    const count = z.flat().filter((found) => found === label).length;
    return `${name(label)} ${Math.round(100 * count / z.flat().length)} % of the plane`;
  });
  const wrong = points.filter(({ x, y, label }) => classify(x, y) !== label).length;
  const spokenPoints = points.length === 0
    ? ""
    : `; ${points.length - wrong} of ${points.length} points lie in the region of their class`;
  return {
    data: [regions, ...groups],
    layout: withAxes(
      { xTitle: "x₁", yTitle: "x₂", width: 620, height: 520, ...options },
      { range: [left, right], showgrid: false },
      { range: [bottom, top], showgrid: false },
    ),
    alt: options.alt ?? `Decision boundary "${options.title}": ${shares.join(", ")}${spokenPoints}`,
  };
}
