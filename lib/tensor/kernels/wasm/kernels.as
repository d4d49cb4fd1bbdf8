// The loops of the tensors in WebAssembly with 128-bit SIMD, written in AssemblyScript.
//
// `deno task build-kernels` adds the loops of tools/unrolled_kernels.ts and compiles all to binary.ts
// beside this file. Each function has a twin in plain TypeScript in the folder above, which says what
// it computes. Sums are added in the same order there, so that results are equal to the last bit; only
// exp and sigmoid differ, in the last digits.
//
// Numbers are row-major and dense. Arrays have 32 bytes of room behind them, because a last vector may
// read and write past the end; a row's last vector is written before the row that follows it.

// Constants are loaded from memory: V8 builds the splat of a constant again at every use, which takes
// three instructions.
const CONSTANTS32 = memory.data<f32>([
  0, 0, 0, 0, 1, 1, 1, 1, 0.5, 0.5, 0.5, 0.5,
  -104, -104, -104, -104, 89, 89, 89, 89,
  1.4426950408889634, 1.4426950408889634, 1.4426950408889634, 1.4426950408889634,
  0.693359375, 0.693359375, 0.693359375, 0.693359375,
  -2.12194440e-4, -2.12194440e-4, -2.12194440e-4, -2.12194440e-4,
  0.16666666666666666, 0.16666666666666666, 0.16666666666666666, 0.16666666666666666,
  0.041666666666666664, 0.041666666666666664, 0.041666666666666664, 0.041666666666666664,
  0.008333333333333333, 0.008333333333333333, 0.008333333333333333, 0.008333333333333333,
  0.001388888888888889, 0.001388888888888889, 0.001388888888888889, 0.001388888888888889,
  0.0001984126984126984, 0.0001984126984126984, 0.0001984126984126984, 0.0001984126984126984,
  1e-30, 1e-30, 1e-30, 1e-30, 12582912, 12582912, 12582912, 12582912, -0.0, -0.0, -0.0, -0.0,
]);
const CONSTANTS64 = memory.data<f64>([
  0, 0, 1, 1, 0.5, 0.5, -746, -746, 710, 710, 1.4426950408889634, 1.4426950408889634,
  0.6931471803691238, 0.6931471803691238, 1.9082149292705877e-10, 1.9082149292705877e-10,
  0.16666666666666666, 0.16666666666666666, 0.041666666666666664, 0.041666666666666664,
  0.008333333333333333, 0.008333333333333333, 0.001388888888888889, 0.001388888888888889,
  0.0001984126984126984, 0.0001984126984126984, 0.0000248015873015873, 0.0000248015873015873,
  0.0000027557319223985893, 0.0000027557319223985893, 2.755731922398589e-7, 2.755731922398589e-7,
  2.505210838544172e-8, 2.505210838544172e-8, 2.08767569878681e-9, 2.08767569878681e-9,
  1.6059043836821613e-10, 1.6059043836821613e-10, 6755399441055744, 6755399441055744, -0.0, -0.0,
]);
const BIAS32 = memory.data<i32>([127, 127, 127, 127]), BIAS64 = memory.data<i64>([1023, 1023]);
/** The constant number `i` in all lanes. */
@inline
function constant<T>(i: usize): v128 {
  return v128.load((sizeof<T>() == 4 ? CONSTANTS32 : CONSTANTS64) + 16 * i);
}
const ZERO: usize = 0, ONE: usize = 1, HALF: usize = 2;
/** 1.5·2²³ and 1.5·2⁵²: a number added to it is rounded to an integer, which is in the sum's last bits. */
const ROUND32: usize = 14, ROUND64: usize = 19;
/** The sign's bit. */
const SIGN32: usize = 15, SIGN64: usize = 20;

// ---- Products.
//
// A list has an entry for each number of a row that is not 0, two numbers long: first how many bytes
// into the other matrix that number's row begins, u32, then the number.

