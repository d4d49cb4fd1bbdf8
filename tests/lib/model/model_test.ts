import { deepStrictEqual, ok, rejects, strictEqual, throws } from "node:assert/strict";
import fc from "fast-check";
import { oneHot, randn, tensor, zeros } from "../../../lib/tensor/create.ts";
import { Affine } from "../../../lib/nn/layers.ts";
import { type Model, sequential } from "../../../lib/model/model.ts";
import type { LayerSpec } from "../../../lib/model/layers/layer.ts";
import * as layers from "../../../lib/model/layers/mod.ts";
import { Adam, SGD } from "../../../lib/nn/optimizers.ts";
import { Random } from "../../../lib/tensor/random.ts";
import { Tensor } from "../../../lib/tensor/tensor.ts";
import { assertClose, keras, load } from "../../support/keras.ts";

const COMPILED = {
  optimizer: "adam",
  loss: "sparseCategoricalCrossentropy",
  metrics: ["accuracy"],
} as const;

/** 4-6-3 with dropout, which classifies points around three centres. */
function small(options: { seed?: number; rate?: number; dtype?: "float64" } = {}) {
  const { rate = 0.2, ...rest } = options;
  const model = sequential({
    ...rest,
    layers: [
      layers.dense({ inputShape: [4], units: 6, activation: "relu" }),
      layers.dropout({ rate }),
      layers.dense({ units: 3, activation: "softmax" }),
    ],
  });
  model.compile(COMPILED);
  return model;
}

/** Points around three centres, and the centre of each. */
function clusters(count: number, seed = 1) {
  const random = new Random(seed);
  const t = tensor(Uint8Array.from({ length: count }, () => random.integer(3)));
  const x = randn([count, 4], random).mul(0.5).add(oneHot(t, 4).mul(3)).expect([-1, 4]);
  return { x, t };
}

Deno.test("Model: trains as Keras does, with regularizer and batch normalization", async () => {
  const { x, t, before, history, loss, accuracy, after, predictions } = keras.training;
  const model = sequential({
    dtype: "float64",
    layers: [
      layers.dense({
        inputShape: [6],
        units: 5,
        activation: "tanh",
        kernelRegularizer: { l1: 0.001, l2: 0.01 },
      }),
      layers.batchNormalization(),
      layers.dense({ units: 4, activation: "relu" }),
      layers.dense({ units: 3, activation: "softmax" }),
    ],
  });
  model.setWeights(Object.fromEntries(Object.entries(before).map(([k, v]) => [k, load(v)])));
  model.compile({ ...COMPILED, optimizer: new Adam({ learningRate: 0.01 }) });
  const samples = load(x).expect([-1, 6]), labels = tensor(t);
  const result = await model.fit(samples, labels, { epochs: 3, batchSize: 8, shuffle: false });
  for (const [name, weight] of Object.entries(model.weights)) {
    assertClose(weight, after[name], name);
  }
  assertClose(model.predict(samples), predictions, "predictions");
  const found = model.evaluate(samples, labels);
  ok(Math.abs(found.loss - loss) < 1e-6 && Math.abs(found.accuracy - accuracy) < 1e-6);
  history.loss.forEach((value, epoch) => {
    ok(Math.abs(value - result.history.loss[epoch]) < 1e-6, `loss of epoch ${epoch}`);
    ok(Math.abs(history.accuracy[epoch] - result.history.accuracy[epoch]) < 1e-6);
  });
});

