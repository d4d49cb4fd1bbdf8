/**
 * A plain network of dense layers over images of bytes, for scripts that need one without the
 * course's own. Hidden layers are relu or sigmoid, the output is a softmax.
 *
 * It skips the black pixels, four fifths of a digit, and keeps to Float32Array throughout, which
 * makes it quick enough without any kernel.
 */
import type { Random } from "../../lib/tensor/random.ts";

/** Pixels along each side of an image, and in a whole one. */
const SIDE = 28;
const PIXELS = SIDE * SIDE;

/** Images, 784 bytes each, and their labels, 0 to 9. */
export interface ImageSet {
  readonly images: Uint8Array;
  readonly labels: Uint8Array;
}

/** How to train a {@link DenseNet}. */
export interface Recipe {
  readonly epochs: number;
  readonly batch: number;
  /** Adam's step at the start; it falls to 0 along half a cosine over the whole training. */
  readonly learningRate: number;
  /** Share of the hidden values left out at each step, 0 to 1. */
  readonly dropout: number;
  /** Share of the target that is spread over all classes, 0 to 1. */
  readonly labelSmoothing: number;
  /** Most pixels by which a training image is moved, each way; 0 by default. */
  readonly shift?: number;
}

/** One layer, z = x W + b, with the gradient of its weights and Adam's moments. */
interface Layer {
  readonly outputs: number;
  /** [inputs, outputs], row-major. */
  readonly W: Weights;
  readonly b: Weights;
}

/** Some weights, and as many numbers each for the gradient and for Adam's moments. */
interface Weights {
  readonly value: Float32Array<ArrayBuffer>;
  readonly gradient: Float32Array;
  readonly mean: Float32Array;
  readonly square: Float32Array;
}

/** Adam's constants, as Kingma and Ba proposed them. */
const BETA1 = 0.9;
const BETA2 = 0.999;
const EPSILON = 1e-8;

/** A network of dense layers that reads images of 784 bytes as numbers from 0 to 1. */
export class DenseNet {
  readonly layers: readonly Layer[];
  readonly #sigmoid: boolean;
  readonly #random: Random;
  /** values[0] is the image, values[k] what layer k gives; errors[k] is dL/dz of layer k + 1. */
  readonly #values: readonly Float32Array[];
  readonly #errors: readonly Float32Array[];

  /**
   * @param sizes nodes from input to output, for example [784, 50, 100, 10].
   * @param activation of the hidden layers. Weights start at He's spread for relu, Xavier's for sigmoid.
   * @param random draws the first weights, the order of the images, dropout and shifts.
   */
  constructor(sizes: readonly number[], activation: "relu" | "sigmoid", random: Random) {
    this.#sigmoid = activation === "sigmoid";
    this.#random = random;
    const gain = this.#sigmoid ? 1 : 2;
    this.layers = sizes.slice(1).map((outputs, k) => {
      const inputs = sizes[k];
      const spread = Math.sqrt(gain / inputs);
      const start = Float32Array.from({ length: inputs * outputs }, () => spread * random.normal());
      return { outputs, W: weights(start), b: weights(new Float32Array(outputs)) };
    });
    this.#values = sizes.map((size) => new Float32Array(size));
    this.#errors = sizes.slice(1).map((size) => new Float32Array(size));
  }

  /** Trains on a set, in a new random order each epoch. */
  train(set: ImageSet, recipe: Recipe, onEpoch?: (epoch: number) => void): void {
    const { epochs, batch, learningRate, dropout, labelSmoothing, shift = 0 } = recipe;
    const count = set.labels.length;
    const steps = epochs * Math.ceil(count / batch);
    let step = 0;
    for (let epoch = 1; epoch <= epochs; epoch++) {
      const order = this.#random.permutation(count);
      for (let start = 0; start < count; start += batch) {
        const end = Math.min(start + batch, count);
        for (let k = start; k < end; k++) {
          this.#read(set.images, order[k], shift);
          this.#forward(dropout);
          this.#backward(set.labels[order[k]], labelSmoothing, dropout);
        }
        const rate = learningRate * 0.5 * (1 + Math.cos(Math.PI * step / steps));
        step++;
        for (const { W, b } of this.layers) {
          adam(W, end - start, rate, step);
          adam(b, end - start, rate, step);
        }
      }
      onEpoch?.(epoch);
    }
  }

  /** The digit that the network finds most likely for each image. */
  predict(images: Uint8Array): Uint8Array {
    const output = this.#values[this.#values.length - 1];
    return Uint8Array.from({ length: images.length / PIXELS }, (_, i) => {
      this.#read(images, i, 0);
      this.#forward(0);
      return output.indexOf(output.reduce((a, b) => Math.max(a, b)));
    });
  }

  /** The share of a set that the network reads as labelled, 0 to 1. */
  accuracy(set: ImageSet): number {
    const predicted = this.predict(set.images);
    return predicted.filter((digit, i) => digit === set.labels[i]).length / predicted.length;
  }

