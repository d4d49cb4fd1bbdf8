/** The products of kernels.as on matrices that lie anywhere. */
import { copyRows, type FloatArray, isDense, type Matrix, transposed } from "../matrix.ts";
import { Arena, type Kernel, wasm } from "./module.ts";

/** Bytes of a list's entry: see kernels.as. */
const ENTRY = 16;
/** Numbers of A that are copied over at a time: they stay in the processor's cache. */
const CHUNK = 1 << 17;
/** Larger products are left to plain TypeScript: the memory, once grown, is never given back. */
const MOST_BYTES = 256 * 2 ** 20;

/**
 * Writes A·B, row-major, to `out`, with WebAssembly.
 * @returns false when that cannot be had here or the matrices are too large: nothing is written.
 */
export function wasmProduct(a: Matrix, b: Matrix, out: FloatArray): boolean {
  const most = (a.columns * (b.columns + 2) + a.rows * b.columns + 2 * CHUNK) * 8;
  if (wasm === undefined || most > MOST_BYTES) return false;
  const isDouble = out instanceof Float64Array, dtype = isDouble ? "float64" : "float32";
  const arena = new Arena(wasm.memory, isDouble), x = transposed(a);
  if (!isDense(a) && isDense(x)) scatter(arena, wasm.scatter[dtype], x, b, out);
  else gather(arena, wasm.gather[dtype], a, b, out);
  return true;
}

/** C = A·B, a chunk of A's rows at a time. */
function gather(arena: Arena, product: Kernel, a: Matrix, b: Matrix, out: FloatArray): void {
  const { rows, columns: inner } = a, { columns } = b;
  const step = Math.max(1, Math.min(rows, Math.floor(CHUNK / Math.max(inner, columns, 1))));
  const bAt = arena.reserve(inner * columns), aAt = arena.reserve(step * inner);
  const cAt = arena.reserve(step * columns), room = arena.reserve((inner + 1) * ENTRY);
  copyRows(b, 0, inner, arena.at(bAt, inner * columns));
  for (let from = 0; from < rows; from += step) {
    const to = Math.min(from + step, rows), count = to - from;
    copyRows(a, from, to, arena.at(aAt, count * inner));
    product(aAt, count, inner, bAt, columns, cAt, room);
    out.set(arena.at(cAt, count * columns), from * columns);
  }
}

/** C = Xᵀ·D, a chunk of the rows of X and D at a time. */
function scatter(arena: Arena, product: Kernel, x: Matrix, d: Matrix, out: FloatArray): void {
  const { rows, columns: inner } = x, { columns } = d;
  const step = Math.max(1, Math.min(rows, Math.floor(CHUNK / Math.max(inner, columns, 1))));
  const cAt = arena.reserve(inner * columns), xAt = arena.reserve(step * inner);
  const dAt = arena.reserve(step * columns), room = arena.reserve((inner + 1) * ENTRY);
  arena.at(cAt, inner * columns).fill(0);
  for (let from = 0; from < rows; from += step) {
    const to = Math.min(from + step, rows), count = to - from;
    copyRows(x, from, to, arena.at(xAt, count * inner));
    copyRows(d, from, to, arena.at(dAt, count * columns));
    product(xAt, count, inner, dAt, columns, cAt, room);
  }
  out.set(arena.at(cAt, inner * columns));
}
