import assert from "node:assert/strict";
import fc from "fast-check";
import { accuracy, confusionMatrix, oneHot, tensor, zeros } from "../../../lib/mod.ts";

Deno.test("accuracy takes labels, scores and one-hot targets in any mix", () => {
  const scores = tensor([[0.1, 0.9], [0.8, 0.2], [0.3, 0.7], [0.6, 0.4]]);
  const labels = tensor([1, 0, 0, 0]);
  for (const predicted of [scores, scores.argmax(1)]) {
    for (const expected of [labels, labels.astype("uint8"), oneHot(labels, 2)]) {
      assert.equal(accuracy(predicted, expected), 3 / 4);
    }
  }
});

Deno.test("the confusion matrix counts everything once, and its diagonal is the accuracy", () => {
  const label = fc.integer({ min: 0, max: 4 });
  const pairs = fc.array(fc.tuple(label, label), { minLength: 1 });
  fc.assert(fc.property(pairs, (answers) => {
    const predicted = tensor(answers.map(([p]) => p)), expected = tensor(answers.map(([, e]) => e));
    const counts = confusionMatrix(predicted, expected, 5);
    assert.equal(counts.sum(), answers.length);
    const right = [0, 1, 2, 3, 4].reduce((sum, k) => sum + counts.at(k, k), 0);
    assert.equal(right / answers.length, accuracy(predicted, expected));
  }));
  assert.deepEqual(confusionMatrix(tensor([1]), tensor([0]), 2).toArray(), [[0, 1], [0, 0]]);
});

Deno.test("different counts of predictions and labels are rejected", () => {
  assert.throws(
    () => accuracy(zeros([3]), zeros([4])),
    /N > 0 predictions and N labels, found \[3\] and \[4\]/,
  );
  assert.throws(
    () => confusionMatrix(tensor([9]), tensor([0]), 5),
    /integers from 0 to 4, found 9/,
  );
});
