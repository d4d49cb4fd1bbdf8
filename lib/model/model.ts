/** The model: layers in a row that can be trained. */
import { describe, unexpected } from "../support/describe.ts";
import { rangeError } from "../support/expected.ts";
import { oneOf, onlyKnown } from "../support/names.ts";
import { type Optimizer, type OptimizerName, optimizerOf } from "../nn/optimizers.ts";
import { allFinite } from "../nn/checks.ts";
import type { Layer } from "../nn/layers.ts";
import { concatenate } from "../tensor/create.ts";
import { Random } from "../tensor/random.ts";
import { sameShape, type Shape, showShape, sizeOf } from "../tensor/shape.ts";
import { keep, release, scope, share } from "../tensor/scope.ts";
import { expectTensor, type Tensor } from "../tensor/tensor.ts";
import { build, type ModelLayer, type NamedWeights, setWeights, weightsOf } from "./build.ts";
import { fit, type FitOptions, type FitResult, type Samples } from "./fit.ts";
import type { InputOf, LayerSpec, ModelDType, OutputOf } from "./layers/layer.ts";
import { type Logs, MeanLogs } from "./logs.ts";
import { type LossName, type MetricName, Objective } from "./objective.ts";
import { Summary } from "./summary.ts";

export type { Samples };

/**
 * Options of {@link sequential}.
 * @internal
 */
export interface SequentialOptions<Layers extends readonly LayerSpec[] = readonly LayerSpec[]> {
  /** The layers, from input to output; the first one has an `inputShape`. */
  readonly layers: Layers;
  /** Seeds the initial weights, the order of the samples and dropout. Default: 0. */
  readonly seed?: number;
  /** `"float32"` (default) is fast, `"float64"` is exact enough for gradient checks. */
  readonly dtype?: ModelDType;
  /** The name of the model. Default: `"sequential"`. */
  readonly name?: string;
}

/** Options of {@link Model.compile}. */
export interface CompileOptions {
  /** The optimizer: a name for its default options, or `new Adam({ learningRate: 0.01 })`. */
  readonly optimizer: OptimizerName | Optimizer;
  /** The loss, which training minimizes. */
  readonly loss: LossName;
  /** Metrics that are measured beside the loss. Default: none. */
  readonly metrics?: readonly MetricName[];
}

/** The most samples that predict and evaluate compute at once, and numbers in an output, to limit memory. */
const BATCH = 1000, NUMBERS = 2 ** 22;

/** The model of each optimizer: an optimizer remembers its steps, so two models cannot share one. */
const OWNERS = new WeakMap<Optimizer, Model>();

/**
 * Makes a model of layers in a row, with random initial weights.
 * @throws RangeError when a layer does not accept the output of the one before, TypeError for
 *   unknown names.
 *
 * @example
 * ```ts
 * import { layers, sequential } from "mnist";
 *
 * const model = sequential({
 *   layers: [
 *     layers.dense({ inputShape: [784], units: 128, activation: "relu" }),
 *     layers.dense({ units: 10, activation: "softmax" }),
 *   ],
 * }); // Model<[784], [10]>
 * console.log(String(model.summary()));
 * ```
 */
export function sequential<const Layers extends readonly LayerSpec[]>(
  options: SequentialOptions<Layers>,
): Model<InputOf<Layers>, OutputOf<Layers, InputOf<Layers>>> {
  return new Model(options);
}

/** Layers in a row that can be trained; {@link sequential} makes one. */
export class Model<out In extends Shape = Shape, out Out extends Shape = Shape> {
  /** The name of the model. */
  readonly name: string;
  /** The dtype in which it computes. */
  readonly dtype: ModelDType;
  /** The shape of one sample. */
  readonly inputShape: Shape;
  /** The shape of the output for one sample. */
  readonly outputShape: Shape;
  readonly #layers: readonly ModelLayer[];
  /** Whether someone may hold layers, and with them weights and gradients of earlier steps. */
  #areLayersShared = false;
  readonly #random: Random;
  readonly #parts: readonly Layer[];
  #compiled: { readonly objective: Objective; readonly optimizer: Optimizer } | undefined;
  #isFitting = false;

