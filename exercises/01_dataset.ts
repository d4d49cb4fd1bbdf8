/** Exercises of chapter 1: shapes, flattening, one-hot rows, scaling, and the split. */
import { rand } from "../lib/tensor/create.ts";
import type { Random } from "../lib/tensor/random.ts";
import type { Tensor } from "../lib/tensor/tensor.ts";
import { defineExercise } from "./exercise.ts";
import { functionOf, sentence, valueOf } from "./judges.ts";

type Images = Tensor<[number, 784]>;

/** A whole number of `least` to `most`. */
function whole(random: Random, least: number, most: number): number {
  return least + Math.floor(random.uniform() * (most - least + 1));
}

function argmax(scores: readonly number[]): number {
  let best = 0;
  for (let i = 1; i < scores.length; i++) if (scores[i] > scores[best]) best = i;
  return best;
}

const IMPORT = `import { check } from "mnist/exercises";`;
const IMPORT_TODO = `import { check, todo } from "mnist/exercises";`;
const IMPORT_TENSOR = `import type { Tensor } from "mnist";`;

/** The exercises of the chapter, by id. */
export default {
  "1.1": defineExercise<number>({
    title: "a position in the flat image",
    points: 1,
    cell: `${IMPORT}

let position: number | undefined = undefined; // of the pixel in row 17, column 5

await check("1.1", position);`,
    solution: `${IMPORT}

const position = 28 * 17 + 5; // 17 full rows come first

await check("1.1", position);`,
    hints: ["Rows and columns count from 0: how many full rows come before row 17?"],
    judge: valueOf(481, [
      [157, "You exchanged the row and the column."],
      [510, "Rows and columns count from 0, not from 1."],
      [453, "Row 17 has 17 full rows before it, because rows count from 0."],
    ]),
    wrong: [
      { cell: `${IMPORT}\nawait check("1.1", 28 * 5 + 17);`, hint: "exchanged" },
      { cell: `${IMPORT}\nawait check("1.1", 28 * 18 + 6);`, hint: "not from 1" },
      { cell: `${IMPORT}\nawait check("1.1", 28 * 16 + 5);`, hint: "17 full rows" },
      { cell: `${IMPORT}\nawait check("1.1", 17 + 5);`, hint: "how many full rows" },
    ],
  }),

  "1.2": defineExercise<number>({
    title: "1,000 colour images",
    points: 1,
    cell: `${IMPORT}

let numbers: number | undefined = undefined; // in 1,000 colour images of 32 × 32 pixels

await check("1.2", numbers);`,
    solution: `${IMPORT}

const numbers = 1000 * 3 * 32 * 32;

await check("1.2", numbers);`,
    hints: ["Write down the shape, with four axes, and multiply its lengths."],
    judge: valueOf(3_072_000, [
      [1_024_000, "That is one number for each pixel. How many does a colour image have?"],
      [3072, "That is one image."],
      [4_096_000, "A colour image has three channels: red, green and blue."],
    ]),
    wrong: [
      { cell: `${IMPORT}\nawait check("1.2", 1000 * 32 * 32);`, hint: "for each pixel" },
      { cell: `${IMPORT}\nawait check("1.2", 3 * 32 * 32);`, hint: "one image" },
      { cell: `${IMPORT}\nawait check("1.2", 1000 * 3 * 28 * 28);`, hint: "four axes" },
    ],
  }),

  "1.3": defineExercise<(position: number) => [number, number]>({
    title: "back from the position to row and column",
    points: 2,
    cell: `${IMPORT_TODO}

function rowAndColumn(position: number): [number, number] {
  return todo(); // your code: [row, column] of the pixel at this position of a flat image
}

await check("1.3", rowAndColumn);`,
    solution: `${IMPORT}

function rowAndColumn(position: number): [number, number] {
  const row = Math.floor(position / 28);
  return [row, position - 28 * row];
}

await check("1.3", rowAndColumn);`,
    hints: [
      "Return two whole numbers, [row, column].",
      "How often does 28 fit into the position? The remainder is the column.",
    ],
    judge: functionOf({
      correct: (position): [number, number] => [Math.floor(position / 28), position % 28],
      draw: (random: Random, index): [number] => [index < 3 ? index * 28 : whole(random, 0, 783)],
      mistakes: [
        [(position) => [position % 28, Math.floor(position / 28)], "The row comes first."],
        [
          (position) => [position / 28, position % 28],
          "The row must be a whole number: round down.",
        ],
        [
          (position) => [Math.round(position / 28), position % 28],
          "Round the row down: a row ends only after its last pixel.",
        ],
      ],
    }),
    wrong: [
      {
        cell: `${IMPORT}\nawait check("1.3", (p) => [p % 28, Math.floor(p / 28)]);`,
        hint: "first",
      },
      { cell: `${IMPORT}\nawait check("1.3", (p) => [p / 28, p % 28]);`, hint: "whole number" },
      {
        cell: `${IMPORT}\nawait check("1.3", (p) => [Math.round(p / 28), p % 28]);`,
        hint: "Round the row down",
      },
      { cell: `${IMPORT}\nawait check("1.3", () => [0, 0]);`, hint: "two whole numbers" },
    ],
  }),

  "1.4": defineExercise<(image: Tensor<[28, 28]>) => Tensor>({
    title: "the middle of an image",
    points: 2,
    cell: `${IMPORT_TENSOR}
${IMPORT_TODO}

function middle(image: Tensor<[28, 28]>): Tensor {
  return todo(); // your code: the 14 × 14 pixels in the middle
}

await check("1.4", middle);`,
    solution: `${IMPORT_TENSOR}
${IMPORT}

function middle(image: Tensor<[28, 28]>): Tensor {
  return image.slice([7, 21], [7, 21]);
}

await check("1.4", middle);`,
    hints: [
      "slice takes one range for each axis: [from, to], where to is not included.",
      "The same number of pixels is left out on each side: (28 - 14) / 2.",
    ],
    judge: functionOf<[Tensor<[28, 28]>], Tensor>({
      correct: (image) => image.slice([7, 21], [7, 21]),
      draw: (random) => [rand([28, 28], random)],
      mistakes: [
        [(image) => image.slice([7, 20], [7, 20]), "The end of a range is not included."],
        [(image) => image.slice([0, 14], [0, 14]), "This is the upper left corner."],
        [(image) => image.slice([7, 21]), "These are the middle rows: cut the columns, too."],
      ],
    }),
    wrong: [
      {
        cell: `${IMPORT}\nawait check("1.4", (image) => image.slice([7, 20], [7, 20]));`,
        hint: "not included",
      },
      {
        cell: `${IMPORT}\nawait check("1.4", (image) => image.slice([0, 14], [0, 14]));`,
        hint: "upper left",
      },
      {
        cell: `${IMPORT}\nawait check("1.4", (image) => image.slice([7, 21]));`,
        hint: "columns, too",
      },
      {
        cell: `${IMPORT}\nawait check("1.4", (image) => image);`,
        hint: "expected the shape [14, 14]",
      },
    ],
  }),

  "1.5": defineExercise<(scores: number[]) => number>({
    title: "argmax",
    points: 2,
    cell: `${IMPORT_TODO}

function argmaxOf(scores: number[]): number {
  return todo(); // your code: the position of the largest number, with a loop
}

await check("1.5", argmaxOf);`,
    solution: `${IMPORT}

function argmaxOf(scores: number[]): number {
  let best = 0;
  for (let i = 1; i < scores.length; i++) {
    if (scores[i] > scores[best]) best = i;
  }
  return best;
}

await check("1.5", argmaxOf);`,
    hints: [
      "Return a position, counted from 0.",
      "Remember the position of the best score so far, and compare each score with it.",
    ],
    judge: functionOf({
      correct: argmax,
      draw: (random: Random, index): [number[]] => {
        const offset = index % 2 === 0 ? 0 : -30; // sometimes all scores are below 0
        const length = 3 + index % 8;
        return [Array.from({ length }, () => whole(random, 0, 20) + offset)];
      },
      mistakes: [
        [(scores) => Math.max(...scores), "This is the largest number itself. Where is it?"],
        [(scores) => scores.indexOf(Math.min(...scores)), "This is the smallest number."],
        [
          (scores) => scores.lastIndexOf(Math.max(...scores)),
          "If two numbers are the largest, return the first position.",
        ],
        [
          (scores) => {
            let best = 0, largest = 0;
            scores.forEach((score, i) => {
              if (score > largest) [best, largest] = [i, score];
            });
            return best;
          },
          "Scores may all be below 0: do not start with a largest score of 0.",
        ],
      ],
    }),
    wrong: [
      { cell: `${IMPORT}\nawait check("1.5", (s) => Math.max(...s));`, hint: "Where is it" },
      {
        cell: `${IMPORT}\nawait check("1.5", (s) => s.indexOf(Math.min(...s)));`,
        hint: "smallest number",
      },
      {
        cell: `${IMPORT}
await check("1.5", (s) => {
  let best = 0, largest = 0;
  for (let i = 0; i < s.length; i++) if (s[i] > largest) [best, largest] = [i, s[i]];
  return best;
});`,
        hint: "below 0",
      },
      { cell: `${IMPORT}\nawait check("1.5", () => 0);`, hint: "counted from 0" },
    ],
  }),

  "1.6": defineExercise<(pixels: Uint8Array) => number[]>({
    title: "the bug in the scaling",
    points: 2,
    cell: `${IMPORT}

function scale(pixels: Uint8Array): number[] {
  const scaled = pixels.map((p) => p / 255);
  return Array.from(scaled);
}

await check("1.6", scale);`,
    solution: `${IMPORT}

function scale(pixels: Uint8Array): number[] {
  return Array.from(pixels, (p) => p / 255); // an array holds fractions, bytes do not
}

await check("1.6", scale);`,
    hints: [
      "Call scale(Uint8Array.of(0, 128, 255)) and look at the result.",
      "What can a Uint8Array hold, and what does map of a Uint8Array return?",
    ],
    judge: functionOf({
      correct: (pixels: Uint8Array) => Array.from(pixels, (p) => p / 255),
      draw: (random: Random, index): [Uint8Array] => [
        Uint8Array.from({ length: 3 + index }, () => whole(random, 0, 255)),
      ],
      untouched: (pixels) => Array.from(pixels, (p) => Math.floor(p / 255)),
      mistakes: [
        [
          (pixels) => Array.from(pixels, (p) => Math.round(p / 255)),
          "Do not round: a grey pixel is a fraction.",
        ],
        [(pixels) => Array.from(pixels), "These are the bytes: divide them by 255."],
        [
          (pixels) => Array.from(pixels, (p) => p / 256),
          "The largest byte is 255, and must become 1.",
        ],
      ],
    }),
    wrong: [
      {
        cell: `${IMPORT}
await check("1.6", (pixels) => Array.from(pixels, (p) => Math.round(p / 255)));`,
        hint: "Do not round",
      },
      {
        cell: `${IMPORT}\nawait check("1.6", (pixels) => Array.from(pixels));`,
        hint: "divide them",
      },
      {
        cell: `${IMPORT}\nawait check("1.6", (pixels) => Array.from(pixels, (p) => p / 256));`,
        hint: "must become 1",
      },
    ],
  }),

  "1.7": defineExercise<(x: Images, n: number) => [Images, Images]>({
    title: "the split",
    points: 2,
    cell: `${IMPORT_TENSOR}
${IMPORT_TODO}

type Images = Tensor<[number, 784]>;

function split(x: Images, n: number): [Images, Images] {
  return todo(); // your code: [training images, the last n for validation]
}

await check("1.7", split);`,
    solution: `${IMPORT_TENSOR}
${IMPORT}

type Images = Tensor<[number, 784]>;

function split(x: Images, n: number): [Images, Images] {
  const learn = x.shape[0] - n;
  return [x.rows(0, learn), x.rows(learn)];
}

await check("1.7", split);`,
    hints: [
      "Return two tensors in brackets: first the training images.",
      "x.shape[0] is the number of images. How many of them are left for training?",
    ],
    judge: functionOf<[Images, number], [Images, Images]>({
      correct: (x, n) => [x.rows(0, x.shape[0] - n), x.rows(x.shape[0] - n)],
      draw: (random, index) => {
        const n = 1 + index % 4;
        return [rand([2 * n + 1 + index, 784], random), n];
      },
      mistakes: [
        [(x, n) => [x.rows(n), x.rows(0, n)], "You took the first n images: take the last."],
        [
          (x, n) => [x, x.rows(x.shape[0] - n)],
          "The validation images are still among the training images.",
        ],
        [
          (x, n) => [x.rows(x.shape[0] - n), x.rows(0, x.shape[0] - n)],
          "The training images come first.",
        ],
      ],
    }),
    wrong: [
      {
        cell: `${IMPORT}\nawait check("1.7", (x, n) => [x.rows(n), x.rows(0, n)]);`,
        hint: "take the last",
      },
      {
        cell: `${IMPORT}\nawait check("1.7", (x, n) => [x, x.rows(x.shape[0] - n)]);`,
        hint: "still among",
      },
      {
        cell: `${IMPORT}
await check("1.7", (x, n) => [x.rows(x.shape[0] - n), x.rows(0, x.shape[0] - n)]);`,
        hint: "come first",
      },
      { cell: `${IMPORT}\nawait check("1.7", (x) => [x, x]);`, hint: "two tensors" },
    ],
  }),

  "1.8": defineExercise<string>({
    title: "why the test set stays closed",
    points: 1,
    cell: `${IMPORT}

const why = "";

await check("1.8", why);`,
    solution: `${IMPORT}

const why = "Settings that are chosen by the test images fit these images better than new ones, so " +
  "the test accuracy is too high and no longer says how the network does on images it never saw.";

await check("1.8", why);`,
    hints: ["Say what the test accuracy should tell you, and what happens to it."],
    judge: sentence(),
    wrong: [{
      cell: `${IMPORT}\nawait check("1.8", "It is cheating.");`,
      hint: "at least 8 words",
    }],
  }),
} as const;
