import assert from "node:assert/strict";
import fc from "fast-check";
import { grouped } from "../../../lib/support/grouped.ts";

Deno.test("grouped: as toLocaleString writes integers", () => {
  const counts = fc.oneof(fc.integer(), fc.maxSafeInteger());
  fc.assert(fc.property(counts, (count) => {
    assert.equal(grouped(count), count.toLocaleString("en"));
  }));
  assert.deepEqual([0, 999, 1000, 60_000, -1_234_567].map(grouped), [
    "0",
    "999",
    "1,000",
    "60,000",
    "-1,234,567",
  ]);
});