/** Lists the numbers of a row that are not 0; returns the list's end. NaN differs from 0, so it is kept. */
@inline
function list<T>(row: usize, length: i32, stride: usize, at: usize): usize {
  let k: i32 = 0;
  if (sizeof<T>() == 4) {
    const far = i32x4.splat(<i32>stride * 16);
    let offsets = i32x4.mul(i32x4.splat(<i32>stride), i32x4(0, 1, 2, 3));
    for (; k + 16 <= length; k += 16) { // an image is mostly black
      const here = row + (<usize>k << 2);
      if (isZero(here)) {
        offsets = i32x4.add(offsets, far);
        continue;
      }
      for (let q: usize = 0; q < 64; q += 16) {
        at = entries(v128.load(here + q), offsets, at);
        offsets = i32x4.add(offsets, i32x4.splat(<i32>stride * 4));
      }
    }
    for (; k + 4 <= length; k += 4) {
      at = entries(v128.load(row + (<usize>k << 2)), offsets, at);
      offsets = i32x4.add(offsets, i32x4.splat(<i32>stride * 4));
    }
  } else {
    for (; k + 8 <= length; k += 8) {
      if (!isZero(row + (<usize>k << 3))) for (let q = k; q < k + 8; q++) at = entry<T>(row + <usize>q * sizeof<T>(), <u32>q * <u32>stride, at);
    }
  }
  for (; k < length; k++) at = entry<T>(row + <usize>k * sizeof<T>(), <u32>k * <u32>stride, at);
  return at;
}
/** Whether 64 bytes are all 0. */
@inline
function isZero(at: usize): bool {
  const half = v128.or(v128.load(at), v128.load(at, 16));
  return !v128.any_true(v128.or(half, v128.or(v128.load(at, 32), v128.load(at, 48))));
}
@inline
function entry<T>(number: usize, offset: u32, at: usize): usize {
  const value = load<T>(number);
  store<u32>(at, offset);
  store<T>(at, value, sizeof<T>());
  return at + (<T>0 != value ? 2 * sizeof<T>() : 0);
}
/** Entries for four numbers at once, without a branch: those that are not 0 are moved to the front. */
@inline
function entries(v: v128, offsets: v128, at: usize): usize {
  const mask = i32x4.bitmask(f32x4.ne(v, constant<f32>(ZERO))), front = v128.load(FRONT + (<usize>mask << 4));
  const first = i8x16.swizzle(offsets, front), second = i8x16.swizzle(v, front);
  v128.store(at, v128.shuffle<i32>(first, second, 0, 4, 1, 5));
  v128.store(at, v128.shuffle<i32>(first, second, 2, 6, 3, 7), 16);
  return at + (<usize>popcnt(mask) << 3);
}

@inline
function hasZero<T>(row: usize, length: i32): bool {
  const zero = constant<T>(ZERO), end = row + <usize>length * sizeof<T>();
  for (; row + 16 <= end; row += 16) if (v128.any_true(v128.eq<T>(v128.load(row), zero))) return true;
  for (; row < end; row += sizeof<T>()) if (load<T>(row) == 0) return true;
  return false;
}

/** The first and the second of two numbers, in all lanes. */
@inline
function first<T>(v: v128): v128 {
  return sizeof<T>() == 4 ? v128.shuffle<i32>(v, v, 0, 0, 0, 0) : v128.shuffle<i64>(v, v, 0, 0);
}
@inline
function second<T>(v: v128): v128 {
  return sizeof<T>() == 4 ? v128.shuffle<i32>(v, v, 1, 1, 1, 1) : v128.shuffle<i64>(v, v, 1, 1);
}
/** C = A·B for four rows of A without a 0. */
@inline
function dense4<T>(a: usize, step: usize, inner: i32, b: usize, width: usize, c: usize): void {
  if (width <= 16) return tile4x1<T>(a, step, inner, b, c, width);
  const last = ((width + 15) & ~15) - 32;
  tile4x2<T>(a, step, inner, b + last, c + last, width); // its last vector reaches into the next row's first
  for (let j: usize = 0; j < last; j += 32) tile4x2<T>(a, step, inner, b + j, c + j, width);
}

