/** Does the runs of a sweep. */
import { basename, dirname, join } from "node:path";
import type { Run } from "../../lib/notebook/runs.ts";
import { type CellEvent, executeNotebook } from "../run/execute.ts";
import { libraryHash } from "../run/course_version.ts";
import {
  describeRun,
  type Identity,
  keyOf,
  parameterValues,
  setRunInfo,
} from "../run/provenance.ts";
import { storable } from "../run/stored.ts";
import { environment, nameOf, places } from "../run/surroundings.ts";
import { type Notebook, writeNotebook } from "../notebook_file/notebook.ts";
import { messageOf } from "../support/machine.ts";
import type { PlannedRun } from "./plan.ts";
import type { Results } from "./results.ts";

/** What all runs of a sweep have in common. */
export interface SweepContext {
  /** The absolute path of the notebook. */
  path: string;
  /** The absolute path of the folder of the sweep. */
  out: string;
  identity: Identity;
  results: Results;
  jobs: number;
  /** Seconds for a cell. */
  timeout: number;
  /** Bytes for a kernel. */
  memory: number;
  /** Whether failed runs are run again. */
  retry: boolean;
  signal: AbortSignal;
  /** Where the sweep reports to. */
  report: {
    /** A run starts. */
    start(run: PlannedRun): void;
    /** A running cell starts, shows something or ends. */
    update(run: PlannedRun, event: CellEvent): void;
    /** A run has ended, or was found among earlier results. */
    end(run: PlannedRun, row: Run, isNew: boolean): void;
  };
}

/**
 * Does all runs that have no result yet, `jobs` at a time.
 *
 * @returns the results of all, in the order of the runs.
 * @throws the signal's reason when it is aborted; an error when a result cannot be stored, or when
 * the library was changed meanwhile.
 */
export async function doRuns(runs: readonly PlannedRun[], context: SweepContext): Promise<Run[]> {
  const { results, identity, retry, jobs, report } = context;
  const rows = new Map<PlannedRun, Run>();
  const todo: PlannedRun[] = [];
  for (const run of runs) {
    const row = results.get(keyOf(run.notebook, identity));
    if (row === undefined || (retry && !row.ok)) todo.push(run);
    else {
      rows.set(run, row);
      report.end(run, row, false);
    }
  }
  // The first error ends the other runs, too.
  const failed = new AbortController();
  const signal = AbortSignal.any([context.signal, failed.signal]);
  let next = 0;
  const worker = async () => {
    while (next < todo.length) {
      const run = todo[next++];
      signal.throwIfAborted();
      report.start(run);
      const row = await doRun(run, { ...context, signal });
      rows.set(run, row);
      report.end(run, row, true);
    }
  };
  const workers = Array.from({ length: Math.min(jobs, todo.length) }, async () => {
    try {
      await worker();
    } catch (error) {
      failed.abort(error);
      throw error;
    }
  });
  const settled = await Promise.allSettled(workers);
  context.signal.throwIfAborted();
  for (const one of settled) if (one.status === "rejected") throw failed.signal.reason;
  return runs.flatMap((run) => rows.get(run) ?? []);
}

async function doRun(run: PlannedRun, context: SweepContext): Promise<Run> {
  const { path, out, identity, results, timeout, memory, signal, report } = context;
  const name = nameOf(path);
  const begin = performance.now();
  let row: Run, copy: Notebook | undefined;
  try {
    const executed = await executeNotebook(run.notebook, {
      cwd: dirname(path),
      env: environment(identity.data ?? undefined),
      timeout,
      memory,
      signal,
      onCell: (event) => report.update(run, event),
    });
    row = await describeRun(name, executed, identity);
    copy = await storable(executed.notebook, places());
    setRunInfo(copy, row);
  } catch (error) {
    signal.throwIfAborted();
    row = failedRow(run, name, identity, messageOf(error), performance.now() - begin);
  }
  signal.throwIfAborted();
  if (await libraryHash() !== identity.versions.library) {
    throw new Error(
      "sweep: expected the library to stay as it is during a sweep, found it changed; start the " +
        "sweep again: results of the old library do not count",
    );
  }
  if (copy) {
    const folder = join(out, "notebooks");
    await Deno.mkdir(folder, { recursive: true });
    await writeNotebook(join(folder, `${basename(path, ".ipynb")}-${row.key}.ipynb`), copy);
  }
  await results.append(row);
  return row;
}

/** The row of a run whose kernel could not even be started. */
function failedRow(
  { notebook }: PlannedRun,
  name: string,
  identity: Identity,
  error: string,
  milliseconds: number,
): Run {
  const parameters = parameterValues(notebook);
  return {
    key: keyOf(notebook, identity),
    notebook: name,
    parameters,
    seed: typeof parameters.seed === "number" ? parameters.seed : null,
    ok: false,
    error: error.slice(0, 1000),
    recorded: {},
    data: null,
    dataHash: null,
    versions: identity.versions,
    date: new Date().toISOString(),
    seconds: Math.round(milliseconds) / 1000,
    peakMemory: null,
  };
}
