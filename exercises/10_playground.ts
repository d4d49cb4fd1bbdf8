/** Exercises of chapter 10: the playground, and what fools a network. */
import { drawDigits } from "../lib/data/digits/draw.ts";
import { zeros } from "../lib/tensor/create.ts";
import { Random } from "../lib/tensor/random.ts";
import { Tensor, type Tensor as TensorType } from "../lib/tensor/tensor.ts";
import { defineExercise, NotAnswered } from "./exercise.ts";
import { functionOf, sentence, valueOf } from "./judges.ts";

type Matrix = TensorType<[number, number]>;
type Vector = TensorType<[number]>;

/** An image with more paper than ink, of whole numbers. */
function image(random: Random, rows: number, columns: number): Matrix {
  const numbers = Float64Array.from(
    { length: rows * columns },
    () => Math.max(0, random.integer(14) - 5),
  );
  numbers[random.integer(numbers.length)] = 9; // never only paper
  return new Tensor(numbers, [rows, columns]);
}

const vector = (random: Random, length: number): Vector =>
  new Tensor(Float64Array.from({ length }, () => random.integer(9) - 4 || 5), [length]);

/** [Σ row·x / Σ x, Σ column·x / Σ x] */
function center(x: Matrix, weight = (v: number) => v): [number, number] {
  let mass = 0, row = 0, column = 0;
  for (let i = 0; i < x.shape[0]; i++) {
    for (let j = 0; j < x.shape[1]; j++) {
      const v = weight(x.at(i, j));
      mass += v;
      row += i * v;
      column += j * v;
    }
  }
  return [row / mass, column / mass];
}

/** y[i + down, j + right] = x[i, j] where that is inside. */
function moved(x: Matrix, down: number, right: number): Matrix {
  const y = zeros([x.shape[0], x.shape[1]]);
  for (let i = 0; i < x.shape[0]; i++) {
    for (let j = 0; j < x.shape[1]; j++) {
      const [k, l] = [i + down, j + right];
      if (k >= 0 && k < x.shape[0] && l >= 0 && l < x.shape[1]) y.set(x.at(i, j), k, l);
    }
  }
  return y;
}

/** The same with rows and columns that come in again on the other side. */
function rolled(x: Matrix, down: number, right: number): Matrix {
  const [rows, columns] = x.shape, y = zeros([rows, columns]);
  for (let i = 0; i < rows; i++) {
    for (let j = 0; j < columns; j++) {
      y.set(x.at(i, j), (i + down + rows * 9) % rows, (j + right + columns * 9) % columns);
    }
  }
  return y;
}

const clipped = (x: Vector): Vector => x.map((v) => Math.min(1, Math.max(0, v)));
const squares = (x: Vector): number => x.mul(x).sum();

const IMPORT = `import { check } from "mnist/exercises";`;
const IMPORT_TODO = `import { check, todo } from "mnist/exercises";`;
const TENSOR = `import type { Tensor } from "mnist";`;
const MATRIX = `type Matrix = Tensor<[number, number]>;`;
const VECTOR = `type Vector = Tensor<[number]>;`;

/** Images of each kind that the project is judged on, and how many it must get right. */
const JUDGED = 200, LEAST = 0.9;

/** Three kinds of images: digits, pixels at random, and the pixels of digits in another order. */
function kinds(): { digits: Float32Array[]; noise: Float32Array[]; shuffled: Float32Array[] } {
  const { testImages } = drawDigits({ train: 0, test: JUDGED, seed: 10 });
  const digits = Array.from(
    { length: JUDGED },
    (_, i) => Float32Array.from(testImages.subarray(784 * i, 784 * (i + 1)), (byte) => byte / 255),
  );
  const random = new Random(10);
  const noise = digits.map((digit) => digit.map(() => random.uniform()));
  const shuffled = digits.map((digit) => {
    const pixels = digit.slice();
    for (let i = 783; i > 0; i--) {
      const j = random.integer(i + 1);
      [pixels[i], pixels[j]] = [pixels[j], pixels[i]];
    }
    return pixels;
  });
  return { digits, noise, shuffled };
}

