/**
 * `deno task export`: notebooks as pages and slides that need no network.
 *
 * @module
 */

import { basename, dirname, extname, join, relative } from "node:path";
import { parseArgs } from "node:util";
import { projectRoot } from "../../lib/support/paths.ts";
import { exitWith, fromCaller, UsageError } from "../support/command.ts";
import { allNotebooks, findNotebook } from "../notebook_file/find_notebooks.ts";
import {
  jupyterEnvironment,
  jupyterFolder,
  prepareJupyterFolder,
} from "../kernelspec/jupyter_folder.ts";
import { type Server, useServer } from "../lab/jupyter.ts";
import { isFile, messageOf, perform, thisMachine } from "../support/machine.ts";
import { writeTemplates } from "../kernelspec/templates.ts";
import { readNotebook } from "../notebook_file/notebook.ts";

const USAGE = `Exports notebooks to files that open in any browser, without a network or Jupyter.

deno task export [NOTEBOOK...] [options]      without NOTEBOOK: all of notebooks/

  --to FORMAT   html for pages, slides for slides (default: both)
  --out DIR     write the files to this folder (default: runs/export)
  --help        print this

The files contain the stored outputs of the notebooks: no cell is run.`;

/** nbconvert's names of the formats, and the endings of its files. */
const ENDINGS = { html: ".html", slides: ".slides.html" };

type Format = keyof typeof ENDINGS;

/** The options of the command line. */
interface Options {
  /** Absolute paths. */
  notebooks: string[];
  formats: Format[];
  /** The absolute path of a folder. */
  out: string;
}

async function parseOptions(args: string[]): Promise<Options | "help"> {
  const { values, positionals } = parseArgs({
    args,
    allowPositionals: true,
    options: {
      to: { type: "string" },
      out: { type: "string" },
      help: { type: "boolean", short: "h", default: false },
    },
  });
  if (values.help) return "help";
  const { to, out } = values;
  if (to !== undefined && !isFormat(to)) {
    throw new UsageError(`--to: expected html or slides, found ${to}`);
  }
  const notebooks = positionals.length > 0
    ? await Promise.all(positionals.map(findNotebook))
    : await allNotebooks();
  const twice = notebooks.find((path, i) =>
    notebooks.slice(0, i).some((other) => basename(other) === basename(path))
  );
  if (twice !== undefined) {
    throw new UsageError(
      `export: expected notebooks of different names, found two ${basename(twice)}`,
    );
  }
  // A damaged notebook is refused before anything is written, and before Python starts.
  await Promise.all(notebooks.map(readNotebook));
  return {
    notebooks,
    formats: to === undefined ? ["html", "slides"] : [to],
    out: out === undefined ? join(projectRoot, "runs", "export") : fromCaller(out),
  };
}

function isFormat(name: string): name is Format {
  return name in ENDINGS;
}

/** How to start nbconvert, which every Jupyter server needs and so brings along. */
function nbconvertOf(server: Server): { program: string; args: string[] } {
  const { program, args } = server;
  // In an environment of ours it is a module of the environment's Python.
  if (args.includes("-m")) return { program, args: [...args.slice(0, -1), "nbconvert"] };
  const name = `jupyter-nbconvert${extname(program)}`;
  for (const path of [program, Deno.realPathSync(program)]) {
    const beside = join(dirname(path), name);
    if (isFile(beside)) return { program: beside, args: [] };
  }
  throw new Error(`export: expected ${name} beside ${program}, found none`);
}

/** Creates a folder in `out` for unfinished files: what is in `out` itself is always whole. */
async function makeUnfinishedFolder(out: string): Promise<string> {
  try {
    await Deno.mkdir(out, { recursive: true });
    return await Deno.makeTempDir({ dir: out, prefix: ".unfinished-" });
  } catch (cause) {
    throw new Error(
      `export: expected a folder that can be written to, found ${out} (${messageOf(cause)}). ` +
        "Name another one with --out.",
      { cause },
    );
  }
}

async function main(args: string[]): Promise<number> {
  const options = await parseOptions(args);
  if (options === "help") {
    console.log(USAGE);
    return 0;
  }
  const { notebooks, formats, out } = options;
  const machine = thisMachine();
  await prepareJupyterFolder();
  await writeTemplates(jupyterFolder());
  const unfinished = await makeUnfinishedFolder(out);
  try {
    const { program, args } = await useServer(machine, nbconvertOf);
    for (const format of formats) {
      const flags = ["--log-level=ERROR", "--to", format, "--output-dir", unfinished];
      await perform(machine, program, [...args, ...flags, ...notebooks], {
        env: jupyterEnvironment(),
        showErrors: false,
      });
      for (const notebook of notebooks) {
        const name = basename(notebook, ".ipynb") + ENDINGS[format];
        const file = join(out, name);
        await Deno.rename(join(unfinished, name), file);
        const megabytes = ((await Deno.stat(file)).size / 1e6).toFixed(1);
        console.log(`${relative(fromCaller("."), file)}  ${megabytes} MB`);
      }
    }
  } finally {
    await Deno.remove(unfinished, { recursive: true });
  }
  return 0;
}

if (import.meta.main) await exitWith(main);
