import assert from "node:assert/strict";
import fc from "fast-check";
import { type DType, type NumericArray, Random } from "../../../lib/mod.ts";
import * as elementwise from "../../../lib/tensor/kernels/elementwise.ts";
import {
  arithmeticFast,
  foldFast,
  mapFast,
  scalarFast,
  whereFast,
} from "../../../lib/tensor/kernels/fast.ts";
import { fillMask, maskFast, maskPlain } from "../../../lib/tensor/kernels/mask.ts";
import { matmul, matmulPlain, matmulReference } from "../../../lib/tensor/kernels/matmul.ts";
import type { Matrix } from "../../../lib/tensor/kernels/matrix.ts";
import { logistic, rectify } from "../../../lib/tensor/kernels/maps.ts";
import * as reduce from "../../../lib/tensor/kernels/reduce.ts";
import { adamFast, descendFast } from "../../../lib/tensor/kernels/steps.ts";
import { Storage } from "../../../lib/tensor/kernels/storage.ts";
import { wasmProduct } from "../../../lib/tensor/kernels/wasm/products.ts";
import { binaryOf, buildKernels, SOURCES } from "../../../tools/build_kernels.ts";

/** Numbers in the kernels' memory. */
function resident(numbers: NumericArray): Storage {
  const storage = Storage.owned(numbers.slice());
  assert.ok(storage.settle() > 0, "WebAssembly with SIMD");
  return storage;
}

/** Room for results, filled with something else. */
function room(dtype: DType, length: number): Storage {
  const storage = Storage.empty(dtype, length);
  storage.array.fill(-7);
  return storage;
}

const FLOATS = ["float32", "float64"] as const;
const kindOf = (dtype: typeof FLOATS[number]) => dtype === "float32" ? Float32Array : Float64Array;

/** Numbers of every kind that matters: zeros of both signs, fractions, infinities, NaN. */
const numbers = fc.oneof(
  fc.constantFrom(0, -0, 1, -1, Infinity, -Infinity, NaN),
  fc.integer({ min: -1000, max: 1000 }).map((n) => n / 8),
  fc.double({ noNaN: true, min: -1e3, max: 1e3 }),
);

/** A matrix that is anywhere in its storage, row by row or column by column, with many zeros. */
function matrixOf(rows: number, columns: number): fc.Arbitrary<Matrix> {
  const value = fc.oneof(fc.constant(0), fc.integer({ min: 0, max: 255 }));
  return fc.record({
    kind: fc.constantFrom(Float64Array, Float32Array, Int32Array, Uint8Array),
    offset: fc.integer({ min: 0, max: 3 }),
    gap: fc.integer({ min: 0, max: 1 }),
    isColumnMajor: fc.boolean(),
    isLent: fc.boolean(),
    values: fc.infiniteStream(value),
  }).map(({ kind, offset, gap, isColumnMajor, isLent, values }) => {
    const rowStep = isColumnMajor ? 1 : columns + gap;
    const columnStep = isColumnMajor ? rows + gap : 1;
    const size = offset + (rows + gap) * (columns + gap) + 1;
    const storage = Storage[isLent ? "of" : "owned"](kind.from([...values.take(size)]));
    return { storage, offset, rows, columns, rowStep, columnStep };
  });
}

Deno.test("every product is the reference product, wherever the matrices are", () => {
  const size = fc.oneof(fc.integer({ min: 0, max: 12 }), fc.integer({ min: 30, max: 45 }));
  const pairs = fc.tuple(size, size, size).chain(([n, k, m]) =>
    fc.tuple(matrixOf(n, k), matrixOf(k, m))
  );
  fc.assert(
    fc.property(pairs, ([a, b]) => {
      for (const dtype of FLOATS) { // integers: no rounding, so exactly
        const expected = room(dtype, a.rows * b.columns);
        matmulReference(a, b, expected);
        for (const product of [matmul, matmulPlain, wasmProduct]) {
          const ordinary = Storage.of(new (kindOf(dtype))(a.rows * b.columns).fill(NaN));
          for (const found of [room(dtype, a.rows * b.columns), ordinary]) {
            assert.notEqual(product(a, b, found), false, "WebAssembly with SIMD");
            assert.deepEqual(found.array.slice(), expected.array.slice(), product.name);
          }
        }
      }
    }),
    { numRuns: 200 },
  );
});

