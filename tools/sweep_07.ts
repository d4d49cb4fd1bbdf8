/**
 * Makes `data/sweep_07.jsonl`, with which chapter 8 opens: the network of chapter 7 with 72 settings
 * and seeds, on 10,000 training images of MNIST, and its accuracy on the 5,000 validation images.
 *
 *     deno run -A tools/sweep_07.ts
 *
 * @module
 */

import { readMnist } from "../lib/data/sets/mnist.ts";
import * as layers from "../lib/model/layers/mod.ts";
import { sequential } from "../lib/model/model.ts";
import type { Run } from "../lib/notebook/runs.ts";
import { sweep } from "../lib/notebook/sweep.ts";
import { Adam } from "../lib/nn/optimizers.ts";
import { projectPath } from "../lib/support/paths.ts";
import { dataHash, versionsHere } from "./run/course_version.ts";
import { exitWith } from "./support/command.ts";
import { writeWhole } from "./support/write_file.ts";

const GRID = {
  hiddenNodes: [16, 64, 256],
  learningRate: [0.0005, 0.002, 0.01, 0.05],
  dropoutRate: [0, 0.3],
  seed: [1, 2, 3],
} as const;
const FIXED = { epochs: 3, batchSize: 32, trainingImages: 10_000 };

async function main(): Promise<number> {
  const { mnist } = await readMnist({ source: "mnist" });
  const { xTrain, tTrain } = mnist;
  const { trainingImages, epochs, batchSize } = FIXED;
  const [x, t] = [xTrain.rows(0, trainingImages), tTrain.rows(0, trainingImages)];
  const validationData = [xTrain.rows(55_000), tTrain.rows(55_000)] as const;
  const runs = await sweep(GRID, async ({ hiddenNodes, learningRate, dropoutRate, seed }) => {
    const model = sequential({
      seed,
      layers: [
        layers.dense({ inputShape: [784], units: hiddenNodes, activation: "relu" }),
        layers.dropout({ rate: dropoutRate }),
        layers.dense({ units: 10, activation: "softmax" }),
      ],
    });
    model.compile({
      optimizer: new Adam({ learningRate }),
      loss: "sparseCategoricalCrossentropy",
      metrics: ["accuracy"],
    });
    const { history } = await model.fit(x, t, { epochs, batchSize, validationData });
    return {
      trainingLoss: Number(history.loss[epochs - 1].toPrecision(6)),
      validationLoss: Number(history.valLoss[epochs - 1].toPrecision(6)),
      validationAccuracy: Number(history.valAccuracy[epochs - 1].toPrecision(6)),
    };
  });
  const [versions, hash] = [await versionsHere(), await dataHash("mnist")];
  const rows = runs.map((run): Run => ({
    ...run,
    parameters: { ...run.parameters, ...FIXED },
    data: "mnist",
    dataHash: hash,
    versions,
    seconds: Math.round(run.seconds * 100) / 100,
  }));
  const text = rows.map((row) => JSON.stringify(row) + "\n").join("");
  await writeWhole(projectPath("data/sweep_07.jsonl"), text);
  return rows.every(({ ok }) => ok) ? 0 : 1;
}

if (import.meta.main) await exitWith(main);
