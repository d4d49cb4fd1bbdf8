/** The products of kernels.as on matrices that are anywhere. */
import { copyRows, isDense, type Matrix, transposed } from "../matrix.ts";
import type { Storage } from "../storage.ts";
import type { DType } from "../../dtype.ts";
import { SCRATCH_START } from "./heap.ts";
import { Arena, wasm } from "./module.ts";

/** So many rows of D and fewer stay in the processor's cache while each row of C gathers from them. */
const FEW_ROWS = 1000;
/** For so many columns of A, a list fits the scratch memory for certain. */
const MOST_COLUMNS = 1 << 20;
/** Numbers of A that are copied over at a time: they stay in the processor's cache. */
const CHUNK = 1 << 17;

/**
 * Writes A·B, row-major, to `out`, with WebAssembly.
 * @returns false where it is unavailable or the matrices are too large: nothing is written.
 */
export function wasmProduct(a: Matrix, b: Matrix, out: Storage): boolean {
  if (wasm === undefined) return false;
  if (out.length === 0) return true;
  const dtype = out.dtype === "float64" ? "float64" : "float32";
  const aAt = placeOf(a, dtype), bAt = placeOf(b, dtype), cAt = out.address;
  if (aAt > 0 && bAt > 0 && cAt > 0 && a.columns < MOST_COLUMNS) { // nothing has to be copied
    wasm.gather[dtype](aAt, a.rows, a.columns, bAt, b.columns, cAt, SCRATCH_START);
    return true;
  }
  const product = new Product(new Arena(wasm.memory, dtype === "float64"), dtype, out);
  const x = transposed(a);
  return !isDense(a) && isDense(x) ? product.scatter(x, b) : product.gather(a, b);
}

/** Where a dense matrix is in the kernels' memory, or 0 where it is not. */
function placeOf(m: Matrix, dtype: DType): number {
  if (m.storage.dtype !== dtype || !isDense(m)) return 0;
  const address = m.storage.settle();
  return address === 0 ? 0 : address + m.offset * (dtype === "float64" ? 8 : 4);
}

class Product {
  readonly #bytes: number;

  constructor(
    readonly arena: Arena,
    readonly dtype: "float32" | "float64",
    readonly out: Storage,
  ) {
    this.#bytes = dtype === "float64" ? 8 : 4;
  }

  /** C = A·B, a chunk of A's rows at a time where they have to be copied. */
  gather(a: Matrix, b: Matrix): boolean {
    const { arena, out, dtype } = this, { rows, columns: inner } = a, { columns } = b;
    const aAt = placeOf(a, this.dtype), cAt = out.address;
    const bAt = placeOf(b, this.dtype);
    const step = aAt > 0 && cAt > 0 ? rows : rowsAtOnce(rows, inner, columns);
    if (!arena.hasRoomFor(inner * (columns + 3) + step * (inner + columns))) return false;
    if (wasm === undefined) return false;
    const room = arena.reserve(2 * inner + 64);
    const bHere = bAt > 0 ? bAt : this.#copyOf(b);
    const aHere = aAt > 0 ? aAt : arena.reserve(step * inner);
    const cHere = cAt > 0 ? cAt : arena.reserve(step * columns);
    for (let from = 0; from < rows; from += step) {
      const to = Math.min(from + step, rows), count = to - from;
      if (aAt === 0) copyRows(a, from, to, arena.at(aHere, count * inner));
      const aNow = aAt > 0 ? aHere + from * inner * this.#bytes : aHere;
      const cNow = cAt > 0 ? cHere + from * columns * this.#bytes : cHere;
      wasm.gather[dtype](aNow, count, inner, bHere, columns, cNow, room);
      if (cAt === 0) out.array.set(arena.at(cHere, count * columns), from * columns);
    }
    return true;
  }

  /** C = Xᵀ·D: at once for few rows, else a chunk of the rows of X and D at a time. */
  scatter(x: Matrix, d: Matrix): boolean {
    const { arena, out, dtype } = this, { rows, columns: inner } = x, { columns } = d;
    const xAt = placeOf(x, this.dtype), dAt = placeOf(d, this.dtype), cAt = out.address;
    const isShort = rows > 0 && rows <= FEW_ROWS, isHere = xAt > 0 && dAt > 0;
    const step = isShort || isHere ? rows : rowsAtOnce(rows, inner, columns);
    const lists = 8 * step + 64; // of four columns at a time, if rows are few
    if (!arena.hasRoomFor(inner * (columns + 2) + step * (inner + columns) + lists)) return false;
    if (wasm === undefined) return false;
    const room = arena.reserve(isShort ? lists : 2 * inner + 64);
    const cHere = cAt > 0 ? cAt : arena.reserve(inner * columns);
    const xHere = xAt > 0 ? xAt : arena.reserve(step * inner);
    const dHere = dAt > 0 ? dAt : arena.reserve(step * columns);
    if (!isShort && cAt > 0) out.array.fill(0);
    else if (!isShort) arena.at(cHere, inner * columns).fill(0);
    for (let from = 0; from < rows; from += step) {
      const to = Math.min(from + step, rows), count = to - from;
      if (xAt === 0) copyRows(x, from, to, arena.at(xHere, count * inner));
      if (dAt === 0) copyRows(d, from, to, arena.at(dHere, count * columns));
      const xNow = xAt > 0 ? xHere + from * inner * this.#bytes : xHere;
      const dNow = dAt > 0 ? dHere + from * columns * this.#bytes : dHere;
      const product = isShort ? wasm.columns[dtype] : wasm.scatter[dtype];
      product(xNow, count, inner, dNow, columns, cHere, room);
    }
    if (cAt === 0) out.array.set(arena.at(cHere, inner * columns));
    return true;
  }

  /** A row-major copy of a matrix in the scratch memory. */
  #copyOf(m: Matrix): number {
    const { rows, columns } = m, at = this.arena.reserve(rows * columns);
    const turned = transposed(m), turnedAt = placeOf(turned, this.dtype);
    if (turnedAt > 0) wasm?.transpose[this.dtype](turnedAt, columns, rows, at);
    else copyRows(m, 0, rows, this.arena.at(at, rows * columns));
    return at;
  }
}

function rowsAtOnce(rows: number, inner: number, columns: number): number {
  return Math.max(1, Math.min(rows, Math.floor(CHUNK / Math.max(inner, columns, 1))));
}
