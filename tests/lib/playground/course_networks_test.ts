/** The networks that come with the course: where they are from, and how well they read. */
import assert from "node:assert/strict";
import { decodeSafetensors } from "../../../lib/data/formats/safetensors.ts";
import { readMnist } from "../../../lib/data/sets/mnist.ts";
import { courseNetworks } from "../../../lib/playground/course_networks.ts";
import { projectPath } from "../../../lib/support/paths.ts";
import type { Tensor } from "../../../lib/tensor/tensor.ts";
import { missingMnist, testUnless } from "../../support/skip.ts";

/** The files of `deno task train-models`, with the least accuracy on MNIST's test images. */
const FILES = { convolution: 0.99, sequential: 0.978 } as const;

async function fileOf(name: string) {
  return decodeSafetensors(await Deno.readFile(projectPath(`data/${name}.safetensors`)));
}

Deno.test("the files say where they come from, and hold numbers of half precision", async () => {
  for (const name of Object.keys(FILES)) {
    const { tensors, metadata } = await fileOf(name);
    assert.deepEqual(Object.keys(metadata).sort(), [
      "accuracy",
      "architecture",
      "input",
      "licence",
      "recipe",
      "script",
      "seed",
    ]);
    assert.match(metadata.script, /^tools\/train_models\.ts$/);
    for (const [key, { data }] of tensors) {
      assert.ok(data.every((value: number) => Math.f16round(value) === value), `${name}: ${key}`);
    }
  }
});

testUnless(missingMnist, "the networks read MNIST's test images as their files say", async () => {
  const { mnist } = await readMnist({ source: "mnist" });
  const networks = await courseNetworks();
  for (const [name, least] of Object.entries(FILES)) {
    const model = Object.values(networks).find((model) => model.name === name);
    assert.ok(model, name);
    const read: Tensor = model.predict(mnist.xTest.reshape([-1, 28, 28, 1])).argmax(1);
    const right = mnist.tTest.data.filter((label, i) => label === read.data[i]).length;
    assert.ok(right / 10_000 >= least, `${name}: ${right}`);
    // float32 sums in another order may turn a few images in 10,000.
    const claimed = parseFloat((await fileOf(name)).metadata.accuracy);
    assert.ok(Math.abs(right / 10_000 - claimed) <= 3e-4, `${name}: ${right}, ${claimed}`);
  }
});
