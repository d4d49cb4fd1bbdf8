/** Exercises of chapter 6: backpropagation, layers, mini-batches. */
import { Affine, Layer, remembered } from "../lib/nn/layers.ts";
import { softmax } from "../lib/nn/functions.ts";
import { oneHot, randn, tensor } from "../lib/tensor/create.ts";
import type { Random } from "../lib/tensor/random.ts";
import type { Tensor } from "../lib/tensor/tensor.ts";
import { defineExercise } from "./exercise.ts";
import { functionOf, layerOf, sentence, valueOf } from "./judges.ts";

/** A layer of one input tensor, from two functions. */
class FromFunctions extends Layer {
  #x: Tensor | undefined;

  constructor(
    readonly compute: (x: Tensor) => Tensor,
    readonly gradient: (dout: Tensor, x: Tensor) => Tensor,
  ) {
    super();
  }

  forward(x: Tensor): Tensor {
    return this.compute(this.#x = x);
  }

  backward(dout: Tensor): Tensor {
    return this.gradient(dout, remembered(this.#x, this));
  }
}

const square = (gradient: (dout: Tensor, x: Tensor) => Tensor) => () =>
  new FromFunctions((x) => x.mul(x), gradient);

const leaky = (x: Tensor, slope = 0.1) => x.map((v) => v > 0 ? v : slope * v);

const leakyRelu = (gradient: (dout: Tensor, x: Tensor) => Tensor) => () =>
  new FromFunctions(leaky, gradient);

/** y = x·W + b, whose gradients are changed after a correct backward. */
class Changed extends Affine {
  constructor(random: Random, readonly change: (layer: Changed, dout: Tensor) => Tensor | void) {
    super(randn([5, 3], random), randn([3], random));
  }

  override backward(dout: Tensor<[number, number]>): Tensor<[number, number]> {
    const dx = super.backward(dout);
    return this.change(this, dout)?.expect([-1, -1]) ?? dx;
  }
}

type Labels = Tensor<[number]>;
type Matrix = Tensor<[number, number]>;

/** (softmax(a) - one-hot) / N */
function scoreGradient(a: Matrix, labels: Labels): Matrix {
  return softmax(a).sub(oneHot(labels, a.shape[1])).div(a.shape[0]).like(a);
}

/** One epoch of gradient descent for y = w·x with the squared error, batch by batch. */
function descend(
  x: number[],
  t: number[],
  w: number,
  rate: number,
  size: number,
  divide = (length: number) => length,
): number {
  for (let start = 0; start < x.length; start += size) {
    let sum = 0;
    const end = Math.min(start + size, x.length);
    for (let i = start; i < end; i++) sum += 2 * (x[i] * w - t[i]) * x[i];
    w -= rate * sum / divide(end - start);
  }
  return w;
}

/** The exercises of the chapter, by id. */
export default {
  "6.1": defineExercise<number>({
    title: "backwards by hand",
    points: 1,
    cell: `import { check } from "mnist/exercises";

let slope: number | undefined = undefined; // ∂E/∂w

await check("6.1", slope);`,
    solution: `import { check } from "mnist/exercises";

const u = 3 * 2; // forward: 6
const d = u - 10; // -4
const slope = 2 * d * 1 * 3; // backward: times 2d, times 1, times x

await check("6.1", slope);`,
    hints: ["Go forward first: what are u and d?", "Then multiply 2d, 1 and x."],
    judge: valueOf(-24, [
      [24, "Check the sign: d = u - t is negative here."],
      [-8, "This is ∂E/∂u: one step further back, there is another factor."],
      [-16, "This is ∂E/∂x: the factor for w is the other input of the product."],
    ]),
    wrong: [
      { cell: `import { check } from "mnist/exercises";\nawait check("6.1", 24);`, hint: "sign" },
      { cell: `import { check } from "mnist/exercises";\nawait check("6.1", -8);`, hint: "∂E/∂u" },
      { cell: `import { check } from "mnist/exercises";\nawait check("6.1", -16);`, hint: "∂E/∂x" },
      { cell: `import { check } from "mnist/exercises";\nawait check("6.1", 5);`, hint: "forward" },
    ],
  }),

  "6.2": defineExercise<readonly number[]>({
    title: "the shape of ∂E/∂W",
    points: 1,
    cell: `import { check } from "mnist/exercises";

let shape: number[] | undefined = undefined; // such as [2, 3]

await check("6.2", shape);`,
    solution: `import { check } from "mnist/exercises";

const shape = [784, 30]; // one slope for each weight, for any size of batch

await check("6.2", shape);`,
    hints: ["A shape is an array of two numbers here.", "How many slopes does one weight have?"],
    judge: valueOf<readonly number[]>([784, 30], [
      [[64, 30], "This is the shape of the output, and of ∂E/∂y."],
      [[64, 784], "This is the shape of the input, and of ∂E/∂x."],
      [[30, 784], "This is the shape of the transposed matrix."],
      [[64, 784, 30], "The slopes of the 64 images are added up."],
    ]),
    wrong: [
      {
        cell: `import { check } from "mnist/exercises";\nawait check("6.2", [64, 30]);`,
        hint: "output",
      },
      {
        cell: `import { check } from "mnist/exercises";\nawait check("6.2", [30, 784]);`,
        hint: "transposed",
      },
      {
        cell: `import { check } from "mnist/exercises";\nawait check("6.2", [64, 784, 30]);`,
        hint: "added up",
      },
    ],
  }),

  "6.3": defineExercise<new () => Layer>({
    title: "the backward of x²",
    points: 2,
    cell: `import { Layer, type Tensor, tensor } from "mnist";
import { check, todo } from "mnist/exercises";

class Square extends Layer {
  x: Tensor = tensor([]);

  forward(x: Tensor): Tensor {
    this.x = x;
    return x.mul(x);
  }

  backward(dout: Tensor): Tensor {
    return todo(); // your code
  }
}
await check("6.3", Square);`,
    solution: `import { Layer, type Tensor, tensor } from "mnist";
import { check } from "mnist/exercises";

class Square extends Layer {
  x: Tensor = tensor([]);

  forward(x: Tensor): Tensor {
    this.x = x;
    return x.mul(x);
  }

  backward(dout: Tensor): Tensor {
    return dout.mul(this.x.mul(2));
  }
}
await check("6.3", Square);`,
    hints: [
      "backward returns a tensor in the shape of x.",
      "Multiply what arrives, dout, by the derivative of x².",
    ],
    judge: layerOf<new () => Layer>({
      make: (Answer) => new Answer(),
      correct: square((dout, x) => dout.mul(x.mul(2))),
      draw: (random) => randn([3, 4], random),
      mistakes: [
        [square((_, x) => x.mul(2)), "This is the derivative alone: multiply it by dout."],
        [square((dout) => dout.mul(2)), "The derivative of x² depends on x."],
        [square((dout, x) => dout.mul(x)), "A factor is missing in the derivative of x²."],
        [square((dout, x) => dout.mul(x).mul(x)), "This is x² again, not its derivative."],
      ],
    }),
    wrong: [
      ["return this.x.mul(2);", "derivative alone"],
      ["return dout.mul(2);", "depends on x"],
      ["return dout.mul(this.x);", "factor is missing"],
      ["return dout.sum(0);", "shape"],
    ].map(([body, hint]) => ({
      cell: `import { Layer, type Tensor, tensor } from "mnist";
import { check } from "mnist/exercises";
class Square extends Layer {
  x: Tensor = tensor([]);
  forward(x: Tensor): Tensor {
    this.x = x;
    return x.mul(x);
  }
  backward(dout: Tensor): Tensor {
    ${body}
  }
}
await check("6.3", Square);`,
      hint,
    })),
  }),

  "6.4": defineExercise<new (W: Matrix, b: Labels) => Layer>({
    title: "the bug in an affine layer",
    points: 2,
    cell: `import { Affine, type Tensor } from "mnist";
import { check } from "mnist/exercises";

class MyAffine extends Affine {
  x!: Tensor<[number, number]>;
  override forward(x: Tensor<[number, number]>): Tensor<[number, number]> {
    this.x = x;
    return x.dot(this.params.W).add(this.params.b);
  }
  override backward(dout: Tensor<[number, number]>): Tensor<[number, number]> {
    this.grads.W = this.x.T.dot(dout);
    this.grads.b = dout.at(0);
    return dout.dot(this.params.W.T);
  }
}
await check("6.4", MyAffine);`,
    solution: `import { Affine, type Tensor } from "mnist";
import { check } from "mnist/exercises";

class MyAffine extends Affine {
  x!: Tensor<[number, number]>;
  override forward(x: Tensor<[number, number]>): Tensor<[number, number]> {
    this.x = x;
    return x.dot(this.params.W).add(this.params.b);
  }
  override backward(dout: Tensor<[number, number]>): Tensor<[number, number]> {
    this.grads.W = this.x.T.dot(dout);
    this.grads.b = dout.sum(0); // every image of the batch uses the bias
    return dout.dot(this.params.W.T);
  }
}
await check("6.4", MyAffine);`,
    hints: [
      "One of the three gradients is wrong. With a batch of one image it would be correct.",
      "How many images of the batch does each bias take part in?",
    ],
    judge: layerOf<new (W: Matrix, b: Labels) => Layer>({
      make: (Answer, random) => new Answer(randn([5, 3], random), randn([3], random)),
      correct: (random) => new Affine(randn([5, 3], random), randn([3], random)),
      draw: (random) => randn([4, 5], random),
      untouched: (random) =>
        new Changed(random, (layer, dout) => {
          layer.grads.b = dout.expect([-1, -1]).at(0);
        }),
      mistakes: [
        [
          (random) =>
            new Changed(random, (layer, dout) => {
              layer.grads.b = dout.expect([-1, -1]).sum(0).div(dout.shape[0]);
            }),
          "Not the mean: the loss divides by N already.",
        ],
        [
          (random) =>
            new Changed(random, (layer, dout) => {
              layer.grads.b = dout.expect([-1, -1]).at(-1);
            }),
          "This is another single image.",
        ],
      ],
    }),
    wrong: [
      ["dout.sum(0).div(dout.shape[0])", "Not the mean"],
      ["dout.at(-1)", "single image"],
      ["dout.sum(0).mul(2)", "batch of one image"],
      ["dout.sum()", "the gradient by b: expected a tensor [3]"],
    ].map(([gradient, hint]) => ({
      cell: `import { Affine, type Tensor } from "mnist";
import { check } from "mnist/exercises";
class MyAffine extends Affine {
  override backward(dout: Tensor<[number, number]>): Tensor<[number, number]> {
    const dx = super.backward(dout);
    this.grads.b = ${gradient};
    return dx;
  }
}
await check("6.4", MyAffine);`,
      hint,
    })),
  }),

  "6.5": defineExercise<new () => Layer>({
    title: "a leaky ReLU",
    points: 3,
    cell: `import { Layer, type Tensor, tensor } from "mnist";
import { check, todo } from "mnist/exercises";

class LeakyRelu extends Layer {
  x: Tensor = tensor([]);

  forward(x: Tensor): Tensor {
    return todo(); // your code
  }

  backward(dout: Tensor): Tensor {
    return todo(); // your code
  }
}
await check("6.5", LeakyRelu);`,
    solution: `import { Layer, type Tensor, tensor } from "mnist";
import { check } from "mnist/exercises";

class LeakyRelu extends Layer {
  x: Tensor = tensor([]);

  forward(x: Tensor): Tensor {
    this.x = x;
    return x.map((v) => v > 0 ? v : 0.1 * v);
  }

  backward(dout: Tensor): Tensor {
    return dout.mul(this.x.map((v) => v > 0 ? 1 : 0.1));
  }
}
await check("6.5", LeakyRelu);`,
    hints: [
      "forward keeps x for backward; x.map((v) => …) computes a tensor number by number.",
      "The slope is 1 where x is above 0, and 0.1 elsewhere.",
    ],
    judge: layerOf<new () => Layer>({
      make: (Answer) => new Answer(),
      correct: leakyRelu((dout, x) => dout.mul(x.map((v) => v > 0 ? 1 : 0.1))),
      draw: (random) => randn([3, 4], random),
      mistakes: [
        [
          () => new FromFunctions((x) => leaky(x, 0), (dout) => dout),
          "This is the plain ReLU: below 0 a leaky one is 0.1·x.",
        ],
        [
          leakyRelu((dout) => leaky(dout)),
          "The sign of x decides about the slope, not that of dout.",
        ],
        [leakyRelu((_, x) => x.map((v) => v > 0 ? 1 : 0.1)), "Multiply the slope by dout."],
        [
          leakyRelu((dout, x) => dout.mul(x.map((v) => v > 0 ? 1 : 0))),
          "This is the backward of the plain ReLU: below 0 the slope is 0.1.",
        ],
      ],
    }),
    wrong: [
      ["x.map((v) => Math.max(0, v))", "dout", "plain ReLU"],
      [
        "x.map((v) => v > 0 ? v : 0.1 * v)",
        "dout.map((v) => v > 0 ? v : 0.1 * v)",
        "sign of x",
      ],
      [
        "x.map((v) => v > 0 ? v : 0.1 * v)",
        "this.x.map((v) => v > 0 ? 1 : 0.1)",
        "Multiply the slope by dout",
      ],
    ].map(([forward, backward, hint]) => ({
      cell: `import { Layer, type Tensor, tensor } from "mnist";
import { check } from "mnist/exercises";
class LeakyRelu extends Layer {
  x: Tensor = tensor([]);
  forward(x: Tensor): Tensor {
    this.x = x;
    return ${forward};
  }
  backward(dout: Tensor): Tensor {
    return ${backward};
  }
}
await check("6.5", LeakyRelu);`,
      hint,
    })),
  }),

  "6.6": defineExercise<(a: Matrix, labels: Labels) => Matrix>({
    title: "the gradient of softmax with cross-entropy",
    points: 2,
    cell: `import type { Tensor } from "mnist";
import { check, todo } from "mnist/exercises";

/** ∂E/∂a [N, C] for scores a [N, C] and labels [N]; E is the mean over the N images. */
function gradientOfScores(a: Tensor<[number, number]>, labels: Tensor<[number]>) {
  return todo(); // your code
}

await check("6.6", gradientOfScores);`,
    solution: `import { oneHot, softmax, type Tensor } from "mnist";
import { check } from "mnist/exercises";

/** ∂E/∂a [N, C] for scores a [N, C] and labels [N]; E is the mean over the N images. */
function gradientOfScores(a: Tensor<[number, number]>, labels: Tensor<[number]>) {
  const [N, C] = a.shape;
  return softmax(a).sub(oneHot(labels, C)).div(N);
}

await check("6.6", gradientOfScores);`,
    hints: [
      "The result has the shape of a.",
      "Prediction minus target, for each image: softmax and oneHot of the library give both.",
    ],
    judge: functionOf<[Matrix, Labels], Matrix>({
      correct: scoreGradient,
      draw: (random, index) => {
        const [N, C] = [1 + index % 4, 3];
        const labels = Array.from({ length: N }, () => random.integer(C));
        return [randn([N, C], random), tensor(labels, "int32")];
      },
      mistakes: [
        [
          (a, labels) => scoreGradient(a, labels).mul(a.shape[0]),
          "E is a mean: something is to be divided by the number of images.",
        ],
        [
          (a, labels) => a.sub(oneHot(labels, a.shape[1])).div(a.shape[0]).like(a),
          "The scores are not the prediction yet: use softmax.",
        ],
        [(a) => softmax(a).div(a.shape[0]), "The target is missing."],
        [(a, labels) => scoreGradient(a, labels).mul(-1), "The sign: prediction minus target."],
      ],
    }),
    wrong: [
      ["softmax(a).sub(oneHot(labels, a.shape[1]))", "E is a mean"],
      ["a.sub(oneHot(labels, a.shape[1])).div(a.shape[0])", "use softmax"],
      ["softmax(a).div(a.shape[0])", "target is missing"],
      ["oneHot(labels, a.shape[1]).sub(softmax(a)).div(a.shape[0])", "prediction minus target"],
    ].map(([result, hint]) => ({
      cell: `import { oneHot, softmax, type Tensor } from "mnist";
import { check } from "mnist/exercises";
await check("6.6", (a: Tensor<[number, number]>, labels: Tensor<[number]>) =>
  ${result});`,
      hint,
    })),
  }),

  "6.7": defineExercise<
    (x: number[], t: number[], w: number, rate: number, size: number) => number
  >({
    title: "a mini-batch loop",
    points: 3,
    cell: `import { check, todo } from "mnist/exercises";

/** The new w after one epoch: mini-batches of \`size\` samples, in order, one step for each. */
function epoch(x: number[], t: number[], w: number, rate: number, size: number): number {
  return todo(); // your code
}

await check("6.7", epoch);`,
    solution: `import { check } from "mnist/exercises";

/** The new w after one epoch: mini-batches of \`size\` samples, in order, one step for each. */
function epoch(x: number[], t: number[], w: number, rate: number, size: number): number {
  for (let start = 0; start < x.length; start += size) {
    const end = Math.min(start + size, x.length);
    let gradient = 0;
    for (let i = start; i < end; i++) gradient += 2 * (x[i] * w - t[i]) * x[i];
    w -= rate * gradient / (end - start);
  }
  return w;
}

await check("6.7", epoch);`,
    hints: [
      "Two loops: the outer one over the batches, the inner one over the samples of a batch.",
      "All samples of a batch use the same w; it changes after the batch.",
    ],
    judge: functionOf<[number[], number[], number, number, number], number>({
      correct: descend,
      draw: (random, index) => {
        const count = 2 + index % 6;
        const numbers = () => Array.from({ length: count }, () => 1 + random.integer(3));
        return [numbers(), numbers(), 1, 0.1, 2];
      },
      mistakes: [
        [
          (x, t, w, rate, size) => descend(x, t, w, rate, size, () => 1),
          "This is the sum over a batch: take the mean.",
        ],
        [
          (x, t, w, rate, size) => descend(x, t, w, rate, size, () => size),
          "The last batch may be smaller: divide by its own number of samples.",
        ],
        [
          (x, t, w, rate) => descend(x, t, w, rate, x.length),
          "This is one step with all samples: make a step for each batch.",
        ],
        [
          (x, t, w, rate) => descend(x, t, w, rate, 1),
          "This is a step for each sample: w changes after a batch only.",
        ],
        [
          (x, t, w, rate, size) => {
            const whole = x.length - x.length % size;
            return descend(x.slice(0, whole), t, w, rate, size);
          },
          "The last, smaller batch is missing.",
        ],
      ],
    }),
    wrong: [
      ["size", "gradient", "take the mean"],
      ["size", "gradient / size", "own number of samples"],
      ["x.length", "gradient / (end - start)", "all samples"],
      ["1", "gradient / (end - start)", "each sample"],
    ].map(([step, gradient, hint]) => ({
      cell: `import { check } from "mnist/exercises";
function epoch(x: number[], t: number[], w: number, rate: number, size: number): number {
  for (let start = 0; start < x.length; start += ${step}) {
    const end = Math.min(start + ${step}, x.length);
    let gradient = 0;
    for (let i = start; i < end; i++) gradient += 2 * (x[i] * w - t[i]) * x[i];
    w -= rate * ${gradient};
  }
  return w;
}
await check("6.7", epoch);`,
      hint,
    })),
  }),

  "6.8": defineExercise<string>({
    title: "a dead ReLU",
    points: 1,
    cell: `import { check } from "mnist/exercises";

const why = "";

await check("6.8", why);`,
    solution: `import { check } from "mnist/exercises";

const why = "Where the sum is below 0, the slope of ReLU is 0, so the gradient of every weight of " +
  "this neuron is 0 for every image, and no step changes them.";

await check("6.8", why);`,
    hints: ["Say which gradient arrives at the weights of the neuron."],
    judge: sentence(),
    wrong: [
      {
        cell: `import { check } from "mnist/exercises";\nawait check("6.8", "It is dead.");`,
        hint: "at least 8 words",
      },
    ],
  }),
} as const;