Deno.test("Model: every gradient is the numerical one, for random networks", async () => {
  const activation = fc.constantFrom("linear", "relu", "sigmoid", "tanh");
  const hidden = fc.array(
    fc.record({ units: fc.integer({ min: 1, max: 4 }), activation, normalized: fc.boolean() }),
    { maxLength: 3 },
  );
  const loss = fc.constantFrom(
    "sparseCategoricalCrossentropy",
    "categoricalCrossentropy",
    "binaryCrossentropy",
    "meanSquaredError",
  );
  await fc.assert(
    fc.asyncProperty(hidden, loss, fc.nat(), async (hidden, loss, seed) => {
      const last = loss === "binaryCrossentropy" ? "sigmoid" : "softmax";
      const specs: LayerSpec[] = [
        layers.flatten({ inputShape: [2, 2] }),
        ...hidden.flatMap(({ normalized, ...options }) => [
          layers.dense({ ...options, kernelRegularizer: { l1: 0.01, l2: 0.02 } }),
          ...(normalized ? [layers.batchNormalization()] : []),
        ]),
        layers.dense({ units: 3, activation: last }),
      ];
      const model = sequential({ layers: specs, seed, dtype: "float64" });
      // A step of SGD with the rate 1 is the gradient itself.
      model.compile({ optimizer: new SGD({ learningRate: 1 }), loss });
      const random = new Random(seed), x = randn([5, 2, 2], random);
      const labels = tensor([0, 1, 2, 1, 0]);
      const t = loss === "sparseCategoricalCrossentropy" ? labels : oneHot(labels, 3);
      /** The loss while training, from before the one step. */
      const lossAt = async (weights: Record<string, Tensor>) => {
        model.setWeights(weights);
        const { history } = await model.fit(x, t, { batchSize: 5, shuffle: false });
        return history.loss[0];
      };
      const before = model.weights;
      await lossAt(before);
      const after = model.weights;
      for (const name of Object.keys(before).filter((name) => !/mean|variance/.test(name))) {
        const gradient = before[name].sub<readonly number[]>(after[name]).data;
        for (let i = 0; i < gradient.length; i++) {
          const nudged = async (delta: number) => {
            const data = before[name].data.slice();
            data[i] += delta;
            return await lossAt({ ...before, [name]: new Tensor(data, before[name].shape) });
          };
          const numerical = (await nudged(1e-5) - await nudged(-1e-5)) / 2e-5;
          const scale = Math.max(Math.abs(numerical), Math.abs(gradient[i]), 1e-2);
          const difference = Math.abs(gradient[i] - numerical) / scale;
          ok(difference < 1e-4, `${name}[${i}]: ${gradient[i]} and ${numerical}`);
        }
      }
    }),
    { numRuns: 40, seed: 3 },
  );
});

Deno.test("Model: trains in float32 and float64, and returns the history", async () => {
  const { x, t } = clusters(300), test = clusters(200, 2);
  for (const dtype of [undefined, "float64"] as const) {
    const model = small(dtype === undefined ? {} : { dtype });
    model.compile({ ...COMPILED, optimizer: new Adam({ learningRate: 0.02 }) });
    const { history, ...result } = await model.fit(x, t, {
      epochs: 20,
      batchSize: 16,
      validationSplit: 0.1,
    });
    strictEqual(result.epochs, 20);
    strictEqual(result.stopped, false);
    deepStrictEqual(Object.keys(history), ["loss", "accuracy", "valLoss", "valAccuracy"]);
    for (const numbers of Object.values(history)) strictEqual(numbers.length, 20);
    ok(history.loss[19] < history.loss[0]);
    const { accuracy, loss } = model.evaluate(test.x, test.t);
    ok(accuracy > 0.9 && loss < 0.5, `accuracy ${accuracy}, loss ${loss}`);
    const y = model.predict(test.x);
    strictEqual(y.dtype, dtype ?? "float32");
    ok(y.sum(1).data.every((sum: number) => Math.abs(sum - 1) < 1e-6));
  }
});

Deno.test("Model: the same seed gives the same numbers, another seed others", async () => {
  const { x, t } = clusters(100);
  const run = async (seed: number, fitSeed?: number) => {
    const model = small({ seed });
    await model.fit(x, t, { epochs: 2, seed: fitSeed });
    return model.predict(x);
  };
  const first = await run(1);
  ok(first.equals(await run(1)));
  ok(!first.equals(await run(2)));
  ok(!first.equals(await run(1, 5)));
  ok((await run(1, 5)).equals(await run(1, 5)));
});

Deno.test("Model: raw bytes with a rescaling layer train like scaled pixels", async () => {
  const random = new Random(4);
  const pixels = Uint8Array.from({ length: 600 }, () => random.integer(256));
  const bytes = new Tensor<[number, 6]>(pixels, [100, 6]), scaled = bytes.div(255);
  const t = tensor(Array.from({ length: 100 }, () => random.integer(2)));
  const tail = [layers.dense({ units: 2, activation: "softmax" })];
  const rawModel = sequential({
    layers: [layers.rescaling({ inputShape: [6], scale: 1 / 255 }), ...tail],
  });
  const model = sequential({
    layers: [layers.activation({ inputShape: [6], activation: "linear" }), ...tail],
  });
  for (const m of [rawModel, model]) m.compile(COMPILED);
  await rawModel.fit(bytes, t, { epochs: 2 });
  await model.fit(scaled, t, { epochs: 2 });
  const [a, b] = [rawModel.predict(bytes), model.predict(scaled)];
  ok(a.allClose(b, { absolute: 1e-6 }));
});

