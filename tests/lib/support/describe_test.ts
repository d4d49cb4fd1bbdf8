import { ok, strictEqual } from "node:assert/strict";
import fc from "fast-check";
import { describe } from "../../../lib/support/describe.ts";
import { zeros } from "../../../lib/tensor/create.ts";

Deno.test("describe: says what a value is", () => {
  const cases: [unknown, string][] = [
    ["adm", '"adm"'],
    [1.5, "1.5"],
    [undefined, "undefined"],
    [null, "null"],
    [[1, 2], "an array of length 2"],
    [new Float32Array(3), "a Float32Array"],
    [zeros([4, 3]), "a tensor [4, 3]"],
    [Promise.resolve(1), "a promise (await is missing)"],
    [Map, "the function Map"],
    [new Map(), "an object of the class Map"],
    [{ rate: 0.1, l: 2 }, "an object with the keys rate, l"],
    [{}, "an object with the keys (none)"],
    [Object.create(null), "an object with the keys (none)"],
  ];
  for (const [value, expected] of cases) strictEqual(describe(value), expected);
});

Deno.test("describe: never longer than 100 characters, never [object Object]", () => {
  fc.assert(fc.property(fc.anything({ withTypedArray: true, withNullPrototype: true }), (value) => {
    const text = describe(value);
    ok(text.length > 0 && text.length <= 100, text);
    ok(!text.includes("[object "), text);
  }));
  ok(describe("x".repeat(5000)).length <= 100);
  ok(
    describe(Object.fromEntries(Array.from({ length: 99 }, (_, i) => [`key${i}`, i]))).length < 100,
  );
});
