/** Trained models in files: the weights as safetensors, the architecture in its metadata. */
import { Model } from "./model.ts";
import type { ModelDType } from "./build.ts";
import { ACTIVATIONS, INITIALIZERS, layers, type LayerSpec } from "./specs.ts";
import { oneOf } from "../support/names.ts";
import { sizeOf } from "../tensor/shape.ts";
import { Tensor } from "../tensor/tensor.ts";
import type { StoredArray } from "../data/formats/array.ts";
import { readBytes } from "../support/files.ts";
import { DataError } from "../support/errors.ts";
import { projectPath } from "../support/paths.ts";
import { decodeSafetensors } from "../data/formats/safetensors.ts";
import { saveWeights } from "../data/weights.ts";

/** Larger files are refused. */
const MAX_FILE_BYTES = 2 ** 30;

/** The entry of the metadata that holds the layers. */
const ARCHITECTURE = "architecture";

/**
 * Writes a model into a safetensors file: its weights by name, such as `dense.W`, and its layers in
 * the metadata. Python's `safetensors.numpy.load_file` reads the weights, {@link loadModel} both. The
 * file is written whole or not at all.
 * @param path a relative one is taken from the project's folder; missing folders are made.
 */
export async function saveModel(model: Model, path: string): Promise<void> {
  const specs = model.layers.map(({ spec, name }) => ({ ...spec, name }));
  const architecture = { name: model.name, dtype: model.dtype, layers: specs };
  await saveWeights(path, model.weights, { [ARCHITECTURE]: JSON.stringify(architecture) });
}

/**
 * Reads a model that {@link saveModel} has written. It predicts at once; to learn on, or to be
 * evaluated, it has to be compiled.
 * @param path a relative one is taken from the project's folder.
 * @throws DataError when there is no such file, it is damaged, or its weights are not those of its
 *   layers.
 */
export async function loadModel(path: string): Promise<Model> {
  const bytes = await readBytes(projectPath(path), MAX_FILE_BYTES);
  const { tensors, metadata } = decodeSafetensors(bytes, path);
  const text = metadata[ARCHITECTURE];
  if (text === undefined) {
    throw new DataError(
      `${path}: expected a model, found weights without an architecture; loadWeights reads them`,
    );
  }
  try {
    const { name, dtype, specs } = parseArchitecture(JSON.parse(text));
    checkSizes(specs, tensors);
    const model = new Model({ name, dtype, layers: specs });
    model.setWeights(Object.fromEntries(
      [...tensors].map(([key, { data, shape }]) => [key, new Tensor(data, shape)]),
    ));
    return model;
  } catch (cause) {
    if (cause instanceof DataError) throw cause;
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new DataError(`${path}: expected layers and their weights, found others: ${reason}`, {
      cause,
    });
  }
}

/** Layers that somebody has written down: nothing about them is trusted. */
function parseArchitecture(
  value: unknown,
): { name: string; dtype: ModelDType; specs: LayerSpec[] } {
  const fields = new Fields(value, "the architecture");
  const list = fields.of("layers");
  if (!Array.isArray(list)) throw new TypeError(`expected a list of layers, found ${list}`);
  return {
    name: fields.text("name") ?? "sequential",
    dtype: oneOf("expected dtype", fields.text("dtype") ?? "float32", ["float32", "float64"]),
    specs: list.map(parseLayer),
  };
}

function parseLayer(value: unknown): LayerSpec {
  const fields = new Fields(value, "a layer");
  const common = { inputShape: fields.shape("inputShape"), name: fields.text("name") };
  const type = fields.text("type");
  switch (type) {
    case "flatten":
      return layers.flatten(common);
    case "dense": {
      const activation = fields.text("activation");
      const kernelInitializer = fields.of("kernelInitializer");
      const regularizer = fields.of("kernelRegularizer");
      return layers.dense({
        ...common,
        units: fields.number("units") ?? NaN,
        activation: activation === undefined
          ? undefined
          : oneOf("expected activation", activation, ACTIVATIONS),
        kernelInitializer: typeof kernelInitializer === "string"
          ? oneOf("expected kernelInitializer", kernelInitializer, INITIALIZERS)
          : fields.number("kernelInitializer"),
        kernelRegularizer: regularizer === undefined ? undefined : parseRegularizer(regularizer),
      });
    }
    case "dropout":
      return layers.dropout({ ...common, rate: fields.number("rate") ?? NaN });
    case "activation": {
      const activation = oneOf("expected activation", fields.text("activation") ?? "", ACTIVATIONS);
      return layers.activation({ ...common, activation });
    }
    case "batchNormalization": {
      const [momentum, epsilon] = [fields.number("momentum"), fields.number("epsilon")];
      return layers.batchNormalization({ ...common, momentum, epsilon });
    }
    case "rescaling": {
      const [scale, offset] = [fields.number("scale") ?? NaN, fields.number("offset")];
      return layers.rescaling({ ...common, scale, offset });
    }
    default:
      throw new TypeError(`expected a kind of layer, found ${JSON.stringify(type)}`);
  }
}

function parseRegularizer(value: unknown): { l1?: number; l2?: number } {
  const fields = new Fields(value, "a regularizer");
  return { l1: fields.number("l1"), l2: fields.number("l2") };
}

/** The fields of an object from a file, each of which may be missing or of another kind. */
class Fields {
  readonly #fields: ReadonlyMap<string, unknown>;

  constructor(value: unknown, readonly what: string) {
    if (typeof value !== "object" || value === null || Array.isArray(value)) {
      throw new TypeError(`expected ${what}, found ${JSON.stringify(value)}`);
    }
    this.#fields = new Map(Object.entries(value));
  }

  of(name: string): unknown {
    return this.#fields.get(name);
  }

  text(name: string): string | undefined {
    const value = this.of(name);
    if (value === undefined || typeof value === "string") return value;
    throw new TypeError(`expected text as ${name} of ${this.what}, found ${JSON.stringify(value)}`);
  }

  number(name: string): number | undefined {
    const value = this.of(name);
    if (value === undefined || typeof value === "number") return value;
    throw new TypeError(
      `expected a number as ${name} of ${this.what}, found ${JSON.stringify(value)}`,
    );
  }

  shape(name: string): number[] | undefined {
    const value = this.of(name);
    if (value === undefined) return undefined;
    if (Array.isArray(value) && value.every((length) => typeof length === "number")) return value;
    throw new TypeError(
      `expected a shape as ${name} of ${this.what}, found ${JSON.stringify(value)}`,
    );
  }
}

/** Holds the layers to the weights in the file, before memory is taken for them. */
function checkSizes(specs: readonly LayerSpec[], tensors: ReadonlyMap<string, StoredArray>): void {
  let width = sizeOf(specs[0]?.inputShape ?? []);
  for (const spec of specs) {
    if (spec.type !== "dense" && spec.type !== "batchNormalization") continue;
    const isDense = spec.type === "dense";
    const key = `${spec.name}.${isDense ? "W" : "gamma"}`;
    const expected = isDense ? [width, spec.units] : [width];
    const found = tensors.get(key)?.shape;
    if (found?.join() !== expected.join()) {
      throw new RangeError(`expected ${key} [${expected}], found ${found ? `[${found}]` : "none"}`);
    }
    if (isDense) width = spec.units;
  }
}
