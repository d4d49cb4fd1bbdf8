import { ok, strictEqual, throws } from "node:assert/strict";
import fc from "fast-check";
import { BatchNormalization } from "../../../lib/nn/batch_normalization.ts";
import { randn } from "../../../lib/tensor/create.ts";
import { gradientCheckLayer } from "../../../lib/nn/gradient.ts";
import type { Layer } from "../../../lib/nn/layers.ts";
import { Random } from "../../../lib/tensor/random.ts";
import { assertClose, keras, load } from "../../support/keras.ts";

Deno.test("BatchNormalization: correct gradients for all shapes, in training and in inference", () => {
  const size = fc.integer({ min: 2, max: 6 });
  fc.assert(fc.property(size, size, fc.nat(), fc.boolean(), (n, c, seed, training) => {
    const random = new Random(seed), layer = new BatchNormalization(c);
    layer.params.gamma = randn([c], random).map((v) => v + 2);
    layer.params.beta = randn([c], random);
    layer.forward(randn([8, c], random), true); // running mean and variance that are not 0 and 1
    const checks = gradientCheckLayer(layer, randn([n, c], random), random, training);
    // Two samples become ±1 whatever x is, except for ε: dL/dx is almost 0, too small for a
    // numerical derivative.
    if (n === 2 && training) delete checks.x;
    for (const [name, check] of Object.entries(checks)) {
      ok(check.difference < 1e-5, `${name}: ${JSON.stringify(check)}`);
    }
  }));
});

Deno.test("BatchNormalization: training and inference equal those of Keras", () => {
  const { momentum, gamma, beta, batches, training, mean, variance, inference } =
    keras.batchNormalization;
  const layer = new BatchNormalization(3, { momentum });
  layer.params.gamma = load(gamma).expect([3]);
  layer.params.beta = load(beta).expect([3]);
  batches.forEach((batch, i) => {
    assertClose(layer.forward(load(batch).expect([-1, 3]), true), training[i], `batch ${i}`);
  });
  assertClose(layer.state.mean, mean, "mean");
  assertClose(layer.state.variance, variance, "variance");
  const [first] = batches;
  assertClose(layer.forward(load(first).expect([-1, 3])), inference, "inference");
});

Deno.test("BatchNormalization: outputs in training have mean 0 and variance 1", () => {
  const x = randn([200, 4], new Random(1)).mul(7).add(3);
  const y = new BatchNormalization(4).forward(x, true);
  ok(y.mean(0).data.every((v: number) => Math.abs(v) < 1e-9));
  ok(y.mul(y).mean(0).data.every((v: number) => Math.abs(v - 1) < 1e-3));
});

Deno.test("BatchNormalization: float32 stays float32, also in the state", () => {
  const layer = new BatchNormalization(3, { dtype: "float32" });
  const x = randn([4, 3], new Random(2), "float32");
  strictEqual(layer.forward(x, true).dtype, "float32");
  strictEqual(layer.backward(x).dtype, "float32");
  strictEqual(layer.state.mean.dtype, "float32");
  strictEqual(layer.grads.gamma.dtype, "float32");
});

Deno.test("BatchNormalization: rejects wrong shapes and constants", () => {
  const layer: Layer = new BatchNormalization(3);
  throws(() => layer.forward(randn([4, 2], new Random(3))), {
    name: "RangeError",
    message: "BatchNormalization.forward: expected x [N, 3], found [4, 2]",
  });
  throws(() => layer.backward(randn([4, 3], new Random(3))), /expected a forward before it/);
  throws(() => new BatchNormalization(3, { momentum: 2 }), /^RangeError: BatchNormalization/);
  throws(() => new BatchNormalization(3, { epsilon: 0 }), /^RangeError: BatchNormalization/);
});
