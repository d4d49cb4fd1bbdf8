/** Models in files: the weights as safetensors with the layers in its metadata, and ONNX. */
import { readArrays, saveWeights } from "../data/weights.ts";
import { describe } from "../support/describe.ts";
import { DataError, reasonOf } from "../support/errors.ts";
import { writeFile } from "../support/files.ts";
import { projectPath } from "../support/paths.ts";
import { adopt } from "../tensor/tensor.ts";
import { ARCHITECTURE, architectureOf, modelOf } from "./architecture.ts";
import { Model } from "./model.ts";
import { encodeOnnx } from "./onnx.ts";

/**
 * Writes a model to a safetensors file: its weights by name, such as `dense.W`, and its layers in the
 * metadata. Python's `safetensors.numpy.load_file` reads the weights, {@link loadModel} both.
 * @param path a relative path starts at the project's folder; missing folders are created. The file
 *   is written completely or not at all.
 * @param metadata other texts to keep in the file, such as how the model was trained.
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
export async function saveModel(
  model: Model,
  path: string,
  metadata: Readonly<Record<string, string>> = {},
): Promise<void> {
  checkArguments("saveModel", path, model);
  await saveWeights(path, model.weights, { ...metadata, [ARCHITECTURE]: architectureOf(model) });
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
    const weights = Array.from(tensors, ([name, { data, shape }]) => {
      return [name, adopt(data, shape)] as const;
    });
    return modelOf(text, Object.fromEntries(weights));
  } catch (cause) {
    const found = `another one (of another version?): ${reasonOf(cause)}`;
    throw new DataError(`${path}: expected ${expected}, found ${found}`, { cause });
  }
}

/** Cells are not type-checked: without this, swapped arguments fail somewhere else. */
function checkArguments(caller: string, path: string, ...models: Model[]): void {
  if (typeof path === "string" && models.every((model) => model instanceof Model)) return;
  throw new TypeError(
    `${caller}: expected ${models.map(() => "a model and ").join("")}a path, found ` +
      [...models, path].map(describe).join(" and "),
  );
}
