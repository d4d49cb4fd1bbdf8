/** What a network makes of one image: computed in the page and in the kernel by the same code. */
import { Model } from "../model/model.ts";
import { rangeError, typeError } from "../support/expected.ts";
import { scope } from "../tensor/scope.ts";
import { type Shape, showShape, sizeOf } from "../tensor/shape.ts";
import { Tensor } from "../tensor/tensor.ts";

/** Pixels of an image. */
const PIXELS = 784;
/** Classes that are told apart. */
const CLASSES = 10;

/** The output of one layer for one image. */
export interface LayerOutput {
  /** The name of the layer: `"dense_1"`. */
  readonly name: string;
  /** The name of the function that made it: `"dense"`. */
  readonly type: string;
  /** The shape of the output: `[128]`, or `[rows, columns, channels]`. */
  readonly shape: Shape;
  /** The numbers, row-major. */
  readonly values: Float64Array;
}

/** What a network makes of one image. */
export interface Reading {
  /** The digit with the largest probability. */
  readonly digit: number;
  /** The probability of each digit. */
  readonly probabilities: Float64Array;
  /** The outputs of all layers, from input to output; the last are the probabilities. */
  readonly layers: readonly LayerOutput[];
}

/**
 * Checks that a network can read drawings.
 * @throws TypeError for what is not a model; RangeError for another input than 784 pixels, or for a
 *   network that does not end in a softmax over ten digits.
 */
export function checkReader(caller: string, model: Model): void {
  if (!(model instanceof Model)) throw typeError(caller, "a model, as sequential makes it,", model);
  if (sizeOf(model.inputShape) !== PIXELS) {
    throw rangeError(caller, `a model for images of ${PIXELS} pixels`, [...model.inputShape]);
  }
  const { spec, outputShape } = model.layers[model.layers.length - 1];
  if (sizeOf(outputShape) !== CLASSES) {
    throw rangeError(caller, `a model with ${CLASSES} outputs`, [...outputShape]);
  }
  if ("activation" in spec.options && spec.options.activation === "softmax") return;
  throw new RangeError(
    `${caller}: expected a model that ends in a softmax, whose outputs are probabilities, found ` +
      `${spec.type} ${showShape(outputShape)} without one: add the activation "softmax" to it`,
  );
}

/**
 * What a network makes of one image.
 *
 * @example
 * ```ts
 * import { dense } from "../model/layers/dense.ts";
 * import { sequential } from "../model/model.ts";
 * import { readImage } from "./reading.ts";
 * import assert from "node:assert/strict";
 *
 * const layer = dense({ inputShape: [784], units: 10, activation: "softmax" });
 * const { probabilities } = readImage(sequential({ layers: [layer] }), new Uint8Array(784));
 * assert.equal(probabilities.length, 10);
 * ```
 *
 * @param model a network that {@link checkReader} accepts.
 * @param image 784 bytes, 0 (paper) to 255 (ink).
 * @throws RangeError for an image of another size.
 */
export function readImage(model: Model, image: Uint8Array): Reading {
  if (image.length !== PIXELS) {
    throw rangeError("readImage", `an image of ${PIXELS} bytes`, image.length);
  }
  return scope(() => {
    const pixels = Float32Array.from(image, (byte) => byte / 255);
    let y: Tensor = new Tensor(pixels, [1, ...model.inputShape]).astype(model.dtype);
    const layers = model.layers.map(({ name, spec, parts, outputShape }): LayerOutput => {
      for (const part of parts) y = part.forward(y);
      return { name, type: spec.type, shape: outputShape, values: Float64Array.from(y.data) };
    });
    const probabilities = layers[layers.length - 1].values;
    return { digit: probabilities.indexOf(Math.max(...probabilities)), probabilities, layers };
  });
}
