/**
 * Successive halving: all settings with a small budget, then the better half with twice as much, and
 * so on. Source: K. Jamieson and A. Talwalkar, "Non-stochastic Best Arm Identification and
 * Hyperparameter Optimization", 2016.
 */
import type { Run } from "../../lib/notebook/runs.ts";
import { UsageError } from "../support/command.ts";
import type { Settings } from "./plan.ts";

/** The budgets of the rounds: doubled from the first to the last. */
export function budgets(from: number, to: number): number[] {
  const all = [from];
  while (all[all.length - 1] < to) all.push(Math.min(to, 2 * all[all.length - 1]));
  return all;
}

/** A setting without its seed, as a key. */
export function settingKey(settings: Settings): string {
  return JSON.stringify([...settings].filter(([name]) => name !== "seed"));
}

/**
 * The keys of the better half of the settings, rounded up, by the mean of a recorded score over the
 * seeds. A setting with a failed run is out.
 *
 * @throws {UsageError} when no successful run has recorded the score; it lists what was recorded.
 */
export function betterHalf(
  scored: readonly { settings: Settings; row: Run }[],
  score: string,
  smaller: boolean,
): Set<string> {
  const groups = Map.groupBy(scored, ({ settings }) => settingKey(settings));
  const means = [...groups].flatMap(([key, group]) => {
    const scores = group.map(({ row }) => row.ok ? Number(row.recorded[score] ?? NaN) : NaN);
    const mean = scores.reduce((sum, value) => sum + value, 0) / scores.length;
    return Number.isNaN(mean) ? [] : [{ key, mean }];
  });
  if (means.length === 0) {
    const names = new Set(scored.flatMap(({ row }) => Object.keys(row.recorded)));
    throw new UsageError(
      `--score: expected runs that record the number ${score}, found ${
        names.size === 0 ? "no records" : `the records ${[...names].join(", ")}`
      }`,
    );
  }
  means.sort((a, b) => smaller ? a.mean - b.mean : b.mean - a.mean);
  return new Set(means.slice(0, Math.ceil(groups.size / 2)).map(({ key }) => key));
}
