/** Runs as tables. */
import { basename } from "node:path";
import type { Run } from "../../lib/notebook/runs.ts";

type Field = string | number | boolean | null;

/** All that is known of a run, as fields by name. Of what it recorded, what fits into a field. */
export function columnsOf(run: Run): Record<string, Field> {
  const { key, notebook, ok, error, data, dataHash, versions, date, seconds, peakMemory } = run;
  const prefixed = (prefix: string, values: Readonly<Record<string, unknown>>) =>
    Object.fromEntries(
      Object.entries(values).flatMap(([name, value]) => {
        const field = fieldOf(value);
        return field === undefined ? [] : [[`${prefix}${name}`, field]];
      }),
    );
  return {
    notebook,
    ok,
    ...prefixed("parameters.", run.parameters),
    ...prefixed("recorded.", run.recorded),
    data,
    seconds,
    peakMemory,
    date,
    ...prefixed("versions.", versions),
    dataHash,
    key,
    error: error ?? null,
  };
}

function fieldOf(value: unknown): Field | undefined {
  if (value === null || ["string", "number", "boolean"].includes(typeof value)) {
    return typeof value === "string" || typeof value === "number" || typeof value === "boolean"
      ? value
      : null;
  }
  const text = JSON.stringify(value);
  return text.length <= 200 ? text : undefined;
}

/** The names of the parameters that are not the same in all runs; of a single run, all. */
export function varied(runs: readonly Run[]): string[] {
  const names = [...new Set(runs.flatMap(({ parameters }) => Object.keys(parameters)))];
  if (runs.length === 1) return names;
  return names.filter((name) =>
    new Set(runs.map(({ parameters }) => JSON.stringify(parameters[name]))).size > 1
  );
}

/** The table for people: what differs between the runs, and what they recorded. */
export function textTable(runs: readonly Run[]): string {
  const parameters = varied(runs);
  const results = [...new Set(runs.flatMap(({ recorded }) => Object.keys(recorded)))]
    .filter((name) => runs.some(({ recorded }) => typeof recorded[name] === "number"));
  const notebooks = new Set(runs.map(({ notebook }) => notebook));
  const rows = runs.map((run) => [
    ...notebooks.size > 1 ? [basename(run.notebook, ".ipynb")] : [],
    ...parameters.map((name) => short(run.parameters[name])),
    ...results.map((name) => short(run.recorded[name])),
    run.data ?? "-",
    run.seconds.toFixed(1),
    run.peakMemory === null ? "-" : `${Math.round(run.peakMemory / 2 ** 20)}`,
    run.ok ? "" : `FAILED ${short(run.error)}`,
  ]);
  const head = [
    ...notebooks.size > 1 ? ["notebook"] : [],
    ...parameters,
    ...results,
    "data",
    "seconds",
    "MiB",
    "",
  ];
  return aligned([head, ...rows]);
}

/** Rows of texts in columns; numbers are aligned to the right. */
export function aligned(rows: readonly (readonly string[])[]): string {
  const widths = rows[0].map((_, j) => Math.max(...rows.map((row) => row[j].length)));
  const isNumber = rows[0].map((_, j) =>
    rows.slice(1).every((row) => row[j] === "" || row[j] === "-" || Number.isFinite(Number(row[j])))
  );
  return rows.map((row) =>
    row.map((text, j) => isNumber[j] ? text.padStart(widths[j]) : text.padEnd(widths[j]))
      .join("  ").trimEnd()
  ).join("\n");
}

/** A value in a few characters: numbers with four digits. */
export function short(value: unknown): string {
  if (value === undefined || value === null) return "-";
  if (typeof value === "number") {
    return String(Number.isInteger(value) ? value : Number(value.toPrecision(4)));
  }
  const text = typeof value === "string" ? value : JSON.stringify(value);
  const line = text.replace(/\s+/g, " ");
  return line.length > 60 ? `${line.slice(0, 59)}…` : line;
}