Deno.test("products: TypeScript and WebAssembly are equal to the last bit", () => {
  const random = new Random(5);
  // 1,100 rows of Xᵀ·D go another way than few rows.
  const sizes = [
    [20, 784, 50],
    [784, 20, 50],
    [9, 33, 7],
    [500, 784, 10],
    [12, 50, 100],
    [8, 9, 1],
    [30, 1100, 50],
    [5, 1100, 1],
  ];
  for (const [n, k, m] of sizes) {
    for (const dtype of FLOATS) {
      for (const share of [0, 0.5]) { // of zeros
        const fill = (size: number) =>
          new (kindOf(dtype))(size).map(() => (random.uniform() < share ? 0 : random.normal()));
        const place = random.uniform() < 0.5 ? resident : Storage.of;
        const b = { storage: place(fill(k * m)), offset: 0, rows: k, columns: m, rowStep: m };
        const right = { ...b, columnStep: 1 };
        const turned = { ...b, storage: place(fill(k * m)), rowStep: 1, columnStep: k };
        const a = { storage: place(fill(n * k)), offset: 0, rows: n, columns: k };
        for (
          const left of [{ ...a, rowStep: k, columnStep: 1 }, { ...a, rowStep: 1, columnStep: n }]
        ) {
          for (const other of [right, turned]) {
            const [plain, fast] = [room(dtype, n * m), room(dtype, n * m)];
            matmulPlain(left, other, plain);
            assert.ok(wasmProduct(left, other, fast));
            assert.deepEqual(fast.array.slice(), plain.array.slice(), `${[n, k, m]} ${dtype}`);
          }
        }
      }
    }
  }
});

Deno.test("products: infinities and NaN pass through both, but not through a 0", () => {
  const row = { offset: 0, rows: 1, columns: 3, rowStep: 3, columnStep: 1 };
  const column = { offset: 0, rows: 3, columns: 1, rowStep: 1, columnStep: 1 };
  const cases: [number[], number[], number][] = [
    [[1, 0, 2], [1, NaN, 3], 7],
    [[1, 1, 2], [1, Infinity, 3], Infinity],
    [[NaN, 0, 0], [1, 2, 3], NaN],
  ];
  for (const [x, y, expected] of cases) {
    const a = { storage: Storage.of(Float64Array.from(x)), ...row };
    const b = { storage: Storage.of(Float64Array.from(y)), ...column };
    for (const product of [matmulPlain, wasmProduct]) {
      const out = room("float64", 1);
      product(a, b, out);
      assert.equal(out.array[0], expected);
    }
  }
});

