/**
 * `deno task runs DIR`: lists runs that `deno task run --out` and `deno task sweep` stored.
 *
 * @module
 */

import { join, relative } from "node:path";
import { parseArgs } from "node:util";
import { formatTextTable } from "../../lib/data/formats/std_csv.ts";
import { parseRuns, RESULTS_FILE, type Run } from "../../lib/notebook/runs.ts";
import { readNotebook } from "../notebook_file/notebook.ts";
import { runInfoOf } from "../run/provenance.ts";
import { exitWith, fromCaller, UsageError } from "../support/command.ts";
import { messageOf } from "../support/machine.ts";
import { columnsOf, textTable } from "./table.ts";

const USAGE = `Lists stored runs: executed notebooks, and the results of sweeps.

deno task runs DIR... [options]

  --csv     print CSV with all parameters and recorded numbers
  --json    print one line of JSON a run
  --help    print this`;

async function main(args: string[]): Promise<number> {
  const { values, positionals } = parseArgs({
    args,
    allowPositionals: true,
    options: {
      csv: { type: "boolean", default: false },
      json: { type: "boolean", default: false },
      help: { type: "boolean", short: "h", default: false },
    },
  });
  if (values.help) {
    console.log(USAGE);
    return 0;
  }
  if (values.csv && values.json) throw new UsageError("runs: expected --csv or --json, found both");
  if (positionals.length === 0) {
    throw new UsageError("runs: expected the folder of runs, found none: deno task runs DIR");
  }
  const { runs, skipped } = await storedRuns(positionals.map(fromCaller));
  for (const reason of skipped) console.error(`skipped: ${reason}`);
  if (values.json) { for (const run of runs) console.log(JSON.stringify(run)); }
  else if (values.csv) console.log((await formatTextTable(runs.map(columnsOf))).trimEnd());
  else if (runs.length === 0) console.log("No runs there. deno task run --out DIR makes some.");
  else console.log(textTable(runs));
  return 0;
}

/** The runs below some folders, without duplicates, oldest first; and what could not be read. */
export async function storedRuns(
  folders: readonly string[],
): Promise<{ runs: Run[]; skipped: string[] }> {
  const runs = new Map<string, Run>();
  const skipped: string[] = [];
  const add = (run: Run) => {
    const other = runs.get(run.key);
    if (other === undefined || preferred(run, other)) runs.set(run.key, run);
  };
  for (const folder of folders) {
    for (const file of await files(folder)) {
      const name = relative(fromCaller("."), file);
      try {
        if (file.endsWith(".jsonl")) {
          for (const run of parseRuns(await Deno.readTextFile(file), name)) add(run);
        } else {
          const info = runInfoOf(await readNotebook(file));
          if (info === undefined) skipped.push(`${name}: a notebook without a stored run`);
          else for (const run of parseRuns(JSON.stringify(info) + "\n", name)) add(run);
        }
      } catch (error) {
        skipped.push(messageOf(error));
      }
    }
  }
  return { runs: [...runs.values()].sort((a, b) => a.date < b.date ? -1 : 1), skipped };
}

/** Whether a run counts rather than another with the same key: a success, or the later one. */
export function preferred(run: Run, other: Run): boolean {
  return run.ok === other.ok ? run.date > other.date : run.ok;
}

/** The notebooks and results below a folder, or the file itself. */
async function files(path: string): Promise<string[]> {
  const stat = await Deno.stat(path).catch(() => undefined);
  if (stat === undefined) throw new UsageError(`${path}: expected a folder of runs, found nothing`);
  if (stat.isFile) return [path];
  const found: string[] = [];
  for await (const { name, isDirectory } of Deno.readDir(path)) {
    if (name.startsWith(".")) continue;
    if (isDirectory) found.push(...await files(join(path, name)));
    else if (name.endsWith(".ipynb") || name === RESULTS_FILE) found.push(join(path, name));
  }
  return found.sort();
}

if (import.meta.main) await exitWith(main);
