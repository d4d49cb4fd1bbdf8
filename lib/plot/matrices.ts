/** Matrices as coloured squares: heat maps and confusion matrices. */
import type { ColorScale } from "plotly.js";
import { oneOf } from "../support/names.ts";
import type { Tensor } from "../tensor/tensor.ts";
import {
  chartLayout,
  type ChartOptions,
  checkLength,
  checkOptions,
  checkSize,
  checkTensor,
  extremes,
  plainText,
  shortNumber,
  spokenNumber,
} from "./chart_parts.ts";
import { Figure, type Trace } from "./figure.ts";

/** Cividis is a sequential scale made for all kinds of colour vision (Nuñez et al., 2018). */
const COLOR_SCALES: Readonly<Record<"grey" | "sequential" | "diverging", ColorScale>> = {
  grey: [[0, "#000000"], [1, "#ffffff"]],
  sequential: "Cividis",
  diverging: [[0, "#0072b2"], [0.5, "#ffffff"], [1, "#d55e00"]],
};

/** The diagonal of a confusion matrix. */
const GREY = "#dddddd";

/** A colour bar with its title above it, and space between the title and the highest number. */
function colorBar(title: string, tickformat = "") {
  const space = '<br><span style="color:rgba(0,0,0,0)">.</span>'; // plotly drops an empty line
  return {
    title: { text: title === "" ? "" : plainText(title) + space, side: "top" },
    tickformat,
    thickness: 18,
    tickfont: { size: 15 },
    outlinewidth: 1,
  } as const;
}

/** The axes of a matrix: row 0 at the top, and square cells. */
const SQUARE = { showgrid: false, constrain: "domain" } as const;
const ROWS = { ...SQUARE, autorange: "reversed", scaleanchor: "x" } as const;

/** The rows of a matrix, checked. */
function rowsOf(name: string, matrix: Tensor): number[][] {
  checkTensor(name, matrix);
  if (matrix.ndim !== 2) {
    throw new RangeError(
      `${name}: expected a tensor of two axes, found [${matrix.shape.join(", ")}]; ` +
        `.reshape([28, 28]) makes one of an image`,
    );
  }
  checkSize(name, matrix.size);
  const [rows, columns] = matrix.shape;
  const { data } = matrix;
  return Array.from(
    { length: rows },
    (_, i) => Array.from({ length: columns }, (_, j) => shortNumber(data[i * columns + j])),
  );
}

/**
 * A matrix as coloured squares, row 0 at the top, with a colour bar.
 *
 * @param matrix `[rows, columns]`; NaN is transparent.
 * @param options `colors` is `"grey"` for images (0 black), `"sequential"` (the default) for amounts,
 *   or `"diverging"` for numbers around zero: blue below, white at 0, vermillion above. `range` are
 *   the values of the first and the last colour, by default the extremes of the matrix; `colorTitle`
 *   is the title of the colour bar.
 * @throws RangeError for a tensor that is not a matrix.
 *
 * @example
 * ```ts
 * import { heatmap, randn, Random, show } from "mnist";
 *
 * const weights = randn([10, 16], new Random(1));
 * await show(heatmap(weights, { title: "Weights", colors: "diverging" }));
 * ```
 */
export function heatmap(
  matrix: Tensor,
  options: ChartOptions & {
    colors?: "grey" | "sequential" | "diverging";
    range?: readonly [from: number, to: number];
    colorTitle?: string;
  },
): Figure {
  const z = rowsOf("heatmap", matrix);
  checkOptions("heatmap", options, ["colors", "range", "colorTitle"]);
  const { title, colors = "sequential", colorTitle = "", alt } = options;
  oneOf("heatmap: expected colors", colors, ["grey", "sequential", "diverging"]);
  const [least, most] = extremes([matrix.data]);
  const widest = Math.max(Math.abs(least), Math.abs(most));
  const [zmin, zmax] = options.range ??
    (colors === "diverging" ? [-widest, widest] : [least, most]);
  const data: Trace = {
    type: "heatmap",
    z,
    zmin,
    zmax,
    colorscale: COLOR_SCALES[colors],
    colorbar: colorBar(colorTitle),
    hovertemplate: "row %{y}, column %{x}: %{z}<extra></extra>",
  };
  const [rows, columns] = matrix.shape;
  return new Figure({
    data: [data],
    layout: chartLayout(
      { xTitle: "column", yTitle: "row", width: 640, height: 560, ...options },
      SQUARE,
      ROWS,
    ),
    alt: alt ?? `Heat map "${title}" of ${rows} rows and ${columns} columns, ` +
        `values from ${spokenNumber(least)} to ${spokenNumber(most)}`,
  });
}

