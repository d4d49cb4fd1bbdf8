/** Exercises of chapter 3: inference with a trained network. */
import { randn } from "../lib/tensor/create.ts";
import type { Tensor } from "../lib/tensor/tensor.ts";
import { defineExercise } from "./exercise.ts";
import { functionOf, valueOf } from "./judges.ts";

/** The exercises of the chapter, by id. */
export default {
  "3.1": defineExercise<number>({
    title: "numbers in the network",
    points: 1,
    cell: `import { check } from "mnist/exercises";

let count: number | undefined = undefined; // weights and biases of 784-50-100-10

await check("3.1", count);`,
    solution: `import { check } from "mnist/exercises";

const count = 784 * 50 + 50 + 50 * 100 + 100 + 100 * 10 + 10;

await check("3.1", count);`,
    hints: ["Each layer has one weight for each pair of neurons, and one bias for each neuron."],
    judge: valueOf(45_360, [
      [45_200, "You counted the weights: the biases are missing."],
      [160, "You counted the biases: the weights are missing."],
    ]),
    wrong: [
      {
        cell: `import { check } from "mnist/exercises";
await check("3.1", 784 * 50 + 50 * 100 + 100 * 10);`,
        hint: "biases are missing",
      },
      {
        cell: `import { check } from "mnist/exercises";
await check("3.1", 160);`,
        hint: "weights are missing",
      },
      {
        cell: `import { check } from "mnist/exercises";\nawait check("3.1", 7);`,
        hint: "each pair",
      },
    ],
  }),

  "3.2": defineExercise<(a: Tensor<[number]>) => Tensor<[number]>>({
    title: "softmax that does not overflow",
    points: 2,
    cell: `import type { Tensor } from "mnist";
import { check, todo } from "mnist/exercises";

function stableSoftmax(a: Tensor<[number]>): Tensor<[number]> {
  return todo(); // your code
}

await check("3.2", stableSoftmax);`,
    solution: `import type { Tensor } from "mnist";
import { check } from "mnist/exercises";

function stableSoftmax(a: Tensor<[number]>): Tensor<[number]> {
  const e = a.sub(a.max()).map(Math.exp);
  return e.div(e.sum());
}

await check("3.2", stableSoftmax);`,
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
await check("3.2", (a: Tensor<[number]>) => a.map(Math.exp));`,
        hint: "divide them by their sum",
      },
      {
        cell: `import type { Tensor } from "mnist";
import { check } from "mnist/exercises";
await check("3.2", (a: Tensor<[number]>) => a.div(a.sum()));`,
        hint: "exponential is missing",
      },
      {
        cell: `import type { Tensor } from "mnist";
import { check } from "mnist/exercises";
await check("3.2", (a: Tensor<[number]>) => {
  const e = a.map(Math.exp);
  return e.div(e.sum());
});`,
        hint: "sum to 1",
      },
    ],
  }),
} as const;
