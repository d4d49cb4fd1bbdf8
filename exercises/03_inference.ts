/** Exercises of chapter 3: inference with a trained network. */
import { drawDigits } from "../lib/data/digits/draw.ts";
import { loadWeights } from "../lib/data/weights.ts";
import { sigmoid, softmax } from "../lib/nn/functions.ts";
import { randn } from "../lib/tensor/create.ts";
import { Random } from "../lib/tensor/random.ts";
import { Tensor } from "../lib/tensor/tensor.ts";
import { defineExercise, type Judge } from "./exercise.ts";
import { functionOf, sentence, valueOf } from "./judges.ts";

/** The answer to 3.4. */
type Softmax = (a: Tensor<[number]>) => Tensor<[number]>;

/** A network of two layers, for 3.5. */
interface SmallNetwork {
  W1: Tensor<[number, number]>;
  b1: Tensor<[number]>;
  W2: Tensor<[number, number]>;
  b2: Tensor<[number]>;
}

/** The answer to 3.6. */
type WorstMistake = (y: Tensor<[number, number]>, t: Tensor<[number]>) => number;

/** The rows whose largest probability is not at their label. */
function misread(y: Tensor<[number, number]>, t: Tensor<[number]>): number[] {
  return [...t.data.keys()].filter((i) => y.at(i).argmax() !== t.at(i));
}

function mostSure(y: Tensor<[number, number]>, rows: readonly number[]): number {
  return rows.reduce((best, i) => y.at(i).max() > y.at(best).max() ? i : best, rows[0]);
}

/** The answer to 3.8. */
type Prepare = (scan: Tensor<[number]>) => Tensor<[number]>;

const SCANS = 100, WANTED = 85;

/** Digits as dark ink on paper, in bytes; pens and papers are of different darkness. */
function drawScans(): { scans: Tensor<[number]>[]; labels: Uint8Array } {
  const { testImages, testLabels } = drawDigits({ train: 0, test: SCANS, seed: 38 });
  const random = new Random(38);
  const scans = Array.from(testLabels, (_, i): Tensor<[number]> => {
    const paper = 130 + 125 * random.uniform();
    const darkness = (0.2 + 0.8 * random.uniform()) * paper / 255;
    const ink = testImages.subarray(784 * i, 784 * (i + 1));
    return new Tensor(Float64Array.from(ink, (value) => Math.round(paper - darkness * value)), [
      784,
    ]);
  });
  return { scans, labels: testLabels };
}

/** Counts how many scans the network of the chapter reads once they are prepared. */
const readScans: Judge<Prepare> = async (prepare) => {
  const { W1, b1, W2, b2, W3, b3 } = await loadWeights("data/sample_weight.safetensors");
  const { scans, labels } = drawScans();
  let correct = 0;
  for (const [i, scan] of scans.entries()) {
    const x = prepare(scan);
    if (!(x instanceof Tensor) || x.size !== 784) {
      return { kind: "wrong", mistake: "expected a tensor of 784 numbers" };
    }
    if (x.max() > 1.01 || x.min() < -0.01) {
      const found = `found ${x.min().toFixed(2)} to ${x.max().toFixed(2)}`;
      return { kind: "wrong", mistake: `the network was trained on pixels from 0 to 1, ${found}` };
    }
    if (x.flatten().at(scan.argmin()) < x.flatten().at(scan.argmax())) {
      const mistake = "the network was trained on bright ink on a dark ground, found the opposite";
      return { kind: "wrong", mistake };
    }
    const z2 = sigmoid(sigmoid(x.reshape([784]).dot(W1).add(b1)).dot(W2).add(b2));
    if (z2.dot(W3).add(b3).argmax() === labels[i]) correct++;
  }
  return correct >= WANTED ? { kind: "correct" } : {
    kind: "wrong",
    mistake:
      `${correct} of ${SCANS} are read correctly. Paper must become 0 and ink 1, in each scan`,
  };
};

