/** The plane as a classifier divides it. */
import { describe } from "../support/describe.ts";
import {
  chartLayout,
  type ChartOptions,
  checkOptions,
  INK,
  plainText,
  seriesColor,
  shortNumber,
  SYMBOLS,
} from "./chart_parts.ts";
import { Figure, type Trace } from "./figure.ts";

/** Squares of the plane along each side: fine enough for a smooth edge, and small to store. */
const RESOLUTION = 120;

/**
 * The plane, coloured by the class that a classifier predicts at each point, with the points of the
 * data above.
 *
 * @param classify returns the class of (x, y): 0 to 5.
 * @param options `points` are the points of the data with their classes; `xRange` and `yRange` are the
 *   extent of the plane, by default -0.5 to 1.5; `classNames` are the names of the classes.
 * @throws RangeError for a class that is not 0 to 5.
 *
 * @example
 * ```ts
 * import { decisionBoundary, show } from "mnist";
 *
 * const and = (x: number, y: number): number => x + y > 1.5 ? 1 : 0;
 * const points = [{ x: 0, y: 1, label: 0 }, { x: 1, y: 1, label: 1 }];
 * await show(decisionBoundary(and, { title: "AND", points }));
 * ```
 */
export function decisionBoundary(
  classify: (x: number, y: number) => number,
  options: ChartOptions & {
    points?: readonly { x: number; y: number; label: number }[];
    xRange?: readonly [from: number, to: number];
    yRange?: readonly [from: number, to: number];
    classNames?: readonly string[];
  },
): Figure {
  checkOptions("decisionBoundary", options, ["points", "xRange", "yRange", "classNames"]);
  const { title, points = [], classNames, alt } = options;
  const [left, right] = options.xRange ?? [-0.5, 1.5];
  const [bottom, top] = options.yRange ?? [-0.5, 1.5];
  const checked = (label: number, x: number, y: number): number => {
    if (Number.isInteger(label) && label >= 0 && label < SYMBOLS.length) return label;
    throw new RangeError(
      `decisionBoundary: expected a class of 0 to ${SYMBOLS.length - 1} at (${x}, ${y}), ` +
        `found ${describe(label)}`,
    );
  };
  const along = (from: number, to: number): number[] =>
    Array.from(
      { length: RESOLUTION },
      (_, i) => shortNumber(from + (i + 0.5) / RESOLUTION * (to - from)),
    );
  const xs = along(left, right);
  const ys = along(bottom, top);
  const z = ys.map((y) => xs.map((x) => checked(classify(x, y), x, y)));
  const plane = z.flat();
  const last = Math.max(1, ...plane, ...points.map(({ x, y, label }) => checked(label, x, y)));
  const classes = Array.from({ length: last + 1 }, (_, label) => ({
    label,
    name: classNames?.[label] ?? `class ${label}`,
    color: seriesColor(label),
    share: plane.filter((found) => found === label).length / plane.length,
    members: points.filter((point) => point.label === label),
  }));
  const regions: Trace = {
    type: "heatmap",
    x: xs,
    y: ys,
    z,
    zmin: -0.5,
    zmax: last + 0.5,
    // A step for each class: without it plotly would blend neighbouring classes.
    colorscale: classes.flatMap(({ label, color }): [number, string][] => [
      [label / classes.length, color],
      [(label + 1) / classes.length, color],
    ]),
    opacity: 0.35,
    showscale: false,
    hoverinfo: "skip",
  };
  const groups = classes.map(({ label, name, color, members }): Trace => ({
    type: "scatter",
    mode: "markers",
    name: plainText(name),
    x: members.map(({ x }) => x),
    y: members.map(({ y }) => y),
    marker: { color, symbol: SYMBOLS[label], size: 16, line: { color: INK, width: 2 } },
    showlegend: true,
  }));
  const shares = classes.map(({ name, share }) =>
    `${name} ${Math.round(100 * share)} % of the plane`
  );
  const correct = points.filter(({ x, y, label }) => classify(x, y) === label).length;
  return new Figure({
    data: [regions, ...groups],
    layout: chartLayout(
      { xTitle: "x₁", yTitle: "x₂", width: 620, height: 520, ...options },
      { range: [left, right], showgrid: false },
      { range: [bottom, top], showgrid: false },
    ),
    alt: alt ?? `Decision boundary "${title}": ${shares.join(", ")}` +
        (points.length === 0
          ? ""
          : `; ${correct} of ${points.length} points are in the region of their class`),
  });
}
