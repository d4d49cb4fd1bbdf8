/** `sweep`: a few runs with different parameters, inside a cell. */
import { describe } from "../support/describe.ts";
import { reasonOf } from "../support/errors.ts";
import { breathe } from "../support/breathe.ts";
import { onlyKnown } from "../support/names.ts";
import { Stopped } from "../support/stop.ts";
import { progress } from "./progress.ts";
import { type Json, toJson } from "./record.ts";
import type { Run } from "./runs.ts";

/**
 * Values of each parameter, by its name.
 * @internal
 */
export type Grid = Readonly<Record<string, readonly Json[]>>;

/**
 * One value of each parameter.
 * @internal
 */
export type Setting<G extends Grid> = { readonly [Name in keyof G]: G[Name][number] };

/** All combinations of the values; the last parameter changes first. */
function combinations(grid: Grid): Record<string, Json>[] {
  let all: Record<string, Json>[] = [{}];
  for (const [name, values] of Object.entries(grid)) {
    if (!Array.isArray(values) || values.length === 0) {
      throw new RangeError(
        `sweep: expected ${name} to be an array of values, found ${describe(values)}`,
      );
    }
    all = all.flatMap((setting) => values.map((value) => ({ ...setting, [name]: value })));
  }
  return all;
}

/**
 * Calls a function with all combinations of some parameters and returns a row for each call, as
 * `loadRuns` does: `compareRuns`, `parallelCoordinates` and `importance` draw them.
 *
 * A progress bar shows how far it is. A call that throws becomes a row with its error, and the sweep
 * continues. Stop ends the sweep and keeps the rows that are finished.
 *
 * @param grid the values of each parameter, such as `{ hiddenNodes: [8, 30], seed: [1, 2, 3] }`. The
 *   figures take rows that differ in nothing but `seed` as repetitions.
 * @param run gets one value of each parameter, and returns results by name: numbers, texts or arrays.
 * @param options `label` names the sweep in the progress bar.
 * @throws RangeError for a parameter without values.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { sweep } from "mnist";
 *
 * const runs = await sweep({ a: [1, 2], seed: [1, 2, 3] }, ({ a, seed }) => ({ sum: a + seed }));
 * assert.deepEqual(runs.map(({ recorded }) => recorded.sum), [2, 3, 4, 3, 4, 5]);
 * ```
 */
export async function sweep<const G extends Grid>(
  grid: G,
  run: (setting: Setting<G>) => Results | Promise<Results>,
  options: { label?: string } = {},
): Promise<Run[]> {
  onlyKnown("sweep", options, ["label"]);
  const settings = combinations(grid);
  const bar = progress(settings.length, { label: options.label ?? "sweep", unit: "runs" });
  const rows: Run[] = [];
  try {
    for (const setting of settings) {
      bar.update(rows.length, words(setting));
      await breathe();
      rows.push(await rowOf(setting, run));
    }
  } catch (error) {
    if (!(error instanceof Stopped)) throw error;
    await bar.finish(`stopped after ${rows.length} of ${settings.length}`);
    return rows;
  }
  bar.update(rows.length);
  const failed = rows.filter(({ ok }) => !ok).length;
  await bar.finish(failed === 0 ? "all finished" : `${failed} failed`);
  return rows;
}

/**
 * Results of a run, by name.
 * @internal
 */
export type Results = Readonly<Record<string, unknown>>;

async function rowOf<G extends Grid>(
  setting: Record<string, Json>,
  run: (setting: Setting<G>) => Results | Promise<Results>,
): Promise<Run> {
  const begin = performance.now();
  let recorded: Record<string, Json> = {}, error: string | undefined;
  try {
    // `combinations` gives each parameter one of its values.
    const results = await run(setting as Setting<G>);
    recorded = Object.fromEntries(
      Object.entries(results).map(([name, value]) => [name, toJson(name, value)]),
    );
  } catch (reason) {
    if (reason instanceof Stopped) throw reason;
    error = reasonOf(reason).slice(0, 1000);
  }
  return {
    key: JSON.stringify(setting),
    notebook: "",
    parameters: setting,
    seed: typeof setting.seed === "number" ? setting.seed : null,
    ok: error === undefined,
    ...error !== undefined && { error },
    recorded,
    data: null,
    dataHash: null,
    versions: {},
    date: new Date().toISOString(),
    seconds: (performance.now() - begin) / 1000,
    peakMemory: null,
  };
}

function words(setting: Record<string, Json>): string {
  return Object.entries(setting).map(([name, value]) =>
    `${name} ${typeof value === "string" ? value : JSON.stringify(value)}`
  ).join(", ");
}
