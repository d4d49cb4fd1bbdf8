/** What a sweep shows while it runs, on standard error: a table that grows, progress, time left. */
import { drawStatusLine, hasStatusLine, textBar } from "../../lib/notebook/status_line.ts";
import type { Run } from "../../lib/notebook/runs.ts";
import { short } from "../runs/table.ts";
import type { PlannedRun } from "./plan.ts";
import type { SweepContext } from "./work.ts";

/** A report for people. */
export class Report {
  readonly #jobs: number;
  readonly #running = new Map<PlannedRun, string>();
  readonly #begin = performance.now();
  readonly #isLive = hasStatusLine();
  readonly #timer: ReturnType<typeof setInterval> | undefined;
  #total: number;
  #done = 0;
  #new = 0;
  #newSeconds = 0;

  constructor(total: number, jobs: number) {
    this.#total = total;
    this.#jobs = jobs;
    if (this.#isLive) this.#timer = setInterval(() => this.#draw(), 500);
  }

  /** More runs are to be done. */
  expect(more: number): void {
    this.#total += more;
  }

  start: SweepContext["report"]["start"] = (run) => {
    this.#running.set(run, "starting");
  };

  update: SweepContext["report"]["update"] = (run, { kind, cell, cells }) => {
    if (kind === "start") this.#running.set(run, `cell ${cell} of ${cells}`);
  };

  end: SweepContext["report"]["end"] = (run, row, isNew) => {
    this.#running.delete(run);
    this.#done++;
    if (isNew) {
      this.#new++;
      this.#newSeconds += row.seconds;
    }
    this.say(rowLine(this.#done, this.#total, run, row, isNew));
  };

  /** Prints a line above the status line. */
  say(text: string): void {
    if (this.#isLive) drawStatusLine("");
    console.error(text);
  }

  /** Removes the status line. */
  close(): void {
    clearInterval(this.#timer);
    if (this.#isLive) drawStatusLine("");
  }

  #draw(): void {
    const running = [...this.#running].map(([{ settings }, where]) =>
      `${[...settings.values()].join(" ")}: ${where}`
    );
    const seconds = Math.round((performance.now() - this.#begin) / 1000);
    const left = this.#new === 0 ? "" : `, ${this.#timeLeft()} left`;
    drawStatusLine(
      `${textBar(this.#done / this.#total, 16)} ${this.#done} of ${this.#total}, ${seconds} s` +
        `${left} | ${running.join(" | ")}`,
    );
  }

  #timeLeft(): string {
    const mean = this.#newSeconds / this.#new;
    const seconds = mean * (this.#total - this.#done) / this.#jobs;
    if (seconds < 120) return `${Math.round(seconds)} s`;
    return seconds < 7200 ? `${Math.round(seconds / 60)} min` : `${(seconds / 3600).toFixed(1)} h`;
  }
}

function rowLine(
  done: number,
  total: number,
  { settings }: PlannedRun,
  { ok, error, recorded, seconds }: Run,
  isNew: boolean,
): string {
  const place = `${done}`.padStart(`${total}`.length);
  const what = [...settings].map(([name, value]) => `${name} ${value}`).join("  ");
  const numbers = Object.entries(recorded).filter(([, value]) => typeof value === "number");
  const result = ok
    ? numbers.slice(0, 4).map(([name, value]) => `${name} ${short(value)}`).join("  ")
    : `FAILED ${short(error)}`;
  return `${place} of ${total}  ${what}  |  ${result}  |  ` +
    (isNew ? `${seconds.toFixed(1)} s` : "from an earlier sweep");
}