/** C = A·B: each row of C gathers rows of B. */
@inline
function gather<T>(a: usize, rows: i32, inner: i32, b: usize, columns: i32, c: usize, room: usize): void {
  const width = <usize>columns * sizeof<T>(), step = <usize>inner * sizeof<T>();
  const block = widest(<i32>((width + 15) >> 4)), bytes = <usize>block << 4;
  // The last block may overlap the one before it: a few columns are computed twice.
  const last = ((width + 15) & ~15) - bytes;
  for (let i: i32 = 0; i < rows;) {
    let full: i32 = 0;
    while (full < 4 && i + full < rows && !hasZero<T>(a + <usize>full * step, inner)) full++;
    if (full == 4) {
      dense4<T>(a, step, inner, b, width, c);
      i += 4;
      a += 4 * step;
      c += 4 * width;
      continue;
    }
    for (full++; full > 0 && i < rows; full--, i++, a += step, c += width) {
      const end = list<T>(a, inner, width, room);
      for (let j: usize = 0; j < last; j += bytes) gatherBlock<T>(block, room, end, b + j, c + j);
      gatherBlock<T>(block, room, end, b + last, c + last);
    }
  }
}

/** Row of C += value · d for a single column: a vector would write into the next row. */
function scatterScalar<T>(from: usize, end: usize, d: usize, c: usize): void {
  const value = load<T>(d);
  for (; from < end; from += 2 * sizeof<T>()) {
    const r = c + load<u32>(from);
    store<T>(r, load<T>(r) + load<T>(from, sizeof<T>()) * value);
  }
}

/** C += Xᵀ·D: each row of X says into which rows of C the row of D goes. */
@inline
function scatter<T>(x: usize, rows: i32, inner: i32, d: usize, columns: i32, c: usize, room: usize): void {
  const width = <usize>columns * sizeof<T>(), step = <usize>inner * sizeof<T>();
  for (let r: i32 = 0; r < rows; r++, x += step, d += width) {
    const end = list<T>(x, inner, width, room);
    let j: usize = 0;
    for (; j + 128 <= width; j += 128) scatter8<T>(room, end, d + j, c + j);
    for (; j + 64 <= width; j += 64) scatter4<T>(room, end, d + j, c + j);
    for (; j + 16 <= width; j += 16) scatter1<T>(room, end, d + j, c + j);
    for (; j < width; j += sizeof<T>()) scatterScalar<T>(room, end, d + j, c + j);
  }
}

/** Lists the numbers of four columns that are not 0, `apart` bytes from list to list; stores where each list ends. */
@inline
function listColumns<T>(x: usize, rows: i32, step: usize, width: u32, lists: usize, apart: usize, ends: usize): void {
  let at0 = lists, at1 = at0 + apart, at2 = at1 + apart, at3 = at2 + apart, r: i32 = 0, offset: u32 = 0;
  if (sizeof<T>() == 4) {
    let offsets = i32x4.mul(i32x4.splat(<i32>width), i32x4(0, 1, 2, 3));
    for (; r + 4 <= rows; r += 4, x += 4 * step) {
      const v0 = v128.load(x), v1 = v128.load(x + step), v2 = v128.load(x + 2 * step), v3 = v128.load(x + 3 * step);
      if (v128.any_true(v128.or(v128.or(v0, v1), v128.or(v2, v3)))) {
        const low01 = v128.shuffle<i32>(v0, v1, 0, 4, 1, 5), low23 = v128.shuffle<i32>(v2, v3, 0, 4, 1, 5);
        const high01 = v128.shuffle<i32>(v0, v1, 2, 6, 3, 7), high23 = v128.shuffle<i32>(v2, v3, 2, 6, 3, 7);
        at0 = entries(v128.shuffle<i64>(low01, low23, 0, 2), offsets, at0);
        at1 = entries(v128.shuffle<i64>(low01, low23, 1, 3), offsets, at1);
        at2 = entries(v128.shuffle<i64>(high01, high23, 0, 2), offsets, at2);
        at3 = entries(v128.shuffle<i64>(high01, high23, 1, 3), offsets, at3);
      }
      offsets = i32x4.add(offsets, i32x4.splat(<i32>width * 4));
    }
    offset = <u32>r * width;
  }
  for (; r < rows; r++, x += step, offset += width) {
    if (sizeof<T>() == 8 && !v128.any_true(v128.or(v128.load(x), v128.load(x, 16)))) continue;
    at0 = entry<T>(x, offset, at0);
    at1 = entry<T>(x + sizeof<T>(), offset, at1);
    at2 = entry<T>(x + 2 * sizeof<T>(), offset, at2);
    at3 = entry<T>(x + 3 * sizeof<T>(), offset, at3);
  }
  store<u32>(ends, at0);
  store<u32>(ends, at1, 4);
  store<u32>(ends, at2, 8);
  store<u32>(ends, at3, 12);
}

