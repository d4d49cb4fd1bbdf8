import { ok, strictEqual, throws } from "node:assert/strict";
import fc from "fast-check";
import { ones, randn } from "../../../lib/tensor/create.ts";
import { Dropout } from "../../../lib/nn/dropout.ts";
import { gradientCheckLayer } from "../../../lib/nn/gradient.ts";
import { Random } from "../../../lib/tensor/random.ts";
import type { Shape } from "../../../lib/tensor/shape.ts";
import type { Tensor } from "../../../lib/tensor/tensor.ts";

/** Draws the same mask in every forward, so that it has a numerical derivative. */
class Repeated extends Dropout {
  override forward<S extends Shape>(x: Tensor<S>, training = false): Tensor<S> {
    this.random = new Random(7);
    return super.forward(x, training);
  }
}

Deno.test("Dropout: correct gradients for all shapes and rates, in training and in inference", () => {
  fc.assert(fc.property(
    fc.array(fc.integer({ min: 1, max: 5 }), { minLength: 1, maxLength: 3 }),
    fc.double({ min: 0, max: 0.9, noNaN: true }),
    fc.nat(),
    fc.boolean(),
    (shape, rate, seed, training) => {
      const random = new Random(seed), layer = new Repeated(rate, random);
      const { x } = gradientCheckLayer(layer, randn(shape, random), random, training);
      ok(x.difference < 1e-6, JSON.stringify(x));
    },
  ));
});

Deno.test("Dropout: sets its share of the inputs to 0 and keeps the mean", () => {
  for (const rate of [0, 0.2, 0.5, 0.9]) {
    const y = new Dropout(rate, new Random(1)).forward(ones([1000, 100]), true);
    const zeros = y.map((v) => (v === 0 ? 1 : 0)).mean();
    ok(Math.abs(zeros - rate) < 0.01, `${zeros} for ${rate}`);
    ok(Math.abs(y.mean() - 1) < 0.03, `mean ${y.mean()} for ${rate}`);
    ok(y.data.every((v: number) => v === 0 || Math.abs(v - 1 / (1 - rate)) < 1e-12));
  }
});

Deno.test("Dropout: changes nothing in inference, and draws no random numbers", () => {
  const random = new Random(2), layer = new Dropout(0.5, random), x = randn([4, 5], new Random(3));
  ok(layer.forward(x).equals(x) && layer.backward(x).equals(x));
  strictEqual(random.uniform(), new Random(2).uniform());
});

Deno.test("Dropout: dropped inputs get no gradient, and each batch has its own mask", () => {
  const layer = new Dropout(0.5, new Random(4)), x = ones([10, 10]);
  const y = layer.forward(x, true);
  ok(layer.backward(x).equals(y));
  ok(!layer.forward(x, true).equals(y));
});

Deno.test("Dropout: float32 stays float32, a wrong rate is rejected", () => {
  const layer = new Dropout(0.5, new Random(5)), x = ones([2, 3], "float32");
  strictEqual(layer.forward(x, true).dtype, "float32");
  strictEqual(layer.backward(x).dtype, "float32");
  for (const rate of [1, -0.1, NaN, 20]) {
    throws(() => new Dropout(rate, new Random(6)), {
      name: "RangeError",
      message: `Dropout: expected a rate from 0 to below 1, found ${rate}`,
    });
  }
  throws(() => new Dropout(0.5, new Random(6)).backward(x), /expected a forward before it/);
});