Deno.test("arithmetic, folds and choices: both twins are equal to the last bit", () => {
  const size = fc.integer({ min: 1, max: 19 });
  const shapes = fc.tuple(size, size).chain(([rows, columns]) =>
    fc.record({
      rows: fc.constant(rows),
      columns: fc.constant(columns),
      a: fc.array(numbers, { minLength: rows * columns, maxLength: rows * columns }),
      b: fc.array(numbers, { minLength: rows * columns, maxLength: rows * columns }),
      value: numbers,
      skip: fc.integer({ min: 0, max: 3 }),
    })
  );
  fc.assert(
    fc.property(shapes, ({ rows, columns, a, b, value, skip }) => {
      for (const dtype of FLOATS) {
        const kind = kindOf(dtype), count = rows * columns;
        const x = kind.from([...Array(skip).fill(9), ...a]), y = kind.from(b);
        const [xs, ys] = [resident(x), resident(y)], plain = new kind(count);
        const same = (fast: Storage, what: string) =>
          assert.deepEqual([...fast.array].map(String), [...plain].map(String), `${what} ${dtype}`);
        for (const name of ["add", "sub", "mul", "div"] as const) {
          const loop = elementwise[name], out = room(dtype, count);
          loop(count, x, skip, 1, y, 0, 1, plain, 0);
          assert.ok(arithmeticFast(name, "not", xs, skip, ys, 0, rows, columns, out));
          same(out, name);
          for (let i = 0; i < rows; i++) {
            loop(columns, x, skip + i * columns, 1, y, 0, 1, plain, i * columns);
          }
          assert.ok(arithmeticFast(name, "row", xs, skip, ys, 0, rows, columns, out));
          same(out, `${name} row`);
          for (let i = 0; i < rows; i++) {
            loop(columns, x, skip + i * columns, 1, y, i, 0, plain, i * columns);
          }
          assert.ok(arithmeticFast(name, "column", xs, skip, ys, 0, rows, columns, out));
          same(out, `${name} column`);
          loop(count, x, skip, 1, Float64Array.of(value), 0, 0, plain, 0);
          assert.ok(scalarFast(name, xs, skip, value, out));
          same(out, `${name} ${value}`);
        }
        for (const name of ["sum", "max", "argmax"] as const) {
          for (const [outer, length, inner] of [[rows, columns, 1], [1, rows, columns]]) {
            if (name !== "sum" && inner > 1) continue; // has no kernel
            const result = name === "argmax" ? "int32" : dtype, out = room(result, outer * inner);
            const expected = new (name === "argmax" ? Int32Array : kind)(outer * inner);
            reduce[name](x.subarray(skip), outer, length, inner, expected);
            assert.ok(foldFast(name, xs, skip, outer, length, inner, out));
            assert.deepEqual([...out.array].map(String), [...expected].map(String), name);
          }
        }
        const chosen = room(dtype, count), start = resident(x.subarray(skip));
        for (let i = 0; i < count; i++) plain[i] = x[skip + i] > 0 ? y[i] : 0;
        assert.ok(whereFast(start, ys, chosen));
        same(chosen, "where");
      }
    }),
    { numRuns: 150 },
  );
});

Deno.test("masks: both twins draw the same, and the share that the rate names", () => {
  for (const length of [1, 5, 1000, 4099]) {
    const state = Uint32Array.from({ length: 16 }, (_, i) => i * 2654435761);
    const [fast, plain] = [room("float32", length), room("float32", length)];
    assert.ok(maskFast(fast, 2 ** 31, 2, state), "WebAssembly with SIMD");
    maskPlain(plain, 2 ** 31, 2, state);
    assert.deepEqual(fast.array.slice(), plain.array.slice());
  }
  for (const dtype of FLOATS) {
    const drawn = [1, 2, 1].map((seed) => {
      const mask = room(dtype, 40_000);
      fillMask(mask, 0.2, 1.25, seed);
      return mask.array.slice();
    });
    assert.deepEqual(drawn[0], drawn[2]);
    const [a, b] = drawn.map((mask) => Array.from(mask, (value) => value === 0 ? 1 : 0));
    const share = (zeros: number[]) => zeros.reduce((x: number, y) => x + y, 0) / zeros.length;
    for (const zeros of [a, b]) assert.ok(Math.abs(share(zeros) - 0.2) < 0.008, `${share(zeros)}`);
    const both = a.map((zero, i) => zero * b[i]), next = a.map((zero, i) => zero * (a[i + 4] ?? 0));
    for (const zeros of [both, next]) assert.ok(Math.abs(share(zeros) - 0.04) < 0.004);
    assert.ok(drawn[0].every((value) => value === 0 || value === 1.25));
  }
});

Deno.test("the compiled kernels are what their sources compile to", async () => {
  for (const source of SOURCES) {
    const isCurrent = await Deno.readTextFile(binaryOf(source)) === await buildKernels(source);
    assert.ok(isCurrent, `${source}: expected its binary: run deno task build-kernels`);
  }
});

