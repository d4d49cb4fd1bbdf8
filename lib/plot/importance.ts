/** How much each hyperparameter explains, and all hyperparameters of a sweep at a glance. */
import type { Annotations } from "plotly.js";
import {
  chartLayout,
  type ChartOptions,
  checkOptions,
  INK,
  plainText,
  shortNumber,
  spokenList,
  spokenNumber,
} from "./chart_parts.ts";
import { barChart } from "./bars.ts";
import { Figure, type Trace } from "./figure.ts";
import { type RunResult, textOf, variedParameters, withResult } from "./runs.ts";

/** More different numbers than this are grouped into quarters. */
const MOST_GROUPS = 8;

/**
 * The share of the variance of a result that a parameter explains by itself:
 *
 *     η² = Σ n (mean of the group - mean of all)² / Σ (result - mean of all)²
 *
 * over the groups of runs with the same value; numbers with more than 8 different values are put
 * into four groups of the same size. What parameters do together is in no η².
 * Source: R. A. Fisher, "Statistical Methods for Research Workers", 1925 (the correlation ratio of
 * one-way analysis of variance).
 */
export function explainedVariance(
  runs: readonly RunResult[],
  parameter: string,
  result: string,
): number {
  const values = runs.map(({ recorded }) => Number(recorded[result]));
  const mean = meanOf(values);
  const total = values.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  if (total === 0) return 0;
  const groups = Map.groupBy(runs.keys(), groupOf(runs, parameter));
  const between = [...groups.values()].reduce((sum, group) => {
    const groupMean = meanOf(group.map((i) => values[i]));
    return sum + group.length * (groupMean - mean) ** 2;
  }, 0);
  return between / total;
}