  /**
   * Makes a model of layers in a row.
   * @param options as for {@link sequential}.
   * @param weights the weights, by name. Default: random initial weights.
   * @throws RangeError when layers or weights do not fit, TypeError for unknown names.
   */
  constructor(options: SequentialOptions, weights?: NamedWeights) {
    onlyKnown("sequential", options, ["layers", "seed", "dtype", "name"]);
    const { layers, seed = 0, dtype = "float32", name = "sequential" } = options;
    if (typeof name !== "string") throw unexpected("sequential: expected name to be text", name);
    this.name = name;
    this.dtype = oneOf("sequential: expected dtype", dtype, ["float32", "float64"]);
    this.#random = new Random(seed);
    this.#layers = build(layers, { random: this.#random, dtype }, weights);
    this.inputShape = this.#layers[0].inputShape;
    this.outputShape = this.#layers[this.#layers.length - 1].outputShape;
    this.#parts = this.#layers.flatMap(({ parts }) => parts);
  }

  /**
   * Chooses optimizer, loss and metrics; the weights do not change. A model may be compiled again:
   * an optimizer given by name or new starts from its first step, the same one continues.
   * @throws TypeError for an unknown name, RangeError for a loss that does not go with the last layer
   *   or an optimizer of another model, Error while the model is being trained.
   *
   * @example
   * ```ts
   * import { Adam, layers, sequential } from "mnist";
   *
   * const output = layers.dense({ inputShape: [784], units: 10, activation: "softmax" });
   * const model = sequential({ layers: [output] });
   * model.compile({
   *   optimizer: new Adam({ learningRate: 0.003 }), // or "adam"
   *   loss: "sparseCategoricalCrossentropy", // for labels 0, 1, 2, …
   *   metrics: ["accuracy"],
   * });
   * ```
   */
  compile(options: CompileOptions): void {
    onlyKnown("compile", options, ["optimizer", "loss", "metrics"]);
    this.#expectIdle("compile");
    const objective = new Objective(options.loss, options.metrics ?? [], {
      layers: this.#parts,
      output: this.outputShape,
      last: this.#layers[this.#layers.length - 1].name,
    });
    const optimizer = optimizerOf(options.optimizer), owner = OWNERS.get(optimizer) ?? this;
    if (owner !== this) {
      throw rangeError("compile", "a new optimizer, as another model uses this one", optimizer);
    }
    OWNERS.set(optimizer, this);
    this.#compiled = { objective, optimizer };
  }

  /**
   * Trains the model on samples and their targets, for some epochs of mini-batches.
   *
   * It yields about 20 times a second, so that charts update and Stop works. Meanwhile `predict` and
   * `evaluate` use the weights of the last step, and `setWeights` takes effect in the next step.
   * @param x samples [N, ...inputShape] of any dtype. Only mini-batches are converted, so raw pixels
   *   can stay bytes.
   * @param t labels [N] (or a column [N, 1]) for the sparse cross-entropy, otherwise targets
   *   [N, ...outputShape].
   * @throws RangeError or TypeError for data or options that do not fit, or when the loss is no
   *   longer finite; the weights are then those after the last whole epoch. Error before `compile`,
   *   or while another fit of this model is running.
   *
   * @example
   * ```ts
   * import { layers, sequential, tensor } from "mnist";
   * import assert from "node:assert/strict";
   *
   * const line = sequential({ layers: [layers.dense({ inputShape: [1], units: 1 })] });
   * line.compile({ optimizer: "sgd", loss: "meanSquaredError" });
   * const x = tensor([[0], [1], [2]]), t = tensor([1, 3, 5]);
   * const { history } = await line.fit(x, t, { epochs: 20, batchSize: 3 });
   * assert.ok(history.loss[19] < history.loss[0]);
   * ```
   */
  async fit(x: Samples<In>, t: Tensor, options?: FitOptions): Promise<FitResult> {
    const { objective } = this.#learner("fit");
    this.#expectIdle("fit");
    this.#isFitting = true;
    try {
      const training = {
        model: this,
        names: objective.names,
        random: this.#random,
        check: this.#checkData.bind(this),
        step: this.#step.bind(this),
        reseed: this.#reseed.bind(this),
      };
      return await fit(training, x, t, options);
    } finally {
      this.#isFitting = false;
    }
  }

