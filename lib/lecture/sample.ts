/** One digit as the lecture's network takes it: an input and a target. */
import { oneHot, tensor } from "../tensor/create.ts";
import { type Shape, showShape } from "../tensor/shape.ts";
import type { Tensor } from "../tensor/tensor.ts";

/** The input for each of the 256 greys: x = pixel / 255 · 0.99 + 0.01. */
export const GREYS: Float64Array = Float64Array.from(
  { length: 256 },
  (_, pixel) => pixel / 255 * 0.99 + 0.01,
);

/** The target of a class that the label is not; the label's own is 1 - LOW. */
export const LOW = 0.01;

/**
 * x = pixel / 255 · 0.99 + 0.01: from 0.01 to 1, because an input of 0 trains no weight.
 * @param pixels raw pixels 0 to 255, any shape.
 * @returns the same shape, float64.
 * @throws TypeError for pixels that are not bytes, for example already scaled ones.
 *
 * @example
 * ```ts
 * import { lectureInput, tensor } from "mnist";
 * import assert from "node:assert/strict";
 *
 * assert.deepEqual([...lectureInput(tensor([0, 255], "uint8")).data], [0.01, 1]);
 * ```
 */
export function lectureInput<S extends Shape>(pixels: Tensor<S>): Tensor<S> {
  if (pixels.dtype !== "uint8") {
    throw new TypeError(
      `lectureInput: expected raw pixels 0 to 255 (uint8), found ${pixels.dtype}; ` +
        "loadMnist({ normalize: false }) gives them",
    );
  }
  return pixels.map((pixel) => GREYS[pixel]);
}

/**
 * t = 0.99 at the label and 0.01 elsewhere, because a sigmoid reaches neither 1 nor 0.
 * @returns [10], float64.
 * @throws RangeError when the label is not a class.
 *
 * @example
 * ```ts
 * import { lectureTarget } from "mnist";
 * import assert from "node:assert/strict";
 *
 * assert.deepEqual([...lectureTarget(1, 3).data], [0.01, 0.99, 0.01]);
 * ```
 */
export function lectureTarget(label: number): Tensor<[10]>;
/** The same for another number of classes. */
export function lectureTarget<C extends number>(label: number, classes: C): Tensor<[C]>;
export function lectureTarget(label: number, classes = 10): Tensor<[number]> {
  return oneHot(tensor([label]), classes).flatten().map((one) => one === 1 ? 0.99 : LOW);
}

/** The pixels of an input, or undefined when {@link lectureInput} has not made it. */
export function pixelsOf(input: Float64Array): Uint8Array | undefined {
  const pixels = new Uint8Array(input.length);
  for (let i = 0; i < input.length; i++) {
    pixels[i] = Math.round((input[i] - 0.01) / 0.99 * 255);
    if (GREYS[pixels[i]] !== input[i]) return undefined;
  }
  return pixels;
}

/** The label of a target, or undefined when {@link lectureTarget} has not made it. */
export function labelOf(target: Float64Array): number | undefined {
  const label = target.indexOf(0.99);
  const others = target.every((t, k) => k === label || t === LOW);
  return label >= 0 && others ? label : undefined;
}

/** The message for images and labels that differ in number. */
export function notOneEach(caller: string, images: Tensor, labels: Tensor): string {
  return `${caller}: expected a label for each image, found ${showShape(images.shape)} images ` +
    `and ${showShape(labels.shape)} labels`;
}
