/** Exercises of chapter 9: convolution. */
import { drawDigits } from "../lib/data/digits/draw.ts";
import type { Model, Samples } from "../lib/model/model.ts";
import { zeros } from "../lib/tensor/create.ts";
import type { Random } from "../lib/tensor/random.ts";
import { Tensor, type Tensor as TensorType } from "../lib/tensor/tensor.ts";
import { defineExercise } from "./exercise.ts";
import { functionOf, sentence, valueOf } from "./judges.ts";

type Matrix = TensorType<[number, number]>;

/** Σ x[i + u, j + v] · w[turn(u, v)], over all places of the filter. */
function slide(x: Matrix, w: Matrix, turn = (u: number, v: number): [number, number] => [u, v]) {
  const y = zeros([x.shape[0] - w.shape[0] + 1, x.shape[1] - w.shape[1] + 1]);
  for (let i = 0; i < y.shape[0]; i++) {
    for (let j = 0; j < y.shape[1]; j++) {
      let sum = 0;
      for (let u = 0; u < w.shape[0]; u++) {
        for (let v = 0; v < w.shape[1]; v++) sum += x.at(i + u, j + v) * w.at(...turn(u, v));
      }
      y.set(sum, i, j);
    }
  }
  return y;
}

/** A matrix of whole numbers, small enough to compute with a pencil. */
function whole(random: Random, rows: number, columns: number): Matrix {
  const numbers = Array.from({ length: rows * columns }, () => random.integer(9) - 4);
  return new Tensor(Float64Array.from(numbers), [rows, columns]);
}

/** Puts dy where the number of each 2 × 2 window is that `chosen` chooses. */
function unpool(x: Matrix, dy: Matrix, chosen: (window: number[]) => number[]): Matrix {
  const dx = zeros([x.shape[0], x.shape[1]]);
  for (let i = 0; i < dy.shape[0]; i++) {
    for (let j = 0; j < dy.shape[1]; j++) {
      const places = [[0, 0], [0, 1], [1, 0], [1, 1]].map(([u, v]) => [2 * i + u, 2 * j + v]);
      const shares = chosen(places.map(([k, l]) => x.at(k, l)));
      places.forEach(([k, l], at) => dx.set(dy.at(i, j) * shares[at], k, l));
    }
  }
  return dx;
}

const ofLargest = (window: number[]) => {
  const at = window.indexOf(Math.max(...window));
  return window.map((_, i) => i === at ? 1 : 0);
};

const IMPORT = `import { check } from "mnist/exercises";`;
const IMPORT_TODO = `import { check, todo } from "mnist/exercises";`;
const ZEROS = `import { type Tensor, zeros } from "mnist";`;

/** The most weights of the project's model, and the accuracy to reach on drawn digits. */
const MOST_WEIGHTS = 5000, LEAST_ACCURACY = 0.9;

