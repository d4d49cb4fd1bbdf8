/** How fast the browser's kernel is beside Deno's, in turns on the same machine. */
import assert from "node:assert/strict";
import { withKernel } from "../support/course_kernel.ts";
import { notebookOf } from "../support/notebooks.ts";
import { testUnless } from "../support/skip.ts";
import { codeCells } from "../../tools/notebook_file/notebook.ts";
import { Lite, missingLite } from "./lite.ts";

/** Not with all the others: what runs beside it would be measured, too. */
const why = Deno.env.get("BROWSER_TESTS") === "speed"
  ? await missingLite()
  : "BROWSER_TESTS=speed runs it, on a quiet machine";

/** What both kernels have before the clock starts. */
const SETUP =
  `import { loadMnist, loadWeights, MnistTest, Random, sigmoid, softmax, trainEpoch } from "mnist";
import { layers, sequential } from "mnist";
const raw = await loadMnist({ source: "digits", normalize: false });
const { xTrain, tTrain, xTest, tTest } = await loadMnist({ source: "digits" });
const { W1, W2, W3, b1, b2, b3 } = await loadWeights("data/sample_weight.safetensors");
const timed = async (work: () => unknown) => {
  const start = performance.now();
  await work();
  return performance.now() - start;
};`;

/** Cells whose last value is the time that they took. */
const TIMED: Readonly<Record<string, string>> = {
  "inference, one image at a time": `await timed(() => {
  for (let i = 0; i < 10_000; i++) {
    const z1 = sigmoid(xTest.at(i).dot(W1).add(b1));
    const z2 = sigmoid(z1.dot(W2).add(b2));
    softmax(z2.dot(W3).add(b3)).argmax();
  }
})`,
  "an epoch of chapter 5": `await timed(async () => {
  const student = new MnistTest(784, 30, 10, 0.01, new Random(1));
  for await (const _ of trainEpoch(student, raw.xTrain, tTrain)) continue;
})`,
  "an epoch of chapter 7": `await timed(async () => {
  const model = sequential({
    seed: 1,
    layers: [
      layers.dense({ units: 128, activation: "relu", inputShape: [784] }),
      layers.dropout({ rate: 0.2 }),
      layers.dense({ units: 10, activation: "softmax" }),
    ],
  });
  model.compile({ optimizer: "adam", loss: "sparseCategoricalCrossentropy" });
  await model.fit(xTrain, tTrain, { epochs: 1, batchSize: 32 });
})`,
  "a loop at the top of a cell": `let sum = 0, begun = performance.now();
for (let i = 0; i < 3e7; i++) sum += i % 7;
performance.now() - begun`,
};

/** How often each is measured; the shortest time counts. */
const ROUNDS = 4;

testUnless(why, "site: takes at most 1.5 times as long as Deno's kernel", async (t) => {
  const names = Object.keys(TIMED);
  await using lite = await Lite.start({
    more: { speed: notebookOf(SETUP, ...Object.values(TIMED)) },
  });
  const open = await lite.open("speed");
  await withKernel(async ({ client }) => {
    const onDeno = async (code: string) => {
      let text = "";
      const reply = await client.execute(code, false, ({ type, content }) => {
        if (type === "execute_result") text = String(Object(content.data)["text/plain"]);
      });
      assert.equal(reply.status, "ok", JSON.stringify(reply));
      return Number(text);
    };
    const inBrowser = async (index: number) => {
      await open.startCell(index);
      await open.page.waitForTimeout(100);
      await open.idle(120);
      const output = codeCells(await open.content())[index].outputs.at(-1);
      assert.ok(index === 0 || output?.output_type === "execute_result", JSON.stringify(output));
      return output && "data" in output ? Number(output.data["text/plain"]) : NaN;
    };
    await onDeno(SETUP);
    await inBrowser(0);
    for (const [i, name] of names.entries()) {
      await t.step(name, async () => {
        let deno = Infinity, browser = Infinity;
        for (let round = 0; round < ROUNDS; round++) {
          deno = Math.min(deno, await onDeno(TIMED[name]));
          browser = Math.min(browser, await inBrowser(i + 1));
        }
        const shown = `${name}: Deno ${deno.toFixed(0)} ms, browser ${browser.toFixed(0)} ms`;
        console.log(shown);
        assert.ok(browser <= 1.5 * deno, shown);
      });
    }
  });
});
