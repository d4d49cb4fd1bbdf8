/** Models in files: the weights as safetensors with the layers in its metadata, and ONNX. */
import { readArrays, saveWeights } from "../data/weights.ts";
import { describe, unexpected } from "../support/describe.ts";
import { DataError, reasonOf } from "../support/errors.ts";
import { writeFile } from "../support/files.ts";
import { entryOf } from "../support/names.ts";
import { projectPath } from "../support/paths.ts";
import { adopt } from "../tensor/tensor.ts";
import type { LayerSpec } from "./layers/layer.ts";
import * as layers from "./layers/mod.ts";
import { Model } from "./model.ts";
import { encodeOnnx } from "./onnx.ts";

/** The metadata entry that holds the layers. */
const ARCHITECTURE = "architecture";

/** A function of {@link layers}; it checks all of its options, so they may come from a file. */
type Factory = { make(options: object): LayerSpec }["make"];

const FACTORIES: Readonly<Record<string, Factory>> = layers;

/**
 * Writes a model to a safetensors file: its weights by name, such as `dense.W`, and its layers in the
 * metadata. Python's `safetensors.numpy.load_file` reads the weights, {@link loadModel} both.
 * @param path a relative path starts at the project's folder; missing folders are created. The file
 *   is written completely or not at all.
 *
 * @example
 * ```ts
 * import { layers, loadModel, saveModel, sequential } from "mnist";
 * import assert from "node:assert/strict";
 *
 * const model = sequential({ layers: [layers.dense({ inputShape: [784], units: 10 })] });
 * const folder = await Deno.makeTempDir();
 * await saveModel(model, `${folder}/digits.safetensors`);
 * assert.equal((await loadModel(`${folder}/digits.safetensors`)).countParams(), 7850);
 * await Deno.remove(folder, { recursive: true });
 * ```
 */
export async function saveModel(model: Model, path: string): Promise<void> {
  checkArguments("saveModel", path, model);
  const specs = model.layers.map(({ spec: { type, options }, name }) => ({
    type,
    ...options,
    name,
  }));
  const architecture = { name: model.name, dtype: model.dtype, layers: specs };
  await saveWeights(path, model.weights, { [ARCHITECTURE]: JSON.stringify(architecture) });
}

/**
 * Writes a model to an ONNX file, which onnxruntime and many other programs run. The input is `x`
 * [N, ...inputShape], the output `y` [N, ...outputShape], in the model's dtype.
 * @param path as for {@link saveModel}.
 *
 * @example
 * ```ts
 * import { exportOnnx, layers, sequential } from "mnist";
 *
 * const model = sequential({ layers: [layers.dense({ inputShape: [784], units: 10 })] });
 * const folder = await Deno.makeTempDir();
 * await exportOnnx(model, `${folder}/digits.onnx`);
 * await Deno.remove(folder, { recursive: true });
 * ```
 */
export async function exportOnnx(model: Model, path: string): Promise<void> {
  checkArguments("exportOnnx", path, model);
  await writeFile(projectPath(path), encodeOnnx(model));
}

/**
 * Reads a model that {@link saveModel} has written. It can predict at once; before training or
 * evaluation it has to be compiled.
 * @param path a relative path starts at the project's folder.
 * @throws DataError when the file is missing, damaged or not a model, or when its weights do not fit
 *   its layers.
 *
 * @example
 * ```ts
 * import { layers, loadModel, saveModel, sequential } from "mnist";
 * import assert from "node:assert/strict";
 *
 * const model = sequential({ layers: [layers.dense({ inputShape: [2], units: 1 })] });
 * const folder = await Deno.makeTempDir();
 * await saveModel(model, `${folder}/model.safetensors`);
 * const again = await loadModel(`${folder}/model.safetensors`);
 * assert.ok(again.weights["dense.W"].equals(model.weights["dense.W"]));
 * await Deno.remove(folder, { recursive: true });
 * ```
 */
export async function loadModel(path: string): Promise<Model> {
  checkArguments("loadModel", path);
  const expected = "a model as saveModel writes it";
  const { tensors, others, metadata = {} } = await readArrays(path, expected);
  const text = metadata[ARCHITECTURE] ?? "";
  if (!text.startsWith("{")) {
    const found = "weights without layers; loadWeights reads them";
    throw new DataError(`${path}: expected ${expected}, found ${found}`);
  }
  const [other] = others;
  if (other !== undefined) {
    throw new DataError(`${path}: expected ${expected}, found ${describe(other[0])}: ${other[1]}`);
  }
  try {
    const { layers, ...options } = objectOf("a model", JSON.parse(text));
    if (!Array.isArray(layers)) throw unexpected("expected a list of layers", layers);
    const weights = Array.from(tensors, ([name, { data, shape }]) => {
      return [name, adopt(data, shape)] as const;
    });
    return new Model({ ...options, layers: layers.map(parseLayer) }, Object.fromEntries(weights));
  } catch (cause) {
    const found = `another one (of another version?): ${reasonOf(cause)}`;
    throw new DataError(`${path}: expected ${expected}, found ${found}`, { cause });
  }
}

function parseLayer(value: unknown): LayerSpec {
  const { type, ...options } = objectOf("a layer", value);
  return entryOf<string, Factory>("expected the type of a layer", String(type), FACTORIES)(options);
}

function objectOf(what: string, value: unknown): Record<string, unknown> {
  if (typeof value === "object" && value !== null && !Array.isArray(value)) return { ...value };
  throw unexpected(`expected ${what}`, value);
}

/** Cells are not type-checked: without this, swapped arguments fail somewhere else. */
function checkArguments(caller: string, path: string, ...models: Model[]): void {
  if (typeof path === "string" && models.every((model) => model instanceof Model)) return;
  throw new TypeError(
    `${caller}: expected ${models.map(() => "a model and ").join("")}a path, found ` +
      [...models, path].map(describe).join(" and "),
  );
}
