import assert from "node:assert/strict";
import { join } from "node:path";
import type { Environment } from "../../../../lib/support/environment.ts";
import { encodeIdx } from "../../../../lib/data/formats/idx.ts";
import { readMnist } from "../../../../lib/data/sets/mnist.ts";
import { projectPath } from "../../../../lib/support/paths.ts";
import { DATA_SETS } from "../../../../lib/data/sets/sources.ts";
import type { Tensor } from "../../../../lib/tensor/tensor.ts";
import { gzip, inFolder, rejectsWithDataError } from "../../../support/files.ts";
import { peakMemory } from "../../../support/memory.ts";
import { missingMnist, mnistFolder, testUnless } from "../../../support/skip.ts";

/** An environment of its own: tests run side by side, and the program's is one for all of them. */
function environment(variables: Record<string, string>): { environment: Environment } {
  return { environment: (name) => variables[name] };
}

/** Writes a small data set of one's own: 5 training and 3 test images. */
async function writeSet(folder: string, labels = [3, 1, 4, 1, 5]): Promise<void> {
  const images = (count: number) => ({
    shape: [count, 28, 28],
    data: Uint8Array.from({ length: count * 784 }, (_, i) => i % 256),
  });
  const [trainImages, trainLabels, testImages, testLabels] = DATA_SETS.mnist.files;
  await Deno.writeFile(join(folder, trainImages.name), gzip(encodeIdx(images(5))));
  await Deno.writeFile(
    join(folder, trainLabels.name),
    encodeIdx({ shape: [labels.length], data: Uint8Array.from(labels) }),
  );
  await Deno.writeFile(
    join(folder, testImages.name.replace(".gz", "").replace("-idx", ".idx")),
    encodeIdx(images(3)),
  );
  await Deno.writeFile(
    join(folder, testLabels.name.replace(".gz", "")),
    encodeIdx({ shape: [3], data: Uint8Array.of(9, 2, 6) }),
  );
}

Deno.test("loadMnist: each combination of flags has its shape, at run time and in its type", () =>
  inFolder(async (folder) => {
    await writeSet(folder);
    const env = environment({ MNIST_DIR: folder });
    const source = "mnist", verify = false;

    const { mnist: a } = await readMnist({ source, verify }, env);
    const x1: Tensor<[number, 784]> = a.xTrain;
    const t1: Tensor<[number]> = a.tTrain;
    assert.deepEqual([x1.shape, t1.shape, a.xTest.shape, a.tTest.shape], [
      [5, 784],
      [5],
      [3, 784],
      [3],
    ]);
    assert.deepEqual([x1.dtype, t1.dtype], ["float32", "uint8"]);
    assert.equal(x1.at(0, 51), Math.fround(51 / 255));
    assert.deepEqual([...a.tTest.data], [9, 2, 6]);
    assert.equal(a.source, "mnist");
    assert.equal(a.classNames[7], "7");

    const { mnist: b } = await readMnist(
      { source, verify, flatten: false, oneHotLabel: true },
      env,
    );
    const x2: Tensor<[number, 1, 28, 28]> = b.xTest;
    const t2: Tensor<[number, 10]> = b.tTest;
    assert.deepEqual([x2.shape, t2.shape], [[3, 1, 28, 28], [3, 10]]);
    assert.equal(x2.at(0, 0, 1, 3), Math.fround(31 / 255));
    assert.deepEqual([...t2.argmax(1).data], [9, 2, 6]);
    assert.deepEqual([x2.dtype, t2.dtype], ["float32", "float32"]);

    const { mnist: c } = await readMnist({ source, verify, normalize: false }, env);
    assert.equal(c.xTrain.dtype, "uint8");
    assert.deepEqual([...c.xTrain.at(0).data.slice(0, 3)], [0, 1, 2]);

    const { mnist: d } = await readMnist(
      { source, verify, dtype: "float64", oneHotLabel: true },
      env,
    );
    assert.deepEqual([d.xTrain.dtype, d.tTrain.dtype], ["float64", "float64"]);
    assert.equal(d.xTrain.at(0, 100), 100 / 255);

    // @ts-expect-error: these labels are numbers
    const wrong: Tensor<[number, 10]> = a.tTrain;
    assert.ok(wrong);
  }));

Deno.test("loadMnist: a tensor is made once, when it is first read", () =>
  inFolder(async (folder) => {
    await writeSet(folder);
    const env = environment({ MNIST_DIR: folder });
    const { mnist: data } = await readMnist({ verify: false }, env);
    assert.equal(data.xTrain, data.xTrain);
    const { xTest } = data;
    assert.equal(xTest, data.xTest);
  }));

Deno.test("loadMnist: data of one's own are checked too", () =>
  inFolder(async (folder) => {
    const env = environment({ FASHION_MNIST_DIR: folder, FASHION_MNIST_MIRRORS: "" });
    const load = () => readMnist({ source: "fashion-mnist", verify: false }, env);
    await writeSet(folder, [1, 2, 3, 4]);
    await rejectsWithDataError(load(), /a label for each of the 5 images, found 4/);
    await writeSet(folder, [1, 2, 3, 4, 10]);
    await rejectsWithDataError(load(), /labels from 0 to 9, found 10 for image 4/);
    await writeSet(folder);
    const { classNames, tTrain } = (await load()).mnist;
    assert.equal(classNames[tTrain.at(0)], "Dress");
  }));

