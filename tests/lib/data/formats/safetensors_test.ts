import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import * as fc from "fast-check";
import type { StoredArray } from "../../../../lib/data/formats/array.ts";
import { DataError } from "../../../../lib/support/errors.ts";
import { decodeSafetensors, encodeSafetensors } from "../../../../lib/data/formats/safetensors.ts";
import { damaged } from "../../../support/files.ts";

function fixture(name: string): Uint8Array {
  const bytes = readFileSync(
    fileURLToPath(new URL(`../../../fixtures/weights/${name}`, import.meta.url)),
  );
  return new Uint8Array(bytes);
}

/** What tests/fixtures/weights.py put into python.safetensors. */
const tensors = new Map<string, StoredArray>([
  ["scalar", { shape: [], data: Float64Array.of(3.5) }],
  ["transposed", {
    shape: [4, 3, 2],
    data: Float64Array.from({ length: 24 }, (_, i) => {
      const [a, b, c] = [Math.floor(i / 6), Math.floor(i / 2) % 3, i % 2];
      return c * 12 + b * 4 + a;
    }),
  }],
  ["W", { shape: [2, 3], data: Float32Array.of(-1, -0.6, -0.2, 0.2, 0.6, 1) }],
  ["empty", { shape: [0, 5], data: new Float32Array(0) }],
  ["big", { shape: [3], data: Int32Array.of(1, -2, 70000) }],
  ["pixels", { shape: [3], data: Uint8Array.of(0, 128, 255) }],
]);

Deno.test("safetensors: reads what Python's library wrote", () => {
  const found = decodeSafetensors(fixture("python.safetensors"));
  assert.deepEqual(new Map(found.tensors), tensors);
  assert.deepEqual({ ...found.metadata }, { "made by": "python" });
});

Deno.test("safetensors: writes byte for byte what Python's library writes", () => {
  const shuffled = new Map([...tensors].reverse());
  assert.deepEqual(
    encodeSafetensors({ tensors: shuffled, metadata: { "made by": "python" } }),
    fixture("python.safetensors"),
  );
});

/** Any names, shapes and numbers. */
const files = fc.dictionary(
  fc.string({ unit: "binary", maxLength: 6 }).filter((name) => name !== "__metadata__"),
  fc.array(fc.nat(3), { maxLength: 3 }).chain((shape) => {
    const length = shape.reduce((product, dimension) => product * dimension, 1);
    const size = { minLength: length, maxLength: length };
    return fc.oneof(
      fc.uint8Array(size),
      fc.int32Array(size),
      fc.float32Array(size),
      fc.float64Array(size),
    ).map((data) => ({ shape, data }));
  }),
  { maxKeys: 5 },
).map((record) => new Map<string, StoredArray>(Object.entries(record)));

Deno.test("safetensors: reading gives back what was written", () =>
  fc.assert(
    fc.property(files, fc.dictionary(fc.string(), fc.string()), (tensors, metadata) => {
      const found = decodeSafetensors(encodeSafetensors({ tensors, metadata }));
      assert.deepEqual(new Map(found.tensors), new Map(tensors));
      assert.deepEqual({ ...found.metadata }, { ...metadata });
    }),
  ));

/** A file with this head and so many bytes of numbers. */
function file(head: string, dataBytes = 0): Uint8Array {
  const json = new TextEncoder().encode(head);
  const bytes = new Uint8Array(8 + json.length + dataBytes);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(json.length), true);
  bytes.set(json, 8);
  return bytes;
}

function refuses(bytes: Uint8Array, pattern: RegExp): void {
  assert.throws(() => decodeSafetensors(bytes, "w"), (error) => {
    assert.ok(error instanceof DataError, String(error));
    assert.match(error.message, /^w: /);
    assert.match(error.message, pattern);
    return true;
  });
}

function entry(name: string, begin: number, end: number, shape: number[] = [end - begin]): string {
  return `"${name}":{"dtype":"U8","shape":[${shape}],"data_offsets":[${begin},${end}]}`;
}

