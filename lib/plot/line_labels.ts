/** The names of lines, written at their right ends in place of a legend. */
import type { Annotations, Layout } from "plotly.js";
import { plainText } from "./chart_parts.ts";

/** A line of a chart, as its label needs it. */
export interface LabelledLine {
  readonly name: string;
  readonly color: string;
  /** A sign that looks like the line: the second cue beside its colour. */
  readonly mark: string;
  /** The height of its last point, in units of the axis; undefined without points. */
  readonly end: number | undefined;
}

/** Lines over one vertical axis. */
export interface LabelledPanel {
  readonly lines: readonly LabelledLine[];
  /** The extent of the vertical axis, in its units. */
  readonly range: readonly [from: number, to: number];
  /** The part of the height that it has. */
  readonly domain: readonly [from: number, to: number];
}

/** Pixels from one label to the next, and of a letter. */
const LINE_HEIGHT = 22, LETTER = 9;
/** A longer name would take too much of the width, and remains in the legend. */
const LONGEST_NAME = 24;

/** The layout with a label at each line, or with a legend where labels have no room. */
export function labelled(
  layout: Partial<Layout>,
  panels: readonly LabelledPanel[],
): Partial<Layout> {
  const { height = 460, margin = {} } = layout;
  const plot = height - (margin.t ?? 0) - (margin.b ?? 0);
  const texts = panels.flatMap(({ lines }) => lines.map(textOf));
  const longest = Math.max(0, ...texts.map((text) => text.length));
  const hasRoom = panels.every(({ lines, domain: [from, to] }) =>
    lines.length * LINE_HEIGHT <= (to - from) * plot
  );
  if (longest > LONGEST_NAME || !hasRoom) return { ...layout, showlegend: true };
  const annotations = panels.flatMap(({ lines, range: [low, high], domain: [from, to] }) => {
    const ends = lines.map(({ end = low }) => from + (end - low) / (high - low) * (to - from));
    return apart(ends, LINE_HEIGHT / plot, from, to).map((y, i): Partial<Annotations> => ({
      x: 1,
      y,
      xref: "paper",
      yref: "paper",
      xanchor: "left",
      yanchor: "middle", // plotly would move labels near the top and the bottom
      xshift: 8,
      text: plainText(textOf(lines[i])),
      font: { color: lines[i].color, size: 16 },
      showarrow: false,
    }));
  });
  return {
    ...layout,
    showlegend: false,
    annotations,
    margin: { ...margin, r: 24 + LETTER * longest },
  };
}

function textOf({ mark, name }: LabelledLine): string {
  return `${mark} ${name}`;
}

/** Places close to `wanted` that are in order, at least `gap` apart, and inside `from` to `to`. */
export function apart(wanted: readonly number[], gap: number, from: number, to: number): number[] {
  const order = [...wanted.keys()].sort((a, b) => wanted[a] - wanted[b]);
  const places = [...wanted];
  let least = from;
  for (const i of order) {
    places[i] = Math.max(wanted[i], least);
    least = places[i] + gap;
  }
  let most = to;
  for (const i of order.toReversed()) {
    places[i] = Math.min(places[i], most);
    most = places[i] - gap;
  }
  return places;
}