/**
 * C = Xᵀ·D for few rows: four columns of X at a time are listed, and each row of C gathers rows of D.
 * Unlike `scatter`, it writes C once.
 */
@inline
function columns<T>(x: usize, rows: i32, inner: i32, d: usize, columns: i32, c: usize, room: usize): void {
  const width = <usize>columns * sizeof<T>(), step = <usize>inner * sizeof<T>();
  const lists = room + 16, apart = <usize>rows * 2 * sizeof<T>() + 48;
  const block = widest(<i32>((width + 15) >> 4)), bytes = <usize>block << 4, last = ((width + 15) & ~15) - bytes;
  for (let k: i32 = 0; k < inner; k += 4, x += 4 * sizeof<T>()) {
    listColumns<T>(x, rows, step, <u32>width, lists, apart, room);
    const count = <i32>min(inner - k, 4);
    for (let q: i32 = 0, begin = lists; q < count; q++, begin += apart, c += width) {
      const end = <usize>load<u32>(room + (<usize>q << 2));
      for (let j: usize = 0; j < last; j += bytes) gatherBlock<T>(block, begin, end, d + j, c + j);
      gatherBlock<T>(block, begin, end, d + last, c + last);
    }
  }
}

export function columns32(x: usize, rows: i32, inner: i32, d: usize, width: i32, c: usize, room: usize): void {
  columns<f32>(x, rows, inner, d, width, c, room);
}
export function columns64(x: usize, rows: i32, inner: i32, d: usize, width: i32, c: usize, room: usize): void {
  columns<f64>(x, rows, inner, d, width, c, room);
}
export function gather32(a: usize, rows: i32, inner: i32, b: usize, columns: i32, c: usize, room: usize): void {
  gather<f32>(a, rows, inner, b, columns, c, room);
}
export function gather64(a: usize, rows: i32, inner: i32, b: usize, columns: i32, c: usize, room: usize): void {
  gather<f64>(a, rows, inner, b, columns, c, room);
}
export function scatter32(x: usize, rows: i32, inner: i32, d: usize, columns: i32, c: usize, room: usize): void {
  scatter<f32>(x, rows, inner, d, columns, c, room);
}
export function scatter64(x: usize, rows: i32, inner: i32, d: usize, columns: i32, c: usize, room: usize): void {
  scatter<f64>(x, rows, inner, d, columns, c, room);
}

/** y = xᵀ. */
@inline
function transpose<T>(x: usize, rows: i32, columns: i32, y: usize): void {
  const down = <usize>rows * sizeof<T>();
  for (let i: i32 = 0; i < rows; i++, y += sizeof<T>()) {
    for (let j: i32 = 0, to = y; j < columns; j++, x += sizeof<T>(), to += down) store<T>(to, load<T>(x));
  }
}
export function transpose32(x: usize, rows: i32, columns: i32, y: usize): void {
  transpose<f32>(x, rows, columns, y);
}
export function transpose64(x: usize, rows: i32, columns: i32, y: usize): void {
  transpose<f64>(x, rows, columns, y);
}

// ---- Arithmetic number by number: y = a ∘ b with ∘ = +, -, ·, / for op = 0, 1, 2, 3.

