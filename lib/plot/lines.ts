/** Lines: one measure against another, as loss against training steps. */
import { checkLength, DASHES, logAxis, SYMBOLS, withAxes } from "./chart_parts.ts";
import {
  baseLayout,
  type ChartOptions,
  type Data,
  Figure,
  type Numbers,
  plainText,
  plotNumbers,
  seriesColor,
  spokenNumber,
} from "./figure.ts";

/** Points of a line that has its own places on the horizontal axis. */
export interface Points {
  /** How far to the right each point lies. */
  x: Numbers;
  /** How high each point lies. */
  y: Numbers;
}

/** Lines by their names: the heights of their points, or points with places of their own. */
export type Lines = Readonly<Record<string, Numbers | Points>>;

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

/** What charts below each other can be told. */
export interface PanelOptions extends Omit<ChartOptions, "yTitle"> {
  /** Where the points lie horizontally; without it they are counted from 0. */
  x?: Numbers;
  /** The vertical axis of a panel goes from … to …, by the panel's name. */
  yRanges?: Readonly<Record<string, readonly [from: number, to: number]>>;
}

const FEW_POINTS = 30;

/** The part of the height that stays free between two panels. */
const PANEL_GAP = 0.08;
const Y_AXES = ["y", "y2", "y3", "y4"] as const;

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

/** The points of a line, checked; `common` is the axis that lines without their own share. */
function pointsOf(
  name: string,
  line: Numbers | Points,
  common?: Numbers,
): { x: number[]; y: number[] } {
  const own = "y" in line;
  const y = plotNumbers(`lineChart: ${name}`, own ? line.y : line);
  const places = own ? line.x : common;
  const x = places === undefined
    ? y.map((_, i) => i)
    : plotNumbers(`lineChart: x of ${name}`, places);
  checkLength(`lineChart: x of ${name}`, x.length, y.length);
  return { x, y };
}

/**
 * Lines over a common axis, such as loss and accuracy over the steps of a training. Lines differ
 * in colour, dash and, with few points, marker.
 *
 * @param series the values of each line, by its name; NaN leaves a gap.
 * @throws RangeError unless each value has its `x`.
 */
export function lineChart(series: Lines, options: LineOptions): Figure {
  const lines = Object.entries(series).map(([name, line]) => ({
    name,
    ...pointsOf(name, line, options.x),
  }));
  const most = Math.max(0, ...lines.map(({ y }) => y.length));
  const markers = options.markers ?? most <= FEW_POINTS;
  const data = lines.map(({ name, x, y }, i): Data => ({
    type: "scatter",
    mode: markers ? "lines+markers" : "lines",
    name: plainText(name),
    x,
    y,
    line: { color: seriesColor(i), width: 3, dash: DASHES[i % DASHES.length] },
    marker: { color: seriesColor(i), size: 9, symbol: SYMBOLS[i % SYMBOLS.length] },
  }));
  return new Figure({
    data,
    layout: {
      ...withAxes(options, options.logX ? logAxis(lines.flatMap(({ x }) => x)) : {}, {
        ...(options.logY ? logAxis(lines.flatMap(({ y }) => y)) : {}),
        ...(options.yRange && { range: [...options.yRange] }),
      }),
      showlegend: lines.length > 1,
    },
    alt: options.alt ??
      `Line chart "${options.title}": ${
        lines.map(({ name, y }) => spokenLine(name, y)).join("; ")
      }`,
  });
}

/**
 * Line charts below each other over one horizontal axis, for what is measured in different units,
 * such as loss and accuracy.
 *
 * @param panels the lines of each panel, by what its vertical axis counts.
 * @throws RangeError unless there are 1 to 4 panels and each line has a value for each `x`.
 */
export function panelChart(
  panels: Readonly<Record<string, Lines>>,
  options: PanelOptions,
): Figure {
  const names = Object.entries(panels);
  if (names.length < 1 || names.length > Y_AXES.length) {
    throw new RangeError(
      `panelChart: expected 1 to ${Y_AXES.length} panels, found ${names.length}`,
    );
  }
  const rows = names.map(([yTitle, series], row) => ({
    yTitle,
    row,
    chart: lineChart(series, { ...options, yTitle, yRange: options.yRanges?.[yTitle] }),
  }));
  const axes = rows.map(({ row, chart }) => {
    const top = 1 - row / rows.length;
    const bottom = 1 - (row + 1) / rows.length + (row + 1 < rows.length ? PANEL_GAP : 0);
    return { ...chart.layout.yaxis, domain: [bottom, top] };
  });
  const layout = baseLayout({ height: 160 + 220 * rows.length, ...options });
  let line = 0;
  return new Figure({
    data: rows.flatMap(({ row, chart }) =>
      chart.data.map((trace): Data => {
        if (trace.type !== "scatter") return trace;
        const color = seriesColor(line);
        const dash = DASHES[line % DASHES.length];
        const symbol = SYMBOLS[line % SYMBOLS.length];
        line++;
        return {
          ...trace,
          line: { ...trace.line, color, dash },
          marker: { ...trace.marker, color, symbol },
          yaxis: Y_AXES[row],
        };
      })
    ),
    layout: {
      ...layout,
      xaxis: { ...layout.xaxis, anchor: Y_AXES[rows.length - 1] },
      ...Object.fromEntries(
        axes.map((axis, row) => [row === 0 ? "yaxis" : `yaxis${row + 1}`, axis]),
      ),
      showlegend: line > 1,
    },
    alt: options.alt ??
      `Line charts "${options.title}": ${
        rows.map(({ chart }) => chart.alt.replace(/^.*?": /, "")).join("; ")
      }`,
  });
}
