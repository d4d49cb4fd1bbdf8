import { deepStrictEqual, notDeepStrictEqual, ok, throws } from "node:assert/strict";
import fc from "fast-check";
import { miniBatches } from "../../../lib/nn/batches.ts";
import { Random } from "../../../lib/tensor/random.ts";

Deno.test("miniBatches: every sample once, full batches, the last one the rest", () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 200 }),
      fc.integer({ min: 1, max: 50 }),
      fc.nat(),
      (count, size, seed) => {
        const batches = miniBatches(count, size, new Random(seed));
        ok(batches.slice(0, -1).every((batch) => batch.length === size));
        deepStrictEqual(batches.length, Math.ceil(count / size));
        const all = batches.flatMap((batch) => [...batch]).sort((a, b) => a - b);
        deepStrictEqual(all, Array.from({ length: count }, (_, i) => i));
      },
    ),
  );
});

Deno.test("miniBatches: the same order for the same seed, another in the next epoch", () => {
  const random = new Random(1), again = new Random(1);
  const epochs = [1, 2].map(() => miniBatches(100, 30, random));
  deepStrictEqual([1, 2].map(() => miniBatches(100, 30, again)), epochs);
  notDeepStrictEqual(epochs[0], epochs[1]);
});

Deno.test("miniBatches: rejects a count or size that is not an integer of at least 1", () => {
  for (const size of [0, -1, 1.5, NaN]) {
    throws(() => miniBatches(10, size, new Random(1)), {
      name: "RangeError",
      message: `miniBatches: expected batchSize to be an integer of at least 1, found ${size}`,
    });
    throws(() => miniBatches(size, 10, new Random(1)), {
      name: "RangeError",
      message: "miniBatches: expected count, x.shape[0], to be an integer of at least 1, " +
        `found ${size}`,
    });
  }
});
