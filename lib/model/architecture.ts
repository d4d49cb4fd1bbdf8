/** The layers of a model as text, and the model of such a text: how files and pages carry models. */
import { unexpected } from "../support/describe.ts";
import { entryOf } from "../support/names.ts";
import type { LayerSpec } from "./layers/layer.ts";
import * as layers from "./layers/mod.ts";
import type { NamedWeights } from "./build.ts";
import { Model } from "./model.ts";

/** The metadata entry of a safetensors file that holds the layers. */
export const ARCHITECTURE = "architecture";

/** A function of {@link layers}; it checks all of its options, so they may come from a file. */
type Factory = { make(options: object): LayerSpec }["make"];

const FACTORIES: Readonly<Record<string, Factory>> = layers;

/** Name, dtype and layers of a model as JSON, without the weights. */
export function architectureOf(model: Model): string {
  const specs = model.layers.map(({ spec: { type, options }, name }) => ({
    type,
    ...options,
    name,
  }));
  return JSON.stringify({ name: model.name, dtype: model.dtype, layers: specs });
}

/**
 * The model of a text that {@link architectureOf} returned.
 * @param weights the weights, by name.
 * @throws SyntaxError, TypeError or RangeError for another text, or for weights that do not fit.
 */
export function modelOf(architecture: string, weights: NamedWeights): Model {
  const { layers, ...options } = objectOf("a model", JSON.parse(architecture));
  if (!Array.isArray(layers)) throw unexpected("expected a list of layers", layers);
  return new Model({ ...options, layers: layers.map(parseLayer) }, weights);
}

function parseLayer(value: unknown): LayerSpec {
  const { type, ...options } = objectOf("a layer", value);
  return entryOf<string, Factory>("expected the type of a layer", String(type), FACTORIES)(options);
}

function objectOf(what: string, value: unknown): Record<string, unknown> {
  if (typeof value === "object" && value !== null && !Array.isArray(value)) return { ...value };
  throw unexpected(`expected ${what}`, value);
}
