/**
 * The lecture's network, trained as in the lecture: by numerical derivative, one digit at a time.
 *
 * There are four ways to the derivative, and they give the same numbers. The naive one is the
 * lecture's; derivatives.ts explains why the others are equal to it.
 */
import { oneHot, rand } from "../tensor/create.ts";
import { sigmoid } from "../nn/functions.ts";
import { numericalGradient } from "../nn/gradient.ts";
import { type Initializer, xavier } from "../nn/initializers.ts";
import { logLoss } from "../nn/losses.ts";
import { algebraicDerivative, incrementalDerivative, sharedDerivative } from "./derivatives.ts";
import { Pass, type WeightData, type WeightName } from "./pass.ts";
import { labelOf, lectureInput, lectureTarget, notOneEach, pixelsOf } from "./sample.ts";
import type { Random } from "../tensor/random.ts";
import { showShape } from "../tensor/shape.ts";
import { numbersOf, Tensor } from "../tensor/tensor.ts";
import { trainFast } from "./trainer.ts";

export type { WeightName } from "./pass.ts";
export { lectureInput, lectureTarget } from "./sample.ts";

/**
 * How a derivative is computed: `"naive"` runs the whole network for every nudge, `"incremental"`
 * only what the nudge moves, `"shared"` does that once for all pixels of the same grey, and
 * `"algebraic"` the same without logarithms and divisions, in WebAssembly where it is available.
 * @internal
 */
export type Way = "naive" | "incremental" | "shared" | "algebraic";

/** Images that are read at a time: together they are one product of matrices. */
const BATCH = 100;

/** The lecture trains these one after the other, each from the derivative at that moment. */
const ORDER = ["W2", "b2", "W3", "b3"] as const;

/**
 * What {@link MnistTest.accuracy} found.
 * @internal
 */
export interface LectureAccuracy {
  /** matched / all, 0 to 1. */
  readonly accuracy: number;
  /** The indices of the samples that were predicted correctly. */
  readonly matched: readonly number[];
  /** The indices of those that were not. */
  readonly notMatched: readonly number[];
  /** For every sample its index, its label, and what the network read. */
  readonly indexLabelPrediction: readonly (readonly [number, number, number])[];
}

/** y = sigmoid(sigmoid(x·W2 + b2)·W3 + b3): the lecture's network of three layers. */
export class MnistTest<
  I extends number = number,
  H extends number = number,
  O extends number = number,
