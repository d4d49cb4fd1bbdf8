/**
 * The model of chapter 07 (784-128-10, dropout 0.2, Adam, batches of 32, 5 epochs): accuracy and loss
 * over several seeds, as the lecture trains it and with the decreasing learning rate of the chapter,
 * beside Keras where a Python that has it is named.
 *
 * `deno task bench sequential [--json] [--seeds 5] [--keras PYTHON] [--folder MNIST]`
 */
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { projectPath } from "../lib/support/paths.ts";
import { learningRateScheduler } from "../lib/model/callbacks.ts";
import * as layers from "../lib/model/layers/mod.ts";
import { sequential } from "../lib/model/model.ts";
import { loadMnist } from "../lib/notebook/mnist.ts";
import { median } from "./support/report.ts";

const EPOCHS = 5, BATCH = 32, RATE = 0.001;

const { values } = parseArgs({
  options: {
    json: { type: "boolean", default: false },
    seeds: { type: "string", default: "5" },
    keras: { type: "string" },
    folder: { type: "string", default: Deno.env.get("MNIST_DIR") || "data/mnist" },
  },
});
const seeds = Array.from({ length: Number(values.seeds) }, (_, i) => i + 1);
const { xTrain, tTrain, xTest, tTest } = await loadMnist({ source: "mnist" });

function lectureModel(seed: number) {
  const model = sequential({
    seed,
    layers: [
      layers.dense({ inputShape: [784], units: 128, activation: "relu" }),
      layers.dropout({ rate: 0.2 }),
      layers.dense({ units: 10, activation: "softmax" }),
    ],
  });
  model.compile({
    optimizer: "adam",
    loss: "sparseCategoricalCrossentropy",
    metrics: ["accuracy"],
  });
  return model;
}

/** The results of one training. */
interface Outcome {
  readonly seed: number;
  readonly accuracy: number;
  readonly loss: number;
  readonly seconds: number;
}

function isOutcome(value: unknown): value is Outcome & { version: string } {
  return typeof value === "object" && value !== null && "accuracy" in value && "loss" in value &&
    "seconds" in value;
}

/** Prints the results of several seeds and their medians. */
function tell(who: string, outcomes: readonly Outcome[]): void {
  const middle = (name: "accuracy" | "loss" | "seconds") => median(outcomes.map((o) => o[name]));
  const result = {
    who,
    seeds: outcomes.length,
    accuracy: middle("accuracy"),
    loss: middle("loss"),
    seconds: middle("seconds"),
  };
  if (values.json) return console.log(JSON.stringify({ ...result, outcomes }));
  const list = (name: "accuracy" | "loss") => outcomes.map((o) => o[name].toFixed(4)).join(" ");
  console.log(`${who}, ${outcomes.length} seeds, ${EPOCHS} epochs`);
  console.log(`  accuracy: median ${result.accuracy.toFixed(4)} of ${list("accuracy")}`);
  console.log(`  loss:     median ${result.loss.toFixed(4)} of ${list("loss")}`);
  console.log(`  ${result.seconds.toFixed(1)} s`);
}

async function ourOutcomes(rateOf: (epoch: number) => number): Promise<Outcome[]> {
  const outcomes: Outcome[] = [];
  for (const seed of seeds) {
    const model = lectureModel(seed);
    const { seconds } = await model.fit(xTrain, tTrain, {
      epochs: EPOCHS,
      batchSize: BATCH,
      callbacks: [learningRateScheduler(rateOf)],
    });
    const { accuracy, loss } = model.evaluate(xTest, tTest);
    outcomes.push({ seed, accuracy, loss, seconds });
  }
  return outcomes;
}

/** The same with Keras. */
async function kerasOutcomes(python: string): Promise<void> {
  const script = fileURLToPath(new URL("keras/sequential.py", import.meta.url));
  const { success, stdout } = await new Deno.Command(python, {
    args: [script, projectPath(values.folder), String(EPOCHS), ...seeds.map(String)],
    stderr: "inherit",
  }).output();
  if (!success) throw new Error(`bench: expected ${python} to have Keras: pip install keras jax`);
  const lines: unknown[] = new TextDecoder().decode(stdout).trim().split("\n").map((line) =>
    JSON.parse(line)
  );
  const outcomes = lines.filter(isOutcome);
  tell(`${outcomes[0].version}, as the lecture`, outcomes);
}

tell("ours, as the lecture", await ourOutcomes(() => RATE));
tell(
  "ours, with a decreasing learning rate",
  await ourOutcomes((epoch) => 2 * RATE * (1 - (epoch - 1) / EPOCHS)),
);
if (values.keras !== undefined) await kerasOutcomes(values.keras);
else console.error("Keras is not measured: --keras PYTHON names a Python that has it");
