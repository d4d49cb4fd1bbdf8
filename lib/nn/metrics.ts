/** How good predictions are. */
import { showShape } from "../tensor/shape.ts";
import { Tensor } from "../tensor/tensor.ts";

/**
 * accuracy = (number of right answers) / (number of questions)
 * @param predicted [N] labels, or [N, C] scores of which the largest is the answer.
 * @param expected [N] labels, or [N, C] one-hot targets.
 * @returns from 0 to 1; NaN for no questions.
 * @throws RangeError when there is not one expected label for each predicted one.
 */
export function accuracy(predicted: Tensor, expected: Tensor): number {
  const [p, e] = labelPairs("accuracy", predicted, expected);
  let right = 0;
  for (let i = 0; i < p.length; i++) if (p[i] === e[i]) right++;
  return right / p.length;
}

/**
 * The confusion matrix: row = what it is, column = what it was taken for.
 * @param predicted [N] labels, or [N, C] scores.
 * @param expected [N] labels, or [N, C] one-hot targets.
 * @param classes C, how many classes there are.
 * @returns [C, C] counts, int32; the right answers are on the diagonal.
 * @throws RangeError when the counts differ or a label is no class.
 */
export function confusionMatrix<C extends number>(
  predicted: Tensor,
  expected: Tensor,
  classes: C,
): Tensor<[C, C]> {
  const [p, e] = labelPairs("confusionMatrix", predicted, expected);
  const counts = new Int32Array(classes * classes);
  for (let i = 0; i < p.length; i++) {
    if (!(p[i] >= 0 && p[i] < classes && e[i] >= 0 && e[i] < classes)) {
      throw new RangeError(
        `confusionMatrix: expected labels from 0 to ${classes - 1}, found ${p[i]} and ${e[i]}`,
      );
    }
    counts[e[i] * classes + p[i]]++;
  }
  return new Tensor(counts, [classes, classes]);
}

function labelPairs(caller: string, predicted: Tensor, expected: Tensor) {
  const labels = (x: Tensor) => (x.ndim === 2 ? x.argmax(1) : x);
  const [p, e] = [labels(predicted), labels(expected)];
  if (p.ndim !== 1 || e.ndim !== 1 || p.shape[0] !== e.shape[0]) {
    throw new RangeError(
      `${caller}: expected as many labels as predictions, found ${showShape(predicted.shape)} ` +
        `and ${showShape(expected.shape)}`,
    );
  }
  return [p.data, e.data];
}
