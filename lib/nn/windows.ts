/** The windows of convolution and pooling: sizes, strides and padding, as Keras has them. */
import { describe } from "../support/describe.ts";
import { oneOf } from "../support/names.ts";
import { inRange } from "../support/ranges.ts";
import type { Windows } from "../tensor/kernels/windows.ts";
import { type Shape, showShape } from "../tensor/shape.ts";

/** A number for both directions, or one for rows and one for columns. */
export type Pair = number | readonly [rows: number, columns: number];

/**
 * What happens at the border. `"valid"`: windows stay inside the image. `"same"`: the image gets a border
 * of zeros, as even as possible, so that there are ⌈length / stride⌉ windows in each direction.
 */
export type Padding = "valid" | "same";

/**
 * Both numbers of a pair.
 * @throws RangeError for what is not an integer of at least 1, or a pair of them.
 */
export function pairOf(what: string, pair: Pair): readonly [rows: number, columns: number] {
  const numbers: readonly number[] = typeof pair === "number" ? [pair, pair] : pair;
  if (!Array.isArray(numbers) || numbers.length !== 2) {
    throw new RangeError(`${what} to be a number or a pair of them, found ${describe(pair)}`);
  }
  for (const number of numbers) inRange(what, number, "to be an integer of at least 1");
  return [numbers[0], numbers[1]];
}

/**
 * Checks the name of a padding.
 * @throws TypeError for an unknown one.
 */
export function paddingOf(caller: string, padding: Padding): Padding {
  return oneOf(`${caller}: expected padding`, padding, ["valid", "same"]);
}

/**
 * The windows over images.
 * @param caller the layer, for the message.
 * @param shape [N, H, W, C].
 * @throws RangeError when a window is larger than the image and the padding is `"valid"`.
 */
export function windowsOf(
  caller: string,
  [images, height, width, channels]: Shape,
  [kernelHeight, kernelWidth]: readonly [number, number],
  [strideY, strideX]: readonly [number, number],
  padding: Padding,
): Windows {
  const along = (length: number, kernel: number, stride: number) => {
    if (padding === "valid") return [Math.floor((length - kernel) / stride) + 1, 0];
    const count = Math.ceil(length / stride);
    return [count, Math.max(Math.floor(((count - 1) * stride + kernel - length) / 2), 0)];
  };
  if (padding === "valid" && (kernelHeight > height || kernelWidth > width)) {
    const window = showShape([kernelHeight, kernelWidth]), image = showShape([height, width]);
    throw new RangeError(
      `${caller}: expected windows that fit into the image, found windows ${window} in an image ` +
        `${image}; padding: "same" adds a border`,
    );
  }
  const [rows, top] = along(height, kernelHeight, strideY);
  const [columns, left] = along(width, kernelWidth, strideX);
  return {
    images,
    height,
    width,
    channels,
    kernelHeight,
    kernelWidth,
    strideY,
    strideX,
    top,
    left,
    rows,
    columns,
  };
}
