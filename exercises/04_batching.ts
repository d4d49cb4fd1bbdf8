/** Exercises of chapter 4: many images at a time. */
import { randn } from "../lib/tensor/create.ts";
import type { Random } from "../lib/tensor/random.ts";
import { Tensor } from "../lib/tensor/tensor.ts";
import { defineExercise } from "./exercise.ts";
import { functionOf, sentence, valueOf } from "./judges.ts";

/** A tensor of any number of rows and columns. */
type Matrix = Tensor<[number, number]>;

/** The shape that two shapes broadcast to, by NumPy's rule. */
function broadcast(a: number[], b: number[]): number[] | "error" {
  const axes = Math.max(a.length, b.length), shape: number[] = [];
  for (let i = 1; i <= axes; i++) {
    const [m, n] = [a[a.length - i] ?? 1, b[b.length - i] ?? 1];
    if (m !== n && m !== 1 && n !== 1) return "error";
    shape.unshift(m === 1 ? n : m);
  }
  return shape;
}

/** The same with the shapes compared from the left. */
function broadcastFromLeft(a: number[], b: number[]): number[] | "error" {
  const shape = broadcast(a.toReversed(), b.toReversed());
  return shape === "error" ? shape : shape.toReversed();
}

/** Shapes that fit, and some that do not. */
function drawShapes(random: Random, index: number): [number[], number[]] {
  if (index === 0) return [[2, 3], [3]];
  if (index === 1) return [[2, 3], [2]];
  const a = Array.from({ length: 1 + random.integer(3) }, () => 1 + random.integer(3));
  const b = a.slice(random.integer(a.length)).map((n) => random.uniform() < 0.4 ? 1 : n);
  if (random.uniform() < 0.3) b[0] += 1;
  return random.uniform() < 0.5 ? [a, b] : [b, a];
}

/** Predictions, labels and a batch size that does not divide their number. */
function drawPredictions(random: Random, index: number): [number[], number[], number] {
  const count = 4 * (index + 2) + 1 + random.integer(3);
  const digits = (): number[] => Array.from({ length: count }, () => random.integer(3));
  const predicted = digits();
  // Most of the first batches are correct, and the last one is not.
  const labels = predicted.map((digit, i) =>
    i >= count - count % 4 || random.uniform() < 0.3 ? (digit + 1) % 3 : digit
  );
  return [predicted, labels, 4];
}

function shareOfMatches(predicted: number[], labels: number[]): number {
  return predicted.filter((digit, i) => digit === labels[i]).length / predicted.length;
}

/** The accuracies of all batches. */
function accuracies(predicted: number[], labels: number[], size: number): number[] {
  const starts = predicted.map((_, i) => i).filter((i) => i % size === 0);
  return starts.map((i) => shareOfMatches(predicted.slice(i, i + size), labels.slice(i, i + size)));
}

function mean(numbers: readonly number[]): number {
  return numbers.reduce((a, b) => a + b, 0) / numbers.length;
}

const ACCURACY_CELL = (body: string): string =>
  `import { check } from "mnist/exercises";

function accuracyInBatches(predicted: number[], labels: number[], size: number): number {
${body}
}

await check("4.6", accuracyInBatches);`;

