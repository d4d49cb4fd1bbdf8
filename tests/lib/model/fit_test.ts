import { deepStrictEqual, ok, rejects, strictEqual, throws } from "node:assert/strict";
import { randn, tensor } from "../../../lib/tensor/create.ts";
import { sequential } from "../../../lib/model/model.ts";
import {
  bestWeights,
  type Callback,
  earlyStopping,
  learningRateScheduler,
  type Logs,
} from "../../../lib/model/callbacks.ts";
import * as layers from "../../../lib/model/layers/mod.ts";
import { SGD } from "../../../lib/nn/optimizers.ts";
import { Random } from "../../../lib/tensor/random.ts";
import { watchStop } from "../../../lib/support/stop.ts";

const x = randn([50, 3], new Random(1)).expect([-1, 3]);
const t = x.argmax(1).map((i) => i);

function compiled() {
  const model = sequential({
    layers: [
      layers.dense({ inputShape: [3], units: 8, activation: "relu" }),
      layers.dense({ units: 3, activation: "softmax" }),
    ],
  });
  model.compile({
    optimizer: "adam",
    loss: "sparseCategoricalCrossentropy",
    metrics: ["accuracy"],
  });
  return model;
}

/** Replaces the result of each epoch, for the callbacks after it. */
function pretending(name: string, values: readonly number[]): Callback {
  return {
    onEpochEnd: (epoch, logs) => {
      logs[name] = values[epoch - 1];
    },
  };
}

Deno.test("fit: callbacks are called in order, with counts from 1 and means so far", async () => {
  const calls: string[] = [], seen: Logs[] = [];
  const { history } = await compiled().fit(x, t, {
    epochs: 2,
    batchSize: 20,
    callbacks: [{
      onTrainBegin: ({ epochs, steps, samples }) =>
        void calls.push(`begin ${epochs} ${steps} ${samples}`),
      onEpochBegin: (epoch) => void calls.push(`epoch ${epoch}`),
      onBatchEnd: (batch, logs) => {
        calls.push(`batch ${batch}`);
        seen.push(logs);
      },
      onEpochEnd: (epoch) => void calls.push(`end ${epoch}`),
      onTrainEnd: () => void calls.push("over"),
    }],
  });
  const epoch = (n: number) => [`epoch ${n}`, "batch 1", "batch 2", "batch 3", `end ${n}`];
  deepStrictEqual(calls, ["begin 2 3 50", ...epoch(1), ...epoch(2), "over"]);
  deepStrictEqual(history.loss, [seen[2].loss, seen[5].loss]);
});

Deno.test("fit: every sample once an epoch, in a new order or in their own", async () => {
  const model = sequential({
    layers: [layers.dense({ inputShape: [1], units: 1, kernelInitializer: "zeros" })],
  });
  // The output stays 0, so the loss of a sample is t², which tells the samples apart.
  model.compile({ optimizer: new SGD({ learningRate: 1e-30 }), loss: "meanSquaredError" });
  const t = tensor(Array.from({ length: 30 }, (_, i) => i)), orders: number[][] = [];
  let sum = 0;
  const note: Callback = {
    onEpochBegin() {
      orders.push([]);
      sum = 0;
    },
    onBatchEnd(batch, { loss }) {
      orders[orders.length - 1].push(Math.round(Math.sqrt(loss * batch - sum)));
      sum = loss * batch;
    },
  };
  const zeros = t.mul(0).reshape([-1, 1]);
  await model.fit(zeros, t, { epochs: 2, batchSize: 1, callbacks: [note] });
  await model.fit(zeros, t, { batchSize: 1, shuffle: false, callbacks: [note] });
  const all = [...t.data];
  deepStrictEqual(orders[2], all);
  for (const order of orders) deepStrictEqual(order.toSorted((a, b) => a - b), all);
  ok(orders[0].join() !== orders[1].join());
});

Deno.test("fit: a stop within an epoch restores the last whole epoch", async () => {
  const model = compiled(), whole = compiled();
  let epoch = 0;
  await whole.fit(x, t, { epochs: 1, batchSize: 5 });
  const result = await model.fit(x, t, {
    epochs: 9,
    batchSize: 5,
    callbacks: [{
      onBatchEnd: (batch, _, run) => {
        if (epoch === 2 && batch === 4) run.stop();
      },
      onEpochBegin: (n) => void (epoch = n),
    }],
  });
  strictEqual(result.epochs, 1);
  strictEqual(result.stopped, true);
  strictEqual(result.history.loss.length, 1);
  ok(model.predict(x).equals(whole.predict(x)));
});

Deno.test("fit: an AbortSignal stops it while it runs, and before it begins", async () => {
  const model = compiled(), start = model.predict(x), controller = new AbortController();
  const timer = setTimeout(() => controller.abort(), 120);
  const result = await model.fit(x, t, { epochs: 1e9, signal: controller.signal });
  clearTimeout(timer);
  ok(result.stopped && result.epochs > 0 && result.seconds < 20);
  const again = compiled();
  const none = await again.fit(x, t, { signal: AbortSignal.abort() });
  deepStrictEqual([none.epochs, none.stopped, none.history], [0, true, { loss: [] }]);
  ok(again.predict(x).equals(start));
});

Deno.test("fit: the Stop button ends it as run.stop() does", async () => {
  const flag = new Int32Array(1), model = compiled();
  watchStop(flag);
  try {
    const press: Callback = { onEpochEnd: (epoch) => void (flag[0] = epoch === 2 ? 1 : 0) };
    const result = await model.fit(x, t, { epochs: 5, callbacks: [press] });
    deepStrictEqual([result.epochs, result.stopped], [2, true]);
  } finally {
    watchStop(new Int32Array(1));
  }
});

