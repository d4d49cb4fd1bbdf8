/** Callbacks: what happens while a model is trained. */
import { rangeError } from "../support/expected.ts";
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

/**
 * The name of a result that a callback can watch.
 * @internal
 */
export type Monitor = "loss" | "accuracy" | "valLoss" | "valAccuracy";

const MONITORS: readonly Monitor[] = ["loss", "accuracy", "valLoss", "valAccuracy"];

/**
 * Options of {@link bestWeights}.
 * @internal
 */
export interface BestWeightsOptions {
  /** The result to compare: a loss is best small, an accuracy large. Default: `"valLoss"`. */
  readonly monitor?: Monitor;
}

/**
 * Options of {@link earlyStopping}.
 * @internal
 */
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
  return watch("bestWeights", { ...options, patience: Infinity, restoreBestWeights: true });
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
  inRange("earlyStopping: expected patience", options.patience ?? 0, "of at least 0");
  inRange("earlyStopping: expected minDelta", options.minDelta ?? 0, "of at least 0");
  return watch("earlyStopping", options);
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

/** Remembers the weights of the best epoch, and stops after `patience` epochs without a better one. */
function watch(caller: string, options: EarlyStoppingOptions): Callback {
  const { patience = 0, minDelta = 0, restoreBestWeights = false } = options;
  const monitor = oneOf(`${caller}: expected monitor`, options.monitor ?? "valLoss", MONITORS);
  const sign = monitor.endsWith("oss") ? -1 : 1;
  let best = -Infinity, weights: Learner["weights"] | undefined, waited = 0;
  return {
    onTrainBegin() {
      [best, weights, waited] = [-Infinity, undefined, 0];
    },
    onEpochEnd(_epoch, logs, run) {
      if (logs[monitor] === undefined) {
        const by = "by fit with validationSplit or validationData, and compile with metrics";
        throw rangeError(caller, `${monitor} to be measured, ${by}`, Object.keys(logs));
      }
      const value = sign * logs[monitor];
      if (value - best > minDelta) [best, weights, waited] = [value, run.model.weights, 0];
      else if (++waited > patience) run.stop();
    },
    onTrainEnd({ model }) {
      if (restoreBestWeights && weights !== undefined) model.setWeights(weights);
    },
  };
}
