/** Convolution as a layer of a model. */
import { Conv2D } from "../../nn/conv2d.ts";
import { type Padding, paddingOf, type Pair, pairOf, windowsOf } from "../../nn/windows.ts";
import { inRange } from "../../support/ranges.ts";
import { zeros } from "../../tensor/create.ts";
import type { Shape } from "../../tensor/shape.ts";
import { type ActivationName, activationOf } from "./activation.ts";
import { type InitializerName, initializerOf } from "./initializer.ts";
import { checkOptions, type LayerOptions, type LayerSpec } from "./layer.ts";
import { type Regularizer, regularizerOf } from "./regularizer.ts";
import {
  imageShape,
  padsOf,
  TO_CHANNELS_FIRST,
  TO_CHANNELS_LAST,
  type Windowed,
} from "./windows.ts";

/** Options of {@link conv2d}. */
export interface Conv2DLayerOptions<
  Filters extends number = number,
  Kernel extends Pair = Pair,
  Strides extends Pair = Pair,
  Pad extends Padding = Padding,
  In extends Shape = Shape,
> extends LayerOptions<In> {
  /** F, the number of filters, at least 1: the channels of the output. */
  readonly filters: Filters;
  /** The height and width of a filter: `3` or `[3, 3]`. */
  readonly kernelSize: Kernel;
  /** How many pixels a filter moves from one window to the next. Default: 1. */
  readonly strides?: Strides;
  /**
   * `"valid"`: filters stay inside the image. `"same"`: a border of zeros keeps the size (with strides
   * of 1). Default: `"valid"`.
   */
  readonly padding?: Pad;
  /** The activation function h. Default: `"linear"`, h(x) = x. */
  readonly activation?: ActivationName;
  /** The initializer of W, or the standard deviation of a normal distribution. Default: `"glorotUniform"`. */
  readonly kernelInitializer?: InitializerName | number;
  /** A penalty for large W. Default: none. */
  readonly kernelRegularizer?: Regularizer;
}

const OPTIONS = ["filters", "kernelSize", "strides", "padding", "activation"];

/**
 * y = h(b + filters · windows of x): each filter looks for one pattern everywhere in the image.
 *
 * Samples are images [height, width, channels]. Weights: W [kernel height, kernel width, channels,
 * filters], and b [filters], which starts at 0.
 * @throws RangeError for an option out of range, TypeError for an unknown name.
 *
 * @example
 * ```ts
 * import { layers, sequential } from "mnist";
 * import assert from "node:assert/strict";
 *
 * const filters = layers.conv2d({ inputShape: [28, 28, 1], filters: 32, kernelSize: 3 });
 * const model = sequential({ layers: [filters] }); // Model<[28, 28, 1], [26, 26, 32]>
 * assert.deepEqual(model.outputShape, [26, 26, 32]);
 * assert.equal(model.countParams(), 3 * 3 * 1 * 32 + 32);
 * ```
 */
export function conv2d<
  const Filters extends number,
  const Kernel extends Pair,
  const Strides extends Pair = 1,
  const Pad extends Padding = "valid",
  const In extends Shape = Shape,
>(
  options: Conv2DLayerOptions<Filters, Kernel, Strides, Pad, In>,
): LayerSpec<In, Windowed<Kernel, Strides, Pad, Filters>> {
  checkOptions("conv2d", options, [...OPTIONS, "kernelInitializer", "kernelRegularizer"]);
  const { filters, activation = "linear", kernelInitializer = "glorotUniform" } = options;
  inRange("conv2d: expected filters", filters, "to be an integer of at least 1");
  const kernel = pairOf("conv2d: expected kernelSize", options.kernelSize);
  const strides = pairOf("conv2d: expected strides", options.strides ?? 1);
  const padding = paddingOf("conv2d", options.padding ?? "valid");
  const isRectified = activation === "relu"; // the convolution computes it in the same pass
  const activate = activationOf("conv2d", isRectified ? "linear" : activation);
  const initialize = initializerOf("conv2d", kernelInitializer);
  const penalize = regularizerOf("conv2d", options.kernelRegularizer);
  return {
    type: "conv2d",
    options,
    build(context) {
      const { name, input, random, dtype, weight } = context, channels = imageShape(context)[2];
      const caller = `sequential: layer ${JSON.stringify(name)}`;
      const windows = windowsOf(caller, [1, ...input], kernel, strides, padding);
      const part = new Conv2D<number, number>(
        weight("W", [...kernel, channels, filters], (shape) => initialize(shape, random, dtype)),
        weight("b", [filters], (shape) => zeros(shape, dtype)),
        { strides, padding, activation: isRectified ? "relu" : "linear" },
      );
      const activated = activate(), kernel_shape = [...kernel], pads = padsOf(windows);
      return {
        outputShape: [windows.rows, windows.columns, filters],
        parts: [part, ...activated.parts],
        penalty: penalize(part),
        onnx: () => [
          TO_CHANNELS_FIRST,
          {
            type: "Conv",
            constants: { W: part.params.W.transpose(3, 2, 0, 1).copy(), b: part.params.b },
            attributes: { kernel_shape, strides: [...strides], pads },
          },
          TO_CHANNELS_LAST,
          ...isRectified ? [{ type: "Relu" }] : activated.onnx(),
        ],
      };
    },
  };
}
