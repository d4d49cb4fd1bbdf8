/** A layered network as a picture: neurons, lit by their activations, and their connections. */
import type { Annotations, Shape } from "plotly.js";
import { describe } from "../support/describe.ts";
import { grouped } from "../support/grouped.ts";
import {
  allNumbers,
  chartLayout,
  type ChartOptions,
  checkLength,
  checkOptions,
  INK,
  type Numbers,
  plainText,
  shortNumber,
  spokenList,
  spokenNumber,
} from "./chart_parts.ts";
import { Figure, type Trace } from "./figure.ts";
import { type DrawnLayer, isStrip, layersIn } from "./network_places.ts";

/** A neuron: the number of its layer, 0 for the input, and its place in the layer. */
type Neuron = readonly [layer: number, index: number];

const MOST_LAYERS = 8;
const MOST_NEURONS = 4096;
/** Highlighted neurons of a strip that are framed one by one; more are framed together. */
const MOST_FRAMES = 16;

/** From dark to the yellow of Okabe and Ito's palette: the lightness grows with the activation. */
const LIGHT: [number, string][] = [[0, "#1c1c1c"], [0.5, "#8d8534"], [1, "#f0e442"]];
const BLANK: [number, string][] = [[0, "#dddddd"], [1, "#dddddd"]];
const OUTLINE = "#777777";
const HIGHLIGHT = "#d55e00";
const MARGIN = { l: 12, r: 12, t: 60, b: 8 };

/**
 * A layered network, from the input on the left to the output on the right.
 *
 * Layers of at most 16 neurons are dots. Wider ones are strips of small squares, read row by row, so
 * that an input of 784 pixels is the image itself; only a few of their connections are drawn.
 *
 * @param sizes the number of neurons in each layer, input and output included: 2 to 8 layers.
 * @param options `activations` light the neurons: one tensor or array for each layer, undefined for a
 *   layer that stays blank; 0 or less is dark, and 1 is bright, or the largest number of a layer that
 *   has larger ones. `inputLabels` and `outputLabels` are written beside the first and the last
 *   layer, `layerNames` below the layers. `highlight` are neurons `[layer, index]` to emphasize, with
 *   the connections between them. `nudge` is a weight `[layer, from, to]` between neuron `from` of a
 *   layer and neuron `to` of the next one: all that a change of this weight changes is emphasized.
 * @throws RangeError for layers that cannot be drawn, and for activations, labels or neurons that do
 *   not fit the sizes.
 *
 * @example
 * ```ts
 * import { networkDiagram, show } from "mnist";
 *
 * const activations = [[1, 0], [0.9, 0.2], [0.8]];
 * await show(networkDiagram([2, 2, 1], { title: "XOR", activations, inputLabels: ["x₁", "x₂"] }));
 * ```
 */
export function networkDiagram(
  sizes: readonly number[],
  options: Partial<ChartOptions> & {
    activations?: readonly (Numbers | undefined)[];
    inputLabels?: readonly (string | number)[];
    outputLabels?: readonly (string | number)[];
    layerNames?: readonly string[];
    highlight?: readonly (readonly [layer: number, index: number])[];
    nudge?: readonly [layer: number, from: number, to: number];
  } = {},
): Figure {
  checkSizes(sizes);
  const { title = `A network of ${sizes.join("-")} neurons` } = options;
  checkOptions("networkDiagram", { ...options, title }, [
    "activations",
    "inputLabels",
    "outputLabels",
    "layerNames",
    "highlight",
    "nudge",
  ]);
  const { inputLabels = [], outputLabels = [], nudge } = options;
  const { width = 760, height = Math.max(...sizes) > 4 ? 470 : 350 } = options;
  const { layerNames = namesOf(sizes.length) } = options;
  checkLength("networkDiagram: layerNames", layerNames.length, sizes.length);
  for (
    const [name, labels, layer] of [
      ["inputLabels", inputLabels, 0] as const,
      ["outputLabels", outputLabels, sizes.length - 1] as const,
    ]
  ) {
    if (labels.length > 0) checkLength(`networkDiagram: ${name}`, labels.length, sizes[layer]);
  }
  const activations = activationsOf(sizes, options.activations);
  const bright = [
    ...(options.highlight ?? []).map((neuron) => checkNeuron(sizes, neuron, "highlight")),
    ...(nudge ? changedBy(sizes, nudge) : []),
  ];
  const area = { width: width - MARGIN.l - MARGIN.r, height: height - MARGIN.t - MARGIN.b };
  const layers = layersIn(area, sizes, { inputLabels, outputLabels });
  const marked = layers.map((_, layer) =>
    new Set(bright.filter(([l]) => l === layer).map(([, i]) => i))
  );
  const data = [
    ...connections(layers, marked, nudge),
    ...layers.flatMap((layer, l) =>
      isStrip(layer.size)
        ? strip(layer, activations[l], marked[l])
        : [dots(layer, activations[l], marked[l])]
    ),
  ];
  return new Figure({
    data,
    layout: {
      ...chartLayout(
        { ...options, title, width, height },
        { visible: false, range: [0, area.width], fixedrange: true },
        { visible: false, range: [0, area.height], fixedrange: true },
      ),
      margin: MARGIN,
      showlegend: false,
      annotations: [
        ...layers.map(({ x, size }, l): Partial<Annotations> => ({
          ...text(x, 44, `${plainText(layerNames[l])}<br>${grouped(size)}`),
          yanchor: "top",
          font: { size: 15 },
        })),
        ...sideLabels(layers[0], inputLabels, "right"),
        ...sideLabels(layers[layers.length - 1], outputLabels, "left"),
      ],
      shapes: layers.flatMap((layer, l) => isStrip(layer.size) ? [border(layer, marked[l])] : []),
    },
    alt: options.alt ?? spoken(title, sizes, activations, bright.length),
  });
}

