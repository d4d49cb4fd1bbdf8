import { deepStrictEqual, ok, strictEqual } from "node:assert/strict";
import { join } from "node:path";
import fc from "fast-check";
import { randn } from "../../../lib/tensor/create.ts";
import { loadModel, saveModel } from "../../../lib/model/files.ts";
import { encodeOnnx } from "../../../lib/model/onnx.ts";
import { projectPath } from "../../../lib/support/paths.ts";
import { decodeSafetensors, encodeSafetensors } from "../../../lib/data/formats/safetensors.ts";
import { type Model, type Samples, sequential } from "../../../lib/model/model.ts";
import * as layers from "../../../lib/model/layers/mod.ts";
import { Random } from "../../../lib/tensor/random.ts";
import { randomModel } from "../../support/models.ts";
import { damaged, gzip, inFolder, rejectsWithDataError } from "../../support/files.ts";

/** A trained model with every layer and option. */
async function everything(dtype?: "float64") {
  const model = sequential({
    name: "all of them",
    dtype,
    layers: [
      layers.rescaling({ inputShape: [2, 3], scale: 0.5, offset: -0.1 }),
      layers.flatten({ name: "flat" }),
      layers.dense({
        units: 5,
        activation: "relu",
        kernelInitializer: "heNormal",
        kernelRegularizer: { l1: 0.1, l2: 0.2 },
      }),
      layers.dropout({ rate: 0.5 }),
      layers.batchNormalization({ momentum: 0.5, epsilon: 0.01 }),
      layers.activation({ activation: "tanh" }),
      layers.dense({ units: 3, activation: "softmax", kernelInitializer: 0.01 }),
    ],
  });
  model.compile({ optimizer: "adam", loss: "sparseCategoricalCrossentropy" });
  const x: Samples<[2, 3]> = randn([6, 2, 3], new Random(1));
  await model.fit(x, x.reshape([6, 6]).argmax(1).map((i) => i % 3));
  return { model, x };
}

Deno.test("saveModel: keeps other texts beside the layers, which they cannot replace", async () => {
  await inFolder(async (folder) => {
    const { model, x } = await everything(), path = join(folder, "model.safetensors");
    await saveModel(model, path, { seed: "1", architecture: "mine" });
    const { metadata } = decodeSafetensors(await Deno.readFile(path));
    strictEqual(metadata.seed, "1");
    ok((await loadModel(path)).predict(x).equals(model.predict(x)));
  });
});

Deno.test("saveModel and loadModel: the same model, the same predictions", async () => {
  await inFolder(async (folder) => {
    for (const dtype of [undefined, "float64"] as const) {
      const { model, x } = await everything(dtype), path = join(folder, "new", "model.safetensors");
      await saveModel(model, path);
      const loaded = await loadModel(path);
      ok(loaded.predict(x).equals(model.predict(x)));
      strictEqual(loaded.dtype, model.dtype);
      strictEqual(String(loaded.summary()), String(model.summary()));
      const options = (m: typeof loaded) =>
        m.layers.map(({ spec, name }) => ({ ...spec.options, name }));
      deepStrictEqual(options(loaded), options(model));
    }
  });
});

Deno.test("saveModel: the weights by name, readable without the model", async () => {
  await inFolder(async (folder) => {
    const { model } = await everything(), path = join(folder, "model.safetensors");
    await saveModel(model, path);
    const { tensors, metadata } = decodeSafetensors(await Deno.readFile(path));
    deepStrictEqual([...tensors.keys()].sort(), Object.keys(model.weights).sort());
    deepStrictEqual(JSON.parse(metadata.architecture).layers[1], {
      type: "flatten",
      name: "flat",
    });
  });
});

