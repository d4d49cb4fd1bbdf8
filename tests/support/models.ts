/** Random models for property tests: every layer, every option, odd names. */
import fc from "fast-check";
import type { LayerSpec } from "../../lib/model/layers/layer.ts";
import * as layers from "../../lib/model/layers/mod.ts";
import { Model, sequential } from "../../lib/model/model.ts";
import { randn } from "../../lib/tensor/create.ts";
import { Random } from "../../lib/tensor/random.ts";
import type { Tensor } from "../../lib/tensor/tensor.ts";

/** Names that files, tables and objects could trip over. */
const NAME = fc.oneof(
  fc.constantFrom(
    "__proto__",
    "constructor",
    "__metadata__",
    "x",
    "y",
    "between",
    " ",
    "\n",
    "한글",
  ),
  fc.string({ unit: "binary", minLength: 1, maxLength: 12 }),
).filter((name) => name !== "" && !name.includes(".") && name.isWellFormed());

const ACTIVATION = fc.constantFrom("linear", "relu", "sigmoid", "tanh", "softmax");

/** Numbers of all sizes that a layer may have as an option. */
const between = (min: number, max: number) => fc.double({ min, max, noNaN: true });

/** Any layer for vectors. */
const LAYER: fc.Arbitrary<(name?: string) => LayerSpec> = fc.oneof(
  fc.record({
    units: fc.integer({ min: 1, max: 5 }),
    activation: fc.option(ACTIVATION, { nil: undefined }),
    kernelInitializer: fc.oneof(
      fc.constantFrom("glorotUniform", "glorotNormal", "heNormal", "xavier", "zeros", undefined),
      between(0, 2),
    ),
    kernelRegularizer: fc.option(
      fc.record({ l1: between(0, 1), l2: between(0, 1) }, { requiredKeys: [] }),
      { nil: undefined },
    ),
  }).map((options) => (name?: string) => layers.dense({ ...options, name })),
  between(0, 0.9).map((rate) => (name?: string) => layers.dropout({ rate, name })),
  ACTIVATION.map((activation) => (name?: string) => layers.activation({ activation, name })),
  fc.record({ momentum: between(0, 1), epsilon: between(1e-6, 1) }, { requiredKeys: [] })
    .map((options) => (name?: string) => layers.batchNormalization({ ...options, name })),
  fc.record({ scale: between(-2, 2), offset: between(-2, 2) }, { requiredKeys: ["scale"] })
    .map((options) => (name?: string) => layers.rescaling({ ...options, name })),
  fc.constant((name?: string) => layers.flatten({ name })),
);

/** A model for samples [2, 3] with weights as after some training, and samples for it. */
export interface RandomModel {
  readonly model: Model;
  readonly x: Tensor<[number, number, number]>;
}

/** Random models, with some samples each. */
export const randomModel: fc.Arbitrary<RandomModel> = fc.record({
  tail: fc.array(LAYER, { maxLength: 6 }),
  names: fc.uniqueArray(fc.option(NAME, { nil: undefined }), {
    minLength: 7,
    maxLength: 7,
    comparator: (a, b) => a !== undefined && a === b,
  }),
  name: fc.string({ unit: "binary" }),
  dtype: fc.constantFrom("float32" as const, "float64" as const),
  seed: fc.nat(),
}).map(({ tail, names, name, dtype, seed }) => {
  const specs = tail.map((layer, k) => layer(names[k + 1]));
  const first = layers.flatten({ inputShape: [2, 3], name: names[0] });
  const model = sequential({ layers: [first, ...specs], name, dtype, seed });
  const random = new Random(seed);
  const weights = Object.entries(model.weights).map(([key, weight]) => {
    const value = () => key.endsWith(".variance") ? random.uniform() + 0.1 : random.normal();
    return [key, weight.map(value)] as const;
  });
  model.setWeights(Object.fromEntries(weights));
  return { model, x: randn([4, 2, 3], random, dtype) };
});