/** The exercises of the chapter, by id. */
export default {
  "10.1": defineExercise<number>({
    title: "a picture of a cat",
    points: 1,
    cell: `${IMPORT}

let sum: number | undefined = undefined; // of the ten probabilities

await check("10.1", sum);`,
    solution: `${IMPORT}

const sum = 1; // softmax shares out exactly 1, whatever the image is

await check("10.1", sum);`,
    hints: [
      "A number.",
      "What does softmax divide by?",
    ],
    judge: valueOf(1, [
      [0, "There is no digit on it, but softmax does not know that: what does it divide by?"],
      [0.1, "That is the mean of the ten: the question is for their sum."],
      [10, "Each of the ten is at most 1, and they share."],
    ]),
    wrong: [
      { cell: `${IMPORT}\nawait check("10.1", 0);`, hint: "softmax does not know" },
      { cell: `${IMPORT}\nawait check("10.1", 0.1);`, hint: "mean of the ten" },
      { cell: `${IMPORT}\nawait check("10.1", 0.5);`, hint: "a number" },
    ],
  }),

  "10.2": defineExercise<(x: Matrix) => [number, number]>({
    title: "the center of mass",
    points: 2,
    cell: `${TENSOR}
${IMPORT_TODO}

${MATRIX}

/** The mean row and the mean column of the ink; a darker pixel counts more. */
function centerOfMass(x: Matrix): [row: number, column: number] {
  return todo(); // your code
}

await check("10.2", centerOfMass);`,
    solution: `${TENSOR}
${IMPORT}

${MATRIX}

/** The mean row and the mean column of the ink; a darker pixel counts more. */
function centerOfMass(x: Matrix): [row: number, column: number] {
  let row = 0, column = 0;
  for (let i = 0; i < x.shape[0]; i++) row += i * x.at(i).sum();
  for (let j = 0; j < x.shape[1]; j++) column += j * x.T.at(j).sum();
  return [row / x.sum(), column / x.sum()];
}

await check("10.2", centerOfMass);`,
    hints: [
      "Return two numbers: [row, column].",
      "Each pixel pulls at its own row and column, with its grey level as weight. Divide by all weights.",
    ],
    judge: functionOf({
      correct: (x) => center(x),
      draw: (random: Random, index): [Matrix] => [
        image(random, 2 + random.integer(2 + index % 4), 2 + random.integer(2 + index % 4)),
      ],
      mistakes: [
        [(x) => [center(x)[1], center(x)[0]], "Row and column are swapped."],
        [
          (x) => center(x, (v) => v > 0 ? 1 : 0),
          "A pale pixel counts as much as a dark one: weigh each by its grey level.",
        ],
        [
          (x) => [(x.shape[0] - 1) / 2, (x.shape[1] - 1) / 2],
          "This is the middle of the image, not of its ink.",
        ],
      ],
    }),
    wrong: [
      {
        cell: `${IMPORT}
await check("10.2", (x) => {
  let row = 0, column = 0;
  for (let i = 0; i < x.shape[0]; i++) row += i * x.at(i).sum();
  for (let j = 0; j < x.shape[1]; j++) column += j * x.T.at(j).sum();
  return [column / x.sum(), row / x.sum()];
});`,
        hint: "swapped",
      },
      {
        cell: `${IMPORT}
await check("10.2", (x) => [(x.shape[0] - 1) / 2, (x.shape[1] - 1) / 2]);`,
        hint: "not of its ink",
      },
      { cell: `${IMPORT}\nawait check("10.2", () => [0]);`, hint: "two numbers" },
    ],
  }),

  "10.3": defineExercise<(x: Matrix, down: number, right: number) => Matrix>({
    title: "a moved image",
    points: 2,
    cell: `import { type Tensor, zeros } from "mnist";
${IMPORT_TODO}

${MATRIX}

/** Moves an image by whole pixels. What leaves it is lost, what comes in is paper: 0. */
function move(x: Matrix, down: number, right: number): Matrix {
  const y = zeros([x.shape[0], x.shape[1]]);
  todo(); // your code: y.set(…)
  return y;
}

await check("10.3", move);`,
    solution: `import { type Tensor, zeros } from "mnist";
${IMPORT}

${MATRIX}

/** Moves an image by whole pixels. What leaves it is lost, what comes in is paper: 0. */
function move(x: Matrix, down: number, right: number): Matrix {
  const [rows, columns] = x.shape, y = zeros([rows, columns]);
  for (let i = 0; i < rows; i++) {
    for (let j = 0; j < columns; j++) {
      const [k, l] = [i + down, j + right];
      if (k >= 0 && k < rows && l >= 0 && l < columns) y.set(x.at(i, j), k, l);
    }
  }
  return y;
}

await check("10.3", move);`,
    hints: [
      "Return a matrix in the shape of x.",
      "The pixel in row i goes to row i + down. When is that still inside?",
    ],
    judge: functionOf({
      correct: moved,
      draw: (random: Random, index): [Matrix, number, number] => {
        const x = image(random, 2 + random.integer(3), 2 + random.integer(3));
        const most = index < 2 ? 1 : 3;
        return [x, random.integer(2 * most + 1) - most, random.integer(2 * most + 1) - most];
      },
      mistakes: [
        [(x, down, right) => moved(x, -down, -right), "It moves up and left instead."],
        [(x, down, right) => moved(x, right, down), "Down and right are swapped."],
        [rolled, "What leaves on one side must not come in again on the other."],
      ],
    }),
    wrong: [
      {
        cell: `import { zeros } from "mnist";
${IMPORT}
await check("10.3", (x, down, right) => {
  const [rows, columns] = x.shape, y = zeros([rows, columns]);
  for (let i = 0; i < rows; i++) {
    for (let j = 0; j < columns; j++) {
      const [k, l] = [i + down, j + right];
      if (k >= 0 && k < rows && l >= 0 && l < columns) y.set(x.at(k, l), i, j);
    }
  }
  return y;
});`,
        hint: "up and left",
      },
      {
        cell: `import { zeros } from "mnist";
${IMPORT}
await check("10.3", (x, down, right) => {
  const [rows, columns] = x.shape, y = zeros([rows, columns]);
  for (let i = 0; i < rows; i++) {
    for (let j = 0; j < columns; j++) {
      y.set(x.at(i, j), (i + down + 9 * rows) % rows, (j + right + 9 * columns) % columns);
    }
  }
  return y;
});`,
        hint: "come in again",
      },
      { cell: `${IMPORT}\nawait check("10.3", (x) => x.T);`, hint: "shape of x" },
    ],
  }),

  "10.4": defineExercise<(x: Vector, slope: Vector, rate: number) => Vector>({
    title: "the bug in the gradient ascent",
    points: 2,
    cell: `${TENSOR}
${IMPORT}

${VECTOR}

/** One step towards a larger score, from the pixels x, between 0 and 1, and the score's slopes. */
function step(x: Vector, slope: Vector, rate: number): Vector {
  return x.sub(slope.mul(rate));
}

await check("10.4", step);`,
    solution: `${TENSOR}
${IMPORT}

${VECTOR}

/** One step towards a larger score, from the pixels x, between 0 and 1, and the score's slopes. */
function step(x: Vector, slope: Vector, rate: number): Vector {
  return x.add(slope.mul(rate)).map((pixel) => Math.min(1, Math.max(0, pixel)));
}

await check("10.4", step);`,
    hints: [
      "There are two bugs. A score is to become larger, a loss was to become smaller.",
      "And what is a pixel of 1.3?",
    ],
    judge: functionOf({
      correct: (x, slope, rate) => clipped(x.add(slope.mul(rate))),
      untouched: (x, slope, rate) => x.sub(slope.mul(rate)),
      draw: (random: Random, index): [Vector, Vector, number] => {
        const length = 2 + index % 4;
        const x = new Tensor<[number]>(
          Float64Array.from({ length }, () => random.integer(5) / 4),
          [length],
        );
        return [x, vector(random, length), (1 + random.integer(4)) / 4];
      },
      mistakes: [
        [
          (x, slope, rate) => x.add(slope.mul(rate)),
          "The direction is right. But a pixel lies between 0 and 1.",
        ],
        [
          (x, slope, rate) => clipped(x.sub(slope.mul(rate))),
          "The pixels stay between 0 and 1. But the score becomes smaller.",
        ],
      ],
    }),
    wrong: [
      {
        cell: `${IMPORT}\nawait check("10.4", (x, slope, rate) => x.add(slope.mul(rate)));`,
        hint: "between 0 and 1",
      },
      {
        cell: `${IMPORT}
await check("10.4", (x, slope, rate) =>
  x.sub(slope.mul(rate)).map((pixel) => Math.min(1, Math.max(0, pixel))));`,
        hint: "becomes smaller",
      },
      { cell: `${IMPORT}\nawait check("10.4", (x) => x);`, hint: "two bugs" },
    ],
  }),

  "10.5": defineExercise<(w: Vector, difference: number) => Vector>({
    title: "the smallest change",
    points: 3,
    cell: `${TENSOR}
${IMPORT_TODO}

${VECTOR}

/**
 * The shortest change of the pixels that raises a score by \`difference\`, where the score is w · x:
 * as in the chapter, for one step.
 */
function smallestChange(w: Vector, difference: number): Vector {
  return todo(); // your code
}

await check("10.5", smallestChange);`,
    solution: `${TENSOR}
${IMPORT}

${VECTOR}

/**
 * The shortest change of the pixels that raises a score by \`difference\`, where the score is w · x:
 * as in the chapter, for one step.
 */
function smallestChange(w: Vector, difference: number): Vector {
  return w.mul(difference / w.mul(w).sum());
}

await check("10.5", smallestChange);`,
    hints: [
      "Return a vector in the shape of w.",
      "The shortest way up is along w. How far? Put r = k · w into w · r = difference, and find k.",
    ],
    judge: functionOf({
      correct: (w, difference) => w.mul(difference / squares(w)),
      draw: (random: Random, index): [Vector, number] => [
        vector(random, 2 + index % 4),
        1 + random.integer(9),
      ],
      mistakes: [
        [
          (w, difference) => w.mul(difference / Math.sqrt(squares(w))),
          "Divide by the square of the length of w: once to get its direction, once for its slope.",
        ],
        [(w, difference) => w.mul(difference), "Too far: the score rises by difference · w · w."],
        [
          (w, difference) => w.map((v) => difference / (v * w.size)),
          "This raises the score correctly, but it is not the shortest: go along w.",
        ],
      ],
    }),
    wrong: [
      {
        cell: `${IMPORT}
await check("10.5", (w, difference) => w.mul(difference / Math.sqrt(w.mul(w).sum())));`,
        hint: "square of the length",
      },
      {
        cell: `${IMPORT}\nawait check("10.5", (w, difference) => w.mul(difference));`,
        hint: "Too far",
      },
      {
        cell: `${IMPORT}
await check("10.5", (w, difference) => w.map((v) => difference / (v * w.size)));`,
        hint: "not the shortest",
      },
    ],
  }),

  "10.6": defineExercise<(x: Matrix, v: Vector) => Vector>({
    title: "one step of the power iteration",
    points: 2,
    cell: `${TENSOR}
${IMPORT_TODO}

${MATRIX}
${VECTOR}

/** Multiplies v with xᵀx, for a row of x for each image, and makes it 1 long. */
function powerStep(x: Matrix, v: Vector): Vector {
  return todo(); // your code
}

await check("10.6", powerStep);`,
    solution: `${TENSOR}
${IMPORT}

${MATRIX}
${VECTOR}

/** Multiplies v with xᵀx, for a row of x for each image, and makes it 1 long. */
function powerStep(x: Matrix, v: Vector): Vector {
  const next = x.T.dot(x.dot(v));
  return next.div(Math.sqrt(next.mul(next).sum()));
}

await check("10.6", powerStep);`,
    hints: [
      "Return a vector in the shape of v.",
      "First x.dot(v): a number for each image. Then back to the pixels with x.T.",
    ],
    judge: functionOf({
      correct: (x, v) => {
        const next = x.T.dot(x.dot(v));
        return next.div(Math.sqrt(squares(next)));
      },
      draw: (random: Random, index): [Matrix, Vector] => {
        const [rows, columns] = [2 + random.integer(3), 2 + random.integer(2 + index % 3)];
        const v = Float64Array.from({ length: columns }, () => 1 + random.integer(5));
        return [image(random, rows, columns), new Tensor(v, [columns])];
      },
      mistakes: [
        [(x, v) => x.T.dot(x.dot(v)), "Its length is not 1: divide by it."],
        [
          (x, v) => {
            const next = x.T.dot(x.dot(v));
            return next.div(next.sum());
          },
          "Divide by the length, which is the root of the sum of the squares.",
        ],
        [
          (x, v) => {
            const next = x.T.dot(x.dot(v));
            return next.div(squares(next));
          },
          "Divide by the length: the root is missing.",
        ],
      ],
    }),
    wrong: [
      {
        cell: `${IMPORT}\nawait check("10.6", (x, v) => x.T.dot(x.dot(v)));`,
        hint: "length is not 1",
      },
      {
        cell: `${IMPORT}
await check("10.6", (x, v) => {
  const next = x.T.dot(x.dot(v));
  return next.div(next.sum());
});`,
        hint: "root of the sum",
      },
      { cell: `${IMPORT}\nawait check("10.6", (x, v) => v);`, hint: "shape of v" },
    ],
  }),

  "10.7": defineExercise<string>({
    title: "none of these",
    points: 1,
    cell: `${IMPORT}

const why = "";

await check("10.7", why);`,
    solution: `${IMPORT}

const why = "Softmax only compares the ten scores and shares out 1 among them, so one digit always " +
  "wins, however little the image looks like any of them.";

await check("10.7", why);`,
    hints: ["Write a sentence. What would the ten probabilities have to add up to?"],
    judge: sentence(),
    wrong: [
      { cell: `${IMPORT}\nawait check("10.7", "It must choose.");`, hint: "at least 8 words" },
    ],
  }),

  "10.8": defineExercise<(x: Vector) => boolean>({
    title: "a filter for noise",
    points: 5,
    seconds: 60,
    cell: `${TENSOR}
${IMPORT_TODO}

${VECTOR}

/** Whether an image of 784 pixels, 0 to 1, looks like a digit, or is noise. */
function isDigit(x: Vector): boolean {
  return todo(); // your code: how do the pixels of a stroke differ from noise?
}

await check("10.8", isDigit);`,
    solution: `${TENSOR}
${IMPORT}

${VECTOR}

/** Whether an image of 784 pixels, 0 to 1, looks like a digit, or is noise. */
function isDigit(x: Vector): boolean {
  // A digit is mostly paper. And in a stroke, a pixel is like the one on its right.
  let change = 0;
  for (let i = 0; i < 783; i++) change += Math.abs(x.at(i + 1) - x.at(i));
  return x.mean() < 0.4 && change < 1.3 * x.sum();
}

await check("10.8", isDigit);`,
    hints: [
      "Return true or false.",
      "Shuffled pixels have the same greys as a digit. What is lost when they are shuffled?",
      "Compare each pixel with its neighbour. How much do they differ, compared with the ink in all?",
    ],
    judge: (isDigit) => {
      const wrong = (mistake: string) => ({ kind: "wrong", mistake }) as const;
      if (typeof isDigit !== "function") return wrong("Expected a function.");
      const { digits, noise, shuffled } = kinds();
      const cases = [
        ["digits", digits, true],
        ["images of noise", noise, false],
        ["digits with shuffled pixels", shuffled, false],
      ] as const;
      try {
        for (const [what, images, expected] of cases) {
          const answers = images.map((pixels) => isDigit(new Tensor(pixels.slice(), [784])));
          if (answers.some((answer) => typeof answer !== "boolean")) {
            return wrong("Expected true or false for each image.");
          }
          const right = answers.filter((answer) => answer === expected).length;
          if (right >= LEAST * JUDGED) continue;
          const state = expected ? "accepted" : "rejected";
          return wrong(
            `Expected at least ${LEAST * JUDGED} of ${JUDGED} ${what} to be ${state}, ` +
              `found ${right}.`,
          );
        }
      } catch (error) {
        if (error instanceof NotAnswered) return { kind: "unanswered" };
        throw error;
      }
      return { kind: "correct" };
    },
    wrong: [
      {
        cell: `${IMPORT}\nawait check("10.8", () => true);`,
        hint: "images of noise to be rejected",
      },
      {
        cell: `${IMPORT}\nawait check("10.8", (x) => x.mean() < 0.3);`,
        hint: "shuffled pixels to be rejected",
      },
      {
        cell: `${IMPORT}\nawait check("10.8", () => false);`,
        hint: "digits to be accepted",
      },
    ],
  }),
} as const;
