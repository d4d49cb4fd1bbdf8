import assert from "node:assert/strict";
import { drawDigits } from "../../../lib/data/digits/draw.ts";
import { findFile, readFolder } from "../../../lib/data/sets/folder.ts";
import { decodeSafetensors } from "../../../lib/data/formats/safetensors.ts";
import { projectPath } from "../../../lib/support/paths.ts";
import { DATA_SETS } from "../../../lib/data/sets/sources.ts";
import { loadWeights, type SampleWeights } from "../../../lib/data/weights.ts";
import { sigmoid, softmax } from "../../../lib/nn/functions.ts";
import { accuracy } from "../../../lib/nn/metrics.ts";
import { Tensor } from "../../../lib/tensor/tensor.ts";

const PATH = "data/sample_weight.safetensors";

/** The book's network on bytes of images: softmax(σ(σ(x·W1 + b1)·W2 + b2)·W3 + b3). */
function predict(images: Uint8Array, weights: SampleWeights): Tensor<[number, 10]> {
  const { W1, b1, W2, b2, W3, b3 } = weights;
  const pixels = Float32Array.from(images, (byte) => byte / 255);
  const x = new Tensor<[number, 784]>(pixels, [images.length / 784, 784]);
  const z1 = sigmoid(x.dot(W1).add(b1));
  const z2 = sigmoid(z1.dot(W2).add(b2));
  return softmax(z2.dot(W3).add(b3));
}

function accuracyOn(images: Uint8Array, labels: Uint8Array, weights: SampleWeights): number {
  return accuracy(predict(images, weights), new Tensor(labels, [labels.length]));
}

Deno.test("our weights: six finite float32 arrays that say where they come from", async () => {
  const weights = await loadWeights(PATH);
  assert.deepEqual(Object.keys(weights).sort(), ["W1", "W2", "W3", "b1", "b2", "b3"]);
  for (const [name, { dtype, data }] of Object.entries<Tensor>({ ...weights })) {
    assert.equal(dtype, "float32", name);
    assert.ok(data.every(Number.isFinite), name);
  }
  const bytes = await Deno.readFile(projectPath(PATH));
  assert.ok(bytes.length < 200_000, `${bytes.length} bytes`);
  const { metadata } = decodeSafetensors(bytes, PATH);
  assert.deepEqual(Object.keys(metadata).sort(), [
    "accuracy",
    "architecture",
    "input",
    "licence",
    "recipe",
    "script",
    "seed",
  ]);
});

Deno.test("our weights read the embedded digits, which they have never seen", async () => {
  const { testImages, testLabels } = drawDigits({ train: 0, test: 2_000, seed: 1 });
  const reached = accuracyOn(testImages, testLabels, await loadWeights(PATH));
  assert.ok(reached >= 0.93, `accuracy ${reached}`);
});

const folder = projectPath(Deno.env.get("MNIST_DIR") ?? DATA_SETS.mnist.folder);
const hasMnist = (await Promise.all(
  DATA_SETS.mnist.files.map((file) => findFile(folder, file)),
)).every((path) => path !== undefined);

Deno.test({
  name: `our weights read MNIST's test images at 0.97 and better${
    hasMnist ? "" : " (skipped: MNIST_DIR and data/mnist have none)"
  }`,
  ignore: !hasMnist,
  fn: async () => {
    const { testImages, testLabels } = await readFolder(DATA_SETS.mnist, folder, true);
    const weights = await loadWeights(PATH);
    const reached = accuracyOn(testImages, testLabels, weights);
    assert.ok(reached >= 0.97, `accuracy ${reached}`);
    // The file says what it reaches; float32 sums in another order may turn one image in 10,000.
    const { metadata } = decodeSafetensors(await Deno.readFile(projectPath(PATH)));
    const claimed = parseFloat(metadata.accuracy);
    assert.ok(Math.abs(reached - claimed) <= 3e-4, `claims ${claimed}, reaches ${reached}`);
  },
});
