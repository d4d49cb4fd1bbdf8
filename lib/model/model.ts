/**
 * A network put together of layers, as in Keras and tfjs:
 *
 * ```ts
 * const model = sequential({
 *   layers: [
 *     layers.dense({ inputShape: [784], units: 128, activation: "relu" }),
 *     layers.dropout({ rate: 0.2 }),
 *     layers.dense({ units: 10, activation: "softmax" }),
 *   ],
 * });
 * model.compile({ optimizer: "adam", loss: "sparseCategoricalCrossentropy", metrics: ["accuracy"] });
 * await model.fit(xTrain, tTrain, { epochs: 5 });
 * ```
 */
import { concatenate } from "../tensor/create.ts";
import { Dropout } from "../nn/dropout.ts";
import { Affine, type Layer } from "../nn/layers.ts";
import { build, inputShapeOf, type ModelDType, type ModelLayer, weightsOf } from "./build.ts";
import type { Logs } from "./callbacks.ts";
import { fit, type FitOptions, type FitResult, type Samples } from "./fit.ts";
import {
  accuracyOf,
  type Head,
  headOf,
  type LossName,
  METRIC_NAMES,
  type MetricName,
  targetsOf,
} from "./heads.ts";
import type { InputOf, LayerSpec, OutputOf } from "./specs.ts";
import { summaryOf } from "./summary.ts";
import { oneOf, onlyKnown } from "../support/names.ts";
import { type Optimizer, type OptimizerName, optimizerOf } from "../nn/optimizers.ts";
import { Random } from "../tensor/random.ts";
import { sameShape, type Shape, showShape, sizeOf } from "../tensor/shape.ts";
import type { Tensor } from "../tensor/tensor.ts";

/** What {@link sequential} can be told. */
export interface SequentialOptions<Layers extends readonly LayerSpec[] = readonly LayerSpec[]> {
  /** The layers, from input to output; the first has an `inputShape`. */
  readonly layers: Layers;
  /** Draws the weights, the order of the samples and what dropout leaves out: 0 by default. */
  readonly seed?: number;
  /** float32 (default) is fast, float64 is exact enough to check gradients by. */
  readonly dtype?: ModelDType;
  /** What the model is called. */
  readonly name?: string;
}

/** What {@link Model.compile} can be told. */
export interface CompileOptions {
  /** How weights move: a name with its usual constants, or `new Adam({ learningRate: 0.01 })`. */
  readonly optimizer: OptimizerName | Optimizer;
  /** What is to become small. */
  readonly loss: LossName;
  /** What is measured beside it. */
  readonly metrics?: readonly MetricName[];
}

export type { Samples };

/** How many samples go through a model at a time when it only reads. */
const READ_AT_ONCE = 1000;

/**
 * Layers one after the other, with weights drawn at random.
 * @throws RangeError when a layer cannot follow the one before, TypeError for unknown names.
 */
export function sequential<const Layers extends readonly LayerSpec[]>(
  options: SequentialOptions<Layers>,
): Model<InputOf<Layers>, OutputOf<Layers, InputOf<Layers>>> {
  return new Model(options);
}

/** How a model learns, once it is compiled. */
interface Compiled extends Head {
  readonly optimizer: Optimizer;
  readonly name: LossName;
  readonly metrics: readonly MetricName[];
}

/** A network of layers that can learn; {@link sequential} makes one. */
export class Model<out In extends Shape = Shape, out Out extends Shape = Shape> {
  /** What it is called. */
  readonly name: string;
  /** The kind of numbers it computes with. */
  readonly dtype: ModelDType;
  /** The shape of one sample. */
  readonly inputShape: Shape;
  /** The shape of what comes out for one sample. */
  readonly outputShape: Shape;
  /** The layers, from input to output. */
  readonly layers: readonly ModelLayer[];
  readonly #random: Random;
  readonly #parts: readonly Layer[];
  #compiled: Compiled | undefined;