> {
  /** Into the hidden layer, which the lecture counts as layer 2. Training changes its numbers. */
  readonly W2: Tensor<[I, H]>;
  /** Bias of the hidden layer. */
  readonly b2: Tensor<[H]>;
  /** Into the output layer. */
  readonly W3: Tensor<[H, O]>;
  /** Bias of the output layer. */
  readonly b3: Tensor<[O]>;
  /** How far a step goes downhill. */
  readonly learningRate: number;
  /** The same four, as plain arrays. */
  get #weights(): WeightData {
    const { W2, b2, W3, b3 } = this;
    return {
      W2: float64Data("W2", W2),
      b2: float64Data("b2", b2),
      W3: float64Data("W3", W3),
      b3: float64Data("b3", b3),
    };
  }
  #last: { readonly input: Tensor<[I]>; readonly target: Tensor<[O]> } | undefined;

  /**
   * A network with initial weights.
   * @param inputNodes I, 784 for a digit.
   * @param hiddenNodes H, 30 in the lecture.
   * @param outputNodes O, 10 for the digits.
   * @param learningRate 0.01 in the lecture.
   * @param random draws the weights, and the biases from U[0, 1).
   * @param initializer of the weights, by default Xavier's.
   */
  constructor(
    inputNodes: I,
    hiddenNodes: H,
    outputNodes: O,
    learningRate: number,
    random: Random,
    initializer: Initializer = xavier,
  ) {
    this.W2 = initializer([inputNodes, hiddenNodes], random).astype("float64");
    this.b2 = rand([hiddenNodes], random);
    this.W3 = initializer([hiddenNodes, outputNodes], random).astype("float64");
    this.b3 = rand([outputNodes], random);
    this.learningRate = learningRate;
  }

  /** y = sigmoid(sigmoid(x·W2 + b2)·W3 + b3), the ten outputs for one input [I]. */
  outputs(input: Tensor<[I]>): Tensor<[O]> {
    const a2 = sigmoid(input.dot(this.W2).add(this.b2));
    return sigmoid(a2.dot(this.W3).add(this.b3));
  }

  /** E = Σₖ logLoss(yₖ, tₖ) = -Σₖ [tₖ log(yₖ + δ) + (1 - tₖ) log(1 - yₖ + δ)]. */
  feedForward(input: Tensor<[I]>, target: Tensor<[O]>): number {
    const outputs = this.outputs(input),
      y = numbersOf(outputs),
      t = numbersOf(target.like(outputs));
    let loss = 0;
    for (let k = 0; k < y.length; k++) loss += logLoss(y[k], t[k]);
    return loss;
  }

  /**
   * The loss of the sample that was trained last, with the weights as they are now.
   * @throws Error before the first.
   */
  lossValue(): number {
    if (this.#last === undefined) {
      throw new Error("lossValue: expected a trained sample, found none: call train before it");
    }
    return this.feedForward(this.#last.input, this.#last.target);
  }

  /**
   * ∂E/∂w ≈ (E(w + δ) - E(w - δ)) / 2δ for each w of one weight matrix or bias, δ = 10⁻⁴.
   * @param name which: "W2", "b2", "W3" or "b3".
   * @param input [I], float64, as {@link lectureInput} makes it.
   * @param target [O], float64, as {@link lectureTarget} makes it.
   * @param way how; the numbers are the same.
   * @throws RangeError or TypeError for a sample that does not fit.
   */
  derivative(name: WeightName, input: Tensor<[I]>, target: Tensor<[O]>, way: Way): Tensor {
    const weights: Tensor = this[name];
    const x = float64Data("input", input, this.W2.shape[0]);
    const t = float64Data("target", target, this.b3.shape[0]);
    switch (way) {
      case "naive":
        return numericalGradient(() => this.feedForward(input, target), weights);
      case "incremental":
        return new Tensor(
          incrementalDerivative(name, new Pass(this.#weights, x, t)),
          weights.shape,
        );
      case "shared":
        return new Tensor(sharedDerivative(name, new Pass(this.#weights, x, t)), weights.shape);
      case "algebraic":
        return new Tensor(algebraicDerivative(name, new Pass(this.#weights, x, t)), weights.shape);
    }
  }

  /**
   * w ← w - learningRate · ∂E/∂w: one step of the lecture, for one sample.
   *
   * W2, b2, W3 and b3 take their turns, so that the derivative by b2 already sees the new W2.
   * @param input [I], float64, as {@link lectureInput} makes it.
   * @param target [O], float64, as {@link lectureTarget} makes it.
   * @param way how the derivatives are computed.
   * @throws RangeError or TypeError for a sample that does not fit; no weight is changed then.
   */
  train(input: Tensor<[I]>, target: Tensor<[O]>, way: Way = "algebraic"): void {
    const x = float64Data("input", input, this.W2.shape[0]);
    const t = float64Data("target", target, this.b3.shape[0]);
    const pixels = way === "algebraic" ? pixelsOf(x) : undefined, label = labelOf(t);
    const isTrained = pixels !== undefined && label !== undefined &&
      trainFast(this.#weights, this.learningRate, pixels, [label]).count === 1;
    if (!isTrained) {
      for (const name of ORDER) {
        const slope = numbersOf(this.derivative(name, input, target, way));
        const w = this.#weights[name];
        for (let i = 0; i < w.length; i++) w[i] -= this.learningRate * slope[i];
      }
    }
    this.#last = { input, target };
  }

  /**
   * Trains on each image in turn, as {@link MnistTest.train} does.
   * @param images raw pixels [N, I], uint8, N at least 1; `lectureInput` is applied to them.
   * @param labels [N], each from 0 to O - 1.
   * @param way how the derivatives are computed.
   * @returns the sum of the losses, each computed right after its own training.
   * @throws RangeError for labels that do not fit, TypeError for scaled pixels; no weight is changed
   *   then.
   */
  trainEach(
    images: Tensor<[number, I]>,
    labels: Tensor<[number]>,
    way: Way = "algebraic",
  ): number {
    const [count] = images.shape, [inputs] = this.W2.shape, [classes] = this.b3.shape;
    if (labels.shape[0] !== count) throw new RangeError(notOneEach("trainEach", images, labels));
    oneHot(labels, classes); // throws for a label that is no class
    const sample = (i: number) =>
      [lectureInput(images.at(i)), lectureTarget(labels.at(i), classes)] as const;
    const [input, target] = sample(count - 1), pixels = Uint8Array.from(numbersOf(images));
    float64Data("input", input, inputs);
    let done = 0, sum = 0;
    while (done < count) {
      if (way === "algebraic") {
        const rest = [pixels.subarray(done * inputs), numbersOf(labels).subarray(done)] as const;
        const trained = trainFast(this.#weights, this.learningRate, ...rest);
        done += trained.count;
        sum += trained.loss;
      }
      if (done < count) {
        this.train(...sample(done++), way);
        sum += this.lossValue();
      }
    }
    this.#last = { input, target };
    return sum;
  }

  /** The digit whose output is largest, for one input [I]. */
  predict(input: Tensor<[I]>): number {
    return this.outputs(input).argmax(0);
  }

  /**
   * Reads every image and compares with its label, as the lecture does.
   * @param images raw pixels [N, I], uint8; they are scaled here.
   * @param labels [N].
   * @throws RangeError when there is not one label for each image, TypeError for scaled pixels.
   */
  accuracy(images: Tensor<[number, I]>, labels: Tensor<[number]>): LectureAccuracy {
    if (images.shape[0] !== labels.shape[0]) {
      throw new RangeError(notOneEach("accuracy", images, labels));
    }
    const matched: number[] = [], notMatched: number[] = [];
    const indexLabelPrediction: [number, number, number][] = [];
    for (let start = 0; start < images.shape[0]; start += BATCH) {
      const inputs = lectureInput(images.rows(start, start + BATCH));
      const a2 = sigmoid(inputs.dot(this.W2).add(this.b2));
      const predictions = a2.dot(this.W3).add(this.b3).argmax(1); // sigmoid keeps the order
      numbersOf(predictions).forEach((prediction: number, i: number) => {
        const index = start + i, label = labels.at(index);
        (prediction === label ? matched : notMatched).push(index);
        indexLabelPrediction.push([index, label, prediction]);
      });
    }
    const accuracy = matched.length / indexLabelPrediction.length;
    return { accuracy, matched, notMatched, indexLabelPrediction };
  }
}

/** The numbers of a vector or of weights, to compute with. */
function float64Data(what: string, x: Tensor, length = x.size): Float64Array {
  const data = numbersOf(x);
  if (!(data instanceof Float64Array)) {
    throw new TypeError(`MnistTest: expected ${what} in float64, found ${x.dtype}`);
  }
  if (data.length !== length) {
    throw new RangeError(
      `MnistTest: expected ${length} numbers as ${what}, found the shape ${showShape(x.shape)}`,
    );
  }
  return data;
}
