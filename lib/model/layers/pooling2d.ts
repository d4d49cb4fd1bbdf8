/** Pooling as layers of a model. */
import type { Layer } from "../../nn/layers.ts";
import {
  AveragePooling2D,
  GlobalAveragePooling2D,
  MaxPooling2D,
  type PoolingOptions,
} from "../../nn/pooling.ts";
import { type Padding, paddingOf, type Pair, pairOf, windowsOf } from "../../nn/windows.ts";
import type { Shape } from "../../tensor/shape.ts";
import { checkOptions, type LayerOptions, type LayerSpec, type ShapeRule } from "./layer.ts";
import {
  imageShape,
  padsOf,
  TO_CHANNELS_FIRST,
  TO_CHANNELS_LAST,
  type Windowed,
} from "./windows.ts";

/** Options of {@link maxPooling2d} and {@link averagePooling2d}. */
export interface PoolingLayerOptions<
  Size extends Pair = Pair,
  Strides extends Pair = Pair,
  Pad extends Padding = Padding,
  In extends Shape = Shape,
> extends LayerOptions<In> {
  /** The size of a window. Default: 2. */
  readonly poolSize?: Size;
  /** How many pixels a window moves. Default: the size of a window. */
  readonly strides?: Strides;
  /** `"same"` also takes windows that reach beyond the image. Default: `"valid"`. */
  readonly padding?: Pad;
}

/**
 * The largest number of each window, channel by channel: [26, 26, 32] → [13, 13, 32].
 * @throws RangeError for an option out of range, TypeError for an unknown name.
 *
 * @example
 * ```ts
 * import { layers, sequential } from "mnist";
 * import assert from "node:assert/strict";
 *
 * const pool = layers.maxPooling2d({ inputShape: [26, 26, 32] });
 * assert.deepEqual(sequential({ layers: [pool] }).outputShape, [13, 13, 32]);
 * ```
 */
export function maxPooling2d<
  const Size extends Pair = 2,
  const Strides extends Pair = Size,
  const Pad extends Padding = "valid",
  const In extends Shape = Shape,
>(
  options: PoolingLayerOptions<Size, Strides, Pad, In> = {},
): LayerSpec<In, Windowed<Size, Strides, Pad, undefined>> {
  return pooling2d("maxPooling2d", options, MaxPooling2D, "MaxPool");
}

/**
 * The mean of each window, channel by channel; what is outside the image does not count.
 * @throws RangeError for an option out of range, TypeError for an unknown name.
 *
 * @example
 * ```ts
 * import { layers, sequential, tensor } from "mnist";
 * import assert from "node:assert/strict";
 *
 * const pool = layers.averagePooling2d({ inputShape: [2, 2, 1] });
 * const y = sequential({ layers: [pool] }).predict(tensor([1, 2, 3, 6]).reshape([1, 2, 2, 1]));
 * assert.deepEqual([...y.data], [3]);
 * ```
 */
export function averagePooling2d<
  const Size extends Pair = 2,
  const Strides extends Pair = Size,
  const Pad extends Padding = "valid",
  const In extends Shape = Shape,
>(
  options: PoolingLayerOptions<Size, Strides, Pad, In> = {},
): LayerSpec<In, Windowed<Size, Strides, Pad, undefined>> {
  return pooling2d("averagePooling2d", options, AveragePooling2D, "AveragePool");
}

function pooling2d<In extends Shape, Rule extends ShapeRule>(
  type: string,
  options: PoolingLayerOptions<Pair, Pair, Padding, In>,
  Part: new (options: PoolingOptions) => Layer,
  operation: string,
): LayerSpec<In, Rule> {
  checkOptions(type, options, ["poolSize", "strides", "padding"]);
  const poolSize = pairOf(`${type}: expected poolSize`, options.poolSize ?? 2);
  const strides = pairOf(`${type}: expected strides`, options.strides ?? poolSize);
  const padding = paddingOf(type, options.padding ?? "valid");
  return {
    type,
    options,
    build(context) {
      const [height, width, channels] = imageShape(context);
      const caller = `sequential: layer ${JSON.stringify(context.name)}`;
      const shape = [1, height, width, channels];
      const windows = windowsOf(caller, shape, poolSize, strides, padding);
      const attributes = {
        kernel_shape: [...poolSize],
        strides: [...strides],
        pads: padsOf(windows),
      };
      return {
        outputShape: [windows.rows, windows.columns, channels],
        parts: [new Part({ poolSize, strides, padding })],
        onnx: () => [TO_CHANNELS_FIRST, { type: operation, attributes }, TO_CHANNELS_LAST],
      };
    },
  };
}

/** [H, W, C] → [C] */
export interface Channels extends ShapeRule {
  /** A number for each channel. */
  readonly output: this["input"] extends readonly [number, number, infer C extends number] ? [C]
    : [number];
}

/**
 * The mean of each channel over the whole image: [5, 5, 64] → [64].
 * @throws TypeError for an unknown option.
 *
 * @example
 * ```ts
 * import { layers, sequential } from "mnist";
 * import assert from "node:assert/strict";
 *
 * const pool = layers.globalAveragePooling2d({ inputShape: [5, 5, 64] });
 * assert.deepEqual(sequential({ layers: [pool] }).outputShape, [64]);
 * ```
 */
export function globalAveragePooling2d<const In extends Shape = Shape>(
  options: LayerOptions<In> = {},
): LayerSpec<In, Channels> {
  checkOptions("globalAveragePooling2d", options);
  return {
    type: "globalAveragePooling2d",
    options,
    build: (context) => ({
      outputShape: [imageShape(context)[2]],
      parts: [new GlobalAveragePooling2D()],
      onnx: () => [TO_CHANNELS_FIRST, { type: "GlobalAveragePool" }, { type: "Flatten" }],
    }),
  };
}