  /**
   * Layers one after the other, with weights drawn at random.
   * @param options layers and seed, as {@link sequential} takes them.
   * @throws RangeError when a layer cannot follow the one before, TypeError for unknown names.
   */
  constructor(options: SequentialOptions) {
    onlyKnown("sequential", options, ["layers", "seed", "dtype", "name"]);
    const { layers, seed = 0, dtype = "float32", name = "sequential" } = options;
    this.name = name;
    this.dtype = oneOf("sequential: expected dtype", dtype, ["float32", "float64"]);
    this.#random = new Random(seed);
    this.inputShape = inputShapeOf(layers);
    this.layers = build(layers, this.#random, this.dtype);
    this.outputShape = this.layers[this.layers.length - 1].outputShape;
    this.#parts = this.layers.flatMap(({ parts }) => parts);
  }

  /**
   * Chooses how it learns. The optimizer starts anew, the weights stay.
   * @throws TypeError for an unknown name, RangeError for a loss that does not go with the last
   *   layer.
   */
  compile(options: CompileOptions): void {
    onlyKnown("compile", options, ["optimizer", "loss", "metrics"]);
    const { loss: name, metrics = [] } = options;
    const head = headOf(name, this.#parts, this.#last);
    for (const metric of metrics) oneOf("compile: expected metrics", metric, METRIC_NAMES);
    if (metrics.length > 0 && name === "meanSquaredError" && sizeOf(this.outputShape) === 1) {
      throw new RangeError(
        `compile: expected several outputs for accuracy, of which the largest is the answer, ` +
          `found the layer "${this.#last}" with ${showShape(this.outputShape)}`,
      );
    }
    this.#compiled = { ...head, name, metrics, optimizer: optimizerOf(options.optimizer) };
  }

  /**
   * Learns from samples and their targets, for some epochs in mini-batches.
   *
   * Others have their turn about twenty times a second, so that charts move and a stop is heard.
   * @param x samples [N, ...inputShape] of any dtype: each mini-batch is converted by itself, so
   *   that raw pixels can stay bytes.
   * @param t labels [N], or targets [N, ...outputShape], as the loss takes them.
   * @throws RangeError or TypeError for data or options that do not fit, or when the loss is no
   *   longer a number; the model is then what it was after the last whole epoch.
   */
  async fit(x: Samples<In>, t: Tensor, options?: FitOptions): Promise<FitResult> {
    const { metrics } = this.#learner("fit");
    const training = {
      model: this,
      random: this.#random,
      metricsNames: ["loss", ...metrics],
      check: this.#checkData.bind(this),
      step: this.#step.bind(this),
      reseed: this.#reseed.bind(this),
    };
    return await fit(training, x, t, options);
  }

  /**
   * What the model says about samples.
   * @param x [N, ...inputShape].
   * @returns [N, ...outputShape].
   * @throws RangeError for another shape, naming the layer.
   */
  predict(x: Samples<In>): Samples<Out>;
  predict(x: Tensor): Tensor {
    this.#checkInput("predict", x);
    const outputs = [...cuts(x.shape[0])].map(([from, to]) =>
      this.#forward(this.#parts, x.rows(from, to), false)
    );
    return concatenate(outputs);
  }

  /**
   * Loss and metrics on samples that need not have been seen before. Nothing is learnt.
   * @param x [N, ...inputShape].
   * @param t labels or targets, as for {@link Model.fit}.
   * @throws RangeError for data that do not fit, Error before `compile`.
   */
  evaluate(x: Samples<In>, t: Tensor): Logs;
  evaluate(x: Tensor, t: Tensor): Logs {
    const targets = this.#checkData("evaluate", x, t), { loss, layers } = this.#learner("evaluate");
    const count = x.shape[0], sums: Logs = { loss: 0 };
    for (const [from, to] of cuts(count)) {
      const scores = this.#forward(layers, x.rows(from, to), false), part = targets.rows(from, to);
      const results = this.#results(loss.forward(scores, part), scores, part);
      for (const [name, value] of Object.entries(results)) {
        sums[name] = (sums[name] ?? 0) + value * (to - from);
      }
    }
    for (const name of Object.keys(sums)) sums[name] /= count;
    sums.loss += this.#penalty();
    return sums;
  }

  /**
   * What moves the weights.
   * @throws Error before `compile`.
   */
  get optimizer(): Optimizer {
    return this.#learner("optimizer").optimizer;
  }

  /**
   * The names of what is measured: loss, and accuracy if it was asked for.
   * @throws Error before `compile`.
   */
  get metricsNames(): string[] {
    return ["loss", ...this.#learner("metricsNames").metrics];
  }

  /** Keras's table: a line for each layer with its kind, what comes out, and how many weights. */
  summary(): string {
    return summaryOf(this.name, this.layers);
  }

  /** How many numbers it holds. */
  countParams(): number {
    return Object.values(this.weights).reduce((sum, { size }) => sum + size, 0);
  }

  /** All weights as they are now, by name such as `"dense.W"`. Later steps do not change them. */
  get weights(): Record<string, Tensor> {
    return weightsOf(this.layers);
  }

  /**
   * Puts other weights in the place of its own.
   * @param weights one for each name of {@link Model.weights}, in the same shape.
   * @throws RangeError when one is missing, too many or has another shape; nothing is changed then.
   */
  setWeights(weights: Readonly<Record<string, Tensor>>): void {
    const own = this.weights;
    for (const name of new Set([...Object.keys(own), ...Object.keys(weights)])) {
      const [expected, found] = [own[name]?.shape, weights[name]?.shape];
      if (expected !== undefined && found !== undefined && sameShape(expected, found)) continue;
      throw new RangeError(
        `setWeights: expected ${expected ? showShape(expected) : "nothing"} as ${name}, found ` +
          `${found ? showShape(found) : "nothing"}`,
      );
    }
    for (const { name, parts } of this.layers) {
      for (const { params, state = {} } of parts) {
        for (const part of [params, state]) {
          for (const key of Object.keys(part)) {
            const weight = weights[`${name}.${key}`];
            part[key] = weight.dtype === this.dtype ? weight : weight.astype(this.dtype);
          }
        }
      }
    }
  }

  get #last(): string {
    return this.layers[this.layers.length - 1].name;
  }

  #learner(caller: string): Compiled {
    if (this.#compiled !== undefined) return this.#compiled;
    throw new Error(`${caller}: expected a compiled model, found one that is not: call compile`);
  }

  #checkInput(caller: string, x: Tensor): void {
    const expected = [x.shape[0], ...this.inputShape];
    if (x.ndim > 0 && sameShape(x.shape, expected)) return;
    const first = this.layers[0], fits = x.ndim > 0 && x.size === sizeOf(expected);
    throw new RangeError(
      `${caller}: expected x [N, ${this.inputShape.join(", ")}] for the layer "${first.name}", ` +
        `found ${showShape(x.shape)}` +
        (fits ? `; x.reshape([-1, ${this.inputShape.join(", ")}]) makes it so` : ""),
    );
  }

  /**
   * One step of learning: forward, loss, backward, and the optimizer moves the weights.
   * @param x a mini-batch [N, ...inputShape].
   * @param t its labels or targets, checked by `#checkData` or known to be right.
   * @returns loss and metrics of this batch, from before the step.
   * @throws RangeError when the loss is not a number any more; the weights are not changed then.
   */
  #step(x: Tensor, t: Tensor): Logs {
    const { loss, layers, optimizer } = this.#learner("fit");
    const scores = this.#forward(layers, x, true);
    const results = this.#results(loss.forward(scores, t), scores, t);
    results.loss += this.#penalty();
    if (!Number.isFinite(results.loss)) throw new RangeError(this.#whyNotFinite(x, results.loss));
    this.#backward(layers, loss.backward());
    optimizer.update(this.#parts);
    return results;
  }

  /**
   * Checks samples and targets against the model and its loss.
   * @returns the targets as `#step` takes them.
   * @throws RangeError naming layer and shapes, Error before `compile`.
   */
  #checkData(caller: string, x: Tensor, t: Tensor): Tensor {
    const { name } = this.#learner(caller);
    this.#checkInput(caller, x);
    return targetsOf(caller, name, t, x.shape[0], this.outputShape, this.#last);
  }

  /** Makes dropout draw from this source. */
  #reseed(random: Random): void {
    for (const part of this.#parts) if (part instanceof Dropout) part.random = random;
  }

  #forward(layers: readonly Layer[], x: Tensor, training: boolean): Tensor {
    let y = x.dtype === this.dtype ? x : x.astype(this.dtype);
    for (const layer of layers) y = layer.forward(y, training);
    return y;
  }

  /** The first layer with weights needs no dL/dx: nobody asks for the gradient of the pixels. */
  #backward(layers: readonly Layer[], dLoss: Tensor): void {
    const first = layers.findIndex(({ params }) => Object.keys(params).length > 0);
    let dout = dLoss;
    for (let i = layers.length - 1; i > first && first >= 0; i--) dout = layers[i].backward(dout);
    const layer = layers[first];
    if (layer?.gradients !== undefined) layer.gradients(dout);
    else layer?.backward(dout);
    this.#regularize();
  }

