/** Metrics: how good predictions are. */
import { inRange } from "../support/ranges.ts";
import { showShape } from "../tensor/shape.ts";
import { expectTensor, numbersOf, Tensor } from "../tensor/tensor.ts";
import { checkLabels } from "./checks.ts";

/**
 * accuracy = (number of correct predictions) / (number of predictions)
 *
 * @param predicted labels [N] or [N, 1], or scores [N, C], of which the largest is the prediction.
 * @param expected labels [N] or [N, 1], or one-hot targets [N, C].
 * @returns a number from 0 to 1.
 * @throws RangeError for different counts, no predictions or values that are not labels, such as one
 *   column of scores; TypeError for what is not a tensor.
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { accuracy, tensor } from "mnist";
 * const scores = tensor([[0.1, 0.9], [0.8, 0.2]]);
 * assert.equal(accuracy(scores, tensor([1, 1])), 0.5);
 * ```
 */
export function accuracy(predicted: Tensor, expected: Tensor): number {
  const [p, e] = labelPairs("accuracy", predicted, expected);
  let correct = 0;
  for (let i = 0; i < p.length; i++) if (p[i] === e[i]) correct++;
  return correct / p.length;
}

/**
 * Counts[i, j] = how many samples of class i were predicted as class j.
 *
 * @param predicted labels [N] or [N, 1], or scores [N, C].
 * @param expected labels [N] or [N, 1], or one-hot targets [N, C].
 * @param classes C, the number of classes.
 * @returns [C, C] counts, int32; correct predictions are on the diagonal.
 * @throws RangeError and TypeError as {@link accuracy}.
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { confusionMatrix, tensor } from "mnist";
 * const counts = confusionMatrix(tensor([1, 1, 0]), tensor([1, 0, 0]), 2);
 * assert.deepEqual(counts.toArray(), [[1, 1], [0, 1]]);
 * ```
 */
export function confusionMatrix<C extends number>(
  predicted: Tensor,
  expected: Tensor,
  classes: C,
): Tensor<[C, C]> {
  inRange("confusionMatrix: expected classes", classes, "to be an integer of at least 1");
  const [p, e] = labelPairs("confusionMatrix", predicted, expected, classes);
  const counts = new Int32Array(classes * classes);
  for (let i = 0; i < p.length; i++) counts[e[i] * classes + p[i]]++;
  return new Tensor(counts, [classes, classes]);
}

/** The labels of both, as many of one as of the other, each from 0 to classes - 1. */
function labelPairs(caller: string, predicted: Tensor, expected: Tensor, classes?: number) {
  const pair = [predicted, expected].map((x) => {
    expectTensor(caller, x, "labels [N] or scores [N, C]");
    if (x.ndim === 1 || x.ndim === 2 && x.shape[1] === 1) return numbersOf(x);
    if (x.ndim !== 2 || x.shape[1] !== (classes ??= x.shape[1])) {
      const expected = `labels [N] or scores [N, ${classes ?? "C"}]`;
      throw new RangeError(`${caller}: expected ${expected}, found ${showShape(x.shape)}`);
    }
    if (!numbersOf(x).includes(NaN)) return numbersOf(x.argmax(1));
    throw new RangeError(`${caller}: expected scores that are numbers, found NaN`);
  });
  if (pair[0].length !== pair[1].length || pair[0].length === 0) {
    const found = `${showShape(predicted.shape)} and ${showShape(expected.shape)}`;
    throw new RangeError(`${caller}: expected N > 0 predictions and N labels, found ${found}`);
  }
  for (const labels of pair) checkLabels(caller, labels, classes);
  return pair;
}
