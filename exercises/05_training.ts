/** Exercises of chapter 5: losses, slopes and gradient descent. */
import { randn, zeros } from "../lib/tensor/create.ts";
import { Random } from "../lib/tensor/random.ts";
import type { Tensor } from "../lib/tensor/tensor.ts";
import { agree } from "./agree.ts";
import { defineExercise, type Judge } from "./exercise.ts";
import { functionOf, sentence, valueOf } from "./judges.ts";

type Vector = Tensor<[number]>;

const DELTA = 1e-4;
const slope = (f: (x: number) => number, x: number) => (f(x + DELTA) - f(x - DELTA)) / (2 * DELTA);

/** Functions of one number, and where their slope is asked for. */
const CURVES: readonly (readonly [f: (x: number) => number, x: number])[] = [
  [(x) => x * x, 3],
  [(x) => x ** 3, -2],
  [(x) => Math.exp(x), 0.5],
  [(x) => Math.sin(5 * x), 1],
];

function bce(y: Vector, t: Vector): number {
  let loss = 0;
  for (let k = 0; k < y.size; k++) {
    loss -= t.at(k) * Math.log(y.at(k) + 1e-7) + (1 - t.at(k)) * Math.log(1 - y.at(k) + 1e-7);
  }
  return loss;
}

function gradient(f: (x: Vector) => number, x: Vector): Vector {
  const found = zeros([x.size]);
  for (let i = 0; i < x.size; i++) {
    const [up, down] = [x.copy(), x.copy()];
    up.set(x.at(i) + DELTA, i);
    down.set(x.at(i) - DELTA, i);
    found.set((f(up) - f(down)) / (2 * DELTA), i);
  }
  return found;
}

/** Judges a numerical gradient on functions that mix their numbers. */
const judgeGradient: Judge<(f: (x: Vector) => number, x: Vector) => Vector> = (answer) => {
  const f = (x: Vector) => x.at(0) ** 2 * x.at(-1) + 3 * x.sum() ** 2;
  for (let length = 1; length <= 4; length++) {
    const x = randn([length], new Random(length));
    const before = x.copy(), expected = gradient(f, x), found = answer(f, x);
    if (!agree(x.data, before.data)) {
      // The function of the cell leaves each number a little smaller.
      return agree(x.data, before.sub(DELTA).data)
        ? { kind: "unanswered" }
        : { kind: "wrong", mistake: "x is not what it was before: put each number back." };
    }
    if (!found.allClose(expected, { relative: 1e-5, absolute: 1e-6 })) {
      const example = `for ${length} numbers expected ${expected}, found ${found}`;
      const halved = found.allClose(expected.mul(2), { relative: 1e-5, absolute: 1e-6 });
      const mistake = halved
        ? "Twice too large: what is the distance of the two points?"
        : undefined;
      return { kind: "wrong", mistake, example };
    }
  }
  return { kind: "correct" };
};

/** Judges an initializer by the spread of its numbers. */
const judgeXavier: Judge<(inputs: number, outputs: number, random: Random) => Tensor> = (
  answer,
) => {
  for (const [inputs, outputs] of [[400, 50], [25, 800]]) {
    const W = answer(inputs, outputs, new Random(3));
    if (!agree(W.shape, [inputs, outputs])) {
      const example = `expected the shape [${inputs}, ${outputs}], found [${W.shape}]`;
      return { kind: "wrong", mistake: "A row for each input, a column for each output.", example };
    }
    const spread = Math.sqrt(W.mul(W).mean() - W.mean() ** 2), expected = 1 / Math.sqrt(inputs);
    if (Math.abs(spread / expected - 1) < 0.05 && Math.abs(W.mean()) < 0.1 * expected) continue;
    const example = `with ${inputs} inputs expected a spread of ${expected.toFixed(3)}, ` +
      `found ${spread.toFixed(3)}`;
    const mistake = Math.abs(spread * inputs - 1) < 0.05
      ? "You divide by the number of inputs: Xavier divides by its square root."
      : Math.abs(spread - 1) < 0.05
      ? "These are normal random numbers with spread 1: the division is missing."
      : undefined;
    return { kind: "wrong", mistake, example };
  }
  return { kind: "correct" };
};

const IMPORT = `import { check } from "mnist/exercises";`;
const IMPORT_TODO = `import { check, todo } from "mnist/exercises";`;

