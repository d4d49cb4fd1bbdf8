/**
 * The kernels of loops whose numbers are all in the kernels' memory. Each function returns false, and
 * writes nothing, where they are not; the caller then runs the plain loop.
 *
 * An operand is a storage and an offset in it; its numbers are dense and row-major from there on.
 */
import { type DType, isFloat } from "../dtype.ts";
import { logistic, rectify } from "./maps.ts";
import type { Storage } from "./storage.ts";
import { Arena, CHUNK, type Pair, wasm } from "./wasm/module.ts";

/** The four operations, in the kernels' order. */
export const OPERATIONS = { add: 0, sub: 1, mul: 2, div: 3 } as const;
/** One of them. */
export type Operation = keyof typeof OPERATIONS;

/** How b is repeated: not at all, as one row for all rows of a, or as one number for each row. */
export const REPEATS = { not: 0, row: 1, column: 2 } as const;
/** One of them. */
export type Repeat = keyof typeof REPEATS;

/** Where an operand is, or 0. */
function placeOf(x: Storage, offset: number, dtype: DType): number {
  if (x.dtype !== dtype) return 0;
  const address = x.settle();
  return address === 0 ? 0 : address + offset * (dtype === "float64" ? 8 : 4);
}

/** out = a ∘ b for a matrix a. */
export function arithmeticFast(
  operation: Operation,
  repeat: Repeat,
  a: Storage,
  aOffset: number,
  b: Storage,
  bOffset: number,
  rows: number,
  columns: number,
  out: Storage,
): boolean {
  const { dtype, address } = out;
  if (wasm === undefined || address === 0 || !isFloat(dtype)) return false;
  const aAt = placeOf(a, aOffset, dtype), bAt = placeOf(b, bOffset, dtype);
  if (aAt === 0 || bAt === 0) return false;
  const kernel = dtype === "float32" ? wasm.arithmetic.float32 : wasm.arithmetic.float64;
  kernel(OPERATIONS[operation], REPEATS[repeat], aAt, bAt, rows, columns, address);
  return true;
}

/** out = a ∘ value. */
export function scalarFast(
  operation: Operation,
  a: Storage,
  offset: number,
  value: number,
  out: Storage,
): boolean {
  const { dtype, address, length } = out;
  if (wasm === undefined || address === 0 || !isFloat(dtype)) return false;
  const aAt = placeOf(a, offset, dtype);
  if (aAt === 0) return false;
  const kernel = dtype === "float32" ? wasm.scalar.float32 : wasm.scalar.float64;
  kernel(OPERATIONS[operation], aAt, value, length, address);
  return true;
}

/** The foldings that have a kernel. */
export type Folding = "sum" | "max" | "argmax";

/** out = the numbers of x, seen as [outer, length, inner], with the middle axis folded. */
export function foldFast(
  folding: Folding,
  x: Storage,
  offset: number,
  outer: number,
  length: number,
  inner: number,
  out: Storage,
): boolean {
  const { dtype } = x, { address } = out;
  if (wasm === undefined || address === 0 || !isFloat(dtype) || length === 0) return false;
  const at = placeOf(x, offset, dtype);
  if (at === 0) return false;
  if (inner === 1) {
    const pair = folding === "sum" ? wasm.sumRows : folding === "max" ? wasm.max : wasm.argmax;
    pair[dtype](at, outer, length, address);
  } else if (outer === 1 && folding === "sum") {
    wasm.sumColumns[dtype](at, length, inner, address);
  } else return false;
  return true;
}

const twins: ReadonlyMap<(x: number) => number, Pair> = new Map(
  wasm === undefined ? [] : [[Math.exp, wasm.exp], [logistic, wasm.sigmoid], [rectify, wasm.relu]],
);

/**
 * out = f of each number of x, for a function that has a twin: equal but for the last digits.
 *
 * Numbers outside the kernels' memory are copied in and out. The plain function would give them other
 * last digits, and results would depend on where their numbers are.
 */
export function mapFast(
  f: (x: number) => number,
  x: Storage,
  offset: number,
  out: Storage,
): boolean {
  const twin = twins.get(f), { dtype, address, length } = out;
  if (wasm === undefined || twin === undefined || !isFloat(dtype)) return false;
  const numbers = (from: number, to: number) => x.array.subarray(offset + from, offset + to);
  let at = placeOf(x, offset, dtype);
  if (address > 0) {
    if (at === 0) {
      out.array.set(numbers(0, length));
      at = address;
    }
    twin[dtype](at, length, address);
    return true;
  }
  const arena = new Arena(wasm.memory, dtype === "float64"), here = arena.reserve(CHUNK);
  for (let from = 0; from < length; from += CHUNK) {
    const to = Math.min(from + CHUNK, length), chunk = arena.at(here, to - from);
    chunk.set(numbers(from, to));
    twin[dtype](here, to - from, here);
    out.array.set(chunk, from);
  }
  return true;
}

/** out = d where x > 0, else 0; all three of one kind and from their start. */
export function whereFast(x: Storage, d: Storage, out: Storage): boolean {
  const { dtype, address, length } = out;
  if (wasm === undefined || address === 0 || !isFloat(dtype)) return false;
  const xAt = placeOf(x, 0, dtype), dAt = placeOf(d, 0, dtype);
  if (xAt === 0 || dAt === 0) return false;
  wasm.where[dtype](xAt, dAt, length, address);
  return true;
}
