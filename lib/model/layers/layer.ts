/**
 * What all layers of a model have in common.
 *
 * A layer is one file in this folder: a function that checks its options and returns a
 * {@link LayerSpec}, which builds the layer once the shape of its input is known. mod.ts lists them.
 */
import type { Layer } from "../../nn/layers.ts";
import { describe, unexpected } from "../../support/describe.ts";
import { rangeError } from "../../support/expected.ts";
import { onlyKnown } from "../../support/names.ts";
import type { DType } from "../../tensor/dtype.ts";
import type { Random } from "../../tensor/random.ts";
import { type Shape, sizeOf } from "../../tensor/shape.ts";
import type { Tensor } from "../../tensor/tensor.ts";

/**
 * The dtypes in which a model can compute.
 * @internal
 */
export type ModelDType = Extract<DType, "float32" | "float64">;

/** Options common to all layers. */
export interface LayerOptions<In extends Shape = Shape> {
  /** The shape of one sample, such as `[28, 28]`: required in the first layer. */
  readonly inputShape?: readonly [...In];
  /** The name of the layer. Default: its type with a number: dense, dense_1, … */
  readonly name?: string;
}

/**
 * The shape of a layer's output, for the type checker: an interface that extends this one computes
 * `output` from `this["input"]`.
 * @internal
 */
export interface ShapeRule {
  /** The shape of one input sample. */
  readonly input: unknown;
  /** The shape of one output sample. */
  readonly output: unknown;
}

/**
 * The rule of layers that keep the shape.
 * @internal
 */
export interface SameShape extends ShapeRule {
  /** The shape of the input. */
  readonly output: this["input"];
}

/**
 * The shape of one sample, as the first layer declares it.
 * @internal
 */
export type InputOf<Layers extends readonly LayerSpec[]> = Layers extends
  readonly [LayerSpec<infer In, infer _>, ...unknown[]] ? { -readonly [I in keyof In]: In[I] }
  : Shape;

/**
 * The shape of one output sample, for input samples of the shape `In`.
 * @internal
 */
export type OutputOf<Layers extends readonly LayerSpec[], In extends Shape> = Layers extends
  readonly [LayerSpec<infer _, infer Rule>, ...infer Rest extends readonly LayerSpec[]]
  ? (Rule & { readonly input: In })["output"] extends infer Out extends Shape ? OutputOf<Rest, Out>
  : Shape
  : In;

/** A layer with its options, before the shape of its input is known. */
export interface LayerSpec<In extends Shape = Shape, Rule extends ShapeRule = ShapeRule> {
  /** The name of the function that made it: `"dense"`. */
  readonly type: string;
  /** The options as they were passed: plain data, which saveModel stores. */
  readonly options: LayerOptions<In>;
  /**
   * Builds the layer.
   * @throws RangeError when the layer does not accept the shape of its input.
   */
  build(context: BuildContext): BuiltLayer;
  /** Carries the rule in the type; never set. */
  readonly rule?: Rule;
}

/**
 * What a layer is built from.
 * @internal
 */
export interface BuildContext {
  /** The name of the layer. */
  readonly name: string;
  /** The shape of one input sample. */
  readonly input: Shape;
  /** Initializes weights; dropout also draws from it. */
  readonly random: Random;
  /** The dtype of the weights. */
  readonly dtype: ModelDType;
  /**
   * A weight of the layer: a stored one when a model is loaded, otherwise what `initialize` returns.
   * Sizes are checked before memory is allocated, so a layer asks for its weights first.
   * @throws RangeError when the stored weight is missing or has another shape.
   */
  weight<S extends number[]>(
    key: string,
    shape: [...S],
    initialize: (shape: [...S]) => Tensor<[...S]>,
  ): Tensor<[...S]>;
}

/**
 * A layer that can compute.
 * @internal
 */
export interface BuiltLayer {
  /** The shape of one output sample. */
  readonly outputShape: Shape;
  /** The layers of lib/nn that compute it, in order: a dense layer is x·W + b and its activation. */
  readonly parts: readonly Layer[];
  /** A term of the loss that depends only on the weights. */
  readonly penalty?: Penalty;
  /** Replaces the source of random numbers, in layers that draw from one while training. */
  reseed?(random: Random): void;
  /** The ONNX operations that compute the same after training, in order. */
  onnx(): Operation[];
}

/**
 * A term of the loss that depends only on the weights of a layer.
 * @internal
 */
export interface Penalty {
  /** Its value for the current weights. */
  loss(): number;
  /** Adds its gradient to the gradients of the last backward pass. */
  addGradient(): void;
}

/**
 * An ONNX operation. Its first input is the output of the operation before it.
 * @internal
 */
export interface Operation {
  /** Its name in https://onnx.ai/onnx/operators. */
  readonly type: string;
  /** Its other inputs, by name. */
  readonly constants?: Readonly<Record<string, Tensor>>;
  /** Its attributes: a number is a float, a list is a list of integers. */
  readonly attributes?: Readonly<Record<string, number | readonly number[]>>;
}

/**
 * Checks the names of a layer's options and the values of the common ones.
 * @param names the names of the layer's own options.
 * @throws TypeError for an unknown option or a value of another type, RangeError for a shape that
 *   is not one.
 */
export function checkOptions(
  type: string,
  options: LayerOptions,
  names: readonly string[] = [],
): void {
  onlyKnown(type, options, [...names, "inputShape", "name"]);
  const { inputShape, name } = options;
  const isName = name === undefined ||
    typeof name === "string" && name !== "" && !name.includes(".") && name.isWellFormed();
  if (!isName) throw unexpected(`${type}: expected name to be text without dots`, name);
  const isShape = inputShape === undefined || Array.isArray(inputShape) && inputShape.length > 0 &&
      inputShape.every((length) => Number.isSafeInteger(length) && length > 0) &&
      Number.isSafeInteger(sizeOf(inputShape));
  if (!isShape) throw rangeError(type, "inputShape of one sample: [28, 28]", inputShape);
}

/**
 * The length of the vectors that a layer takes.
 * @throws RangeError for samples of another shape.
 */
export function vectorLength({ name, input }: BuildContext): number {
  if (input.length === 1) return input[0];
  const vectors = `vectors as input of the layer ${describe(name)}: put layers.flatten() before it`;
  throw rangeError("sequential", vectors, input);
}
