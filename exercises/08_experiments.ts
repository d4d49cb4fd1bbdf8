/** Exercises of chapter 8: experiments. */
import type { Random } from "../lib/tensor/random.ts";
import { defineExercise } from "./exercise.ts";
import { functionOf, sentence, valueOf } from "./judges.ts";

const IMPORT = `import { check } from "mnist/exercises";`;
const IMPORT_TODO = `import { check, todo } from "mnist/exercises";`;

const meanOf = (values: readonly number[]) => values.reduce((a, b) => a + b, 0) / values.length;

/** Numbers from 0.8 to 1, such as accuracies; three at first. */
const accuracies = (random: Random, index: number): number[] =>
  Array.from(
    { length: 3 + index % 4 },
    () => Math.round(8000 + 2000 * random.uniform()) / 10_000,
  );

type Settings = Record<string, number>[];

function settingsOf(nodes: number[], rates: number[]): Settings {
  return nodes.flatMap((hiddenNodes) =>
    rates.map((learningRate) => ({ hiddenNodes, learningRate }))
  );
}

type Range = { mean: number; least: number; most: number };

/** The exercises of the chapter, by id. */
export default {
  "8.1": defineExercise<number>({
    title: "how many runs",
    points: 1,
    cell: `${IMPORT}

let runs: number | undefined = undefined;

await check("8.1", runs);`,
    solution: `${IMPORT}

const runs = 4 * 3 * 2 * 3; // each value with each other value, each with three seeds

await check("8.1", runs);`,
    hints: ["Each value of one parameter meets each value of the others.", "Multiply, do not add."],
    judge: valueOf(72, [
      [24, "These are the settings: each runs with three seeds."],
      [12, "This is the sum: each value of one parameter meets each value of the others."],
      [9, "This is the sum without the seeds: each value meets each value of the others."],
    ]),
    wrong: [
      { cell: `${IMPORT}\nawait check("8.1", 24);`, hint: "three seeds" },
      { cell: `${IMPORT}\nawait check("8.1", 12);`, hint: "the sum" },
      { cell: `${IMPORT}\nawait check("8.1", 9);`, hint: "without the seeds" },
      { cell: `${IMPORT}\nawait check("8.1", 5);`, hint: "meets each value" },
    ],
  }),

  "8.2": defineExercise<(values: number[]) => Range>({
    title: "mean and range",
    points: 1,
    cell: `${IMPORT_TODO}

function range(values: number[]): { mean: number; least: number; most: number } {
  return todo(); // your code
}

await check("8.2", range);`,
    solution: `${IMPORT}

function range(values: number[]): { mean: number; least: number; most: number } {
  const sum = values.reduce((a, b) => a + b, 0);
  return { mean: sum / values.length, least: Math.min(...values), most: Math.max(...values) };
}

await check("8.2", range);`,
    hints: [
      "Return an object with mean, least and most.",
      "Math.min(...values) is the least of an array.",
    ],
    judge: functionOf({
      correct: (values: number[]): Range => ({
        mean: meanOf(values),
        least: Math.min(...values),
        most: Math.max(...values),
      }),
      draw: (random: Random, index): [number[]] => [accuracies(random, index)],
      mistakes: [
        [
          (values) => ({
            mean: meanOf(values) * values.length / 3,
            least: Math.min(...values),
            most: Math.max(...values),
          }),
          "You divide by 3: divide by the number of values.",
        ],
        [
          (values) => ({ mean: meanOf(values), least: values[0], most: values[values.length - 1] }),
          "You take the first and the last value: they are not sorted.",
        ],
      ],
    }),
    wrong: [
      {
        cell: `${IMPORT}
await check("8.2", (v: number[]) => ({
  mean: v.reduce((a, b) => a + b, 0) / 3,
  least: Math.min(...v),
  most: Math.max(...v),
}));`,
        hint: "divide by 3",
      },
      {
        cell: `${IMPORT}
await check("8.2", (v: number[]) => ({
  mean: v.reduce((a, b) => a + b, 0) / v.length,
  least: v[0],
  most: v[v.length - 1],
}));`,
        hint: "not sorted",
      },
      {
        cell: `${IMPORT}
await check("8.2", () => ({ mean: 0.9, least: 0.8, most: 1 }));`,
        hint: "mean, least and most",
      },
    ],
  }),

  "8.3": defineExercise<(nodes: number[], rates: number[]) => Settings>({
    title: "all settings of a grid",
    points: 2,
    cell: `${IMPORT_TODO}

function grid(nodes: number[], rates: number[]): { hiddenNodes: number; learningRate: number }[] {
  return todo(); // your code
}

await check("8.3", grid);`,
    solution: `${IMPORT}

function grid(nodes: number[], rates: number[]): { hiddenNodes: number; learningRate: number }[] {
  const settings = [];
  for (const hiddenNodes of nodes) {
    for (const learningRate of rates) settings.push({ hiddenNodes, learningRate });
  }
  return settings;
}

await check("8.3", grid);`,
    hints: [
      "Return an array of objects { hiddenNodes, learningRate }, the rate changes first.",
      "Two loops, one inside the other.",
    ],
    judge: functionOf({
      correct: settingsOf,
      draw: (random: Random, index): [number[], number[]] => [
        Array.from(
          { length: 1 + index % 3 },
          (_, i) => 10 * (i + 1) + Math.floor(5 * random.uniform()),
        ),
        Array.from({ length: 2 + index % 2 }, (_, i) => (i + 1) / 100),
      ],
      mistakes: [
        [
          (nodes, rates) =>
            nodes.map((hiddenNodes, i) => ({ hiddenNodes, learningRate: rates[i % rates.length] })),
          "You pair the first with the first, the second with the second: each belongs to each.",
        ],
        [
          (nodes, rates) =>
            rates.flatMap((learningRate) =>
              nodes.map((hiddenNodes) => ({ hiddenNodes, learningRate }))
            ),
          "All settings are there, in another order: the learning rate changes first.",
        ],
      ],
    }),
    wrong: [
      {
        cell: `${IMPORT}
await check("8.3", (nodes: number[], rates: number[]) =>
  nodes.map((hiddenNodes, i) => ({ hiddenNodes, learningRate: rates[i % rates.length] })));`,
        hint: "each belongs to each",
      },
      {
        cell: `${IMPORT}
await check("8.3", (nodes: number[], rates: number[]) =>
  rates.flatMap((learningRate) => nodes.map((hiddenNodes) => ({ hiddenNodes, learningRate }))));`,
        hint: "in another order",
      },
      {
        cell: `${IMPORT}
await check("8.3", () => [{ hiddenNodes: 10, learningRate: 0.01 }]);`,
        hint: "array of objects",
      },
    ],
  }),

  "8.4": defineExercise<(w: number, v: number, g: number) => [number, number]>({
    title: "a step with momentum",
    points: 3,
    cell: `${IMPORT_TODO}

function momentumStep(w: number, v: number, g: number): [number, number] {
  const [rate, momentum] = [0.1, 0.9];
  return todo(); // your code: the new weight and the new velocity
}

await check("8.4", momentumStep);`,
    solution: `${IMPORT}

function momentumStep(w: number, v: number, g: number): [number, number] {
  const [rate, momentum] = [0.1, 0.9];
  const velocity = momentum * v - rate * g;
  return [w + velocity, velocity];
}

await check("8.4", momentumStep);`,
    hints: [
      "Return two numbers: [weight, velocity].",
      "First the velocity, v ← 0.9 v - 0.1 g, then the weight, w ← w + v, with the new velocity.",
    ],
    judge: functionOf({
      correct: (w: number, v: number, g: number): [number, number] => {
        const velocity = 0.9 * v - 0.1 * g;
        return [w + velocity, velocity];
      },
      draw: (random: Random): [number, number, number] => {
        const number = () => Math.round(20 * random.uniform() - 10) / 2 + 0.25;
        return [number(), number(), number()];
      },
      mistakes: [
        [
          (w, v, g) => [w + v, 0.9 * v - 0.1 * g],
          "The weight moves with the old velocity: compute the velocity first.",
        ],
        [
          (w, v, g) => [w + 0.9 * v + 0.1 * g, 0.9 * v + 0.1 * g],
          "The step goes up the slope: the gradient has a minus.",
        ],
        [
          (w, v, g) => [w - 0.1 * g, 0.9 * v - 0.1 * g],
          "The weight moves as in SGD, without its velocity.",
        ],
      ],
    }),
    wrong: [
      {
        cell: `${IMPORT}
await check("8.4", (w: number, v: number, g: number) => [w + v, 0.9 * v - 0.1 * g]);`,
        hint: "old velocity",
      },
      {
        cell: `${IMPORT}
await check("8.4", (w: number, v: number, g: number) => [
  w + 0.9 * v + 0.1 * g,
  0.9 * v + 0.1 * g,
]);`,
        hint: "up the slope",
      },
      {
        cell: `${IMPORT}
await check("8.4", (w: number, v: number, g: number) => [w - 0.1 * g, 0.9 * v - 0.1 * g]);`,
        hint: "as in SGD",
      },
    ],
  }),

  "8.5": defineExercise<(share: number) => number>({
    title: "find the bug: random learning rates",
    points: 2,
    cell: `${IMPORT}

function randomRate(share: number): number {
  const [least, most] = [0.0001, 0.1];
  return least + (most - least) * share;
}

await check("8.5", randomRate);`,
    solution: `${IMPORT}

function randomRate(share: number): number {
  const [least, most] = [0.0001, 0.1];
  return least * (most / least) ** share;
}

await check("8.5", randomRate);`,
    hints: [
      "For share = 0, 1/3, 2/3 and 1 the result should be 0.0001, 0.001, 0.01 and 0.1.",
      "Equal steps of the share multiply the result by equal factors: a power.",
    ],
    judge: functionOf({
      correct: (share: number): number => 0.0001 * 1000 ** share,
      draw: (random: Random, index): [number] => [index < 4 ? index / 3 : random.uniform()],
      untouched: (share) => 0.0001 + (0.1 - 0.0001) * share,
      mistakes: [
        [(share) => 10 ** share, "These are powers from 1 to 10: the range is 0.0001 to 0.1."],
        [(share) => 0.1 * share ** 3, "At 0 this is 0, and no learning rate: it must be 0.0001."],
        [
          (share) => 0.1 * 1000 ** share,
          "The smallest is 0.1: start at the least, not at the most.",
        ],
      ],
    }),
    wrong: [
      { cell: `${IMPORT}\nawait check("8.5", (share: number) => 10 ** share);`, hint: "1 to 10" },
      {
        cell: `${IMPORT}\nawait check("8.5", (share: number) => 0.1 * share ** 3);`,
        hint: "no learning rate",
      },
      {
        cell: `${IMPORT}\nawait check("8.5", (share: number) => 0.1 * 1000 ** share);`,
        hint: "start at the least",
      },
    ],
  }),

  "8.6": defineExercise<(a: number[], b: number[]) => boolean>({
    title: "is it really better?",
    points: 2,
    cell: `${IMPORT_TODO}

/** Whether a is clearly better than b: every run of a beats every run of b. */
function clearlyBetter(a: number[], b: number[]): boolean {
  return todo(); // your code
}

await check("8.6", clearlyBetter);`,
    solution: `${IMPORT}

/** Whether a is clearly better than b: every run of a beats every run of b. */
function clearlyBetter(a: number[], b: number[]): boolean {
  return Math.min(...a) > Math.max(...b);
}

await check("8.6", clearlyBetter);`,
    hints: [
      "Return true or false.",
      "Which run of a is the hardest to defend, and which run of b the hardest to beat?",
    ],
    judge: functionOf({
      correct: (a: number[], b: number[]): boolean => Math.min(...a) > Math.max(...b),
      draw: (random: Random, index): [number[], number[]] => {
        const [a, b] = [accuracies(random, index), accuracies(random, index + 1)];
        // One lucky run among worse ones: the best run and the mean disagree.
        if (index % 5 === 4) return [a, [...b.map((value) => value - 0.3), 1.01]];
        const shift = [0, 0.25, 0.1, -0.25][index % 4];
        return [a.map((value) => value + shift), b];
      },
      mistakes: [
        [(a, b) => meanOf(a) > meanOf(b), "You compare the means: the ranges may still overlap."],
        [
          (a, b) => Math.max(...a) > Math.max(...b),
          "You compare the luckiest runs: with more seeds, anything wins once.",
        ],
        [(a, b) => Math.max(...b) > Math.min(...a), "It is the other way round."],
      ],
    }),
    wrong: [
      {
        cell: `${IMPORT}
const mean = (v: number[]) => v.reduce((a, b) => a + b, 0) / v.length;
await check("8.6", (a: number[], b: number[]) => mean(a) > mean(b));`,
        hint: "may still overlap",
      },
      {
        cell: `${IMPORT}
await check("8.6", (a: number[], b: number[]) => Math.max(...a) > Math.max(...b));`,
        hint: "luckiest",
      },
      { cell: `${IMPORT}\nawait check("8.6", () => true);`, hint: "true or false" },
    ],
  }),

  "8.7": defineExercise<string>({
    title: "why not the test set",
    points: 1,
    cell: `${IMPORT}

const whyNotTest = "";

await check("8.7", whyNotTest);`,
    solution: `${IMPORT}

const whyNotTest =
  "The best of many settings is partly luck on these images, so its accuracy on them is too high.";

await check("8.7", whyNotTest);`,
    hints: ["Imagine 72 settings that are all equally good: what does the best one have?"],
    judge: sentence(),
    wrong: [{
      cell: `${IMPORT}\nawait check("8.7", "It is cheating.");`,
      hint: "at least 8 words",
    }],
  }),

  "8.8": defineExercise<string>({
    title: "your own sweep",
    points: 3,
    cell: `${IMPORT}

const report = ""; // what you varied, the mean and range you found, and what you conclude

await check("8.8", report);`,
    solution: `${IMPORT}

const report = "I varied the momentum, 0, 0.5, 0.9 and 0.99, with three seeds each; 0.9 was best on " +
  "the validation images, and its range does not overlap with that of 0.";

await check("8.8", report);`,
    hints: [
      "Name the hyperparameter, its values, the mean and range of each, and your conclusion.",
    ],
    judge: sentence(20),
    wrong: [{
      cell: `${IMPORT}\nawait check("8.8", "Adam is better than all the others, always.");`,
      hint: "at least 20 words",
    }],
  }),
} as const;