@inline
function combine<T>(op: i32, a: v128, b: v128): v128 {
  if (op == 0) return v128.add<T>(a, b);
  if (op == 1) return v128.sub<T>(a, b);
  if (op == 2) return v128.mul<T>(a, b);
  return v128.div<T>(a, b);
}
/** All of b differ, or b is one row for all rows of a, or one number for each row of a. */
@inline
function loop<T>(op: i32, kind: i32, a: usize, b: usize, rows: i32, columns: i32, y: usize): void {
  const width = <usize>columns * sizeof<T>();
  if (kind == 0) {
    for (const end = a + <usize>rows * width; a < end; a += 16, b += 16, y += 16) {
      v128.store(y, combine<T>(op, v128.load(a), v128.load(b)));
    }
  } else if (kind == 1) {
    for (let i: i32 = 0; i < rows; i++, a += width, y += width) {
      for (let j: usize = 0; j < width; j += 16) v128.store(y + j, combine<T>(op, v128.load(a + j), v128.load(b + j)));
    }
  } else {
    for (let i: i32 = 0; i < rows; i++, a += width, y += width, b += sizeof<T>()) {
      const v = v128.load_splat<T>(b);
      for (let j: usize = 0; j < width; j += 16) v128.store(y + j, combine<T>(op, v128.load(a + j), v));
    }
  }
}
@inline
function arithmetic<T>(op: i32, kind: i32, a: usize, b: usize, rows: i32, columns: i32, y: usize): void {
  switch (op * 3 + kind) {
    case 0: loop<T>(0, 0, a, b, rows, columns, y); break;
    case 1: loop<T>(0, 1, a, b, rows, columns, y); break;
    case 2: loop<T>(0, 2, a, b, rows, columns, y); break;
    case 3: loop<T>(1, 0, a, b, rows, columns, y); break;
    case 4: loop<T>(1, 1, a, b, rows, columns, y); break;
    case 5: loop<T>(1, 2, a, b, rows, columns, y); break;
    case 6: loop<T>(2, 0, a, b, rows, columns, y); break;
    case 7: loop<T>(2, 1, a, b, rows, columns, y); break;
    case 8: loop<T>(2, 2, a, b, rows, columns, y); break;
    case 9: loop<T>(3, 0, a, b, rows, columns, y); break;
    case 10: loop<T>(3, 1, a, b, rows, columns, y); break;
    case 11: loop<T>(3, 2, a, b, rows, columns, y); break;
  }
}
export function arithmetic32(op: i32, kind: i32, a: usize, b: usize, rows: i32, columns: i32, y: usize): void {
  arithmetic<f32>(op, kind, a, b, rows, columns, y);
}
export function arithmetic64(op: i32, kind: i32, a: usize, b: usize, rows: i32, columns: i32, y: usize): void {
  arithmetic<f64>(op, kind, a, b, rows, columns, y);
}

/** y = a ∘ value for one number: float32 is computed in float64 and rounded, as in plain TypeScript. */
export function scalar32(op: i32, a: usize, value: f64, count: i32, y: usize): void {
  const v = f64x2.splat(value);
  for (const end = a + (<usize>count << 2); a < end; a += 8, y += 8) {
    const x = f64x2.promote_low_f32x4(v128.load64_zero(a));
    let z = x;
    if (op == 0) z = f64x2.add(x, v);
    else if (op == 1) z = f64x2.sub(x, v);
    else if (op == 2) z = f64x2.mul(x, v);
    else z = f64x2.div(x, v);
    v128.store64_lane(y, f32x4.demote_f64x2_zero(z), 0);
  }
}
export function scalar64(op: i32, a: usize, value: f64, count: i32, y: usize): void {
  const v = f64x2.splat(value), end = a + (<usize>count << 3);
  if (op == 0) for (; a < end; a += 16, y += 16) v128.store(y, f64x2.add(v128.load(a), v));
  else if (op == 1) for (; a < end; a += 16, y += 16) v128.store(y, f64x2.sub(v128.load(a), v));
  else if (op == 2) for (; a < end; a += 16, y += 16) v128.store(y, f64x2.mul(v128.load(a), v));
  else for (; a < end; a += 16, y += 16) v128.store(y, f64x2.div(v128.load(a), v));
}

// ---- Folding an axis: sums are kept in float64.

