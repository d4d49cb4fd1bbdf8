/** Models for images: convolution and pooling by name. */
import { deepEqual, equal, match, ok, rejects, throws } from "node:assert/strict";
import fc from "fast-check";
import { randn, Random, zeros } from "../../../lib/mod.ts";
import { exportOnnx, loadModel, saveModel } from "../../../lib/model/files.ts";
import type { LayerSpec } from "../../../lib/model/layers/layer.ts";
import * as layers from "../../../lib/model/layers/mod.ts";
import { Model, type Samples, sequential } from "../../../lib/model/model.ts";
import { encodeOnnx } from "../../../lib/model/onnx.ts";
import { SGD } from "../../../lib/nn/optimizers.ts";
import { tensor } from "../../../lib/tensor/create.ts";
import { inFolder } from "../../support/files.ts";
import { assertClose, kerasConvolution, load } from "../../support/keras.ts";
import { missingOnnxruntime, onnxruntime, runOnnx } from "../../support/onnx.ts";
import { testUnless } from "../../support/skip.ts";

/** Compiles only when both types are the same. */
type Same<A, B> = (<T>() => T extends A ? 1 : 2) extends (<T>() => T extends B ? 1 : 2) ? true
  : false;
const same = <A, B>(yes: Same<A, B>) => ok(yes);

Deno.test("images: the shapes of convolution and pooling are in the type", () => {
  const first = layers.conv2d({ inputShape: [28, 28, 1], filters: 32, kernelSize: 3 });
  const one = sequential({ layers: [first] });
  same<typeof one, Model<[28, 28, 1], [26, 26, 32]>>(true);
  const pool = layers.maxPooling2d();
  const two = sequential({ layers: [first, pool] });
  same<typeof two, Model<[28, 28, 1], [13, 13, 32]>>(true);
  const second = layers.conv2d({ filters: 64, kernelSize: [3, 5], strides: [2, 1] });
  const three = sequential({ layers: [first, pool, second] });
  same<typeof three, Model<[28, 28, 1], [6, 9, 64]>>(true);
  const whole = layers.conv2d({ filters: 8, kernelSize: 3, padding: "same", strides: 2 });
  const four = sequential({
    layers: [first, pool, whole, layers.averagePooling2d({ poolSize: 3 })],
  });
  same<typeof four, Model<[28, 28, 1], [2, 2, 8]>>(true);
  const means = sequential({ layers: [first, pool, layers.globalAveragePooling2d()] });
  same<typeof means, Model<[28, 28, 1], [32]>>(true);
  const side: number = 9;
  const open = sequential({
    layers: [layers.conv2d({ inputShape: [side, 9, 1], filters: 4, kernelSize: 2 })],
  });
  same<typeof open, Model<[number, 9, 1], [number, 8, 4]>>(true);
  for (const model of [one, two, three, four, means, open] as readonly Model[]) {
    const [x] = [zeros([2, ...model.inputShape])];
    deepEqual(model.predict(x).shape.slice(1), model.outputShape);
  }
  deepEqual(three.outputShape, [6, 9, 64]);
  deepEqual(four.outputShape, [2, 2, 8]);
});

Deno.test("images: errors name the layer and both shapes", () => {
  const filters = layers.conv2d({ filters: 4, kernelSize: 3 });
  const first = (inputShape: number[]) => layers.activation({ inputShape, activation: "linear" });
  throws(() => sequential({ layers: [first([784]), filters] }), {
    name: "RangeError",
    message: "sequential: expected images [height, width, channels] as input of the layer " +
      '"conv2d", found samples of the shape [784]; x.reshape([-1, 28, 28, 1]) makes images of grey pixels',
  });
  throws(() => sequential({ layers: [first([28, 28]), layers.maxPooling2d()] }), /\[28, 28\]; x/);
  throws(() => sequential({ layers: [first([2, 5, 1]), filters] }), {
    message:
      'sequential: layer "conv2d": expected windows that fit into the image, found windows ' +
      '[3, 3] in an image [2, 5]; padding: "same" adds a border',
  });
  throws(
    () => layers.conv2d({ filters: 0, kernelSize: 3 }),
    /filters to be an integer of at least 1/,
  );
  throws(() => layers.conv2d({ filters: 2, kernelSize: 1.5 }), /kernelSize to be an integer/);
  throws(() => layers.maxPooling2d({ strides: [1, 0] }), /strides to be an integer/);
  const dense = layers.dense({ units: 3 });
  throws(() => sequential({ layers: [first([4, 4, 1]), dense] }), /put layers.flatten\(\) before/);
});

/** The model of make_convolution.py. */
const kerasModel = () =>
  sequential({
    dtype: "float64",
    layers: [
      layers.conv2d({ inputShape: [9, 8, 1], filters: 3, kernelSize: 3, activation: "relu" }),
      layers.maxPooling2d(),
      layers.conv2d({ filters: 4, kernelSize: [2, 3], padding: "same", activation: "tanh" }),
      layers.averagePooling2d({ padding: "same" }),
      layers.conv2d({ filters: 4, kernelSize: 1, strides: 2, activation: "relu", padding: "same" }),
      layers.globalAveragePooling2d(),
      layers.dense({ units: 3, activation: "softmax" }),
    ],
  });