Deno.test("Model: predictions and results do not depend on the internal batches", () => {
  const { x, t } = clusters(2500), model = small();
  const whole = model.predict(x);
  deepStrictEqual(whole.shape, [2500, 3]);
  ok(model.predict(x.rows(1700, 1703)).allClose(whole.rows(1700, 1703)));
  const { loss, accuracy } = model.evaluate(x, t);
  const halves = [
    model.evaluate(x.rows(0, 1250), t.rows(0, 1250)),
    model.evaluate(x.rows(1250), t.rows(1250)),
  ];
  ok(Math.abs(loss - (halves[0].loss + halves[1].loss) / 2) < 1e-6);
  ok(Math.abs(accuracy - (halves[0].accuracy + halves[1].accuracy) / 2) < 1e-9);
  deepStrictEqual(model.predict(x.rows(0, 0)).shape, [0, 3]);
});

Deno.test("Model: the shape of images is in the types and checked at run time", () => {
  const model: Model<[28, 28], [10]> = sequential({
    layers: [
      layers.flatten({ inputShape: [28, 28] }),
      layers.dense({ units: 10, activation: "softmax" }),
    ],
  });
  const y: Tensor<[number, 10]> = model.predict(zeros([2, 28, 28]));
  deepStrictEqual(y.shape, [2, 10]);
  const wrong: Tensor<[number, 784]> = zeros([2, 784]);
  // @ts-expect-error not [N, 28, 28]
  throws(() => model.predict(wrong), {
    name: "RangeError",
    message: 'predict: expected x [N, 28, 28] for the layer "flatten", found [2, 784]; ' +
      "x.reshape([2, 28, 28]) makes it so",
  });
});

Deno.test("layers.dense: every kernelInitializer has its spread", () => {
  const spread = (kernelInitializer: Parameters<typeof layers.dense>[0]["kernelInitializer"]) => {
    const model = sequential({
      layers: [layers.dense({ inputShape: [400], units: 200, kernelInitializer })],
    });
    const { W } = { W: model.weights["dense.W"] };
    return Math.sqrt(W.mul(W).mean());
  };
  const expected = {
    glorotUniform: Math.sqrt(2 / 600),
    glorotNormal: Math.sqrt(2 / 600),
    heNormal: Math.sqrt(2 / 400),
    xavier: 1 / 20,
    zeros: 0,
  } as const;
  for (const [name, std] of Object.entries(expected)) {
    const found = spread(JSON.parse(JSON.stringify(name)));
    ok(Math.abs(found - std) < 0.02 * std + 1e-12, `${name}: ${found}, expected ${std}`);
  }
  ok(Math.abs(spread(0.01) - 0.01) < 0.0002);
});

Deno.test("sequential: layers whose shapes do not match are refused, naming both", () => {
  const dense = (units: number, name?: string) => layers.dense({ units, name });
  const cases: [() => unknown, RegExp][] = [
    [() => sequential({ layers: [dense(3)] }), /expected an inputShape in the first layer/],
    [
      () => sequential({ layers: [layers.dense({ inputShape: [28, 28], units: 3 })] }),
      /expected vectors as input of the layer "dense": put layers.flatten\(\) before it, found \[28, 28\]/,
    ],
    [
      () => sequential({ layers: [layers.flatten({ inputShape: [] })] }),
      /inputShape of one sample/,
    ],
    [
      () => sequential({ layers: [layers.flatten({ inputShape: [0, 3] })] }),
      /inputShape of one sample/,
    ],
    [
      () => sequential({ layers: [layers.flatten({ inputShape: [4], name: "a" }), dense(3, "a")] }),
      /a name of its own for each layer, found "a"/,
    ],
    [
      () =>
        sequential({
          layers: [
            layers.flatten({ inputShape: [4] }),
            layers.dense({ units: 2, inputShape: [5] }),
          ],
        }),
      /expected inputShape \[4\], the output of the layer before, in the layer "dense", found \[5\]/,
    ],
    [
      () => sequential({ layers: [layers.dense({ inputShape: [784], units: 1e9 })] }),
      /less than a gigabyte in "dense.W", found \[784, 1000000000\]/,
    ],
    [() => dense(0), /dense: expected units to be an integer of at least 1, found 0/],
    [() => dense(2.5), /found 2.5/],
    [() => layers.dropout({ rate: 1 }), /dropout: expected rate from 0 to below 1, found 1/],
    [
      () => layers.rescaling({ scale: NaN }),
      /rescaling: expected scale to be a finite number, found NaN/,
    ],
    [
      () => layers.batchNormalization({ momentum: -1 }),
      /batchNormalization: expected momentum from 0 to 1, found -1/,
    ],
    [() => layers.dense({ units: 2, kernelInitializer: -1 }), /kernelInitializer of at least 0/],
    [() => layers.dense({ units: 2, kernelRegularizer: { l2: -1 } }), /kernelRegularizer.l2/],
  ];
  for (const [make, message] of cases) throws(make, { name: "RangeError", message });
});

