/** The training loop. */
import { miniBatches } from "../nn/batches.ts";
import { breathe } from "../support/breathe.ts";
import { onlyKnown } from "../support/names.ts";
import { Random } from "../tensor/random.ts";
import { type Shape, showShape } from "../tensor/shape.ts";
import { stopRequested } from "../support/stop.ts";
import type { Tensor } from "../tensor/tensor.ts";
import type { Callback, FitRun, Learner, Logs } from "./callbacks.ts";

/** N samples of a shape: [N, ...shape]. */
export type Samples<S extends Shape = number[]> = Tensor<[number, ...S]>;

/** A compiled model as the training loop sees it. */
export interface Training {
  /** The model, for callbacks. */
  readonly model: Learner;
  /** The names of the results: loss, accuracy. */
  readonly metricsNames: readonly string[];
  /** The model's own source of random numbers. */
  readonly random: Random;
  /** Checks samples and targets; returns the targets in the form that `step` takes. */
  check(caller: string, x: Tensor, t: Tensor): Tensor;
  /** One step on a mini-batch: returns loss and metrics from before the step. */
  step(x: Tensor, t: Tensor): Logs;
  /** Makes dropout draw from this source. */
  reseed(random: Random): void;
}

/** What `fit` can be told. */
export interface FitOptions {
  /** How often the model sees every sample: once unless told otherwise. */
  readonly epochs?: number;
  /** How many samples make a step: 32 unless told otherwise. */
  readonly batchSize?: number;
  /** The share of the samples, from the end, that is put aside to validate with, 0 to below 1. */
  readonly validationSplit?: number;
  /** Other samples and their targets to validate with after each epoch. */
  readonly validationData?: readonly [x: Samples, t: Tensor];
  /** In a new random order each epoch (default), or as they come. */
  readonly shuffle?: boolean;
  /** Draws the order, and what dropout leaves out, anew: otherwise the model's own seed goes on. */
  readonly seed?: number;
  /** Who is told how it goes. */
  readonly callbacks?: readonly Callback[];
  /** Stops the training when it is aborted, as a notebook's Stop button does anyway. */
  readonly signal?: AbortSignal;
}

/** What came of a training. */
export interface FitResult {
  /** One number for each finished epoch, by name: loss, accuracy, valLoss, valAccuracy. */
  readonly history: History;
  /** How many epochs were finished. */
  readonly epochs: number;
  /** Whether somebody stopped it before its end. */
  readonly stopped: boolean;
  /** How long it took. */
  readonly seconds: number;
}

/** One number for each epoch, by name. */
export interface History {
  /** The mean loss of each epoch, measured while it learnt. */
  loss: number[];
  /** The others. */
  [metric: string]: number[];
}

/** Milliseconds of work after which others have their turn: charts stay smooth, Stop is heard. */
const TURN = 50;

const OPTIONS = [
  "epochs",
  "batchSize",
  "validationSplit",
  "validationData",
  "shuffle",
  "seed",
  "callbacks",
  "signal",
];

/**
 * Trains a model: `model.fit(x, t, options)` calls this.
 *
 * Whatever ends it early, a stop or an error, the model is left as it was after the last whole epoch.
 * @throws RangeError or TypeError for data or options that do not fit, or when the loss is no number.
 */
