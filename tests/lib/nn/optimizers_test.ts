import { deepStrictEqual, ok, strictEqual, throws } from "node:assert/strict";
import fc from "fast-check";
import { randn, tensor } from "../../../lib/tensor/create.ts";
import {
  AdaGrad,
  Adam,
  type Optimizer,
  type OptimizerName,
  optimizerOf,
  RMSProp,
  SGD,
} from "../../../lib/nn/optimizers.ts";
import { Random } from "../../../lib/tensor/random.ts";
import type { Tensor } from "../../../lib/tensor/tensor.ts";
import { assertClose, keras, load } from "../../support/keras.ts";

const NAMES: OptimizerName[] = ["sgd", "momentum", "nesterov", "adagrad", "rmsprop", "adam"];
const CLASSES = { SGD, AdaGrad, RMSProp, Adam };

/** The weights of the fixture, moved by its gradients. */
function walked(optimizer: Optimizer): Record<string, Tensor> {
  const params = { W: load(keras.start.W), b: load(keras.start.b) };
  for (const { W, b } of keras.gradients) {
    optimizer.update([{ params, grads: { W: load(W), b: load(b) } }]);
  }
  return params;
}

for (const { name, options, ...answers } of keras.optimizers) {
  for (const [library, weights] of Object.entries(answers)) {
    Deno.test(`${name} ${JSON.stringify(options)}: five steps equal those of ${library}`, () => {
      // PyTorch's SGD decays through the gradient; without momentum that is the same.
      const found = walked(new CLASSES[name](options));
      assertClose(found.W, weights.W, "W");
      assertClose(found.b, weights.b, "b");
    });
  }
}

Deno.test("optimizers: each reduces Σ(w - 3)², also in float32", () => {
  for (const dtype of ["float64", "float32"] as const) {
    for (const name of NAMES) {
      const optimizer = optimizerOf(name);
      const layer: { params: Record<string, Tensor>; grads: Record<string, Tensor> } = {
        params: { w: tensor([0, 10], dtype) },
        grads: {},
      };
      const loss = () => layer.params.w.map((w) => (w - 3) ** 2).sum();
      const before = loss();
      for (let step = 0; step < 50; step++) {
        layer.grads.w = layer.params.w.map((w) => 2 * (w - 3));
        optimizer.update([layer]);
      }
      ok(loss() < before, `${name}: from ${before} to ${loss()}`);
      strictEqual(layer.params.w.dtype, dtype);
      strictEqual(optimizer.steps, 50);
    }
  }
});

Deno.test("optimizers: do not change the old tensors", () => {
  fc.assert(fc.property(
    fc.constantFrom(...NAMES),
    fc.array(fc.integer({ min: 1, max: 4 }), { minLength: 1, maxLength: 3 }),
    fc.nat(),
    (name, shape, seed) => {
      const random = new Random(seed), w = randn(shape, random), g = randn(shape, random);
      const [wBefore, gBefore] = [w.copy(), g.copy()], layer = { params: { w }, grads: { w: g } };
      optimizerOf(name).update([layer]);
      ok(w.equals(wBefore) && g.equals(gBefore) && layer.params.w !== w);
      deepStrictEqual(layer.params.w.shape, w.shape);
    },
  ));
});

Deno.test("optimizers: parameters of the same name in two layers have separate memories", () => {
  const together = optimizerOf("adam"), alone = optimizerOf("adam");
  const layer = (g: number) => ({ params: { w: tensor([1]) }, grads: { w: tensor([g]) } });
  const [a, b, c] = [layer(1), layer(-5), layer(1)];
  for (let step = 0; step < 3; step++) {
    together.update([a, b]);
    alone.update([c]);
  }
  ok(a.params.w.equals(c.params.w));
});

Deno.test("optimizers: the learning rate can be changed between two steps", () => {
  const sgd = new SGD({ learningRate: 1 }),
    layer = {
      params: { w: tensor([0]) },
      grads: { w: tensor([1]) },
    };
  sgd.update([layer]);
  sgd.learningRate = 0.5;
  sgd.update([layer]);
  strictEqual(layer.params.w.data[0], -1.5);
});

Deno.test("optimizers: reject a gradient in another shape and change nothing", () => {
  const w = tensor([1, 2]), v = tensor([1]);
  const layer: { params: Record<string, Tensor>; grads: Record<string, Tensor> } = {
    params: { v, w },
    grads: { v, w: tensor([[1, 2]]) },
  };
  throws(() => new Adam().update([layer]), {
    name: "RangeError",
    message: "Adam: expected a gradient for w [2], found [1, 2]",
  });
  ok(layer.params.v === v && layer.params.w === w);
  layer.grads = { v };
  throws(
    () => new SGD().update([layer]),
    /expected a gradient for w \[2\] to be a tensor, found undefined/,
  );
});

Deno.test("optimizers: reject constants out of range and unknown names", () => {
  throws(() => new SGD({ learningRate: 0 }), /^RangeError: SGD: expected learningRate above 0/);
  throws(() => new SGD({ momentum: 1 }), /^RangeError: SGD: expected momentum from 0 to below 1/);
  throws(() => new Adam({ learningRate: NaN }), RangeError);
  throws(() => new Adam({ beta2: 1 }), /beta2/);
  throws(() => new Adam({ epsilon: 0 }), /epsilon above 0/);
  throws(() => new RMSProp({ rho: -0.1 }), /rho/);
  throws(() => new AdaGrad({ weightDecay: -1 }), /weightDecay of at least 0, found -1/);
  const misspelt: object = { learningrate: 0.1 };
  throws(() => new Adam(misspelt), /^TypeError: Adam: expected only the options .*"learningrate"/);
  throws(() => optimizerOf(JSON.parse('"adm"')), {
    name: "TypeError",
    message: 'compile: expected optimizer to be one of "sgd", "momentum", "nesterov", "adagrad", ' +
      '"rmsprop", "adam", found "adm"; did you mean "adam"?',
  });
});
