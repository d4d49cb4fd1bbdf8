/** Results of runs, one row a run, as `deno task sweep` and `sweep` make them. */
import { join } from "node:path";
import { platform } from "../support/environment.ts";
import { DataError } from "../support/errors.ts";
import { readContent } from "../support/files.ts";
import { projectPath } from "../support/paths.ts";
import type { Json } from "./record.ts";

/** What came of one run. */
export interface Run {
  /** The same for two runs of the same code on the same data with the same parameters. */
  readonly key: string;
  /** The notebook, by its path from the project's folder; "" for a run inside a cell. */
  readonly notebook: string;
  /** All parameters of the run. */
  readonly parameters: Readonly<Record<string, Json>>;
  /** The seed among them, or null. */
  readonly seed: number | null;
  /** Whether it ran to its end. */
  readonly ok: boolean;
  /** Why not, where it did not. */
  readonly error?: string;
  /** What it recorded, by name. */
  readonly recorded: Readonly<Record<string, Json>>;
  /** The data set that it loaded, or null. */
  readonly data: string | null;
  /** Identifies the data set's content, or null. */
  readonly dataHash: string | null;
  /** The versions that it ran on. */
  readonly versions: Readonly<Record<string, string | null>>;
  /** When it ended, in ISO 8601. */
  readonly date: string;
  /** How long it took. */
  readonly seconds: number;
  /** The most bytes of memory that it had, or null where it is unknown. */
  readonly peakMemory: number | null;
}

/** The name of the file with the rows in the folder of a sweep. */
export const RESULTS_FILE = "results.jsonl";

/** Rows of a file at most, in bytes. */
const MAX_BYTES = 200e6;

/**
 * Reads rows, one line of JSON each. A last line without its end is a row that was cut off while it
 * was written, and is ignored. Of two rows with one key the later counts.
 * @param name what messages call the text.
 * @throws DataError that names the line that is no row.
 */
export function parseRuns(text: string, name: string): Run[] {
  const lines = text.slice(0, text.lastIndexOf("\n") + 1).split("\n");
  const runs = new Map<string, Run>();
  for (const [i, line] of lines.entries()) {
    if (line.trim() === "") continue;
    const run = runFrom(line);
    if (run === undefined) {
      const found = line.length > 60 ? `${line.slice(0, 59)}…` : line;
      throw new DataError(`${name}, line ${i + 1}: expected the row of a run, found ${found}`);
    }
    runs.delete(run.key);
    runs.set(run.key, run);
  }
  return [...runs.values()];
}

function runFrom(line: string): Run | undefined {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch {
    return undefined;
  }
  return isRun(value) ? value : undefined;
}

function isRun(value: unknown): value is Run {
  return isRecord(value) && typeof value.key === "string" && typeof value.ok === "boolean" &&
    typeof value.notebook === "string" && isRecord(value.parameters) && isRecord(value.recorded) &&
    typeof value.seconds === "number" && isRecord(value.versions) && typeof value.date === "string";
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/**
 * Reads the results of a sweep: one row a run, with its parameters and what it recorded.
 *
 * @param path the folder that `deno task sweep --out` wrote, or a file of such rows. A relative path
 *   starts at the project's folder.
 * @throws DataError when there is no such file, or a line of it is no row.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { loadRuns } from "mnist";
 *
 * const runs = await loadRuns("data/sweep_07.jsonl");
 * assert.ok(runs.every(({ parameters }) => typeof parameters.hiddenNodes === "number"));
 * ```
 */
export async function loadRuns(path: string): Promise<Run[]> {
  const from = projectPath(path);
  const isFolder = (await platform.stat(from))?.kind === "folder";
  const file = isFolder ? join(from, RESULTS_FILE) : from;
  const bytes = await readContent(file, MAX_BYTES);
  if (bytes === undefined) {
    throw new DataError(`${file}: expected at most ${MAX_BYTES} bytes, found more`);
  }
  return parseRuns(new TextDecoder().decode(bytes), path);
}
