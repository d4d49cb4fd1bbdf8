/** Runs with different parameters, compared: what a sweep has found. */
import { describe } from "../support/describe.ts";
import {
  chartLayout,
  type ChartOptions,
  checkOptions,
  DASHES,
  logAxis,
  plainText,
  seriesColor,
  shortNumber,
  spokenList,
  spokenNumber,
  SYMBOLS,
} from "./chart_parts.ts";
import { Figure, type Trace } from "./figure.ts";

/**
 * What the figures need of a run; rows of `sweep` and `loadRuns` have more.
 * @internal
 */
export interface RunResult {
  /** The parameters by name. */
  readonly parameters: Readonly<Record<string, unknown>>;
  /** The results by name. */
  readonly recorded: Readonly<Record<string, unknown>>;
  /** Whether it ran to its end; other runs are left out. */
  readonly ok: boolean;
  /** Why not. */
  readonly error?: string;
}

/** The runs that ended well and recorded this result. */
export function withResult(name: string, runs: readonly RunResult[], result: string): RunResult[] {
  if (!Array.isArray(runs)) {
    throw new TypeError(`${name}: expected an array of runs, found ${describe(runs)}`);
  }
  const found = runs.filter(({ ok, recorded }) => ok && (recorded[result] ?? null) !== null);
  if (found.length > 0) return found;
  const names = [...new Set(runs.flatMap(({ recorded }) => Object.keys(recorded)))];
  const failed = runs.find(({ ok }) => !ok);
  const reason = failed?.error === undefined ? "" : `; a run failed with: ${failed.error}`;
  throw new RangeError(
    `${name}: expected runs that recorded "${result}", found ${
      names.length === 0 ? "no results" : `the results ${spokenList(names)}`
    }${reason}`,
  );
}

/** The names of the parameters, without the seed, that are not the same in all runs. */
export function variedParameters(runs: readonly RunResult[]): string[] {
  const names = [...new Set(runs.flatMap(({ parameters }) => Object.keys(parameters)))];
  return names.filter((name) =>
    name !== "seed" && new Set(runs.map(({ parameters }) => textOf(parameters[name]))).size > 1
  );
}

/** A parameter's value as text. */
export function textOf(value: unknown): string {
  if (typeof value === "string") return value;
  return Array.isArray(value) ? value.map(textOf).join("-") : JSON.stringify(value) ?? "none";
}

/** Mean, least and greatest of numbers. */
function spread(values: readonly number[]) {
  return {
    mean: values.reduce((sum, value) => sum + value, 0) / values.length,
    least: Math.min(...values),
    most: Math.max(...values),
  };
}

/** The setting of a run in words: the value, or the names and values if several differ. */
function settingOf({ parameters }: RunResult, names: readonly string[]): string {
  if (names.length === 1) return textOf(parameters[names[0]]);
  return names.map((name) => `${name} ${textOf(parameters[name])}`).join(", ");
}

/**
 * Compares runs: one line for each setting, the mean over its seeds, with the range from the least to
 * the greatest. Two settings whose ranges overlap are not clearly different.
 *
 * @param runs rows of `sweep` or `loadRuns`. Runs that differ in nothing but `seed` are one setting.
 * @param options `y` is the result to compare: a number, or an array with a value for each epoch,
 *   which is drawn over the epochs. `x` is the parameter of the horizontal axis, for a number.
 *   `logX` and `logY` draw logarithmic axes, `yRange` is the range of the vertical axis.
 * @throws RangeError if no run has recorded `y`, or if no parameter is called `x`.
 *
 * @example
 * ```ts
 * import { compareRuns, show, sweep } from "mnist";
 *
 * const grid = { nodes: [10, 20, 40], rate: [0.1, 0.2], seed: [1, 2, 3] };
 * const runs = await sweep(grid, (p) => ({ loss: p.rate * p.seed / p.nodes }));
 * await show(compareRuns(runs, { title: "Loss by nodes", x: "nodes", y: "loss" }));
 * ```
 */
