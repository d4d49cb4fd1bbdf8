import { deepStrictEqual, match, ok, throws } from "node:assert/strict";
import { liveCurve, trainingProgress } from "../../../lib/notebook/training.ts";
import { layers, randn, Random, sequential, tensor } from "../../../lib/mod.ts";
import type { Callback } from "../../../lib/model/callbacks.ts";
import { FIGURE_MIME, isFigureData } from "../../../lib/plot/figure.ts";
import { sentBy } from "../../support/channel.ts";

const x = randn([40, 3], new Random(1)).expect([-1, 3]);
const t = tensor([...x.argmax(1).data]);

function compiled(metrics: readonly ["accuracy"] | readonly [] = ["accuracy"]) {
  const model = sequential({
    layers: [layers.dense({ inputShape: [3], units: 3, activation: "softmax" })],
  });
  model.compile({ optimizer: "adam", loss: "sparseCategoricalCrossentropy", metrics });
  return model;
}

Deno.test("trainingProgress: begins, moves and ends with the last results", async () => {
  const printed: string[] = [], original = console.error;
  console.error = (text: string) => void printed.push(text);
  try {
    await compiled().fit(x, t, { epochs: 2, batchSize: 10, callbacks: [trainingProgress()] });
  } finally {
    console.error = original;
  }
  ok(printed.length > 0);
  match(
    printed[printed.length - 1],
    /^training: 8 steps in .*, loss \d\.\d{4}, accuracy 0\.\d{4}$/,
  );
});

Deno.test("liveCurve: the points are means since the point before, and validation at each epoch", async () => {
  const losses: number[] = [];
  const model = compiled();
  let sum = 0;
  const lossOfEachBatch: Callback = {
    onBatchEnd(batch, { loss }) {
      if (batch === 1) sum = 0;
      losses.push(loss * batch - sum);
      sum = loss * batch;
    },
  };
  let history: Record<string, number[]> = {};
  const sent = await sentBy(async () => {
    ({ history } = await model.fit(x, t, {
      epochs: 2,
      batchSize: 10,
      validationData: [x, t],
      callbacks: [lossOfEachBatch, liveCurve({ every: 2 })],
    }));
  });
  const figure = sent.at(-1)?.bundle[FIGURE_MIME];
  ok(isFigureData(figure));
  const line = (name: string) => {
    const found = figure.data.find((trace) => trace.name === name);
    ok(found !== undefined && "y" in found && "x" in found, name);
    return {
      x: Array.from(Object.values(found.x ?? [])),
      y: Array.from(Object.values(found.y ?? [])),
    };
  };
  const training = line("loss, training");
  deepStrictEqual(training.x, [0.5, 1, 1.5, 2]);
  training.y.forEach((y, i) =>
    ok(Math.abs(Number(y) - (losses[2 * i] + losses[2 * i + 1]) / 2) < 1e-3)
  );
  const validation = line("accuracy, validation");
  deepStrictEqual(validation.x, [1, 2]);
  validation.y.forEach((y, i) => ok(Math.abs(Number(y) - history.valAccuracy[i]) < 1e-3));
});

Deno.test("liveCurve: draws only the results that exist; rejects unknown options", async () => {
  await compiled([]).fit(x, t, { callbacks: [liveCurve()] });
  throws(() => liveCurve(JSON.parse('{"titel":""}')), /^TypeError: liveCurve.*"titel"/);
});