Deno.test("images: three epochs of training are those of Keras, to 1e-5", async () => {
  const { x, t, before, after, history, predictions, shapes, count } = kerasConvolution.training;
  const samples = load(x).expect([-1, 9, 8, 1]), labels = tensor(t, "int32");
  for (const dtype of ["float64", "float32"] as const) {
    const { layers } = kerasModel(), specs = layers.map(({ spec }) => spec);
    const model = sequential({ layers: specs, dtype });
    deepEqual(model.layers.map(({ outputShape }) => outputShape), shapes);
    equal(model.countParams(), count);
    model.setWeights(Object.fromEntries(Object.entries(before).map(([k, w]) => [k, load(w)])));
    model.compile({
      optimizer: new SGD({ learningRate: 0.1, momentum: 0.9 }),
      loss: "sparseCategoricalCrossentropy",
      metrics: ["accuracy"],
    });
    const result = await model.fit(samples, labels, { epochs: 3, batchSize: 5, shuffle: false });
    history.loss.forEach((loss, k) => ok(Math.abs(loss - result.history.loss[k]) < 1e-5));
    deepEqual(
      result.history.accuracy.map((a) => a.toFixed(6)),
      history.accuracy.map((a) => a.toFixed(6)),
    );
    for (const [name, weight] of Object.entries(after)) {
      assertClose(model.weights[name], weight, name, 1e-5);
    }
    assertClose(model.predict(samples), predictions, "y", 1e-5);
  }
});

/** Random layers for images. */
const IMAGE_LAYER: fc.Arbitrary<LayerSpec> = fc.oneof(
  fc.record({
    filters: fc.integer({ min: 1, max: 9 }),
    kernelSize: fc.tuple(fc.integer({ min: 1, max: 3 }), fc.integer({ min: 1, max: 3 })),
    strides: fc.tuple(fc.integer({ min: 1, max: 2 }), fc.integer({ min: 1, max: 2 })),
    activation: fc.constantFrom("linear", "relu", "sigmoid", "tanh", "softmax"),
  }).map((options) => layers.conv2d({ ...options, padding: "same" })),
  fc.record({ poolSize: fc.integer({ min: 1, max: 3 }), strides: fc.integer({ min: 1, max: 2 }) })
    .chain((options) =>
      fc.constantFrom(
        layers.maxPooling2d({ ...options, padding: "same" }),
        layers.averagePooling2d({ ...options, padding: "same" }),
      )
    ),
  fc.constant(layers.dropout({ rate: 0.5 })),
);

/** A random model for images [7, 6, 2], and some images. */
const imageModel = fc.record({
  middle: fc.array(IMAGE_LAYER, { maxLength: 4 }),
  last: fc.constantFrom(layers.globalAveragePooling2d(), layers.flatten()),
  kernelSize: fc.integer({ min: 1, max: 3 }),
  seed: fc.nat(),
}).map(({ middle, last, kernelSize, seed }) => {
  const first = layers.conv2d({ inputShape: [7, 6, 2], filters: 3, kernelSize });
  const model: Model = sequential({
    seed,
    layers: [first, ...middle, last, layers.dense({ units: 3 })],
  });
  return { model, x: randn([3, 7, 6, 2], new Random(seed), "float32") as Samples };
});

Deno.test("images: safetensors restore the model, ONNX predicts the same", async () => {
  await inFolder(async (folder) => {
    await fc.assert(
      fc.asyncProperty(imageModel, async ({ model, x }) => {
        const y = model.predict(x), path = `${folder}/model.safetensors`;
        await saveModel(model, path);
        ok((await loadModel(path)).predict(x).equals(y));
        const theirs = runOnnx(encodeOnnx(model), x);
        ok(y.allClose(theirs, { relative: 1e-4, absolute: 1e-4 }), `${y}\n${theirs}`);
      }),
      { numRuns: 40 },
    );
  });
});

testUnless(
  await missingOnnxruntime(),
  "images: onnxruntime predicts the same to 1e-5",
  async () => {
    await inFolder(async (folder) => {
      for (const [k, { model, x }] of fc.sample(imageModel, { numRuns: 12, seed: 1 }).entries()) {
        const path = `${folder}/${k}.onnx`;
        await exportOnnx(model, path);
        assertClose(model.predict(x), await onnxruntime(path, x), `model ${k}`, 1e-5);
      }
    });
  },
);

Deno.test("images: the summary is the table of Keras", () => {
  const text = String(kerasModel().summary());
  match(
    text,
    / conv2d \(conv2d\) +\[N, 7, 6, 3\] +30\n maxPooling2d \(maxPooling2d\) +\[N, 3, 3, 3\] +0\n/,
  );
  match(text, / globalAveragePooling2d \(globalAveragePooling2d\) +\[N, 4\] +0\n/);
  ok(text.includes("\nTotal params: 141\nTrainable params: 141\n"));
  ok(text.endsWith(`Non-trainable params: 0\n${"_".repeat(text.split("\n")[1].length)}`));
});

Deno.test("images: large sets are predicted in parts that fit the kernels' memory", async () => {
  const model = sequential({
    layers: [
      layers.conv2d({ inputShape: [28, 28, 1], filters: 32, kernelSize: 3, activation: "relu" }),
      layers.globalAveragePooling2d(),
    ],
  });
  const x = randn([1000, 28, 28, 1], new Random(3), "float32");
  const whole = model.predict(x), part = model.predict(x.rows(900, 910));
  ok(whole.rows(900, 910).equals(part));
  await rejects(model.fit(x, zeros([1000, 32])), /expected a compiled model/);
});
