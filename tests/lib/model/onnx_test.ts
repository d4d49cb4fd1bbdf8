import fc from "fast-check";
import { deepStrictEqual, ok, strictEqual } from "node:assert/strict";
import { randn, Random } from "../../../lib/mod.ts";
import { exportOnnx } from "../../../lib/model/files.ts";
import { encodeOnnx } from "../../../lib/model/onnx.ts";
import { type Model, type Samples, sequential } from "../../../lib/model/model.ts";
import * as layers from "../../../lib/model/layers/mod.ts";
import { inFolder, sha256 } from "../../support/files.ts";
import { randomModel } from "../../support/models.ts";
import { decodeOnnx, missingOnnxruntime, onnxruntime, runOnnx } from "../../support/onnx.ts";
import { assertClose } from "../../support/keras.ts";
import { testUnless } from "../../support/skip.ts";

/** A model with every layer and chosen weights, and some samples for it. */
function everything(dtype: "float32" | "float64"): { model: Model; x: Samples } {
  const model = sequential({
    dtype,
    layers: [
      layers.rescaling({ inputShape: [2, 3], scale: 0.5, offset: -0.1 }),
      layers.flatten(),
      layers.dense({ units: 5, activation: "relu" }),
      layers.dropout({ rate: 0.5 }),
      layers.batchNormalization(),
      layers.dense({ units: 4, activation: "tanh" }),
      layers.activation({ activation: "sigmoid" }),
      layers.dense({ units: 3, activation: "softmax" }),
    ],
  });
  let count = 0;
  const next = () => ((count++ * 7) % 11 + 1) / 16; // above 0, as a variance must be
  model.setWeights(Object.fromEntries(
    Object.entries(model.weights).map(([name, weight]) => [name, weight.map(next)]),
  ));
  return { model, x: randn([7, 2, 3], new Random(1), dtype) };
}

const noLayers = sequential({
  layers: [layers.activation({ inputShape: [4], activation: "linear" })],
});

testUnless(await missingOnnxruntime(), "ONNX: onnxruntime predicts the same to 1e-6", async () => {
  const cases: { model: Model; x: Samples }[] = [
    everything("float32"),
    everything("float64"),
    { model: noLayers, x: randn([2, 4], new Random(2), "float32") },
    ...fc.sample(randomModel, { numRuns: 10, seed: 1 }),
  ];
  await inFolder(async (folder) => {
    for (const [k, { model, x }] of cases.entries()) {
      const path = `${folder}/${k}.onnx`;
      await exportOnnx(model, path);
      const theirs = await onnxruntime(path, x);
      deepStrictEqual(theirs.names, ["x", "y"]);
      assertClose(model.predict(x), theirs, `model ${k}`, k < 3 ? 1e-6 : 1e-5);
    }
  });
});

Deno.test("ONNX: an interpreter of the format's definitions predicts the same, for random models", () => {
  fc.assert(fc.property(randomModel, ({ model, x }) => {
    const ours = model.predict(x), theirs = runOnnx(encodeOnnx(model), x);
    const tolerance = model.dtype === "float64" ? 1e-6 : 1e-3; // ε is stored as a float32
    ok(ours.allClose(theirs, { relative: tolerance, absolute: tolerance }), `${ours}\n${theirs}`);
  }));
  const x = randn([2, 4], new Random(2));
  ok(runOnnx(encodeOnnx(noLayers), x).equals(x));
});

Deno.test("ONNX: every layer, as onnxruntime 1.32.0 reads it", async () => {
  const { model } = everything("float32");
  deepStrictEqual(decodeOnnx(encodeOnnx(model)).nodes.map(({ type }) => type), [
    "Mul",
    "Add",
    "Flatten",
    "MatMul",
    "Add",
    "Relu",
    "BatchNormalization",
    "MatMul",
    "Add",
    "Tanh",
    "Sigmoid",
    "MatMul",
    "Add",
    "Softmax",
  ]);
  // The bytes that onnxruntime has run correctly. When the writer changes, run the test above that
  // needs it, and replace the hash.
  strictEqual(
    await sha256(encodeOnnx(model)),
    "6f00ad2f0c0dd5c618080a7d1760eeb5ef5ca5a63a5ff567f62cd7705d26484c",
  );
});
