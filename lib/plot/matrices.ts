/** Matrices as coloured squares: images, weights, confusion, and the plane that a classifier divides. */
import type { ColorScale } from "plotly.js";
import type { Tensor } from "../tensor/tensor.ts";
import { checkLength, extremes, SYMBOLS, withAxes } from "./chart_parts.ts";
import {
  type ChartOptions,
  type Data,
  Figure,
  plainText,
  seriesColor,
  shortNumber,
  spokenNumber,
} from "./figure.ts";

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

/** Cividis is the sequential scale made for all kinds of colour vision (Nuñez et al., 2018). */
const COLOR_SCALES: Readonly<Record<"grey" | "sequential" | "diverging", ColorScale>> = {
  grey: [[0, "#000000"], [1, "#ffffff"]],
  sequential: "Cividis",
  diverging: [[0, "#0072b2"], [0.5, "#ffffff"], [1, "#d55e00"]],
};

/** The title of a colour bar, above it, with room between it and the highest number. */
function colorTitle(text: string): { text: string; side: "top" } {
  const room = '<br><span style="color:rgba(0,0,0,0)">.</span>'; // plotly drops an empty line
  return { text: text === "" ? "" : plainText(text) + room, side: "top" };
}

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
      title: colorTitle(options.colorTitle ?? ""),
      thickness: 18,
      tickfont: { size: 15 },
      outlinewidth: 1,
    },
    hovertemplate: "row %{y}, column %{x}: %{z}<extra></extra>",
  };
  return new Figure({
    data: [data],
    layout: withAxes(
      { xTitle: "column", yTitle: "row", width: 640, height: 560, ...options },
      { showgrid: false, constrain: "domain" },
      { showgrid: false, constrain: "domain", autorange: "reversed", scaleanchor: "x" },
    ),
    alt: options.alt ??
      `Heat map "${options.title}" of ${matrix.shape[0]} rows and ${matrix.shape[1]} columns, ` +
        `values from ${spokenNumber(least)} to ${spokenNumber(most)}`,
  });
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
    colorscale: [[0, "#ffffff"], [0.001, "#e3eef6"], [0.2, "#8cbddb"], [1, "#0072b2"]],
    colorbar: {
      title: colorTitle("share of the row"),
      tickformat: ".0%",
      thickness: 18,
      tickfont: { size: 15 },
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
  return new Figure({
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
  });
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
  return new Figure({
    data: [regions, ...groups],
    layout: withAxes(
      { xTitle: "x₁", yTitle: "x₂", width: 620, height: 520, ...options },
      { range: [left, right], showgrid: false },
      { range: [bottom, top], showgrid: false },
    ),
    alt: options.alt ?? `Decision boundary "${options.title}": ${shares.join(", ")}${spokenPoints}`,
  });
}
