import assert from "node:assert/strict";
import fc from "fast-check";
import { type NumericArray, Random } from "../../../lib/mod.ts";
import { adamFast } from "../../../lib/tensor/kernels/adam.ts";
import { matmul, matmulPlain, matmulReference } from "../../../lib/tensor/kernels/matmul.ts";
import type { Matrix } from "../../../lib/tensor/kernels/matrix.ts";
import { logistic, mapFast, rectify } from "../../../lib/tensor/kernels/maps.ts";
import { wasmProduct } from "../../../lib/tensor/kernels/wasm/products.ts";
import { binaryOf, buildKernels, SOURCES } from "../../../tools/build_kernels.ts";

/** A matrix that lies anywhere in its storage, row by row or column by column, with many zeros. */
function matrixOf(rows: number, columns: number): fc.Arbitrary<Matrix> {
  const value = fc.oneof(fc.constant(0), fc.integer({ min: 0, max: 255 }));
  return fc.record({
    kind: fc.constantFrom(Float64Array, Float32Array, Int32Array, Uint8Array),
    offset: fc.integer({ min: 0, max: 3 }),
    gap: fc.integer({ min: 0, max: 1 }),
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

Deno.test("every product is the reference product, wherever the matrices lie", () => {
  const size = fc.oneof(fc.integer({ min: 0, max: 12 }), fc.integer({ min: 30, max: 45 }));
  const pairs = fc.tuple(size, size, size).chain(([n, k, m]) =>
    fc.tuple(matrixOf(n, k), matrixOf(k, m))
  );
  fc.assert(
    fc.property(pairs, ([a, b]) => {
      for (const array of [Float64Array, Float32Array]) { // integers: no rounding, so exactly
        const expected = new array(a.rows * b.columns);
        matmulReference(a, b, expected);
        for (const product of [matmul, matmulPlain, wasmProduct]) {
          const found = new array(a.rows * b.columns).fill(NaN);
          assert.notEqual(product(a, b, found), false, "WebAssembly with SIMD");
          assert.deepEqual(found, expected, product.name);
        }
      }
    }),
    { numRuns: 200 },
  );
});

Deno.test("TypeScript and WebAssembly give the same numbers to the last bit", () => {
  const random = new Random(5);
  for (const [n, k, m] of [[20, 784, 50], [784, 20, 50], [9, 33, 7], [500, 784, 10]]) {
    for (const array of [Float64Array, Float32Array]) {
      const fill = (size: number) =>
        new array(size).map(() => (random.uniform() < 0.5 ? 0 : random.normal()));
      const b = { storage: fill(k * m), offset: 0, rows: k, columns: m, rowStep: m, columnStep: 1 };
      const a = { storage: fill(n * k), offset: 0, rows: n, columns: k };
      const layouts = [{ ...a, rowStep: k, columnStep: 1 }, { ...a, rowStep: 1, columnStep: n }];
      for (const layout of layouts) {
        const [plain, fast] = [new array(n * m), new array(n * m)];
        matmulPlain(layout, b, plain);
        wasmProduct(layout, b, fast);
        assert.deepEqual(fast, plain);
      }
    }
  }
});

Deno.test("infinities and NaN pass through both, but not through a 0", () => {
  const row = { offset: 0, rows: 1, columns: 3, rowStep: 3, columnStep: 1 };
  const column = { offset: 0, rows: 3, columns: 1, rowStep: 1, columnStep: 1 };
  const cases: [number[], number[], number][] = [
    [[1, 0, 2], [1, NaN, 3], 7],
    [[1, 1, 2], [1, Infinity, 3], Infinity],
    [[NaN, 0, 0], [1, 2, 3], NaN],
  ];
  for (const [x, y, expected] of cases) {
    const a = { storage: Float64Array.from(x), ...row };
    const b = { storage: Float64Array.from(y), ...column };
    for (const product of [matmulPlain, wasmProduct]) {
      const out = new Float64Array(1);
      product(a, b, out);
      assert.equal(out[0], expected);
    }
  }
});

Deno.test("the compiled kernels are what their sources compile to", async () => {
  for (const source of SOURCES) {
    assert.equal(await Deno.readTextFile(binaryOf(source)), await buildKernels(source));
  }
});

Deno.test("the fast twins of exp, sigmoid and relu agree with the plain functions", () => {
  const random = new Random(6);
  const special = [0, -0, 1, -1, 1000, -1000, Infinity, -Infinity, NaN, 709.7, -745, 88.7, -103];
  const spread = Array.from({ length: 50_000 }, () => 40 * random.normal());
  for (const [array, tolerance] of [[Float64Array, 1e-15], [Float32Array, 4e-7]] as const) {
    for (const f of [Math.exp, logistic, rectify]) {
      const x = array.from([...special, ...spread]), fast = x.slice();
      assert.ok(mapFast(fast, f), "WebAssembly with SIMD");
      const plain = x.map(f); // rounds to the kind of array
      fast.forEach((value, i) => {
        const want = plain[i], smallest = array === Float64Array ? 2 ** -1022 : 2 ** -126;
        const isSame = Object.is(value, want) || value === want ||
          Math.abs(value - want) <= tolerance * Math.abs(want) + smallest;
        assert.ok(isSame, `${f.name || "f"}(${x[i]}): expected ${want}, found ${value}`);
      });
    }
  }
});

Deno.test("a function without a twin, or few numbers, are left alone", () => {
  const x = new Float64Array(100).fill(2);
  assert.equal(mapFast(x, (v) => v * v), false);
  assert.equal(mapFast(x.subarray(0, 3), Math.exp), false);
  assert.ok(x.every((v) => v === 2));
});

Deno.test("the fast twin of Adam's step agrees with the formula, whatever the length", () => {
  const random = new Random(7), step = { rate: 0.01, share1: 0.1, share2: 0.001, epsilon: 1e-7 };
  for (const length of [64, 65, 1000, 8192, 8193, 20_001]) {
    const numbers = () => Float32Array.from({ length }, () => random.normal());
    const w = numbers(), g = numbers(), m = numbers(), v = numbers().map(Math.abs);
    g.fill(0, 0, 10);
    v.fill(0, 5, 12);
    m.fill(0, 0, 9);
    const fast = [w, m, v].map((array) => array.slice());
    assert.ok(adamFast(fast[0], g, fast[1], fast[2], step), "WebAssembly with SIMD");
    for (let i = 0; i < length; i++) {
      const mean = m[i] + 0.1 * (g[i] - m[i]), square = v[i] + 0.001 * (g[i] ** 2 - v[i]);
      const expected = [w[i] - 0.01 * mean / (Math.sqrt(square) + 1e-7), mean, square];
      expected.forEach((want, k) => {
        const error = Math.abs(fast[k][i] - want);
        assert.ok(error <= 1e-6 * Math.max(1, Math.abs(want)), `${i}: ${fast[k][i]}, not ${want}`);
      });
    }
  }
  const [w, g, m, v] = [1, NaN, 0, 0].map((value) => new Float32Array(64).fill(value));
  g[1] = 0;
  m[1] = 5.6e-45; // it would stay there for ever
  assert.ok(adamFast(w, g, m, v, step));
  assert.deepEqual([w[0], m[0], v[0], w[1], m[1]], [NaN, NaN, NaN, 1, 0]);
  const doubles = new Float64Array(100);
  assert.equal(adamFast(doubles, doubles, doubles, doubles, step), false);
});
