/** Exercises of chapter 0: perceptrons and gates. */
import type { Random } from "../lib/tensor/random.ts";
import { defineExercise, type Judge } from "./exercise.ts";
import { functionOf, sentence, valueOf } from "./judges.ts";

const INPUTS = [[0, 0], [1, 0], [0, 1], [1, 1]] as const;

function perceptron(x: readonly number[], w: readonly number[], b: number): number {
  return x.reduce((sum, xi, i) => sum + xi * w[i], b) > 0 ? 1 : 0;
}

type Gate = (x1: number, x2: number) => number;

/** The inputs of a gate, one after the other. */
const gateInput = (_: Random, index: number): [number, number] => [...INPUTS[index % 4]];

/** Judges `[w1, w2, b]` by the truth table. */
function gateNumbers(table: readonly number[]): Judge<readonly number[]> {
  return ([w1, w2, b, ...rest]) => {
    if (rest.length > 0 || ![w1, w2, b].every(Number.isFinite)) {
      return { kind: "wrong", mistake: "Expected three numbers: [w1, w2, b]." };
    }
    const outputs = INPUTS.map((x) => perceptron(x, [w1, w2], b));
    const wrong = outputs.findIndex((y, i) => y !== table[i]);
    if (wrong < 0) return { kind: "correct" };
    const mistake = outputs.every((y, i) => y !== table[i])
      ? "This is exactly the opposite gate: change the sign of all three numbers."
      : undefined;
    const example = `for (${INPUTS[wrong].join(", ")}) expected ${table[wrong]}, ` +
      `found ${outputs[wrong]}`;
    return { kind: "wrong", mistake, example };
  };
}

type Numbers = [w1: number, w2: number, b: number];

/** The numbers of a perceptron after one step of Rosenblatt's rule: w + η(t - y)x, b + η(t - y). */
function learned([w1, w2, b]: Numbers, x1: number, x2: number, t: number, rate: number): Numbers {
  const step = rate * (t - perceptron([x1, x2], [w1, w2], b));
  return [w1 + step * x1, w2 + step * x2, b + step];
}

const IMPORT = `import { check } from "mnist/exercises";`;
const IMPORT_TODO = `import { check, todo } from "mnist/exercises";`;

