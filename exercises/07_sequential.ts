/** Exercises of chapter 7: the model, softmax once, dropout, momentum, mistakes, a small network. */
import { readMnist } from "../lib/data/sets/mnist.ts";
import type { Model } from "../lib/model/model.ts";
import { accuracy, confusionMatrix } from "../lib/nn/metrics.ts";
import { softmax } from "../lib/nn/functions.ts";
import { oneHot, rand, randn, tensor } from "../lib/tensor/create.ts";
import type { Random } from "../lib/tensor/random.ts";
import type { Tensor } from "../lib/tensor/tensor.ts";
import { defineExercise, type Judge } from "./exercise.ts";
import { functionOf, project, sentence, valueOf } from "./judges.ts";

type Matrix = Tensor<[number, number]>;
type Labels = Tensor<[number]>;

/** -1/N · Σ log p of the correct class, for probabilities. */
function crossEntropy(p: Matrix, labels: Labels): number {
  const [count, classes] = p.shape;
  return -p.map(Math.log).mul(oneHot(labels, classes)).sum() / count;
}

/** Probabilities of three classes for some images, and their labels. */
function drawPredictions(random: Random, index: number): [Matrix, Labels] {
  const count = 1 + index % 4;
  const labels = Array.from({ length: count }, () => random.integer(3));
  return [softmax(randn([count, 3], random).mul(2)), tensor(labels, "int32")];
}

/** v ← μv - ηg, w ← w + v: the new w and v. */
function momentum(w: number, v: number, g: number, rate: number, mu: number): [number, number] {
  const next = mu * v - rate * g;
  return [w + next, next];
}

/** The diagonal over the sums along an axis: 1 for rows (recall), 0 for columns (precision). */
function shares(counts: Matrix, axis: 0 | 1): number[] {
  const sums = axis === 1 ? counts.sum(1) : counts.sum(0);
  return Array.from({ length: counts.shape[0] }, (_, k) => counts.at(k, k) / sums.at(k));
}

const MOST_NUMBERS = 20_000;

/** A small model, judged by its accuracy on the 5,000 validation images. */
const smallAndGood: Judge<Model> = async (model) => {
  const numbers = model.countParams();
  if (numbers > MOST_NUMBERS) {
    const mistake = `The model has ${numbers} weights and biases, more than ${MOST_NUMBERS}.`;
    return { kind: "wrong", mistake };
  }
  const { mnist } = await readMnist({ normalize: true });
  const x = mnist.xTrain.rows(-5000).reshape([5000, ...model.inputShape]);
  const score = () => accuracy(model.predict(x), mnist.tTrain.rows(-5000));
  // The embedded digits are fewer, so that less can be learned from them.
  return project(score, mnist.source === "digits" ? 0.9 : 0.95)(model);
};

