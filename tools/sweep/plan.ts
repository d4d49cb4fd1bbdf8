/** The runs of a sweep: settings of the parameters, checked against the notebook. */
import { Random } from "../../lib/tensor/random.ts";
import type { Notebook } from "../notebook_file/notebook.ts";
import {
  fillParameters,
  type Parameter,
  ParameterError,
  parametersOf,
} from "../notebook_file/parameters.ts";
import { UsageError } from "../support/command.ts";
import { type Options, rangeOf } from "./options.ts";

/** The texts of parameters by name. */
export type Settings = ReadonlyMap<string, string>;

/** One run to do. */
export interface PlannedRun {
  /** Its place in the sweep, counted from 0. */
  index: number;
  /** What differs between the runs, with the seed. */
  settings: Settings;
  /** The notebook with these values in its parameters cell. */
  notebook: Notebook;
}

/** So many runs are a mistake. */
const MOST_RUNS = 100_000;

type Asked = Pick<Options, "grid" | "settings" | "random" | "seeds">;

/**
 * The runs of a sweep, in order: all settings, each with all seeds.
 *
 * @param more more settings for all runs.
 * @throws {UsageError | ParameterError} that list what the notebook has, before anything runs.
 */
export function planRuns(notebook: Notebook, asked: Asked, more: Settings = new Map()) {
  const parameters = parametersOf(notebook);
  checkNames(asked, parameters);
  const settings = asked.random === null
    ? allCombinations(asked.grid)
    : randomSettings(asked.grid, asked.random, parameters);
  const seeds = asked.seeds === null ? [] : Array.from({ length: asked.seeds }, (_, i) => i + 1);
  const count = settings.length * Math.max(1, seeds.length);
  if (count > MOST_RUNS) {
    throw new UsageError(`sweep: expected at most ${MOST_RUNS} runs, found ${count}`);
  }
  const withSeeds = settings.flatMap((setting) =>
    seeds.length === 0
      ? [setting]
      : seeds.map((seed): Settings => new Map([...setting, ["seed", `${seed}`]]))
  );
  return withSeeds.map((settings, index): PlannedRun => ({
    index,
    settings,
    notebook: fill(notebook, new Map([...asked.settings, ...settings, ...more])),
  }));
}

/** Fills in parameters; messages name no option, for the value can come from several. */
function fill(notebook: Notebook, settings: Map<string, string>): Notebook {
  try {
    return fillParameters(notebook, settings);
  } catch (error) {
    if (!(error instanceof ParameterError)) throw error;
    throw new ParameterError(error.message.replace(/^--set /, "sweep: "));
  }
}

function checkNames({ grid, settings, random, seeds }: Asked, parameters: Parameter[]): void {
  const all = parameters.map(({ name, value }) => `${name} = ${JSON.stringify(value)}`).join(", ");
  const there = `; the notebook's parameters are ${all || "none"}`;
  if (grid.size === 0 && seeds === null) {
    throw new UsageError(
      `sweep: expected --grid NAME=VALUE,VALUE or --seeds N, found none${there}`,
    );
  }
  for (const [name, values] of grid) {
    if (values.length === 0) {
      throw new UsageError(
        `--grid ${name}: expected values such as ${name}=1,2, found none${there}`,
      );
    }
    if (settings.has(name)) {
      throw new UsageError(`--grid ${name}: expected no --set ${name} beside it, found one`);
    }
    const parameter = parameters.find((parameter) => parameter.name === name);
    for (const value of values) {
      if (typeof parameter?.value !== "number" || !value.includes("..")) continue;
      if (rangeOf(value) === null) {
        throw new UsageError(`--grid ${name}: expected a range such as 0..0.5, found "${value}"`);
      }
      if (random === null) {
        throw new UsageError(
          `--grid ${name}: expected values, found the range "${value}", which needs --random N`,
        );
      }
    }
  }
  if (seeds === null) return;
  if (grid.has("seed") || settings.has("seed")) {
    throw new UsageError("--seeds: expected no other values for seed, found --grid or --set seed");
  }
  if (!parameters.some(({ name }) => name === "seed")) {
    throw new UsageError(
      `--seeds: expected a notebook with the parameter seed, found none${there}`,
    );
  }
}

function allCombinations(grid: ReadonlyMap<string, string[]>): Settings[] {
  let all: Settings[] = [new Map()];
  for (const [name, values] of grid) {
    if (all.length * values.length > MOST_RUNS) {
      throw new UsageError(`sweep: expected at most ${MOST_RUNS} runs, found more`);
    }
    const distinct = [...new Set(values)];
    all = all.flatMap((settings) =>
      distinct.map((value): Settings => new Map([...settings, [name, value]]))
    );
  }
  return all;
}

/** Settings drawn from a fixed seed, so that the same sweep has the same runs. */
function randomSettings(
  grid: ReadonlyMap<string, string[]>,
  count: number,
  parameters: Parameter[],
): Settings[] {
  const random = new Random(1);
  const isWhole = (name: string) =>
    Number.isInteger(parameters.find((parameter) => parameter.name === name)?.value);
  const all = new Map<string, Settings>();
  // Of a small grid, fewer than `count` settings may exist.
  for (let tries = 0; all.size < count && tries < 20 * count; tries++) {
    const settings = new Map<string, string>();
    for (const [name, values] of grid) {
      const value = values[Math.floor(random.uniform() * values.length)];
      const range = value.includes("..") ? rangeOf(value) : null;
      settings.set(name, range === null ? value : `${sample(range, isWhole(name), random)}`);
    }
    all.set(JSON.stringify([...settings]), settings);
  }
  return [...all.values()];
}

/** A number of a range: uniform in its logarithm if the range spans a factor of 10 or more. */
function sample({ from, to }: { from: number; to: number }, whole: boolean, random: Random) {
  const share = random.uniform();
  const value = from > 0 && to / from >= 10
    ? from * (to / from) ** share
    : from + (to - from) * share;
  if (whole && Number.isInteger(from) && Number.isInteger(to)) return Math.round(value);
  return Math.min(to, Math.max(from, Number(value.toPrecision(4))));
}
