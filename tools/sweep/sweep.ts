/**
 * `deno task sweep`: runs a notebook with many settings, and keeps the results.
 *
 * @module
 */

import { dirname } from "node:path";
import { readMnist } from "../../lib/data/sets/mnist.ts";
import { progress } from "../../lib/notebook/progress.ts";
import { type Run } from "../../lib/notebook/runs.ts";
import { processEnvironment } from "../../lib/support/environment.ts";
import { checkDenoVersion } from "../jupyter/kernel_process.ts";
import { findNotebook } from "../notebook_file/find_notebooks.ts";
import { codeCells, type Notebook, readNotebook, sourceText } from "../notebook_file/notebook.ts";
import { checkNotebook } from "../run/jobs.ts";
import { identityHere } from "../run/provenance.ts";
import { stopOnSignals, Stopped } from "../run/signals.ts";
import { storedRuns } from "../runs/runs.ts";
import { textTable } from "../runs/table.ts";
import { fromCaller, UsageError } from "../support/command.ts";
import { emit } from "./emit.ts";
import { betterHalf, budgets, settingKey } from "./halving.ts";
import { type Options, readOptions, USAGE } from "./options.ts";
import { type PlannedRun, planRuns } from "./plan.ts";
import { Report } from "./report.ts";
import { Results } from "./results.ts";
import { doRuns, type SweepContext } from "./work.ts";

async function main(args: string[]): Promise<number> {
  const options = readOptions(args);
  if (options === null) {
    console.log(USAGE);
    return 0;
  }
  if (options.collect) return await collect(options);
  checkDenoVersion(Deno.version.deno);
  const path = await findNotebook(options.paths[0]);
  const notebook = await readNotebook(path);
  await checkNotebook(notebook, dirname(path));
  const { halving, only } = options;
  const budget = halving === null ? [] : budgets(halving.from, halving.to);
  const more = halving === null ? new Map() : new Map([[halving.name, `${budget[0]}`]]);
  if (halving && options.grid.has(halving.name)) {
    throw new UsageError(`--halving ${halving.name}: expected no --grid of the same name`);
  }
  let runs = planRuns(notebook, options, more);
  if (options.emit) {
    console.log(await emit(options.emit, options, path, runs.length));
    return 0;
  }
  if (only !== null) {
    if (only >= runs.length) {
      throw new UsageError(`--only: expected an index of 0 to ${runs.length - 1}, found ${only}`);
    }
    runs = [runs[only]];
  }

  const signal = stopOnSignals();
  using results = await Results.open(options.out);
  const identity = await identityHere(await dataSource(notebook, options.data));
  const report = new Report(runs.length, options.jobs);
  const { jobs, timeout, retry, memory = memoryShare(options.jobs), out } = options;
  const context: SweepContext = {
    path,
    out,
    identity,
    results,
    jobs,
    timeout,
    memory,
    retry,
    signal,
    report,
  };
  let rows: Run[] = [];
  try {
    rows = await doRuns(runs, context);
    for (const value of budget.slice(1)) {
      const scored = runs.map(({ settings }, i) => ({ settings, row: rows[i] }));
      const better = betterHalf(scored, options.score, options.smaller);
      report.say(`${better.size} settings go on with ${halving?.name} ${value}`);
      const kept = planRuns(notebook, options, new Map([[halving?.name ?? "", `${value}`]]))
        .filter(({ settings }: PlannedRun) => better.has(settingKey(settings)));
      report.expect(kept.length);
      runs = runs.filter(({ settings }) => better.has(settingKey(settings)));
      rows = await doRuns(kept, context);
    }
  } finally {
    report.close();
  }
  if (options.json) { for (const row of rows) console.log(JSON.stringify(row)); }
  else console.log(textTable(rows));
  return rows.every(({ ok }) => ok) ? 0 : 1;
}

/** The data set for all runs, so that none of them falls back to another one by itself. */
async function dataSource(notebook: Notebook, asked: string | undefined): Promise<string | null> {
  if (asked !== undefined && asked !== "auto") return asked;
  if (!codeCells(notebook).some((cell) => sourceText(cell).includes("loadMnist"))) return null;
  const environment = (name: string) =>
    name === "MNIST_SOURCE" && asked === "auto" ? undefined : processEnvironment(name);
  const { mnist, failure } = await readMnist({ source: "auto" }, { environment, progress });
  if (failure) console.error(`MNIST is unavailable: all runs use the embedded digits.`);
  return mnist.source;
}

/** The memory for each of the jobs: four fifths of what is free now. */
function memoryShare(jobs: number): number {
  return Math.floor(0.8 * Deno.systemMemoryInfo().available / jobs);
}

/** Merges the results of folders into one; of duplicates, successes and then later runs count. */
async function collect({ paths, out }: Options): Promise<number> {
  const { runs, skipped } = await storedRuns(paths.map(fromCaller));
  for (const reason of skipped) console.error(`skipped: ${reason}`);
  using results = await Results.open(out);
  let added = 0;
  for (const run of runs) {
    const known = results.get(run.key);
    if (known !== undefined && (known.ok || !run.ok)) continue;
    await results.append(run);
    added++;
  }
  const all = results.all();
  console.log(`${added} new results, ${all.length} in all`);
  if (all.length > 0) console.log(textTable(all));
  return 0;
}

try {
  Deno.exit(await main(Deno.args));
} catch (error) {
  const isExpected = error instanceof Stopped || error instanceof UsageError ||
    (error instanceof Error && ["ParameterError", "KernelError", "DataError"].includes(error.name));
  console.error(isExpected && error instanceof Error ? error.message : error);
  if (error instanceof Stopped) console.error("The same command continues the sweep.");
  Deno.exit(error instanceof Stopped ? error.code : 1);
}
