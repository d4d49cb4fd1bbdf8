/** A chart that grows while a network trains. */
import type { ChartOptions } from "../plot/chart_parts.ts";
import type { Figure } from "../plot/figure.ts";
import { panelChart } from "../plot/lines.ts";
import { onlyKnown } from "../support/names.ts";
import { newFigureId, sendFigure, updateFigure } from "./plotly.ts";
import { drained, isRich, SETTLED } from "./output.ts";

/** A chart that grows. */
export interface LiveChart {
  /**
   * Adds a point to some or all lines. Cheap enough for every step of a training: it draws four
   * times a second at most, and less often where drawing takes longer.
   * @param x the place on the horizontal axis, such as the step.
   * @param values the value of each line, by its name; NaN leaves a gap.
   * @throws RangeError for an unknown name.
   */
  add(x: number, values: Readonly<Record<string, number>>): void;
  /** The chart with the points so far. */
  figure(): Figure;
  /** Draws the last points, which stay in the saved notebook, and waits until they are sent. */
  finish(): Promise<void>;
}

/** Milliseconds between two drawings. */
const INTERVAL = 250;
/** The share of the time that drawing may take. */
const SHARE = 0.01;
/** Points of a line: more cannot be distinguished in a figure 760 pixels wide. */
const MOST_POINTS = 600;

/** The points of one line, of which every `stride`-th is kept. */
class Line {
  readonly #x: number[] = [];
  readonly #y: number[] = [];
  #stride = 1;
  #count = 0;
  #last: readonly [x: number, y: number] | undefined;

  add(x: number, y: number): void {
    const isKept = this.#count++ % this.#stride === 0;
    this.#last = isKept ? undefined : [x, y];
    if (!isKept) return;
    this.#x.push(x);
    this.#y.push(y);
    if (this.#x.length < MOST_POINTS) return;
    // Too many: keep every second point, of these and of those to come.
    this.#stride *= 2;
    for (const values of [this.#x, this.#y]) {
      for (let i = 0; 2 * i < values.length; i++) values[i] = values[2 * i];
      values.length = Math.ceil(values.length / 2);
    }
    this.#last = [x, y];
  }

  /** The kept points and the newest one. */
  points(): { x: number[]; y: number[] } {
    const [x, y] = [[...this.#x], [...this.#y]];
    if (this.#last !== undefined) {
      x.push(this.#last[0]);
      y.push(this.#last[1]);
    }
    return { x, y };
  }
}

/**
 * Starts an empty chart in the cell's output; `add` lets it grow and `finish` leaves the last
 * drawing. Outside a notebook nothing is drawn, and `figure` returns the chart.
 *
 * @param options `panels` are the names of the lines in each panel, by the title of the panel's
 *   vertical axis.
 * @throws RangeError unless there are 1 to 4 panels and all lines have different names.
 *
 * @example
 * ```ts
 * import { liveChart } from "mnist";
 *
 * const chart = await liveChart({ title: "Loss", xTitle: "step", panels: { loss: ["training"] } });
 * for (let step = 1; step <= 100; step++) chart.add(step, { training: 1 / step });
 * await chart.finish();
 * ```
 */
export async function liveChart(
  options: Omit<ChartOptions, "yTitle"> & {
    panels: Readonly<Record<string, readonly string[]>>;
  },
): Promise<LiveChart> {
  onlyKnown("liveChart", options, ["panels", "title", "xTitle", "width", "height", "alt"]);
  const { panels, ...rest } = options;
  const names = Object.values(panels).flat();
  const lines = new Map(names.map((name) => [name, new Line()]));
  if (lines.size < names.length) {
    throw new RangeError(`liveChart: expected lines of different names, found ${names.join(", ")}`);
  }
  const figure = (): Figure => {
    const rows = Object.entries(panels).map(([title, names]) => {
      const points = names.map((name) => [name, lines.get(name)?.points() ?? { x: [], y: [] }]);
      return [title, Object.fromEntries(points)];
    });
    return panelChart(Object.fromEntries(rows), rest);
  };

  const id = newFigureId();
  const empty = figure();
  if (isRich()) await sendFigure(empty, id); // it arrives while the training begins
  const draw = (): void => {
    if (isRich()) updateFigure(figure(), id);
  };
  let next = performance.now() + SETTLED;
  return {
    add(x, values) {
      for (const name in values) {
        const line = lines.get(name);
        if (line === undefined) {
          throw new RangeError(`liveChart: expected one of ${names.join(", ")}, found "${name}"`);
        }
        line.add(x, values[name]);
      }
      const now = performance.now();
      if (now < next) return;
      draw();
      const spent = performance.now() - now;
      next = now + Math.max(INTERVAL, spent / SHARE);
    },
    figure,
    async finish() {
      draw();
      await drained();
    },
  };
}
