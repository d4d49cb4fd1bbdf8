import { deepStrictEqual, ok, strictEqual } from "node:assert/strict";
import { join } from "node:path";
import fc from "fast-check";
import { randn } from "../../../lib/tensor/create.ts";
import { loadModel, saveModel } from "../../../lib/model/files.ts";
import { decodeSafetensors, encodeSafetensors } from "../../../lib/data/formats/safetensors.ts";
import { type Samples, sequential } from "../../../lib/model/model.ts";
import type { LayerSpec } from "../../../lib/model/layers/layer.ts";
import * as layers from "../../../lib/model/layers/mod.ts";
import { Random } from "../../../lib/tensor/random.ts";
import { damaged, inFolder, rejectsWithDataError } from "../../support/files.ts";

/** A model with every kind of layer and every option, which has learnt a little. */
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

Deno.test("saveModel and loadModel: the same model, the same predictions", async () => {
  await inFolder(async (folder) => {
    for (const dtype of [undefined, "float64"] as const) {
      const { model, x } = await everything(dtype), path = join(folder, "new", "model.safetensors");
      await saveModel(model, path);
      const loaded = await loadModel(path);
      ok(loaded.predict(x).equals(model.predict(x)));
      strictEqual(loaded.dtype, model.dtype);
      strictEqual(loaded.summary(), model.summary());
      const specs = (m: typeof loaded) => m.layers.map(({ spec, name }) => ({ ...spec, name }));
      deepStrictEqual(
        JSON.parse(JSON.stringify(specs(loaded))),
        JSON.parse(JSON.stringify(specs(model))),
      );
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

Deno.test("loadModel: an architecture that is none, or is not that of the weights, is refused", async () => {
  await inFolder(async (folder) => {
    const path = join(folder, "model.safetensors");
    const { model } = await everything();
    const specs = model.layers.map(({ spec, name }) => ({ ...spec, name }));
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
      [3, /expected the architecture, found 3/],
      [{}, /expected a list of layers/],
      [{ layers: [] }, /expected layers, found none/],
      [{ layers: specs, dtype: "float16" }, /dtype to be one of "float32", "float64"/],
      [{ layers: specs, name: 3 }, /expected text as name of the architecture, found 3/],
      [changed(0, { type: "conv2d" }), /expected a kind of layer, found "conv2d"/],
      [changed(0, { inputShape: "six" }), /expected a shape as inputShape/],
      [changed(0, { inputShape: undefined }), /expected dense.W \[1,5\], found \[6,5\]/],
      [changed(0, { inputShape: [1e9, 1e9] }), /expected dense.W \[1000000000000000000,5\]/],
      [changed(2, { units: 1e12 }), /expected dense.W \[6,1000000000000\], found \[6,5\]/],
      [changed(2, { units: "5" }), /expected a number as units/],
      [changed(2, { activation: "__proto__" }), /expected activation to be one of/],
      [changed(2, { kernelRegularizer: { l2: -1 } }), /kernelRegularizer.l2 of at least 0/],
      [changed(2, { name: "other" }), /expected other.W \[6,5\], found none/],
      [changed(3, { rate: "0.5" }), /expected a number as rate/],
      [changed(6, { units: 4 }), /expected dense_1.W \[5,4\], found \[5,3\]/],
      [{ layers: specs.slice(0, 3) }, /expected nothing as .*, found \[/],
    ];
    for (const [architecture, message] of cases) {
      await write(architecture);
      await rejectsWithDataError(loadModel(path), /model\.safetensors: expected/, message);
    }
    await Deno.writeFile(path, encodeSafetensors({ tensors: new Map(), metadata: {} }));
    await rejectsWithDataError(loadModel(path), /found weights without an architecture/);
    await rejectsWithDataError(loadModel(join(folder, "none.safetensors")), /none\.safetensors/);
  });
});

Deno.test("loadModel: a damaged file is a DataError or a model, never anything else", async () => {
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

Deno.test("loadModel: random architectures come back", async () => {
  const layer: fc.Arbitrary<LayerSpec> = fc.oneof(
    fc.record({ units: fc.integer({ min: 1, max: 5 }) }).map((options) => layers.dense(options)),
    fc.double({ min: 0, max: 0.9, noNaN: true }).map((rate) => layers.dropout({ rate })),
    fc.constantFrom("relu" as const, "sigmoid" as const).map((activation) =>
      layers.activation({ activation })
    ),
    fc.constant(layers.batchNormalization()),
  );
  await inFolder(async (folder) => {
    const path = join(folder, "model.safetensors");
    await fc.assert(
      fc.asyncProperty(fc.array(layer, { maxLength: 6 }), fc.nat(), async (tail, seed) => {
        const specs: LayerSpec[] = [layers.flatten({ inputShape: [2, 2] }), ...tail];
        const model = sequential({ layers: specs, seed });
        await saveModel(model, path);
        const x = randn([3, 2, 2], new Random(seed));
        ok((await loadModel(path)).predict(x).equals(model.predict(x)));
      }),
      { numRuns: 50 },
    );
  });
});