export function compareRuns(
  runs: readonly RunResult[],
  options: ChartOptions & {
    y: string;
    x?: string;
    logX?: boolean;
    logY?: boolean;
    yRange?: readonly [from: number, to: number];
  },
): Figure {
  checkOptions("compareRuns", options, ["x", "y", "logX", "logY", "yRange"]);
  const { title, x, y, logX, logY, yRange, alt } = options;
  const found = withResult("compareRuns", runs, y);
  const isCurve = Array.isArray(found[0].recorded[y]);
  if (!isCurve && (x === undefined || !found.every(({ parameters }) => x in parameters))) {
    const names = Object.keys(found[0].parameters);
    throw new RangeError(
      `compareRuns: expected x to be a parameter, found ${describe(x)}; the runs have ${
        spokenList(names)
      }`,
    );
  }
  const others = variedParameters(found).filter((name) => isCurve || name !== x);
  const groups = [...Map.groupBy(found, (run) => settingOf(run, others))];
  const places = isCurve ? [] : [...new Set(found.map(({ parameters }) => parameters[x ?? ""]))];
  const isNumeric = places.every((place) => typeof place === "number");
  const ticks = isNumeric ? [] : places.map(textOf);

  const lines = groups.map(([name, group]) => {
    const points = isCurve ? curvePoints(group, y) : pointsBy(group, y, (run) => {
      const place = run.parameters[x ?? ""];
      return isNumeric ? Number(place) : ticks.indexOf(textOf(place));
    });
    return { name, points };
  });
  const all = lines.flatMap(({ points }) => points);
  const data = lines.flatMap(({ name, points }, i): Trace[] => {
    const color = seriesColor(i);
    const xs = points.map(({ x }) => x);
    const line: Trace = {
      type: "scatter",
      mode: isCurve ? "lines" : "lines+markers",
      name: plainText(name),
      x: xs,
      y: points.map(({ mean }) => shortNumber(mean)),
      line: { color, width: 3, dash: DASHES[i % DASHES.length] },
      marker: { color, size: 9, symbol: SYMBOLS[i % SYMBOLS.length] },
      ...!isCurve && {
        error_y: {
          type: "data" as const,
          symmetric: false,
          array: points.map(({ most, mean }) => shortNumber(most - mean)),
          arrayminus: points.map(({ mean, least }) => shortNumber(mean - least)),
          color,
          thickness: 2,
          width: 6,
        },
      },
    };
    if (!isCurve) return [line];
    const band: Trace = {
      type: "scatter",
      mode: "lines",
      x: [...xs, ...xs.toReversed()],
      y: [...points.map(({ most }) => most), ...points.map(({ least }) => least).toReversed()]
        .map(shortNumber),
      fill: "toself",
      fillcolor: `${color}33`,
      line: { width: 0 },
      hoverinfo: "skip",
      showlegend: false,
    };
    return [band, line];
  });
  const words = { xTitle: isCurve ? "epoch" : x, yTitle: y, ...options };
  const spoken = lines.map(({ name, points }) =>
    `${name || y} ${spokenList(points.map((point) => spokenPoint(point, isCurve, ticks)))}`.trim()
  );
  return new Figure({
    data,
    layout: {
      ...chartLayout(
        words,
        {
          ...logX && logAxis(all.map(({ x }) => x)),
          ...ticks.length > 0 &&
            { tickvals: ticks.map((_, i) => i), ticktext: ticks.map(plainText) },
        },
        {
          ...logY && logAxis(all.flatMap(({ least, most }) => [least, most])),
          ...yRange && { range: [...yRange] },
        },
      ),
      showlegend: lines.length > 1,
    },
    alt: alt ?? `Runs compared "${title}", mean and range over seeds: ${spoken.join("; ")}`,
  });
}

type Point = { x: number; mean: number; least: number; most: number };

function pointsBy(
  runs: readonly RunResult[],
  y: string,
  placeOf: (run: RunResult) => number,
): Point[] {
  const groups = [...Map.groupBy(runs, placeOf)].sort(([a], [b]) => a - b);
  return groups.map(([x, group]) => ({
    x,
    ...spread(group.map(({ recorded }) => Number(recorded[y]))),
  }));
}

/** A point for each epoch that all runs have reached. */
function curvePoints(runs: readonly RunResult[], y: string): Point[] {
  const curves = runs.map(({ recorded }) => {
    const curve = recorded[y];
    return Array.isArray(curve) ? curve.map(Number) : [];
  });
  const length = Math.min(...curves.map((curve) => curve.length));
  return Array.from({ length }, (_, i) => ({
    x: i + 1,
    ...spread(curves.map((curve) => curve[i])),
  }));
}

function spokenPoint({ x, mean, least, most }: Point, isCurve: boolean, ticks: readonly string[]) {
  const place = isCurve ? `epoch ${x}` : ticks[x] ?? spokenNumber(x);
  return `${place}: ${spokenNumber(mean)} (${spokenNumber(least)} to ${spokenNumber(most)})`;
}
