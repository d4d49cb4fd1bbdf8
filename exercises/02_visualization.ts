/** Exercises of chapter 2: the matrix product, mean digits, and a classifier without a network. */
import { rand } from "../lib/tensor/create.ts";
import type { Random } from "../lib/tensor/random.ts";
import { Tensor } from "../lib/tensor/tensor.ts";
import { drawDigits } from "../lib/data/digits/draw.ts";
import { accuracy } from "../lib/nn/metrics.ts";
import { defineExercise, type Judge } from "./exercise.ts";
import { functionOf, project, sentence, valueOf } from "./judges.ts";

type Images = Tensor<[number, 784]>;
type Labels = Tensor<[number]>;

/** A whole number of `least` to `most`. */
function whole(random: Random, least: number, most: number): number {
  return least + Math.floor(random.uniform() * (most - least + 1));
}

/** The sum of the rows whose label is `digit`, and how many they are. */
function sumOf(x: Tensor<[number, number]>, t: readonly number[], digit: number) {
  const indices = t.flatMap((label, i) => label === digit ? [i] : []);
  return { sum: x.take(indices).sum(0), count: indices.length };
}

/** The position of the smallest number. */
const argmin = (values: readonly number[]): number => values.indexOf(Math.min(...values));

/** For each mean, the sum of `of` over the differences of all pixels. */
const distances = (x: readonly number[], means: readonly number[][], of: (d: number) => number) =>
  means.map((m) => x.reduce((sum, xi, i) => sum + of(xi - m[i]), 0));

/** Half the squared length of each row. */
const halfSquares = (means: Tensor<[number, number]>) => means.mul(means).sum(1).mul(0.5);

const rowSum = (row: readonly number[]): number => row.reduce((a, b) => a + b, 0);

/** Half of the labels are one digit, so that it is the most frequent one. */
function drawLabels(random: Random, index: number): [number[]] {
  const often = whole(random, 2, 9), n = 4 + 2 * index;
  return [Array.from({ length: n }, (_, i) => i % 2 === 0 ? often : whole(random, 0, 9))];
}

/** Counts of a label. */
const countOf = (labels: readonly number[], label: number): number =>
  labels.filter((t) => t === label).length;
const mostFrequent = (labels: readonly number[]): number =>
  labels.reduce((best, t) => countOf(labels, t) > countOf(labels, best) ? t : best);

/** Nearest mean reads the validation digits of 2.8 at 0.80, the nearest single image at 0.90. */
const LEAST_ACCURACY = 0.85;

/** Judges a classifier by its accuracy on drawn digits that it does not see. */
const judgeClassifier: Judge<(x: Images, t: Labels, xNew: Images) => Labels> = (classify) => {
  const { trainImages, trainLabels } = drawDigits({ train: 2500, test: 0, seed: 7 });
  const x = new Tensor<[number, 784]>(Float64Array.from(trainImages, (p) => p / 255), [2500, 784]);
  const t = new Tensor<[number]>(trainLabels, [2500]);
  const predictions = classify(x.rows(0, 2000), t.rows(0, 2000), x.rows(2000));
  const { shape } = predictions;
  if (shape.length !== 1 || shape[0] !== 500) {
    return {
      kind: "wrong",
      mistake: `Expected one label for each of 500 images, found [${shape}].`,
    };
  }
  return project(() => accuracy(predictions, t.rows(2000)), LEAST_ACCURACY)(predictions);
};

const IMPORT = `import { check } from "mnist/exercises";`;
const IMPORT_TODO = `import { check, todo } from "mnist/exercises";`;
const IMPORT_TENSOR = `import type { Tensor } from "mnist";`;

