/** Matrices as the products see them: where each number is in its storage. */
import type { Storage } from "./storage.ts";

/** Results are one of these: bytes and integers have become floats. */
export type FloatArray = Float64Array | Float32Array;

/** A matrix in storage: element (i, j) is at `offset + i * rowStep + j * columnStep`. */
export interface Matrix {
  readonly storage: Storage;
  readonly offset: number;
  readonly rows: number;
  readonly columns: number;
  readonly rowStep: number;
  readonly columnStep: number;
}

/** The same numbers with rows and columns exchanged. */
export function transposed(m: Matrix): Matrix {
  const { rows, columns, rowStep, columnStep } = m;
  return { ...m, rows: columns, columns: rows, rowStep: columnStep, columnStep: rowStep };
}

/** Whether row follows row, with nothing between. */
export function isDense({ rows, columns, rowStep, columnStep }: Matrix): boolean {
  return (columns === 1 || columnStep === 1) && (rows === 1 || rowStep === columns);
}

/** Copies rows `from` to `to` (not included) into `target`, row-major from its start. */
export function copyRows(m: Matrix, from: number, to: number, target: FloatArray): void {
  const { storage: { array }, offset, columns, rowStep, columnStep } = m;
  if (isDense(m)) {
    target.set(array.subarray(offset + from * columns, offset + to * columns));
    return;
  }
  for (let i = from, k = 0; i < to; i++) {
    const start = offset + i * rowStep;
    if (columnStep === 1) {
      target.set(array.subarray(start, start + columns), (k += columns) - columns);
    } else {for (let j = 0, at = start; j < columns; j++, at += columnStep) {
        target[k++] = array[at];
      }}
  }
}

/** Rows `from` to `to` (not included) as a matrix of their own. */
export function rowsOf(m: Matrix, from: number, to: number): Matrix {
  return { ...m, offset: m.offset + from * m.rowStep, rows: to - from };
}