/** y = Σ of the rows of x. */
export function sumColumns32(x: usize, rows: i32, columns: i32, y: usize): void {
  const width = <usize>columns << 2;
  for (let j: usize = 0; j < width; j += 16) {
    let low = constant<f64>(ZERO), high = low;
    for (let i: i32 = 0, at = x + j; i < rows; i++, at += width) {
      low = f64x2.add(low, f64x2.promote_low_f32x4(v128.load64_zero(at)));
      high = f64x2.add(high, f64x2.promote_low_f32x4(v128.load64_zero(at, 8)));
    }
    v128.store(y + j, f32x4.demote_f64x2_zero(low));
    v128.store(y + j, f32x4.demote_f64x2_zero(high), 8);
  }
}
export function sumColumns64(x: usize, rows: i32, columns: i32, y: usize): void {
  const width = <usize>columns << 3;
  for (let j: usize = 0; j < width; j += 16) {
    let sum = constant<f64>(ZERO);
    for (let i: i32 = 0, at = x + j; i < rows; i++, at += width) sum = f64x2.add(sum, v128.load(at));
    v128.store(y + j, sum);
  }
}
/** y = Σ of each row of x. */
@inline
function sumRows<T>(x: usize, rows: i32, columns: i32, y: usize): void {
  for (let i: i32 = 0; i < rows; i++, y += sizeof<T>()) {
    let sum: f64 = 0;
    for (const end = x + <usize>columns * sizeof<T>(); x < end; x += sizeof<T>()) sum += <f64>load<T>(x);
    store<T>(y, <T>sum);
  }
}
export function sumRows32(x: usize, rows: i32, columns: i32, y: usize): void {
  sumRows<f32>(x, rows, columns, y);
}
export function sumRows64(x: usize, rows: i32, columns: i32, y: usize): void {
  sumRows<f64>(x, rows, columns, y);
}
/** y = the largest number of each row of x, or where it is, i32; a NaN wins. */
@inline
function largest<T>(x: usize, rows: i32, columns: i32, y: usize, isIndex: bool): void {
  for (let i: i32 = 0; i < rows; i++, x += <usize>columns * sizeof<T>()) {
    let best = load<T>(x), index: i32 = 0;
    for (let j: i32 = 1; j < columns; j++) {
      if (best != best) break;
      const value = load<T>(x + <usize>j * sizeof<T>());
      if (!(value <= best)) {
        best = value;
        index = j;
      }
    }
    if (isIndex) store<i32>(y + (<usize>i << 2), index);
    else store<T>(y + <usize>i * sizeof<T>(), best);
  }
}
export function max32(x: usize, rows: i32, columns: i32, y: usize): void {
  largest<f32>(x, rows, columns, y, false);
}
export function max64(x: usize, rows: i32, columns: i32, y: usize): void {
  largest<f64>(x, rows, columns, y, false);
}
export function argmax32(x: usize, rows: i32, columns: i32, y: usize): void {
  largest<f32>(x, rows, columns, y, true);
}
export function argmax64(x: usize, rows: i32, columns: i32, y: usize): void {
  largest<f64>(x, rows, columns, y, true);
}

// ---- Functions of single numbers, four float32 or two float64 at a time.
//
// eˣ = 2ⁿ · eʳ with n = round(x / ln 2) and r = x - n ln 2, so |r| ≤ ln 2 / 2, where the first
// terms of Taylor's series are enough. n ln 2 is subtracted in two parts, the first one short, so
// that no digit of r is lost (Cody and Waite, 1980). 2ⁿ is written into the exponent's bits in two
// halves, so that the largest and the smallest results are right, too.

