/**
 * Trains the networks of chapters 7 and 9 on MNIST, with the recipes of those chapters, and writes
 * data/sequential.safetensors and data/convolution.safetensors for the playground.
 *
 *     deno task train-models [sequential] [convolution]
 *
 * The weights are rounded to half precision, so that they take half of the place in a page. Nothing
 * is chosen by the test images; they only measure the results.
 */
import { parseArgs } from "node:util";
import { saveModel } from "../lib/model/files.ts";
import { learningRateScheduler } from "../lib/model/callbacks.ts";
import * as layers from "../lib/model/layers/mod.ts";
import { type Model, sequential } from "../lib/model/model.ts";
import { Adam } from "../lib/nn/optimizers.ts";
import { loadMnist } from "../lib/notebook/mnist.ts";
import { trainingProgress } from "../lib/notebook/training.ts";
import { DataError } from "../lib/support/errors.ts";
import { oneOf } from "../lib/support/names.ts";

/** A network, and how its chapter trains it. */
interface Recipe {
  readonly model: () => Model;
  readonly epochs: number;
  readonly batchSize: number;
  /** η in the first epoch; it falls to 0 in equal steps. */
  readonly learningRate: number;
}

const SEED = 1;

const RECIPES = {
  sequential: {
    model: () =>
      sequential({
        seed: SEED,
        name: "sequential",
        layers: [
          layers.flatten({ inputShape: [28, 28, 1] }),
          layers.dense({ units: 128, activation: "relu" }),
          layers.dense({ units: 10, activation: "softmax" }),
        ],
      }),
    epochs: 5,
    batchSize: 32,
    learningRate: 0.002,
  },
  convolution: {
    model: () =>
      sequential({
        seed: SEED,
        name: "convolution",
        layers: [
          layers.conv2d({
            inputShape: [28, 28, 1],
            filters: 32,
            kernelSize: 3,
            activation: "relu",
          }),
          layers.maxPooling2d(),
          layers.conv2d({ filters: 64, kernelSize: 3, activation: "relu" }),
          layers.maxPooling2d(),
          layers.flatten(),
          layers.dropout({ rate: 0.4 }),
          layers.dense({ units: 128, activation: "relu", kernelInitializer: "heNormal" }),
          layers.dropout({ rate: 0.4 }),
          layers.dense({ units: 10, activation: "softmax" }),
        ],
      }),
    epochs: 3,
    batchSize: 64,
    learningRate: 0.002,
  },
} as const satisfies Record<string, Recipe>;

type Name = keyof typeof RECIPES;
const NAMES: readonly Name[] = ["sequential", "convolution"];

/** Trains one network on all 60,000 training images, tests it, and writes its file. */
async function train(name: Name): Promise<void> {
  const { model: make, epochs, batchSize, learningRate }: Recipe = RECIPES[name];
  const { xTrain, tTrain, xTest, tTest } = await loadMnist({ source: "mnist" });
  const images = (x: typeof xTrain) => x.reshape([-1, 28, 28, 1]);
  const model = make();
  model.compile({
    optimizer: new Adam({ learningRate }),
    loss: "sparseCategoricalCrossentropy",
    metrics: ["accuracy"],
  });
  const rateOf = (epoch: number) => learningRate * (1 - (epoch - 1) / epochs);
  await model.fit(images(xTrain), tTrain, {
    epochs,
    batchSize,
    callbacks: [learningRateScheduler(rateOf), trainingProgress()],
  });
  model.setWeights(Object.fromEntries(
    Object.entries(model.weights).map(([key, weight]) => [key, weight.map(Math.f16round)]),
  ));
  const { accuracy } = model.evaluate(images(xTest), tTest);
  const path = `data/${name}.safetensors`;
  await saveModel(model, path, {
    input: "MNIST pixels / 255",
    recipe: `Adam, learning rate ${learningRate} falling to 0 in equal steps, batches of ` +
      `${batchSize}, ${epochs} epochs; weights rounded to half precision`,
    script: "tools/train_models.ts",
    seed: String(SEED),
    accuracy: `${accuracy} on the 10,000 test images of MNIST`,
    licence: "MIT",
  });
  console.log(`Test accuracy: ${accuracy}. Wrote ${path}.`);
}

try {
  const { positionals } = parseArgs({ allowPositionals: true });
  const wanted = positionals.map((name) => oneOf("train-models: expected", name, NAMES));
  for (const name of wanted.length === 0 ? NAMES : wanted) await train(name);
} catch (error) {
  if (!(error instanceof DataError || error instanceof TypeError)) throw error;
  console.error(error.message);
  Deno.exit(1);
}