Deno.test("loadMnist: digits need nothing", async () => {
  const env = environment({ MNIST_SOURCE: "digits" });
  const { mnist: { source, xTest, tTest }, text, failure } = await readMnist({}, env);
  assert.equal(source, "digits");
  assert.equal(failure, undefined);
  assert.match(text, /^Embedded digits: 20,000 training and 10,000 test images/);
  assert.deepEqual([xTest.shape, tTest.shape], [[10_000, 784], [10_000]]);
});

Deno.test("loadMnist: unknown names are refused", async () => {
  const env = environment({ MNIST_SOURCE: "minst" });
  await rejectsWithDataError(
    readMnist({}, env),
    /MNIST_SOURCE: expected one of auto, mnist.*"minst"; did you mean "mnist"\?/,
  );
  // @ts-expect-error: as in a notebook, whose cells are not type-checked
  const unknown = readMnist({ source: "minst" }, env);
  await assert.rejects(
    unknown,
    /expected source to be one of .*found "minst"; did you mean "mnist"\?/,
  );
  // @ts-expect-error: likewise, by its name in the book
  const misspelt = readMnist({ source: "digits", one_hot_label: true }, env);
  await assert.rejects(misspelt, /expected only the options "source", .*found "one_hot_label"/);
  // @ts-expect-error: likewise
  await assert.rejects(readMnist({ source: "digits", dtype: "uint8" }, env), TypeError);
});

Deno.test("loadMnist: what only looks like a switch is refused", async () => {
  // @ts-expect-error: a text is true, whatever it says
  await assert.rejects(readMnist({ source: "digits", normalize: "false" }), {
    name: "TypeError",
    message: 'loadMnist: expected normalize to be true or false, found "false"',
  });
});

Deno.test("loadMnist: MNIST_SOURCE cannot name images of another shape", async () => {
  await rejectsWithDataError(
    readMnist({}, environment({ MNIST_SOURCE: "cifar-10" })),
    /28 × 28 images, found "cifar-10".*loadMnist\({ source: "cifar-10" }\)/,
  );
});

Deno.test("loadMnist: data of one's own that are incomplete are an error, not the digits", () =>
  inFolder(async (folder) => {
    const offline = environment({ MNIST_DIR: join(folder, "none"), MNIST_MIRRORS: "" });
    await rejectsWithDataError(readMnist({ verify: false }, offline), /there is no such folder/);
  }));

async function has(folder: string): Promise<boolean> {
  const path = join(projectPath(folder), DATA_SETS.mnist.files[0].name);
  return await Deno.stat(path).then(() => true, () => false);
}

testUnless(
  await has("data/mnist") ? "data/mnist has the real set, which would be taken" : undefined,
  "loadMnist: without MNIST the digits are used, with the reason",
  () =>
    inFolder(async (folder) => {
      const offline = { MNIST_DIR: join(folder, "none"), MNIST_MIRRORS: "http://127.0.0.1:9/" };
      const env = environment(offline);
      const { mnist, failure } = await readMnist({}, env);
      assert.equal(mnist.source, "digits");
      assert.equal(mnist.xTest.shape[0], 10_000);
      assert.match(
        failure?.summary ?? "",
        /the folder in MNIST_DIR: .*none: there is no such folder/,
      );
      assert.match(failure?.summary ?? "", /Mirrors: 127\.0\.0\.1:9: /);
      await rejectsWithDataError(
        readMnist({ source: "mnist" }, env),
        /none: there is no such folder/,
        /data.mnist: there is no such folder/,
        /http:\/\/127\.0\.0\.1:9\/train-images-idx3-ubyte\.gz: /,
        /ba891046e6505d7a\s+train-images-idx3-ubyte\.gz/,
      );
    }),
);

testUnless(
  missingMnist,
  "loadMnist: the real set",
  async () => {
    const env = environment({ MNIST_DIR: mnistFolder });
    const { mnist: { xTrain, tTrain, xTest, tTest } } = await readMnist({
      source: "mnist",
      normalize: false,
      flatten: false,
    }, env);
    assert.deepEqual([xTrain.shape, xTest.shape], [[60_000, 1, 28, 28], [10_000, 1, 28, 28]]);
    const counts = (labels: Tensor<[number]>) => {
      const found = new Array<number>(10).fill(0);
      labels.data.forEach((label: number) => found[label]++);
      return found;
    };
    assert.deepEqual(
      counts(tTrain),
      [5923, 6742, 5958, 6131, 5842, 5421, 5918, 6265, 5851, 5949],
    );
    assert.deepEqual(counts(tTest), [980, 1135, 1032, 1010, 982, 892, 958, 1028, 974, 1009]);
    assert.equal(tTrain.at(2000), 5);
    assert.deepEqual(
      [...xTrain.at(2000, 0, 10).data],
      [0, 0, 0, 0, 0, 0, 0, 0, 0, 92, 255, 254, 254, 119, ...new Array<number>(14).fill(0)],
    );
  },
);

testUnless(
  Deno.build.os === "linux" ? missingMnist : "peak memory is read from /proc, which is Linux's",
  "loadMnist: floats take over the memory of the pixels",
  async () => {
    const { peak, stderr } = await peakMemory(
      `
      const { mnist } = await readMnist({ source: "mnist" });
      if (mnist.xTrain.at(2000, 289) !== Math.fround(92 / 255)) throw new Error("wrong pixel");
      if (mnist.xTest.shape[0] !== 10_000) throw new Error("wrong count");
    `,
      ["../../lib/data/sets/mnist.ts", "readMnist"],
      { MNIST_DIR: mnistFolder },
    );
    assert.equal(stderr, "");
    assert.ok(peak < 300, `peak memory of ${peak} MiB`); // 345 with the pixels kept beside them
  },
);