/** The exercises of the chapter, by id. */
export default {
  "9.1": defineExercise<number>({
    title: "the size of a feature map",
    points: 1,
    cell: `${IMPORT}

let size: number | undefined = undefined; // rows of the feature map

await check("9.1", size);`,
    solution: `${IMPORT}

const size = 28 - 5 + 1; // 24

await check("9.1", size);`,
    hints: [
      "A whole number.",
      "Where is the first place of the filter, and where is the last one that fits?",
    ],
    judge: valueOf(24, [
      [23, "One more: the first place counts, too."],
      [28, "That would need padding: here the filter stays inside the image."],
      [576, "That is how many numbers the map has: the question is for its rows."],
    ]),
    wrong: [
      { cell: `${IMPORT}\nawait check("9.1", 23);`, hint: "first place counts" },
      { cell: `${IMPORT}\nawait check("9.1", 28);`, hint: "padding" },
      { cell: `${IMPORT}\nawait check("9.1", 24.5);`, hint: "whole number" },
    ],
  }),

  "9.2": defineExercise<number>({
    title: "the weights of a convolution",
    points: 1,
    cell: `${IMPORT}

let weights: number | undefined = undefined; // weights and biases

await check("9.2", weights);`,
    solution: `${IMPORT}

const weights = 5 * 5 * 3 * 16 + 16; // 1,216

await check("9.2", weights);`,
    hints: ["A filter looks at all channels at once.", "Each filter has one bias."],
    judge: valueOf(1216, [
      [1200, "The biases are missing: one for each filter."],
      [416, "A filter has weights for each of the three channels."],
      [5 * 5 * 3 * 16 + 48, "One bias for each filter, not for each channel of each filter."],
      [26 * 26 * 16, "The size of the image does not matter: a filter is used everywhere."],
    ]),
    wrong: [
      { cell: `${IMPORT}\nawait check("9.2", 1200);`, hint: "biases are missing" },
      { cell: `${IMPORT}\nawait check("9.2", 416);`, hint: "each of the three channels" },
      { cell: `${IMPORT}\nawait check("9.2", 1);`, hint: "all channels at once" },
    ],
  }),

  "9.3": defineExercise<(n: number, k: number, s: number, p: number) => number>({
    title: "the number of places",
    points: 2,
    cell: `${IMPORT_TODO}

/** How many places a filter of size k has, with stride s and p zeros on each side. */
function places(n: number, k: number, s: number, p: number): number {
  return todo(); // your code
}

await check("9.3", places);`,
    solution: `${IMPORT}

/** How many places a filter of size k has, with stride s and p zeros on each side. */
function places(n: number, k: number, s: number, p: number): number {
  return Math.floor((n + 2 * p - k) / s) + 1;
}

await check("9.3", places);`,
    hints: ["Return a whole number.", "Padding makes the image longer on both sides."],
    judge: functionOf({
      correct: (n, k, s, p) => Math.floor((n + 2 * p - k) / s) + 1,
      draw: (random: Random, index): [number, number, number, number] => {
        const k = random.integer(5) + 1;
        return [k + random.integer(index + 3), k, random.integer(3) + 1, random.integer(3)];
      },
      mistakes: [
        [
          (n, k, s, p) => (n + 2 * p - k) / s + 1,
          "A last place that does not fit does not count: round down.",
        ],
        [(n, k, s, p) => Math.floor((n + 2 * p - k) / s), "One more: the first place counts, too."],
        [(n, k, s, p) => Math.floor((n + p - k) / s) + 1, "Padding is added on both sides."],
        [(n, k, _, p) => n + 2 * p - k + 1, "The stride is missing."],
      ],
    }),
    wrong: [
      {
        cell: `${IMPORT}\nawait check("9.3", (n, k, s, p) => (n + 2 * p - k) / s + 1);`,
        hint: "round down",
      },
      {
        cell: `${IMPORT}\nawait check("9.3", (n, k, s, p) => Math.floor((n + p - k) / s) + 1);`,
        hint: "both sides",
      },
      {
        cell: `${IMPORT}\nawait check("9.3", (n, k, s, p) => n + 2 * p - k + 1);`,
        hint: "stride is missing",
      },
    ],
  }),

  "9.4": defineExercise<(x: Matrix, w: Matrix) => Matrix>({
    title: "a convolution by hand",
    points: 3,
    cell: `${ZEROS}
${IMPORT_TODO}

type Matrix = Tensor<[number, number]>;

/** Slides the filter w over the image x. */
function convolve(x: Matrix, w: Matrix): Matrix {
  const y = zeros([x.shape[0] - w.shape[0] + 1, x.shape[1] - w.shape[1] + 1]);
  todo(); // your code: y.set(sum, i, j) for each place
  return y;
}

await check("9.4", convolve);`,
    solution: `${ZEROS}
${IMPORT}

type Matrix = Tensor<[number, number]>;

/** Slides the filter w over the image x. */
function convolve(x: Matrix, w: Matrix): Matrix {
  const y = zeros([x.shape[0] - w.shape[0] + 1, x.shape[1] - w.shape[1] + 1]);
  for (let i = 0; i < y.shape[0]; i++) {
    for (let j = 0; j < y.shape[1]; j++) {
      let sum = 0;
      for (let u = 0; u < w.shape[0]; u++) {
        for (let v = 0; v < w.shape[1]; v++) sum += x.at(i + u, j + v) * w.at(u, v);
      }
      y.set(sum, i, j);
    }
  }
  return y;
}

await check("9.4", convolve);`,
    hints: [
      "Return a matrix with a number for each place of the filter.",
      "Four loops: two over the places i and j, two over the weights u and v of the filter.",
    ],
    judge: functionOf({
      correct: (x, w) => slide(x, w),
      draw: (random: Random, index): [Matrix, Matrix] => {
        const [rows, columns] = [random.integer(3) + 1, random.integer(3) + 1];
        const more = () => random.integer(2 + Math.floor(index / 4));
        return [whole(random, rows + more(), columns + more()), whole(random, rows, columns)];
      },
      mistakes: [
        [
          (x, w) => slide(x, w, (u, v) => [w.shape[0] - 1 - u, w.shape[1] - 1 - v]),
          "You flipped the filter: mathematicians do so, networks do not.",
        ],
        [
          (x, w) => slide(x, w).map((sum) => Math.max(0, sum)),
          "This is the convolution with relu after it: negative sums stay here.",
        ],
        [
          (x, w) => slide(x, w).map((sum) => sum / w.size),
          "This is a mean: add up the products, and do not divide.",
        ],
      ],
    }),
    wrong: [
      {
        cell: `import { zeros } from "mnist";
${IMPORT}
await check("9.4", (x, w) => {
  const y = zeros([x.shape[0] - w.shape[0] + 1, x.shape[1] - w.shape[1] + 1]);
  const [h, k] = w.shape;
  for (let i = 0; i < y.shape[0]; i++) {
    for (let j = 0; j < y.shape[1]; j++) {
      let sum = 0;
      for (let u = 0; u < h; u++) {
        for (let v = 0; v < k; v++) sum += x.at(i + u, j + v) * w.at(h - 1 - u, k - 1 - v);
      }
      y.set(sum, i, j);
    }
  }
  return y;
});`,
        hint: "flipped the filter",
      },
      { cell: `${IMPORT}\nawait check("9.4", (x) => x);`, hint: "each place of the filter" },
      {
        cell: `import { zeros } from "mnist";
${IMPORT}
await check("9.4", (x, w) => zeros([x.shape[0] - w.shape[0] + 1, x.shape[1] - w.shape[1] + 1]));`,
        hint: "each place of the filter",
      },
    ],
  }),

  "9.5": defineExercise<(x: Matrix, delta: Matrix, size: [number, number]) => Matrix>({
    title: "the bug in the gradient of a filter",
    points: 2,
    cell: `${ZEROS}
${IMPORT}

type Matrix = Tensor<[number, number]>;

/** The gradient of a filter of this size, from the image x and delta, the gradient by the output. */
function filterGradient(x: Matrix, delta: Matrix, size: [number, number]): Matrix {
  const dw = zeros(size);
  for (let u = 0; u < size[0]; u++) {
    for (let v = 0; v < size[1]; v++) {
      for (let i = 0; i < delta.shape[0]; i++) {
        for (let j = 0; j < delta.shape[1]; j++) dw.set(x.at(i + u, j + v) * delta.at(i, j), u, v);
      }
    }
  }
  return dw;
}

await check("9.5", filterGradient);`,
    solution: `${ZEROS}
${IMPORT}

type Matrix = Tensor<[number, number]>;

/** The gradient of a filter of this size, from the image x and delta, the gradient by the output. */
function filterGradient(x: Matrix, delta: Matrix, size: [number, number]): Matrix {
  const dw = zeros(size);
  for (let u = 0; u < size[0]; u++) {
    for (let v = 0; v < size[1]; v++) {
      let sum = 0;
      for (let i = 0; i < delta.shape[0]; i++) {
        for (let j = 0; j < delta.shape[1]; j++) sum += x.at(i + u, j + v) * delta.at(i, j);
      }
      dw.set(sum, u, v);
    }
  }
  return dw;
}

await check("9.5", filterGradient);`,
    hints: [
      "A weight is used at every place. What does that mean for its gradient?",
      "Follow one element of dw: how often is it set?",
    ],
    judge: functionOf({
      correct: (x, delta) => slide(x, delta),
      untouched: (x, delta) => {
        const [rows, columns] = delta.shape;
        const last = delta.map(() => 0);
        last.set(delta.at(rows - 1, columns - 1), rows - 1, columns - 1);
        return slide(x, last);
      },
      draw: (random: Random, index): [Matrix, Matrix, [number, number]] => {
        const size: [number, number] = [random.integer(3) + 1, random.integer(3) + 1];
        const [rows, columns] = [random.integer(3) + 2, random.integer(2 + index % 3) + 2];
        const x = whole(random, rows + size[0] - 1, columns + size[1] - 1);
        return [x, whole(random, rows, columns), size];
      },
      mistakes: [
        [
          (x, delta) => slide(x, delta).div(delta.size),
          "The gradient is the sum over all places, not their mean.",
        ],
        [
          (x, delta, size) => {
            const corner = zeros([delta.shape[0], delta.shape[1]]);
            for (let i = 0; i < delta.shape[0]; i++) {
              for (let j = 0; j < delta.shape[1]; j++) {
                corner.set(x.at(i, j) * delta.at(i, j), i, j);
              }
            }
            const sum = corner.sum();
            return zeros(size).map(() => sum);
          },
          "Weight (u, v) meets the pixel (i + u, j + v), not (i, j).",
        ],
      ],
    }),
    wrong: [
      {
        cell: `import { zeros } from "mnist";
${IMPORT}
await check("9.5", (x, delta, size) => {
  const dw = zeros(size);
  for (let u = 0; u < size[0]; u++) {
    for (let v = 0; v < size[1]; v++) {
      let sum = 0;
      for (let i = 0; i < delta.shape[0]; i++) {
        for (let j = 0; j < delta.shape[1]; j++) sum += x.at(i, j) * delta.at(i, j);
      }
      dw.set(sum, u, v);
    }
  }
  return dw;
});`,
        hint: "(i + u, j + v)",
      },
      {
        cell: `import { zeros } from "mnist";
${IMPORT}
await check("9.5", (x, delta, size) => zeros(size));`,
        hint: "used at every place",
      },
      { cell: `${IMPORT}\nawait check("9.5", (x) => x);`, hint: "used at every place" },
    ],
  }),

  "9.6": defineExercise<(x: Matrix, dy: Matrix) => Matrix>({
    title: "max pooling, backward",
    points: 3,
    cell: `${ZEROS}
${IMPORT_TODO}

type Matrix = Tensor<[number, number]>;

/** The gradient by x of max pooling over 2 × 2 windows, from dy, the gradient by its output. */
function maxPoolBackward(x: Matrix, dy: Matrix): Matrix {
  const dx = zeros(x.shape);
  todo(); // your code: dx.set(…) at the largest number of each window
  return dx;
}

await check("9.6", maxPoolBackward);`,
    solution: `${ZEROS}
${IMPORT}

type Matrix = Tensor<[number, number]>;

/** The gradient by x of max pooling over 2 × 2 windows, from dy, the gradient by its output. */
function maxPoolBackward(x: Matrix, dy: Matrix): Matrix {
  const dx = zeros(x.shape);
  for (let i = 0; i < dy.shape[0]; i++) {
    for (let j = 0; j < dy.shape[1]; j++) {
      let [row, column] = [2 * i, 2 * j];
      for (const [u, v] of [[0, 1], [1, 0], [1, 1]]) {
        const [r, c] = [2 * i + u, 2 * j + v];
        if (x.at(r, c) > x.at(row, column)) [row, column] = [r, c];
      }
      dx.set(dy.at(i, j), row, column);
    }
  }
  return dx;
}

await check("9.6", maxPoolBackward);`,
    hints: [
      "Return a matrix in the shape of x.",
      "Only the largest number of a window had an influence on the output. By how much?",
    ],
    judge: functionOf({
      correct: (x, dy) => unpool(x, dy, ofLargest),
      draw: (random: Random, index): [Matrix, Matrix] => {
        const [rows, columns] = [random.integer(2) + 1, random.integer(2 + index % 2) + 1];
        const x = whole(random, 2 * rows, 2 * columns);
        // No two numbers of a window are equal.
        for (let i = 0; i < 2 * rows; i++) {
          for (let j = 0; j < 2 * columns; j++) x.set(x.at(i, j) + (i % 2) / 4 + (j % 2) / 2, i, j);
        }
        return [x, whole(random, rows, columns)];
      },
      mistakes: [
        [
          (x, dy) => unpool(x, dy, () => [1, 1, 1, 1]),
          "All four numbers get the gradient: only the largest one had an influence.",
        ],
        [
          (x, dy) => unpool(x, dy, () => [0.25, 0.25, 0.25, 0.25]),
          "This is average pooling, backward: here only the largest number had an influence.",
        ],
        [
          (x, dy) =>
            unpool(x, dy, (window) => ofLargest(window).map((one) => one * Math.max(...window))),
          "The derivative of the largest number by itself is 1, whatever its value.",
        ],
      ],
    }),
    wrong: [
      {
        cell: `import { zeros } from "mnist";
${IMPORT}
await check("9.6", (x, dy) => {
  const dx = zeros(x.shape);
  for (let i = 0; i < x.shape[0]; i++) {
    for (let j = 0; j < x.shape[1]; j++) dx.set(dy.at(Math.floor(i / 2), Math.floor(j / 2)), i, j);
  }
  return dx;
});`,
        hint: "only the largest one",
      },
      {
        cell: `import { zeros } from "mnist";
${IMPORT}
await check("9.6", (x, dy) => {
  const dx = zeros(x.shape);
  for (let i = 0; i < x.shape[0]; i++) {
    for (let j = 0; j < x.shape[1]; j++) {
      dx.set(dy.at(Math.floor(i / 2), Math.floor(j / 2)) / 4, i, j);
    }
  }
  return dx;
});`,
        hint: "average pooling",
      },
      { cell: `${IMPORT}\nawait check("9.6", (x, dy) => dy);`, hint: "shape of x" },
    ],
  }),

  "9.7": defineExercise<string>({
    title: "why fewer weights read better",
    points: 1,
    cell: `${IMPORT}

const why = "";

await check("9.7", why);`,
    solution: `${IMPORT}

const why = "A filter is used at every place, so each image teaches it about its pattern many times, " +
  "and what it has learned at one place holds at all others.";

await check("9.7", why);`,
    hints: ["Write a sentence. How many places of an image does a weight of a filter learn from?"],
    judge: sentence(),
    wrong: [
      { cell: `${IMPORT}\nawait check("9.7", "Fewer weights.");`, hint: "at least 8 words" },
    ],
  }),

  "9.8": defineExercise<Model>({
    title: "a small network that reads digits",
    points: 5,
    seconds: 60,
    cell: `import { layers, loadMnist, type Model, sequential } from "mnist";
${IMPORT}

const { xTrain, tTrain } = await loadMnist({ source: "digits" }); // drawn digits, from 0 to 1
const x = xTrain.rows(0, 4000).reshape([-1, 28, 28, 1]);
const t = tTrain.rows(0, 4000);
let small: Model | undefined = undefined; // images [28, 28, 1], at most ${MOST_WEIGHTS} weights

await check("9.8", small);`,
    solution: `import { layers, loadMnist, sequential } from "mnist";
${IMPORT}

const { xTrain, tTrain } = await loadMnist({ source: "digits" }); // drawn digits, from 0 to 1
const x = xTrain.rows(0, 4000).reshape([-1, 28, 28, 1]);
const t = tTrain.rows(0, 4000);
const small = sequential({
  layers: [
    layers.conv2d({ inputShape: [28, 28, 1], filters: 8, kernelSize: 5, strides: 2, activation: "relu" }),
    layers.conv2d({ filters: 12, kernelSize: 3, activation: "relu" }),
    layers.maxPooling2d(),
    layers.flatten(),
    layers.dense({ units: 10, activation: "softmax" }),
  ],
});
small.compile({ optimizer: "adam", loss: "sparseCategoricalCrossentropy" });
await small.fit(x, t, { epochs: 5 });

await check("9.8", small);`,
    hints: [
      "Expected a trained model for images [28, 28, 1] with 10 outputs.",
      "Strides and pooling make the image small before the dense layer, where most weights are.",
    ],
    judge: (model) => {
      const wrong = (mistake: string) => ({ kind: "wrong", mistake }) as const;
      if (typeof model?.predict !== "function") {
        return wrong("Expected a model, as sequential makes it.");
      }
      const input = String(model.inputShape), output = String(model.outputShape);
      if (input !== "28,28,1" || output !== "10") {
        return wrong(
          `Expected images [28, 28, 1] and 10 outputs, found [${input}] and [${output}].`,
        );
      }
      const count = model.countParams();
      if (count > MOST_WEIGHTS) {
        return wrong(`Expected at most ${MOST_WEIGHTS} weights, found ${count}.`);
      }
      const { testImages, testLabels } = drawDigits({ train: 0, test: 500, seed: 9 });
      const pixels = Float32Array.from(testImages, (v) => v / 255);
      const x: Samples = new Tensor(pixels, [500, 28, 28, 1]);
      const predictions = model.predict(x).reshape([500, 10]).argmax(1).data;
      const matches = testLabels.filter((label, i) => label === predictions[i]).length;
      const accuracy = matches / 500;
      return accuracy >= LEAST_ACCURACY ? { kind: "correct" } : wrong(
        `Expected an accuracy of at least ${LEAST_ACCURACY}, found ${accuracy}: train it longer.`,
      );
    },
    wrong: [
      {
        cell: `import { layers, sequential } from "mnist";
${IMPORT}
await check("9.8", sequential({
  layers: [
    layers.flatten({ inputShape: [28, 28, 1] }),
    layers.dense({ units: 10, activation: "softmax" }),
  ],
}));`,
        hint: "at most 5000 weights, found 7850",
      },
      {
        cell: `import { layers, sequential } from "mnist";
${IMPORT}
await check("9.8", sequential({
  layers: [
    layers.conv2d({ inputShape: [28, 28, 1], filters: 10, kernelSize: 3, activation: "relu" }),
    layers.globalAveragePooling2d(),
  ],
}));`,
        hint: "train it longer",
      },
      {
        cell: `import { layers, sequential } from "mnist";
${IMPORT}
await check("9.8", sequential({ layers: [layers.dense({ inputShape: [784], units: 10 })] }));`,
        hint: "Expected images [28, 28, 1]",
      },
    ],
  }),
} as const;
