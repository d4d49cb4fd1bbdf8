/** Activation functions, as an option of other layers and as layers of their own. */
import { type Layer, Relu, Sigmoid, Softmax, Tanh } from "../../nn/layers.ts";
import { entryOf } from "../../support/names.ts";
import type { Shape } from "../../tensor/shape.ts";
import {
  type BuiltLayer,
  checkOptions,
  type LayerOptions,
  type LayerSpec,
  type SameShape,
} from "./layer.ts";

/** The name of an activation function h; `"linear"` is h(x) = x. */
export type ActivationName = "linear" | "relu" | "sigmoid" | "tanh" | "softmax";

/** For each activation the class that computes it, and the ONNX operation. */
const ACTIVATIONS: Readonly<Record<ActivationName, readonly [new () => Layer, string] | null>> = {
  linear: null,
  relu: [Relu, "Relu"],
  sigmoid: [Sigmoid, "Sigmoid"],
  tanh: [Tanh, "Tanh"],
  softmax: [Softmax, "Softmax"],
};

/**
 * Returns a function that makes the last parts of a layer: those of its activation.
 * @param caller the layer, for the message.
 * @throws TypeError for an unknown name.
 */
export function activationOf(
  caller: string,
  name: ActivationName,
): () => Pick<BuiltLayer, "parts" | "onnx"> {
  const activation = entryOf(`${caller}: expected activation`, name, ACTIVATIONS);
  if (activation === null) return () => ({ parts: [], onnx: () => [] });
  const [Activation, type] = activation;
  return () => ({ parts: [new Activation()], onnx: () => [{ type }] });
}

/** Options of {@link activation}. */
export interface ActivationOptions<In extends Shape = Shape> extends LayerOptions<In> {
  /** The name of the function. */
  readonly activation: ActivationName;
}

/**
 * h(x), as a layer of its own.
 * @throws TypeError for an unknown name.
 *
 * @example
 * ```ts
 * import { layers, sequential, tensor } from "mnist";
 * import assert from "node:assert/strict";
 *
 * const relu = layers.activation({ inputShape: [3], activation: "relu" });
 * const y = sequential({ layers: [relu] }).predict(tensor([[-1, 0, 2]]));
 * assert.deepEqual(y.toArray(), [[0, 0, 2]]);
 * ```
 */
export function activation<const In extends Shape = Shape>(
  options: ActivationOptions<In>,
): LayerSpec<In, SameShape> {
  checkOptions("activation", options, ["activation"]);
  const make = activationOf("activation", options.activation);
  return {
    type: "activation",
    options,
    build: ({ input }) => ({ outputShape: input, ...make() }),
  };
}