/** eˣ for two float64, to about 1 ulp. */
@inline
function exp64(x: v128): v128 {
  x = f64x2.pmin(f64x2.pmax(x, constant<f64>(3)), constant<f64>(4)); // NaN stays
  const i = f64x2.add(f64x2.mul(x, constant<f64>(5)), constant<f64>(ROUND64));
  const n = f64x2.sub(i, constant<f64>(ROUND64));
  let r = f64x2.sub(x, f64x2.mul(n, constant<f64>(6)));
  r = f64x2.sub(r, f64x2.mul(n, constant<f64>(7)));
  let p = constant<f64>(18);
  p = f64x2.add(f64x2.mul(p, r), constant<f64>(17));
  p = f64x2.add(f64x2.mul(p, r), constant<f64>(16));
  p = f64x2.add(f64x2.mul(p, r), constant<f64>(15));
  p = f64x2.add(f64x2.mul(p, r), constant<f64>(14));
  p = f64x2.add(f64x2.mul(p, r), constant<f64>(13));
  p = f64x2.add(f64x2.mul(p, r), constant<f64>(12));
  p = f64x2.add(f64x2.mul(p, r), constant<f64>(11));
  p = f64x2.add(f64x2.mul(p, r), constant<f64>(10));
  p = f64x2.add(f64x2.mul(p, r), constant<f64>(9));
  p = f64x2.add(f64x2.mul(p, r), constant<f64>(8));
  p = f64x2.add(f64x2.mul(p, r), constant<f64>(HALF));
  p = f64x2.add(f64x2.mul(p, r), constant<f64>(ONE));
  p = f64x2.add(f64x2.mul(p, r), constant<f64>(ONE));
  const half = i32x4.shr_s(i, 1), bias = v128.load(BIAS64); // only the last bits are not shifted out
  const low = i64x2.shl(i64x2.add(half, bias), 52);
  const high = i64x2.shl(i64x2.add(i64x2.sub(i, half), bias), 52);
  return f64x2.mul(f64x2.mul(p, low), high);
}

/** eˣ for four float32, to about 2 ulp. */
@inline
function exp32(x: v128): v128 {
  x = f32x4.pmin(f32x4.pmax(x, constant<f32>(3)), constant<f32>(4)); // NaN stays
  const i = f32x4.add(f32x4.mul(x, constant<f32>(5)), constant<f32>(ROUND32));
  const n = f32x4.sub(i, constant<f32>(ROUND32));
  let r = f32x4.sub(x, f32x4.mul(n, constant<f32>(6)));
  r = f32x4.sub(r, f32x4.mul(n, constant<f32>(7)));
  let p = constant<f32>(12);
  p = f32x4.add(f32x4.mul(p, r), constant<f32>(11));
  p = f32x4.add(f32x4.mul(p, r), constant<f32>(10));
  p = f32x4.add(f32x4.mul(p, r), constant<f32>(9));
  p = f32x4.add(f32x4.mul(p, r), constant<f32>(8));
  p = f32x4.add(f32x4.mul(p, r), constant<f32>(HALF));
  p = f32x4.add(f32x4.mul(p, r), constant<f32>(ONE));
  p = f32x4.add(f32x4.mul(p, r), constant<f32>(ONE));
  const half = i32x4.shr_s(i, 1), bias = v128.load(BIAS32); // only the last bits are not shifted out
  const low = i32x4.shl(i32x4.add(half, bias), 23);
  const high = i32x4.shl(i32x4.add(i32x4.sub(i, half), bias), 23);
  return f32x4.mul(f32x4.mul(p, low), high);
}

/** y = eˣ. */
export function exp64s(x: usize, count: i32, y: usize): void {
  for (const end = x + <usize>count * 8; x < end; x += 16, y += 16) v128.store(y, exp64(v128.load(x)));
}
export function exp32s(x: usize, count: i32, y: usize): void {
  for (const end = x + <usize>count * 4; x < end; x += 16, y += 16) v128.store(y, exp32(v128.load(x)));
}
/** y = 1 / (1 + e⁻ˣ). */
export function sigmoid64s(x: usize, count: i32, y: usize): void {
  const one = constant<f64>(ONE);
  for (const end = x + <usize>count * 8; x < end; x += 16, y += 16) {
    v128.store(y, f64x2.div(one, f64x2.add(one, exp64(v128.xor(v128.load(x), constant<f64>(SIGN64))))));
  }
}
export function sigmoid32s(x: usize, count: i32, y: usize): void {
  const one = constant<f32>(ONE);
  for (const end = x + <usize>count * 4; x < end; x += 16, y += 16) {
    v128.store(y, f32x4.div(one, f32x4.add(one, exp32(v128.xor(v128.load(x), constant<f32>(SIGN32))))));
  }
}
/** y = max(0, x); NaN stays. */
@inline
function relu<T>(x: usize, count: i32, y: usize): void {
  const zero = constant<T>(ZERO);
  for (const end = x + <usize>count * sizeof<T>(); x < end; x += 16, y += 16) {
    const v = v128.load(x);
    v128.store(y, v128.andnot(v, v128.lt<T>(v, zero)));
  }
}
export function relu64s(x: usize, count: i32, y: usize): void {
  relu<f64>(x, count, y);
}
export function relu32s(x: usize, count: i32, y: usize): void {
  relu<f32>(x, count, y);
}
/** y = d where x > 0, else 0. */
@inline
function where<T>(x: usize, d: usize, count: i32, y: usize): void {
  const zero = constant<T>(ZERO);
  for (const end = x + <usize>count * sizeof<T>(); x < end; x += 16, d += 16, y += 16) {
    v128.store(y, v128.and(v128.load(d), v128.gt<T>(v128.load(x), zero)));
  }
}
export function where64(x: usize, d: usize, count: i32, y: usize): void {
  where<f64>(x, d, count, y);
}
export function where32(x: usize, d: usize, count: i32, y: usize): void {
  where<f32>(x, d, count, y);
}

