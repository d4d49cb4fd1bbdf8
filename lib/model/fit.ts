/** The training loop. */
import { miniBatches } from "../nn/batches.ts";
import { breathe } from "../support/breathe.ts";
import { describe } from "../support/describe.ts";
import { onlyKnown } from "../support/names.ts";
import { inRange } from "../support/ranges.ts";
import { stopRequested } from "../support/stop.ts";
import { Random } from "../tensor/random.ts";
import type { Shape } from "../tensor/shape.ts";
import type { Tensor } from "../tensor/tensor.ts";
import { type Callback, checkCallbacks, type FitRun, type Learner } from "./callbacks.ts";
import { type Logs, MeanLogs } from "./logs.ts";

/** N samples of a shape: [N, ...shape]. */
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
  const { epochs = 1, batchSize = 32, shuffle = true, callbacks = [], signal } = options;
  checkOptions(options);
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
  const loop: Loop = { training, run, callbacks, isStopped, turn: start };
  const history: History = { loss: [] };
  let finished = 0, weights = model.weights;
  training.reseed(random);
  try {
    for (const callback of callbacks) await callback.onTrainBegin?.(run);
    while (finished < epochs && !isStopped()) {
      const epoch = finished + 1;
      for (const callback of callbacks) await callback.onEpochBegin?.(epoch, run);
      const batches = shuffle ? miniBatches(count, batchSize, random) : inOrder(count, batchSize);
      const logs = await runEpoch(loop, samples, batches);
      if (logs === undefined) break;
      checkWeights(epoch, model.weights);
      if (validation !== undefined) {
        const results = model.evaluate(validation.x, validation.t);
        for (const [name, value] of Object.entries(results)) logs[ofValidation(name)] = value;
      }
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

/** Samples and their targets. */
interface Data {
  readonly x: Samples;
  readonly t: Tensor;
}

/** loss → valLoss */
function ofValidation(name: string): string {
  return `val${name[0].toUpperCase()}${name.slice(1)}`;
}

/** What stays the same from epoch to epoch. */
interface Loop {
  readonly training: Training;
  readonly run: FitRun;
  readonly callbacks: readonly Callback[];
  readonly isStopped: () => boolean;
  /** When the loop yielded last: many epochs may be shorter than a turn. */
  turn: number;
}

/** Trains for one epoch; returns the mean of each result, or undefined when it was stopped. */
async function runEpoch(
  loop: Loop,
  { x, t }: Data,
  batches: Iterable<Int32Array>,
): Promise<Logs | undefined> {
  const { training, run, callbacks } = loop, means = new MeanLogs();
  let step = 0;
  for (const batch of batches) {
    means.add(training.step(x.take(batch), t.take(batch)), batch.length);
    step++;
    for (const callback of callbacks) {
      const doing = callback.onBatchEnd?.(step, means.logs, run);
      if (doing !== undefined) await doing;
    }
    if (loop.isStopped()) return undefined;
    if (performance.now() - loop.turn > TURN) {
      await breathe();
      loop.turn = performance.now();
    }
  }
  return means.logs;
}

function* inOrder(count: number, batchSize: number): Generator<Int32Array, void> {
  for (let start = 0; start < count; start += batchSize) {
    const length = Math.min(batchSize, count - start);
    yield Int32Array.from({ length }, (_, i) => start + i);
  }
}

/** The last step of an epoch may give weights for which there is no loss yet. */
function checkWeights(epoch: number, weights: Readonly<Record<string, Tensor>>): void {
  for (const [name, { data }] of Object.entries(weights)) {
    const wrong = data.find((value: number) => !Number.isFinite(value));
    if (wrong === undefined) continue;
    throw new RangeError(
      `fit: expected finite weights after epoch ${epoch}, found ${wrong} in ${
        describe(name)
      }: try ` +
        "a smaller learning rate",
    );
  }
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
    return {
      samples: { x, t: targets },
      validation: { x: xv, t: training.check("fit: validationData", xv, tv) },
    };
  }
  const aside = Math.floor(count * validationSplit), cut = count - aside;
  if (validationSplit > 0 && aside === 0) {
    throw new RangeError(
      `fit: expected a validationSplit of at least one sample, found ${validationSplit} of ${count}`,
    );
  }
  const samples = { x: x.rows(0, cut), t: targets.rows(0, cut) };
  return aside === 0
    ? { samples }
    : { samples, validation: { x: x.rows(cut), t: targets.rows(cut) } };
}

function checkOptions(options: FitOptions): void {
  onlyKnown("fit", options, [
    "epochs",
    "batchSize",
    "validationSplit",
    "validationData",
    "shuffle",
    "seed",
    "callbacks",
    "signal",
  ]);
  const { epochs = 1, batchSize = 1, validationSplit = 0, validationData } = options;
  inRange("fit: expected epochs", epochs, "to be an integer of at least 1");
  inRange("fit: expected batchSize", batchSize, "to be an integer of at least 1");
  inRange("fit: expected validationSplit", validationSplit, "from 0 to below 1");
  checkCallbacks("fit", options.callbacks);
  const wrong = validationData !== undefined && !Array.isArray(validationData)
    ? `validationData: [xValidation, tValidation], found ${describe(validationData)}`
    : options.signal !== undefined && !(options.signal instanceof AbortSignal)
    ? `signal: controller.signal, found ${describe(options.signal)}`
    : undefined;
  if (wrong !== undefined) throw new TypeError(`fit: expected ${wrong}`);
}