Deno.test("loadModel: layers that are invalid or do not match the weights are refused", async () => {
  await inFolder(async (folder) => {
    const path = join(folder, "model.safetensors");
    const { model } = await everything();
    const specs = model.layers.map(({ spec: { type, options }, name }) => ({
      type,
      ...options,
      name,
    }));
    const write = (architecture: unknown) =>
      Deno.writeFile(
        path,
        encodeSafetensors({
          tensors: new Map(Object.entries(model.weights)),
          metadata: { architecture: JSON.stringify(architecture) },
        }),
      );
    /** The specification with one field of one layer changed. */
    const changed = (k: number, change: Record<string, unknown>) => ({
      layers: specs.map((spec, i) => i === k ? { ...spec, ...change } : spec),
    });
    const cases: [unknown, RegExp][] = [
      [3, /found weights without layers; loadWeights reads them/],
      [{}, /expected a list of layers, found undefined/],
      [{ layers: [] }, /expected layers: .*, found an array of length 0/],
      [{ layers: [3] }, /expected a layer, found 3/],
      [{ layers: specs, dtype: "float16" }, /dtype to be one of "float32", "float64"/],
      [{ layers: specs, name: 3 }, /expected name to be text, found 3/],
      [{ layers: specs, version: 2 }, /expected only the options .*, found "version"/],
      [changed(0, { type: "conv3d" }), /"rescaling", found "conv3d"/],
      [changed(0, { type: "__proto__" }), /"rescaling", found "__proto__"/],
      [changed(0, { type: undefined }), /"rescaling", found "undefined"/],
      [changed(0, { inputShape: "six" }), /expected inputShape of .*, found "six"/],
      [changed(0, { inputShape: undefined }), /expected an inputShape in the first layer/],
      [
        changed(0, { inputShape: [1e9, 1e9] }),
        /expected inputShape of .* found \[1000000000, 1/,
      ],
      [changed(0, { inputShape: [1e9, 9] }), /"dense.W" to be a tensor \[9000000000, 5\], found a/],
      [
        changed(2, { units: 1e12 }),
        /"dense.W" to be a tensor \[6, 1000000000000\], found a tensor/,
      ],
      [changed(2, { units: "5" }), /expected units to be an integer of at least 1, found "5"/],
      [changed(2, { activation: "__proto__" }), /expected activation to be one of/],
      [changed(2, { kernelInitializer: [] }), /kernelInitializer to be one of .* found an array/],
      [changed(2, { kernelRegularizer: { l2: -1 } }), /kernelRegularizer.l2 of at least 0/],
      [changed(2, { kernelRegularizer: null }), /kernelRegularizer: expected options/],
      [
        changed(2, { name: "other" }),
        /expected "other.W" to be a tensor \[6, 5\], found undefined/,
      ],
      [changed(2, { name: "flat" }), /a name of its own for each layer, found "flat"/],
      [changed(2, { name: 3 }), /expected name to be text without dots, found 3/],
      [changed(2, { depth: 3 }), /expected only the options .*, found "depth"/],
      [changed(3, { rate: "0.5" }), /expected rate from 0 to below 1, found "0.5"/],
      [changed(4, { name: "huge", epsilon: "1" }), /epsilon above 0, found "1"/],
      [changed(6, { units: 4 }), /"dense_1.W" to be a tensor \[5, 4\], found a tensor \[5, 3\]/],
      [{ layers: specs.slice(0, 3) }, /only the weights of the layers, found "batchNorm/],
    ];
    for (const [architecture, message] of cases) {
      await write(architecture);
      await rejectsWithDataError(loadModel(path), /model\.safetensors: expected a model/, message);
    }
    await Deno.writeFile(path, encodeSafetensors({ tensors: new Map(), metadata: {} }));
    await rejectsWithDataError(
      loadModel(path),
      /found weights without layers; loadWeights reads them/,
    );
    await rejectsWithDataError(loadModel(join(folder, "none.safetensors")), /none\.safetensors/);
  });
});

Deno.test("loadModel: another kind of file is named, with what to do", async () => {
  const { model } = await everything(),
    latin1 = (text: string) => Uint8Array.from(text, (character) => character.charCodeAt(0));
  const float16 = encodeSafetensors({
    tensors: new Map([["dense.W", { shape: [4], data: new Uint8Array(4) }]]),
    metadata: { architecture: "{}" },
  });
  const cases: [Uint8Array, RegExp][] = [
    [latin1("PK\x03\x04" + "\0".repeat(40)), /found a zip archive/],
    [latin1("PK\x03\x04" + "\0".repeat(26) + "metadata.json"), /found a Keras model/],
    [latin1("\x89HDF\r\n\x1a\n" + "\0".repeat(40)), /found an HDF5 file/],
    [latin1("<!DOCTYPE html><html></html>"), /found a web page/],
    [encodeOnnx(model), /found an ONNX model/],
    [latin1('{"modelTopology": {}}'), /found JSON/],
    [gzip(latin1("x".repeat(100))), /found a gzip file/],
    [new Uint8Array(0), /found an empty file/],
    [latin1("1,2,3\n4,5,6\n"), /found a table of numbers/],
    [latin1("Not Found"), /found the text "Not Found"/],
    [await Deno.readFile(projectPath("data/sample_weight.safetensors")), /loadWeights reads them/],
    [latin1(String.fromCharCode(...float16).replace('"U8"', '"F8"')), /"dense.W": .*F8 \[4\]/],
  ];
  await inFolder(async (folder) => {
    const path = join(folder, "model.safetensors");
    for (const [bytes, message] of cases) {
      await Deno.writeFile(path, bytes);
      await rejectsWithDataError(
        loadModel(path),
        /expected a model as saveModel writes it/,
        message,
      );
    }
    await rejectsWithDataError(loadModel(folder), /found a folder/);
    await rejectsWithDataError(loadModel(join(folder, "none")), /none: .*found nothing there/);
  });
});

Deno.test("loadModel: weights that are not finite are refused", async () => {
  await inFolder(async (folder) => {
    const { model } = await everything(), path = join(folder, "model.safetensors");
    const specs = model.layers.map(({ spec: { type, options }, name }) => ({
      type,
      ...options,
      name,
    }));
    const metadata = { architecture: JSON.stringify({ layers: specs }) };
    for (const value of [NaN, -Infinity]) {
      const tensors = new Map(Object.entries(model.weights));
      const broken = model.weights["dense.b"].copy();
      broken.set(value, 2);
      await Deno.writeFile(
        path,
        encodeSafetensors({ tensors: tensors.set("dense.b", broken), metadata }),
      );
      await rejectsWithDataError(
        loadModel(path),
        /expected finite numbers in "dense.b", found NaN/,
      );
    }
  });
});

Deno.test("loadModel: a damaged file gives a DataError or a model, never anything else", async () => {
  await inFolder(async (folder) => {
    const { model } = await everything(), path = join(folder, "model.safetensors");
    await saveModel(model, path);
    const whole = await Deno.readFile(path);
    await fc.assert(
      fc.asyncProperty(damaged(whole), async (bytes) => {
        await Deno.writeFile(path, bytes);
        try {
          ok((await loadModel(path)).layers.length > 0);
        } catch {
          await rejectsWithDataError(loadModel(path));
        }
      }),
      { numRuns: 200 },
    );
  });
});

Deno.test("saveModel and loadModel: every layer, option and name comes back", async () => {
  await inFolder(async (folder) => {
    const path = join(folder, "model.safetensors");
    await fc.assert(fc.asyncProperty(randomModel, async ({ model, x }) => {
      await saveModel(model, path);
      const loaded = await loadModel(path);
      ok(loaded.predict(x).equals(model.predict(x)));
      deepStrictEqual(Object.keys(loaded.weights), Object.keys(model.weights));
      for (const [name, w] of Object.entries(model.weights)) {
        ok(loaded.weights[name].equals(w), name);
      }
      strictEqual(String(loaded.summary()), String(model.summary()));
      const options = (m: Model) => m.layers.map(({ spec, name }) => ({ ...spec.options, name }));
      const plain = (value: unknown) => JSON.parse(JSON.stringify(value));
      deepStrictEqual(plain(options(loaded)), plain(options(model)));
    }));
  });
});