Deno.test("unknown names are refused: options, activations, losses, optimizers, metrics", () => {
  const from = (json: string) => JSON.parse(json);
  const model = small();
  const cases: [() => unknown, RegExp][] = [
    [() => layers.dense(from('{"units":3,"activaton":"relu"}')), /dense: .*found "activaton"/],
    [
      () => layers.dense(from('{"units":3,"activation":"rleu"}')),
      /activation to be one of .*"rleu"/,
    ],
    [
      () => layers.dense(from('{"units":3,"kernelInitializer":"he"}')),
      /kernelInitializer to be one/,
    ],
    [() => layers.dropout(from('{"rat":0.2}')), /dropout: .*found "rat"/],
    [() => sequential(from('{"layer":[]}')), /sequential: .*found "layer"/],
    [() => sequential({ layers: [] }), /expected layers: .* found an array of length 0/],
    [
      () => sequential(from('{"layers":[],"dtype":"uint8"}')),
      /dtype to be one of "float32", "float64"/,
    ],
    [() => model.compile(from('{"optimizer":"adm"}')), /loss to be one of/],
    [() => model.compile({ ...COMPILED, loss: from('"mse"') }), /"meanSquaredError", found "mse"/],
    [() => model.compile({ ...COMPILED, optimizer: from('"adm"') }), /"adam", found "adm"/],
    [
      () => model.compile({ ...COMPILED, metrics: from('["acc"]') }),
      /metrics to be one of "accuracy"/,
    ],
    [() => model.compile(from('{"optimiser":"adam"}')), /compile: .*found "optimiser"/],
  ];
  for (const [make, message] of cases) throws(make, { name: "TypeError", message });
});

Deno.test("compile: a loss that does not go with the last layer is refused", () => {
  const model = (activation: "softmax" | "sigmoid" | "linear", units = 3) =>
    sequential({ layers: [layers.dense({ inputShape: [2], units, activation, name: "out" })] });
  throws(() => model("linear").compile(COMPILED), {
    name: "RangeError",
    message: /expected the activation "softmax" in the last layer, "out"/,
  });
  throws(
    () => model("softmax").compile({ ...COMPILED, loss: "binaryCrossentropy" }),
    /^RangeError: .*activation "sigmoid"/,
  );
  throws(
    () => model("linear", 1).compile({ ...COMPILED, loss: "meanSquaredError" }),
    /expected at least 2 outputs in the last layer, "out", .* found \[1\]/,
  );
  model("linear", 1).compile({ optimizer: "sgd", loss: "meanSquaredError" });
});

Deno.test("fit: data of a wrong shape are refused, naming layer and shapes", async () => {
  const model = small(), { x, t } = clusters(10);
  const cases: [() => Promise<unknown>, RegExp][] = [
    [
      // @ts-expect-error not [N, 4]
      () => model.fit(zeros([10, 5]), t),
      /fit: expected x \[N, 4\] for the layer "dense", found \[10, 5\]/,
    ],
    [
      () => model.fit(x, t.rows(0, 9)),
      /expected labels \[10\] for 10 samples and the layer "dense_1" with outputs \[3\], found \[9\]/,
    ],
    [
      () => model.fit(x, oneHot(t, 3)),
      /found \[10, 3\]; one-hot targets go with categoricalCrossentropy/,
    ],
    [
      () => model.fit(x, tensor([0, 1, 2, 0, 1, 2, 0, 3, 0, 0])),
      /the layer "dense_1" with outputs \[3\]: .*integers from 0 to 2, found 3 at index 7/,
    ],
    [() => model.fit(x, t.map(() => -1)), /found -1 at index 0/],
    [
      () => model.fit(x.rows(0, 0), t.rows(0, 0)),
      /expected at least 1 sample, found a tensor \[0, 4\]/,
    ],
    [
      () => model.fit(x, t, { epochs: 0 }),
      /expected epochs to be an integer of at least 1, found 0/,
    ],
    [
      () => model.fit(x, t, { batchSize: 1.5 }),
      /batchSize to be an integer of at least 1, found 1.5/,
    ],
    [() => model.fit(x, t, { validationSplit: 1 }), /validationSplit from 0 to below 1, found 1/],
    [
      () => model.fit(x, t, { validationSplit: 0.01 }),
      /validationSplit of at least 1 of 10 samples, found 0.01/,
    ],
    [
      () => model.fit(x, t, { validationData: [x, t.rows(1)] }),
      /validationData: expected labels \[10\]/,
    ],
  ];
  for (const [fit, message] of cases) {
    await rejects(fit(), { name: "RangeError", message });
  }
  await rejects(model.fit(x, t, JSON.parse('{"batchsize":3}')), /^TypeError: fit: .*"batchsize"/);
  const fresh = sequential({ layers: [layers.dense({ inputShape: [4], units: 3 })] });
  await rejects(fresh.fit(x, t), /expected a compiled model, found one that is not/);
});

