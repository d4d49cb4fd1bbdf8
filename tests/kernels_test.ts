import assert from "node:assert/strict";
import fc from "fast-check";
import type { NumericArray } from "../lib/mod.ts";
import { matmul, matmulReference, type Matrix } from "../lib/kernels/matmul.ts";

/** A matrix that lies anywhere in its storage, row by row or column by column, with many zeros. */
function matrixOf(rows: number, columns: number): fc.Arbitrary<Matrix> {
  const value = fc.oneof(fc.constant(0), fc.integer({ min: 0, max: 255 }));
  const kinds = [Float64Array, Float32Array, Int32Array, Uint8Array];
  return fc.record({
    kind: fc.constantFrom(...kinds),
    offset: fc.integer({ min: 0, max: 3 }),
    gap: fc.integer({ min: 0, max: 2 }),
    isColumnMajor: fc.boolean(),
    values: fc.infiniteStream(value),
  }).map(({ kind, offset, gap, isColumnMajor, values }) => {
    const rowStep = isColumnMajor ? 1 : columns + gap;
    const columnStep = isColumnMajor ? rows + gap : 1;
    const size = offset + (rows + gap) * (columns + gap) + 1;
    const storage: NumericArray = kind.from([...values.take(size)]);
    return { storage, offset, rows, columns, rowStep, columnStep };
  });
}

Deno.test("the fast product is the reference product, wherever the matrices lie", () => {
  const size = fc.integer({ min: 0, max: 12 });
  const pairs = fc.tuple(size, size, size).chain(([n, k, m]) =>
    fc.tuple(matrixOf(n, k), matrixOf(k, m))
  );
  fc.assert(
    fc.property(pairs, ([a, b]) => {
      const fast = new Float64Array(a.rows * b.columns), plain = fast.slice();
      matmul(a, b, fast);
      matmulReference(a, b, plain);
      assert.deepEqual(fast, plain); // integers: no rounding, so exactly
    }),
    { numRuns: 300 },
  );
});
