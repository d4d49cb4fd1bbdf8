import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import * as fc from "fast-check";
import type { StoredArray } from "../../../../lib/data/formats/array.ts";
import { DataError } from "../../../../lib/support/errors.ts";
import { decodePickle } from "../../../../lib/data/formats/pickle.ts";
import { damaged } from "../../../support/files.ts";

/** What tests/fixtures/weights.py put into each file. */
const expected: [string, StoredArray][] = [
  ["W", {
    shape: [2, 3],
    data: Float32Array.from([-1, -0.6, -0.2, 0.2, 0.6, 1]),
  }],
  ["transposed", {
    shape: [4, 3, 2],
    data: Float64Array.from({ length: 24 }, (_, i) => {
      const [a, b, c] = [Math.floor(i / 6), Math.floor(i / 2) % 3, i % 2];
      return c * 12 + b * 4 + a;
    }),
  }],
  ["big", { shape: [3], data: Int32Array.from([1, -2, 70000]) }],
  ["pixels", { shape: [3], data: Uint8Array.from([0, 128, 255]) }],
  ["scalar", { shape: [], data: Float64Array.from([3.5]) }],
  ["empty", { shape: [0, 5], data: new Float32Array(0) }],
];

function fixture(name: string): Uint8Array {
  const bytes = readFileSync(
    fileURLToPath(new URL(`../../../fixtures/weights/${name}`, import.meta.url)),
  );
  return new Uint8Array(bytes);
}

for (const name of ["protocol3.pkl", "protocol4.pkl", "protocol5.pkl", "numpy2.pkl"]) {
  Deno.test(`pickle: reads ${name} as Python wrote it`, () => {
    const { tensors, others } = decodePickle(fixture(name));
    assert.deepEqual([...tensors], expected);
    assert.equal(others.size, 0);
  });
}

function refuses(bytes: Uint8Array, pattern: RegExp): void {
  assert.throws(() => decodePickle(bytes, "w.pkl"), (error) => {
    assert.ok(error instanceof DataError, String(error));
    assert.match(error.message, /^w\.pkl: /);
    assert.match(error.message, pattern);
    return true;
  });
}

/** A pickle written by hand: texts are bytes as they stand. */
function pickle(...parts: (string | number)[]): Uint8Array {
  return new Uint8Array(
    parts.flatMap((part) =>
      typeof part === "number" ? [part] : [...new TextEncoder().encode(part)]
    ),
  );
}

Deno.test("pickle: refuses to run code, and names what it would have run", () => {
  refuses(pickle(0x80, 3, "cos\nsystem\nX", 2, 0, 0, 0, "ls", 0x85, "R."), /os\.system.* byte 2/);
  refuses(pickle(0x80, 4, 0x8c, 8, "builtins", 0x8c, 4, "eval", 0x93, "."), /builtins\.eval/);
  refuses(pickle(0x80, 3, "cnumpy\nload\n."), /numpy\.load/);
  // Python would look up any attribute of an allowed class by a dotted name.
  refuses(pickle(0x80, 3, "cnumpy\nndarray.tofile\n."), /numpy\.ndarray\.tofile/);
});

Deno.test("pickle: refuses every instruction it does not need, by its code", () => {
  const known =
    "80 95 4e 88 89 4a 4b 4d 8a 47 58 8c 42 43 8e 96 28 29 85 86 87 74 5d 61 65 7d 73 75 71 72"
      .concat(" 94 68 6a 63 93 52 62 2e").split(" ").map((code) => parseInt(code, 16));
  for (let opcode = 0; opcode < 256; opcode++) {
    if (known.includes(opcode)) continue;
    const code = opcode.toString(16).padStart(2, "0");
    refuses(new Uint8Array([0x80, 3, opcode]), new RegExp(`instruction 0x${code} .* byte 2`));
  }
});

Deno.test("pickle: refuses other protocols and contents", () => {
  refuses(fixture("protocol2.pkl"), /protocol 3, 4 or 5, .*found protocol 2/);
  refuses(pickle(0x80, 3, "K", 1, "."), /a dictionary of arrays, such as {"W": W}, found 1/);
  refuses(pickle(0x80, 3, "}}."), /a dictionary of arrays, .*found 2 values/);
  refuses(pickle(0x80, 3, "cnumpy\nndarray\n)R."), /the making of a NumPy array/);
  refuses(pickle(0x80, 3, "}Nb."), /the content of a NumPy array/);
  refuses(pickle(0x80, 3, "s."), /a value on the stack/);
  refuses(pickle(0x80, 3, "u."), /a mark on the stack/);
  refuses(pickle(0x80, 3, "h", 9), /memo entry 9/);
  refuses(pickle(0x80, 3, "}K", 1, "N", "s."), /a name as key, found 1/);
  refuses(pickle(0x80, 3, "}(Nu."), /pairs of name and array/);
  refuses(pickle(0x80, 3, "X", 255, 255, 255, 255), /4294967295 more bytes/);
  refuses(pickle(0x80, 3, "X", 1, 0, 0, 0, 0xff), /UTF-8/);
  refuses(pickle(0x80, 3, "cnumpy"), /a line of text, found no end of it/);
  refuses(new Uint8Array(), /1 more bytes/);
});