export async function fit(
  training: Training,
  x: Samples,
  t: Tensor,
  options: FitOptions = {},
): Promise<FitResult> {
  onlyKnown("fit", options, OPTIONS);
  const { epochs = 1, batchSize = 32, shuffle = true, callbacks = [], signal } = options;
  whole("epochs", epochs);
  whole("batchSize", batchSize);
  const { model, metricsNames } = training;
  const { samples, validation } = split(training, x, t, options);
  const random = options.seed === undefined ? training.random : new Random(options.seed);
  training.reseed(random);

  const count = samples.x.shape[0], start = performance.now();
  const stop = new AbortController();
  const run: FitRun = {
    model,
    epochs,
    steps: Math.ceil(count / batchSize),
    samples: count,
    metrics: validation === undefined
      ? metricsNames
      : [...metricsNames, ...metricsNames.map(ofValidation)],
    stop: () => stop.abort(),
  };
  const isStopped = () => stop.signal.aborted || signal?.aborted === true || stopRequested();
  const loop: Loop = { training, run, callbacks, isStopped, turn: start };
  const history: History = { loss: [] };
  let finished = 0, weights = model.weights;
  try {
    for (const callback of callbacks) await callback.onTrainBegin?.(run);
    while (finished < epochs && !isStopped()) {
      const epoch = finished + 1;
      for (const callback of callbacks) await callback.onEpochBegin?.(epoch, run);
      const batches = shuffle ? miniBatches(count, batchSize, random) : inOrder(count, batchSize);
      const logs = await runEpoch(loop, samples, batches);
      if (logs === undefined) break;
      if (validation !== undefined) {
        const results = model.evaluate(validation.x, validation.t);
        for (const [name, value] of Object.entries(results)) logs[ofValidation(name)] = value;
      }
      for (const [name, value] of Object.entries(logs)) (history[name] ??= []).push(value);
      weights = model.weights;
      finished = epoch;
      for (const callback of callbacks) await callback.onEpochEnd?.(epoch, logs, run);
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

/** What goes on from epoch to epoch. */
interface Loop {
  readonly training: Training;
  readonly run: FitRun;
  readonly callbacks: readonly Callback[];
  readonly isStopped: () => boolean;
  /** When others had their turn last; many epochs may be shorter than that. */
  turn: number;
}

/** One epoch: the mean of each result, or undefined when it was stopped on the way. */
async function runEpoch(
  loop: Loop,
  { x, t }: Data,
  batches: Iterable<Int32Array>,
): Promise<Logs | undefined> {
  const { training, run, callbacks } = loop, sums: Logs = { loss: 0 };
  let seen = 0, step = 0;
  for (const batch of batches) {
    const results = training.step(x.take(batch), t.take(batch));
    step++;
    seen += batch.length;
    for (const [name, value] of Object.entries(results)) {
      sums[name] = (sums[name] ?? 0) + value * batch.length;
    }
    for (const callback of callbacks) {
      const doing = callback.onBatchEnd?.(step, means(sums, seen), run);
      if (doing !== undefined) await doing;
    }
    if (loop.isStopped()) return undefined;
    if (performance.now() - loop.turn > TURN) {
      await breathe();
      loop.turn = performance.now();
    }
  }
  return means(sums, seen);
}

function means(sums: Logs, count: number): Logs {
  const logs: Logs = { loss: sums.loss / count };
  for (const name of Object.keys(sums)) logs[name] = sums[name] / count;
  return logs;
}

function* inOrder(count: number, batchSize: number): Generator<Int32Array, void> {
  for (let start = 0; start < count; start += batchSize) {
    const length = Math.min(batchSize, count - start);
    yield Int32Array.from({ length }, (_, i) => start + i);
  }
}

/** Checks the data, and puts some of them aside to validate with, as Keras does from the end. */
function split(
  training: Training,
  x: Samples,
  t: Tensor,
  { validationSplit = 0, validationData }: FitOptions,
): { samples: Data; validation?: Data } {
  const targets = training.check("fit", x, t), count = x.shape[0];
  if (count === 0) throw new RangeError(`fit: expected samples, found ${showShape(x.shape)}`);
  if (validationData !== undefined) {
    const [xv, tv] = validationData;
    training.check("fit: validationData", xv, tv);
    return { samples: { x, t: targets }, validation: { x: xv, t: tv } };
  }
  const aside = Math.floor(count * validationSplit);
  if (!(validationSplit >= 0 && validationSplit < 1) || aside === count) {
    throw new RangeError(
      `fit: expected a validationSplit from 0 to below 1, found ${validationSplit}`,
    );
  }
  if (validationSplit > 0 && aside === 0) {
    throw new RangeError(
      `fit: expected a validationSplit that puts samples aside, found ${validationSplit} of ${count}`,
    );
  }
  const cut = count - aside;
  const samples = { x: x.rows(0, cut), t: targets.rows(0, cut) };
  return aside === 0
    ? { samples }
    : { samples, validation: { x: x.rows(cut), t: targets.rows(cut) } };
}

function whole(name: string, value: number): void {
  if (Number.isSafeInteger(value) && value >= 1) return;
  throw new RangeError(`fit: expected ${name} to be an integer of at least 1, found ${value}`);
}
