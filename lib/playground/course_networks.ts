/** The networks of the course that come with it, trained on MNIST: those of chapters 9, 7 and 3. */
import { loadWeights } from "../data/weights.ts";
import { loadModel } from "../model/files.ts";
import type { Model } from "../model/model.ts";
import { sampleModel } from "./networks.ts";

/**
 * The networks of the course by the names that they have in the playground, the best one first.
 * `deno task train-models` and `deno task train-weights` have made their files.
 * @throws DataError when a file is missing or damaged.
 */
export async function courseNetworks(): Promise<Record<string, Model>> {
  return {
    "Chapter 9: convolution": await loadModel("data/convolution.safetensors"),
    "Chapter 7: 784-128-10": await loadModel("data/sequential.safetensors"),
    "Chapter 3: 784-50-100-10": sampleModel(await loadWeights("data/sample_weight.safetensors")),
  };
}