function checkSizes(sizes: readonly number[]): void {
  const isFine = Array.isArray(sizes) && sizes.length >= 2 && sizes.length <= MOST_LAYERS &&
    sizes.every((size) => Number.isInteger(size) && size >= 1 && size <= MOST_NEURONS);
  if (isFine) return;
  throw new RangeError(
    `networkDiagram: expected 2 to ${MOST_LAYERS} layers of 1 to ${MOST_NEURONS} neurons, such as ` +
      `[784, 50, 10], found ${describe(sizes)}`,
  );
}

function checkNeuron(sizes: readonly number[], [layer, index]: Neuron, name: string): Neuron {
  if (Number.isInteger(index) && index >= 0 && index < (sizes[layer] ?? 0)) return [layer, index];
  throw new RangeError(
    `networkDiagram: ${name}: expected neurons of the layers [${sizes.join(", ")}], found neuron ` +
      `${index} of layer ${layer}`,
  );
}

function namesOf(count: number): string[] {
  const word = count > 5 ? "" : " layer";
  const hidden = Array.from(
    { length: count - 2 },
    (_, i) => `hidden${word}${count > 3 ? ` ${i + 1}` : ""}`,
  );
  return [`input${word}`, ...hidden, `output${word}`];
}

function activationsOf(
  sizes: readonly number[],
  activations: readonly (Numbers | undefined)[] | undefined,
): (number[] | undefined)[] {
  if (activations === undefined) return sizes.map(() => undefined);
  checkLength("networkDiagram: activations", activations.length, sizes.length);
  return activations.map((layer, l) => {
    if (layer === undefined) return undefined;
    const numbers = allNumbers(`networkDiagram: activations of layer ${l}`, layer);
    checkLength(`networkDiagram: activations of layer ${l}`, numbers.length, sizes[l]);
    return Array.from(numbers, shortNumber);
  });
}

/** The neurons whose activations depend on a weight: its target, and all of the layers behind it. */
function changedBy(sizes: readonly number[], [layer, from, to]: readonly number[]): Neuron[] {
  checkNeuron(sizes, [layer, from], "nudge");
  checkNeuron(sizes, [layer + 1, to], "nudge");
  const behind = sizes.flatMap((size, l): Neuron[] =>
    l > layer + 1 ? Array.from({ length: size }, (_, i) => [l, i]) : []
  );
  return [[layer + 1, to], ...behind];
}

type Marked = readonly ReadonlySet<number>[];

/** The lines between neighbouring layers: the highlighted ones above the others. */
function connections(
  layers: readonly DrawnLayer[],
  marked: Marked,
  nudge?: readonly [number, number, number],
): Trace[] {
  const plain: Neuron[][] = [], bold: Neuron[][] = [];
  for (const [l, layer] of layers.slice(0, -1).entries()) {
    const also = nudge?.[0] === l ? [nudge[1]] : [];
    for (const i of layer.connected([...marked[l], ...also])) {
      for (const j of layers[l + 1].connected(marked[l + 1])) {
        const isNudged = nudge?.[0] === l && nudge[1] === i && nudge[2] === j;
        const isBold = isNudged || marked[l].has(i) && marked[l + 1].has(j);
        (isBold ? bold : plain).push([[l, i], [l + 1, j]]);
      }
    }
  }
  const trace = (lines: Neuron[][], color: string, width: number): Trace => ({
    type: "scatter",
    mode: "lines",
    x: lines.flatMap(([[l], [m]]) => [layers[l].right, layers[m].left, null]),
    y: lines.flatMap(([[l, i], [m, j]]) => [layers[l].place(i).y, layers[m].place(j).y, null]),
    line: { color, width },
    hoverinfo: "skip",
  });
  const isMany = bold.length > 40;
  return [trace(plain, "#b5b5b5", 0.8), trace(bold, HIGHLIGHT, isMany ? 1.2 : 2.5)];
}

