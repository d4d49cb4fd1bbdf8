/** A formula as a computational graph: operations as nodes, numbers on the edges. */
import type { Annotations, Shape } from "plotly.js";
import { chartLayout, type ChartOptions, checkOptions, PALETTE, plainText } from "./chart_parts.ts";
import { Figure } from "./figure.ts";
import { type GraphNode, type GraphPlace, placesOf } from "./graph_places.ts";

/** Pixels from one operation to the next, from one row to the next, and around the graph. */
const COLUMN = 192, ROW = 90, SIDE = 40, ABOVE = 12, LEGEND = 36;
/** An edge is level for so many pixels: its numbers are there. */
const LEVEL = 98;
const RADIUS = 24;
const MARGIN = { l: 12, r: 12, t: 60, b: 8 };
const FORWARD = PALETTE[0], BACKWARD = PALETTE[3], EDGE = "#777777";

interface Point {
  x: number;
  y: number;
}

/**
 * A formula as a graph: variables on the left, an operation in each node, the result on the right. On
 * each edge, the number that goes forward is above and the gradient that goes back is below.
 *
 * @param nodes the operations, each after those whose results it uses; the last one is the result.
 *   Inputs that are not results are variables.
 * @param options `values` are the numbers of variables and results by name, and `gradients` the
 *   derivatives of the last result by them. If several nodes use a name, its numbers are on the first
 *   edge.
 * @throws RangeError for no nodes, for two of one name, and for a result that is used before it is
 *   computed or not at all.
 *
 * @example
 * ```ts
 * import { computationGraph, show } from "mnist";
 *
 * await show(computationGraph([
 *   { name: "a", operation: "×", inputs: ["x", "w"] },
 *   { name: "y", operation: "+", inputs: ["a", "b"] },
 * ], { title: "y = x·w + b", values: { x: 2, w: 3, b: 1, a: 6, y: 7 }, gradients: { w: 2 } }));
 * ```
 */
export function computationGraph(
  nodes: readonly GraphNode[],
  options: ChartOptions & {
    values?: Readonly<Record<string, number>>;
    gradients?: Readonly<Record<string, number>>;
  },
): Figure {
  checkOptions("computationGraph", options, ["values", "gradients"]);
  const { title, values = {}, gradients = {}, alt } = options;
  const places = placesOf(nodes);
  const last = places[places.length - 1];
  const rows = 1 + Math.max(...places.map(({ row }) => row));
  const area = {
    width: 2 * SIDE + last.column * COLUMN + RADIUS + LEVEL,
    height: ABOVE + rows * ROW + LEGEND,
  };
  const middle = ({ column, row }: GraphPlace): Point => ({
    x: SIDE + column * COLUMN,
    y: area.height - ABOVE - (row + 0.5) * ROW,
  });
  const start = (place: GraphPlace): Point => {
    const { x, y } = middle(place);
    return { x: x + halfWidth(place.operation ?? place.name), y };
  };
  const turn = (place: GraphPlace): Point => {
    const { x, y } = start(place);
    return { x: x + LEVEL, y };
  };
  const meeting = (place: GraphPlace, user: GraphPlace): Point =>
    edgeOf(turn(place), middle(user), user);
  const edges = places.flatMap((place) => [
    [start(place), turn(place)],
    ...place.users.map((user) => [turn(place), meeting(place, user)]),
  ]);
  const annotations = places.flatMap((place) => {
    const { x, y } = middle(place);
    const { name, operation, users } = place;
    const isResult = place === last;
    const forward = Object.hasOwn(values, name)
      ? `${operation === undefined || isResult ? "" : `${name} = `}${written(values[name])}`
      : operation === undefined || isResult
      ? ""
      : name;
    const backward = Object.hasOwn(gradients, name) ? written(gradients[name]) : "";
    const level = start(place).x + LEVEL / 2;
    return [
      text(x, y, operation ?? name, { font: { size: letterSize(operation) } }),
      text(level, y + 13, forward, { font: { size: 15, color: FORWARD } }),
      text(level, y - 13, backward, { font: { size: 15, color: BACKWARD } }),
      ...users.map((user) => arrow(turn(place), meeting(place, user))),
    ];
  });
  const end = turn(last);
  annotations.push(
    arrow({ x: end.x - 12, y: end.y }, end),
    text(end.x + 4, end.y, last.name, { font: { size: 20 }, xanchor: "left" }),
    {
      x: area.width / 2,
      y: 12,
      text: legend(values, gradients),
      showarrow: false,
      font: { size: 15 },
    },
  );
  return new Figure({
    data: [{
      type: "scatter",
      mode: "lines",
      x: edges.flatMap((points) => [...points.map(({ x }) => x), null]),
      y: edges.flatMap((points) => [...points.map(({ y }) => y), null]),
      line: { color: EDGE, width: 1.5 },
      hoverinfo: "skip",
    }],
    layout: {
      ...chartLayout(
        {
          width: area.width + MARGIN.l + MARGIN.r,
          height: area.height + MARGIN.t + MARGIN.b,
          ...options,
        },
        { visible: false, range: [0, area.width], fixedrange: true },
        { visible: false, range: [0, area.height], fixedrange: true },
      ),
      margin: MARGIN,
      showlegend: false,
      annotations,
      shapes: places.flatMap((place) =>
        place.operation === undefined ? [] : [node(middle(place), place.operation)]
      ),
    },
    alt: alt ?? `Computational graph "${title}": ${spoken(nodes, values, gradients)}`,
  });
}

