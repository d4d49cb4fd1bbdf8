/**
 * `deno task run`: runs notebooks on the Deno kernel, without Python.
 *
 * @module
 */

import { dirname } from "node:path";
import { printable } from "../../lib/support/printable.ts";
import { executeNotebook } from "./execute.ts";
import { describe } from "../jupyter/failure.ts";
import { checkDenoVersion } from "../jupyter/kernel_process.ts";
import {
  barProgress,
  errorLine,
  jsonLine,
  lineProgress,
  type Progress,
  type ReportedError,
  type Result,
  silentProgress,
  table,
} from "./report.ts";
import { recordedIn } from "../notebook_file/scraps.ts";
import type { Notebook } from "../notebook_file/notebook.ts";
import { type Job, loadJobs } from "./jobs.ts";
import { save } from "./save.ts";
import { stopOnSignals, Stopped } from "./signals.ts";
import { environment } from "./surroundings.ts";
import { type Options, readOptions, USAGE } from "./options.ts";
import { UsageError } from "../support/command.ts";
import { messageOf } from "../support/machine.ts";

async function main(args: string[]): Promise<number> {
  const options = readOptions(args);
  if (options.help) {
    console.log(USAGE);
    return 0;
  }
  checkDenoVersion(Deno.version.deno);
  const { jobs, failed } = await loadJobs(options);
  if (failed.length > 0) {
    // Nothing is run: with one wrong name or path, half of the results would be missing.
    for (const { name, message } of failed) {
      announce(failure(name, message), options, silentProgress());
    }
    return 1;
  }

  const stop = stopOnSignals();
  const progress = options.json
    ? silentProgress()
    : Deno.stderr.isTerminal()
    ? barProgress()
    : lineProgress();
  const what = jobs.length === 1 ? jobs[0].name : `${jobs.length} notebooks`;
  if (!options.json) progress.say(`Running ${what} on the Deno kernel.`);
  let results: Result[];
  try {
    results = await inOrder(
      jobs,
      options.jobs,
      (job) => runJob(job, options, progress, stop),
      (result) => announce(result, options, progress),
    );
  } finally {
    progress.close();
  }
  if (!options.json) console.log(table(results));
  return results.every((result) => result.ok) ? 0 : 1;
}

async function runJob(
  job: Job,
  options: Options,
  progress: Progress,
  signal: AbortSignal,
): Promise<Result> {
  const begin = performance.now();
  const { path, name, notebook } = job;
  try {
    const ran = await executeNotebook(notebook, {
      cwd: dirname(path),
      env: environment(options.data),
      timeout: options.timeout,
      signal,
      onCell: (event) => progress.update(name, event),
    });
    const { notebook: executed, failure, seconds } = ran;
    await save(ran, job, options.write && !failure);
    const found = options.types ? await typeErrorsOf(executed, dirname(path)) : undefined;
    const result = {
      notebook: name,
      ok: !failure && !found?.length,
      seconds,
      ...recordedIn(executed),
      ...found && { typeErrors: found },
    };
    if (!failure) return result;
    const { cell, id, line } = failure;
    return { ...result, error: { cell, id, line, message: describe(failure) } };
  } catch (error) {
    if (signal.aborted) throw error;
    return { ...failure(name, messageOf(error)), seconds: (performance.now() - begin) / 1000 };
  }
}

/** The type errors of a notebook; the compiler is loaded only now. */
async function typeErrorsOf(notebook: Notebook, folder: string): Promise<ReportedError[]> {
  const { typeErrors } = await import("../language/whole_notebook.ts");
  return await typeErrors(notebook, folder);
}

/** Does `width` jobs at a time, and passes on the results in the order of the jobs. */
async function inOrder<Job, Result>(
  jobs: Job[],
  width: number,
  work: (job: Job) => Promise<Result>,
  done: (result: Result) => void,
): Promise<Result[]> {
  const results: Result[] = new Array(jobs.length);
  let next = 0;
  let reported = 0;
  const worker = async () => {
    while (next < jobs.length) {
      const index = next++;
      results[index] = await work(jobs[index]);
      while (reported in results) done(results[reported++]);
    }
  };
  await Promise.all(Array.from({ length: Math.min(width, jobs.length) }, worker));
  return results;
}

function announce(result: Result, options: Options, progress: Progress): void {
  if (options.json) console.log(jsonLine(result));
  for (const error of [...result.typeErrors ?? [], ...result.error ? [result.error] : []]) {
    progress.say(errorLine(result.notebook, error));
  }
}

function failure(name: string, message: string): Result {
  const reported = { cell: null, id: null, line: null, message };
  return { notebook: name, ok: false, data: null, seconds: 0, scraps: {}, error: reported };
}

try {
  Deno.exit(await main(Deno.args));
} catch (error) {
  const isExpected = error instanceof Stopped || error instanceof UsageError ||
    (error instanceof Error && ["ParameterError", "KernelError"].includes(error.name));
  console.error(printable(isExpected ? messageOf(error) : Deno.inspect(error)));
  Deno.exit(error instanceof Stopped ? error.code : 1);
}