/** The exercises of the chapter, by id. */
export default {
  "7.1": defineExercise<number>({
    title: "the numbers of 784-64-10",
    points: 1,
    cell: `import { check } from "mnist/exercises";

let numbers: number | undefined = undefined; // weights and biases

await check("7.1", numbers);`,
    solution: `import { check } from "mnist/exercises";

const numbers = (784 + 1) * 64 + (64 + 1) * 10;

await check("7.1", numbers);`,
    hints: ["Dropout and flatten have none. A neuron has a weight for each input, and a bias."],
    judge: valueOf(50_890, [
      [50_816, "You counted the weights: the biases are missing."],
      [50_880, "The biases of the output layer are missing."],
      [50_826, "The biases of the hidden layer are missing."],
    ]),
    wrong: [
      {
        cell: `import { check } from "mnist/exercises";
await check("7.1", 784 * 64 + 64 * 10);`,
        hint: "biases are missing",
      },
      {
        cell: `import { check } from "mnist/exercises";
await check("7.1", 785 * 64 + 64 * 10);`,
        hint: "biases of the output layer",
      },
      {
        cell: `import { check } from "mnist/exercises";\nawait check("7.1", 858);`,
        hint: "a weight for each input",
      },
    ],
  }),

  "7.2": defineExercise<number>({
    title: "the most that two softmaxes can say",
    points: 1,
    cell: `import { check } from "mnist/exercises";

let largest: number | undefined = undefined;

await check("7.2", largest);`,
    solution: `import { check } from "mnist/exercises";

const largest = Math.E / (Math.E + 9); // e¹ for one digit, e⁰ = 1 for each of the other nine

await check("7.2", largest);`,
    hints: ["Apply the formula of softmax to the ten numbers 1, 0, 0, …, 0."],
    judge: valueOf(Math.E / (Math.E + 9), [
      [1, "The second softmax does change it."],
      [0.1, "This is what ten equal numbers give."],
      [Math.E / (Math.E + 10), "How many digits have the probability 0?"],
      [1 / 9, "e to the power of 0 is 1, but e to the power of 1 is not."],
      [1 / 10, "This is what ten equal numbers give."],
    ]),
    wrong: [
      { cell: `import { check } from "mnist/exercises";\nawait check("7.2", 1);`, hint: "change" },
      { cell: `import { check } from "mnist/exercises";\nawait check("7.2", 0.1);`, hint: "equal" },
      {
        cell: `import { check } from "mnist/exercises";
await check("7.2", Math.E / (Math.E + 10));`,
        hint: "How many digits",
      },
      {
        cell: `import { check } from "mnist/exercises";\nawait check("7.2", 0.5);`,
        hint: "formula of softmax",
      },
    ],
  }),

  "7.3": defineExercise<(x: Matrix, mask: Matrix, rate: number) => Matrix>({
    title: "dropout",
    points: 2,
    cell: `import type { Tensor } from "mnist";
import { check, todo } from "mnist/exercises";

type Matrix = Tensor<[number, number]>;

/** Dropout in training; mask is 0 for neurons that are switched off, and 1 for the others. */
function dropout(x: Matrix, mask: Matrix, rate: number): Matrix {
  return todo(); // your code
}

await check("7.3", dropout);`,
    solution: `import type { Tensor } from "mnist";
import { check } from "mnist/exercises";

type Matrix = Tensor<[number, number]>;

/** Dropout in training; mask is 0 for neurons that are switched off, and 1 for the others. */
function dropout(x: Matrix, mask: Matrix, rate: number): Matrix {
  return x.mul(mask).div(1 - rate).like(x);
}

await check("7.3", dropout);`,
    hints: ["The result has the shape of x.", "The mean has to stay the same."],
    judge: functionOf<[Matrix, Matrix, number], Matrix>({
      correct: (x, mask, rate) => x.mul(mask).div(1 - rate).like(x),
      draw: (random, index) => {
        const rate = 0.2 + 0.3 * (index % 2), shape = [2, 3] as const;
        return [randn(shape, random), rand(shape, random).map((u) => u < rate ? 0 : 1), rate];
      },
      mistakes: [
        [(x, mask) => x.mul(mask).like(x), "The others are not scaled: the mean gets smaller."],
        [
          (x, mask, rate) => x.mul(mask).mul(1 - rate).like(x),
          "The others have to become larger, not smaller.",
        ],
        [
          (x, mask, rate) => x.mul(mask).div(rate).like(x),
          "The rate is the share that is switched off: which share is left?",
        ],
        [(x, _, rate) => x.div(1 - rate), "No neuron is switched off: the mask is missing."],
      ],
    }),
    wrong: [
      ["x.mul(mask)", "not scaled"],
      ["x.mul(mask).mul(1 - rate)", "larger, not smaller"],
      ["x.mul(mask).div(rate)", "which share is left"],
      ["x.sum(0)", "shape"],
    ].map(([result, hint]) => ({
      cell: `import type { Tensor } from "mnist";
import { check } from "mnist/exercises";
type Matrix = Tensor<[number, number]>;
await check("7.3", (x: Matrix, mask: Matrix, rate: number) => ${result});`,
      hint,
    })),
  }),

  "7.4": defineExercise<
    (w: number, v: number, g: number, rate: number, mu: number) => readonly number[]
  >({
    title: "a step with momentum",
    points: 2,
    cell: `import { check, todo } from "mnist/exercises";

/** v ← μv - ηg, then w ← w + v: returns the new [w, v]. */
function momentum(w: number, v: number, g: number, rate: number, mu: number): number[] {
  return todo(); // your code
}

await check("7.4", momentum);`,
    solution: `import { check } from "mnist/exercises";

/** v ← μv - ηg, then w ← w + v: returns the new [w, v]. */
function momentum(w: number, v: number, g: number, rate: number, mu: number): number[] {
  v = mu * v - rate * g;
  return [w + v, v];
}

await check("7.4", momentum);`,
    hints: ["Return an array of two numbers.", "Compute the new v first; w uses the new one."],
    judge: functionOf<[number, number, number, number, number], readonly number[]>({
      correct: momentum,
      draw: (random) => {
        const number = () => random.integer(19) - 9;
        return [number(), 1 + random.integer(9), 1 + random.integer(9), 0.1, 0.9];
      },
      mistakes: [
        [
          (w, v, g, rate, mu) => [w + v, mu * v - rate * g],
          "w moves by the new v, not the old one.",
        ],
        [(w, _, g, rate) => [w - rate * g, -rate * g], "Momentum is missing: keep μ of the old v."],
        [
          (w, v, g, rate, mu) => {
            const next = mu * v + rate * g;
            return [w + next, next];
          },
          "The sign: the step goes against the gradient.",
        ],
        [
          (w, v, g, rate, mu) => [...momentum(w, v, g, rate, mu)].reverse(),
          "The order is [w, v].",
        ],
      ],
    }),
    wrong: [
      ["[w + v, mu * v - rate * g]", "new v"],
      ["[w - rate * g, -rate * g]", "Momentum is missing"],
      ["[w + mu * v + rate * g, mu * v + rate * g]", "The sign"],
      ["[w]", "2 items"],
    ].map(([result, hint]) => ({
      cell: `import { check } from "mnist/exercises";
await check("7.4", (w, v, g, rate, mu) => ${result});`,
      hint,
    })),
  }),

  "7.5": defineExercise<(p: Matrix, labels: Labels) => number>({
    title: "the bug in a loss",
    points: 2,
    cell: `import { oneHot, softmax, type Tensor } from "mnist";
import { check } from "mnist/exercises";

/** The mean cross-entropy of a model's predictions p [N, C]: its last layer is a softmax. */
function crossEntropy(p: Tensor<[number, number]>, labels: Tensor<[number]>): number {
  const [N, C] = p.shape;
  const y = softmax(p);
  return -y.map(Math.log).mul(oneHot(labels, C)).sum() / N;
}

await check("7.5", crossEntropy);`,
    solution: `import { oneHot, type Tensor } from "mnist";
import { check } from "mnist/exercises";

/** The mean cross-entropy of a model's predictions p [N, C]: its last layer is a softmax. */
function crossEntropy(p: Tensor<[number, number]>, labels: Tensor<[number]>): number {
  const [N, C] = p.shape;
  return -p.map(Math.log).mul(oneHot(labels, C)).sum() / N;
}

await check("7.5", crossEntropy);`,
    hints: [
      "With p of 1 for the correct class the loss has to be 0. What does this function return?",
      "Read the section about image 2000 again.",
    ],
    judge: functionOf<[Matrix, Labels], number>({
      correct: crossEntropy,
      draw: drawPredictions,
      untouched: (p, labels) => crossEntropy(softmax(p), labels),
      mistakes: [
        [
          (p, labels) => crossEntropy(p, labels) * p.shape[0],
          "This is the sum over the images: the loss is their mean.",
        ],
        [(p, labels) => -crossEntropy(p, labels), "A loss is not negative: check the sign."],
        [
          (p, labels) => crossEntropy(softmax(softmax(p)), labels),
          "Now there is one more softmax: there should be one less.",
        ],
      ],
    }),
    wrong: [
      ["-p.map(Math.log).mul(oneHot(labels, p.shape[1])).sum()", "sum over the images"],
      ["p.map(Math.log).mul(oneHot(labels, p.shape[1])).sum() / p.shape[0]", "sign"],
      ["0", "correct class"],
    ].map(([result, hint]) => ({
      cell: `import { oneHot, type Tensor } from "mnist";
import { check } from "mnist/exercises";
await check("7.5", (p: Tensor<[number, number]>, labels: Tensor<[number]>) =>
  ${result});`,
      hint,
    })),
  }),

  "7.6": defineExercise<(counts: Matrix) => readonly number[]>({
    title: "recall, class by class",
    points: 2,
    cell: `import type { Tensor } from "mnist";
import { check, todo } from "mnist/exercises";

/** For each class, the share of its images that was predicted correctly. */
function recall(counts: Tensor<[number, number]>): number[] {
  return todo(); // your code: counts.at(i, j) images of class i were predicted as class j
}

await check("7.6", recall);`,
    solution: `import type { Tensor } from "mnist";
import { check } from "mnist/exercises";

/** For each class, the share of its images that was predicted correctly. */
function recall(counts: Tensor<[number, number]>): number[] {
  const result: number[] = [];
  for (let k = 0; k < counts.shape[0]; k++) {
    result.push(counts.at(k, k) / counts.at(k).sum());
  }
  return result;
}

await check("7.6", recall);`,
    hints: [
      "Return an array with a number from 0 to 1 for each class.",
      "The images of class k are row k, the correct ones among them are on the diagonal.",
    ],
    judge: functionOf<[Matrix], readonly number[]>({
      correct: (counts) => shares(counts, 1),
      draw: (random, index) => {
        const classes = 2 + index % 3, images = 12 * classes;
        const label = (_: unknown, i: number) => i % classes;
        const t = Array.from({ length: images }, label);
        const y = t.map((k) => random.integer(3) === 0 ? random.integer(classes) : k);
        for (let k = 0; k < classes; k++) y[k] = k; // no class is never predicted
        return [confusionMatrix(tensor(y, "int32"), tensor(t, "int32"), classes)];
      },
      mistakes: [
        [
          (counts) => shares(counts, 0),
          "This is the share of correct ones among the predictions of a class (precision).",
        ],
        [
          (counts) => shares(counts, 1).map((_, k) => counts.at(k, k) / counts.sum()),
          "Divide by the number of images of the class, not of all classes.",
        ],
        [(counts) => shares(counts, 1).map((share) => 1 - share), "These are the errors."],
        [
          (counts) => shares(counts, 1).map((_, k) => counts.at(k, k)),
          "These are counts: divide them.",
        ],
      ],
    }),
    wrong: [
      ["counts.at(k, k) / counts.T.at(k).sum()", "precision"],
      ["counts.at(k, k) / counts.sum()", "not of all classes"],
      ["1 - counts.at(k, k) / counts.at(k).sum()", "These are the errors"],
    ].map(([result, hint]) => ({
      cell: `import type { Tensor } from "mnist";
import { check } from "mnist/exercises";
await check("7.6", (counts: Tensor<[number, number]>) =>
  Array.from({ length: counts.shape[0] }, (_, k) => ${result}));`,
      hint,
    })),
  }),

  "7.7": defineExercise<string>({
    title: "why the accuracy did not notice",
    points: 1,
    cell: `import { check } from "mnist/exercises";

const why = "";

await check("7.7", why);`,
    solution: `import { check } from "mnist/exercises";

const why = "A second softmax keeps the order of the ten numbers, so the largest one stays the " +
  "largest, and the accuracy looks at nothing else.";

await check("7.7", why);`,
    hints: ["Which of the ten numbers does the accuracy look at?"],
    judge: sentence(),
    wrong: [
      {
        cell: `import { check } from "mnist/exercises";\nawait check("7.7", "It is equal.");`,
        hint: "at least 8 words",
      },
    ],
  }),

  "7.8": defineExercise<Model>({
    title: "small and good",
    points: 5,
    cell: `import { layers, loadMnist, type Model, sequential } from "mnist";
import { check } from "mnist/exercises";

let small: Model | undefined = undefined; // put it together, compile it and fit it here

await check("7.8", small);`,
    solution: `import { layers, loadMnist, sequential } from "mnist";
import { check } from "mnist/exercises";

const { xTrain, tTrain } = await loadMnist({ normalize: true });
const small = sequential({
  layers: [
    layers.dense({ inputShape: [784], units: 25, activation: "relu" }),
    layers.dense({ units: 10, activation: "softmax" }),
  ],
});
small.compile({ optimizer: "adam", loss: "sparseCategoricalCrossentropy" });
await small.fit(xTrain.rows(0, -5000), tTrain.rows(0, -5000), { epochs: 4, batchSize: 32 });

await check("7.8", small);`,
    hints: [
      "A hidden layer of 25 neurons has 19,625 weights and biases.",
      "Start from the model of the chapter; more epochs help.",
    ],
    judge: smallAndGood,
    seconds: 60,
    wrong: [
      {
        cell: `import { layers, sequential } from "mnist";
import { check } from "mnist/exercises";
const output = layers.dense({ inputShape: [784], units: 10, activation: "softmax" });
await check("7.8", sequential({ layers: [output] }));`,
        hint: "expected at least 0.9",
      },
      {
        cell: `import { layers, sequential } from "mnist";
import { check } from "mnist/exercises";
await check("7.8", sequential({
  layers: [
    layers.dense({ inputShape: [784], units: 128, activation: "relu" }),
    layers.dense({ units: 10, activation: "softmax" }),
  ],
}));`,
        hint: "more than 20000",
      },
      {
        cell: `import { layers, sequential } from "mnist";
import { check } from "mnist/exercises";
const output = layers.dense({ inputShape: [100], units: 10, activation: "softmax" });
await check("7.8", sequential({ layers: [output] }));`,
        hint: "your code throws",
      },
    ],
  }),
} as const;
