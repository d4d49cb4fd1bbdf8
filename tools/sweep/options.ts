/** The arguments of `deno task sweep`. */
import { parseArgs } from "node:util";
import { parseSetting } from "../notebook_file/parameters.ts";
import { fromCaller, UsageError } from "../support/command.ts";

/** What `--help` prints. */
export const USAGE = `Runs a notebook with many settings of its parameters.

deno task sweep NOTEBOOK --grid NAME=VALUE,VALUE... --out DIR [options]
deno task sweep --collect DIR... --out DIR

  --grid NAME=A,B,C  values of a parameter; several --grid make all combinations
  --random N         N random settings instead; a value may then be a range, such as
                     learningRate=1e-4..1e-1: logarithmic if it spans a factor of 10 or more,
                     whole numbers if the parameter and both ends are whole
  --seeds N          run each setting with seed = 1 to N
  --set NAME=VALUE   one value for all runs
  --data SOURCE      the data set: auto, mnist, digits or fashion-mnist
  --out DIR          where the results go: DIR/results.jsonl, and executed notebooks
  --jobs N           run N kernels side by side (1)
  --timeout SECONDS  stop a cell that takes longer (3600)
  --memory MIB       stop a run whose kernel takes more (the machine's memory, shared by the jobs)
  --halving NAME=A..B  first run all with the budget NAME=A, keep the better half, double the budget,
                     and so on up to B: successive halving
  --score NAME       the recorded score that --halving compares (validationAccuracy)
  --smaller          a smaller score is better
  --retry            run failed runs again
  --json             print one line of JSON a run
  --emit WHERE       run nothing; write the same sweep as tasks of slurm, kubernetes or parallel
  --image NAME       for kubernetes: the container image of binder/ (mnist-course)
  --only INDEX       run only the run with this index, counted from 0, as emitted tasks do
  --collect          merge the results of folders into one
  --help             print this

Stopped and started again, a sweep continues where it was. What was run before with the same code,
library, data and versions is not run again.`;

const SOURCES = ["auto", "mnist", "digits", "fashion-mnist"];
const SCHEDULERS = ["slurm", "kubernetes", "parallel"] as const;

/** A scheduler for which tasks can be written. */
export type Scheduler = typeof SCHEDULERS[number];

/** What the command is asked to do. */
export interface Options {
  /** The notebook as given; with `collect`, folders. */
  paths: string[];
  /** The texts of values by parameter, in order. */
  grid: Map<string, string[]>;
  settings: Map<string, string>;
  random: number | null;
  seeds: number | null;
  data: string | undefined;
  /** An absolute path. */
  out: string;
  jobs: number;
  timeout: number;
  /** Bytes, or undefined for a share of the machine's memory. */
  memory: number | undefined;
  halving: { name: string; from: number; to: number } | null;
  score: string;
  smaller: boolean;
  retry: boolean;
  json: boolean;
  emit: Scheduler | null;
  image: string;
  only: number | null;
  collect: boolean;
}

/**
 * Reads the arguments of the command.
 * @returns null for `--help`.
 * @throws {UsageError | ParameterError} naming the option, what it expects and what it found.
 */
