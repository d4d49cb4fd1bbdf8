/**
 * The reports of the runner: its progress on standard error, and the results on standard output, as a
 * table for people or as one line of JSON per notebook for programs.
 *
 * @module
 */

import { drawStatusLine, textBar } from "../../lib/notebook/status_line.ts";
import { printable } from "../../lib/support/printable.ts";
import type { CellEvent } from "./execute.ts";
import type { Json } from "../support/json.ts";

/** Why and, if it is known, where a notebook failed. */
export interface ReportedError {
  /** The number of the code cell, from 1, or null if no cell failed. */
  cell: number | null;
  /** The cell's id. */
  id: string | null;
  /** The line in the cell, counted from 1. */
  line: number | null;
  message: string;
}

/** The result of one notebook. */
export interface Result {
  /** Its path. */
  notebook: string;
  ok: boolean;
  /** The data set that it used, if it records it. */
  data: string | null;
  seconds: number;
  /** What it recorded, by name. */
  scraps: { [name: string]: Json };
  /** Only if it failed. */
  error?: ReportedError;
  /** Only with `--types`. */
  typeErrors?: ReportedError[];
}

/** One line of JSON, with the keys in the order of {@linkcode Result}. */
export function jsonLine(
  { notebook, ok, data, seconds, scraps, error, typeErrors }: Result,
): string {
  const rounded = Math.round(seconds * 1000) / 1000;
  const json = JSON.stringify({ notebook, ok, data, seconds: rounded, scraps, error, typeErrors });
  // JSON escapes the control characters below a space, and terminals obey others, too.
  return json.replaceAll(
    /[\x7f-\x9f\u2028-\u202e\u2066-\u2069]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
}

/** Where and why a notebook failed: `notebook, cell 3 (predict), line 2: message`. */
export function errorLine(notebook: string, { cell, id, line, message }: ReportedError): string {
  const place = [
    notebook,
    ...cell === null ? [] : [`cell ${cell}${id === null ? "" : ` (${id})`}`],
    ...line === null ? [] : [`line ${line}`],
  ];
  return `${place.join(", ")}: ${message}`;
}

/** The table of results: notebook, data, seconds, and what each recorded. */
export function table(results: Result[]): string {
  const rows = results.map(({ notebook, ok, data, seconds, scraps }) => [
    notebook,
    data ?? "-",
    seconds.toFixed(1),
    [
      ...ok ? [] : ["FAILED"],
      ...Object.entries(scraps).filter(([name]) => !name.startsWith("exercise "))
        .map(([name, value]) => `${name} ${short(value)}`),
      ...pointsOf(scraps),
    ].join("  "),
  ]);
  const all = [["notebook", "data", "seconds", "recorded"], ...rows]
    .map((row) => row.map((text) => printable(text.replaceAll(/\s/g, " "))));
  const widths = [0, 1, 2].map((column) => Math.max(...all.map((row) => row[column].length)));
  return all
    .map(([notebook, data, seconds, recorded]) =>
      [
        notebook.padEnd(widths[0]),
        data.padEnd(widths[1]),
        seconds.padStart(widths[2]),
        recorded,
      ].join("  ").trimEnd()
    )
    .join("\n");
}

/** The points of all exercises together, if there are any. */
function pointsOf(scraps: Readonly<Record<string, Json>>): string[] {
  const results = Object.entries(scraps).filter(([name]) => name.startsWith("exercise "))
    .map(([, result]) => Object(result));
  if (results.length === 0) return [];
  const sum = (key: string) => results.reduce((sum, result) => sum + Number(result[key]), 0);
  return [`exercises ${sum("points")} of ${sum("of")} points`];
}

function short(value: Json): string {
  if (typeof value === "number" && !Number.isInteger(value)) return String(+value.toPrecision(6));
  const text = typeof value === "string" ? value : JSON.stringify(value);
  return text.length > 60 ? `${text.slice(0, 57)}...` : text;
}

/** Shows the progress of the runs. */
export interface Progress {
  /** Takes note of an event in a notebook. */
  update(notebook: string, event: CellEvent): void;
  /** Prints lines above the progress. */
  say(text: string): void;
  /** Removes the progress. */
  close(): void;
}

/** Shows no progress. */
export function silentProgress(): Progress {
  return { update: () => {}, say: (text) => console.error(printable(text)), close: () => {} };
}

/** One line for each finished cell, for logs. */
export function lineProgress(): Progress {
  const silent = silentProgress();
  return {
    ...silent,
    update(notebook, { kind, cell, cells, id, seconds }) {
      if (kind !== "end") return;
      silent.say(`${notebook}  cell ${cell} of ${cells}  ${id}  ${seconds.toFixed(1)} s`);
    },
  };
}

/** A status line with a bar, for terminals. */
export function barProgress(): Progress {
  const running = new Map<string, { event: CellEvent; since: number; text: string }>();

  const draw = () => {
    const parts = [...running].map(([notebook, { event, since, text }]) => {
      const bar = textBar((event.cell - 1) / event.cells, 20);
      const seconds = ((performance.now() - since) / 1000).toFixed(0);
      return `${notebook} ${bar} cell ${event.cell} of ${event.cells} ${event.id} ${seconds} s` +
        (text === "" ? "" : `  ${text}`);
    });
    drawStatusLine(parts.join(" | "));
  };
  const timer = setInterval(draw, 200);
  return {
    update(notebook, event) {
      if (event.kind === "start") {
        running.set(notebook, { event, since: performance.now(), text: "" });
      } else if (event.kind === "output") {
        const shown = running.get(notebook);
        if (shown) shown.text = event.text.trimEnd().split(/[\n\r]/).at(-1)?.trim() ?? "";
      } else running.delete(notebook);
    },
    say(text) {
      drawStatusLine("");
      console.error(printable(text));
    },
    close() {
      clearInterval(timer);
      drawStatusLine("");
    },
  };
}
