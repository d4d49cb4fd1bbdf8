import { deepStrictEqual, ok, strictEqual, throws } from "node:assert/strict";
import fc from "fast-check";
import { rand, randn, tensor, zeros } from "../../../lib/tensor/create.ts";
import { gradientCheck, gradientCheckLayer, numericalGradient } from "../../../lib/nn/gradient.ts";
import { type Layer, Sigmoid } from "../../../lib/nn/layers.ts";
import { Random } from "../../../lib/tensor/random.ts";
import type { Tensor } from "../../../lib/tensor/tensor.ts";

const sumOfSquares = (x: Tensor) => x.mul(x).sum();

Deno.test("numericalGradient: the book's x₀² + x₁² at (3, 4) gives (6, 8)", () => {
  const gradient = numericalGradient(sumOfSquares, tensor([3, 4]));
  ok(gradient.allClose(tensor([6, 8]), { relative: 1e-9 }));
});

Deno.test("numericalGradient: any shape, and x is restored exactly", () => {
  const shapes = fc.array(fc.integer({ min: 0, max: 4 }), { maxLength: 4 });
  fc.assert(fc.property(shapes, fc.nat(), (shape, seed) => {
    const x = randn(shape, new Random(seed)), before = x.data.slice();
    const gradient = numericalGradient(sumOfSquares, x);
    deepStrictEqual(gradient.shape, x.shape);
    deepStrictEqual(x.data, before);
    ok(gradient.allClose(x.mul(2), { absolute: 1e-7 }));
  }));
});

Deno.test("numericalGradient: changes a view in the storage that it shares", () => {
  const whole = randn([4, 6], new Random(1)), before = whole.data.slice();
  const part = whole.T.slice([1, 6, 2], [3, null, -1]);
  const gradient = numericalGradient(() => sumOfSquares(whole), part);
  deepStrictEqual(gradient.shape, [3, 4]);
  ok(gradient.allClose(part.mul(2), { absolute: 1e-7 }));
  deepStrictEqual(whole.data, before);
});

Deno.test("numericalGradient: restores x when f throws, also NaN, -0 and infinity", () => {
  const x = tensor([-0, NaN, Infinity, 1e300, 5e-324]), before = x.data.slice();
  numericalGradient(sumOfSquares, x);
  deepStrictEqual(x.data, before);
  let calls = 0;
  const failing = () => {
    if (++calls === 4) throw new Error("in the middle");
    return 0;
  };
  throws(() => numericalGradient(failing, x), /in the middle/);
  deepStrictEqual(x.data, before);
});

Deno.test("numericalGradient: rejects other dtypes, and says how to convert", () => {
  for (const dtype of ["float32", "int32", "uint8"] as const) {
    throws(() => numericalGradient(sumOfSquares, tensor([3, 4], dtype)), {
      name: "TypeError",
      message: `numericalGradient: expected float64, found ${dtype}; ` +
        '.astype("float64") converts it',
    });
  }
});

Deno.test("gradientCheck: finds a single wrong number", () => {
  const x = rand([3, 4], new Random(2)).add(1);
  const right = x.mul(2), wrong = right.copy();
  ok(gradientCheck(sumOfSquares, x, right).difference < 1e-8);
  wrong.set(wrong.at(1, 2) * 1.01, 1, 2);
  const found = gradientCheck(sumOfSquares, x, wrong);
  deepStrictEqual(found.index, [1, 2]);
  ok(Math.abs(found.difference - 0.01 / 1.01) < 1e-6);
  strictEqual(found.analytic, wrong.at(1, 2));
  ok(Math.abs(found.numerical - right.at(1, 2)) < 1e-6);
});

Deno.test("gradientCheck: NaN counts as the largest difference", () => {
  const x = tensor([1, 2, 3]);
  const found = gradientCheck(sumOfSquares, x, tensor([2, NaN, 100]));
  ok(Number.isNaN(found.difference));
  deepStrictEqual(found.index, [1]);
});

Deno.test("gradientCheck: gradients that are 0 everywhere agree", () => {
  strictEqual(gradientCheck(() => 7, tensor([1, 2]), zeros([2])).difference, 0);
  strictEqual(gradientCheck(() => 7, tensor([1, 2]), tensor([0, 1e-3])).difference, 1);
});

Deno.test("gradientCheck: rejects a gradient in another shape", () => {
  throws(() => gradientCheck(sumOfSquares, tensor([1, 2]), zeros([2, 1])), {
    name: "RangeError",
    message: "gradientCheck: expected a gradient [2], found [2, 1]",
  });
});

Deno.test("gradientCheckLayer: finds a wrong backward", () => {
  const right = new Sigmoid();
  const wrong: Layer = {
    params: {},
    grads: {},
    forward: (x) => right.forward(x),
    backward: (dout) => right.backward(dout).mul(-1),
  };
  const x = randn([3, 4], new Random(3));
  ok(gradientCheckLayer(right, x, new Random(4)).x.difference < 1e-7);
  ok(gradientCheckLayer(wrong, x, new Random(4)).x.difference > 1);
});