export function readOptions(args: string[]): Options | null {
  const { values, positionals } = parse(args);
  if (values.help) return null;
  const { data, emit, collect = false } = values;
  if (data !== undefined && !SOURCES.includes(data)) {
    throw new UsageError(`--data: expected one of ${SOURCES.join(", ")}, found "${data}"`);
  }
  const scheduler = SCHEDULERS.find((name) => name === emit) ?? null;
  if (emit !== undefined && scheduler === null) {
    throw new UsageError(`--emit: expected one of ${SCHEDULERS.join(", ")}, found "${emit}"`);
  }
  if (collect ? positionals.length === 0 : positionals.length !== 1) {
    throw new UsageError(
      collect
        ? "--collect: expected the folders of results, found none"
        : `sweep: expected one notebook, found ${positionals.length || "none"}\n\n${USAGE}`,
    );
  }
  if (values.out === undefined) {
    throw new UsageError("sweep: expected --out DIR, found no folder for the results");
  }
  const whole = (name: string, text: string | undefined, least = 1) =>
    text === undefined ? null : wholeNumber(name, text, least);
  const options: Options = {
    paths: positionals,
    grid: readGrid(values.grid ?? []),
    settings: unique("--set", (values.set ?? []).map(parseSetting)),
    random: whole("--random", values.random),
    seeds: whole("--seeds", values.seeds),
    data,
    out: fromCaller(values.out),
    jobs: whole("--jobs", values.jobs) ?? 1,
    timeout: positive("--timeout", values.timeout ?? "3600"),
    memory: values.memory === undefined ? undefined : 2 ** 20 * positive("--memory", values.memory),
    halving: values.halving === undefined ? null : readHalving(values.halving),
    score: values.score ?? "validationAccuracy",
    smaller: values.smaller ?? false,
    retry: values.retry ?? false,
    json: values.json ?? false,
    emit: scheduler,
    image: values.image ?? "mnist-course",
    only: whole("--only", values.only, 0),
    collect,
  };
  if (options.halving && (options.emit || options.only !== null)) {
    throw new UsageError(
      "--halving: expected neither --emit nor --only, whose runs do not wait for each other",
    );
  }
  return options;
}

function parse(args: string[]) {
  const text = { type: "string" } as const;
  const flag = { type: "boolean" } as const;
  const list = { type: "string", multiple: true } as const;
  try {
    return parseArgs({
      args,
      allowPositionals: true,
      options: {
        grid: list,
        set: list,
        random: text,
        seeds: text,
        data: text,
        out: text,
        jobs: text,
        timeout: text,
        memory: text,
        halving: text,
        score: text,
        smaller: flag,
        retry: flag,
        json: flag,
        emit: text,
        image: text,
        only: text,
        collect: flag,
        help: { type: "boolean", short: "h" },
      },
    });
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    throw new UsageError(`${message}\n\n${USAGE}`);
  }
}

function readGrid(texts: readonly string[]): Map<string, string[]> {
  const entries = texts.map((text): [string, string[]] => {
    const [name, values] = parseSetting(text);
    return [name, splitValues(values)];
  });
  return unique("--grid", entries);
}

function unique<Value>(
  option: string,
  entries: readonly (readonly [string, Value])[],
): Map<string, Value> {
  const map = new Map<string, Value>();
  for (const [name, value] of entries) {
    if (map.has(name)) throw new UsageError(`${option} ${name}: expected it once, found it twice`);
    map.set(name, value);
  }
  return map;
}

/** Splits at commas outside of brackets: `[30],[50,100]` are two arrays. */
export function splitValues(text: string): string[] {
  const values: string[] = [];
  let depth = 0, value = "";
  for (const letter of text) {
    if (letter === "[") depth++;
    if (letter === "]") depth--;
    if (letter === "," && depth === 0) {
      values.push(value);
      value = "";
    } else value += letter;
  }
  return [...values, value].map((value) => value.trim()).filter((value) => value !== "");
}

/** A range such as `1e-4..1e-1`, or null. */
export function rangeOf(text: string): { from: number; to: number } | null {
  const [from, to, ...more] = text.split("..").map((end) => end.trim() === "" ? NaN : Number(end));
  return more.length === 0 && from < to && Number.isFinite(to - from) ? { from, to } : null;
}

function readHalving(text: string) {
  const [name, budget] = parseSetting(text);
  const range = rangeOf(budget);
  if (range === null || range.from <= 0) {
    throw new UsageError(
      `--halving ${name}: expected a range above 0 such as epochs=1..8, found "${budget}"`,
    );
  }
  return { name, ...range };
}

function positive(name: string, text: string): number {
  const number = Number(text);
  if (text.trim() !== "" && number > 0 && number < 1e9) return number;
  throw new UsageError(`${name}: expected a number above 0, found "${text}"`);
}

function wholeNumber(name: string, text: string, least: number): number {
  const number = Number(text);
  if (text.trim() !== "" && Number.isInteger(number) && number >= least && number <= 1e6) {
    return number;
  }
  throw new UsageError(`${name}: expected a whole number of at least ${least}, found "${text}"`);
}