  /**
   * The outputs of the model for samples.
   * @param x [N, ...inputShape]; one sample is `x.rows(0, 1)`.
   * @returns [N, ...outputShape].
   * @throws RangeError for another shape, TypeError for something else than a tensor.
   *
   * @example
   * ```ts
   * import { layers, sequential, zeros } from "mnist";
   * import assert from "node:assert/strict";
   *
   * const output = layers.dense({ inputShape: [784], units: 10, activation: "softmax" });
   * const y = sequential({ layers: [output] }).predict(zeros([2, 784]));
   * assert.deepEqual(y.shape, [2, 10]);
   * assert.deepEqual(y.argmax(1).shape, [2]); // the predicted labels
   * ```
   */
  predict(x: Samples<In>): Samples<Out>;
  predict(x: Tensor): Tensor {
    this.#checkSamples("predict", x);
    return concatenate(
      [...this.#batches(x)].map(([from, to]) =>
        scope(() => {
          const output = this.#forward(this.#parts, x.rows(from, to));
          keep([output]);
          return output;
        })
      ),
    );
  }

  /**
   * The mean loss and metrics for samples and their targets. Nothing is trained.
   * @param x samples [N, ...inputShape], N at least 1.
   * @param t labels or targets, as for {@link Model.fit}.
   * @throws RangeError or TypeError for data that do not fit, or when the loss is not finite, Error
   *   before `compile`.
   *
   * @example
   * ```ts
   * import { layers, sequential, tensor } from "mnist";
   * import assert from "node:assert/strict";
   *
   * const model = sequential({ layers: [layers.activation({ inputShape: [2], activation: "softmax" })] });
   * model.compile({ optimizer: "sgd", loss: "sparseCategoricalCrossentropy", metrics: ["accuracy"] });
   * const { loss, accuracy } = model.evaluate(tensor([[9, 0], [0, 9]]), tensor([0, 1]));
   * assert.ok(loss < 0.001 && accuracy === 1);
   * ```
   */
  evaluate(x: Samples<In>, t: Tensor): Logs;
  evaluate(x: Tensor, t: Tensor): Logs {
    const { objective } = this.#learner("evaluate"), targets = this.#checkData("evaluate", x, t);
    const means = new MeanLogs();
    for (const [from, to] of this.#batches(x)) {
      const logs = scope(() => {
        const scores = this.#forward(objective.layers, x.rows(from, to));
        return objective.measure(scores, targets.rows(from, to));
      });
      means.add(logs, to - from);
    }
    const logs = means.logs;
    logs.loss += this.#penalty();
    if (!Number.isFinite(logs.loss)) throw this.#notFinite("evaluate", logs.loss, x);
    return logs;
  }

  /**
   * The optimizer, whose learning rate may be changed between two steps.
   * @throws Error before `compile`.
   */
  get optimizer(): Optimizer {
    return this.#learner("optimizer").optimizer;
  }

