/**
 * `deno task export`: notebooks as pages and slides to hand out, which need no network.
 *
 * @module
 */

import { basename, dirname, extname, join, relative } from "node:path";
import { parseArgs } from "node:util";
import { projectRoot } from "../../lib/support/paths.ts";
import { exitWith } from "../support/command.ts";
import { allNotebooks, findNotebook } from "../notebook_file/find_notebooks.ts";
import { jupyterEnvironment, jupyterFolder } from "../kernelspec/kernelspec.ts";
import { findServer, type Server } from "../lab/jupyter.ts";
import { isFile, perform, thisMachine } from "../support/machine.ts";
import { writeTemplates } from "../kernelspec/templates.ts";
import { readNotebook } from "../notebook_file/notebook.ts";
import { fromCaller, UsageError } from "../run/options.ts";

const USAGE = `Exports notebooks to files that open in any browser, without a network or Jupyter.

deno task export [NOTEBOOK...] [options]      without NOTEBOOK: all of notebooks/

  --to FORMAT   html for a page to read, slides for a deck to show; otherwise both
  --out DIR     write the files there; otherwise into runs/export
  --help        print this

The outputs are those that the notebook holds: no cell is run.`;

/** What nbconvert calls the formats, and how their files end. */
const ENDINGS = { html: ".html", slides: ".slides.html" };

type Format = keyof typeof ENDINGS;

/** What the command line asks for. */
interface Wishes {
  /** Absolute paths. */
  notebooks: string[];
  formats: Format[];
  /** The absolute path of a folder. */
  out: string;
}

async function wishes(args: string[]): Promise<Wishes | "help"> {
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
  // A notebook that is none is refused before anything is written, and before Python starts.
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
  // In an environment of ours, a module of its Python.
  if (args.includes("-m")) return { program, args: [...args.slice(0, -1), "nbconvert"] };
  const name = `jupyter-nbconvert${extname(program)}`;
  for (const path of [program, Deno.realPathSync(program)]) {
    const beside = join(dirname(path), name);
    if (isFile(beside)) return { program: beside, args: [] };
  }
  throw new Error(`export: expected ${name} beside ${program}, found none`);
}

async function main(args: string[]): Promise<number> {
  const wish = await wishes(args);
  if (wish === "help") {
    console.log(USAGE);
    return 0;
  }
  const { notebooks, formats, out } = wish;
  const machine = thisMachine();
  await writeTemplates(jupyterFolder());
  const nbconvert = nbconvertOf(await findServer(machine));
  for (const format of formats) {
    const options = ["--log-level=ERROR", "--to", format, "--output-dir", out];
    await perform(machine, nbconvert.program, [...nbconvert.args, ...options, ...notebooks], {
      env: jupyterEnvironment(),
    });
    for (const notebook of notebooks) {
      const file = join(out, basename(notebook, ".ipynb") + ENDINGS[format]);
      const megabytes = ((await Deno.stat(file)).size / 1e6).toFixed(1);
      console.log(`${relative(fromCaller("."), file)}  ${megabytes} MB`);
    }
  }
  return 0;
}

if (import.meta.main) await exitWith(main);
