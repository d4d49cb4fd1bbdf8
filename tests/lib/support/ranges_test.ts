import { strictEqual, throws } from "node:assert/strict";
import { inRange } from "../../../lib/support/ranges.ts";

Deno.test("inRange: returns what is in the range", () => {
  strictEqual(inRange("f: expected ε", 1e-7, "above 0"), 1e-7);
  strictEqual(inRange("f: expected λ", 0, "of at least 0"), 0);
  strictEqual(inRange("f: expected ρ", 1, "from 0 to 1"), 1);
  strictEqual(inRange("f: expected ρ", 0, "from 0 to below 1"), 0);
  strictEqual(inRange("f: expected x", -3, "to be a finite number"), -3);
  strictEqual(inRange("f: expected n", 1, "to be an integer of at least 1"), 1);
});

Deno.test("inRange: refuses what is outside, not finite or not a number", () => {
  const outside = [
    ["above 0", 0],
    ["of at least 0", -1e-9],
    ["from 0 to 1", 1.1],
    ["from 0 to below 1", 1],
    ["to be an integer of at least 1", 1.5],
  ] as const;
  for (const [range, value] of outside) {
    throws(() => inRange("f: expected x", value, range), {
      name: "RangeError",
      message: `f: expected x ${range}, found ${value}`,
    });
    for (const wrong of [NaN, Infinity, "0.5", undefined, null, [0.5]] as number[]) {
      throws(() => inRange("f: expected x", wrong, range), RangeError);
    }
  }
});
