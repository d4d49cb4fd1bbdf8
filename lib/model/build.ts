/** From specifications to layers that can compute, and the weights of those layers. */
import { allFinite } from "../nn/checks.ts";
import { describe, unexpected } from "../support/describe.ts";
import { rangeError } from "../support/expected.ts";
import type { Random } from "../tensor/random.ts";
import { sameShape, type Shape, showShape, sizeOf } from "../tensor/shape.ts";
import { baseOf, Tensor } from "../tensor/tensor.ts";
import type { BuiltLayer, LayerSpec, ModelDType } from "./layers/layer.ts";

/** A layer of a model. */
export interface ModelLayer extends BuiltLayer {
  /** Its specification. */
  readonly spec: LayerSpec;
  /** Its name: `"dense_1"`. */
  readonly name: string;
  /** The shape of one input sample. */
  readonly inputShape: Shape;
}

/** Weights by name: `"dense_1.W"`. */
export type NamedWeights = Readonly<Record<string, Tensor>>;

/** The most numbers in a weight tensor: a gigabyte in float32, which training multiplies. */
const MAX_WEIGHTS = 2 ** 28;

/**
 * Builds the layers of a model.
 * @param specs the layers; the first one has an inputShape.
 * @param source initializes the weights, and what dropout draws from.
 * @param stored weights to use in place of initial ones.
 * @throws RangeError when a layer does not accept the output of the one before, two layers have the
 *   same name, or the stored weights do not fit.
 */
export function build(
  specs: readonly LayerSpec[],
  { random, dtype }: { readonly random: Random; readonly dtype: ModelDType },
  stored?: NamedWeights,
): ModelLayer[] {
  let input = firstShape(specs);
  const names = namesOf(specs), used = new Set<string>();
  const layers = specs.map((spec, k) => {
    const name = names[k], inputShape = input, declared = spec.options.inputShape;
    if (declared !== undefined && !sameShape(declared, input)) {
      const expected = `inputShape ${showShape(input)}, the output of the layer before,`;
      throw rangeError("sequential", `${expected} in the layer ${describe(name)}`, declared);
    }
    const layer = spec.build({
      name,
      input,
      random,
      dtype,
      weight: (key, shape, initialize) => {
        const fullName = `${name}.${key}`;
        if (stored === undefined) {
          if (sizeOf(shape) <= MAX_WEIGHTS) return initialize(shape);
          throw rangeError("sequential", `less than a gigabyte in ${describe(fullName)}`, shape);
        }
        used.add(fullName);
        const weight = stored[fullName];
        checkWeight("weights", fullName, shape, weight);
        return new Tensor(baseOf(weight.astype(dtype)), shape);
      },
    });
    input = layer.outputShape;
    return { ...layer, spec, name, inputShape };
  });
  for (const name of Object.keys(stored ?? {})) {
    if (!used.has(name)) checkWeight("weights", name, undefined, stored?.[name]);
  }
  return layers;
}

/**
 * The shape of one sample, which the first layer declares.
 * @throws RangeError when it does not.
 */
function firstShape(specs: readonly LayerSpec[]): Shape {
  if (!Array.isArray(specs) || specs.length === 0) {
    throw unexpected("sequential: expected layers: [layers.dense({ … }), …]", specs);
  }
  for (const spec of specs) {
    if (typeof spec?.build === "function") continue;
    throw unexpected("sequential: expected layers such as layers.dense({ units: 10 })", spec);
  }
  const [{ type, options: { inputShape } }] = specs;
  if (inputShape !== undefined) return [...inputShape];
  const call = `layers.${type}({ inputShape: [784], … }) for images of 784 pixels`;
  throw rangeError("sequential", `an inputShape in the first layer: ${call}`, inputShape);
}

/** The names of the layers; those without one are numbered as in Keras: dense, dense_1, … */
function namesOf(specs: readonly LayerSpec[]): string[] {
  const given = specs.flatMap(({ options: { name } }) => name ?? []);
  const taken = new Set<string>();
  const twice = given.find((name) => taken.size === taken.add(name).size);
  if (twice !== undefined) {
    throw rangeError("sequential", "a name of its own for each layer", twice);
  }
  const counts = new Map<string, number>();
  return specs.map(({ type, options: { name } }) => {
    if (name !== undefined) return name;
    for (let count = counts.get(type) ?? 0;; count++) {
      const free = count === 0 ? type : `${type}_${count}`;
      counts.set(type, count + 1);
      if (!taken.has(free)) return free;
    }
  });
}

/** All weights by name: parameters, and what is learned without a gradient. */
export function weightsOf(layers: readonly ModelLayer[]): Record<string, Tensor> {
  const all = layers.flatMap(({ name, parts }) =>
    parts.flatMap(({ params, state }) =>
      Object.entries({ ...params, ...state }).map(([key, w]) => [`${name}.${key}`, w] as const)
    )
  );
  return Object.fromEntries(all);
}

/**
 * Replaces all weights.
 * @throws RangeError when one is missing, unknown, not finite or of another shape; nothing is changed
 *   then.
 */
export function setWeights(
  layers: readonly ModelLayer[],
  weights: NamedWeights,
  dtype: ModelDType,
): void {
  const own = weightsOf(layers);
  for (const name of new Set([...Object.keys(own), ...Object.keys(weights)])) {
    checkWeight("setWeights", name, own[name]?.shape, weights[name]);
  }
  for (const { name, parts } of layers) {
    for (const tensors of parts.flatMap(({ params, state = {} }) => [params, state])) {
      for (const key of Object.keys(tensors)) {
        const weight = weights[`${name}.${key}`];
        tensors[key] = weight.dtype === dtype ? weight : weight.astype(dtype);
      }
    }
  }
}

function checkWeight(
  caller: string,
  name: string,
  shape: Shape | undefined,
  weight: Tensor | undefined,
): asserts weight {
  const of = describe(name);
  if (shape === undefined) throw rangeError(caller, "only the weights of the layers", name);
  if (!(weight instanceof Tensor && sameShape(shape, weight.shape))) {
    throw rangeError(caller, `${of} to be a tensor ${showShape(shape)}`, weight);
  }
  if (allFinite(weight)) return;
  throw new RangeError(`${caller}: expected finite numbers in ${of}, found NaN or infinity`);
}