  /**
   * The names of the results of {@link Model.evaluate}: loss, and accuracy where it was requested.
   * @throws Error before `compile`.
   */
  get metricsNames(): string[] {
    return [...this.#learner("metricsNames").objective.names];
  }

  /**
   * The table of the layers, as in Keras. It shows itself as the last value of a cell.
   *
   * @example
   * ```ts
   * import { layers, sequential } from "mnist";
   * import assert from "node:assert/strict";
   *
   * const model = sequential({ layers: [layers.dense({ inputShape: [784], units: 10 })] });
   * assert.match(String(model.summary()), /Total params: 7,850/);
   * ```
   */
  summary(): Summary {
    return new Summary(this.name, this.#layers);
  }

  /** The layers, from input to output. */
  get layers(): readonly ModelLayer[] {
    this.#areLayersShared = true;
    return this.#layers;
  }

  /** The number of weights. */
  countParams(): number {
    return Object.values(this.weights).reduce((sum, { size }) => sum + size, 0);
  }

  /** All weights by name, such as `"dense.W"`. Later steps do not change these tensors. */
  get weights(): Record<string, Tensor> {
    const weights = weightsOf(this.#layers);
    share(Object.values(weights));
    return weights;
  }

  /**
   * Replaces all weights.
   * @param weights one for each name of {@link Model.weights}, of the same shape.
   * @throws RangeError when one is missing, unknown, not finite or of another shape; nothing is
   *   changed then.
   */
  setWeights(weights: Readonly<Record<string, Tensor>>): void {
    setWeights(this.#layers, weights, this.dtype);
    share(Object.values(weights));
  }

  /** [0, 1000], [1000, 2000], … up to the number of samples; [0, 0] for none. */
  *#batches({ shape: [count] }: Tensor): Generator<[from: number, to: number]> {
    const largest = Math.max(...this.#layers.map(({ outputShape }) => sizeOf(outputShape)));
    const step = Math.max(1, Math.min(BATCH, Math.floor(NUMBERS / largest)));
    for (let from = 0; from < Math.max(count, 1); from += step) {
      yield [from, Math.min(from + step, count)];
    }
  }

  #learner(caller: string): { readonly objective: Objective; readonly optimizer: Optimizer } {
    if (this.#compiled !== undefined) return this.#compiled;
    throw new Error(`${caller}: expected a compiled model, found one that is not: call compile`);
  }

  #expectIdle(caller: string): void {
    if (!this.#isFitting) return;
    const found = "a fit of it still running: await it, or stop it first";
    throw new Error(`${caller}: expected a model that is not being trained, found ${found}`);
  }

  #checkSamples(caller: string, x: Tensor): void {
    const wanted = this.inputShape, shape = showShape(wanted).replace("[", "[N, ");
    const expected = `x ${shape} for the layer ${describe(this.#layers[0].name)}`;
    expectTensor(caller, x, expected);
    if (x.ndim > 0 && sameShape(x.shape.slice(1), wanted)) return;
    const count = x.size / sizeOf(wanted), fits = count === 1 || count === x.shape[0];
    const hint = fits ? `; x.reshape(${showShape([count, ...wanted])}) makes it so` : "";
    throw new RangeError(`${caller}: expected ${expected}, found ${showShape(x.shape)}${hint}`);
  }

  /** Checks samples and targets; returns the targets in the shape that the objective takes. */
  #checkData(caller: string, x: Tensor, t: Tensor): Tensor {
    this.#checkSamples(caller, x);
    const [count] = x.shape;
    if (count === 0) throw rangeError(caller, "at least 1 sample", x);
    return this.#learner(caller).objective.targetsOf(caller, t, count);
  }

  #forward(layers: readonly Layer[], x: Tensor, training = false): Tensor {
    let y = x.dtype === this.dtype ? x : x.astype(this.dtype);
    for (const layer of layers) y = layer.forward(y, training);
    return y;
  }

  /**
   * One step of training on a mini-batch: forward, loss, backward, update.
   * @returns loss and metrics from before the step.
   * @throws RangeError when the loss is not finite; the weights are not changed then.
   */
  #step(x: Tensor, t: Tensor): Logs {
    const { objective, optimizer } = this.#learner("fit");
    const logs = objective.measure(this.#forward(objective.layers, x, true), t);
    logs.loss += this.#penalty();
    if (!Number.isFinite(logs.loss)) throw this.#notFinite("fit", logs.loss, x);
    const before = this.#held();
    this.#backward(objective);
    optimizer.update(this.#parts);
    const now = this.#held();
    keep(now);
    if (!this.#areLayersShared) release(new Set(before).difference(new Set(now)));
    return logs;
  }

  /** What the layers hold from step to step: weights, gradients, running means. */
  #held(): Tensor[] {
    return this.#parts.flatMap(({ params, grads, state = {} }) =>
      [params, grads, state].flatMap((tensors) => Object.values(tensors))
    );
  }

  /** The first layer with weights needs no dL/dx: the gradient of the pixels is not used. */
  #backward(objective: Objective): void {
    const { layers } = objective;
    const first = layers.findIndex(({ params }) => Object.keys(params).length > 0);
    let dout = objective.backward();
    for (let i = layers.length - 1; i > first && first >= 0; i--) dout = layers[i].backward(dout);
    const layer = layers[first];
    if (layer?.gradients !== undefined) layer.gradients(dout);
    else layer?.backward(dout);
    for (const { penalty } of this.#layers) penalty?.addGradient();
  }

  #penalty(): number {
    return this.#layers.reduce((sum, { penalty }) => sum + (penalty?.loss() ?? 0), 0);
  }

  #reseed(random: Random): void {
    for (const layer of this.#layers) layer.reseed?.(random);
  }

  /** An error that names the first place where a number is not finite. */
  #notFinite(caller: string, loss: number, x: Tensor): RangeError {
    const error = (where: string) =>
      new RangeError(`${caller}: expected a loss that is a finite number, found ${loss}: ${where}`);
    let y = x.astype(this.dtype);
    if (!allFinite(y)) return error(`x ${showShape(x.shape)} holds NaN or infinity`);
    for (const { name, parts } of this.#layers) {
      y = this.#forward(parts, y);
      if (allFinite(y)) continue;
      return error(
        `the outputs ${showShape(y.shape)} of the layer ${describe(name)} hold NaN or infinity; ` +
          "its weights have become too large: try a smaller learning rate",
      );
    }
    return error("outputs and targets are finite, but too large: scale the targets");
  }
}
