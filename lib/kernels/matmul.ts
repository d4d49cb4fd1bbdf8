/**
 * The matrix product, in plain TypeScript.
 *
 * C[i, j] = Σₖ A[i, k] · B[k, j]
 *
 * A row of C is a mixture of the rows of B. Rows that are mixed in with weight 0 are skipped: four
 * pixels of five of an MNIST image are 0, so the first layer costs a fifth, with the same result.
 * Sums are kept in float64, whatever the operands are.
 */
import type { NumericArray } from "../dtype.ts";

/** A matrix in storage: element (i, j) is at `offset + i * rowStep + j * columnStep`. */
export interface Matrix {
  readonly storage: NumericArray;
  readonly offset: number;
  readonly rows: number;
  readonly columns: number;
  readonly rowStep: number;
  readonly columnStep: number;
}

/**
 * Writes A·B, row-major, to `out`. A zero in A counts as "nothing of this row": 0 · ∞ and 0 · NaN
 * are 0 here, the one difference from {@link matmulReference} beside rounding.
 */
export function matmul(a: Matrix, b: Matrix, out: NumericArray): void {
  const rows = denseRows(b), width = b.columns;
  const row = new Float64Array(a.columns), sum = new Float64Array(width);
  const weights = new Float64Array(a.columns), starts = new Int32Array(a.columns);
  for (let i = 0; i < a.rows; i++) {
    readRow(a, i, row);
    let count = 0;
    for (let k = 0; k < row.length; k++) {
      if (row[k] === 0) continue;
      weights[count] = row[k];
      starts[count++] = k * width;
    }
    sum.fill(0);
    if (rows instanceof Float64Array) mix64(sum, weights, starts, count, rows);
    else mix32(sum, weights, starts, count, rows);
    out.set(sum, i * width);
  }
}

/** What {@link matmul} computes, as the formula says it. */
export function matmulReference(a: Matrix, b: Matrix, out: NumericArray): void {
  const at = (m: Matrix, i: number, j: number) =>
    m.storage[m.offset + i * m.rowStep + j * m.columnStep];
  for (let i = 0; i < a.rows; i++) {
    for (let j = 0; j < b.columns; j++) {
      let sum = 0;
      for (let k = 0; k < a.columns; k++) sum += at(a, i, k) * at(b, k, j);
      out[i * b.columns + j] = sum;
    }
  }
}

/** Row i of A as float64. */
function readRow(a: Matrix, i: number, row: Float64Array): void {
  let at = a.offset + i * a.rowStep;
  if (a.columnStep === 1) row.set(a.storage.subarray(at, at + a.columns));
  else for (let k = 0; k < a.columns; k++, at += a.columnStep) row[k] = a.storage[at];
}

/** B's rows one after the other, as floats: the storage itself where they lie so. */
function denseRows(b: Matrix): Float64Array | Float32Array {
  const { storage, offset, rows, columns } = b, size = rows * columns;
  const isDense = (columns === 1 || b.columnStep === 1) && (rows === 1 || b.rowStep === columns);
  const isFloat = storage instanceof Float64Array || storage instanceof Float32Array;
  if (isDense && isFloat) return storage.subarray(offset, offset + size);
  const copy = storage instanceof Float32Array ? new Float32Array(size) : new Float64Array(size);
  for (let k = 0, to = 0; k < rows; k++) {
    let at = offset + k * b.rowStep;
    for (let j = 0; j < columns; j++, at += b.columnStep) copy[to++] = storage[at];
  }
  return copy;
}

// sum += w₀·row₀ + w₁·row₁ + w₂·row₂ + w₃·row₃, four rows a pass. The two functions differ in one
// type: shared, the loop would be compiled for both kinds of array and run three times slower.

function mix64(
  sum: Float64Array,
  weights: Float64Array,
  starts: Int32Array,
  count: number,
  rows: Float64Array,
): void {
  let k = 0;
  for (; k + 4 <= count; k += 4) {
    const w0 = weights[k], w1 = weights[k + 1], w2 = weights[k + 2], w3 = weights[k + 3];
    const r0 = starts[k], r1 = starts[k + 1], r2 = starts[k + 2], r3 = starts[k + 3];
    for (let j = 0; j < sum.length; j++) {
      sum[j] += w0 * rows[r0 + j] + w1 * rows[r1 + j] + w2 * rows[r2 + j] + w3 * rows[r3 + j];
    }
  }
  for (; k < count; k++) {
    const w = weights[k], r = starts[k];
    for (let j = 0; j < sum.length; j++) sum[j] += w * rows[r + j];
  }
}

function mix32(
  sum: Float64Array,
  weights: Float64Array,
  starts: Int32Array,
  count: number,
  rows: Float32Array,
): void {
  let k = 0;
  for (; k + 4 <= count; k += 4) {
    const w0 = weights[k], w1 = weights[k + 1], w2 = weights[k + 2], w3 = weights[k + 3];
    const r0 = starts[k], r1 = starts[k + 1], r2 = starts[k + 2], r3 = starts[k + 3];
    for (let j = 0; j < sum.length; j++) {
      sum[j] += w0 * rows[r0 + j] + w1 * rows[r1 + j] + w2 * rows[r2 + j] + w3 * rows[r3 + j];
    }
  }
  for (; k < count; k++) {
    const w = weights[k], r = starts[k];
    for (let j = 0; j < sum.length; j++) sum[j] += w * rows[r + j];
  }
}
