/**
 * The notebooks of a run, read and checked: everything that can be known to go wrong is reported
 * before any of them runs.
 *
 * @module
 */

import { basename, dirname, join } from "node:path";
import { projectPath } from "../../lib/support/paths.ts";
import { configOf } from "../jupyter/lock_file.ts";
import { allNotebooks, findNotebook } from "../notebook_file/find_notebooks.ts";
import {
  codeCells,
  languageOf,
  type Notebook,
  readNotebook,
  sourceText,
} from "../notebook_file/notebook.ts";
import { fillParameters } from "../notebook_file/parameters.ts";
import { UsageError } from "../support/command.ts";
import { messageOf } from "../support/machine.ts";
import { checkWritable } from "../support/write_file.ts";
import type { Options } from "./options.ts";
import { nameOf } from "./surroundings.ts";

/** A notebook to run. */
export interface Job {
  path: string;
  /** What reports call the notebook: its path, relative to the project's folder. */
  name: string;
  notebook: Notebook;
  /** Where the executed copy is written, or null. */
  out: string | null;
}

/** Reads the notebooks and fills in their parameters; returns those that cannot be run, and why. */
export async function loadJobs(
  options: Options,
): Promise<{ jobs: Job[]; failed: { name: string; message: string }[] }> {
  const paths = options.notebooks.length > 0
    ? [...new Set(await Promise.all(options.notebooks.map(findNotebook)))]
    : await allNotebooks();
  const jobs: Job[] = [];
  const failed: { name: string; message: string }[] = [];
  for (const path of paths) {
    try {
      jobs.push(await loadJob(path, options, jobs));
    } catch (error) {
      // Reports name the notebook themselves.
      failed.push({ name: nameOf(path), message: messageOf(error).replace(`${path}: `, "") });
    }
  }
  return { jobs, failed };
}

async function loadJob(path: string, options: Options, jobs: readonly Job[]): Promise<Job> {
  const out = options.out === null ? null : join(options.out, basename(path));
  const other = out === null ? undefined : jobs.find((job) => job.out === out);
  if (other) throw new UsageError(`--out: expected one file a notebook, found ${other.name} too`);
  if (out === path) {
    throw new UsageError("--out: expected another folder than the notebook's; see --write");
  }
  const notebook = await readNotebook(path);
  await checkNotebook(notebook, dirname(path));
  if (out !== null) await checkWritable(out);
  if (options.write) await checkWritable(path);
  return { path, name: nameOf(path), notebook: fillParameters(notebook, options.settings), out };
}

/** @throws {UsageError} for a notebook in another language, or one that cannot import the library. */
export async function checkNotebook(notebook: Notebook, folder: string): Promise<void> {
  checkLanguage(notebook);
  await checkImports(notebook, folder);
}

function checkLanguage(notebook: Notebook): void {
  const language = languageOf(notebook);
  if (["", "typescript", "javascript"].includes(language)) return;
  throw new UsageError(
    `expected a notebook of TypeScript cells, found one of ${language}; ` +
      "for TypeScript cells, choose the kernel Deno in Jupyter and save the notebook",
  );
}

/** The name "mnist" has its meaning from the course's deno.json, in and below its folder. */
async function checkImports(notebook: Notebook, folder: string): Promise<void> {
  const importing = codeCells(notebook).find((cell) =>
    /\b(?:from|import)\s*\(?\s*["']mnist["']/.test(sourceText(cell))
  );
  if (importing === undefined) return;
  const config = configOf(folder);
  if (config !== undefined && (await Deno.readTextFile(config)).includes('"mnist"')) return;
  throw new UsageError(
    `cell ${importing.id}: expected "mnist" to be known in ${folder}, found no deno.json that ` +
      `names it; move the notebook into ${projectPath("notebooks")}`,
  );
}
