/**
 * `deno task exercises`: the notebooks of the course as a teacher hands them out.
 *
 * @module
 */

import { basename, dirname, join, relative } from "node:path";
import { parseArgs } from "node:util";
import { exercises } from "../../exercises/mod.ts";
import { allNotebooks, findNotebook } from "../notebook_file/find_notebooks.ts";
import { readNotebook, writeNotebook } from "../notebook_file/notebook.ts";
import { exitWith, fromCaller, UsageError } from "../support/command.ts";
import { editionOf } from "./edition.ts";

const USAGE = `Writes the notebooks for a class: without stored outputs, with empty answers.

deno task exercises [NOTEBOOK...] --out DIR [options]      without NOTEBOOK: all of notebooks/

  --out DIR     write the notebooks to this folder
  --solutions   write the worked solutions in place of the empty answers
  --nbgrader    make each exercise two cells, an answer and a locked check, for nbgrader
  --help        print this

Students put the notebooks in the folder notebooks/ of their course: cells import the code beside it.`;

async function main(args: string[]): Promise<number> {
  const { values, positionals } = parseArgs({
    args,
    allowPositionals: true,
    options: {
      out: { type: "string" },
      solutions: { type: "boolean", default: false },
      nbgrader: { type: "boolean", default: false },
      help: { type: "boolean", short: "h", default: false },
    },
  });
  if (values.help) {
    console.log(USAGE);
    return 0;
  }
  if (values.out === undefined) {
    throw new UsageError("exercises: expected --out DIR, found no folder to write to");
  }
  const out = fromCaller(values.out);
  const paths = positionals.length > 0
    ? await Promise.all(positionals.map(findNotebook))
    : await allNotebooks();
  for (const path of paths) {
    if (dirname(path) === out) {
      throw new UsageError(`--out: expected another folder than that of ${basename(path)}`);
    }
  }
  // All are made before the first is written.
  const editions = await Promise.all(paths.map(async (path) => ({
    file: join(out, basename(path)),
    notebook: editionOf(await readNotebook(path), exercises, values),
  })));
  await Deno.mkdir(out, { recursive: true });
  for (const { file, notebook } of editions) {
    await writeNotebook(file, notebook);
    console.log(relative(fromCaller("."), file));
  }
  return 0;
}

if (import.meta.main) await exitWith(main);
