import assert from "node:assert/strict";
import { exercise, judge } from "../../../lib/notebook/exercise.ts";
import { tensor, zeros } from "../../../lib/tensor/create.ts";
import { textsOf } from "../../support/channel.ts";

const RIGHT: readonly [answer: unknown, expected: unknown][] = [
  [784, 28 * 28],
  [0.1 + 0.2, 0.3],
  [0, -0],
  [NaN, NaN],
  [Infinity, Infinity],
  [10n, 10n],
  [" Sigmoid ", "sigmoid"],
  [false, false],
  [tensor([0.1 + 0.2]), tensor([0.3])],
  [tensor([NaN, -Infinity]), tensor([NaN, -Infinity])],
  [[1, [0.1 + 0.2]], [1, [0.3]]],
  [Uint8Array.of(1, 2), [1, 2]],
  [{ rows: 28, names: ["A"] }, { names: ["a"], rows: 28 }],
  [6, (n: number) => n % 2 === 0],
];

const WRONG: readonly [answer: unknown, expected: unknown][] = [
  [783, 784],
  [5, Infinity],
  [-Infinity, Infinity],
  [Infinity, 5],
  [NaN, Infinity],
  [1e300, Infinity],
  [0, NaN],
  [tensor([1]), tensor([Infinity])],
  [tensor([-Infinity]), tensor([Infinity])],
  [tensor([Infinity]), tensor([1])],
  [zeros([2]), zeros([1, 2])],
  [zeros([2]), 0],
  [[1, 2], [1, 2, 3]],
  [[1, 2, 3], [1, 2]],
  [{ a: 1, b: 2 }, { a: 1 }],
  [{ a: undefined }, { b: undefined }],
  ["5", 5],
  [6, (n: number) => n % 2 === 1],
];

Deno.test("judge: equal values are right", () => {
  for (const [answer, expected] of RIGHT) {
    assert.equal(judge("q", answer, expected).state, "right", Deno.inspect([answer, expected]));
  }
});

Deno.test("judge: another value is wrong, an infinity and another shape included", () => {
  for (const [answer, expected] of WRONG) {
    assert.equal(judge("q", answer, expected).state, "wrong", Deno.inspect([answer, expected]));
  }
});

Deno.test("exercise: the verdict in one line; a wrong or missing answer is not an error", async () => {
  let answer: number | undefined;
  assert.deepEqual(
    await textsOf(async () => {
      await exercise("q", 784, 784, "Count the columns.");
      await exercise("q", 783, 784, "Count the columns.");
      await exercise("q", 783, 784);
      await exercise("q", answer, 1);
    }),
    [
      "✓ q: right",
      "✗ q: not yet. Count the columns.",
      "✗ q: not yet.",
      "○ q: not answered yet",
    ],
  );
});

Deno.test("exercise: a promise is neither an answer nor the result of a check", async () => {
  await assert.rejects(exercise<unknown>("q", Promise.resolve(1), 1), {
    name: "TypeError",
    message: "exercise: expected an answer, found a promise: write await before it",
  });
  for (const result of [Promise.resolve(false), 1, undefined]) {
    const check: () => boolean = JSON.parse("null") ?? (() => result);
    await assert.rejects(exercise("q", 1, check), /^TypeError: exercise: expected the check to/);
  }
});