Deno.test("safetensors: bytes must neither overlap, nor leave gaps, nor be outside", () => {
  assert.equal(
    decodeSafetensors(file(`{${entry("b", 2, 4)},${entry("a", 0, 2)}}`, 4)).tensors.size,
    2,
  );
  refuses(file(`{${entry("a", 0, 3)},${entry("b", 2, 4)}}`, 4), /of "b" at 3.* found them at 2/);
  refuses(file(`{${entry("a", 0, 2)},${entry("b", 3, 4)}}`, 4), /of "b" at 2.* found them at 3/);
  refuses(file(`{${entry("a", 1, 2)}}`, 2), /of "a" at 0/);
  refuses(file(`{${entry("a", 0, 4)}}`, 3), /expected 4 bytes of numbers.* found 3/);
  refuses(file(`{${entry("a", 0, 4)}}`, 5), /expected 4 bytes of numbers.* found 5/);
  refuses(file(`{${entry("a", 0, 4, [5])}}`, 4), /expected 5 bytes for the shape \[5\]/);
  refuses(file(`{${entry("a", 4, 0)}}`, 4), /two data_offsets, found "U8", an array/);
  refuses(
    file(`{${entry("a", 0, 1, [2 ** 40, 2 ** 40])}}`, 1),
    /whole dimensions that fit in memory/,
  );
  refuses(file(`{"a":{"dtype":"U8","shape":[1],"data_offsets":[0,1,1]}}`, 1), /data_offsets/);
});

Deno.test("safetensors: damaged headers", () => {
  refuses(new Uint8Array(7), /found another format/);
  refuses(new Uint8Array(9).fill(255), /found another format/);
  refuses(file("[]"), /found another format/);
  refuses(file("{}").subarray(0, 9), /a header in JSON|at most 1 bytes, found 2/);
  refuses(file("{"), /a header in JSON/);
  refuses(file(`{"a":1}`), /tensor "a": expected dtype, shape and two data_offsets, found 1/);
  refuses(file(`{"a":{"dtype":"U8","shape":[-1],"data_offsets":[0,0]}}`), /data_offsets, found/);
  refuses(file(`{"a":{"dtype":"U8","shape":[0.5],"data_offsets":[0,0]}}`), /data_offsets, found/);
  refuses(file(`{"__metadata__":{"a":1}}`), /texts in __metadata__/);
  refuses(file(`{"__metadata__":${"[".repeat(5000)}${"]".repeat(5000)}}`), /texts in __metadata__/);
  const notText = file("{}");
  notText[9] = 0xff;
  refuses(notText, /a header in JSON/);
});

Deno.test("safetensors: types that no tensor has are named and do not block the others", () => {
  const { tensors, others } = decodeSafetensors(fixture("others.safetensors"));
  assert.deepEqual([...tensors.keys()], ["W"]);
  assert.deepEqual(new Map(others), new Map([["h", "float16 [3]"], ["n", "int64 [3]"]]));
  const unknown = file(`{"a":{"dtype":"F4","shape":[4],"data_offsets":[0,2]}}`, 2);
  assert.deepEqual([...decodeSafetensors(unknown).others], [["a", "the type F4 [4]"]]);
});

Deno.test("safetensors: what could not be read back is not written", () => {
  const one = { shape: [1], data: Uint8Array.of(1) };
  const encode = (name: string, metadata = {}, array: StoredArray = one) =>
    encodeSafetensors({ tensors: new Map([[name, array]]), metadata });
  assert.throws(() => encode("__metadata__"), RangeError);
  for (const half of ["\ud800", "a\udc00"]) { // the format's own library cannot read them
    assert.throws(() => encode(half), /half of a surrogate pair/);
    assert.throws(() => encode("a", { b: half }), /half of a surrogate pair/);
    assert.throws(() => encode("a", { [half]: "b" }), /half of a surrogate pair/);
  }
  assert.throws(
    () => encode("a", { b: "x".repeat(1_000_000) }),
    /at most 1000000 bytes, found 1000/,
  );
  assert.throws(
    () => encode("a", {}, { shape: new Array<number>(65).fill(1), data: Uint8Array.of(1) }),
    /at most 64 dimensions, found "a" with 65/,
  );
  const most = encode("x".repeat(999_900), {}, {
    shape: new Array<number>(24).fill(1),
    data: one.data,
  });
  assert.equal(decodeSafetensors(most).tensors.size, 1);
});

Deno.test("safetensors: a damaged file gives arrays or a DataError, never anything else", () => {
  const whole = fixture("python.safetensors");
  fc.assert(
    fc.property(damaged(whole), (bytes) => {
      try {
        let total = 0;
        for (const { shape, data } of decodeSafetensors(bytes).tensors.values()) {
          assert.equal(shape.reduce((product, length) => product * length, 1), data.length);
          total += data.byteLength;
        }
        assert.ok(total <= bytes.length);
      } catch (error) {
        if (!(error instanceof DataError)) throw error;
      }
    }),
    { numRuns: 2000 },
  );
});
