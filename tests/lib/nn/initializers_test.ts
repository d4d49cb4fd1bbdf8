import { deepStrictEqual, ok, strictEqual } from "node:assert/strict";
import * as init from "../../../lib/nn/initializers.ts";
import { Random } from "../../../lib/tensor/random.ts";

const SHAPE = [300, 200] as const;
const expected: [string, init.Initializer, number][] = [
  ["constant(0)", init.constant(0), 0],
  ["normal", init.normal(0.01), 0.01],
  ["xavier", init.xavier, Math.sqrt(1 / 300)],
  ["glorotNormal", init.glorotNormal, Math.sqrt(2 / 500)],
  ["glorotUniform", init.glorotUniform, Math.sqrt(2 / 500)],
  ["he", init.he, Math.sqrt(2 / 300)],
];

for (const [name, initializer, std] of expected) {
  Deno.test(`${name}: mean 0, standard deviation ${std.toFixed(4)}, seeded, float64 and float32`, () => {
    const w = initializer(SHAPE, new Random(1));
    deepStrictEqual(w.shape, [300, 200]);
    // 60,000 numbers: the mean is within 5 of its standard errors, the spread within 2 %.
    ok(Math.abs(w.mean()) <= 5 * std / Math.sqrt(60000));
    const found = Math.sqrt(w.mul(w).mean());
    ok(Math.abs(found - std) <= 0.02 * std, `${found}`);
    ok(w.equals(initializer(SHAPE, new Random(1))));
    strictEqual(w.equals(initializer(SHAPE, new Random(2))), std === 0);
    ok(initializer(SHAPE, new Random(1), "float32").equals(w.astype("float32")));
  });
}

Deno.test("glorotUniform: stays within its bounds and comes close to them", () => {
  const a = Math.sqrt(6 / 500), w = init.glorotUniform(SHAPE, new Random(3));
  ok(w.min() >= -a && w.max() < a && w.min() < -0.99 * a && w.max() > 0.99 * a);
});
