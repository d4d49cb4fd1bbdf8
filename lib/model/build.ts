/** From a specification to layers: shapes are carried through, weights are drawn. */
import { BatchNormalization } from "../nn/batch_normalization.ts";
import { zeros } from "../tensor/create.ts";
import type { DType } from "../tensor/dtype.ts";
import { Dropout } from "../nn/dropout.ts";
import * as initializers from "../nn/initializers.ts";
import {
  Affine,
  Flatten,
  type Layer,
  Relu,
  Rescaling,
  Sigmoid,
  Softmax,
  Tanh,
} from "../nn/layers.ts";
import type { Random } from "../tensor/random.ts";
import { type Shape, showShape, sizeOf } from "../tensor/shape.ts";
import type { Tensor } from "../tensor/tensor.ts";
import type { ActivationName, DenseSpec, InitializerName, LayerSpec } from "./specs.ts";

/** A layer of a model, ready to compute. */
export interface ModelLayer {
  /** How it was written down. */
  readonly spec: LayerSpec;
  /** What it is called: `"dense_1"`. */
  readonly name: string;
  /** The shape of one sample that comes out. */
  readonly outputShape: Shape;
  /** What computes it: a dense layer is x·W + b, and its activation. */
  readonly parts: readonly Layer[];
}

/** The kind of numbers a model computes with. */
export type ModelDType = Extract<DType, "float32" | "float64">;

/**
 * Makes the layers of a model.
 * @param specs what was written down; the first has an inputShape.
 * @param random draws the weights, and what dropout leaves out.
 * @throws RangeError when a layer cannot follow the one before, naming both shapes, or two layers
 *   have one name.
 */
export function build(
  specs: readonly LayerSpec[],
  random: Random,
  dtype: ModelDType,
): ModelLayer[] {
  const built: ModelLayer[] = [], names = new Set<string>();
  let shape = inputShapeOf(specs);
  for (const spec of specs) {
    const name = spec.name ?? freeName(spec.type, names);
    if (names.has(name) || name.includes(".")) {
      throw new RangeError(
        `sequential: expected a name without dots for each layer, and for each another, found ` +
          JSON.stringify(name),
      );
    }
    names.add(name);
    if (spec.inputShape !== undefined && showShape(spec.inputShape) !== showShape(shape)) {
      throw new RangeError(
        `sequential: expected the inputShape ${showShape(shape)}, what the layer before gives, ` +
          `for the layer "${name}", found ${showShape(spec.inputShape)}`,
      );
    }
    const { parts, outputShape } = buildLayer(spec, name, shape, random, dtype);
    built.push({ spec, name, outputShape, parts });
    shape = outputShape;
  }
  return built;
}

/**
 * The shape of one sample, which the first layer tells.
 * @throws RangeError when it does not, or it is no shape.
 */
export function inputShapeOf([first]: readonly LayerSpec[]): Shape {
  if (first === undefined) throw new RangeError("sequential: expected layers, found none");
  const { inputShape, type } = first;
  if (inputShape === undefined) {
    throw new RangeError(
      `sequential: expected an inputShape in the first layer, found none: ` +
        `layers.${type}({ inputShape: [784], … }) for images of 784 pixels`,
    );
  }
  const isShape = Array.isArray(inputShape) && inputShape.length > 0 &&
    inputShape.every((length) => Number.isSafeInteger(length) && length > 0) &&
    Number.isSafeInteger(sizeOf(inputShape));
  if (isShape) return [...inputShape];
  throw new RangeError(
    `sequential: expected an inputShape of lengths of at least 1, such as [28, 28], found ` +
      `[${inputShape}]; the number of samples is not part of it`,
  );
}

/** Keras's names: dense, dense_1, dense_2, … */
function freeName(type: string, taken: ReadonlySet<string>): string {
  let name = type;
  for (let count = 1; taken.has(name); count++) name = `${type}_${count}`;
  return name;
}

function buildLayer(
  spec: LayerSpec,
  name: string,
  shape: Shape,
  random: Random,
  dtype: ModelDType,
): Pick<ModelLayer, "parts" | "outputShape"> {
  switch (spec.type) {
    case "flatten":
      return { parts: [new Flatten()], outputShape: [sizeOf(shape)] };
    case "dense": {
      const inputs = vectorLength(name, shape);
      const W = initializer(spec)([inputs, spec.units], random, dtype);
      const affine = new Affine<number, number>(W, zeros([spec.units], dtype));
      return {
        parts: [affine, ...activation(spec.activation ?? "linear")],
        outputShape: [spec.units],
      };
    }
    case "dropout":
      return { parts: [new Dropout(spec.rate, random)], outputShape: shape };
    case "activation":
      return { parts: activation(spec.activation), outputShape: shape };
    case "batchNormalization": {
      const { momentum, epsilon } = spec, width = vectorLength(name, shape);
      return {
        parts: [new BatchNormalization(width, { momentum, epsilon, dtype })],
        outputShape: shape,
      };
    }
    case "rescaling":
      return { parts: [new Rescaling(spec.scale, spec.offset)], outputShape: shape };
  }
}

/** Dense layers and batch normalisation take vectors. */
function vectorLength(name: string, shape: Shape): number {
  if (shape.length === 1) return shape[0];
  throw new RangeError(
    `sequential: expected vectors before the layer "${name}", found samples of the shape ` +
      `${showShape(shape)}; put layers.flatten() between them`,
  );
}

function activation(name: ActivationName): Layer[] {
  switch (name) {
    case "linear":
      return [];
    case "relu":
      return [new Relu()];
    case "sigmoid":
      return [new Sigmoid()];
    case "tanh":
      return [new Tanh()];
    case "softmax":
      return [new Softmax()];
  }
}

const BY_NAME: Record<InitializerName, initializers.Initializer> = {
  glorotUniform: initializers.glorotUniform,
  glorotNormal: initializers.glorotNormal,
  heNormal: initializers.he,
  xavier: initializers.xavier,
  zeros: initializers.constant(0),
};

function initializer({ kernelInitializer = "glorotUniform" }: DenseSpec): initializers.Initializer {
  return typeof kernelInitializer === "number"
    ? initializers.normal(kernelInitializer)
    : BY_NAME[kernelInitializer];
}

/** All weights of layers by name, `"dense_1.W"`: the parameters, and what is learnt beside them. */
export function weightsOf(layers: readonly ModelLayer[]): Record<string, Tensor> {
  return Object.fromEntries(
    layers.flatMap(({ name, parts }) =>
      parts.flatMap(({ params, state = {} }) =>
        [...Object.entries(params), ...Object.entries(state)]
          .map(([key, tensor]) => [`${name}.${key}`, tensor] as const)
      )
    ),
  );
}
