/** Layers in a row: gradients through all of them, and training with mini-batches. */
import { deepStrictEqual, notDeepStrictEqual, ok } from "node:assert/strict";
import fc from "fast-check";
import { miniBatches } from "../../lib/nn/batches.ts";
import { rand, randn, zeros } from "../../lib/tensor/create.ts";
import { drawDigits } from "../../lib/data/digits/draw.ts";
import { gradientCheck } from "../../lib/nn/gradient.ts";
import * as init from "../../lib/nn/initializers.ts";
import { Affine, type Layer, Relu, Sigmoid } from "../../lib/nn/layers.ts";
import { type Loss, SigmoidWithLoss, SoftmaxWithLoss } from "../../lib/nn/losses.ts";
import { accuracy } from "../../lib/nn/metrics.ts";
import { Random } from "../../lib/tensor/random.ts";
import { type Tensor, tensor } from "../../lib/mod.ts";

function forward(layers: readonly Layer[], x: Tensor): Tensor {
  return layers.reduce((y, layer) => layer.forward(y), x);
}

/** Sets the gradients of all layers and returns dL/dx. */
function backward(layers: readonly Layer[], loss: Loss): Tensor {
  return layers.toReversed().reduce((dout, layer) => layer.backward(dout), loss.backward());
}

/** Whether an input of a relu is so near 0 that a small change could cross 0. */
function nearKink(layers: readonly Layer[], x: Tensor): boolean {
  let y = x;
  return layers.some((layer) => {
    const given = y;
    y = layer.forward(y);
    return layer instanceof Relu && given.map(Math.abs).min() < 1e-3;
  });
}

Deno.test("compositions: correct gradients through any layers to any loss", () => {
  const size = fc.integer({ min: 1, max: 5 });
  const kind = fc.constantFrom<("affine" | "sigmoid" | "relu")[]>("affine", "sigmoid", "relu");
  const kinds = fc.array(fc.tuple(kind, size), { minLength: 1, maxLength: 6 });
  fc.assert(
    fc.property(kinds, size, size, fc.boolean(), fc.nat(), (kinds, n, first, softmax, seed) => {
      const random = new Random(seed);
      // With Xavier's initializer, scores stay small: at 20, 1 - y would lose all its digits.
      let width = first;
      const layers = kinds.map(([kind, next]): Layer => {
        if (kind === "sigmoid") return new Sigmoid();
        if (kind === "relu") return new Relu();
        const affine = new Affine(init.xavier([width, next], random), rand([next], random));
        width = next;
        return affine;
      });
      const isSoftmax = softmax && width > 1; // it takes at least two classes
      const loss: Loss = isSoftmax ? new SoftmaxWithLoss() : new SigmoidWithLoss();
      const x = randn([n, first], random);
      const t = width > 1
        ? tensor(Uint8Array.from({ length: n }, () => random.integer(width)))
        : rand([n, 1], random);
      fc.pre(!nearKink(layers, x));

      const f = () => loss.forward(forward(layers, x), t);
      f();
      const dx = backward(layers, loss);
      const checks = layers.flatMap(({ params, grads }) =>
        Object.entries(params).map(([name, value]) => gradientCheck(f, value, grads[name]))
      );
      for (const check of [gradientCheck(f, x, dx), ...checks]) {
        ok(check.difference < 1e-6, JSON.stringify(check));
      }
    }),
    { numRuns: 60 },
  );
});

/** A network of 784-20-10 after two epochs over 1,000 drawn digits. */
function trained(seed: number): { layers: Layer[]; test: number } {
  const digits = drawDigits({ train: 1000, test: 500 });
  const pixels = (bytes: Uint8Array) => tensor(bytes).reshape([-1, 784]).astype("float32").div(255);
  const [x, t] = [pixels(digits.trainImages), tensor(digits.trainLabels)];
  const random = new Random(seed);
  const layers: Layer[] = [
    new Affine(init.he([784, 20], random, "float32"), zeros([20], "float32")),
    new Relu(),
    new Affine(init.he([20, 10], random, "float32"), zeros([10], "float32")),
  ];
  const loss = new SoftmaxWithLoss();
  for (let epoch = 0; epoch < 2; epoch++) {
    for (const batch of miniBatches(1000, 20, random)) {
      loss.forward(forward(layers, x.take(batch)).expect([-1, 10]), t.take(batch));
      backward(layers, loss);
      for (const { params, grads } of layers) {
        for (const name in params) params[name] = params[name].sub(grads[name].mul(0.1));
      }
    }
  }
  const scores = forward(layers, pixels(digits.testImages));
  return { layers, test: accuracy(scores, tensor(digits.testLabels)) };
}

Deno.test("mini-batch SGD: learns digits, and gives the same weights for the same seed", () => {
  const numbers = ({ layers }: { layers: Layer[] }) =>
    layers.flatMap(({ params }) => Object.values(params).map((value) => value.data));
  const [first, again, other] = [1, 1, 2].map(trained);
  ok(first.test > 0.75 && other.test > 0.75, `${first.test} ${other.test}`);
  deepStrictEqual(numbers(first), numbers(again));
  notDeepStrictEqual(numbers(first), numbers(other));
  ok(first.layers.every(({ params }) => Object.values(params).every((p) => p.dtype === "float32")));
});
