/**
 * The arguments of `deno task run`.
 *
 * @module
 */

import { parseArgs } from "node:util";
import { parseSetting } from "../notebook_file/parameters.ts";
import { fromCaller, UsageError } from "../support/command.ts";

/** What `--help` prints. */
export const USAGE = `Runs notebooks on the Deno kernel, each in a kernel of its own.

deno task run [NOTEBOOK...] [options]      without NOTEBOOK: all in notebooks/, in order

  --set NAME=VALUE   set a parameter of the notebook; can be repeated
  --data SOURCE      choose the data set: auto, mnist, digits or fashion-mnist
  --out DIR          write the executed notebooks to DIR
  --write            store the outputs in the notebooks themselves
  --json             print one line of JSON per notebook, and nothing else
  --timeout SECONDS  stop a cell that takes longer
  --jobs N           run N notebooks at the same time (default 1)
  --types            report type errors of the cells, too
  --help             print this text`;

const SOURCES = ["auto", "mnist", "digits", "fashion-mnist"];

/** The options of the command. */
export interface Options {
  /** Paths as given; empty for all notebooks of the course. */
  notebooks: string[];
  /** Texts of parameters by name. */
  settings: Map<string, string>;
  data: string | undefined;
  /** The absolute path of a folder, or null. */
  out: string | null;
  write: boolean;
  json: boolean;
  help: boolean;
  /** Seconds that a cell may take. */
  timeout: number | undefined;
  /** How many notebooks run at the same time. */
  jobs: number;
  /** Whether type errors are reported, too. */
  types: boolean;
}

/**
 * Reads the arguments of the command.
 *
 * @throws {UsageError | ParameterError} that names the option, and what was expected and found.
 */
export function readOptions(args: string[]): Options {
  const { values, positionals } = parse(args);
  const { set = [], data, out, timeout, jobs = "1", write = false, json = false } = values;
  if (data !== undefined && !SOURCES.includes(data)) {
    throw new UsageError(`--data: expected one of ${SOURCES.join(", ")}, found "${data}"`);
  }
  if (write && set.length > 0) {
    throw new UsageError(
      "--write: expected no --set with it, which would store other parameters in the notebook; " +
        "use --out DIR",
    );
  }
  const settings = new Map<string, string>();
  for (const [name, value] of set.map(parseSetting)) {
    if (settings.has(name)) throw new UsageError(`--set ${name}: expected it once, found it twice`);
    settings.set(name, value);
  }
  return {
    notebooks: positionals,
    settings,
    data,
    out: out === undefined ? null : fromCaller(out),
    write,
    json,
    help: values.help ?? false,
    timeout: timeout === undefined ? undefined : positive("--timeout", timeout),
    jobs: Math.ceil(positive("--jobs", jobs)),
    types: values.types ?? false,
  };
}

function parse(args: string[]) {
  try {
    return parseArgs({
      args,
      allowPositionals: true,
      options: {
        set: { type: "string", multiple: true },
        data: { type: "string" },
        out: { type: "string" },
        timeout: { type: "string" },
        jobs: { type: "string" },
        write: { type: "boolean" },
        json: { type: "boolean" },
        types: { type: "boolean" },
        help: { type: "boolean", short: "h" },
      },
    });
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    throw new UsageError(`${message}\n\n${USAGE}`);
  }
}

function positive(name: string, value: string): number {
  const number = Number(value);
  if (value.trim() !== "" && number > 0 && number < 1e6) return number;
  throw new UsageError(`${name}: expected a number above 0, found "${value}"`);
}
