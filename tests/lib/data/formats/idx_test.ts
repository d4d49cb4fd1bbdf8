import assert from "node:assert/strict";
import { join } from "node:path";
import * as fc from "fast-check";
import type { StoredArray } from "../../../../lib/data/formats/array.ts";
import { DataError } from "../../../../lib/support/errors.ts";
import { decodeIdx, encodeIdx } from "../../../../lib/data/formats/idx.ts";
import { readIdx } from "../../../../lib/data/formats/idx_file.ts";
import { damaged, gzip, inFolder, rejectsWithDataError, sha256 } from "../../../support/files.ts";

const image: StoredArray = { shape: [2, 3, 2], data: Uint8Array.from({ length: 12 }, (_, i) => i) };

/** Arrays of every type and of up to four dimensions, empty ones too. */
const arrays: fc.Arbitrary<StoredArray> = fc
  .array(fc.nat(4), { maxLength: 4 })
  .chain((shape) => {
    const length = shape.reduce((product, dimension) => product * dimension, 1);
    const size = { minLength: length, maxLength: length };
    return fc.oneof(
      fc.uint8Array(size),
      fc.int32Array(size),
      fc.float32Array(size),
      fc.float64Array(size),
    ).map((data) => ({ shape, data }));
  });

Deno.test("IDX: the bytes are those of the format's description", () => {
  assert.equal(
    encodeIdx({ shape: [2, 1], data: new Int32Array([1, -2]) }).toHex(),
    "00000c02" + "00000002" + "00000001" + "00000001" + "fffffffe",
  );
  assert.equal(encodeIdx({ shape: [1], data: new Uint8Array([7]) }).toHex(), "000008010000000107");
  assert.equal(
    encodeIdx({ shape: [1], data: new Float32Array([1]) }).toHex(),
    "00000d01000000013f800000",
  );
  assert.equal(
    encodeIdx({ shape: [1], data: new Float64Array([-2]) }).toHex(),
    "00000e0100000001c000000000000000",
  );
});

Deno.test("IDX: reading gives back what was written, for every type and shape", () =>
  fc.assert(
    fc.property(arrays, (array) => {
      assert.deepEqual(decodeIdx(encodeIdx(array)), array);
    }),
  ));

Deno.test("IDX: files may be gzipped or not, and pieces may be cut anywhere", () =>
  inFolder(async (folder) => {
    const large: StoredArray = {
      shape: [3000, 1000],
      data: Uint8Array.from({ length: 3_000_000 }, (_, i) => i * 7),
    };
    for (const array of [image, large]) {
      const bytes = encodeIdx(array);
      for (const content of [bytes, gzip(bytes)]) {
        const path = join(folder, "x");
        await Deno.writeFile(path, content);
        assert.deepEqual(await readIdx(path, { sha256: await sha256(bytes) }), array);
      }
    }
  }));

Deno.test("IDX: another SHA-256 is refused, with both named", () =>
  inFolder(async (folder) => {
    const path = join(folder, "x");
    const bytes = encodeIdx(image);
    await Deno.writeFile(path, bytes);
    const found = await sha256(bytes);
    await rejectsWithDataError(
      readIdx(path, { sha256: "0".repeat(64) }),
      /SHA-256 0{64}/,
      new RegExp(`found ${found}`),
    );
  }));

/** Expects a DataError from bytes in memory. */
function refuses(bytes: Uint8Array, pattern: RegExp): void {
  assert.throws(() => decodeIdx(bytes, "digits"), (error) => {
    assert.ok(error instanceof DataError, String(error));
    assert.match(error.message, /^digits: /);
    assert.match(error.message, pattern);
    return true;
  });
}

Deno.test("IDX: too short, too long, another format, other types", () => {
  const bytes = encodeIdx(image);
  refuses(bytes.subarray(0, 20), /expected 12 bytes for its dimensions \[2, 3, 2\], found only 4/);
  refuses(new Uint8Array([...bytes, 0]), /12 bytes.* found more/);
  refuses(bytes.subarray(0, 3), /found only 3 bytes/);
  refuses(new Uint8Array(), /found an empty file/);
  refuses(new TextEncoder().encode("<html>"), /found a web page/);
  for (const [code, name] of [[0x09, "int8"], [0x0b, "int16"]] as const) {
    refuses(
      new Uint8Array([0, 0, code, 1, 0, 0, 0, 1, 0]),
      new RegExp(`uint8, int32, float32, float64, found ${name}`),
    );
  }
});

Deno.test("IDX: a head that promises terabytes takes no memory", () =>
  inFolder(async (folder) => {
    const path = join(folder, "x");
    const head = new Uint8Array([0, 0, 8, 3, 0, 0, 255, 255, 0, 0, 255, 255, 0, 0, 255, 255]);
    for (const content of [head, gzip(head)]) {
      await Deno.writeFile(path, content);
      await rejectsWithDataError(
        readIdx(path),
        /expected 281462092005375 bytes .* room for at most/,
      );
    }
    const beyondCounting = new Uint8Array(4 + 4 * 3).fill(255).fill(0, 0, 2);
    beyondCounting.set([8, 3], 2);
    refuses(beyondCounting, /whole dimensions that fit in memory/);
  }));

Deno.test("IDX: a gzip is not unzipped beyond what its head promises", () =>
  inFolder(async (folder) => {
    const path = join(folder, "bomb");
    const bytes = new Uint8Array(50_000_000);
    bytes.set(encodeIdx({ shape: [10], data: new Uint8Array(10) }));
    await Deno.writeFile(path, gzip(bytes));
    await rejectsWithDataError(readIdx(path), /expected 10 bytes .* found more/);
  }));

Deno.test("IDX: a damaged file is a DataError or another array, never anything else", () =>
  fc.assert(
    fc.property(arrays.chain((array) => damaged(encodeIdx(array))), (bytes) => {
      try {
        const { shape, data } = decodeIdx(bytes);
        assert.equal(shape.reduce((product, dimension) => product * dimension, 1), data.length);
        assert.ok(data.byteLength <= bytes.length);
      } catch (error) {
        if (!(error instanceof DataError)) throw error;
      }
    }),
    { numRuns: 500 },
  ));

Deno.test("encodeIdx refuses what the format cannot hold", () => {
  assert.throws(
    () => encodeIdx({ shape: [2 ** 32, 0], data: new Uint8Array() }),
    RangeError,
  );
});
