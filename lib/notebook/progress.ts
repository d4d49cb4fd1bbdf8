/** A bar for work that takes longer than a second: how far it is, how fast, and how long it takes. */
import type { MimeBundle } from "../support/display.ts";
import { grouped } from "../support/grouped.ts";
import { onlyKnown } from "../support/names.ts";
import { printable } from "../support/printable.ts";
import { drained, escapeHtml, isRich, send, SETTLED } from "./output.ts";
import { drawStatusLine, hasStatusLine, textBar } from "./status_line.ts";

/** A progress bar. */
export interface Progress {
  /**
   * Moves the bar. Cheap enough for every step of a loop: it draws at most ten times a second.
   * @param done how much of the total is done; values outside 0 to total count as 0 or as total.
   * @param note a few words behind the bar, such as the loss.
   * @throws TypeError for NaN.
   */
  update(done: number, note?: string): void;
  /** Replaces the bar with a line that says what was done and how long it took, and sends it. */
  finish(note?: string): Promise<void>;
}

/** Milliseconds between two drawings of the bar. */
const INTERVAL = 100;

function amount(count: number, unit: string): string {
  if (unit !== "B") {
    return `${grouped(Math.round(count))}${unit === "" ? "" : ` ${unit}`}`;
  }
  const [divisor, name] = count >= 1e9 ? [1e9, "GB"] : count >= 1e6 ? [1e6, "MB"] : [1e3, "kB"];
  return `${(count / divisor).toFixed(1)} ${name}`;
}

function duration(seconds: number): string {
  if (seconds < 10) return `${seconds.toFixed(1)} s`;
  if (seconds < 120) return `${Math.round(seconds)} s`;
  if (seconds < 7200) return `${Math.round(seconds / 60)} min`;
  return `${(seconds / 3600).toFixed(1)} h`;
}

/** The state of a bar. */
interface State {
  label: string;
  unit: string;
  done: number;
  total: number;
  seconds: number;
  note: string;
}

/** The share that is done; of nothing, all is done. */
function shareOf({ done, total }: State): number {
  return total === 0 ? 1 : done / total;
}

function runningText(state: State): string {
  const { done, total, seconds, unit, note } = state;
  const rate = seconds > 0 ? done / seconds : 0;
  return [
    `${Math.floor(100 * shareOf(state))} %`,
    `${amount(done, unit)} of ${amount(total, unit)}`,
    ...(rate > 0 ? [`${amount(rate, unit)}/s`, `${duration((total - done) / rate)} left`] : []),
    ...(note === "" ? [] : [note]),
  ].join(", ");
}

function finishedText({ label, done, unit, seconds, note }: State): string {
  return `${label}: ${amount(done, unit)} in ${duration(seconds)}${note === "" ? "" : `, ${note}`}`;
}

/** Where a bar is drawn. */
interface Screen {
  draw(state: State): void;
  last(state: State): void;
}

function notebookScreen(): Screen {
  const displayId = `progress-${crypto.randomUUID()}`;
  let update = false;
  const put = (bundle: MimeBundle): void => {
    send(bundle, { displayId, update });
    update = true;
  };
  return {
    draw(state) {
      const text = runningText(state);
      const label = escapeHtml(state.label);
      put({
        "text/plain": `${state.label} ${textBar(shareOf(state))} ${text}`,
        "text/html": `<div>${label} <progress aria-label="${label}" value="${shareOf(state)}">` +
          `</progress> ${escapeHtml(text)}</div>`,
      });
    },
    last: (state) => put({ "text/plain": finishedText(state) }),
  };
}

/** The status line of a terminal; in a log file, only a first and a last line. */
function terminalScreen(): Screen {
  const isLive = hasStatusLine();
  let isFirst = true;
  return {
    draw(state) {
      const { label, total, unit } = state;
      if (isLive) drawStatusLine(`${label} ${textBar(shareOf(state))} ${runningText(state)}`);
      else if (isFirst) console.error(printable(`${label}: ${amount(total, unit)} to do`));
      isFirst = false;
    },
    last(state) {
      if (isLive) drawStatusLine("");
      console.error(printable(finishedText(state)));
    },
  };
}

/**
 * Starts a progress bar: an output of the cell that updates in place, or a line on a terminal's
 * standard error.
 *
 * @param total how much there is to do, in `unit`: 0 or more.
 * @param options `label` is what is going on, such as `"epoch 1"`; `unit` is what is counted: `"B"`
 *   for bytes, written as kB and MB, or any plural, such as `"images"`.
 * @throws RangeError for a total below 0, NaN or Infinity.
 *
 * @example
 * ```ts
 * import { progress } from "mnist";
 *
 * const bar = progress(300, { label: "counting", unit: "steps" });
 * for (let step = 1; step <= 300; step++) bar.update(step);
 * await bar.finish("all counted");
 * ```
 */
export function progress(total: number, options: { label: string; unit?: string }): Progress {
  if (!(total >= 0 && total < Infinity)) {
    throw new RangeError(`progress: expected a total of 0 or more, found ${total}`);
  }
  onlyKnown("progress", options, ["label", "unit"]);
  const screen = isRich() ? notebookScreen() : terminalScreen();
  const start = performance.now();
  const { label, unit = "" } = options;
  const state: State = { label, unit, done: 0, total, seconds: 0, note: "" };
  if (!isRich()) screen.draw(state);
  let next = start + (isRich() ? SETTLED : INTERVAL);
  return {
    update(done, note) {
      if (Number.isNaN(Number(done))) {
        throw new TypeError(`progress: expected an amount of 0 to ${total}, found ${done}`);
      }
      state.done = Math.min(Math.max(done, 0), total);
      if (note !== undefined) state.note = note;
      const now = performance.now();
      if (now < next) return;
      next = now + INTERVAL;
      state.seconds = (now - start) / 1000;
      screen.draw(state);
    },
    async finish(note) {
      state.note = note ?? state.note;
      state.seconds = (performance.now() - start) / 1000;
      screen.last(state);
      await drained();
    },
  };
}
