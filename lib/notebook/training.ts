/** Callbacks for `model.fit` that show how a training goes. */
import type { Callback, Logs } from "../model/callbacks.ts";
import { onlyKnown } from "../support/names.ts";
import { type LiveChart, liveChart } from "./live.ts";
import { type Progress, progress } from "./progress.ts";

/**
 * A callback that shows a progress bar over all epochs, with the loss and the other results.
 *
 * @example
 * ```ts
 * import { layers, sequential, trainingProgress, zeros } from "mnist";
 *
 * const model = sequential({ layers: [layers.dense({ inputShape: [2], units: 1 })] });
 * model.compile({ optimizer: "sgd", loss: "meanSquaredError" });
 * await model.fit(zeros([8, 2]), zeros([8, 1]), { callbacks: [trainingProgress()] });
 * ```
 */
export function trainingProgress(): Callback {
  let bar: Progress | undefined, before = 0;
  return {
    onTrainBegin({ epochs, steps }) {
      bar = progress(epochs * steps, { label: "training", unit: "steps" });
      before = 0;
    },
    onBatchEnd: (batch, logs) => bar?.update(before + batch, words(logs)),
    onEpochEnd(epoch, logs, { steps }) {
      before = epoch * steps;
      bar?.update(before, words(logs));
    },
    onTrainEnd: () => bar?.finish(),
  };
}

function words(logs: Logs): string {
  return Object.entries(logs).map(([name, value]) => `${name} ${value.toFixed(4)}`).join(", ");
}

/** The panel and the line that show a result: `valLoss` is the line "loss, validation" of "loss". */
function placeOf(result: string): { panel: string; line: string } {
  const isValidation = /^val[A-Z]/.test(result);
  const panel = isValidation ? result[3].toLowerCase() + result.slice(4) : result;
  return { panel, line: `${panel}, ${isValidation ? "validation" : "training"}` };
}

/**
 * A callback that draws loss and metrics as a chart that grows during the training: a line for
 * training, each point the mean since the point before, and a point after each epoch for validation.
 *
 * With dropout, training is harder than validation, so that validation may look better.
 *
 * @param options `title` of the chart, by default "Learning"; `every` so many steps the training
 *   lines get a point, by default 20 times an epoch.
 *
 * @example
 * ```ts
 * import { layers, liveCurve, sequential, zeros } from "mnist";
 *
 * const model = sequential({ layers: [layers.dense({ inputShape: [2], units: 1 })] });
 * model.compile({ optimizer: "sgd", loss: "meanSquaredError" });
 * await model.fit(zeros([8, 2]), zeros([8, 1]), { callbacks: [liveCurve({ title: "Loss" })] });
 * ```
 */
export function liveCurve(options: { title?: string; every?: number } = {}): Callback {
  onlyKnown("liveCurve", options, ["title", "every"]);
  let chart: LiveChart | undefined, every = 1, epochsBefore = 0;
  /** The sums of the epoch up to the last point. */
  let sums: Logs = { loss: 0 }, steps = 0;
  const add = (x: number, results: readonly [name: string, value: number][]): void =>
    chart?.add(x, Object.fromEntries(results.map(([name, y]) => [placeOf(name).line, y])));
  return {
    async onTrainBegin(run) {
      every = options.every ?? Math.max(1, Math.round(run.steps / 20));
      epochsBefore = 0;
      const panels: Record<string, string[]> = {};
      for (const { panel, line } of run.metrics.map(placeOf)) (panels[panel] ??= []).push(line);
      chart = await liveChart({ title: options.title ?? "Learning", xTitle: "epoch", panels });
    },
    onEpochBegin(epoch) {
      epochsBefore = epoch - 1;
      [sums, steps] = [{ loss: 0 }, 0];
    },
    onBatchEnd(batch, logs, run) {
      if (batch % every !== 0 && batch !== run.steps) return;
      const next: Logs = { loss: 0 };
      const means = Object.entries(logs).map(([name, mean]): [string, number] => {
        next[name] = mean * batch;
        return [name, (next[name] - (sums[name] ?? 0)) / (batch - steps)];
      });
      [sums, steps] = [next, batch];
      add(epochsBefore + batch / run.steps, means);
    },
    onEpochEnd(epoch, logs) {
      add(epoch, Object.entries(logs).filter(([name]) => placeOf(name).panel !== name));
    },
    onTrainEnd: () => chart?.finish(),
  };
}