/**
 * Which classes were predicted for which: each square contains how many images of the class of its
 * row were predicted as the class of its column. Mistakes are coloured by their share of the row; the
 * correct predictions, on the diagonal, are grey.
 *
 * @param counts `[classes, classes]`, as `confusionMatrix` counts them.
 * @param options `classNames` are the names of the classes, by default 0, 1, 2, …
 * @throws RangeError for a tensor that is not square, and unless there is a name for each class.
 *
 * @example
 * ```ts
 * import { confusionMatrix, confusionMatrixChart, show, tensor } from "mnist";
 *
 * const counts = confusionMatrix(tensor([0, 1, 1, 1]), tensor([0, 1, 1, 0]), 2);
 * await show(confusionMatrixChart(counts, { classNames: ["cat", "dog"] }));
 * ```
 */
export function confusionMatrixChart(
  counts: Tensor,
  options: Partial<ChartOptions> & { classNames?: readonly string[] } = {},
): Figure {
  const rows = rowsOf("confusionMatrixChart", counts);
  const { title = "Confusion matrix", alt } = options;
  checkOptions("confusionMatrixChart", { ...options, title }, ["classNames"]);
  const classes = rows.length;
  if (counts.shape[1] !== classes) {
    throw new RangeError(
      `confusionMatrixChart: expected as many columns as rows, found [${counts.shape.join(", ")}]`,
    );
  }
  const names = options.classNames ?? rows.map((_, i) => String(i));
  checkLength("confusionMatrixChart: classNames", names.length, classes);
  const sum = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0);
  const share = (row: number, column: number): number => {
    const count = rows[row][column];
    return count === 0 ? 0 : shortNumber(count / sum(rows[row]));
  };
  const squares = (isCorrect: boolean) => ({
    type: "heatmap" as const,
    x: names.map(plainText),
    y: names.map(plainText),
    z: rows.map((row, i) => row.map((_, j) => isCorrect === (i === j) ? share(i, j) : null)),
    xgap: 1,
    ygap: 1,
    hoverongaps: false,
    hovertemplate: "%{y} predicted as %{x}: %{text}<extra></extra>",
    text: rows.map((row, i) =>
      row.map((count, j) => count === 0 || isCorrect !== (i === j) ? "" : String(count))
    ),
    texttemplate: "%{text}",
    textfont: { size: 14 },
  });
  const worst = Math.max(
    0,
    ...rows.map((row, i) => Math.max(0, ...row.map((_, j) => i === j ? 0 : share(i, j)))),
  );
  const correct: Trace = { ...squares(true), colorscale: [[0, GREY], [1, GREY]], showscale: false };
  const wrong: Trace = {
    ...squares(false),
    zmin: 0,
    zmax: worst || 1,
    colorscale: [[0, "#ffffff"], [1, "#d55e00"]],
    colorbar: colorBar("share of the row", ".1%"),
  };
  const mistakes = rows.flatMap((row, i) =>
    row.flatMap((count, j) => i === j || count === 0 ? [] : [{ i, j, count }])
  ).sort((a, b) => b.count - a.count).slice(0, 3);
  const often = mistakes.map(({ i, j, count }) => `${names[i]} as ${names[j]} (${count})`);
  const right = sum(rows.map((row, i) => row[i]));
  return new Figure({
    data: [wrong, correct],
    layout: chartLayout(
      { xTitle: "predicted class", yTitle: "true class", height: 660, ...options, title },
      { type: "category", ...SQUARE },
      { type: "category", ...ROWS },
    ),
    alt: alt ?? `Confusion matrix "${title}" of ${classes} classes: ${right} of ` +
        `${sum(rows.flat())} correct` +
        (often.length === 0 ? "" : `; most frequent mistakes: ${often.join(", ")}`),
  });
}
