/** What models refuse, and what they say: cells are not type-checked, so any value may arrive. */
import assert from "node:assert/strict";
import { loadModel, saveModel } from "../../../lib/model/files.ts";
import type { LayerSpec } from "../../../lib/model/layers/layer.ts";
import * as layers from "../../../lib/model/layers/mod.ts";
import { sequential } from "../../../lib/model/model.ts";
import { Adam } from "../../../lib/nn/optimizers.ts";
import { oneHot, ones, randn, tensor, zeros } from "../../../lib/tensor/create.ts";
import { Random } from "../../../lib/tensor/random.ts";
import type { Tensor } from "../../../lib/tensor/tensor.ts";

const SPARSE = {
  optimizer: "adam",
  loss: "sparseCategoricalCrossentropy",
  metrics: ["accuracy"],
} as const;

/** A value as the compiler does not see it in a cell. */
// deno-lint-ignore no-explicit-any
const untyped = (value: unknown): any => value;

function classifier() {
  const model = sequential({
    layers: [layers.dense({ inputShape: [4], units: 3, activation: "softmax" })],
  });
  model.compile(SPARSE);
  return model;
}

const x = randn([6, 4], new Random(1)).expect([-1, 4]);
const t = tensor([0, 1, 2, 0, 1, 2]);