/** The exercises of the chapter, by id. */
export default {
  "3.1": defineExercise<number>({
    title: "numbers in a network",
    points: 1,
    cell: `import { check } from "mnist/exercises";

let count: number | undefined = undefined; // weights and biases of 784-30-10

await check("3.1", count);`,
    solution: `import { check } from "mnist/exercises";

const count = 784 * 30 + 30 + 30 * 10 + 10;

await check("3.1", count);`,
    hints: ["Each layer has one weight for each pair of neurons, and one bias for each neuron."],
    judge: valueOf(23_860, [
      [23_820, "You counted the weights: the biases are missing."],
      [40, "You counted the biases: the weights are missing."],
      [24_644, "The input neurons have no biases: they compute nothing."],
    ]),
    wrong: [
      {
        cell: `import { check } from "mnist/exercises";
await check("3.1", 784 * 30 + 30 * 10);`,
        hint: "biases are missing",
      },
      {
        cell: `import { check } from "mnist/exercises";
await check("3.1", 30 + 10);`,
        hint: "weights are missing",
      },
      {
        cell: `import { check } from "mnist/exercises";
await check("3.1", 784 + 784 * 30 + 30 + 30 * 10 + 10);`,
        hint: "input neurons",
      },
      {
        cell: `import { check } from "mnist/exercises";\nawait check("3.1", 7);`,
        hint: "each pair",
      },
    ],
  }),

  "3.2": defineExercise<number[]>({
    title: "four equal scores",
    points: 1,
    cell: `import { check } from "mnist/exercises";

let four: number[] | undefined = undefined; // four numbers

await check("3.2", four);`,
    solution: `import { check } from "mnist/exercises";

const four = [0.25, 0.25, 0.25, 0.25]; // equal, and the sum is 1

await check("3.2", four);`,
    hints: [
      "An array of four numbers. Probabilities sum to 1.",
      "Equal scores have equal exponentials: none of the four is preferred.",
    ],
    judge: valueOf([0.25, 0.25, 0.25, 0.25], [
      [[7, 7, 7, 7], "These are the scores. Probabilities are from 0 to 1."],
      [[1, 1, 1, 1], "Each of them is possible, but together they must sum to 1."],
    ]),
    wrong: [
      {
        cell: `import { check } from "mnist/exercises";\nawait check("3.2", [7, 7, 7, 7]);`,
        hint: "These are the scores",
      },
      {
        cell: `import { check } from "mnist/exercises";\nawait check("3.2", [1, 1, 1, 1]);`,
        hint: "must sum to 1",
      },
      {
        cell: `import { check } from "mnist/exercises";\nawait check("3.2", [0.25, 0.25]);`,
        hint: "expected 4 items, found 2",
      },
    ],
  }),

  "3.3": defineExercise<(x: number[], w: number[], b: number) => number>({
    title: "one neuron",
    points: 2,
    cell: `import { check, todo } from "mnist/exercises";

function neuron(x: number[], w: number[], b: number): number {
  return todo(); // your code
}

await check("3.3", neuron);`,
    solution: `import { check } from "mnist/exercises";

function neuron(x: number[], w: number[], b: number): number {
  let a = b;
  for (let i = 0; i < x.length; i++) a += x[i] * w[i];
  return 1 / (1 + Math.exp(-a));
}

await check("3.3", neuron);`,
    hints: [
      "The result is one number between 0 and 1.",
      "First the sum of all products, then the bias, then the sigmoid.",
    ],
    judge: functionOf({
      correct: (x, w, b) => 1 / (1 + Math.exp(-x.reduce((sum, xi, i) => sum + xi * w[i], b))),
      draw: (random, index): [number[], number[], number] => {
        const length = 1 + index;
        const numbers = (): number[] => [...randn([length], random).data];
        return [numbers(), numbers(), random.uniform() + 0.5];
      },
      mistakes: [
        [
          (x, w, b) => x.reduce((sum, xi, i) => sum + xi * w[i], b),
          "This is the sum a. The activation function is missing.",
        ],
        [
          (x, w) => 1 / (1 + Math.exp(-x.reduce((sum, xi, i) => sum + xi * w[i], 0))),
          "The bias is missing.",
        ],
        [
          (x, w, b) => 1 / (1 + Math.exp(-x.reduce((sum, xi, i) => sum + xi * w[i] + b, 0))),
          "The bias is added once for the neuron, not once for each input.",
        ],
      ],
    }),
    wrong: [
      {
        cell: `import { check } from "mnist/exercises";
await check("3.3", (x: number[], w: number[], b: number) =>
  x.reduce((sum, xi, i) => sum + xi * w[i], b));`,
        hint: "activation function is missing",
      },
      {
        cell: `import { check } from "mnist/exercises";
await check("3.3", (x: number[], w: number[]) =>
  1 / (1 + Math.exp(-x.reduce((sum, xi, i) => sum + xi * w[i], 0))));`,
        hint: "bias is missing",
      },
      {
        cell: `import { check } from "mnist/exercises";
await check("3.3", (x: number[], w: number[], b: number) =>
  1 / (1 + Math.exp(-x.reduce((sum, xi, i) => sum + xi * w[i] + b, 0))));`,
        hint: "once for the neuron",
      },
      {
        cell: `import { check } from "mnist/exercises";
await check("3.3", () => 0.5);`,
        hint: "between 0 and 1",
      },
    ],
  }),

  "3.4": defineExercise<Softmax>({
    title: "softmax that does not overflow",
    points: 2,
    cell: `import type { Tensor } from "mnist";
import { check, todo } from "mnist/exercises";

function mySoftmax(a: Tensor<[number]>): Tensor<[number]> {
  return todo(); // your code
}

await check("3.4", mySoftmax);`,
    solution: `import type { Tensor } from "mnist";
import { check } from "mnist/exercises";

function mySoftmax(a: Tensor<[number]>): Tensor<[number]> {
  const e = a.sub(a.max()).map(Math.exp);
  return e.div(e.sum());
}

await check("3.4", mySoftmax);`,
    hints: [
      "The result is a tensor as long as a, and its numbers sum to 1.",
      "Subtract the largest score from all scores first.",
    ],
    judge: functionOf({
      correct: (a) => {
        const e = a.sub(a.max()).map(Math.exp);
        return e.div(e.sum());
      },
      draw: (random, index): [Tensor<[number]>] => [randn([2 + index], random).mul(300)],
      mistakes: [
        [(a) => a.map(Math.exp), "These are the exponentials: divide them by their sum."],
        [(a) => a.div(a.sum()), "The exponential is missing: scores may be negative."],
      ],
    }),
    wrong: [
      {
        cell: `import type { Tensor } from "mnist";
import { check } from "mnist/exercises";
await check("3.4", (a: Tensor<[number]>) => a.map(Math.exp));`,
        hint: "divide them by their sum",
      },
      {
        cell: `import type { Tensor } from "mnist";
import { check } from "mnist/exercises";
await check("3.4", (a: Tensor<[number]>) => a.div(a.sum()));`,
        hint: "exponential is missing",
      },
      {
        cell: `import type { Tensor } from "mnist";
import { check } from "mnist/exercises";
await check("3.4", (a: Tensor<[number]>) => {
  const e = a.map(Math.exp);
  return e.div(e.sum());
});`,
        hint: "sum to 1",
      },
    ],
  }),

  "3.5": defineExercise<(network: SmallNetwork, x: Tensor<[number]>) => Tensor<[number]>>({
    title: "find the mistake",
    points: 2,
    cell: `import { sigmoid, softmax, type Tensor } from "mnist";
import { check } from "mnist/exercises";

interface SmallNetwork {
  W1: Tensor<[number, number]>;
  b1: Tensor<[number]>;
  W2: Tensor<[number, number]>;
  b2: Tensor<[number]>;
}

function smallPredict(network: SmallNetwork, x: Tensor<[number]>): Tensor<[number]> {
  const { W1, b1, W2, b2 } = network;
  const z1 = sigmoid(x.dot(W1)).add(b1);
  return softmax(z1.dot(W2).add(b2));
}

await check("3.5", smallPredict);`,
    solution: `import { sigmoid, softmax, type Tensor } from "mnist";
import { check } from "mnist/exercises";

interface SmallNetwork {
  W1: Tensor<[number, number]>;
  b1: Tensor<[number]>;
  W2: Tensor<[number, number]>;
  b2: Tensor<[number]>;
}

function smallPredict(network: SmallNetwork, x: Tensor<[number]>): Tensor<[number]> {
  const { W1, b1, W2, b2 } = network;
  const z1 = sigmoid(x.dot(W1).add(b1)); // the bias belongs to the sum, before the sigmoid
  return softmax(z1.dot(W2).add(b2));
}

await check("3.5", smallPredict);`,
    hints: [
      "The shapes are all correct. Compare each layer with z = h(x · W + b), bracket by bracket.",
      "The second layer is correct.",
    ],
    judge: functionOf({
      correct: ({ W1, b1, W2, b2 }, x) => softmax(sigmoid(x.dot(W1).add(b1)).dot(W2).add(b2)),
      draw: (random, index): [SmallNetwork, Tensor<[number]>] => {
        const [inputs, hidden, outputs] = [2 + index, 2 + index % 5, 2 + index % 3];
        const network = {
          W1: randn([inputs, hidden], random),
          b1: randn([hidden], random),
          W2: randn([hidden, outputs], random),
          b2: randn([outputs], random),
        };
        return [network, randn([inputs], random)];
      },
      untouched: ({ W1, b1, W2, b2 }, x) => softmax(sigmoid(x.dot(W1)).add(b1).dot(W2).add(b2)),
      mistakes: [
        [
          ({ W1, b1, W2, b2 }, x) => softmax(x.dot(W1).add(b1).dot(W2).add(b2)),
          "Now the activation function of the first layer is missing.",
        ],
        [
          ({ W1, W2, b2 }, x) => softmax(sigmoid(x.dot(W1)).dot(W2).add(b2)),
          "The first layer needs its bias, but in another place.",
        ],
        [
          ({ W1, b1, W2, b2 }, x) => sigmoid(sigmoid(x.dot(W1).add(b1)).dot(W2).add(b2)),
          "The outputs must be probabilities: softmax was correct.",
        ],
      ],
    }),
    wrong: [
      {
        cell: `import { softmax } from "mnist";
import { check } from "mnist/exercises";
await check("3.5", ({ W1, b1, W2, b2 }, x) => softmax(x.dot(W1).add(b1).dot(W2).add(b2)));`,
        hint: "activation function of the first layer is missing",
      },
      {
        cell: `import { sigmoid, softmax } from "mnist";
import { check } from "mnist/exercises";
await check("3.5", ({ W1, W2, b2 }, x) => softmax(sigmoid(x.dot(W1)).dot(W2).add(b2)));`,
        hint: "needs its bias",
      },
      {
        cell: `import { sigmoid } from "mnist";
import { check } from "mnist/exercises";
await check("3.5", ({ W1, b1, W2, b2 }, x) =>
  sigmoid(sigmoid(x.dot(W1).add(b1)).dot(W2).add(b2)));`,
        hint: "softmax was correct",
      },
    ],
  }),

  "3.6": defineExercise<WorstMistake>({
    title: "the worst mistake",
    points: 3,
    cell: `import type { Tensor } from "mnist";
import { check, todo } from "mnist/exercises";

function worstMistake(y: Tensor<[number, number]>, t: Tensor<[number]>): number {
  return todo(); // your code
}

await check("3.6", worstMistake);`,
    solution: `import type { Tensor } from "mnist";
import { check } from "mnist/exercises";

function worstMistake(y: Tensor<[number, number]>, t: Tensor<[number]>): number {
  let worst = -1, largest = 0;
  for (let i = 0; i < t.size; i++) {
    const row = y.at(i);
    if (row.argmax() === t.at(i) || row.max() <= largest) continue;
    worst = i;
    largest = row.max();
  }
  return worst;
}

await check("3.6", worstMistake);`,
    hints: [
      "The result is the number of a row, from 0. y.at(i) is row i, t.at(i) its label.",
      "Go through all rows. Skip those that are read correctly, and remember the best so far.",
    ],
    judge: functionOf({
      correct: (y, t) => mostSure(y, misread(y, t)),
      draw: (random, index): [Tensor<[number, number]>, Tensor<[number]>] => {
        const rows = 4 + index;
        const y = softmax(randn([rows, 5], random).mul(2));
        const labels = [...y.argmax(1).data].map((label, i) =>
          i % 3 === 0 || random.uniform() < 0.4 ? (label + 1) % 5 : label
        );
        // The most certain of all is read correctly, and the first is not the worst.
        const best = mostSure(y, [...labels.keys()]);
        labels[best] = y.at(best).argmax();
        labels[best === 1 ? 2 : 1] = (y.at(best === 1 ? 2 : 1).argmax() + 1) % 5;
        return [y, new Tensor(Int32Array.from(labels), [rows])];
      },
      mistakes: [
        [
          (y, t) => mostSure(y, [...t.data.keys()]),
          "This row is the most certain of all, but it is read correctly.",
        ],
        [
          (y, t) => misread(y, t).indexOf(mostSure(y, misread(y, t))),
          "This is the place among the misread rows; the number of the row is asked.",
        ],
        [
          (y, t) => y.at(mostSure(y, misread(y, t))).max(),
          "This is the probability; the number of the row is asked.",
        ],
      ],
    }),
    wrong: [
      {
        cell: `import type { Tensor } from "mnist";
import { check } from "mnist/exercises";
await check("3.6", (y: Tensor<[number, number]>) => y.max(1).argmax());`,
        hint: "it is read correctly",
      },
      {
        cell: `import { check } from "mnist/exercises";
await check("3.6", (y, t) => {
  const rows = [...t.data.keys()].filter((i) => y.at(i).argmax() !== t.at(i));
  return Math.max(...rows.map((i) => y.at(i).max()));
});`,
        hint: "This is the probability",
      },
      {
        cell: `import { check } from "mnist/exercises";
await check("3.6", (y, t) => {
  const rows = [...t.data.keys()].filter((i) => y.at(i).argmax() !== t.at(i));
  const sure = rows.map((i) => y.at(i).max());
  return sure.indexOf(Math.max(...sure));
});`,
        hint: "place among the misread rows",
      },
    ],
  }),

  "3.7": defineExercise<string>({
    title: "argmax without softmax",
    points: 1,
    cell: `import { check } from "mnist/exercises";

let because = ""; // one sentence

await check("3.7", because);`,
    solution: `import { check } from "mnist/exercises";

const because = "Yes: the exponential is larger for a larger score and all are divided by the same " +
  "positive sum, so the largest score also has the largest probability.";

await check("3.7", because);`,
    hints: ["A sentence in quotes. Does softmax ever change which of two scores is larger?"],
    judge: sentence(),
    wrong: [
      {
        cell: `import { check } from "mnist/exercises";\nawait check("3.7", "Yes, of course.");`,
        hint: "at least 8 words",
      },
    ],
  }),

  "3.8": defineExercise<Prepare>({
    title: "scanned digits",
    points: 4,
    cell: `import type { Tensor } from "mnist";
import { check, todo } from "mnist/exercises";

function prepare(scan: Tensor<[number]>): Tensor<[number]> {
  return todo(); // your code
}

await check("3.8", prepare);`,
    solution: `import type { Tensor } from "mnist";
import { check } from "mnist/exercises";

function prepare(scan: Tensor<[number]>): Tensor<[number]> {
  const paper = scan.max(), ink = scan.min(); // each scan has its own
  return scan.mul(-1).add(paper).div(paper - ink);
}

await check("3.8", prepare);`,
    hints: [
      "The result has 784 numbers from 0 (paper) to 1 (ink), as the images of this chapter have.",
      "What do scan.max() and scan.min() tell about the paper and the pen of one scan?",
    ],
    judge: readScans,
    wrong: [
      {
        cell: `import type { Tensor } from "mnist";
import { check } from "mnist/exercises";
await check("3.8", (scan: Tensor<[number]>) => scan.mul(-1).add(255));`,
        hint: "pixels from 0 to 1",
      },
      {
        cell: `import type { Tensor } from "mnist";
import { check } from "mnist/exercises";
await check("3.8", (scan: Tensor<[number]>) => scan.div(255));`,
        hint: "bright ink on a dark ground",
      },
      {
        cell: `import type { Tensor } from "mnist";
import { check } from "mnist/exercises";
await check("3.8", (scan: Tensor<[number]>) => scan.div(-255).add(1));`,
        hint: "Paper must become 0",
      },
    ],
  }),
} as const;