/** The exercises of the chapter, by id. */
export default {
  "0.1": defineExercise<number>({
    title: "the output of a perceptron",
    points: 1,
    cell: `${IMPORT}

let output: number | undefined = undefined; // 0 or 1

await check("0.1", output);`,
    solution: `${IMPORT}

const output = 0; // 1 · 0.5 + 0 · 0.5 - 0.5 is 0, and 0 is not above 0

await check("0.1", output);`,
    hints: ["Compute the sum a first.", "The output is 1 only if the sum is above 0."],
    judge: valueOf(0, [
      [1, "The sum is exactly 0: is 0 above 0?"],
      [0.5, "The output of a perceptron is 0 or 1."],
    ]),
    wrong: [
      { cell: `${IMPORT}\nawait check("0.1", 1);`, hint: "exactly 0" },
      { cell: `${IMPORT}\nawait check("0.1", 0.5);`, hint: "0 or 1" },
      { cell: `${IMPORT}\nawait check("0.1", -0.5);`, hint: "sum a first" },
    ],
  }),

  "0.2": defineExercise<readonly number[]>({
    title: "NOR",
    points: 1,
    cell: `${IMPORT}

let nor: [number, number, number] | undefined = undefined; // [w1, w2, b]

await check("0.2", nor);`,
    solution: `${IMPORT}

const nor: [number, number, number] = [-0.5, -0.5, 0.2];

await check("0.2", nor);`,
    hints: ["NOR is the opposite of OR, as NAND is the opposite of AND."],
    judge: gateNumbers([1, 0, 0, 0]),
    wrong: [
      { cell: `${IMPORT}\nawait check("0.2", [0.5, 0.5, -0.2]);`, hint: "opposite gate" },
      { cell: `${IMPORT}\nawait check("0.2", [-0.5, -0.5, 0.7]);`, hint: "opposite of OR" },
      { cell: `${IMPORT}\nawait check("0.2", [-0.5, -0.5]);`, hint: "three numbers" },
    ],
  }),

  "0.3": defineExercise<(x: number[], w: number[], b: number) => number>({
    title: "a perceptron with any number of inputs",
    points: 2,
    cell: `${IMPORT_TODO}

function perceptronN(x: number[], w: number[], b: number): number {
  return todo(); // your code
}

await check("0.3", perceptronN);`,
    solution: `${IMPORT}

function perceptronN(x: number[], w: number[], b: number): number {
  let a = b;
  for (let i = 0; i < x.length; i++) a += x[i] * w[i];
  return a > 0 ? 1 : 0;
}

await check("0.3", perceptronN);`,
    hints: ["Return 0 or 1.", "Start with the bias and add x[i] times w[i] for each i."],
    judge: functionOf({
      correct: perceptron,
      draw: (random: Random, index): [number[], number[], number] => {
        const numbers = () =>
          Array.from({ length: index % 5 + 1 }, () => Math.round(random.uniform() * 8 - 4));
        // Sums are near 0, where the bias decides.
        const x = numbers(), w = numbers();
        const sum = x.reduce((sum, xi, i) => sum + xi * w[i], 0);
        return [x, w, (index % 2 === 0 ? 1 : -1) * 0.5 - (index % 3 === 0 ? 0 : sum)];
      },
      mistakes: [
        [
          (x, w, b) => x.reduce((sum, xi, i) => sum + xi * w[i], b),
          "This is the sum: the output is 1 if it is above 0, else 0.",
        ],
        [(x, w) => perceptron(x, w, 0), "The bias is missing."],
        [(x, w, b) => perceptron(x.slice(0, 2), w, b), "There may be more than two inputs."],
      ],
    }),
    wrong: [
      {
        cell: `${IMPORT}
await check("0.3", (x, w, b) => x.reduce((sum, xi, i) => sum + xi * w[i], b));`,
        hint: "This is the sum",
      },
      {
        cell: `${IMPORT}
await check("0.3", (x, w) => x.reduce((sum, xi, i) => sum + xi * w[i], 0) > 0 ? 1 : 0);`,
        hint: "bias is missing",
      },
      { cell: `${IMPORT}\nawait check("0.3", () => 1);`, hint: "Return 0 or 1" },
    ],
  }),

  "0.4": defineExercise<Gate>({
    title: "the bug in XOR",
    points: 2,
    cell: `${IMPORT}

const gate = (w1: number, w2: number, b: number) => (x1: number, x2: number) =>
  x1 * w1 + x2 * w2 + b > 0 ? 1 : 0;

function xor(x1: number, x2: number): number {
  const s1 = gate(-0.5, -0.5, 1.2)(x1, x2);
  const s2 = gate(0.5, 0.5, -0.2)(x1, x2);
  return gate(0.5, 0.5, -0.7)(s1, s2);
}

await check("0.4", xor);`,
    solution: `${IMPORT}

const gate = (w1: number, w2: number, b: number) => (x1: number, x2: number) =>
  x1 * w1 + x2 * w2 + b > 0 ? 1 : 0;

function xor(x1: number, x2: number): number {
  const s1 = gate(-0.5, -0.5, 0.7)(x1, x2); // NAND: 0 for (1, 1)
  const s2 = gate(0.5, 0.5, -0.2)(x1, x2);
  return gate(0.5, 0.5, -0.7)(s1, s2);
}

await check("0.4", xor);`,
    hints: [
      "Make the truth table of each of the three gates: one of them is not what it should be.",
      "s1 should be NAND.",
    ],
    judge: functionOf<[number, number], number>({
      correct: (x1, x2) => x1 === x2 ? 0 : 1,
      draw: gateInput,
      untouched: (x1, x2) => x1 + x2 > 0 ? 1 : 0,
      mistakes: [
        [(x1, x2) => x1 === x2 ? 1 : 0, "This is the opposite of XOR."],
        [(x1, x2) => x1 * x2, "This is AND."],
      ],
    }),
    wrong: [
      { cell: `${IMPORT}\nawait check("0.4", (x1, x2) => x1 === x2 ? 1 : 0);`, hint: "opposite" },
      { cell: `${IMPORT}\nawait check("0.4", (x1, x2) => x1 * x2);`, hint: "This is AND" },
      { cell: `${IMPORT}\nawait check("0.4", () => 0);`, hint: "truth table" },
    ],
  }),

  "0.5": defineExercise<number>({
    title: "the numbers of 784-100-10",
    points: 1,
    cell: `${IMPORT}

let count: number | undefined = undefined; // weights and biases

await check("0.5", count);`,
    solution: `${IMPORT}

const count = 784 * 100 + 100 + 100 * 10 + 10;

await check("0.5", count);`,
    hints: ["Each neuron has one weight for each number of the layer before it, and one bias."],
    judge: valueOf(79_510, [
      [79_400, "You counted the weights: the biases are missing."],
      [784_000, "The layers are connected one after the other: add their weights."],
    ]),
    wrong: [
      { cell: `${IMPORT}\nawait check("0.5", 784 * 100 + 100 * 10);`, hint: "biases are missing" },
      { cell: `${IMPORT}\nawait check("0.5", 784 * 100 * 10);`, hint: "add their weights" },
      { cell: `${IMPORT}\nawait check("0.5", 894);`, hint: "one weight for each number" },
    ],
  }),

  "0.6": defineExercise<(x1: number, x2: number, x3: number) => number>({
    title: "two of three",
    points: 2,
    cell: `${IMPORT_TODO}

function majority(x1: number, x2: number, x3: number): number {
  return todo(); // your code: a sum of three products and a bias, then the step
}

await check("0.6", majority);`,
    solution: `${IMPORT}

function majority(x1: number, x2: number, x3: number): number {
  return x1 * 1 + x2 * 1 + x3 * 1 - 1.5 > 0 ? 1 : 0;
}

await check("0.6", majority);`,
    hints: [
      "With equal weights the sum counts the votes.",
      "Choose the bias so that the sum is above 0 from two votes on.",
    ],
    judge: functionOf<[number, number, number], number>({
      correct: (x1, x2, x3) => x1 + x2 + x3 >= 2 ? 1 : 0,
      draw: (_, index) => [index & 1, index >> 1 & 1, index >> 2 & 1],
      mistakes: [
        [
          (x1, x2, x3) => x1 + x2 + x3 > 0 ? 1 : 0,
          "One vote is enough for this one: the bias is too large.",
        ],
        [
          (x1, x2, x3) => x1 + x2 + x3 > 2 ? 1 : 0,
          "This needs three votes: the bias is too small.",
        ],
      ],
    }),
    wrong: [
      {
        cell: `${IMPORT}\nawait check("0.6", (a, b, c) => a + b + c > 0 ? 1 : 0);`,
        hint: "One vote",
      },
      {
        cell: `${IMPORT}\nawait check("0.6", (a, b, c) => a + b + c > 2 ? 1 : 0);`,
        hint: "three votes",
      },
      { cell: `${IMPORT}\nawait check("0.6", (a, b, c) => a + b + c);`, hint: "counts the votes" },
    ],
  }),

  "0.7": defineExercise<string>({
    title: "why one perceptron cannot be XOR",
    points: 1,
    cell: `${IMPORT}

const why = "";

await check("0.7", why);`,
    solution: `${IMPORT}

const why = "The border of a perceptron is a straight line, and no straight line separates the " +
  "points (1, 0) and (0, 1) from (0, 0) and (1, 1).";

await check("0.7", why);`,
    hints: ["Say what the border of a perceptron looks like, and where the four points are."],
    judge: sentence(),
    wrong: [{ cell: `${IMPORT}\nawait check("0.7", "It is hard.");`, hint: "at least 8 words" }],
  }),

  "0.8": defineExercise<(numbers: Numbers, x1: number, x2: number, t: number) => Numbers>({
    title: "one step of learning",
    points: 3,
    cell: `${IMPORT_TODO}

type Numbers = [w1: number, w2: number, b: number];

function learn([w1, w2, b]: Numbers, x1: number, x2: number, t: number): Numbers {
  const y = x1 * w1 + x2 * w2 + b > 0 ? 1 : 0;
  return todo(); // your code: the new [w1, w2, b]
}

await check("0.8", learn);`,
    solution: `${IMPORT}

type Numbers = [w1: number, w2: number, b: number];

function learn([w1, w2, b]: Numbers, x1: number, x2: number, t: number): Numbers {
  const y = x1 * w1 + x2 * w2 + b > 0 ? 1 : 0;
  const step = 0.1 * (t - y);
  return [w1 + step * x1, w2 + step * x2, b + step];
}

await check("0.8", learn);`,
    hints: [
      "Return three numbers. If y equals t, they are the old ones.",
      "Compute 0.1 · (t - y) once: the bias changes by it, each weight by it times its input.",
    ],
    judge: functionOf({
      correct: (numbers, x1, x2, t) => learned(numbers, x1, x2, t, 0.1),
      draw: (random: Random, index): [Numbers, number, number, number] => {
        const any = () => Math.round(random.uniform() * 20 - 10) / 10;
        return [[any(), any(), any()], any(), any(), index % 2];
      },
      mistakes: [
        [
          (numbers, x1, x2, t) => learned(numbers, x1, x2, t, -0.1),
          "It goes the wrong way: where the output is 0 and should be 1, the sum must grow.",
        ],
        [
          (numbers, x1, x2, t) => learned(numbers, x1, x2, t, 1),
          "The steps are ten times too long: multiply them by 0.1.",
        ],
        [
          (numbers, x1, x2, t) => {
            const [w1, w2] = learned(numbers, x1, x2, t, 0.1);
            return [w1, w2, numbers[2]];
          },
          "The weights are correct. The bias learns, too.",
        ],
      ],
    }),
    wrong: [
      {
        cell: `${IMPORT}
await check("0.8", ([w1, w2, b], x1, x2, t) => {
  const step = 0.1 * ((x1 * w1 + x2 * w2 + b > 0 ? 1 : 0) - t);
  return [w1 + step * x1, w2 + step * x2, b + step];
});`,
        hint: "wrong way",
      },
      {
        cell: `${IMPORT}
await check("0.8", ([w1, w2, b], x1, x2, t) => {
  const step = 0.1 * (t - (x1 * w1 + x2 * w2 + b > 0 ? 1 : 0));
  return [w1 + step * x1, w2 + step * x2, b];
});`,
        hint: "The bias learns",
      },
      { cell: `${IMPORT}\nawait check("0.8", (numbers) => numbers);`, hint: "three numbers" },
    ],
  }),
} as const;