/** The instructions that put a uint8 array of one dimension into a dictionary, under a letter. */
function arrayItem(name: string, length: number, bytes: (string | number)[]): (string | number)[] {
  return [
    ...["X", 1, 0, 0, 0, name],
    ...["cnumpy.core.multiarray\n_reconstruct\ncnumpy\nndarray\n", "K", 0, 0x85, "C", 1, "b"],
    ...[0x87, "R"],
    ...["(K", 1, "K", length, 0x85, "cnumpy\ndtype\nX", 2, 0, 0, 0, "u1", 0x85, "R", 0x89],
    ...bytes,
    "tbs",
  ];
}

Deno.test("pickle: the bytes must be as many as the shape needs", () => {
  const good = pickle(0x80, 3, "}", ...arrayItem("a", 2, ["C", 2, 7, 8]), ".");
  assert.deepEqual([...decodePickle(good).tensors], [["a", {
    shape: [2],
    data: Uint8Array.of(7, 8),
  }]]);
  for (const bytes of [[7], [7, 8, 9]]) {
    refuses(
      pickle(0x80, 3, "}", ...arrayItem("a", 2, ["C", bytes.length, ...bytes]), "."),
      new RegExp(`2 bytes for the shape \\[2\\], found ${bytes.length}`),
    );
  }
});

/** What tests/fixtures/weights.py put into mixed.pkl besides the array W. */
const others: [string, string][] = [
  ["int64", "int64 [30]"],
  ["half", "float16 [3]"],
  ["complex", "complex128 [1]"],
  ["bool", "the type b1 [1]"],
  ["objects", "the type O8 [2]"],
  ["words", "the type U1 [1]"],
  ["record", "the type V8 [2]"],
  ["scalar", "a NumPy scalar"],
  ["whole", "3"],
  ["float", "1.5"],
  ["large", "a large integer"],
  ["none", "None"],
  ["list", "a list"],
  ["nested", "a list"],
  ["tuple", "a tuple"],
  ["dictionary", "an object with the keys x, y"],
  ["text", '"words"'],
  ["long", "a long text"],
];

for (const name of ["mixed3.pkl", "mixed4.pkl", "mixed5.pkl"]) {
  Deno.test(`pickle: what is no array that a tensor can hold does not block the others (${name})`, () => {
    const found = decodePickle(fixture(name));
    assert.deepEqual([...found.tensors.keys()], ["W"]);
    assert.deepEqual([...found.others], others);
  });
}

Deno.test("pickle: an ordered dictionary is one, an array alone or a list is none", () => {
  assert.deepEqual([...decodePickle(fixture("ordered.pkl")).tensors.keys()], ["W", "b"]);
  refuses(fixture("array.pkl"), /a dictionary of arrays, .*, found float32 \[2, 3\]/);
  refuses(fixture("list.pkl"), /a dictionary of arrays, .*, found a list/);
});

Deno.test("pickle: a small file cannot make large arrays by using its bytes again and again", () => {
  const bytes = new Array<number>(250).fill(1);
  const first = arrayItem("a", 250, ["C", 250, ...bytes, "q", 0]);
  const again = ["b", "c", "d", "e"].flatMap((name) => arrayItem(name, 250, ["h", 0]));
  refuses(pickle(0x80, 3, "}", ...first, ...again, "."), /the same bytes used again/);
});

Deno.test("pickle: a damaged file gives arrays or a DataError, never anything else", () =>
  fc.assert(
    fc.property(
      fc.constantFrom("protocol3.pkl", "protocol4.pkl", "protocol5.pkl").map(fixture)
        .chain((bytes) => damaged(bytes).map((damage) => ({ damage, size: bytes.length }))),
      ({ damage, size }) => {
        try {
          let total = 0;
          for (const { shape, data } of decodePickle(damage).tensors.values()) {
            assert.equal(shape.reduce((product, length) => product * length, 1), data.length);
            total += data.byteLength;
          }
          assert.ok(total <= size);
        } catch (error) {
          if (!(error instanceof DataError)) throw error;
        }
      },
    ),
    { numRuns: 3000 },
  ));
