/** Callbacks: what happens while a model learns. */
import { oneOf, onlyKnown } from "../support/names.ts";
import type { Tensor } from "../tensor/tensor.ts";

/** The part of a model that callbacks use. */
export interface Learner {
  /** The optimizer, whose learning rate may be changed between two steps. */
  readonly optimizer: { learningRate: number };
  /** All weights by name. Later steps do not change these tensors. */
  readonly weights: Record<string, Tensor>;
  /** Replaces all weights. */
  setWeights(weights: Readonly<Record<string, Tensor>>): void;
  /** The outputs for samples [N, ...inputShape], with the current weights. */
  predict(x: Tensor): Tensor;
  /** The mean loss and metrics for samples and their targets, with the current weights. */
  evaluate(x: Tensor, t: Tensor): Logs;
}

/** Results by name: `loss` and, where they are measured, `accuracy`, `valLoss`, `valAccuracy`. */
export interface Logs {
  /** The mean loss. */
  loss: number;
  /** The others. */
  [metric: string]: number;
}

/** A training that is going on. */
export interface FitRun {
  /** The model that is trained. */
  readonly model: Learner;
  /** How many epochs there will be, if nobody stops it. */
  readonly epochs: number;
  /** How many batches make an epoch. */
  readonly steps: number;
  /** How many samples make an epoch. */
  readonly samples: number;
  /** The names of the results of an epoch: loss, accuracy, valLoss, valAccuracy. */
  readonly metrics: readonly string[];
  /** Ends the training after this batch; the model keeps what it knew after the last whole epoch. */
  stop(): void;
}

/** Is called while a model learns; each of its functions may be left out. Epochs count from 1. */
export interface Callback {
  /** Before the first epoch. */
  onTrainBegin?(run: FitRun): void | Promise<void>;
  /** Before each epoch. */
  onEpochBegin?(epoch: number, run: FitRun): void | Promise<void>;
  /** After each batch, counted from 1; `logs` are the means of this epoch so far. */
  onBatchEnd?(batch: number, logs: Logs, run: FitRun): void | Promise<void>;
  /** After each epoch. */
  onEpochEnd?(epoch: number, logs: Logs, run: FitRun): void | Promise<void>;
  /** At the end, also when the training was stopped or failed. */
  onTrainEnd?(run: FitRun): void | Promise<void>;
}

/** The name of a result that can be watched. */
export type Monitor = "loss" | "accuracy" | "valLoss" | "valAccuracy";

const MONITORS: readonly Monitor[] = ["loss", "accuracy", "valLoss", "valAccuracy"];

/** What {@link bestWeights} can be told. */
export interface BestWeightsOptions {
  /** Which result: `"valLoss"` unless told otherwise. A loss is best small, an accuracy large. */
  readonly monitor?: Monitor;
}

/** What {@link earlyStopping} can be told. */
export interface EarlyStoppingOptions extends BestWeightsOptions {
  /** How many epochs in a row may bring nothing better: 0 unless told otherwise. */
  readonly patience?: number;
  /** How much better counts as better: 0 unless told otherwise. */
  readonly minDelta?: number;
  /** Goes back to the weights of the best epoch at the end: false unless told otherwise. */
  readonly restoreBestWeights?: boolean;
}

/**
 * At the end of a training, goes back to the weights of its best epoch.
 * @throws TypeError for an unknown name.
 */
export function bestWeights(options: BestWeightsOptions = {}): Callback {
  onlyKnown("bestWeights", options, ["monitor"]);
  const best = new Best("bestWeights", options.monitor, 0);
  return {
    onTrainBegin: () => best.reset(),
    onEpochEnd(epoch, logs, { model }) {
      best.isBetter(epoch, logs, model);
    },
    onTrainEnd: ({ model }) => best.restore(model),
  };
}

/**
 * Ends the training when a result has stopped getting better.
 * @throws TypeError for an unknown name, RangeError for a patience that is no count.
 */
export function earlyStopping(options: EarlyStoppingOptions = {}): Callback {
  onlyKnown("earlyStopping", options, ["monitor", "patience", "minDelta", "restoreBestWeights"]);
  const { patience = 0, minDelta = 0, restoreBestWeights = false } = options;
  if (!Number.isInteger(patience) || patience < 0 || !(minDelta >= 0)) {
    throw new RangeError(
      `earlyStopping: expected patience and minDelta of at least 0, found ${patience} and ` +
        `${minDelta}`,
    );
  }
  const best = new Best("earlyStopping", options.monitor, minDelta);
  let waited = 0;
  return {
    onTrainBegin() {
      best.reset();
      waited = 0;
    },
    onEpochEnd(epoch, logs, run) {
      waited = best.isBetter(epoch, logs, run.model) ? 0 : waited + 1;
      if (waited > patience) run.stop();
    },
    onTrainEnd({ model }) {
      if (restoreBestWeights) best.restore(model);
    },
  };
}

/**
 * Chooses the learning rate anew before each epoch: long steps at first, short ones to end with.
 * @param rateOf the learning rate of an epoch, which counts from 1: above 0.
 */
export function learningRateScheduler(rateOf: (epoch: number) => number): Callback {
  return {
    onEpochBegin(epoch, { model }) {
      const rate = rateOf(epoch);
      if (!(rate > 0 && Number.isFinite(rate))) {
        throw new RangeError(
          `learningRateScheduler: expected a learning rate above 0 for epoch ${epoch}, found ${rate}`,
        );
      }
      model.optimizer.learningRate = rate;
    },
  };
}

/** The best epoch so far. */
class Best {
  readonly #caller: string;
  readonly #monitor: Monitor;
  readonly #minDelta: number;
  #value: number | undefined;
  #weights: Readonly<Record<string, Tensor>> | undefined;

  constructor(caller: string, monitor: Monitor = "valLoss", minDelta: number) {
    this.#caller = caller;
    this.#monitor = oneOf(`${caller}: expected monitor`, monitor, MONITORS);
    this.#minDelta = minDelta;
  }

  reset(): void {
    this.#value = undefined;
    this.#weights = undefined;
  }

  isBetter(epoch: number, logs: Logs, model: Learner): boolean {
    const value = logs[this.#monitor];
    if (value === undefined) {
      throw new RangeError(
        `${this.#caller}: expected ${this.#monitor} to be measured in epoch ${epoch}, found only ` +
          `${Object.keys(logs).join(", ")}; fit takes validationSplit or validationData, compile ` +
          `takes metrics`,
      );
    }
    const gain = this.#value === undefined
      ? Infinity
      : this.#monitor.endsWith("oss")
      ? this.#value - value
      : value - this.#value;
    if (!(gain > this.#minDelta)) return false;
    this.#value = value;
    this.#weights = model.weights;
    return true;
  }

  restore(model: Learner): void {
    if (this.#weights !== undefined) model.setWeights(this.#weights);
  }
}
