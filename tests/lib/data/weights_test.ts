import assert from "node:assert/strict";
import { join } from "node:path";
import * as fc from "fast-check";
import { ones, tensor, zeros } from "../../../lib/tensor/create.ts";
import { projectPath } from "../../../lib/support/paths.ts";
import { loadWeights, saveWeights } from "../../../lib/data/weights.ts";
import type { DType } from "../../../lib/tensor/dtype.ts";
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
      /w\.safetensors: expected W of shape \[3, 2\], found float64 \[2, 3\]/,
    );
    await rejectsWithDataError(loadWeights(path, { c: [1] }), /a tensor "c", found only "W", "b"/);
  }));

Deno.test("weights: a file with the book's name must hold the book's network", () =>
  inFolder(async (folder) => {
    const path = `${folder}/sample_weight.safetensors` as const;
    await saveWeights(path, { ...sampleWeights(), W2: ones([50, 10]) });
    await rejectsWithDataError(loadWeights(path), /expected W2 of shape \[50, 100\]/);
  }));

Deno.test("weights: the format is recognized by the content, whatever the name", () =>
  inFolder(async (folder) => {
    // The length of the header, of which a pickle's first byte is the lowest, takes every value.
    for (const path of [join(folder, "weights"), join(folder, "weights.pkl")]) {
      for (let length = 1; length <= 256; length++) {
        const name = "W".repeat(length);
        await saveWeights(path, { [name]: tensor([length]) });
        assert.deepEqual((await loadWeights(path))[name].toArray(), [length]);
      }
    }
    const path = join(folder, "pickle.safetensors");
    await Deno.copyFile(projectPath("tests/fixtures/weights/protocol4.pkl"), path);
    const { W } = await loadWeights(path, { W: [2, 3] });
    assert.deepEqual([W.dtype, W.at(1, 2)], ["float32", 1]);
  }));

Deno.test("weights: any names, metadata and numbers are read back", () =>
  inFolder((folder) => {
    const text = fc.string({ unit: "binary", maxLength: 8 });
    const numbers = fc.array(fc.double(), { maxLength: 5 });
    const dtypes = fc.constantFrom<DType>("float64", "float32", "int32", "uint8");
    const tensors = fc.dictionary(
      fc.oneof(text, fc.constantFrom("", "__proto__", "1", "constructor", "ä", "a\u0308")),
      fc.tuple(numbers, dtypes).map(([values, dtype]) =>
        tensor(dtype.startsWith("f") ? values : values.map((_, i) => i), dtype)
      ),
    ).filter((record) => !("__metadata__" in record));
    return fc.assert(
      fc.asyncProperty(tensors, fc.dictionary(text, text), async (record, metadata) => {
        const path = join(folder, "w");
        await saveWeights(path, record, metadata);
        const loaded = await loadWeights(path);
        assert.deepEqual(Object.keys(loaded).sort(), Object.keys(record).sort());
        for (const [name, { data, shape }] of Object.entries(record)) {
          assert.deepEqual(loaded[name].data, data);
          assert.deepEqual(loaded[name].shape, shape);
        }
      }),
      { numRuns: 100 },
    );
  }));

Deno.test("weights: what is no tensor and no text is not written", () =>
  inFolder(async (folder) => {
    const path = join(folder, "w.safetensors");
    const W = tensor([1]);
    const cases: [unknown, unknown, RegExp][] = [
      [{ W }, { epochs: 3 }, /text as metadata "epochs", found 3: write String/],
      [{ W }, { history: [1, 2] }, /text as metadata "history", found an array of length 2/],
      [{ W: [1, 2] }, {}, /a tensor as W, found an array of length 2/],
      [{ W: new Float32Array(2) }, {}, /a tensor as W, found a Float32Array/],
      [{ W: undefined }, {}, /a tensor as W, found undefined/],
    ];
    for (const [tensors, metadata, message] of cases) {
      await assert.rejects(saveWeights(path, tensors as never, metadata as never), {
        name: "TypeError",
        message,
      });
    }
    await assert.rejects(saveWeights(path, { __metadata__: W }), RangeError);
    assert.deepEqual([...Deno.readDirSync(folder)], []);
  }));

Deno.test("weights: an unreadable tensor blocks only those who ask for it", async () => {
  for (const name of ["others.safetensors", "mixed4.pkl"]) {
    const path = `tests/fixtures/weights/${name}`;
    assert.deepEqual((await loadWeights(path, { W: [2, 3] })).W.shape, [2, 3]);
    await rejectsWithDataError(loadWeights(path), /found "\w+": \w+ \[\d+\]\. Name the tensors/);
  }
  await rejectsWithDataError(
    loadWeights("tests/fixtures/weights/mixed4.pkl", { int64: [30] }),
    /mixed4\.pkl: expected float64, float32, int32 or uint8 as "int64", found int64 \[30\]/,
  );
  await rejectsWithDataError(
    loadWeights("tests/fixtures/weights/mixed4.pkl", { w: [2, 3] }),
    /a tensor "w", found only "W", "int64", .* and 9 more; did you mean "W"\?/,
  );
});

Deno.test("weights: numbers that are none are said to those who expect weights", () =>
  inFolder(async (folder) => {
    const path = join(folder, "w");
    for (const value of [NaN, Infinity, -Infinity]) {
      await saveWeights(path, { W: tensor([1, value]), b: tensor([1]) });
      await rejectsWithDataError(
        loadWeights(path, { W: [2] }),
        new RegExp(`finite numbers in W, found ${value}\\. Training has diverged`),
      );
      assert.equal((await loadWeights(path)).W.at(1), value);
      assert.equal((await loadWeights(path, { b: [1] })).b.at(0), 1);
    }
  }));

Deno.test("weights: shapes that are none are refused", async () => {
  const shapes = { W1: 784 } as unknown as { W1: [784, 50] };
  await assert.rejects(loadWeights("data/sample_weight.safetensors", shapes), {
    name: "TypeError",
    message: "loadWeights: expected a shape as W1, such as [784, 50], found 784",
  });
});

Deno.test("weights: a missing file is named", async () => {
  await rejectsWithDataError(
    loadWeights("data/none.safetensors"),
    /none\.safetensors: expected a readable file, found nothing/,
  );
});

// The file of the book is not part of this project; it may be in data/.
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