/** The range of the colours: from 0 to 1, or to the largest activation. */
function brightest(activations: readonly number[]): number {
  return Math.max(1, ...activations.filter(Number.isFinite));
}

function dots(layer: DrawnLayer, lit: number[] | undefined, marked: ReadonlySet<number>): Trace {
  const neurons = [...Array(layer.size).keys()];
  return {
    type: "scatter",
    mode: "markers",
    x: neurons.map(() => layer.x),
    y: neurons.map((i) => layer.place(i).y),
    marker: {
      size: layer.side,
      color: lit ?? neurons.map(() => 0),
      cmin: 0,
      cmax: brightest(lit ?? []),
      colorscale: lit ? LIGHT : [[0, "#ffffff"], [1, "#ffffff"]],
      line: {
        color: neurons.map((i) => marked.has(i) ? HIGHLIGHT : OUTLINE),
        width: neurons.map((i) => marked.has(i) ? 4 : 1.5),
      },
      opacity: 1,
    },
    text: neurons.map((i) => `neuron ${i}${lit ? `: ${spokenNumber(lit[i])}` : ""}`),
    hoverinfo: "text",
  };
}

/** The squares of a wide layer, and frames around its highlighted ones. */
function strip(layer: DrawnLayer, lit: number[] | undefined, marked: ReadonlySet<number>): Trace[] {
  const { size, rows, columns, side } = layer;
  const grid = <T>(value: (index: number) => T): (T | null)[][] =>
    Array.from({ length: rows }, (_, row) =>
      Array.from({ length: columns }, (_, column) => {
        const index = row * columns + column;
        return index < size ? value(index) : null;
      }));
  const squares: Trace = {
    type: "heatmap",
    x: Array.from({ length: columns }, (_, column) => layer.place(column).x),
    y: Array.from({ length: rows }, (_, row) => layer.place(row * columns).y),
    z: grid((index) => lit?.[index] ?? 0),
    zmin: 0,
    zmax: brightest(lit ?? []),
    colorscale: lit ? LIGHT : BLANK,
    showscale: false,
    ...side < 8 ? {} : { xgap: 1, ygap: 1 },
    text: grid((index) => `neuron ${index}${lit ? `: ${spokenNumber(lit[index])}` : ""}`)
      .map((row) => row.map(String)),
    hoverinfo: "text",
  };
  const framed = marked.size > MOST_FRAMES ? [] : [...marked].map(layer.place);
  const frames: Trace = {
    type: "scatter",
    mode: "markers",
    x: framed.map(({ x }) => x),
    y: framed.map(({ y }) => y),
    marker: { symbol: "square-open", size: side + 2, color: HIGHLIGHT, line: { width: 3 } },
    hoverinfo: "skip",
  };
  return framed.length === 0 ? [squares] : [squares, frames];
}

/** The border of a strip, bold if many of its neurons are highlighted. */
function border(
  { left, right, top, bottom }: DrawnLayer,
  marked: ReadonlySet<number>,
): Partial<Shape> {
  const line = marked.size > MOST_FRAMES
    ? { color: HIGHLIGHT, width: 3 }
    : { color: OUTLINE, width: 1 };
  return { type: "rect", x0: left, x1: right, y0: bottom, y1: top, line };
}

function text(x: number, y: number, content: string): Partial<Annotations> {
  return { x, y, text: content, showarrow: false };
}

function sideLabels(
  { place, left, right }: DrawnLayer,
  labels: readonly (string | number)[],
  xanchor: "left" | "right",
): Partial<Annotations>[] {
  return labels.map((label, i) => ({
    ...text(xanchor === "left" ? right + 4 : left - 4, place(i).y, plainText(String(label))),
    xanchor,
    font: { size: 16, color: INK },
  }));
}

function spoken(
  title: string,
  sizes: readonly number[],
  activations: readonly (readonly number[] | undefined)[],
  highlighted: number,
): string {
  const output = activations[activations.length - 1];
  const parts = [`Network "${title}" with layers of ${sizes.join(", ")} neurons`];
  if (output && output.length <= 20) {
    parts.push(`activations of the output: ${spokenList(output.map(spokenNumber))}`);
  }
  if (highlighted > 0) {
    parts.push(`${highlighted} neuron${highlighted === 1 ? " is" : "s are"} highlighted`);
  }
  return parts.join("; ");
}