/** Expects an error of ours: a RangeError or TypeError with a short message that names the caller. */
async function refuses(act: () => unknown, message: RegExp, name = "RangeError"): Promise<void> {
  await assert.rejects(async () => await act(), (error: Error) => {
    assert.equal(error.name, name, String(error));
    assert.match(error.message, message);
    assert.match(error.message, /^[a-zA-Z]+(:| for) /);
    assert.ok(error.message.length <= 1000, `${error.message.length} characters`);
    assert.doesNotMatch(error.message, /\[object |undefined is not|Cannot read/);
    return true;
  });
}

Deno.test("labels as a column [N, 1] are labels, in fit and evaluate", async () => {
  const [flat, column] = [classifier(), classifier()], tColumn = t.reshape([-1, 1]);
  const options = { epochs: 3, validationSplit: 0.5 };
  const [a, b] = [await flat.fit(x, t, options), await column.fit(x, tColumn, options)];
  assert.deepEqual(a.history, b.history);
  assert.deepEqual(flat.evaluate(x, t), column.evaluate(x, tColumn));
  const data = [x, tColumn] as const;
  const { history } = await classifier().fit(x, t, { validationData: data });
  assert.ok(history.valLoss[0] > 0);
});

Deno.test("one sigmoid output: its accuracy counts both answers, for targets [N] and [N, 1]", () => {
  const model = sequential({
    layers: [layers.activation({ inputShape: [1], activation: "sigmoid" })],
  });
  model.compile({ ...SPARSE, loss: "binaryCrossentropy" });
  const scores = tensor([[2], [-2], [2], [-2]]).expect([-1, 1]);
  for (const [targets, accuracy] of [[[1, 0, 1, 0], 1], [[0, 1, 0, 1], 0], [[1, 1, 1, 0], 0.75]]) {
    const labels = tensor(untyped(targets));
    assert.equal(model.evaluate(scores, labels).accuracy, accuracy);
    assert.equal(model.evaluate(scores, labels.reshape([-1, 1])).accuracy, accuracy);
  }
});

Deno.test("compile: an accuracy that would always be 100 % is refused", async () => {
  const ends = (units: number, activation: "softmax" | "linear") =>
    sequential({ layers: [layers.dense({ inputShape: [4], units, activation })] });
  const hint = /at least 2 outputs in the last layer, "dense", .* found \[1\]; .* "sigmoid"/;
  await refuses(() => ends(1, "softmax").compile(SPARSE), hint);
  const categorical = { ...SPARSE, loss: "categoricalCrossentropy" } as const;
  await refuses(() => ends(1, "softmax").compile(categorical), hint);
  await refuses(() => ends(1, "linear").compile({ ...SPARSE, loss: "meanSquaredError" }), hint);
  const images = sequential({
    layers: [layers.activation({ inputShape: [2, 3], activation: "softmax" })],
  });
  await refuses(() => images.compile(SPARSE), /at least 2 outputs .* found \[2, 3\]/);
});

Deno.test("samples: one without the batch axis, other shapes, and what is not a tensor", async () => {
  const model = classifier(), some = untyped(x);
  const images = sequential({ layers: [layers.flatten({ inputShape: [28, 28] })] });
  const one =
    /^predict: expected x \[N, 4\] for the layer "dense", found \[4\]; x.reshape\(\[1, 4\]\)/;
  await refuses(() => model.predict(some.at(0)), one);
  await refuses(() => images.predict(untyped(zeros([28, 28]))), /x.reshape\(\[1, 28, 28\]\)/);
  await refuses(() => images.predict(untyped(zeros([5, 784]))), /x.reshape\(\[5, 28, 28\]\)/);
  await refuses(() => images.predict(untyped(zeros([784]))), /x.reshape\(\[1, 28, 28\]\)/);
  await refuses(() => model.predict(untyped(zeros([6, 5]))), /found \[6, 5\]$/);
  await refuses(() => model.predict(untyped(zeros([]))), /found \[\]$/);
  await refuses(() => model.predict(untyped(zeros([2, 2, 4]))), /found \[2, 2, 4\]$/);
  const found: [unknown, RegExp][] = [
    [[[1, 2, 3, 4]], /found an array of length 1; tensor\(…\)/],
    [undefined, /found undefined/],
    [null, /found null/],
    [5, /found 5/],
    [{ x }, /found an object with the keys x/],
    [Promise.resolve(x), /found a promise \(await is missing\)/],
    [new Float32Array(4), /found a Float32Array/],
  ];
  for (const [value, message] of found) {
    await refuses(() => model.predict(untyped(value)), message, "TypeError");
    await refuses(() => model.fit(untyped(value), t), message, "TypeError");
    await refuses(() => model.evaluate(untyped(value), t), message, "TypeError");
    await refuses(() => model.fit(x, untyped(value)), message, "TypeError");
    await refuses(() => model.evaluate(x, untyped(value)), message, "TypeError");
  }
});

Deno.test("no samples: predict returns none, fit and evaluate refuse them", async () => {
  const model = classifier(), none = x.rows(0, 0), noLabels = t.rows(0, 0);
  assert.deepEqual(model.predict(none).shape, [0, 3]);
  await refuses(
    () => model.fit(none, noLabels),
    /expected at least 1 sample, found a tensor \[0, 4\]/,
  );
  await refuses(
    () => model.evaluate(none, noLabels),
    /expected at least 1 sample, found a tensor \[0, 4\]/,
  );
  const validationData = [none, noLabels] as const;
  await refuses(() => model.fit(x, t, { validationData }), /validationData: expected at least 1 s/);
});

Deno.test("targets: labels that are none, NaN, shares out of range, and the other loss's", async () => {
  const model = classifier();
  for (const label of [1.5, -1, 3, NaN, Infinity]) {
    const labels = t.copy();
    labels.set(label, 4);
    const message = new RegExp(
      `"dense" .* labels to be integers from 0 to 2, found ${label} at index 4`,
    );
    await refuses(() => model.fit(x, labels), message);
    await refuses(() => model.evaluate(x, labels), message);
  }
  await refuses(() => model.fit(x, untyped(oneHot(t, 3))), /one-hot targets go with categoricalC/);
  await refuses(() => model.fit(x, zeros([6, 2])), /found \[6, 2\]$/);
  await refuses(() => model.fit(x, zeros([])), /found \[\]$/);
  const ending = (activation: "softmax" | "sigmoid" | "linear", loss: string) => {
    const other = sequential({ layers: [layers.dense({ inputShape: [4], units: 3, activation })] });
    other.compile({ optimizer: "sgd", loss: untyped(loss) });
    return other;
  };
  const categorical = ending("softmax", "categoricalCrossentropy");
  const binary = ending("sigmoid", "binaryCrossentropy");
  const square = ending("linear", "meanSquaredError");
  await refuses(() => categorical.fit(x, t), /labels go with sparseCategoricalCrossentropy/);
  await refuses(() => categorical.fit(x, t.reshape([-1, 1])), /labels go with sparseCategorical/);
  await refuses(() => binary.fit(x, t), /oneHot\(labels, 3\) makes targets of labels/);
  await refuses(() => square.fit(x, t), /oneHot\(labels, 3\) makes targets of labels/);
  for (const model of [categorical, binary, square]) {
    const targets = oneHot(t, 3);
    targets.set(NaN, 2, 1);
    await refuses(() => model.fit(x, targets), /expected targets .*, found NaN/);
    await refuses(() => model.evaluate(x, targets), /expected targets .*, found NaN/);
  }
  for (const model of [categorical, binary]) {
    await refuses(() => model.fit(x, oneHot(t, 3).mul(2)), /targets from 0 to 1, found 2/);
  }
});

Deno.test("options of fit: out of range, of another type, misspelled", async () => {
  const model = classifier(), fit = (options: unknown) => () => model.fit(x, t, untyped(options));
  for (const value of [0, -1, 1.5, NaN, Infinity, "5", null]) {
    await refuses(fit({ epochs: value }), /^fit: expected epochs to be an integer of at least 1/);
    await refuses(fit({ batchSize: value }), /^fit: expected batchSize to be an integer of at le/);
  }
  for (const value of [1, -0.1, NaN, 2, "0.5"]) {
    await refuses(fit({ validationSplit: value }), /expected validationSplit from 0 to below 1/);
  }
  await refuses(fit({ validationSplit: 0.1 }), /at least 1 of 6 samples, found 0.1/);
  await refuses(fit({ seed: 0.5 }), /integer/);
  const wrong: [unknown, RegExp][] = [
    [5, /expected options, .*found 5/],
    [[5], /expected options, .*found an array/],
    [{ epoch: 5 }, /found "epoch"/],
    [
      { validationData: x },
      /validationData: \[xValidation, tValidation\], found a tensor \[6, 4\]/,
    ],
    [{ validationData: [x] }, /validationData: expected labels or targets, found undefined/],
    [{ signal: new AbortController() }, /signal: controller.signal, found .* AbortController/],
    [{ callbacks: { onEpochEnd() {} } }, /callbacks: \[earlyStopping\(\), …\], found an object/],
    [{ callbacks: [() => {}] }, /found the function/],
    [{ callbacks: [undefined] }, /found undefined/],
    [{ callbacks: [{ onEpochend() {} }] }, /found "onEpochend"/],
  ];
  for (const [options, message] of wrong) await refuses(fit(options), message, "TypeError");
  await model.fit(x, t, { callbacks: [{ onEpochEnd() {} }], validationSplit: 0.2, batchSize: 100 });
});

Deno.test("options of sequential, compile and layers: any value of another type", async () => {
  const values = [5, "a", true, null, [], [5], { a: 1 }, () => 1, x, NaN, Symbol.iterator, 5n];
  const acts: ((value: unknown) => unknown)[] = [
    (v) => sequential(untyped(v)),
    (v) => sequential({ layers: untyped(v) }),
    (v) => sequential({ layers: [untyped(v)] }),
    (v) => sequential({ layers: [layers.flatten({ inputShape: [4] })], dtype: untyped(v) }),
    (v) => classifier().compile(untyped(v)),
    (v) => classifier().compile({ ...SPARSE, optimizer: untyped(v) }),
    (v) => classifier().compile({ ...SPARSE, loss: untyped(v) }),
    (v) => classifier().compile({ ...SPARSE, metrics: [untyped(v)] }),
    ...Object.values(layers).map((layer) => (v: unknown) => untyped(layer)(v)),
    (v) => layers.dense({ units: untyped(v === 5 ? 0 : v) }),
    (v) => layers.dense({ units: 2, activation: untyped(v) }),
    (v) => layers.dense({ units: 2, kernelInitializer: untyped(v === 5 ? -5 : v) }),
    (v) => layers.dense({ units: 2, kernelRegularizer: untyped(v) }),
    (v) => layers.flatten({ inputShape: untyped(Array.isArray(v) ? [0] : v) }),
    (v) => layers.flatten({ name: untyped(v === "a" ? "a.b" : v) }),
    (v) => layers.dropout({ rate: untyped(v) }),
    (v) => layers.batchNormalization({ momentum: untyped(v) }),
    (v) => layers.rescaling({ scale: untyped(v === 5 ? Infinity : v) }),
    (v) => classifier().setWeights(untyped({ ...classifier().weights, "dense.W": v })),
  ];
  for (const act of acts) {
    for (const value of values) {
      await assert.rejects(async () => await act(value), (error: Error) => {
        const where = `${act} with ${String(value)}: ${error}`;
        assert.ok(error instanceof RangeError || error instanceof TypeError, where);
        assert.match(error.message, /^[a-zA-Z0-9]+: .*expected .*found /, where);
        assert.ok(error.message.length <= 1000 && !error.message.includes("[object"), where);
        return true;
      }, `${act} with ${String(value)}`);
    }
  }
});

Deno.test("the same layer twice makes two layers with weights of their own", async () => {
  const same = layers.dense({ inputShape: [4], units: 4 });
  const model = sequential({ layers: [same, same] });
  assert.deepEqual(Object.keys(model.weights), ["dense.W", "dense.b", "dense_1.W", "dense_1.b"]);
  assert.ok(!model.weights["dense.W"].equals(model.weights["dense_1.W"]));
  const named = layers.dense({ inputShape: [4], units: 4, name: "dense" });
  const other = layers.dense({ units: 4 });
  assert.deepEqual(sequential({ layers: [named, other] }).layers.map(({ name }) => name), [
    "dense",
    "dense_1",
  ]);
  await refuses(
    () => sequential({ layers: [named, named] }),
    /a name of its own for each layer, found "dense"/,
  );
});

Deno.test("compile twice: another optimizer, loss or metric; the weights stay", async () => {
  const model = classifier(), adam = new Adam();
  model.compile({ ...SPARSE, optimizer: adam });
  await model.fit(x, t);
  const { weights } = model;
  model.compile({ optimizer: adam, loss: "categoricalCrossentropy" });
  assert.deepEqual(model.metricsNames, ["loss"]);
  assert.equal(model.optimizer, adam);
  for (const [name, w] of Object.entries(weights)) assert.equal(model.weights[name], w);
  await model.fit(x, oneHot(t, 3));
  assert.equal(adam.steps, 2);
  model.compile(SPARSE);
  assert.equal(model.optimizer.steps, 0);
});

Deno.test("compile: two models cannot share an optimizer, which counts the steps of one", async () => {
  const adam = new Adam(), model = classifier();
  model.compile({ ...SPARSE, optimizer: adam });
  const message = /expected a new optimizer, as another model uses this one, found .* Adam/;
  await refuses(() => classifier().compile({ ...SPARSE, optimizer: adam }), message);
});

Deno.test("a second fit during the first is refused; reading the model is not", async () => {
  const model = classifier(), before = model.predict(x);
  const first = model.fit(x, t, {
    epochs: 3,
    callbacks: [{
      async onEpochEnd(epoch) {
        if (epoch > 1) return;
        const running =
          /expected a model that is not being trained, found a fit of it still running/;
        await refuses(() => model.fit(x, t), running, "Error");
        await refuses(() => model.compile(SPARSE), running, "Error");
        assert.ok(!model.predict(x).equals(before));
        assert.ok(model.evaluate(x, t).loss > 0);
      },
    }],
  });
  await refuses(() => model.fit(x, t), /fit: .* still running: await it/, "Error");
  assert.equal((await first).epochs, 3);
  await model.fit(x, t);
  await refuses(() => model.fit(x, untyped([0])), /an array/, "TypeError");
  await model.fit(x, t); // a refused fit does not count as running
});

Deno.test("setWeights during fit takes effect in the next step and stays", async () => {
  const model = classifier(), start = model.weights;
  const keep = Object.fromEntries(
    Object.entries(start).map(([name, w]) => [name, ones([...w.shape], "float32")]),
  );
  const last = { onEpochEnd: (epoch: number) => epoch === 2 ? model.setWeights(keep) : undefined };
  await model.fit(x, t, { epochs: 2, callbacks: [last] });
  for (const [name, w] of Object.entries(keep)) assert.ok(model.weights[name].equals(w), name);
  const stopping = {
    onEpochEnd: () => model.setWeights(start),
    onBatchEnd: (_: number, __: unknown, run: { stop(): void }) => run.stop(),
  };
  await model.fit(x, t, { epochs: 2, callbacks: [stopping] });
  for (const [name, w] of Object.entries(keep)) assert.ok(model.weights[name].equals(w), name);
});

Deno.test("numbers that are not finite: in data, in weights, after the last step", async () => {
  const model = classifier(), hole = x.copy(), { weights } = model;
  hole.set(NaN, 3, 1);
  await refuses(() => model.fit(hole, t), /found NaN: x \[6, 4\] holds NaN or infinity/);
  await refuses(() => model.evaluate(hole, t), /found NaN: x \[6, 4\] holds NaN or infinity/);
  assert.ok(Number.isNaN(model.predict(hole).at(3, 0)), "a prediction from NaN is NaN");
  for (const value of [NaN, Infinity]) {
    const broken: Record<string, Tensor> = { ...weights, "dense.b": tensor([0, value, 0]) };
    await refuses(
      () => model.setWeights(broken),
      /expected finite numbers in "dense.b", found NaN/,
    );
  }
  // A single step, whose loss is finite, gives weights beyond float32.
  model.compile({ ...SPARSE, optimizer: new Adam({ learningRate: 1e39 }) });
  await refuses(() => model.fit(x, t), /expected finite weights after epoch 1, .*smaller learning/);
  for (const [name, w] of Object.entries(weights)) assert.ok(model.weights[name].equals(w), name);
});

Deno.test("messages stay short: 500 layers, long names, long shapes, many weights", async () => {
  const long = "n".repeat(5000), many = Array<number>(300).fill(1);
  const deep: LayerSpec[] = [layers.dense({ inputShape: [4], units: 3, name: long })];
  for (let k = 0; k < 499; k++) deep.push(layers.dense({ units: 3, activation: "softmax" }));
  const model = sequential({ layers: deep, name: long });
  model.compile({ ...SPARSE, optimizer: "sgd" });
  const acts: (() => unknown)[] = [
    () => model.predict(untyped(zeros([2, 5]))),
    () => model.predict(untyped(zeros(many))),
    () => model.fit(untyped(zeros(many)), t),
    () => model.fit(x, t.rows(1)),
    () => model.fit(x, zeros(many)),
    () => model.setWeights({}),
    () => model.setWeights({ ...model.weights, [long]: zeros([1]) }),
    () => model.setWeights({ ...model.weights, [`${long}.W`]: zeros(many) }),
    () => model.compile(untyped({ [long]: 1 })),
    () => model.compile({ ...SPARSE, loss: untyped(long) }),
    () => sequential({ layers: [...deep, deep[0]] }),
    () => sequential({ layers: [layers.flatten({ inputShape: [...many, 0] })] }),
    () => sequential({ layers: [layers.flatten({ inputShape: many }), deep[0]] }),
    () => sequential({ layers: [layers.rescaling({ inputShape: many, scale: 1 }), deep[0]] }),
    () => sequential({ layers: [layers.rescaling({ inputShape: many, scale: 1 }), deep[1]] }),
  ];
  for (const act of acts) {
    await assert.rejects(async () => await act(), (error: Error) => {
      assert.match(error.message, /^[a-zA-Z]+: expected/);
      assert.ok(error.message.length <= 1000, `${act}: ${error.message.length} characters`);
      return true;
    });
  }
});

Deno.test("files: swapped or missing arguments", async () => {
  const model = classifier();
  await refuses(
    () => saveModel(untyped("a"), untyped(model)),
    /a model and a path, found "a" and an/,
    "TypeError",
  );
  await refuses(() => saveModel(untyped(undefined), "a"), /found undefined and "a"/, "TypeError");
  await refuses(() => saveModel(model, untyped(undefined)), /Model and undefined/, "TypeError");
  await refuses(
    () => loadModel(untyped(undefined)),
    /expected a path, found undefined/,
    "TypeError",
  );
});
