import assert from "node:assert/strict";
import fc from "fast-check";
import {
  randn,
  Random,
  relu,
  sigmoid,
  softmax,
  stepFunction,
  tanh,
  Tensor,
  tensor,
  zeros,
} from "../../../lib/mod.ts";
import { crossEntropyError, sumSquaredError } from "../../../lib/nn/losses.ts";
import { assertNumpy, load, numpy } from "../../support/numpy.ts";

const functions = { sigmoid, softmax, relu, stepFunction };

Deno.test("activations: equal the formulas in NumPy, also at ±1000", () => {
  for (const { op, x, out } of numpy.functions) {
    assertNumpy(functions[op](load(x)), out, `${op} of ${x.dtype} [${x.shape}]`);
  }
});

Deno.test("errors: equal the formulas in NumPy, for one-hot targets and for labels", () => {
  for (const { y, t, labels, ...expected } of numpy.errors) {
    const targets = [load(t), tensor(labels), tensor(labels, "uint8")];
    if (labels.length === 1) targets.push(load(t).reshape([-1]));
    for (const target of targets) {
      const isRow = target.ndim === 1 && labels.length === 1 && target.size > 1;
      const predictions = isRow ? load(y).reshape([-1]) : load(y);
      for (const [name, error] of Object.entries({ crossEntropyError, sumSquaredError })) {
        const want = name === "crossEntropyError"
          ? expected.crossEntropyError
          : expected.meanSquaredError;
        assert.ok(Math.abs(error(predictions, target) - want) < 1e-12, name);
      }
    }
  }
  assert.equal(crossEntropyError(tensor([0.1, 0.9]), 1), -Math.log(0.9 + 1e-7));
});

Deno.test("softmax: returns probabilities, unchanged by a constant added to all scores", () => {
  const scores = fc.array(fc.double({ min: -1e3, max: 1e3, noNaN: true }), { minLength: 1 });
  fc.assert(fc.property(scores, fc.double({ min: -1e3, max: 1e3, noNaN: true }), (a, c) => {
    const p = softmax(tensor(a));
    assert.ok(Math.abs(p.sum() - 1) < 1e-9);
    assert.ok(p.data.every((v) => v >= 0 && v <= 1));
    assert.ok(softmax(tensor(a).add(c)).allClose(p, { relative: 1e-9, absolute: 1e-9 }));
  }));
});

Deno.test("sigmoid: symmetric about 1/2, and never outside [0, 1]", () => {
  fc.assert(fc.property(fc.double({ noNaN: true }), (v) => {
    const [a, b] = sigmoid(tensor([v, -v])).data;
    assert.ok(a >= 0 && a <= 1);
    assert.ok(Math.abs(a + b - 1) < 1e-15);
  }));
});

Deno.test("activations: NaN stays NaN, so that a broken network is noticed", () => {
  for (const f of [sigmoid, softmax, relu, tanh, stepFunction]) {
    assert.ok(f(tensor([NaN])).data.every(Number.isNaN));
  }
});

Deno.test("errors: rejects targets that do not match", () => {
  const y = zeros([4, 10]);
  assert.throws(() => crossEntropyError(y, tensor([1, 2])), {
    name: "RangeError",
    message: "crossEntropyError: expected targets [4, 10] or labels [4], found [2]",
  });
  assert.throws(() => crossEntropyError(y, tensor([1, 2, 3, 10])), /labels from 0 to 9, found 10/);
  assert.throws(
    () => sumSquaredError(zeros([2, 3, 4]), y),
    /targets \[2, 3, 4\] .*found \[4, 10\]/,
  );
  assert.throws(() => softmax(zeros([3, 0])), /at least one number/);
});

Deno.test("activations: the same digits for a view as for a copy", () => {
  const x = randn([33, 47], new Random(8));
  for (const h of [sigmoid, tanh, relu]) {
    assert.ok(h(x.T).T.equals(h(x)));
    assert.ok(h(x.rows(5, 9).slice(null, [3, 40])).equals(h(x).rows(5, 9).slice(null, [3, 40])));
    assert.deepEqual(h(new Tensor(x.data, [33, 47])).toArray(), h(x).toArray());
  }
});
