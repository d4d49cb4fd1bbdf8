/** The training loop. */
import { miniBatches } from "../nn/batches.ts";
import { allFinite } from "../nn/checks.ts";
import { breathe } from "../support/breathe.ts";
import { describe, unexpected } from "../support/describe.ts";
import { rangeError } from "../support/expected.ts";
import { onlyKnown } from "../support/names.ts";
import { inRange } from "../support/ranges.ts";
import { stopRequested } from "../support/stop.ts";
import { Random } from "../tensor/random.ts";
import type { Shape } from "../tensor/shape.ts";
import { scope } from "../tensor/scope.ts";
import type { Tensor } from "../tensor/tensor.ts";
import type { Callback, FitRun, Learner } from "./callbacks.ts";
import { type Logs, MeanLogs } from "./logs.ts";

/**
 * N samples of a shape: [N, ...shape].
 * @internal
 */
export type Samples<S extends Shape = number[]> = Tensor<[number, ...S]>;

/** A compiled model as the training loop sees it. */
export interface Training {
  /** The model, for callbacks. */
  readonly model: Learner;
  /** The names of the results: loss, accuracy. */
  readonly names: readonly string[];
  /** The model's own source of random numbers. */
  readonly random: Random;
  /** Checks samples and targets; returns the targets in the shape that `step` takes. */
  check(caller: string, x: Tensor, t: Tensor): Tensor;
  /** One step on a mini-batch; returns loss and metrics from before the step. */
  step(x: Tensor, t: Tensor): Logs;
  /** Makes dropout draw from this source. */
  reseed(random: Random): void;
}

/** Options of `model.fit`. */
export interface FitOptions {
  /** How many times the model is trained on all samples, at least 1. Default: 1. */
  readonly epochs?: number;
  /** The number of samples in a step, at least 1. Default: 32. */
  readonly batchSize?: number;
  /**
   * The fraction of the samples, from the end, that is used for validation instead of training: from
   * 0 to below 1. Default: 0.
   */
  readonly validationSplit?: number;
  /** Samples and targets for validation after each epoch; overrides validationSplit. */
  readonly validationData?: readonly [x: Samples, t: Tensor];
  /** Whether each epoch takes the samples in a new random order. Default: true. */
  readonly shuffle?: boolean;
  /** Seeds the order of the samples and dropout. Default: the sequence of the model's seed goes on. */
  readonly seed?: number;
  /** Called while the model is trained. */
  readonly callbacks?: readonly Callback[];
  /** Stops the training when it is aborted, as the Stop button of a notebook does. */
  readonly signal?: AbortSignal;
}

/** The result of a training. */
export interface FitResult {
  /** The results of each finished epoch, by name: loss, accuracy, valLoss, valAccuracy. */
  readonly history: History;
  /** The number of finished epochs. */
  readonly epochs: number;
  /** Whether the training was stopped before its last epoch. */
  readonly stopped: boolean;
  /** The duration in seconds. */
  readonly seconds: number;
}

/** One number for each epoch, by name. */
export interface History {
  /** The mean loss of each epoch, measured while training. */
  loss: number[];
  /** The other results. */
  [metric: string]: number[];
}

/** Milliseconds of work after which the loop yields, so that charts update and Stop works. */
const TURN = 50;

/**
 * Trains a model: `model.fit(x, t, options)` calls this.
 *
 * If a stop or an error ends it early, the weights are those after the last whole epoch.
 * @throws RangeError or TypeError for data or options that do not fit, or when loss or weights are no
 *   longer finite.
 */
