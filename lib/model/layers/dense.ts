/** Dense layers, also called fully connected. */
import { Affine } from "../../nn/layers.ts";
import { inRange } from "../../support/ranges.ts";
import { zeros } from "../../tensor/create.ts";
import type { Shape } from "../../tensor/shape.ts";
import { type ActivationName, activationOf } from "./activation.ts";
import { type InitializerName, initializerOf } from "./initializer.ts";
import {
  checkOptions,
  type LayerOptions,
  type LayerSpec,
  type ShapeRule,
  vectorLength,
} from "./layer.ts";
import { type Regularizer, regularizerOf } from "./regularizer.ts";

/** Options of {@link dense}. */
export interface DenseOptions<Units extends number = number, In extends Shape = Shape>
  extends LayerOptions<In> {
  /** The number of nodes, at least 1. */
  readonly units: Units;
  /** The activation function h. Default: `"linear"`, h(x) = x. */
  readonly activation?: ActivationName;
  /**
   * The initializer of W, or the standard deviation of a normal distribution, such as the book's
   * 0.01. Default: `"glorotUniform"`.
   */
  readonly kernelInitializer?: InitializerName | number;
  /** A penalty for large W. Default: none. */
  readonly kernelRegularizer?: Regularizer;
}

const OPTIONS = ["units", "activation", "kernelInitializer", "kernelRegularizer"];

/** [inputs] → [units] */
export interface Units<Count extends number> extends ShapeRule {
  /** One number for each node. */
  readonly output: [Count];
}

/**
 * y = h(x·W + b): every node sees every number of its input.
 *
 * Weights: W [inputs, units], and b [units], which starts at 0.
 * @throws RangeError for an option out of range, TypeError for an unknown name.
 *
 * @example
 * ```ts
 * import { layers, sequential } from "mnist";
 * import assert from "node:assert/strict";
 *
 * const hidden = layers.dense({ inputShape: [784], units: 128, activation: "relu" });
 * const model = sequential({ layers: [hidden] });
 * assert.deepEqual(model.weights["dense.W"].shape, [784, 128]);
 * ```
 */
export function dense<const Count extends number, const In extends Shape = Shape>(
  options: DenseOptions<Count, In>,
): LayerSpec<In, Units<Count>> {
  checkOptions("dense", options, OPTIONS);
  const { units, activation = "linear", kernelInitializer = "glorotUniform" } = options;
  inRange("dense: expected units", units, "to be an integer of at least 1");
  const activate = activationOf("dense", activation);
  const initialize = initializerOf("dense", kernelInitializer);
  const penalize = regularizerOf("dense", options.kernelRegularizer);
  return {
    type: "dense",
    options,
    build(context) {
      const { random, dtype, weight } = context, inputs = vectorLength(context);
      const affine = new Affine<number, number>(
        weight("W", [inputs, units], (shape) => initialize(shape, random, dtype)),
        weight("b", [units], (shape) => zeros(shape, dtype)),
      );
      const activated = activate();
      return {
        outputShape: [units],
        parts: [affine, ...activated.parts],
        penalty: penalize(affine),
        onnx: () => [
          { type: "MatMul", constants: { W: affine.params.W } },
          { type: "Add", constants: { b: affine.params.b } },
          ...activated.onnx(),
        ],
      };
    },
  };
}