function meanOf(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

function groupOf(runs: readonly RunResult[], parameter: string): (run: number) => string {
  const values = runs.map(({ parameters }) => parameters[parameter]);
  const numbers = values.filter((value) => typeof value === "number").sort((a, b) => a - b);
  const isFew = new Set(values.map(textOf)).size <= MOST_GROUPS;
  if (isFew || numbers.length < values.length) return (i) => textOf(values[i]);
  const borders = [1, 2, 3].map((quarter) => numbers[Math.floor(quarter * numbers.length / 4)]);
  return (i) => `${borders.filter((border) => Number(values[i]) >= border).length}`;
}

/**
 * A bar for each hyperparameter that varies: how many percent of the variance of a result it
 * explains by itself, as the correlation ratio η² of one-way analysis of variance (ANOVA). The seed
 * is one of the bars: what it explains is luck.
 *
 * @param runs rows of `sweep` or `loadRuns`.
 * @param options `y` is the result, a number.
 * @throws RangeError if no run has recorded `y`.
 *
 * @example
 * ```ts
 * import { importance, show, sweep } from "mnist";
 *
 * const grid = { nodes: [10, 20, 40], rate: [0.1, 0.2], seed: [1, 2, 3] };
 * const runs = await sweep(grid, (p) => ({ loss: p.rate + 0.01 * p.seed + 1 / p.nodes }));
 * await show(importance(runs, { title: "What the loss depends on", y: "loss" }));
 * ```
 */
export function importance(
  runs: readonly RunResult[],
  options: ChartOptions & { y: string },
): Figure {
  checkOptions("importance", options, ["y"]);
  const { y, ...rest } = options;
  const found = withResult("importance", runs, y);
  const seeds = new Set(found.map(({ parameters }) => textOf(parameters.seed)));
  const names = [...variedParameters(found), ...seeds.size > 1 ? ["seed"] : []];
  const shares = names.map((name) => ({ name, share: 100 * explainedVariance(found, name, y) }))
    .sort((a, b) => b.share - a.share);
  return barChart(shares.map(({ share }) => share), {
    xTitle: "hyperparameter",
    yTitle: "% of variance (η², ANOVA)",
    ...rest,
    labels: shares.map(({ name }) => name),
    digits: 0,
    yMax: 100,
    alt: options.alt ?? `Bar chart "${options.title}": of the variance of ${y}, ` +
        spokenList(shares.map(({ name, share }) => `${name} explains ${spokenNumber(share)} %`)) +
        " (η² of one-way ANOVA)",
  });
}

/** Colours from the worst to the best quarter: viridis, without its yellow end (S. van der Walt, N. Smith). */
const SCALE = ["#440154", "#3b528b", "#21918c", "#5ec962"];

/**
 * All runs of a sweep as lines across vertical axes, one for each hyperparameter that varies and a
 * last one for the result. The colour of a line is its rank: the best quarter is green and on top.
 *
 * @param runs rows of `sweep` or `loadRuns`.
 * @param options `y` is the result, a number; `smaller: true` if smaller is better.
 * @throws RangeError if no run has recorded `y`.
 *
 * @example
 * ```ts
 * import { parallelCoordinates, show, sweep } from "mnist";
 *
 * const grid = { nodes: [10, 20, 40], rate: [0.001, 0.1] };
 * const runs = await sweep(grid, (p) => ({ loss: p.rate + 1 / p.nodes }));
 * await show(parallelCoordinates(runs, { title: "All runs", y: "loss", smaller: true }));
 * ```
 */
export function parallelCoordinates(
  runs: readonly RunResult[],
  options: ChartOptions & { y: string; smaller?: boolean },
): Figure {
  checkOptions("parallelCoordinates", options, ["y", "smaller"]);
  const { title, y, smaller = false, alt } = options;
  const found = withResult("parallelCoordinates", runs, y);
  const axes = [...variedParameters(found), y].map((name) =>
    axisOf(name, found.map((run) => name === y ? run.recorded[y] : run.parameters[name]))
  );
  const score = axes[axes.length - 1].places;
  const order = [...found.keys()].sort((a, b) => (score[a] - score[b]) * (smaller ? -1 : 1));
  const lines = order.map((i, rank): Trace => ({
    type: "scatter",
    mode: "lines",
    x: axes.map((_, axis) => axis),
    y: axes.map(({ places }) => shortNumber(places[i])),
    // By rank: one very bad run would otherwise make all others look alike.
    line: { color: SCALE[Math.floor(SCALE.length * rank / order.length)], width: 2 },
    opacity: 0.8,
    hovertext: plainText(axes.map(({ name, texts }) => `${name} ${texts[i]}`).join(", ")),
    hoverinfo: "text",
  }));
  const rules = axes.map(({ ticks }, axis): Trace => ({
    type: "scatter",
    mode: "lines+markers",
    x: ticks.map(() => axis),
    y: ticks.map(({ place }) => place),
    line: { color: INK, width: 1 },
    marker: { color: INK, size: 5 },
    hoverinfo: "skip",
  }));
  // Beside the axis, on a light ground: the lines of the runs pass behind them.
  const values = axes.flatMap(({ ticks }, axis): Partial<Annotations>[] => {
    const isLast = axis === axes.length - 1;
    return ticks.map(({ text, place }) => ({
      x: axis,
      y: place,
      xanchor: isLast ? "left" : "right",
      xshift: isLast ? 6 : -6,
      text: plainText(text),
      bgcolor: "#ffffffcc",
      borderpad: 1,
      showarrow: false,
    }));
  });
  const best = order[order.length - 1];
  const hidden = { showgrid: false, showline: false, ticks: "" as const };
  return new Figure({
    data: [...lines, ...rules],
    layout: {
      ...chartLayout(options, {
        ...hidden,
        range: [-0.6, axes.length - 0.4],
        tickvals: axes.map((_, axis) => axis),
        // In lines, so that names have room beside each other: hidden, Nodes.
        ticktext: axes.map(({ name }) =>
          plainText(name).replaceAll(/(?<=[a-z])(?=[A-Z])/g, "<br>")
        ),
        tickangle: 0,
        ticklabeloverflow: "allow",
      }, { ...hidden, range: [-0.06, 1.06], showticklabels: false }),
      annotations: values,
      showlegend: false,
    },
    alt: alt ?? `Parallel coordinates "${title}", ${found.length} runs; the best has ` +
        spokenList(axes.map(({ name, texts }) => `${name} ${texts[best]}`)),
  });
}

/** Where the values of one axis are, from 0 to 1. */
function axisOf(name: string, values: readonly unknown[]) {
  const isNumeric = values.every((value) => typeof value === "number");
  const texts = values.map((value) => isNumeric ? spokenNumber(Number(value)) : textOf(value));
  const distinct = [...new Map(texts.map((text, i) => [text, values[i]]))];
  if (!isNumeric) {
    const place = new Map(distinct.map(([text], i) => [text, spaced(i, distinct.length)]));
    const ticks = [...place].map(([text, place]) => ({ text, place }));
    return { name, texts, ticks, places: texts.map((text) => place.get(text) ?? 0) };
  }
  const numbers = values.map(Number);
  const [least, most] = [Math.min(...numbers), Math.max(...numbers)];
  const isLog = least > 0 && most / least >= 20;
  const scale = (value: number) => isLog ? Math.log(value) : value;
  const placeOf = (value: number) =>
    most === least ? 0.5 : (scale(value) - scale(least)) / (scale(most) - scale(least));
  const marked = distinct.length <= 6 ? distinct.map(([, value]) => Number(value)) : [least, most];
  const ticks = marked.sort((a, b) => a - b)
    .map((value) => ({ text: spokenNumber(value), place: shortNumber(placeOf(value)) }));
  return { name, texts, ticks, places: numbers.map(placeOf) };
}

function spaced(i: number, count: number): number {
  return count === 1 ? 0.5 : i / (count - 1);
}