Deno.test("fit: an error in a callback restores the last whole epoch and still calls onTrainEnd", async () => {
  const model = compiled(), whole = compiled();
  await whole.fit(x, t, { epochs: 1 });
  let ended = false, epoch = 0;
  const failing: Callback = {
    onEpochBegin: (n) => void (epoch = n),
    onBatchEnd: () => {
      if (epoch === 2) throw new Error("no more paper");
    },
    onTrainEnd: () => void (ended = true),
  };
  await rejects(model.fit(x, t, { epochs: 3, callbacks: [failing] }), /no more paper/);
  ok(ended && model.predict(x).equals(whole.predict(x)));
});

Deno.test("fit: two trainings of two epochs equal one of four", async () => {
  const [once, twice] = [compiled(), compiled()];
  await once.fit(x, t, { epochs: 4 });
  await twice.fit(x, t, { epochs: 2 });
  await twice.fit(x, t, { epochs: 2 });
  ok(once.predict(x).equals(twice.predict(x)));
});

Deno.test("fit: two models trained at once equal two trained one after the other", async () => {
  const [a, b, c] = [compiled(), compiled(), compiled()];
  const half = x.rows(0, 25), options = { epochs: 30, batchSize: 5 };
  const pause = { onBatchEnd: () => new Promise<void>((resolve) => setTimeout(resolve)) };
  await Promise.all([
    a.fit(x, t, { ...options, callbacks: [pause] }),
    b.fit(half, t.rows(0, 25), options),
  ]);
  await c.fit(x, t, options);
  ok(a.predict(x).equals(c.predict(x)));
  const alone = compiled();
  await alone.fit(half, t.rows(0, 25), options);
  ok(b.predict(x).equals(alone.predict(x)));
});

Deno.test("fit: validationSplit takes the last samples, and does not train on them", async () => {
  const [split, given] = [compiled(), compiled()];
  const a = await split.fit(x, t, { epochs: 2, validationSplit: 0.2 });
  const validationData = [x.rows(40), t.rows(40)] as const;
  const b = await given.fit(x.rows(0, 40), t.rows(0, 40), { epochs: 2, validationData });
  deepStrictEqual(a.history, b.history);
});

Deno.test("earlyStopping: waits, stops, and restores the best weights if requested", async () => {
  const losses = [5, 3, 4, 3, 2.9, 9, 9];
  const run = async (options: Parameters<typeof earlyStopping>[0]) => {
    const model = compiled(), states: string[] = [];
    const result = await model.fit(x, t, {
      epochs: 7,
      callbacks: [
        pretending("valLoss", losses),
        { onEpochEnd: (_, __, { model }) => void states.push(String(model.predict(x))) },
        earlyStopping(options),
      ],
    });
    return { epochs: result.epochs, kept: states.indexOf(String(model.predict(x))) + 1 };
  };
  deepStrictEqual(await run({}), { epochs: 3, kept: 3 });
  deepStrictEqual(await run({ patience: 1 }), { epochs: 4, kept: 4 });
  deepStrictEqual(await run({ patience: 2 }), { epochs: 7, kept: 7 });
  deepStrictEqual(await run({ patience: 2, minDelta: 0.5 }), { epochs: 5, kept: 5 });
  deepStrictEqual(await run({ restoreBestWeights: true }), { epochs: 3, kept: 2 });
});

Deno.test("bestWeights: the best accuracy is the largest", async () => {
  const model = compiled(), states: string[] = [];
  await model.fit(x, t, {
    epochs: 4,
    callbacks: [
      pretending("valAccuracy", [0.5, 0.9, 0.7, 0.9]),
      bestWeights({ monitor: "valAccuracy" }),
      { onEpochEnd: (_, __, { model }) => void states.push(String(model.predict(x))) },
    ],
  });
  strictEqual(states.indexOf(String(model.predict(x))), 1);
});

Deno.test("learningRateScheduler: sets the rate of each epoch", async () => {
  const model = compiled(), rates: number[] = [];
  const schedule = learningRateScheduler((epoch) => 0.1 / epoch);
  const note: Callback = { onEpochEnd: () => void rates.push(model.optimizer.learningRate) };
  await model.fit(x, t, { epochs: 3, callbacks: [schedule, note] });
  deepStrictEqual(rates, [0.1, 0.05, 0.1 / 3]);
  const wrong = learningRateScheduler((epoch) => 2 - epoch);
  await rejects(model.fit(x, t, { epochs: 3, callbacks: [wrong] }), {
    name: "RangeError",
    message: "learningRateScheduler: expected a learning rate for epoch 2 above 0, found 0",
  });
});

Deno.test("callbacks: a result that is not measured and unknown names are refused", async () => {
  await rejects(compiled().fit(x, t, { callbacks: [bestWeights()] }), {
    name: "RangeError",
    message: /expected valLoss to be measured, by fit with .*, found \["loss", "accuracy"\]/,
  });
  throws(() => earlyStopping({ patience: -1 }), RangeError);
  throws(() => bestWeights(JSON.parse('{"monitor":"val_loss"}')), /"valLoss".* found "val_loss"/);
  throws(() => earlyStopping(JSON.parse('{"patiense":1}')), /^TypeError: .*"patiense"/);
});
