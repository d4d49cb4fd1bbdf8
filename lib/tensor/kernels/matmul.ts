/**
 * The matrix product.
 *
 * C[i, j] = Σₖ A[i, k] · B[k, j]
 *
 * A row of C is a mixture of the rows of B. Rows that are mixed in with weight 0 are skipped: four
 * pixels of five of an MNIST image are 0, so the first layer costs a fifth, with the same result.
 * Large products are done in WebAssembly (wasm/), small ones here, where nothing has to be copied;
 * both add in the same order, so that they give the same numbers to the last bit.
 */
import type { NumericArray } from "../dtype.ts";
import { copyRows, type FloatArray, isDense, type Matrix, rowsOf } from "./matrix.ts";
import type { Storage } from "./storage.ts";
import { wasmProduct } from "./wasm/products.ts";

/** For fewer products of numbers, a loop in TypeScript is as fast. */
const FEWEST = 64;
/** Below this many rows, copying B to WebAssembly's memory costs more than it saves. */
const FEWEST_ROWS = 8;

/**
 * Writes A·B, row-major, to `out`; sums are kept in the type of `out`. A zero in A counts as
 * "nothing of this row": 0 · ∞ and 0 · NaN are 0 here, the one difference from
 * {@link matmulReference} beside rounding.
 */
export function matmul(a: Matrix, b: Matrix, out: Storage): void {
  const isLarge = b.columns > 1 && a.rows * a.columns * b.columns >= FEWEST;
  const isNear = a.rows >= FEWEST_ROWS || b.storage.settle() > 0;
  if (isLarge && isNear && wasmProduct(a, b, out)) return;
  matmulPlain(a, b, out);
}

/** What {@link matmul} computes, by its formula. */
export function matmulReference(a: Matrix, b: Matrix, { array: out }: Storage): void {
  const at = ({ storage: { array }, offset, rowStep, columnStep }: Matrix, i: number, j: number) =>
    array[offset + i * rowStep + j * columnStep];
  for (let i = 0; i < a.rows; i++) {
    for (let j = 0; j < b.columns; j++) {
      let sum = 0;
      for (let k = 0; k < a.columns; k++) sum += at(a, i, k) * at(b, k, j);
      out[i * b.columns + j] = sum;
    }
  }
}

/** Where the non-zeros of a row are listed. Kept, because making arrays takes longer than filling. */
let places = new Int32Array(1024);

/** {@link matmul} in TypeScript, row by row. */
export function matmulPlain(a: Matrix, b: Matrix, { array }: Storage): void {
  const out = floatArray(array);
  if (places.length < a.columns) places = new Int32Array(a.columns);
  const kind = out instanceof Float64Array ? Float64Array : Float32Array;
  const rows = floats(b, kind), width = b.columns;
  for (let i = 0; i < a.rows; i++) {
    const row = floats(rowsOf(a, i, i + 1), kind);
    const sum = a.rows === 1 ? out.fill(0) : out.subarray(i * width, (i + 1) * width).fill(0);
    if (isDouble(row) && isDouble(rows) && isDouble(sum)) mix64(row, rows, sum);
    else mix32(row, rows, sum);
  }
}

function floatArray(array: NumericArray): FloatArray {
  if (array instanceof Float64Array || array instanceof Float32Array) return array;
  throw new TypeError("matmul: expected floats for the result");
}

function isDouble(x: NumericArray): x is Float64Array {
  return x instanceof Float64Array;
}

/** The numbers of a matrix, row-major: the storage itself where they are dense and of this kind. */
function floats(m: Matrix, array: Float64ArrayConstructor | Float32ArrayConstructor): FloatArray {
  const { storage: { array: numbers }, offset, rows, columns } = m, size = rows * columns;
  if (isDense(m) && (numbers instanceof Float64Array || numbers instanceof Float32Array)) {
    if (numbers instanceof array) return numbers.subarray(offset, offset + size);
  }
  const copy = new array(size);
  copyRows(m, 0, rows, copy);
  return copy;
}

// sum += Σₖ row[k] · rows[k], four rows a pass. The two functions differ in their types and in the
// rounding to float32 after each step: shared, the loop would be compiled for both kinds of array
// and run three times slower.

function mix64(
  row: Float64Array,
  rows: Float64Array,
  sum: Float64Array,
): void {
  const width = sum.length;
  let count = 0, p = 0;
  for (let k = 0; k < row.length; k++) if (row[k] !== 0) places[count++] = k;
  for (; p + 4 <= count; p += 4) {
    const k0 = places[p], k1 = places[p + 1], k2 = places[p + 2], k3 = places[p + 3];
    const w0 = row[k0], w1 = row[k1], w2 = row[k2], w3 = row[k3];
    const r0 = k0 * width, r1 = k1 * width, r2 = k2 * width, r3 = k3 * width;
    for (let j = 0; j < width; j++) {
      const s = sum[j] + w0 * rows[r0 + j] + w1 * rows[r1 + j];
      sum[j] = s + w2 * rows[r2 + j] + w3 * rows[r3 + j];
    }
  }
  for (; p < count; p++) {
    const w = row[places[p]], r = places[p] * width;
    for (let j = 0; j < width; j++) sum[j] += w * rows[r + j];
  }
}

function mix32(row: FloatArray, rows: FloatArray, sum: FloatArray): void {
  const width = sum.length, round = Math.fround;
  let count = 0, p = 0;
  for (let k = 0; k < row.length; k++) if (row[k] !== 0) places[count++] = k;
  for (; p + 4 <= count; p += 4) {
    const k0 = places[p], k1 = places[p + 1], k2 = places[p + 2], k3 = places[p + 3];
    const w0 = row[k0], w1 = row[k1], w2 = row[k2], w3 = row[k3];
    const r0 = k0 * width, r1 = k1 * width, r2 = k2 * width, r3 = k3 * width;
    for (let j = 0; j < width; j++) {
      const s1 = round(sum[j] + round(w0 * rows[r0 + j]));
      const s2 = round(s1 + round(w1 * rows[r1 + j]));
      const s3 = round(s2 + round(w2 * rows[r2 + j]));
      sum[j] = s3 + round(w3 * rows[r3 + j]);
    }
  }
  for (; p < count; p++) {
    const w = row[places[p]], r = places[p] * width;
    for (let j = 0; j < width; j++) sum[j] += round(w * rows[r + j]);
  }
}