// ---- Training.

/**
 * y = 0 where the next random word is below `limit`, else `kept`. Four xorshift128 generators (Marsaglia,
 * 2003), one for each lane, with their four words of state at `state`.
 */
export function mask32(state: usize, limit: u32, kept: f32, count: i32, y: usize): void {
  const below = i32x4.splat(<i32>limit), value = f32x4.splat(kept);
  let a = v128.load(state), b = v128.load(state, 16), c = v128.load(state, 32), d = v128.load(state, 48);
  for (const end = y + (<usize>count << 2); y < end; y += 16) {
    let t = v128.xor(a, i32x4.shl(a, 11));
    t = v128.xor(t, i32x4.shr_u(t, 8));
    a = b;
    b = c;
    c = d;
    d = v128.xor(v128.xor(d, i32x4.shr_u(d, 19)), t);
    v128.store(y, v128.and(value, i32x4.ge_u(d, below)));
  }
  v128.store(state, a);
  v128.store(state, b, 16);
  v128.store(state, c, 32);
  v128.store(state, d, 48);
}

/** y = w - rate·g, in float64 and rounded. */
export function descend32(w: usize, g: usize, rate: f64, count: i32, y: usize): void {
  const r = f64x2.splat(rate);
  for (const end = w + (<usize>count << 2); w < end; w += 8, g += 8, y += 8) {
    const slope = f64x2.promote_low_f32x4(v128.load64_zero(g));
    const next = f64x2.sub(f64x2.promote_low_f32x4(v128.load64_zero(w)), f64x2.mul(r, slope));
    v128.store64_lane(y, f32x4.demote_f64x2_zero(next), 0);
  }
}

/** Adam's step: y from w; m and v are changed. */
export function adam32(
  w: usize, g: usize, m: usize, v: usize, count: i32, rate: f32, share1: f32, share2: f32, epsilon: f32, y: usize,
): void {
  const s1 = f32x4.splat(share1), s2 = f32x4.splat(share2), e = f32x4.splat(epsilon), r = f32x4.splat(rate);
  const tiny = constant<f32>(13);
  for (const end = w + <usize>count * 4; w < end; w += 16, g += 16, m += 16, v += 16, y += 16) {
    const slope = v128.load(g);
    let mean = v128.load(m), square = v128.load(v);
    if (!v128.any_true(v128.or(slope, mean))) { // a pixel that is black in all images moves no weight
      v128.store(v, f32x4.add(square, f32x4.mul(s2, f32x4.neg(square))));
      v128.store(y, v128.load(w));
      continue;
    }
    mean = f32x4.add(mean, f32x4.mul(s1, f32x4.sub(slope, mean)));
    // A mean that decays would end among the denormal numbers, and every operation on them is slow.
    mean = v128.andnot(mean, f32x4.le(f32x4.abs(mean), tiny)); // NaN stays
    square = f32x4.add(square, f32x4.mul(s2, f32x4.sub(f32x4.mul(slope, slope), square)));
    v128.store(m, mean);
    v128.store(v, square);
    const size = f32x4.add(f32x4.sqrt(square), e);
    v128.store(y, f32x4.sub(v128.load(w), f32x4.div(f32x4.mul(r, mean), size)));
  }
}
