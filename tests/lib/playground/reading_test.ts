import assert from "node:assert/strict";
import fc from "fast-check";
import * as layers from "../../../lib/model/layers/mod.ts";
import { type Model, sequential } from "../../../lib/model/model.ts";
import { packNetwork, sampleModel, unpackNetwork } from "../../../lib/playground/networks.ts";
import { readImage } from "../../../lib/playground/reading.ts";
import { loadWeights } from "../../../lib/data/weights.ts";
import { sigmoid, softmax } from "../../../lib/nn/functions.ts";
import { Tensor } from "../../../lib/tensor/tensor.ts";

const bytes = fc.uint8Array({ minLength: 784, maxLength: 784 });

/** Networks for images in each shape, with layers of many kinds. */
const NETWORKS: readonly Model[] = [
  sequential({
    layers: [
      layers.dense({ inputShape: [784], units: 12, activation: "tanh" }),
      layers.batchNormalization(),
      layers.dropout({ rate: 0.5 }),
      layers.dense({ units: 10, activation: "softmax" }),
    ],
  }),
  sequential({
    dtype: "float64",
    layers: [
      layers.flatten({ inputShape: [1, 28, 28] }),
      layers.dense({ units: 10, activation: "softmax" }),
    ],
  }),
  sequential({
    layers: [
      layers.conv2d({ inputShape: [28, 28, 1], filters: 3, kernelSize: 5, activation: "relu" }),
      layers.maxPooling2d(),
      layers.flatten(),
      layers.dense({ units: 10, activation: "softmax" }),
    ],
  }),
];

Deno.test("readImage: the probabilities are those of predict, and each layer has its output", () => {
  for (const model of NETWORKS) {
    fc.assert(
      fc.property(bytes, (image) => {
        const { digit, probabilities, layers } = readImage(model, image);
        const pixels = Float32Array.from(image, (v) => v / 255);
        const x = new Tensor<[number, ...number[]]>(pixels, [1, ...model.inputShape]);
        const predicted = model.predict(x).reshape([10]);
        assert.deepEqual([...probabilities], [...predicted.data]);
        assert.equal(digit, predicted.argmax());
        assert.deepEqual(
          layers.map(({ name, shape }) => [name, shape]),
          model.layers.map(({ name, outputShape }) => [name, outputShape]),
        );
        for (const { shape, values } of layers) {
          assert.equal(values.length, shape.reduce((product, length) => product * length));
        }
      }),
      { numRuns: 20 },
    );
  }
});

Deno.test("readImage: refuses an image of another size", () => {
  assert.throws(() => readImage(NETWORKS[0], new Uint8Array(100)), /784 bytes, found 100/);
});

Deno.test("packNetwork and unpackNetwork: the same network comes back", async () => {
  for (const model of NETWORKS) {
    const again = await unpackNetwork(await packNetwork(model));
    assert.equal(again.dtype, model.dtype);
    assert.deepEqual(Object.keys(again.weights), Object.keys(model.weights));
    for (const [name, weight] of Object.entries(model.weights)) {
      assert.ok(again.weights[name].equals(weight), name);
    }
  }
});

Deno.test("sampleModel: chapter 3's network reads as its formula does", async () => {
  const weights = await loadWeights("data/sample_weight.safetensors");
  const { W1, b1, W2, b2, W3, b3 } = weights;
  const model = sampleModel(weights);
  fc.assert(
    fc.property(bytes, (image) => {
      const x = new Tensor(Float32Array.from(image, (v) => v / 255), [1, 784] as const);
      const z1 = sigmoid(x.dot(W1).add(b1)), z2 = sigmoid(z1.dot(W2).add(b2));
      const y = softmax(z2.dot(W3).add(b3));
      const { probabilities } = readImage(model, image);
      assert.ok(y.data.every((p, k) => Math.abs(p - probabilities[k]) < 1e-6));
    }),
    { numRuns: 20 },
  );
});
