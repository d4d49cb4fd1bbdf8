/** Networks as texts, so that a page can carry them: safetensors, gzipped, in base64. */
import { decodeSafetensors, encodeSafetensors } from "../data/formats/safetensors.ts";
import type { SampleWeights } from "../data/weights.ts";
import { ARCHITECTURE, architectureOf, modelOf } from "../model/architecture.ts";
import { dense } from "../model/layers/dense.ts";
import { Model } from "../model/model.ts";
import { adopt } from "../tensor/tensor.ts";
import { unzip, zip } from "./gzip.ts";

/** A network as text. */
export async function packNetwork(model: Model): Promise<string> {
  const tensors = new Map(Object.entries(model.weights));
  const metadata = { [ARCHITECTURE]: architectureOf(model) };
  return await zip(encodeSafetensors({ tensors, metadata }));
}

/**
 * The network of a text that {@link packNetwork} returned.
 * @throws DataError or another Error for another text.
 */
export async function unpackNetwork(text: string): Promise<Model> {
  const { tensors, metadata } = decodeSafetensors(await unzip(text));
  const weights = Array.from(tensors, ([name, { data, shape }]) => [name, adopt(data, shape)]);
  return modelOf(metadata[ARCHITECTURE], Object.fromEntries(weights));
}

/** The book's network of chapter 3 as a model, 784-50-100-10. */
export function sampleModel({ W1, b1, W2, b2, W3, b3 }: SampleWeights): Model {
  const layers = [
    dense({ inputShape: [784], units: 50, activation: "sigmoid" }),
    dense({ units: 100, activation: "sigmoid" }),
    dense({ units: 10, activation: "softmax" }),
  ];
  return new Model({ layers, name: "inference" }, {
    "dense.W": W1,
    "dense.b": b1,
    "dense_1.W": W2,
    "dense_1.b": b2,
    "dense_2.W": W3,
    "dense_2.b": b3,
  });
}