  #results(loss: number, scores: Tensor, t: Tensor): Logs {
    const { name, metrics } = this.#learner("evaluate");
    return metrics.length === 0 ? { loss } : { loss, accuracy: accuracyOf(name, scores, t) };
  }

  /** λ₁·Σ|W| + λ₂·ΣW² over the layers that have a regularizer. */
  #penalty(): number {
    let sum = 0;
    for (const { W, l1, l2 } of this.#regularized()) {
      const { data } = W.params.W;
      for (let i = 0; i < data.length; i++) {
        sum += l1 * Math.abs(data[i]) + l2 * data[i] * data[i];
      }
    }
    return sum;
  }

  /** dL/dW ← dL/dW + λ₁·sign(W) + 2λ₂W */
  #regularize(): void {
    for (const { W: layer, l1, l2 } of this.#regularized()) {
      const slope = layer.params.W.map((w) => l1 * Math.sign(w) + 2 * l2 * w);
      layer.grads.W = layer.grads.W.add(slope).like(slope);
    }
  }

  *#regularized(): Generator<{ W: Affine; l1: number; l2: number }> {
    for (const { spec, parts: [layer] } of this.layers) {
      if (spec.type !== "dense" || !(layer instanceof Affine)) continue;
      const { l1 = 0, l2 = 0 } = spec.kernelRegularizer ?? {};
      if (l1 > 0 || l2 > 0) yield { W: layer, l1, l2 };
    }
  }

  /** The first place at which a number went wrong, in words. */
  #whyNotFinite(x: Tensor, loss: number): string {
    const found = `expected a loss that is a number, found ${loss}`;
    let y = x.astype(this.dtype);
    if (!isFinite(y)) return `fit: ${found}: x holds NaN or infinity, shape ${showShape(x.shape)}`;
    for (const { name, parts } of this.layers) {
      for (const part of parts) y = part.forward(y, false);
      if (isFinite(y)) continue;
      return `fit: ${found}: the layer "${name}" gives NaN or infinity, shape ` +
        `${showShape(y.shape)}; its weights have grown too large: try a smaller learning rate`;
    }
    return `fit: ${found}: the outputs ${showShape(y.shape)} of the layer "${this.#last}" are ` +
      "finite, the targets or the squares of the differences are not";
  }
}

function isFinite(x: Tensor): boolean {
  return x.data.every((value: number) => Number.isFinite(value));
}

/** [0, 1000], [1000, 2000], …: a few samples at a time, so that memory stays small. */
function* cuts(count: number): Generator<[from: number, to: number]> {
  for (let from = 0; from < Math.max(count, 1); from += READ_AT_ONCE) {
    yield [from, Math.min(from + READ_AT_ONCE, count)];
  }
}
