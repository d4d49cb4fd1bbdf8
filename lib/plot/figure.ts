/**
 * What a figure is: plain data, typed by plotly.js's own types. plotly itself runs in the page that
 * shows the figure, never here.
 */
import type * as plotly from "plotly.js";
import { DISPLAY, type Displayable, type MimeBundle } from "../support/display.ts";

/**
 * A trace: https://plotly.com/javascript/reference. The texts of a heat map are rows, as its values
 * are, which the published types do not know.
 * @internal
 */
export type Trace =
  | plotly.Data
  | (Omit<Partial<plotly.PlotData>, "text"> & { type: "heatmap"; text: string[][] });

/**
 * Axes, titles and size: https://plotly.com/javascript/reference/layout. `width` and `height` are in
 * CSS pixels.
 * @internal
 */
export type FigureLayout = Partial<plotly.Layout>;

/** The parts of a figure, as JSON holds them. */
export interface FigureData {
  /** The traces. */
  readonly data: readonly Trace[];
  /** Axes, titles and size. */
  readonly layout: FigureLayout;
  /** What the figure shows, for screen readers. */
  readonly alt: string;
}

/** The MIME type of a figure as data, from which stored and exported notebooks get a picture. */
export const FIGURE_MIME = "application/vnd.mnist-course.figure+json";

/**
 * A plot, which shows itself as the last value of a cell and with `show`.
 *
 * Without a notebook it is its text alternative; `lib/notebook/plotly.ts` draws it where plotly runs.
 *
 * @example
 * ```ts
 * import { Figure, show } from "mnist";
 *
 * const data = [{ type: "pie" as const, values: [60, 10], labels: ["training", "test"] }];
 * await show(new Figure({ data, layout: { width: 400 }, alt: "Six of seven images are for training" }));
 * ```
 */
export class Figure implements Displayable {
  /** The traces. */
  readonly data: readonly Trace[];
  /** Axes, titles and size: https://plotly.com/javascript/reference/layout. */
  readonly layout: FigureLayout;
  /** What the figure shows, for screen readers. */
  readonly alt: string;

  /** A figure of plotly's traces and layout, with a text alternative. */
  constructor({ data, layout, alt }: Pick<Figure, "data" | "layout" | "alt">) {
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

/** True for the data of a figure, such as the parsed JSON of a stored notebook. */
export function isFigureData(value: unknown): value is FigureData {
  return typeof value === "object" && value !== null &&
    "data" in value && Array.isArray(value.data) &&
    "layout" in value && typeof value.layout === "object" && value.layout !== null &&
    "alt" in value && typeof value.alt === "string";
}
