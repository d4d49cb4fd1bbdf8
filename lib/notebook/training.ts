/** What a person sees while a model learns: callbacks for `model.fit`. */
import type { Callback, FitRun, Logs } from "../model/callbacks.ts";
import { onlyKnown } from "../support/names.ts";
import { type LiveChart, liveChart, type LiveOptions } from "./live.ts";
import { type Progress, progress } from "./progress.ts";

/** A bar over all epochs, with the loss and whatever else is measured. */
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

/** What {@link liveCurve} can be told. */
export interface LiveCurveOptions {
  /** What stands above the chart. */
  readonly title?: string;
  /** How often the training line gets a point, in steps: 20 points an epoch unless told otherwise. */
  readonly every?: number;
  /** Who draws it: {@link liveChart} unless told otherwise. */
  readonly draw?: (options: LiveOptions) => Promise<LiveChart>;
}

/** The lines of each panel, by the name of the result that they show. */
const PANELS = {
  loss: { loss: "loss, training", valLoss: "loss, validation" },
  accuracy: { accuracy: "accuracy, training", valAccuracy: "accuracy, validation" },
} as const;

/**
 * Loss and accuracy as a chart that grows while the model learns: a line for training, each point
 * the mean since the one before, and a point after each epoch for validation.
 *
 * In training dropout makes it harder, so that validation may well look better.
 */
export function liveCurve(options: LiveCurveOptions = {}): Callback {
  onlyKnown("liveCurve", options, ["title", "every", "draw"]);
  const { title = "Learning", draw = liveChart } = options;
  let chart: LiveChart | undefined, every = 1, epochsBefore = 0;
  /** The sums of the epoch up to the last point. */
  let sums: Logs = { loss: 0 }, steps = 0;
  return {
    async onTrainBegin(run) {
      every = options.every ?? Math.max(1, Math.round(run.steps / 20));
      epochsBefore = 0;
      chart = await draw({ title, xTitle: "epoch", panels: panelsOf(run) });
    },
    onEpochBegin(epoch) {
      epochsBefore = epoch - 1;
      [sums, steps] = [{ loss: 0 }, 0];
    },
    onBatchEnd(batch, logs, run) {
      if (batch % every !== 0 && batch !== run.steps) return;
      const point: Record<string, number> = {}, next: Logs = { loss: 0 };
      for (const [name, mean] of Object.entries(logs)) {
        next[name] = mean * batch;
        point[lineOf(name)] = (next[name] - (sums[name] ?? 0)) / (batch - steps);
      }
      [sums, steps] = [next, batch];
      chart?.add(epochsBefore + batch / run.steps, point);
    },
    onEpochEnd(epoch, logs) {
      const validation = Object.entries(logs).filter(([name]) => name.startsWith("val"));
      if (validation.length === 0) return;
      chart?.add(epoch, Object.fromEntries(validation.map(([name, v]) => [lineOf(name), v])));
    },
    onTrainEnd: () => chart?.finish(),
  };
}

/** A panel for each result that is measured. */
function panelsOf({ metrics }: FitRun): Record<string, string[]> {
  const panels = Object.entries(PANELS).map(([panel, lines]) => {
    const measured = Object.entries(lines).filter(([name]) => metrics.includes(name));
    return [panel, measured.map(([, line]) => line)] as const;
  });
  return Object.fromEntries(panels.filter(([, lines]) => lines.length > 0));
}

function lineOf(name: string): string {
  const all: Record<string, string> = { ...PANELS.loss, ...PANELS.accuracy };
  return all[name];
}