/** Half the width of an operation in its node, or of a variable's name. */
function halfWidth(word: string): number {
  return isRound(word) ? RADIUS : 5 * [...word].length + 8;
}

function isRound(word: string): boolean {
  return [...word].length <= 4;
}

/** The size of the letters of an operation, which fit into its node, or of a variable. */
function letterSize(operation: string | undefined): number {
  if (operation === undefined) return 20;
  return isRound(operation) && [...operation].length > 3 ? 15 : 18;
}

function node({ x, y }: Point, operation: string): Partial<Shape> {
  const half = halfWidth(operation);
  return {
    type: isRound(operation) ? "circle" : "rect",
    x0: x - half,
    x1: x + half,
    y0: y - RADIUS,
    y1: y + RADIUS,
    line: { color: EDGE, width: 2 },
  };
}

/** Where an edge that comes from a point meets a node. */
function edgeOf(from: Point, { x, y }: Point, { operation = "" }: GraphPlace): Point {
  const half = halfWidth(operation);
  if (!isRound(operation)) return { x: x - half, y: y + Math.sign(from.y - y) * RADIUS / 2 };
  const length = Math.hypot(from.x - x, from.y - y);
  return { x: x + (from.x - x) * half / length, y: y + (from.y - y) * half / length };
}

function arrow(from: Point, to: Point): Partial<Annotations> {
  return {
    ...to,
    ax: from.x,
    ay: from.y,
    axref: "x",
    ayref: "y",
    text: "",
    showarrow: true,
    arrowhead: 2,
    arrowsize: 1.1,
    arrowwidth: 1.5,
    arrowcolor: EDGE,
  };
}

function text(
  x: number,
  y: number,
  content: string,
  more: Partial<Annotations>,
): Partial<Annotations> {
  return { x, y, text: plainText(content), showarrow: false, ...more };
}

function written(value: number): string {
  return String(Number(value.toPrecision(4))).replace("-", "−");
}

/** What the colours mean, for those that occur; the words are coloured by plotly's HTML. */
function legend(values: object, gradients: object): string {
  const word = (color: string, text: string, numbers: object): string[] =>
    Object.keys(numbers).length === 0 ? [] : [`<span style="color:${color}">${text}</span>`];
  return [
    ...word(FORWARD, "above: the values, forward →", values),
    ...word(BACKWARD, "below: the gradients, ← backward", gradients),
  ].join("    ");
}

function spoken(
  nodes: readonly GraphNode[],
  values: Readonly<Record<string, number>>,
  gradients: Readonly<Record<string, number>>,
): string {
  const equation = ({ name, operation, inputs }: GraphNode): string =>
    `${name} is ${operation} of ${inputs.join(" and ")}`;
  const list = (numbers: Readonly<Record<string, number>>): string =>
    Object.entries(numbers).map(([name, value]) => `${name} ${written(value)}`).join(", ");
  return [
    nodes.map(equation).join(", "),
    ...Object.keys(values).length > 0 ? [`values ${list(values)}`] : [],
    ...Object.keys(gradients).length > 0 ? [`gradients ${list(gradients)}`] : [],
  ].join("; ");
}
