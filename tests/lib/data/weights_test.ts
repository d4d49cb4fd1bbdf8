import assert from "node:assert/strict";
import { join } from "node:path";
import { ones, tensor, zeros } from "../../../lib/tensor/create.ts";
import { projectPath } from "../../../lib/support/paths.ts";
import { loadWeights, saveWeights } from "../../../lib/data/weights.ts";
import type { Tensor } from "../../../lib/tensor/tensor.ts";
import { testUnless } from "../../support/skip.ts";
import { inFolder, rejectsWithDataError } from "../../support/files.ts";

/** The book's network with other numbers. */
function sampleWeights() {
  return {
    W1: ones([784, 50], "float32"),
    b1: zeros([50], "float32"),
    W2: ones([50, 100], "float32"),
    b2: zeros([100], "float32"),
    W3: ones([100, 10], "float32"),
    b3: tensor([0, 1, 2, 3, 4, 5, 6, 7, 8, 9], "float32"),
  };
}

Deno.test("weights: what was saved is loaded, in shapes, types and numbers", () =>
  inFolder(async (folder) => {
    const path = join(folder, "deep", "sample_weight.safetensors");
    await saveWeights(path, sampleWeights(), { seed: "1" });
    const loaded = await loadWeights(`${folder}/deep/sample_weight.safetensors`);
    const W1: Tensor<[784, 50]> = loaded.W1;
    const b3: Tensor<[10]> = loaded.b3;
    assert.ok(W1.equals(ones([784, 50])));
    assert.equal(W1.dtype, "float32");
    assert.deepEqual([...b3.data], [0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
  }));

Deno.test("weights: views are saved in their own order", () =>
  inFolder(async (folder) => {
    const path = join(folder, "w");
    await saveWeights(path, { W: tensor([[1, 2, 3], [4, 5, 6]]).T });
    const { W } = await loadWeights(path, { W: [3, 2] });
    const typed: Tensor<[3, 2]> = W;
    assert.deepEqual([...typed.data], [1, 4, 2, 5, 3, 6]);
  }));

Deno.test("weights: shapes that are asked for are checked, -1 is any length", () =>
  inFolder(async (folder) => {
    const path = join(folder, "w.safetensors");
    await saveWeights(path, { W: ones([2, 3]), b: ones([3]) });
    const { W } = await loadWeights(path, { W: [-1, 3] });
    const typed: Tensor<[number, 3]> = W;
    assert.deepEqual(typed.shape, [2, 3]);
    assert.deepEqual(Object.keys(await loadWeights(path)), ["W", "b"]);
    await rejectsWithDataError(
      loadWeights(path, { W: [3, 2] }),
      /w\.safetensors: expected W of shape \[3, 2\], found \[2, 3\]/,
    );
    await rejectsWithDataError(loadWeights(path, { c: [1] }), /a tensor c, found only W, b/);
  }));

Deno.test("weights: a file with the book's name must hold the book's network", () =>
  inFolder(async (folder) => {
    const path = `${folder}/sample_weight.safetensors` as const;
    await saveWeights(path, { ...sampleWeights(), W2: ones([50, 10]) });
    await rejectsWithDataError(loadWeights(path), /expected W2 of shape \[50, 100\]/);
  }));

Deno.test("weights: pickles are told by their first byte", async () => {
  const { W } = await loadWeights("tests/fixtures/weights/protocol4.pkl", { W: [2, 3] });
  assert.equal(W.at(1, 2), 1);
  assert.equal(W.dtype, "float32");
});

Deno.test("weights: a file that is not there is named", async () => {
  await rejectsWithDataError(
    loadWeights("data/none.safetensors"),
    /none\.safetensors: expected a readable file, found nothing/,
  );
});

// The book's own file is not part of this project: whoever has it puts it into data/.
const book = "data/sample_weight.pkl";
const hasBook = await Deno.stat(projectPath(book)).then(() => true, () => false);
testUnless(
  hasBook ? undefined : `there is no ${book}`,
  "weights: the book's pickle",
  async () => {
    const { W1, b1, W3 } = await loadWeights(book);
    const close = (found: number, numpy: number) => assert.ok(Math.abs(found - numpy) < 1e-7);
    close(W1.at(0, 0), -0.00741249);
    close(W1.at(0, 1), -0.00790439);
    close(b1.at(49), 0.10716812);
    close(W3.at(0, 1), 0.6894455);
  },
);
