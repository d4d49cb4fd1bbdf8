import assert from "node:assert/strict";
import fc from "fast-check";
import { accuracy, confusionMatrix, oneHot, type Tensor, tensor, zeros } from "../../../lib/mod.ts";

Deno.test("accuracy: takes labels, scores and one-hot targets in any combination", () => {
  const scores = tensor([[0.1, 0.9], [0.8, 0.2], [0.3, 0.7], [0.6, 0.4]]);
  const labels = tensor([1, 0, 0, 0]);
  for (const predicted of [scores, scores.argmax(1)]) {
    for (const expected of [labels, labels.astype("uint8"), oneHot(labels, 2)]) {
      assert.equal(accuracy(predicted, expected), 3 / 4);
    }
  }
});

Deno.test("confusionMatrix: counts every sample once, and its diagonal gives the accuracy", () => {
  const label = fc.integer({ min: 0, max: 4 });
  const pairs = fc.array(fc.tuple(label, label), { minLength: 1 });
  fc.assert(fc.property(pairs, (answers) => {
    const predicted = tensor(answers.map(([p]) => p)), expected = tensor(answers.map(([, e]) => e));
    const counts = confusionMatrix(predicted, expected, 5);
    assert.equal(counts.sum(), answers.length);
    const correct = [0, 1, 2, 3, 4].reduce((sum, k) => sum + counts.at(k, k), 0);
    assert.equal(correct / answers.length, accuracy(predicted, expected));
  }));
  assert.deepEqual(confusionMatrix(tensor([1]), tensor([0]), 2).toArray(), [[0, 1], [0, 0]]);
});

/** Both metrics, to be called with the same predictions and labels. */
const metrics: Record<string, (predicted: Tensor, expected: Tensor) => unknown> = {
  accuracy,
  confusionMatrix: (predicted, expected) => confusionMatrix(predicted, expected, 5).toArray(),
};

for (const [name, metric] of Object.entries(metrics)) {
  Deno.test(`${name}: takes a column of labels as labels, on either side`, () => {
    const labels = tensor([3, 1, 4]), others = tensor([3, 2, 4]), column = [3, 1] as const;
    const right = metric(labels, others);
    assert.deepEqual(metric(labels.reshape(column), others), right);
    assert.deepEqual(metric(labels, others.reshape(column)), right);
    assert.deepEqual(metric(labels.reshape(column), others.reshape(column)), right);
    const scores = oneHot(labels, 5);
    assert.deepEqual(metric(scores, others.reshape(column)), right);
  });

  Deno.test(`${name}: rejects one column of scores, which would silently always be correct`, () => {
    const outputs = tensor([[0.9], [0.2]]), labels = tensor([0, 1]);
    for (const predicted of [outputs, outputs.reshape([-1])]) {
      for (const expected of [labels, labels.reshape([-1, 1])]) {
        assert.throws(() => metric(predicted, expected), {
          name: "RangeError",
          message:
            /found 0\.9 at index 0; \.map\(\(y\) => y > 0\.5 \? 1 : 0\) makes labels of outputs$/,
        });
      }
    }
    metric(outputs.map((y) => y > 0.5 ? 1 : 0), labels);
  });

  Deno.test(`${name}: rejects values that are not labels`, () => {
    for (const wrong of [1.5, NaN, -1, Infinity]) {
      for (const [p, e] of [[wrong, 1], [1, wrong]]) {
        assert.throws(() => metric(tensor([0, p]), tensor([0, e])), {
          name: "RangeError",
          message: new RegExp(`expected labels to be integers from 0.*, found ${wrong} at index 1`),
        });
      }
    }
  });

  Deno.test(`${name}: rejects scores with NaN, different counts and no predictions`, () => {
    assert.throws(() => metric(tensor([[0.1, NaN, 0, 0, 0]]), tensor([0])), /found NaN/);
    assert.throws(() => metric(zeros([3]), zeros([4])), {
      name: "RangeError",
      message: /expected N > 0 predictions and N labels, found \[3\] and \[4\]$/,
    });
    assert.throws(() => metric(zeros([0]), zeros([0])), /found \[0\] and \[0\]$/);
    assert.throws(
      () => metric(zeros([2, 3, 4]), zeros([2])),
      /scores \[N, [C5]\], found \[2, 3, 4\]/,
    );
  });
}

Deno.test("metrics: reject labels that are too large for the classes", () => {
  assert.throws(
    () => confusionMatrix(tensor([9]), tensor([0]), 5),
    /integers from 0 to 4, found 9/,
  );
  const scores = tensor([[0.1, 0.9], [0.8, 0.2]]);
  assert.throws(() => accuracy(scores, tensor([1, 2])), /integers from 0 to 1, found 2 at index 1/);
  assert.throws(() => accuracy(scores, zeros([2, 3])), /scores \[N, 2\], found \[2, 3\]/);
  assert.throws(
    () => confusionMatrix(scores, tensor([1, 0]), 5),
    /scores \[N, 5\], found \[2, 2\]/,
  );
});
