/**
 * What a figure is, and the one look that all figures of the course share.
 *
 * A figure is plain data, typed by plotly.js's own types: plotly itself runs in the page that
 * shows it, never here.
 */
import type * as Plotly from "plotly.js";
import { DISPLAY, type Displayable, type MimeBundle } from "../support/display.ts";
import type { Tensor } from "../tensor/tensor.ts";

/** A trace: https://plotly.com/javascript/reference. A heat map's texts are rows, as its values are. */
export type Data =
  | Plotly.Data
  | (Omit<Partial<Plotly.PlotData>, "text"> & { type: "heatmap"; text: string[][] });
/** Axes, titles, size: https://plotly.com/javascript/reference/layout. */
export type Layout = Plotly.Layout;

/** The parts of a figure, as JSON holds them. */
export interface FigureData {
  /** The traces. */
  readonly data: readonly Data[];
  /** Axes, titles and size; `width` and `height` are in CSS pixels. */
  readonly layout: Partial<Layout>;
  /** What the figure shows, for screen readers. */
  readonly alt: string;
}

/** The MIME type of a figure as data, from which notebooks are exported and stored with pictures. */
export const FIGURE_MIME = "application/vnd.mnist-course.figure+json";

/** A plot. It shows itself as its text alternative; `notebook/` draws it where plotly can run. */
export class Figure implements FigureData, Displayable {
  readonly data: readonly Data[];
  readonly layout: Partial<Layout>;
  readonly alt: string;

  /** A figure of plotly's traces and layout, with a text alternative. */
  constructor({ data, layout, alt }: FigureData) {
    this.data = data;
    this.layout = layout;
    this.alt = alt;
  }

  /** The text alternative and the data, for Jupyter and `show`. */
  [DISPLAY](): MimeBundle | Promise<MimeBundle> {
    const { data, layout, alt } = this;
    return { "text/plain": alt, [FIGURE_MIME]: { data, layout, alt } };
  }
}

/** Numbers to plot: a tensor of one axis, or an array. */
export type Numbers = Tensor | ArrayLike<number>;

/** What every chart can be told. */
export interface ChartOptions {
  /** What the chart shows: stands above it. */
  title: string;
  /** What the horizontal axis counts, with its unit. */
  xTitle?: string;
  /** What the vertical axis counts, with its unit. */
  yTitle?: string;
  /** CSS pixels. */
  width?: number;
  /** CSS pixels. */
  height?: number;
  /** What the chart shows, for whoever cannot see it, instead of the words made of its numbers. */
  alt?: string;
}

/**
 * Colours that people with any colour vision tell apart (Okabe and Ito, 2008,
 * https://jfly.uni-koeln.de/color), without black and yellow, which vanish in a dark or a light
 * theme.
 */
export const PALETTE: readonly string[] = [
  "#0072b2", // blue
  "#e69f00", // orange
  "#009e73", // bluish green
  "#d55e00", // vermillion
  "#cc79a7", // reddish purple
  "#56b4e9", // sky blue
];

/** The colour of series `index`. */
export function seriesColor(index: number): string {
  return PALETTE[index % PALETTE.length];
}

/** The text of all figures can be read from the back of a classroom. */
const FONT_SIZE = 17;
const TITLE_SIZE = 21;
const INK = "#222222";
const GRID = "#d9d9d9";

/** Plotly reads a small HTML in texts: here a `<` is a `<`. */
export function plainText(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;");
}

/** The look: sizes, fonts and axes. What a chart sets itself is added by {@link makeFigure}. */
export function baseLayout(options: ChartOptions): Partial<Layout> {
  const { title, xTitle = "", yTitle = "", width = 760, height = 460 } = options;
  const axis = {
    automargin: true,
    gridcolor: GRID,
    linecolor: INK,
    showline: true,
    ticks: "outside",
    zeroline: false,
    exponentformat: "none",
    separatethousands: true,
  } as const;
  return {
    width,
    height,
    title: { text: plainText(title), font: { size: TITLE_SIZE }, x: 0.5, xanchor: "center" },
    font: {
      family: 'system-ui, "Segoe UI", "Noto Sans", "Noto Sans KR", Helvetica, Arial, sans-serif',
      size: FONT_SIZE,
      color: INK,
    },
    paper_bgcolor: "#ffffff",
    plot_bgcolor: "#ffffff",
    margin: { l: 80, r: 30, t: 70, b: 70 },
    xaxis: { ...axis, title: { text: plainText(xTitle), standoff: 12 } },
    yaxis: { ...axis, title: { text: plainText(yTitle), standoff: 12 } },
    legend: { font: { size: FONT_SIZE } },
    hoverlabel: { font: { size: FONT_SIZE } },
  };
}

/** The numbers of a tensor or array, checked and short enough to be stored: 7 digits are exact for float32. */
export function plotNumbers(name: string, values: Numbers): number[] {
  if ("shape" in values && values.shape.length !== 1) {
    throw new RangeError(
      `${name}: expected a tensor of one axis, found [${values.shape.join(", ")}]; ` +
        `.flatten() or .at(i) makes one`,
    );
  }
  return Array.from("shape" in values ? values.data : values, shortNumber);
}

/** A number with 7 digits; what is no number is a gap in the plot. */
export function shortNumber(value: number): number {
  return Number(value.toPrecision(7));
}

/** A number as it is said in a text alternative. */
export function spokenNumber(value: number): string {
  return Number.isFinite(value) ? String(Number(value.toPrecision(4))) : String(value);
}

/** True for the data of a figure, such as the parsed JSON of a stored notebook. */
export function isFigureData(value: unknown): value is FigureData {
  return typeof value === "object" && value !== null &&
    "data" in value && Array.isArray(value.data) &&
    "layout" in value && typeof value.layout === "object" &&
    "alt" in value && typeof value.alt === "string";
}
