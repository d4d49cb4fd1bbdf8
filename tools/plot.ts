/**
 * `deno task plot NAME`: figures of the course without a notebook, in the browser.
 *
 * @module
 */
import { dense } from "../lib/model/layers/mod.ts";
import { sequential } from "../lib/model/model.ts";
import { relu, sigmoid, stepFunction } from "../lib/nn/functions.ts";
import { confusionMatrix } from "../lib/nn/metrics.ts";
import { showInBrowser } from "../lib/notebook/browser.ts";
import { loadMnist } from "../lib/notebook/mnist.ts";
import { trainingProgress } from "../lib/notebook/training.ts";
import { decisionBoundary } from "../lib/plot/boundary.ts";
import type { Figure } from "../lib/plot/figure.ts";
import { lineChart } from "../lib/plot/lines.ts";
import { confusionMatrixChart } from "../lib/plot/matrices.ts";
import { printable } from "../lib/support/printable.ts";
import { arange } from "../lib/tensor/create.ts";
import type { Tensor } from "../lib/tensor/tensor.ts";

/** The figures by their names: what each shows, and how it is made. */
const FIGURES: Readonly<Record<string, { shows: string; make: () => Promise<Figure> | Figure }>> = {
  "activation-functions": { shows: "step, sigmoid and ReLU", make: activationFunctions },
  "training-curve": { shows: "the loss of a small network during an epoch", make: trainingCurve },
  "confusion": { shows: "which digits that network confuses", make: confusion },
  "xor": { shows: "the plane divided by XOR", make: xor },
};

function activationFunctions(): Figure {
  const x = arange(-5, 5, 0.05);
  return lineChart({ step: stepFunction(x), sigmoid: sigmoid(x), ReLU: relu(x) }, {
    title: "Three activation functions",
    x,
    xTitle: "x",
    yTitle: "f(x)",
    yRange: [-0.5, 2],
  });
}

function xor(): Figure {
  const points = [[0, 0], [0, 1], [1, 0], [1, 1]].map(([x, y]) => ({ x, y, label: x ^ y }));
  return decisionBoundary((x, y) => (x > 0.5) === (y > 0.5) ? 0 : 1, { title: "XOR", points });
}

let trained: Promise<{ losses: number[]; counts: Tensor }> | undefined;

/** One epoch of 784-50-10 with mini-batches of 100: the loss after each step, and the predictions. */
async function train(): Promise<{ losses: number[]; counts: Tensor }> {
  const { xTrain, tTrain, xTest, tTest } = await loadMnist();
  const model = sequential({
    layers: [
      dense({ inputShape: [784], units: 50, activation: "sigmoid" }),
      dense({ units: 10, activation: "softmax" }),
    ],
  });
  model.compile({ optimizer: "adam", loss: "sparseCategoricalCrossentropy" });
  const losses: number[] = [];
  await model.fit(xTrain, tTrain, {
    batchSize: 100,
    callbacks: [trainingProgress(), { onBatchEnd: (_, { loss }) => void losses.push(loss) }],
  });
  return { losses, counts: confusionMatrix(model.predict(xTest), tTest, 10) };
}

async function trainingCurve(): Promise<Figure> {
  const { losses } = await (trained ??= train());
  return lineChart({ loss: losses }, {
    title: "The mean loss since the start of an epoch",
    xTitle: "step",
    yTitle: "cross-entropy",
    yRange: [0, Math.max(...losses)],
  });
}

async function confusion(): Promise<Figure> {
  return confusionMatrixChart((await (trained ??= train())).counts, { title: "After one epoch" });
}

if (import.meta.main) {
  const isHelp = Deno.args.includes("--help") || Deno.args.includes("-h");
  const names = isHelp ? [] : Deno.args;
  const unknown = names.filter((name) => !Object.hasOwn(FIGURES, name));
  if (names.length === 0 || unknown.length > 0) {
    if (unknown.length > 0) {
      console.error(printable(`There is no figure "${unknown.join('", "')}".\n`));
    }
    const lines = Object.entries(FIGURES).map(([name, { shows }]) =>
      `  ${name.padEnd(22)}${shows}`
    );
    console.log(`Shows figures in the browser: deno task plot NAME...\n\n${lines.join("\n")}`);
    Deno.exit(unknown.length > 0 ? 2 : 0);
  }
  const figures: Figure[] = [];
  for (const name of names) figures.push(await FIGURES[name].make());
  for (const { alt } of figures) console.log(alt);
  await showInBrowser(figures);
}
