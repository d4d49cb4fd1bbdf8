/** Cutting a training set into mini-batches, in a new order each time. */
import type { Random } from "../tensor/random.ts";

/**
 * One epoch: every row number from 0 to count - 1 once, in random order, `batchSize` at a time.
 *
 * `x.take(batch)` and `t.take(batch)` are then a mini-batch. The last one is smaller where the count
 * is no multiple of the size; no sample is left out.
 * @param count how many samples there are.
 * @param batchSize how many make a step.
 * @param random shuffles; the same one gives another order at the next call. Default: no shuffling.
 * @throws RangeError unless both are integers, the count at least 0 and the size at least 1.
 */
export function miniBatches(
  count: number,
  batchSize: number,
  random?: Random,
): Generator<Int32Array, void> {
  if (!Number.isInteger(batchSize) || batchSize < 1) {
    throw new RangeError(
      `miniBatches: expected a batch size that is an integer of at least 1, found ${batchSize}`,
    );
  }
  const order = random?.permutation(count) ?? Int32Array.from({ length: count }, (_, i) => i);
  return cut(order, batchSize);
}

function* cut(order: Int32Array, batchSize: number): Generator<Int32Array, void> {
  for (let start = 0; start < order.length; start += batchSize) {
    yield order.subarray(start, start + batchSize);
  }
}