/** The exercises of the chapter, by id. */
export default {
  "2.1": defineExercise<number>({
    title: "an entry of a matrix product",
    points: 1,
    cell: `${IMPORT}

let entry: number | undefined = undefined; // in row 1, column 0, both counted from 0

await check("2.1", entry);`,
    solution: `${IMPORT}

const entry = 3 * 5 + 4 * 7; // row 1 of the left matrix, column 0 of the right one

await check("2.1", entry);`,
    hints: ["Which row of the left matrix and which column of the right one belong to it?"],
    judge: valueOf(43, [
      [22, "You exchanged row and column: this is the entry in row 0, column 1."],
      [21, "A matrix product multiplies a row by a column, not number by number."],
      [19, "Rows count from 0: this is the entry in row 0, column 0."],
    ]),
    wrong: [
      { cell: `${IMPORT}\nawait check("2.1", 1 * 6 + 2 * 8);`, hint: "exchanged" },
      { cell: `${IMPORT}\nawait check("2.1", 3 * 7);`, hint: "number by number" },
      { cell: `${IMPORT}\nawait check("2.1", 1 * 5 + 2 * 7);`, hint: "count from 0" },
      { cell: `${IMPORT}\nawait check("2.1", 50);`, hint: "Which row" },
    ],
  }),

  "2.2": defineExercise<(labels: number[]) => number>({
    title: "a program that always says the same",
    points: 2,
    cell: `${IMPORT_TODO}

function bestConstant(labels: number[]): number {
  return todo(); // your code: the accuracy of always predicting the most frequent label
}

await check("2.2", bestConstant);`,
    solution: `${IMPORT}

function bestConstant(labels: number[]): number {
  const counts = new Array<number>(10).fill(0);
  for (const t of labels) counts[t]++;
  return Math.max(...counts) / labels.length;
}

await check("2.2", bestConstant);`,
    hints: [
      "Return an accuracy, a number from 0 to 1.",
      "Count how often each of the ten labels occurs.",
    ],
    judge: functionOf({
      correct: (labels) => countOf(labels, mostFrequent(labels)) / labels.length,
      draw: drawLabels,
      mistakes: [
        [mostFrequent, "This is the label itself. How often is it correct?"],
        [
          (labels) => countOf(labels, mostFrequent(labels)),
          "This is a number of images: divide it by how many there are.",
        ],
        [
          (labels) => countOf(labels, 1) / labels.length,
          "The most frequent label is not always 1.",
        ],
        [() => 0.1, "The labels need not be equally frequent: count them."],
      ],
    }),
    wrong: [
      {
        cell: `${IMPORT}
await check("2.2", (labels) => labels.filter((t) => t === 1).length / labels.length);`,
        hint: "not always 1",
      },
      { cell: `${IMPORT}\nawait check("2.2", () => 0.1);`, hint: "count them" },
      {
        cell: `${IMPORT}
await check("2.2", (labels) => {
  const counts = new Array<number>(10).fill(0);
  for (const t of labels) counts[t]++;
  return Math.max(...counts);
});`,
        hint: "divide it",
      },
    ],
  }),

  "2.3": defineExercise<(x: Tensor<[number, number]>, t: number[], digit: number) => Tensor>({
    title: "the mean image of a class",
    points: 2,
    cell: `${IMPORT_TENSOR}
${IMPORT_TODO}

function meanImage(x: Tensor<[number, number]>, t: number[], digit: number): Tensor {
  return todo(); // your code: the mean of the rows of x whose label in t is digit
}

await check("2.3", meanImage);`,
    solution: `${IMPORT_TENSOR}
${IMPORT}

function meanImage(x: Tensor<[number, number]>, t: number[], digit: number): Tensor {
  const indices: number[] = [];
  for (let i = 0; i < t.length; i++) if (t[i] === digit) indices.push(i);
  return x.take(indices).mean(0);
}

await check("2.3", meanImage);`,
    hints: [
      "The result is one image: a vector as long as a row of x.",
      "Collect the positions of the label in an array, and give it to x.take.",
    ],
    judge: functionOf<[Tensor<[number, number]>, number[], number], Tensor>({
      correct: (x, t, digit) => {
        const { sum, count } = sumOf(x, t, digit);
        return sum.div(count);
      },
      draw: (random, index) => {
        const n = 4 + index, digit = whole(random, 0, 9);
        const t = Array.from({ length: n }, (_, i) => i % 2 ? digit : whole(random, 0, 9));
        return [rand([n, 4], random), t, digit];
      },
      mistakes: [
        [(x) => x.mean(0), "This is the mean of all images."],
        [
          (x, t, digit) => sumOf(x, t, digit).sum,
          "This is the sum: divide it by N, the number of images.",
        ],
        [
          (x, t, digit) => sumOf(x, t, digit).sum.div(t.length),
          "Divide by the number of images of this digit, not of all images.",
        ],
        [
          (x, t, digit) => x.take(t.flatMap((label, i) => label === digit ? [i] : [])).mean(1),
          "The mean is over the images: axis 0.",
        ],
      ],
    }),
    wrong: [
      { cell: `${IMPORT}\nawait check("2.3", (x) => x.mean(0));`, hint: "mean of all images" },
      {
        cell: `${IMPORT}
await check("2.3", (x, t, digit) =>
  x.take(t.flatMap((label, i) => label === digit ? [i] : [])).sum(0));`,
        hint: "This is the sum",
      },
      {
        cell: `${IMPORT}
await check("2.3", (x, t, digit) =>
  x.take(t.flatMap((label, i) => label === digit ? [i] : [])).sum(0).div(t.length));`,
        hint: "not of all images",
      },
      { cell: `${IMPORT}\nawait check("2.3", (x) => x.at(0));`, hint: "one image" },
    ],
  }),

  "2.4": defineExercise<(x: number[], means: number[][]) => number>({
    title: "the bug in the distance",
    points: 2,
    cell: `${IMPORT}

function nearest(x: number[], means: number[][]): number {
  let best = 0, smallest = Infinity;
  for (let digit = 0; digit < means.length; digit++) {
    let distance = 0;
    for (let p = 0; p < x.length; p++) distance += x[p] - means[digit][p];
    if (distance < smallest) [best, smallest] = [digit, distance];
  }
  return best;
}

await check("2.4", nearest);`,
    solution: `${IMPORT}

function nearest(x: number[], means: number[][]): number {
  let best = 0, smallest = Infinity;
  for (let digit = 0; digit < means.length; digit++) {
    let distance = 0;
    for (let p = 0; p < x.length; p++) distance += (x[p] - means[digit][p]) ** 2;
    if (distance < smallest) [best, smallest] = [digit, distance];
  }
  return best;
}

await check("2.4", nearest);`,
    hints: [
      "Compute the distance of [0, 1] to [1, 0] by hand, with this code.",
      "A difference may be negative. What does the formula of the chapter do with it?",
    ],
    judge: functionOf<[number[], number[][]], number>({
      correct: (x, means) => argmin(distances(x, means, (d) => d * d)),
      draw: (random, index) => {
        const pixels = 2 + index % 5;
        const image = () => Array.from({ length: pixels }, () => whole(random, 0, 100) / 100);
        return [image(), Array.from({ length: 3 + index % 4 }, image)];
      },
      untouched: (x, means) => argmin(distances(x, means, (d) => d)),
      mistakes: [
        [
          (x, means) => {
            const all = distances(x, means, (d) => d * d);
            return all.indexOf(Math.max(...all));
          },
          "This is the mean that is farthest away.",
        ],
        [
          (x, means) => Math.min(...distances(x, means, (d) => d * d)),
          "This is the distance: return the digit.",
        ],
        [
          (x, means) => argmin(distances(x, means, Math.abs)),
          "This adds the absolute differences: the formula of the chapter squares them.",
        ],
      ],
    }),
    wrong: [
      {
        cell: `${IMPORT}
await check("2.4", (x, means) => {
  const all = means.map((m) => x.reduce((sum, xi, i) => sum + Math.abs(xi - m[i]), 0));
  return all.indexOf(Math.min(...all));
});`,
        hint: "squares them",
      },
      {
        cell: `${IMPORT}
await check("2.4", (x, means) => {
  const all = means.map((m) => x.reduce((sum, xi, i) => sum + (xi - m[i]) ** 2, 0));
  return Math.min(...all);
});`,
        hint: "return the digit",
      },
      { cell: `${IMPORT}\nawait check("2.4", () => 0);`, hint: "by hand" },
    ],
  }),

  "2.5": defineExercise<
    (x: Tensor<[number, number]>, means: Tensor<[number, number]>) => Tensor<[number, number]>
  >({
    title: "scores as one matrix product",
    points: 3,
    cell: `${IMPORT_TENSOR}
${IMPORT_TODO}

type Matrix = Tensor<[number, number]>;

function scoresOf(x: Matrix, means: Matrix): Matrix {
  return todo(); // your code: x · m - ½ |m|² for each image (row) and each mean (column)
}

await check("2.5", scoresOf);`,
    solution: `${IMPORT_TENSOR}
${IMPORT}

type Matrix = Tensor<[number, number]>;

function scoresOf(x: Matrix, means: Matrix): Matrix {
  const b = means.mul(means).sum(1).mul(-0.5);
  return x.dot(means.T).add(b);
}

await check("2.5", scoresOf);`,
    hints: [
      "With N images and 10 means, the result has the shape [N, 10].",
      "The columns of W are the means: which operation turns rows into columns?",
    ],
    judge: functionOf<
      [Tensor<[number, number]>, Tensor<[number, number]>],
      Tensor<[number, number]>
    >({
      correct: (x, means) => x.dot(means.T).sub(halfSquares(means)),
      draw: (random, index) => {
        const pixels = 2 + index % 4;
        return [rand([2 + index % 3, pixels], random), rand([5 + index % 2, pixels], random)];
      },
      mistakes: [
        [(x, means) => x.dot(means.T), "The bias is missing."],
        [(x, means) => x.dot(means.T).add(halfSquares(means)), "The bias is negative."],
        [
          (x, means) => x.dot(means.T).sub(halfSquares(means).mul(2)),
          "Half of the squared length is subtracted, not all of it.",
        ],
      ],
    }),
    wrong: [
      {
        cell: `${IMPORT}\nawait check("2.5", (x, means) => x.dot(means.T));`,
        hint: "bias is missing",
      },
      {
        cell: `${IMPORT}
await check("2.5", (x, means) => x.dot(means.T).add(means.mul(means).sum(1).mul(0.5)));`,
        hint: "negative",
      },
      {
        cell: `${IMPORT}
await check("2.5", (x, means) => x.dot(means.T).sub(means.mul(means).sum(1)));`,
        hint: "Half of",
      },
      {
        cell: `${IMPORT}\nawait check("2.5", (x, means) => means.dot(x.T));`,
        hint: "expected the shape",
      },
    ],
  }),

  "2.6": defineExercise<(counts: number[][]) => number>({
    title: "the digit that is read worst",
    points: 2,
    cell: `${IMPORT_TODO}

function worstDigit(counts: number[][]): number {
  return todo(); // your code: the row of a confusion matrix with the smallest share of correct ones
}

await check("2.6", worstDigit);`,
    solution: `${IMPORT}

function worstDigit(counts: number[][]): number {
  let worst = 0, smallest = Infinity;
  for (let digit = 0; digit < counts.length; digit++) {
    let images = 0;
    for (const count of counts[digit]) images += count;
    const share = counts[digit][digit] / images;
    if (share < smallest) [worst, smallest] = [digit, share];
  }
  return worst;
}

await check("2.6", worstDigit);`,
    hints: [
      "Return the digit, a whole number.",
      "Correct predictions are on the diagonal. How many images does a row have in all?",
    ],
    judge: functionOf<[number[][]], number>({
      correct: (counts) => argmin(counts.map((row, i) => row[i] / rowSum(row))),
      draw: (random, index) => {
        const n = 3 + index % 5;
        return [Array.from({ length: n }, (_, i) => {
          const images = whole(random, 1, 8); // rows of different sizes
          return Array.from({ length: n }, (_, k) => images * whole(random, 1, i === k ? 40 : 9));
        })];
      },
      mistakes: [
        [
          (counts) => argmin(counts.map((row, i) => row[i])),
          "This is the smallest number of the diagonal: digits are not equally frequent, so divide it.",
        ],
        [
          (counts) => argmin(counts.map((row, i) => row[i] / rowSum(counts.map((r) => r[i])))),
          "You divided by the sums of the columns: a row has the images of a digit.",
        ],
        [
          (counts) => Math.min(...counts.map((row, i) => row[i] / rowSum(row))),
          "This is the share: return the digit.",
        ],
      ],
    }),
    wrong: [
      {
        cell: `${IMPORT}
await check("2.6", (counts) => {
  const diagonal = counts.map((row, i) => row[i]);
  return diagonal.indexOf(Math.min(...diagonal));
});`,
        hint: "not equally frequent",
      },
      {
        cell: `${IMPORT}
await check("2.6", (counts) => {
  const sums = counts.map((_, k) => counts.reduce((sum, row) => sum + row[k], 0));
  const shares = counts.map((row, i) => row[i] / sums[i]);
  return shares.indexOf(Math.min(...shares));
});`,
        hint: "sums of the columns",
      },
      {
        cell: `${IMPORT}
await check("2.6", (counts) =>
  Math.min(...counts.map((row, i) => row[i] / row.reduce((a, b) => a + b, 0))));`,
        hint: "return the digit",
      },
    ],
  }),

  "2.7": defineExercise<string>({
    title: "why many digits are read as 1",
    points: 1,
    cell: `${IMPORT}

const why = "";

await check("2.7", why);`,
    solution: `${IMPORT}

const why = "The mean 1 has the smallest squared length, so it is close to every image with little " +
  "ink, also where the strokes are in other places.";

await check("2.7", why);`,
    hints: ["Compare the squared lengths of the means, the numbers that b is made of."],
    judge: sentence(),
    wrong: [{ cell: `${IMPORT}\nawait check("2.7", "It is thin.");`, hint: "at least 8 words" }],
  }),

  "2.8": defineExercise<(x: Images, t: Labels, xNew: Images) => Labels>({
    title: "better than the nearest mean",
    points: 4,
    cell: `${IMPORT_TENSOR}
${IMPORT_TODO}

type Images = Tensor<[number, 784]>;
type Labels = Tensor<[number]>;

function classify(x: Images, t: Labels, xNew: Images): Labels {
  return todo(); // your code: predict the labels of xNew, from the images x and their labels t
}

await check("2.8", classify);`,
    solution: `${IMPORT_TENSOR}
${IMPORT}

type Images = Tensor<[number, 784]>;
type Labels = Tensor<[number]>;

function classify(x: Images, t: Labels, xNew: Images): Labels {
  const b = x.mul(x).sum(1).mul(-0.5); // the nearest of all images, in place of the nearest mean
  const nearest = xNew.dot(x.T).add(b).argmax(1);
  return t.take(nearest);
}

await check("2.8", classify);`,
    hints: [
      "Return a tensor with one label for each row of xNew.",
      "A mean is blurred where people write differently. Could a digit have more than one picture?",
      "Compare a new image with all images of x, and take the label of the closest.",
    ],
    judge: judgeClassifier,
    wrong: [
      {
        cell: `import { concatenate } from "mnist";
${IMPORT}
await check("2.8", (x, t, xNew) => {
  const rows = Array.from({ length: 10 }, (_, digit) =>
    x.take([...t.data.keys()].filter((i) => t.at(i) === digit)).mean(0).reshape([1, 784]));
  const means = concatenate(rows, 0).expect([10, 784]);
  return xNew.dot(means.T).add(means.mul(means).sum(1).mul(-0.5)).argmax(1);
});`,
        hint: "expected at least 0.85",
      },
      { cell: `${IMPORT}\nawait check("2.8", (_x, t) => t);`, hint: "each of 500 images" },
      {
        cell: `${IMPORT}
await check("2.8", (x, t, xNew) => t.take(xNew.dot(x.T).argmax(1)));`,
        hint: "expected at least 0.85",
      },
    ],
  }),
} as const;