/** The exercises of the chapter, by id. */
export default {
  "5.1": defineExercise<number>({
    title: "forward passes of the naive way",
    points: 1,
    cell: `${IMPORT}

let passes: number | undefined = undefined;

await check("5.1", passes);`,
    solution: `${IMPORT}

const passes = 2 * (784 * 100 + 100 + 100 * 10 + 10);

await check("5.1", passes);`,
    hints: ["Count the weights and the biases.", "Each of them is changed up and down."],
    judge: valueOf(159_020, [
      [79_510, "One pass for each number? It is changed up and down."],
      [158_800, "The biases are missing."],
    ]),
    wrong: [
      {
        cell: `${IMPORT}\nawait check("5.1", 784 * 100 + 100 + 100 * 10 + 10);`,
        hint: "up and down",
      },
      { cell: `${IMPORT}\nawait check("5.1", 2 * (784 * 100 + 100 * 10));`, hint: "biases" },
      { cell: `${IMPORT}\nawait check("5.1", 2);`, hint: "Count the weights" },
    ],
  }),

  "5.2": defineExercise<number>({
    title: "two steps down",
    points: 1,
    cell: `${IMPORT}

let p: number | undefined = undefined; // after two steps

await check("5.2", p);`,
    solution: `${IMPORT}

const p = 1; // 4 - 0.25 · 8 = 2, then 2 - 0.25 · 4 = 1

await check("5.2", p);`,
    hints: ["The slope of p² is 2p.", "The second step starts where the first one ended."],
    judge: valueOf(1, [
      [2, "This is where the first step ends."],
      [0, "The slope is smaller at the second step: compute it again."],
      [9, "You went up: a step goes against the slope."],
    ]),
    wrong: [
      { cell: `${IMPORT}\nawait check("5.2", 2);`, hint: "first step" },
      { cell: `${IMPORT}\nawait check("5.2", 0);`, hint: "compute it again" },
      { cell: `${IMPORT}\nawait check("5.2", 9);`, hint: "went up" },
      { cell: `${IMPORT}\nawait check("5.2", 3.5);`, hint: "2p" },
    ],
  }),

  "5.3": defineExercise<(f: (x: number) => number, x: number) => number>({
    title: "the derivative of a function of one number",
    points: 2,
    cell: `${IMPORT_TODO}

function derivative(f: (x: number) => number, x: number): number {
  return todo(); // your code, with δ = 1e-4
}

await check("5.3", derivative);`,
    solution: `${IMPORT}

function derivative(f: (x: number) => number, x: number): number {
  const delta = 1e-4;
  return (f(x + delta) - f(x - delta)) / (2 * delta);
}

await check("5.3", derivative);`,
    hints: ["Return one number: the difference of two values of f, divided by their distance."],
    judge: functionOf<[f: (x: number) => number, x: number], number>({
      correct: slope,
      draw: (_, index) => [...CURVES[index % CURVES.length]],
      agrees: (found, expected) =>
        Math.abs(found - expected) < 1e-6 * Math.max(1, Math.abs(expected)),
      mistakes: [
        [(f, x) => 2 * slope(f, x), "Twice too large: the two points are 2δ apart."],
        [(f, x) => -slope(f, x), "The sign is wrong: f(x + δ) comes first."],
        [
          (f, x) => (f(x + DELTA) - f(x)) / DELTA,
          "This looks to one side only. Use f(x + δ) and f(x - δ): the error is much smaller.",
        ],
      ],
    }),
    wrong: [
      {
        cell: `${IMPORT}\nawait check("5.3", (f, x) => (f(x + 1e-4) - f(x - 1e-4)) / 1e-4);`,
        hint: "2δ apart",
      },
      {
        cell: `${IMPORT}\nawait check("5.3", (f, x) => (f(x - 1e-4) - f(x + 1e-4)) / 2e-4);`,
        hint: "sign is wrong",
      },
      {
        cell: `${IMPORT}\nawait check("5.3", (f, x) => (f(x + 1e-4) - f(x)) / 1e-4);`,
        hint: "one side only",
      },
      { cell: `${IMPORT}\nawait check("5.3", () => 6);`, hint: "divided by their distance" },
    ],
  }),

  "5.4": defineExercise<(w: Vector, gradient: Vector, rate: number) => Vector>({
    title: "one step of gradient descent",
    points: 2,
    cell: `import type { Tensor } from "mnist";
${IMPORT_TODO}

function step(w: Tensor<[number]>, gradient: Tensor<[number]>, rate: number): Tensor<[number]> {
  return todo(); // your code
}

await check("5.4", step);`,
    solution: `import type { Tensor } from "mnist";
${IMPORT}

function step(w: Tensor<[number]>, gradient: Tensor<[number]>, rate: number): Tensor<[number]> {
  return w.sub(gradient.mul(rate));
}

await check("5.4", step);`,
    hints: [
      "Return a new vector, as long as w.",
      "Multiply the gradient by the learning rate first.",
    ],
    judge: functionOf<[Vector, Vector, number], Vector>({
      correct: (w, gradient, rate) => w.sub(gradient.mul(rate)),
      draw: (
        random,
        index,
      ) => [randn([1 + index % 4], random), randn([1 + index % 4], random), 0.1],
      mistakes: [
        [(w, gradient, rate) => w.add(gradient.mul(rate)), "This goes up: the loss would grow."],
        [(w, gradient) => w.sub(gradient), "The learning rate is missing."],
        [(_, gradient, rate) => gradient.mul(rate), "This is the step: where does it start?"],
      ],
    }),
    wrong: [
      {
        cell: `${IMPORT}\nawait check("5.4", (w, g, rate) => w.add(g.mul(rate)));`,
        hint: "goes up",
      },
      {
        cell: `${IMPORT}\nawait check("5.4", (w, g) => w.sub(g));`,
        hint: "learning rate is missing",
      },
      {
        cell: `${IMPORT}\nawait check("5.4", (w, g, rate) => g.mul(rate));`,
        hint: "where does it start",
      },
    ],
  }),

  "5.5": defineExercise<(y: Vector, t: Vector) => number>({
    title: "binary cross-entropy",
    points: 2,
    cell: `import type { Tensor } from "mnist";
${IMPORT_TODO}

function crossEntropy(y: Tensor<[number]>, t: Tensor<[number]>): number {
  return todo(); // your code, with δ = 1e-7 in both logarithms
}

await check("5.5", crossEntropy);`,
    solution: `import type { Tensor } from "mnist";
${IMPORT}

function crossEntropy(y: Tensor<[number]>, t: Tensor<[number]>): number {
  let loss = 0;
  for (let k = 0; k < y.size; k++) {
    loss -= t.at(k) * Math.log(y.at(k) + 1e-7) + (1 - t.at(k)) * Math.log(1 - y.at(k) + 1e-7);
  }
  return loss;
}

await check("5.5", crossEntropy);`,
    hints: [
      "Return one number, the sum over all outputs.",
      "Two logarithms for each output, and a minus.",
    ],
    judge: functionOf<[Vector, Vector], number>({
      correct: bce,
      draw: (random, index) => [
        zeros([1 + index % 10]).map(() => 0.05 + 0.9 * random.uniform()),
        zeros([1 + index % 10]).map(() => random.uniform() < 0.5 ? 0.01 : 0.99),
      ],
      mistakes: [
        [(y, t) => -bce(y, t), "The sign is wrong: a loss is positive."],
        [
          (y, t) => -t.mul(y.map((v) => Math.log(v + 1e-7))).sum(),
          "Only the first half: a wrong yes must cost, too.",
        ],
        [(y, t) => bce(y, t) / y.size, "This is the mean: add the costs up."],
      ],
    }),
    wrong: [
      {
        cell: `${IMPORT}
await check("5.5", (y, t) => {
  let loss = 0;
  for (let k = 0; k < y.size; k++) {
    loss += t.at(k) * Math.log(y.at(k) + 1e-7) + (1 - t.at(k)) * Math.log(1 - y.at(k) + 1e-7);
  }
  return loss;
});`,
        hint: "sign is wrong",
      },
      {
        cell: `${IMPORT}
await check("5.5", (y, t) => -t.mul(y.map((v) => Math.log(v + 1e-7))).sum());`,
        hint: "first half",
      },
      { cell: `${IMPORT}\nawait check("5.5", () => 0.56);`, hint: "one number" },
    ],
  }),

  "5.6": defineExercise<(f: (x: Vector) => number, x: Vector) => Vector>({
    title: "the bug in the numerical derivative",
    points: 2,
    cell: `import { type Tensor, zeros } from "mnist";
${IMPORT}

function buggy(f: (x: Tensor<[number]>) => number, x: Tensor<[number]>): Tensor<[number]> {
  const delta = 1e-4, gradient = zeros([x.size]);
  for (let i = 0; i < x.size; i++) {
    const before = x.at(i);
    x.set(before + delta, i);
    const up = f(x);
    x.set(before - delta, i);
    const down = f(x);
    gradient.set((up - down) / (2 * delta), i);
  }
  return gradient;
}

await check("5.6", buggy);`,
    solution: `import { type Tensor, zeros } from "mnist";
${IMPORT}

function buggy(f: (x: Tensor<[number]>) => number, x: Tensor<[number]>): Tensor<[number]> {
  const delta = 1e-4, gradient = zeros([x.size]);
  for (let i = 0; i < x.size; i++) {
    const before = x.at(i);
    x.set(before + delta, i);
    const up = f(x);
    x.set(before - delta, i);
    const down = f(x);
    x.set(before, i); // this line was missing
    gradient.set((up - down) / (2 * delta), i);
  }
  return gradient;
}

await check("5.6", buggy);`,
    hints: ["Print x before and after a call: it should be the same."],
    judge: judgeGradient,
    wrong: [
      {
        cell: `import { zeros } from "mnist";
${IMPORT}
await check("5.6", (_, x) => zeros([x.size]));`,
        hint: "before and after",
      },
      {
        cell: `import { zeros } from "mnist";
${IMPORT}
await check("5.6", (f, x) => {
  const gradient = zeros([x.size]);
  for (let i = 0; i < x.size; i++) {
    const before = x.at(i);
    x.set(before + 1e-4, i);
    const up = f(x);
    x.set(before - 1e-4, i);
    gradient.set((up - f(x)) / 1e-4, i);
    x.set(before, i);
  }
  return gradient;
});`,
        hint: "Twice too large",
      },
      {
        cell: `import { zeros } from "mnist";
${IMPORT}
await check("5.6", (f, x) => {
  x.set(x.at(0) + 1, 0);
  return zeros([x.size]).add(f(x));
});`,
        hint: "put each number back",
      },
    ],
  }),

  "5.7": defineExercise<(inputs: number, outputs: number, random: Random) => Tensor>({
    title: "Xavier's initialization",
    points: 2,
    cell: `import { randn, type Random, type Tensor } from "mnist";
${IMPORT_TODO}

function xavier(inputs: number, outputs: number, random: Random): Tensor {
  return todo(); // your code: randn([…, …], random) and a division
}

await check("5.7", xavier);`,
    solution: `import { randn, type Random, type Tensor } from "mnist";
${IMPORT}

function xavier(inputs: number, outputs: number, random: Random): Tensor {
  return randn([inputs, outputs], random).div(Math.sqrt(inputs));
}

await check("5.7", xavier);`,
    hints: ["The spread of the numbers depends on the number of inputs only."],
    judge: judgeXavier,
    wrong: [
      {
        cell: `import { randn } from "mnist";
${IMPORT}
await check("5.7", (inputs, outputs, random) => randn([inputs, outputs], random));`,
        hint: "division is missing",
      },
      {
        cell: `import { randn } from "mnist";
${IMPORT}
await check("5.7", (inputs, outputs, random) => randn([inputs, outputs], random).div(inputs));`,
        hint: "square root",
      },
      {
        cell: `import { randn } from "mnist";
${IMPORT}
await check("5.7", (inputs, outputs, random) => randn([outputs, inputs], random));`,
        hint: "row for each input",
      },
    ],
  }),

  "5.8": defineExercise<string>({
    title: "why zeros do not learn",
    points: 1,
    cell: `${IMPORT}

const whyZeros = "";

await check("5.8", whyZeros);`,
    solution: `${IMPORT}

const whyZeros = "All hidden neurons compute the same, so they get the same slopes and stay equal.";

await check("5.8", whyZeros);`,
    hints: ["Say what two hidden neurons have in common before and after a step."],
    judge: sentence(),
    wrong: [{ cell: `${IMPORT}\nawait check("5.8", "Zero is bad.");`, hint: "at least 8 words" }],
  }),
} as const;