Deno.test("the fast twins of exp, sigmoid and relu agree with the plain functions", () => {
  const random = new Random(6);
  const special = [0, -0, 1, -1, 1000, -1000, Infinity, -Infinity, NaN, 709.7, -745, 88.7, -103];
  const spread = Array.from({ length: 80_000 }, () => 40 * random.normal());
  for (const [dtype, tolerance] of [["float64", 1e-15], ["float32", 4e-7]] as const) {
    for (const f of [Math.exp, logistic, rectify]) {
      const kind = kindOf(dtype), x = kind.from([...special, ...spread]), plain = x.map(f);
      let first: NumericArray | undefined;
      const away = () => Storage.of(new kind(x.length)); // as where the kernels' memory is full
      for (const fast of [room(dtype, x.length), room(dtype, x.length), away(), away()]) {
        const storage = first === undefined ? resident(x) : Storage.of(x);
        assert.ok(mapFast(f, storage, 0, fast), "WebAssembly with SIMD");
        first ??= fast.array.slice();
        assert.deepEqual(fast.array.slice(), first, "wherever the numbers are");
        fast.array.forEach((value: number, i: number) => {
          const want = plain[i], smallest = dtype === "float64" ? 2 ** -1022 : 2 ** -126;
          const isSame = Object.is(value, want) || value === want ||
            Math.abs(value - want) <= tolerance * Math.abs(want) + smallest;
          assert.ok(isSame, `${f.name || "f"}(${x[i]}): expected ${want}, found ${value}`);
        });
      }
    }
  }
});

Deno.test("kernels leave alone what they cannot reach", () => {
  const here = resident(new Float64Array(100).fill(2)), out = room("float64", 100);
  const lent = Storage.of(new Float64Array(100));
  assert.equal(mapFast((v) => v * v, here, 0, out), false);
  assert.equal(arithmeticFast("add", "not", here, 0, lent, 0, 1, 100, out), false);
  assert.equal(scalarFast("add", lent, 0, 1, out), false);
  assert.equal(scalarFast("add", resident(new Float32Array(100)), 0, 1, out), false);
  assert.equal(foldFast("sum", lent, 0, 1, 100, 1, out), false);
  assert.equal(whereFast(here, here, lent), false);
  assert.ok(out.array.every((v: number) => v === -7));
});

Deno.test("the fast twins of optimizers' steps agree with the formulas, whatever the length", () => {
  const random = new Random(7), step = { rate: 0.01, share1: 0.1, share2: 0.001, epsilon: 1e-7 };
  for (const length of [1, 64, 65, 1000, 70_001]) {
    const drawn = () => Float32Array.from({ length }, () => random.normal());
    const w = drawn(), g = drawn(), m = drawn(), v = drawn().map(Math.abs);
    g.fill(0, 0, 10);
    v.fill(0, 5, 12);
    m.fill(0, 0, 9);
    const [ws, gs, ms, vs] = [w, g, m, v].map(resident).map(({ array }) => array);
    const [wa, ga, ma, va] = [w, g, m, v].map((x) => x.slice()), away = new Float32Array(length);
    assert.ok(adamFast(wa, ga, ma, va, step, away), "WebAssembly with SIMD");
    const out = room("float32", length).array;
    assert.ok(adamFast(ws, gs, ms, vs, step, out), "WebAssembly with SIMD");
    assert.deepEqual(ws.slice(), w);
    assert.deepEqual([away, ma, va], [out.slice(), ms.slice(), vs.slice()], "wherever they are");
    for (let i = 0; i < length; i++) {
      const mean = m[i] + 0.1 * (g[i] - m[i]), square = v[i] + 0.001 * (g[i] ** 2 - v[i]);
      const expected = [w[i] - 0.01 * mean / (Math.sqrt(square) + 1e-7), mean, square];
      expected.forEach((want, k) => {
        const found = [out, ms, vs][k][i];
        assert.ok(Math.abs(found - want) <= 1e-6 * Math.max(1, Math.abs(want)), `${i}: ${found}`);
      });
    }
    assert.ok(descendFast(ws, gs, 0.1, out));
    assert.deepEqual(out.slice(), w.map((value, i) => value - 0.1 * g[i]));
  }
  const [w, g, m, v] = [1, NaN, 0, 0].map((value) => new Float32Array(64).fill(value));
  g[1] = 0;
  m[1] = 5.6e-45; // it would stay there for ever
  const [ws, gs, ms, vs] = [w, g, m, v].map(resident).map(({ array }) => array);
  const out = room("float32", 64).array;
  assert.ok(adamFast(ws, gs, ms, vs, step, out));
  const found = [out[0], ms[0], vs[0], out[1], ms[1]];
  assert.deepEqual(found, [NaN, NaN, NaN, 1, 0]);
  const doubles = resident(new Float64Array(100)).array;
  assert.equal(adamFast(doubles, doubles, doubles, doubles, step, doubles), false);
});
