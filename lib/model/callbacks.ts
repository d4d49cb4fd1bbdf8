/** Callbacks: what happens while a model is trained. */
import { describe } from "../support/describe.ts";
import { oneOf, onlyKnown } from "../support/names.ts";
import { inRange } from "../support/ranges.ts";
import type { Tensor } from "../tensor/tensor.ts";
import type { Logs } from "./logs.ts";

export type { Logs };

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

/** A running training. */
export interface FitRun {
  /** The model that is trained. */
  readonly model: Learner;
  /** The number of epochs, unless it is stopped early. */
  readonly epochs: number;
  /** The number of batches in an epoch. */
  readonly steps: number;
  /** The number of samples in an epoch. */
  readonly samples: number;
  /** The names of the results of an epoch: loss, accuracy, valLoss, valAccuracy. */
  readonly metrics: readonly string[];
  /** Stops the training after this batch. The weights are then those after the last whole epoch. */
  stop(): void;
}

/** Functions that `fit` calls while it trains, all optional. Epochs and batches count from 1. */
export interface Callback {
  /** Called before the first epoch. */
  onTrainBegin?(run: FitRun): void | Promise<void>;
  /** Called before each epoch. */
  onEpochBegin?(epoch: number, run: FitRun): void | Promise<void>;
  /** Called after each batch; `logs` are the means of this epoch so far. */
  onBatchEnd?(batch: number, logs: Logs, run: FitRun): void | Promise<void>;
  /** Called after each epoch. */
  onEpochEnd?(epoch: number, logs: Logs, run: FitRun): void | Promise<void>;
  /** Called at the end, also when the training was stopped or failed. */
  onTrainEnd?(run: FitRun): void | Promise<void>;
}

const EVENTS: readonly (keyof Callback)[] = [
  "onTrainBegin",
  "onEpochBegin",
  "onBatchEnd",
  "onEpochEnd",
  "onTrainEnd",
];

/**
 * Checks callbacks: a misspelled function would be ignored silently.
 * @throws TypeError for something that is not a list of callbacks.
 */
export function checkCallbacks(caller: string, callbacks: readonly Callback[] = []): void {
  const expected = `${caller}: expected callbacks: [earlyStopping(), …], found`;
  if (!Array.isArray(callbacks)) throw new TypeError(`${expected} ${describe(callbacks)}`);
  for (const callback of callbacks) {
    if (typeof callback !== "object" || callback === null) {
      throw new TypeError(`${expected} ${describe(callback)} in the list`);
    }
    const names = Object.keys(callback).filter((name) => /^on[A-Z]/.test(name));
    for (const name of names) oneOf<string>(`${caller}: expected a callback's`, name, EVENTS);
  }
}

/** The name of a result that a callback can watch. */
export type Monitor = "loss" | "accuracy" | "valLoss" | "valAccuracy";

const MONITORS: readonly Monitor[] = ["loss", "accuracy", "valLoss", "valAccuracy"];

/** Options of {@link bestWeights}. */
export interface BestWeightsOptions {
  /** The result to compare: a loss is best small, an accuracy large. Default: `"valLoss"`. */
  readonly monitor?: Monitor;
}

/** Options of {@link earlyStopping}. */
export interface EarlyStoppingOptions extends BestWeightsOptions {
  /** The number of epochs in a row that may pass without an improvement. Default: 0. */
  readonly patience?: number;
  /** The smallest improvement that counts as one. Default: 0. */
  readonly minDelta?: number;
  /** Whether the weights of the best epoch are restored at the end. Default: false. */
  readonly restoreBestWeights?: boolean;
}

/**
 * Restores the weights of the best epoch at the end of a training.
 * @throws TypeError for an unknown name.
 *
 * @example
 * ```ts
 * import { bestWeights, layers, sequential, tensor } from "mnist";
 *
 * const model = sequential({ layers: [layers.dense({ inputShape: [1], units: 1 })] });
 * model.compile({ optimizer: "adam", loss: "meanSquaredError" });
 * const x = tensor([[0], [1], [2], [3]]), t = tensor([1, 3, 5, 7]);
 * await model.fit(x, t, { epochs: 5, validationSplit: 0.25, callbacks: [bestWeights()] });
 * ```
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
 * Stops the training when a result no longer improves.
 * @throws TypeError for an unknown name, RangeError for a patience or minDelta below 0.
 *
 * @example
 * ```ts
 * import { earlyStopping, layers, sequential, tensor } from "mnist";
 * import assert from "node:assert/strict";
 *
 * const model = sequential({ layers: [layers.dense({ inputShape: [1], units: 1 })] });
 * model.compile({ optimizer: "sgd", loss: "meanSquaredError" });
 * const x = tensor([[0], [1], [2]]), t = tensor([1, 3, 5]);
 * const callbacks = [earlyStopping({ monitor: "loss", minDelta: 0.1 })];
 * const { epochs, stopped } = await model.fit(x, t, { epochs: 1000, callbacks });
 * assert.ok(stopped && epochs < 1000);
 * ```
 */
export function earlyStopping(options: EarlyStoppingOptions = {}): Callback {
  onlyKnown("earlyStopping", options, ["monitor", "patience", "minDelta", "restoreBestWeights"]);
  const { patience = 0, minDelta = 0, restoreBestWeights = false } = options;
  inRange("earlyStopping: expected patience", patience, "of at least 0");
  inRange("earlyStopping: expected minDelta", minDelta, "of at least 0");
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
 * Sets the learning rate before each epoch, such as one that decreases.
 * @param rateOf returns the learning rate of an epoch (from 1), above 0.
 *
 * @example
 * ```ts
 * import { layers, learningRateScheduler, sequential, tensor } from "mnist";
 * import assert from "node:assert/strict";
 *
 * const model = sequential({ layers: [layers.dense({ inputShape: [1], units: 1 })] });
 * model.compile({ optimizer: "sgd", loss: "meanSquaredError" });
 * const callbacks = [learningRateScheduler((epoch) => 0.1 / epoch)];
 * await model.fit(tensor([[0], [1]]), tensor([1, 3]), { epochs: 2, callbacks });
 * assert.equal(model.optimizer.learningRate, 0.05);
 * ```
 */
export function learningRateScheduler(rateOf: (epoch: number) => number): Callback {
  return {
    onEpochBegin(epoch, { model }) {
      const what = `learningRateScheduler: expected a learning rate for epoch ${epoch}`;
      model.optimizer.learningRate = inRange(what, rateOf(epoch), "above 0");
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