  /** x = pixels / 255, moved by up to `shift` pixels each way. */
  #read(images: Uint8Array, index: number, shift: number): void {
    const x = this.#values[0];
    const offset = index * PIXELS;
    if (shift === 0) {
      for (let i = 0; i < PIXELS; i++) x[i] = images[offset + i] / 255;
      return;
    }
    const right = this.#random.integer(2 * shift + 1) - shift;
    const down = this.#random.integer(2 * shift + 1) - shift;
    x.fill(0);
    for (let row = Math.max(0, down); row < Math.min(SIDE, SIDE + down); row++) {
      for (let column = Math.max(0, right); column < Math.min(SIDE, SIDE + right); column++) {
        x[row * SIDE + column] = images[offset + (row - down) * SIDE + column - right] / 255;
      }
    }
  }

  /** z = x W + b and its activation, layer by layer; dropout divides what it keeps by 1 - dropout. */
  #forward(dropout: number): void {
    const last = this.layers.length - 1;
    for (let k = 0; k <= last; k++) {
      const z = this.#values[k + 1];
      multiply(this.#values[k], this.layers[k], z);
      if (k === last) softmax(z);
      else if (this.#sigmoid) sigmoid(z);
      else relu(z);
      if (k === last || dropout === 0) continue;
      for (let j = 0; j < z.length; j++) {
        z[j] = this.#random.uniform() < dropout ? 0 : z[j] / (1 - dropout);
      }
    }
  }

  /** Adds one image's part to every gradient. Softmax with cross entropy has dL/dz = y - t. */
  #backward(label: number, smoothing: number, dropout: number): void {
    const last = this.layers.length - 1;
    const y = this.#values[last + 1];
    const dz = this.#errors[last];
    for (let j = 0; j < dz.length; j++) dz[j] = y[j] - smoothing / dz.length;
    dz[label] -= 1 - smoothing;
    addGradient(this.#values[last], dz, this.layers[last]);
    for (let k = last - 1; k >= 0; k--) {
      const error = this.#errors[k];
      const value = this.#values[k + 1];
      multiplyTransposed(this.#errors[k + 1], this.layers[k + 1], error);
      for (let j = 0; j < error.length; j++) {
        if (value[j] === 0) error[j] = 0; // dropped, or on relu's flat side
        else if (this.#sigmoid) error[j] *= value[j] * (1 - value[j] * (1 - dropout));
        else error[j] /= 1 - dropout;
      }
      addGradient(this.#values[k], error, this.layers[k]);
    }
  }
}

function weights(value: Float32Array<ArrayBuffer>): Weights {
  const zeros = () => new Float32Array(value.length);
  return { value, gradient: zeros(), mean: zeros(), square: zeros() };
}

/** z = x W + b, passing over the rows of W that meet a zero. */
function multiply(x: Float32Array, layer: Layer, z: Float32Array): void {
  const W = layer.W.value;
  const outputs = layer.outputs;
  z.set(layer.b.value);
  for (let i = 0; i < x.length; i++) {
    const value = x[i];
    if (value === 0) continue;
    const row = i * outputs;
    for (let j = 0; j < outputs; j++) z[j] += value * W[row + j];
  }
}

/** dx = dz Wᵀ. */
function multiplyTransposed(dz: Float32Array, layer: Layer, dx: Float32Array): void {
  const W = layer.W.value;
  const outputs = layer.outputs;
  for (let i = 0; i < dx.length; i++) {
    const row = i * outputs;
    let sum = 0;
    for (let j = 0; j < outputs; j++) sum += dz[j] * W[row + j];
    dx[i] = sum;
  }
}

/** dW += xᵀ dz, db += dz. */
function addGradient(x: Float32Array, dz: Float32Array, layer: Layer): void {
  const dW = layer.W.gradient;
  const db = layer.b.gradient;
  const outputs = layer.outputs;
  for (let i = 0; i < x.length; i++) {
    const value = x[i];
    if (value === 0) continue;
    const row = i * outputs;
    for (let j = 0; j < outputs; j++) dW[row + j] += value * dz[j];
  }
  for (let j = 0; j < outputs; j++) db[j] += dz[j];
}

/** w -= rate · m̂ / (√v̂ + ε), on the mean gradient of a batch; sets the gradient to zero again. */
function adam(weights: Weights, images: number, rate: number, step: number): void {
  const { value, gradient, mean, square } = weights;
  const size = rate / (1 - BETA1 ** step);
  const scale = 1 / (1 - BETA2 ** step);
  for (let i = 0; i < value.length; i++) {
    const g = gradient[i] / images;
    mean[i] += (1 - BETA1) * (g - mean[i]);
    square[i] += (1 - BETA2) * (g * g - square[i]);
    value[i] -= size * mean[i] / (Math.sqrt(square[i] * scale) + EPSILON);
    gradient[i] = 0;
  }
}

function relu(z: Float32Array): void {
  for (let j = 0; j < z.length; j++) if (z[j] < 0) z[j] = 0;
}

function sigmoid(z: Float32Array): void {
  for (let j = 0; j < z.length; j++) z[j] = 1 / (1 + Math.exp(-z[j]));
}

function softmax(z: Float32Array): void {
  const largest = z.reduce((a, b) => Math.max(a, b));
  let sum = 0;
  for (let j = 0; j < z.length; j++) sum += z[j] = Math.exp(z[j] - largest);
  for (let j = 0; j < z.length; j++) z[j] /= sum;
}