export async function fit(
  training: Training,
  x: Samples,
  t: Tensor,
  options: FitOptions = {},
): Promise<FitResult> {
  checkOptions(options);
  const { epochs = 1, batchSize = 32, shuffle = true, callbacks = [], signal } = options;
  const { model, names } = training, { samples, validation } = split(training, x, t, options);
  const random = options.seed === undefined ? training.random : new Random(options.seed);
  const count = samples.x.shape[0], start = performance.now(), stop = new AbortController();
  const run: FitRun = {
    model,
    epochs,
    steps: Math.ceil(count / batchSize),
    samples: count,
    metrics: validation === undefined ? names : [...names, ...names.map(ofValidation)],
    stop: () => stop.abort(),
  };
  const isStopped = () => stop.signal.aborted || signal?.aborted === true || stopRequested();
  let yielded = start;
  /** Trains for one epoch; returns the mean of each result, or undefined when it was stopped. */
  const runEpoch = async (): Promise<Logs | undefined> => {
    const means = new MeanLogs();
    let step = 0;
    for (const batch of miniBatches(count, batchSize, shuffle ? random : undefined)) {
      const logs = scope(() => training.step(samples.x.take(batch), samples.t.take(batch)));
      means.add(logs, batch.length);
      step++;
      for (const callback of callbacks) {
        const doing = callback.onBatchEnd?.(step, means.logs, run);
        if (doing !== undefined) await doing;
      }
      if (isStopped()) return undefined;
      if (performance.now() - yielded < TURN) continue;
      await breathe();
      yielded = performance.now();
    }
    return means.logs;
  };
  const history: History = { loss: [] };
  let finished = 0, weights = model.weights;
  training.reseed(random);
  try {
    for (const callback of callbacks) await callback.onTrainBegin?.(run);
    while (finished < epochs && !isStopped()) {
      const epoch = finished + 1;
      for (const callback of callbacks) await callback.onEpochBegin?.(epoch, run);
      const logs = await runEpoch();
      if (logs === undefined) break;
      checkWeights(epoch, model.weights);
      const validated = validation && model.evaluate(validation.x, validation.t);
      for (const [name, value] of Object.entries(validated ?? {})) logs[ofValidation(name)] = value;
      for (const [name, value] of Object.entries(logs)) (history[name] ??= []).push(value);
      weights = model.weights;
      finished = epoch;
      for (const callback of callbacks) await callback.onEpochEnd?.(epoch, logs, run);
      weights = model.weights; // a callback may have replaced them
    }
  } finally {
    model.setWeights(weights);
    training.reseed(training.random);
    for (const callback of callbacks) await callback.onTrainEnd?.(run);
  }
  const seconds = (performance.now() - start) / 1000;
  return { history, epochs: finished, stopped: finished < epochs, seconds };
}

/** loss → valLoss */
function ofValidation(name: string): string {
  return `val${name[0].toUpperCase()}${name.slice(1)}`;
}

/** Samples and their targets. */
interface Data {
  readonly x: Samples;
  readonly t: Tensor;
}

/** The loss is checked before each step, so the weights after the last step have no loss yet. */
function checkWeights(epoch: number, weights: Learner["weights"]): void {
  const wrong = Object.keys(weights).find((name) => !allFinite(weights[name]));
  if (wrong === undefined) return;
  throw new RangeError(
    `fit: expected finite weights after epoch ${epoch}, found NaN or infinity in ` +
      `${describe(wrong)}: try a smaller learning rate`,
  );
}

/** Checks the data, and separates those for validation: the last ones, as in Keras. */
function split(
  training: Training,
  x: Samples,
  t: Tensor,
  { validationSplit = 0, validationData }: FitOptions,
): { samples: Data; validation?: Data } {
  const targets = training.check("fit", x, t), count = x.shape[0];
  if (validationData !== undefined) {
    const [xv, tv] = validationData;
    const validation = { x: xv, t: training.check("fit: validationData", xv, tv) };
    return { samples: { x, t: targets }, validation };
  }
  const aside = Math.floor(count * validationSplit), cut = count - aside;
  if (validationSplit > 0 && aside === 0) {
    throw rangeError("fit", `a validationSplit of at least 1 of ${count} samples`, validationSplit);
  }
  const samples = { x: x.rows(0, cut), t: targets.rows(0, cut) };
  return aside === 0
    ? { samples }
    : { samples, validation: { x: x.rows(cut), t: targets.rows(cut) } };
}

const OPTIONS = ["epochs", "batchSize", "shuffle", "seed", "callbacks", "signal"];

function checkOptions(options: FitOptions): void {
  onlyKnown("fit", options, [...OPTIONS, "validationSplit", "validationData"]);
  const { epochs = 1, batchSize = 1, validationSplit = 0, validationData, signal } = options;
  inRange("fit: expected epochs", epochs, "to be an integer of at least 1");
  inRange("fit: expected batchSize", batchSize, "to be an integer of at least 1");
  inRange("fit: expected validationSplit", validationSplit, "from 0 to below 1");
  checkCallbacks(options.callbacks);
  if (!Array.isArray(validationData ?? [])) {
    throw unexpected("fit: expected validationData: [xValidation, tValidation]", validationData);
  }
  if (!(signal === undefined || signal instanceof AbortSignal)) {
    throw unexpected("fit: expected signal: controller.signal", signal);
  }
}

const EVENT = /^on(Train|Epoch)(Begin|End)$|^onBatchEnd$/;

/** Checks callbacks: a misspelled function would be ignored silently. */
function checkCallbacks(callbacks: readonly Callback[] = []): void {
  const expected = "fit: expected callbacks: [earlyStopping(), …]";
  if (!Array.isArray(callbacks)) throw unexpected(expected, callbacks);
  for (const callback of callbacks) {
    if (typeof callback !== "object" || callback === null) throw unexpected(expected, callback);
    const wrong = Object.keys(callback).find((name) => /^on[A-Z]/.test(name) && !EVENT.test(name));
    if (wrong !== undefined) throw unexpected(expected, wrong, ", which is never called");
  }
}
