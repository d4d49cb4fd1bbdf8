/** A chart that grows while a network trains. */
import { newFigureId, sendFigure, updateFigure } from "./bundle.ts";
import type { Figure } from "../plot/figure.ts";
import { panelChart, type PanelOptions, type Points } from "../plot/lines.ts";
import { drained, isRich, SETTLED } from "./output.ts";

/** What a live chart can be told. */
export interface LiveOptions extends Omit<PanelOptions, "x"> {
  /** The names of the lines in each panel, by what the panel's vertical axis counts. */
  panels: Readonly<Record<string, readonly string[]>>;
}

/** A chart that is on the screen. */
export interface LiveChart {
  /**
   * Adds a point to some or all lines. Cheap enough for every step of a training: it draws four
   * times a second at most, and less often where drawing takes longer.
   * @param x where the points lie horizontally, such as the step.
   * @param values the height of each point, by the name of its line.
   * @throws RangeError for a name that is no line of the chart.
   */
  add(x: number, values: Readonly<Record<string, number>>): void;
  /** The chart as it is now. */
  figure(): Figure;
  /** Draws the last points, which stay in the saved notebook, and waits until they are out. */
  finish(): Promise<void>;
}

/** Milliseconds between two pictures. */
const INTERVAL = 250;
/** The part of the time that drawing may take. */
const SHARE = 0.01;
/** Points of a line: more cannot be told apart in a figure 760 pixels wide. */
const MOST_POINTS = 600;

/** The points of one line, of which every `stride`-th is kept. */
class Line {
  readonly #x: number[] = [];
  readonly #y: number[] = [];
  #stride = 1;
  #count = 0;
  #last: readonly [x: number, y: number] = [0, 0];

  add(x: number, y: number): void {
    this.#last = [x, y];
    if (this.#count++ % this.#stride !== 0) return;
    this.#x.push(x);
    this.#y.push(y);
    if (this.#x.length < MOST_POINTS) return;
    // Too many: every second point goes, and of those to come only every second one is taken.
    this.#stride *= 2;
    for (let i = 0; 2 * i < this.#x.length; i++) {
      this.#x[i] = this.#x[2 * i];
      this.#y[i] = this.#y[2 * i];
    }
    this.#x.length = this.#y.length = Math.ceil(this.#x.length / 2);
  }

  /** The kept points and, whether it was kept or not, the newest one. */
  points(): Points {
    const kept = this.#count === 0 || this.#x.at(-1) === this.#last[0];
    return kept
      ? { x: [...this.#x], y: [...this.#y] }
      : { x: [...this.#x, this.#last[0]], y: [...this.#y, this.#last[1]] };
  }
}

/**
 * Starts an empty chart in the cell's output; `add` lets it grow and `finish` leaves the last
 * picture. Outside a notebook nothing is drawn: `figure` gives the chart to whoever wants it.
 *
 * @throws RangeError unless there are 1 to 4 panels.
 */
export async function liveChart(options: LiveOptions): Promise<LiveChart> {
  const { panels, ...rest } = options;
  const lines = new Map(Object.values(panels).flat().map((name) => [name, new Line()]));

  const figure = (): Figure => {
    const pointsOf = (name: string): Points => lines.get(name)?.points() ?? { x: [], y: [] };
    const series = Object.entries(panels).map(([title, names]) => [
      title,
      Object.fromEntries(names.map((name) => [name, pointsOf(name)])),
    ]);
    return panelChart(Object.fromEntries(series), rest);
  };

  const id = newFigureId();
  const draw = (): void => {
    if (isRich()) updateFigure(figure(), id);
  };
  if (isRich()) await sendFigure(figure(), id); // it leaves while the training begins

  let next = performance.now() + SETTLED;
  return {
    add(x, values) {
      for (const name in values) {
        const line = lines.get(name);
        if (line === undefined) {
          throw new RangeError(
            `liveChart: expected one of ${[...lines.keys()].join(", ")}, found "${name}"`,
          );
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