/** The exercises of the chapter, by id. */
export default {
  "4.1": defineExercise<number[]>({
    title: "the shape of a prediction",
    points: 1,
    cell: `import { check } from "mnist/exercises";

let shape: number[] | undefined = undefined; // such as [3, 4]

await check("4.1", shape);`,
    solution: `import { check } from "mnist/exercises";

const shape = [65 - 40, 10];

await check("4.1", shape);`,
    hints: [
      "An array of two numbers: images and digits.",
      "rows(40, 65) begins with row 40 and ends before row 65.",
    ],
    judge: valueOf([25, 10], [
      [[26, 10], "rows(40, 65) ends before row 65."],
      [[25, 784], "These are the images. What comes out has a number for each digit."],
      [[10, 25], "A row for each image, not a column."],
      [[65, 10], "rows(40, 65) does not begin with row 0."],
    ]),
    wrong: [
      {
        cell: `import { check } from "mnist/exercises";\nawait check("4.1", [26, 10]);`,
        hint: "ends before row 65",
      },
      {
        cell: `import { check } from "mnist/exercises";\nawait check("4.1", [25, 784]);`,
        hint: "number for each digit",
      },
      {
        cell: `import { check } from "mnist/exercises";\nawait check("4.1", [10, 25]);`,
        hint: "A row for each image",
      },
    ],
  }),

  "4.2": defineExercise<number>({
    title: "batches of 64",
    points: 1,
    cell: `import { check } from "mnist/exercises";

let batches: number | undefined = undefined;

await check("4.2", batches);`,
    solution: `import { check } from "mnist/exercises";

const batches = Math.ceil(10_000 / 64);

await check("4.2", batches);`,
    hints: ["A whole number. Every image has to be in a batch."],
    judge: valueOf(157, [
      [156.25, "There is no quarter of a batch, but there may be a smaller one."],
      [156, "156 batches of 64 are 9,984 images: some are left over."],
    ]),
    wrong: [
      {
        cell: `import { check } from "mnist/exercises";\nawait check("4.2", 10_000 / 64);`,
        hint: "no quarter of a batch",
      },
      {
        cell: `import { check } from "mnist/exercises";
await check("4.2", Math.floor(10_000 / 64));`,
        hint: "left over",
      },
      {
        cell: `import { check } from "mnist/exercises";\nawait check("4.2", 640_000);`,
        hint: "Every image",
      },
    ],
  }),

  "4.3": defineExercise<(batch: Matrix) => Matrix>({
    title: "every image minus its mean",
    points: 2,
    cell: `import type { Tensor } from "mnist";
import { check, todo } from "mnist/exercises";

function centred(batch: Tensor<[number, number]>): Tensor<[number, number]> {
  return todo(); // your code
}

await check("4.3", centred);`,
    solution: `import type { Tensor } from "mnist";
import { check } from "mnist/exercises";

function centred(batch: Tensor<[number, number]>): Tensor<[number, number]> {
  return batch.sub(batch.mean(1, true)); // [N, 784] and [N, 1]
}

await check("4.3", centred);`,
    hints: [
      "The result has the shape of the batch, and each of its rows has the mean 0.",
      "batch.mean(1) has one number for each image. In which shape does it broadcast to the rows?",
    ],
    judge: functionOf({
      correct: (batch) => batch.sub(batch.mean(1, true)),
      draw: (random, index): [Matrix] => [randn([2 + index, 3 + index % 4], random).add(index)],
      mistakes: [
        [(batch) => batch.sub(batch.mean()), "This is the mean of all images together."],
        [(batch) => batch.sub(batch.mean(0)), "This is the mean of each pixel: axis 0."],
      ],
    }),
    wrong: [
      {
        cell: `import { check } from "mnist/exercises";
await check("4.3", (batch) => batch.sub(batch.mean()));`,
        hint: "all images together",
      },
      {
        cell: `import { check } from "mnist/exercises";
await check("4.3", (batch) => batch.sub(batch.mean(0)));`,
        hint: "mean of each pixel",
      },
      {
        cell: `import type { Tensor } from "mnist";
import { check } from "mnist/exercises";
await check("4.3", (batch) => {
  const means: Tensor = batch.mean(1);
  return batch.sub(means).expect([-1, -1]);
});`,
        hint: "expected shapes that broadcast",
      },
    ],
  }),

  "4.4": defineExercise<(x: Matrix, w: Matrix) => Matrix>({
    title: "a matrix product with three loops",
    points: 3,
    cell: `import { type Tensor, zeros } from "mnist";
import { check } from "mnist/exercises";

function product(
  x: Tensor<[number, number]>,
  w: Tensor<[number, number]>,
): Tensor<[number, number]> {
  const y = zeros([x.shape[0], w.shape[1]]);
  // your code
  return y;
}

await check("4.4", product);`,
    solution: `import { type Tensor, zeros } from "mnist";
import { check } from "mnist/exercises";

function product(
  x: Tensor<[number, number]>,
  w: Tensor<[number, number]>,
): Tensor<[number, number]> {
  const y = zeros([x.shape[0], w.shape[1]]);
  for (let i = 0; i < x.shape[0]; i++) {
    for (let j = 0; j < w.shape[1]; j++) {
      let sum = 0;
      for (let k = 0; k < w.shape[0]; k++) sum += x.at(i, k) * w.at(k, j);
      y.set(sum, i, j);
    }
  }
  return y;
}

await check("4.4", product);`,
    hints: [
      "One loop for the rows of x, one for the columns of w, and one for the sum.",
      "y(i, j) is the sum of all x(i, k) · w(k, j).",
    ],
    judge: functionOf({
      correct: (x, w) => x.dot(w),
      draw: (random, index): [Matrix, Matrix] => {
        const [n, k, m] = [2 + index % 5, 2 + random.integer(4), 1 + random.integer(4)];
        return [randn([n, k], random), randn([k, m], random)];
      },
      untouched: (x, w) => x.dot(w).mul(0),
      mistakes: [[
        (x, w) => {
          const last = w.shape[0] - 1;
          return x.slice(null, [last, last + 1]).dot(w.rows(last, last + 1)).expect([-1, -1]);
        },
        "Only the last product is there: add each of them to the sum.",
      ]],
    }),
    wrong: [
      {
        cell: `import { zeros } from "mnist";
import { check } from "mnist/exercises";
await check("4.4", (x, w) => {
  const y = zeros([x.shape[0], w.shape[1]]);
  for (let i = 0; i < x.shape[0]; i++) {
    for (let j = 0; j < w.shape[1]; j++) {
      for (let k = 0; k < w.shape[0]; k++) y.set(x.at(i, k) * w.at(k, j), i, j);
    }
  }
  return y;
});`,
        hint: "Only the last product",
      },
      {
        cell: `import { zeros } from "mnist";
import { check } from "mnist/exercises";
await check("4.4", (x, w) => zeros([w.shape[1], x.shape[0]]));`,
        hint: "expected the shape",
      },
      {
        cell: `import { check } from "mnist/exercises";
await check("4.4", (x, w) => x.dot(w).add(1));`,
        hint: "One loop for the rows",
      },
    ],
  }),

  "4.5": defineExercise<(a: number[], b: number[]) => number[] | "error">({
    title: "the rule of broadcasting",
    points: 3,
    cell: `import { check, todo } from "mnist/exercises";

function broadcastShape(a: number[], b: number[]): number[] | "error" {
  return todo(); // your code
}

await check("4.5", broadcastShape);`,
    solution: `import { check } from "mnist/exercises";

function broadcastShape(a: number[], b: number[]): number[] | "error" {
  const shape: number[] = [];
  for (let i = 1; i <= Math.max(a.length, b.length); i++) {
    const m = a.at(-i) ?? 1; // from the right; what is missing counts as 1
    const n = b.at(-i) ?? 1;
    if (m !== n && m !== 1 && n !== 1) return "error";
    shape.unshift(Math.max(m, n));
  }
  return shape;
}

await check("4.5", broadcastShape);`,
    hints: [
      'The result is an array as long as the longer shape, or the text "error".',
      "Compare from the right: a.at(-1) is the last number. What is missing counts as 1.",
    ],
    judge: functionOf({
      correct: broadcast,
      draw: drawShapes,
      mistakes: [
        [broadcastFromLeft, "You compare from the left: shapes are compared from the right."],
        [
          (a, b) => a.length >= b.length ? a : b,
          'Not every pair of shapes fits. When must the result be "error"?',
        ],
      ],
    }),
    wrong: [
      {
        cell: `import { check } from "mnist/exercises";
await check("4.5", (a, b) => (a.length >= b.length ? a : b));`,
        hint: "Not every pair of shapes fits",
      },
      {
        cell: `import { check } from "mnist/exercises";
await check("4.5", (a, b) => {
  const shape: number[] = [];
  for (let i = 0; i < Math.max(a.length, b.length); i++) {
    const m = a[i] ?? 1, n = b[i] ?? 1;
    if (m !== n && m !== 1 && n !== 1) return "error";
    shape.push(Math.max(m, n));
  }
  return shape;
});`,
        hint: "from the left",
      },
      {
        cell: `import { check } from "mnist/exercises";
await check("4.5", () => "error");`,
        hint: "as long as the longer shape",
      },
    ],
  }),

  "4.6": defineExercise<(predicted: number[], labels: number[], size: number) => number>({
    title: "find the mistake",
    points: 2,
    cell: ACCURACY_CELL(`  let sum = 0, batches = 0;
  for (let i = 0; i < predicted.length; i += size) {
    const p = predicted.slice(i, i + size);
    sum += p.filter((digit, k) => digit === labels[i + k]).length / p.length;
    batches++;
  }
  return sum / batches;`),
    solution: ACCURACY_CELL(`  let matched = 0;
  for (let i = 0; i < predicted.length; i += size) {
    const p = predicted.slice(i, i + size);
    matched += p.filter((digit, k) => digit === labels[i + k]).length;
  }
  return matched / predicted.length; // every image counts the same, wherever it is`),
    hints: [
      "The result is the share of all images that are correct.",
      "The last batch may have two images. How much does each of them count?",
    ],
    judge: functionOf({
      correct: (predicted, labels, _size) => shareOfMatches(predicted, labels),
      draw: drawPredictions,
      untouched: (predicted, labels, size) => mean(accuracies(predicted, labels, size)),
      mistakes: [
        [
          (predicted, labels, size) => {
            const whole = predicted.length - predicted.length % size;
            return shareOfMatches(predicted.slice(0, whole), labels.slice(0, whole));
          },
          "Now the last batch is left out, but its images count, too.",
        ],
        [
          (predicted, labels) => shareOfMatches(predicted, labels) * predicted.length,
          "This is how many are correct. Their share is asked.",
        ],
      ],
    }),
    wrong: [
      {
        cell: ACCURACY_CELL(`  let matched = 0;
  const whole = predicted.length - (predicted.length % size);
  for (let i = 0; i < whole; i++) if (predicted[i] === labels[i]) matched++;
  return matched / whole;`),
        hint: "last batch is left out",
      },
      {
        cell: ACCURACY_CELL(
          `  return predicted.filter((digit, i) => digit === labels[i] && size > 0).length;`,
        ),
        hint: "Their share is asked",
      },
      {
        cell: ACCURACY_CELL(`  return predicted.length === labels.length ? 1 / size : 0;`),
        hint: "the share of all images",
      },
    ],
  }),

  "4.7": defineExercise<string>({
    title: "batch size and predictions",
    points: 1,
    cell: `import { check } from "mnist/exercises";

let why = ""; // one sentence

await check("4.7", why);`,
    solution: `import { check } from "mnist/exercises";

const why = "Each row of the result is computed from the same row of the input and the weights, so " +
  "it does not matter which other rows are there.";

await check("4.7", why);`,
    hints: ["A sentence in quotes. What does one row of the result depend on?"],
    judge: sentence(),
    wrong: [
      {
        cell: `import { check } from "mnist/exercises";\nawait check("4.7", "Because.");`,
        hint: "at least 8 words",
      },
    ],
  }),
} as const;
