/** Mini-batches of a training set, in a new order in each epoch. */
import { inRange } from "../support/ranges.ts";
import { expectRandom, type Random } from "../tensor/random.ts";

/**
 * One epoch: every index from 0 to count - 1 once, `batchSize` at a time, in random order.
 *
 * `x.take(batch)` and `t.take(batch)` are a mini-batch. The last one is smaller when the count is not
 * a multiple of the size; no sample is left out.
 * @param count the number of samples, `x.shape[0]`.
 * @param batchSize the number of samples in a step.
 * @param random shuffles, in another order at each call; without it the order is kept.
 * @throws RangeError unless both are integers of at least 1, TypeError without random numbers.
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { miniBatches, Random } from "mnist";
 * const sizes = miniBatches(10, 4, new Random(0)).map((batch) => batch.length);
 * assert.deepEqual(sizes, [4, 4, 2]);
 * ```
 */
export function miniBatches(count: number, batchSize: number, random?: Random): Int32Array[] {
  inRange("miniBatches: expected count, x.shape[0],", count, "to be an integer of at least 1");
  inRange("miniBatches: expected batchSize", batchSize, "to be an integer of at least 1");
  const order = random === undefined
    ? Int32Array.from({ length: count }, (_, i) => i)
    : expectRandom("miniBatches", random).permutation(count);
  return Array.from(
    { length: Math.ceil(count / batchSize) },
    (_, step) => order.subarray(step * batchSize, (step + 1) * batchSize),
  );
}
