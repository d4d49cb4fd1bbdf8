/** NumPy's answers, from tests/fixtures/numpy.json (made by make_numpy.py beside it). */
import assert from "node:assert/strict";
import { Tensor, tensor } from "../../lib/mod.ts";
import type { DType } from "../../lib/mod.ts";

/** An array as make_numpy.py writes it; NaN and infinities by name, long counts by their length. */
export interface StoredArray {
  readonly shape: number[];
  readonly dtype: string;
  readonly data?: (number | "nan" | "inf" | "-inf")[];
  readonly arange?: number;
}

interface Fixtures {
  readonly binary: {
    op: "add" | "sub" | "mul" | "div";
    a: StoredArray;
    b: StoredArray;
    out: StoredArray;
  }[];
  readonly dot: { a: StoredArray; b: StoredArray; out: StoredArray }[];
  readonly reduce: {
    x: StoredArray;
    results: {
      op: "sum" | "mean" | "max" | "min" | "argmax" | "argmin";
      axis: number | null;
      keepdims: boolean;
      out: StoredArray;
    }[];
  }[];
  readonly slice: {
    ranges: ([number | null, (number | null)?, number?] | null)[];
    out: StoredArray;
  }[];
  readonly at: { index: number[]; out: StoredArray }[];
  readonly transpose: { axes: number[]; out: StoredArray }[];
  readonly reshape: { shape: number[]; out: StoredArray }[];
  readonly functions: {
    op: "sigmoid" | "softmax" | "relu" | "stepFunction";
    x: StoredArray;
    out: StoredArray;
  }[];
  readonly errors: {
    y: StoredArray;
    t: StoredArray;
    labels: number[];
    crossEntropyError: number;
    meanSquaredError: number;
  }[];
  readonly print: { x: StoredArray; out: string }[];
}

/** Everything that make_numpy.py recorded. */
export const numpy: Fixtures = JSON.parse(
  Deno.readTextFileSync(new URL("../fixtures/numpy.json", import.meta.url)),
);

const NAMED = { nan: NaN, inf: Infinity, "-inf": -Infinity };

/** The stored array as a tensor; NumPy's 64-bit integers become float64. */
export function load({ shape, dtype, data, arange }: StoredArray): Tensor {
  const numbers = data?.map((v) => typeof v === "number" ? v : NAMED[v]) ??
    Array.from({ length: arange ?? 0 }, (_, i) => i);
  const own: DType = dtype === "float32" || dtype === "uint8" || dtype === "int32"
    ? dtype
    : "float64";
  return tensor(Float64Array.from(numbers), own).reshape(shape);
}

/**
 * Fails unless shapes are the same and numbers agree to 1e-12 (float64) or 1e-6 (float32) of the
 * largest of them: where large numbers cancel, NumPy's own last digits are chance.
 */
export function assertNumpy(actual: Tensor | number, stored: StoredArray, what: string): void {
  const expected = load(stored);
  const found = typeof actual === "number" ? tensor(actual) : actual;
  assert.deepEqual(found.shape, expected.shape, `${what}: shape`);
  const finite = [...expected.data].filter(Number.isFinite);
  const tolerance = (stored.dtype === "float32" ? 1e-6 : 1e-12) *
    Math.max(1, ...finite.map(Math.abs));
  found.data.forEach((value: number, i: number) => {
    const want = expected.data[i];
    const isSame = Object.is(value, want) || value === want ||
      Math.abs(value - want) <= tolerance;
    assert.ok(isSame, `${what}: expected ${want} at ${i}, found ${value}`);
  });
}