Deno.test("fit: targets of the other losses", async () => {
  const { x, t } = clusters(30);
  const make = (units: number, activation: "softmax" | "sigmoid" | "linear") =>
    sequential({ layers: [layers.dense({ inputShape: [4], units, activation })] });
  const categorical = make(3, "softmax");
  categorical.compile({ ...COMPILED, loss: "categoricalCrossentropy" });
  await categorical.fit(x, oneHot(t, 3));
  await rejects(categorical.fit(x, t), /labels go with sparseCategoricalCrossentropy/);

  const yesOrNo = make(1, "sigmoid"), isTwo = t.map((label) => (label === 2 ? 1 : 0));
  yesOrNo.compile({
    optimizer: new Adam({ learningRate: 0.1 }),
    loss: "binaryCrossentropy",
    metrics: ["accuracy"],
  });
  const { history } = await yesOrNo.fit(x, isTwo, { epochs: 20 });
  ok(history.accuracy[19] > 0.95);
  await rejects(
    yesOrNo.fit(x, t),
    /expected targets from 0 to 1, found 2/,
  );

  const line = make(1, "linear");
  line.compile({ optimizer: new Adam({ learningRate: 0.1 }), loss: "meanSquaredError" });
  const heights = x.sum(1).add(1);
  await line.fit(x, heights, { epochs: 300 });
  ok(line.evaluate(x, heights).loss < 1e-3);
  deepStrictEqual(Object.keys(line.evaluate(x, heights)), ["loss"]);
});

Deno.test("fit: a loss that is not finite ends the training with the layer that caused it", async () => {
  const { x, t } = clusters(60), model = small({ rate: 0 });
  const before = model.weights;
  const withHole = x.copy();
  withHole.set(NaN, 3, 1);
  await rejects(model.fit(withHole, t, { shuffle: false }), {
    name: "RangeError",
    message: /found NaN: x \[32, 4\] holds NaN or infinity/,
  });
  ok(Object.entries(model.weights).every(([name, w]) => w === before[name]));

  model.compile({ ...COMPILED, optimizer: new SGD({ learningRate: 1e30 }) });
  await rejects(model.fit(x, t, { epochs: 10 }), {
    name: "RangeError",
    message:
      /the outputs \[\d+, \d\] of the layer "dense(_1)?" hold NaN or infinity; .*smaller learning/,
  });
  ok(Object.values(model.weights).every((w) => w.data.every(Number.isFinite)));
});

Deno.test("setWeights: all or nothing", () => {
  const model = small(), before = model.weights;
  const { "dense.b": _, ...incomplete } = before;
  throws(() => model.setWeights(incomplete), {
    name: "RangeError",
    message: 'setWeights: expected "dense.b" to be a tensor [6], found undefined',
  });
  throws(
    () => model.setWeights({ ...before, extra: zeros([1]) }),
    /expected only the weights of the layers, found "extra"/,
  );
  throws(() => model.setWeights({ ...before, "dense.b": zeros([7]) }), /found a tensor \[7\]/);
  deepStrictEqual(model.weights, before);
  model.setWeights({ ...before, "dense.b": zeros([6], "float64") });
  strictEqual(model.weights["dense.b"].dtype, "float32");
  ok(model.layers[0].parts[0] instanceof Affine);
});
