/**
 * A bar for work that takes longer than a second: how far, how fast, how long still.
 */
import type { MimeBundle } from "../support/display.ts";
import { drained, escapeHtml, isRich, send, SETTLED } from "./output.ts";

/** A bar that is on the screen. */
export interface Progress {
  /**
   * Moves the bar. Cheap enough for every step of a loop: it draws ten times a second at most.
   * @param done how much of the total is behind us.
   * @param note a few words that stand behind the bar, such as the loss.
   */
  update(done: number, note?: string): void;
  /** Leaves a last line that says what was done and in what time, and waits until it is out. */
  finish(note?: string): Promise<void>;
}

/** What the bar is about. */
export interface ProgressOptions {
  /** What is going on: `"epoch 1"`, `"train-images-idx3-ubyte.gz"`. */
  label: string;
  /** What is counted: `"B"` for bytes, written as kB and MB, or any plural, such as `"images"`. */
  unit?: string;
}

/** Milliseconds between two pictures of the bar. */
const INTERVAL = 100;
const TEXT_BAR = 24;

function amount(count: number, unit: string): string {
  if (unit !== "B") {
    return `${Math.round(count).toLocaleString("en")}${unit === "" ? "" : ` ${unit}`}`;
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

/** The state of a bar, and the words for it. */
interface State {
  label: string;
  unit: string;
  done: number;
  total: number;
  seconds: number;
  note: string;
}

function runningText(state: State): string {
  const { done, total, seconds, unit, note } = state;
  const rate = seconds > 0 ? done / seconds : 0;
  return [
    `${Math.floor(100 * done / total)} %`,
    `${amount(done, unit)} of ${amount(total, unit)}`,
    ...(rate > 0 ? [`${amount(rate, unit)}/s`, `${duration((total - done) / rate)} left`] : []),
    ...(note === "" ? [] : [note]),
  ].join(", ");
}

function finishedText(state: State): string {
  const { label, done, unit, seconds, note } = state;
  return `${label}: ${amount(done, unit)} in ${duration(seconds)}${note === "" ? "" : `, ${note}`}`;
}

function runningBundle(state: State): MimeBundle {
  const filled = Math.round(TEXT_BAR * state.done / state.total);
  const bar = "#".repeat(filled) + ".".repeat(TEXT_BAR - filled);
  const text = runningText(state);
  const label = escapeHtml(state.label);
  return {
    "text/plain": `${state.label} [${bar}] ${text}`,
    "text/html": `<div>${label} <progress aria-label="${label}" value="${state.done}" ` +
      `max="${state.total}"></progress> ${escapeHtml(text)}</div>`,
  };
}

/** Where the pictures of a bar go. */
interface Screen {
  draw(state: State): void;
  last(state: State): void;
}

function notebookScreen(): Screen {
  const displayId = `progress-${crypto.randomUUID()}`;
  let shown = false;
  const put = (bundle: MimeBundle): void => {
    send(bundle, { displayId, update: shown });
    shown = true;
  };
  return {
    draw: (state) => put(runningBundle(state)),
    last: (state) => put({ "text/plain": finishedText(state) }),
  };
}

/** One line of a terminal, written over and over; only the first and last where nobody watches. */
function terminalScreen(): Screen {
  const watched = typeof Deno !== "undefined" && Deno.stderr.isTerminal();
  const encoder = new TextEncoder();
  const overwrite = (text: string): void => {
    const { columns } = Deno.consoleSize();
    Deno.stderr.writeSync(encoder.encode(`\r\x1b[K${text.slice(0, columns - 1)}`));
  };
  let first = true;
  return {
    draw(state) {
      if (watched) overwrite(runningBundle(state)["text/plain"]);
      else if (first) console.error(`${state.label}: ${amount(state.total, state.unit)} to do`);
      first = false;
    },
    last(state) {
      if (watched) overwrite("");
      console.error(finishedText(state));
    },
  };
}

/**
 * Starts a bar: an output of the cell that updates in place, or a line on a terminal's stderr.
 *
 * @param total how much there is to do, in `unit`; above 0.
 * @throws RangeError for a total that is not a number above 0.
 */
export function progress(total: number, options: ProgressOptions): Progress {
  if (!(total > 0 && Number.isFinite(total))) {
    throw new RangeError(`progress: expected a total above 0, found ${total}`);
  }
  const screen = isRich() ? notebookScreen() : terminalScreen();
  const start = performance.now();
  const state: State = {
    label: options.label,
    unit: options.unit ?? "",
    done: 0,
    total,
    seconds: 0,
    note: "",
  };
  let next = start + (isRich() ? SETTLED : INTERVAL);
  if (!isRich()) screen.draw(state);
  return {
    update(done, note) {
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
