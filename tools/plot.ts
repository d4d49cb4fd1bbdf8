/**
 * `deno task plot NAME`: figures of the course without a notebook, in the browser.
 *
 * @module
 */
import {
  Affine,
  arange,
  confusionMatrix,
  confusionMatrixChart,
  decisionBoundary,
  type Figure,
  initializers,
  lineChart,
  loadMnist,
  miniBatches,
  progress,
  Random,
  relu,
  Sigmoid,
  sigmoid,
  SoftmaxWithLoss,
  stepFunction,
  type Tensor,
  zeros,
} from "mnist";
import { showInBrowser } from "../lib/notebook/browser.ts";

/** The figures by their names: what each shows, and how it is made. */
const FIGURES: Readonly<Record<string, { shows: string; make: () => Promise<Figure> | Figure }>> = {
  "activation-functions": { shows: "step, sigmoid and ReLU", make: activationFunctions },
  "training-curve": { shows: "the loss of a small network while it learns", make: trainingCurve },
  "confusion": { shows: "what that network takes for what", make: confusion },
  "xor": { shows: "the plane as XOR divides it", make: xor },
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

/** One epoch of 784-50-10 with mini-batches of 100, and what came of it. */
async function train(): Promise<{ losses: number[]; counts: Tensor }> {
  const { xTrain, tTrain, xTest, tTest } = await loadMnist();
  const random = new Random(1);
  const layer = (inputs: number, outputs: number): Affine =>
    new Affine(
      initializers.xavier([inputs, outputs], random, "float32"),
      zeros([outputs], "float32"),
    );
  const [first, activation, second] = [layer(784, 50), new Sigmoid(), layer(50, 10)];
  const head = new SoftmaxWithLoss();
  const predict = (x: Tensor<[number, number]>): Tensor<[number, number]> =>
    second.forward(activation.forward(first.forward(x)));

  const losses: number[] = [];
  const bar = progress(tTrain.size, { label: "training", unit: "images" });
  for (const batch of miniBatches(tTrain.size, 100, random)) {
    const x = xTrain.take(batch).expect([-1, 784]);
    losses.push(head.forward(predict(x), tTrain.take(batch)));
    first.gradients(activation.backward(second.backward(head.backward())));
    for (const { params, grads } of [first, second]) {
      params.W = params.W.sub(grads.W.mul(0.5));
      params.b = params.b.sub(grads.b.mul(0.5));
    }
    bar.update(losses.length * 100);
  }
  await bar.finish();
  return { losses, counts: confusionMatrix(predict(xTest), tTest, 10) };
}

async function trainingCurve(): Promise<Figure> {
  const { losses } = await train();
  return lineChart({ loss: losses }, {
    title: "One epoch of mini-batches",
    xTitle: "step",
    yTitle: "cross-entropy",
    yRange: [0, Math.max(...losses)],
  });
}

async function confusion(): Promise<Figure> {
  return confusionMatrixChart((await train()).counts, { title: "After one epoch" });
}

if (import.meta.main) {
  const names = Deno.args;
  const unknown = names.filter((name) => !(name in FIGURES));
  if (names.length === 0 || unknown.length > 0) {
    if (unknown.length > 0) console.error(`There is no figure "${unknown.join('", "')}".\n`);
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
