import assert from "node:assert/strict";
import fc from "fast-check";
import { Random } from "../../../lib/tensor/random.ts";

const draw = (count: number, next: () => number) => Array.from({ length: count }, next);

Deno.test("the same seed gives the same numbers, another seed gives others", () => {
  fc.assert(fc.property(fc.integer(), (seed) => {
    const [a, b, other] = [new Random(seed), new Random(seed), new Random((seed + 1) | 0)];
    const numbers = draw(5, () => a.uniform());
    assert.deepEqual(draw(5, () => b.uniform()), numbers);
    assert.notDeepEqual(draw(5, () => other.uniform()), numbers);
  }));
});

Deno.test("the sequence of a seed never changes between versions", () => {
  const random = new Random(42);
  assert.deepEqual([random.integer(1000), random.integer(1000), random.integer(1000)], [
    514,
    518,
    711,
  ]);
});

Deno.test("neighbouring seeds start with unrelated numbers", () => {
  const first = Array.from({ length: 2000 }, (_, seed) => new Random(seed).uniform());
  let covariance = 0;
  for (let i = 1; i < first.length; i++) covariance += (first[i] - 0.5) * (first[i - 1] - 0.5);
  const correlation = covariance / (first.length - 1) / (1 / 12);
  assert.ok(Math.abs(correlation) < 0.1, `correlation ${correlation}`);
});

Deno.test("uniform has mean 1/2, variance 1/12 and stays in [0, 1)", () => {
  const random = new Random(1);
  const numbers = draw(100_000, () => random.uniform());
  assert.ok(numbers.every((u) => u >= 0 && u < 1));
  assert.ok(Math.abs(mean(numbers) - 1 / 2) < 0.005);
  assert.ok(Math.abs(variance(numbers) - 1 / 12) < 0.002);
});

Deno.test("normal has mean 0, variance 1 and 95 % within 1.96", () => {
  const random = new Random(2);
  const numbers = draw(100_000, () => random.normal());
  assert.ok(Math.abs(mean(numbers)) < 0.015);
  assert.ok(Math.abs(variance(numbers) - 1) < 0.02);
  const within = numbers.filter((z) => Math.abs(z) < 1.96).length / numbers.length;
  assert.ok(Math.abs(within - 0.95) < 0.005);
});

Deno.test("a permutation holds every number once, and no place is favoured", () => {
  fc.assert(fc.property(fc.integer(), fc.integer({ min: 0, max: 50 }), (seed, n) => {
    const order = new Random(seed).permutation(n);
    assert.deepEqual([...order].sort((a, b) => a - b), Array.from({ length: n }, (_, i) => i));
  }));
  const random = new Random(3), counts = new Array(5).fill(0);
  for (let i = 0; i < 20_000; i++) counts[random.permutation(5)[0]]++;
  assert.ok(counts.every((count) => Math.abs(count - 4000) < 300), `${counts}`);
});

Deno.test("a seed that is no 32-bit integer is refused", () => {
  for (const seed of [0.5, NaN, 2 ** 32, -(2 ** 31) - 1]) {
    assert.throws(() => new Random(seed), /Random: expected an integer seed/);
  }
  assert.throws(() => new Random(0).integer(0), RangeError);
  assert.throws(() => new Random(0).permutation(-1), RangeError);
});

const mean = (x: number[]) => x.reduce((a, b) => a + b, 0) / x.length;
const variance = (x: number[]) => {
  const m = mean(x);
  return x.reduce((sum, v) => sum + (v - m) ** 2, 0) / x.length;
};
