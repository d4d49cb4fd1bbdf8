// The products in WebAssembly with 128-bit SIMD, written in AssemblyScript.
//
// `deno task build-kernels` compiles this file to binary.ts beside it. What the functions compute,
// and in which order they add, is said in plain TypeScript in ../matmul.ts: the results are the
// same to the last bit. Matrices are row-major and dense; every one has 32 bytes of room behind it,
// because the last vectors of a row read (and, in `gather`, write) past its end.
//
// An entry of a list, one for each number of a row that is not 0:
//   0  u32  how many bytes into the other matrix its row begins
//   8  T    the number

const ENTRY: usize = 16;

/** Lists the numbers of a row that are not 0; returns the list's end. */
@inline
function list<T>(row: usize, length: i32, stride: usize, at: usize): usize {
  const zero = v128.splat<T>(0), lanes = <i32>(16 / sizeof<T>());
  for (let k: i32 = 0; k < length; k += 2 * lanes) { // an image is mostly black: skip in strides
    const here = row + <usize>k * sizeof<T>();
    const any = v128.or(v128.ne<T>(v128.load(here), zero), v128.ne<T>(v128.load(here, 16), zero));
    if (!v128.any_true(any)) continue;
    const last = min(k + 2 * lanes, length);
    for (let i = k; i < last; i++) {
      const value = load<T>(row + <usize>i * sizeof<T>());
      store<u32>(at, <u32>i * <u32>stride);
      store<T>(at, value, 8);
      at += <T>0 != value ? ENTRY : 0; // NaN differs from 0, so it is kept
    }
  }
  return at;
}

/** c = Σ value · row for 7 vectors of columns. */
function gather7<T>(from: usize, end: usize, b: usize, c: usize): void {
  let s0 = v128.splat<T>(0), s1 = s0, s2 = s0, s3 = s0, s4 = s0, s5 = s0, s6 = s0;
  for (; from < end; from += ENTRY) {
    const w = v128.load_splat<T>(from, 8), r = b + load<u32>(from);
    s0 = v128.add<T>(s0, v128.mul<T>(w, v128.load(r)));
    s1 = v128.add<T>(s1, v128.mul<T>(w, v128.load(r, 16)));
    s2 = v128.add<T>(s2, v128.mul<T>(w, v128.load(r, 32)));
    s3 = v128.add<T>(s3, v128.mul<T>(w, v128.load(r, 48)));
    s4 = v128.add<T>(s4, v128.mul<T>(w, v128.load(r, 64)));
    s5 = v128.add<T>(s5, v128.mul<T>(w, v128.load(r, 80)));
    s6 = v128.add<T>(s6, v128.mul<T>(w, v128.load(r, 96)));
  }
  v128.store(c, s0);
  v128.store(c, s1, 16);
  v128.store(c, s2, 32);
  v128.store(c, s3, 48);
  v128.store(c, s4, 64);
  v128.store(c, s5, 80);
  v128.store(c, s6, 96);
}

/** c = Σ value · row for 3 vectors of columns. */
function gather3<T>(from: usize, end: usize, b: usize, c: usize): void {
  let s0 = v128.splat<T>(0), s1 = s0, s2 = s0;
  for (; from < end; from += ENTRY) {
    const w = v128.load_splat<T>(from, 8), r = b + load<u32>(from);
    s0 = v128.add<T>(s0, v128.mul<T>(w, v128.load(r)));
    s1 = v128.add<T>(s1, v128.mul<T>(w, v128.load(r, 16)));
    s2 = v128.add<T>(s2, v128.mul<T>(w, v128.load(r, 32)));
  }
  v128.store(c, s0);
  v128.store(c, s1, 16);
  v128.store(c, s2, 32);
}

/** c = Σ value · row for one vector of columns. */
function gather1<T>(from: usize, end: usize, b: usize, c: usize): void {
  let s = v128.splat<T>(0);
  for (; from < end; from += ENTRY) {
    const w = v128.load_splat<T>(from, 8);
    s = v128.add<T>(s, v128.mul<T>(w, v128.load(b + load<u32>(from))));
  }
  v128.store(c, s);
}

/** C = A·B: each row of C gathers rows of B. */
@inline
function gather<T>(a: usize, rows: i32, inner: i32, b: usize, columns: i32, c: usize, room: usize): void {
  const width = <usize>columns * sizeof<T>(), step = <usize>inner * sizeof<T>();
  for (let i: i32 = 0; i < rows; i++, a += step, c += width) {
    const end = list<T>(a, inner, width, room);
    // The last block may overlap the one before it: doing a few columns twice is faster than doing
    // them one vector at a time, where each addition waits for the one before.
    if (width > 96) {
      const last = ((width + 15) & ~15) - 112;
      for (let j: usize = 0; j < last; j += 112) gather7<T>(room, end, b + j, c + j);
      gather7<T>(room, end, b + last, c + last);
    } else if (width > 32) {
      const last = ((width + 15) & ~15) - 48;
      for (let j: usize = 0; j < last; j += 48) gather3<T>(room, end, b + j, c + j);
      gather3<T>(room, end, b + last, c + last);
    } else for (let j: usize = 0; j < width; j += 16) gather1<T>(room, end, b + j, c + j);
  }
}

/** C row += value · d for 8 vectors of columns. */
function scatter8<T>(from: usize, end: usize, d: usize, c: usize): void {
  const d0 = v128.load(d), d1 = v128.load(d, 16), d2 = v128.load(d, 32), d3 = v128.load(d, 48);
  const d4 = v128.load(d, 64), d5 = v128.load(d, 80), d6 = v128.load(d, 96), d7 = v128.load(d, 112);
  for (; from < end; from += ENTRY) {
    const w = v128.load_splat<T>(from, 8), r = c + load<u32>(from);
    v128.store(r, v128.add<T>(v128.load(r), v128.mul<T>(w, d0)));
    v128.store(r, v128.add<T>(v128.load(r, 16), v128.mul<T>(w, d1)), 16);
    v128.store(r, v128.add<T>(v128.load(r, 32), v128.mul<T>(w, d2)), 32);
    v128.store(r, v128.add<T>(v128.load(r, 48), v128.mul<T>(w, d3)), 48);
    v128.store(r, v128.add<T>(v128.load(r, 64), v128.mul<T>(w, d4)), 64);
    v128.store(r, v128.add<T>(v128.load(r, 80), v128.mul<T>(w, d5)), 80);
    v128.store(r, v128.add<T>(v128.load(r, 96), v128.mul<T>(w, d6)), 96);
    v128.store(r, v128.add<T>(v128.load(r, 112), v128.mul<T>(w, d7)), 112);
  }
}

/** C row += value · d for one vector of columns. */
function scatter1<T>(from: usize, end: usize, d: usize, c: usize): void {
  const d0 = v128.load(d);
  for (; from < end; from += ENTRY) {
    const r = c + load<u32>(from);
    v128.store(r, v128.add<T>(v128.load(r), v128.mul<T>(v128.load_splat<T>(from, 8), d0)));
  }
}

/** C row += value · d for a single column: a vector would write into the next row. */
function scatterScalar<T>(from: usize, end: usize, d: usize, c: usize): void {
  const value = load<T>(d);
  for (; from < end; from += ENTRY) {
    const r = c + load<u32>(from);
    store<T>(r, load<T>(r) + load<T>(from, 8) * value);
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
    for (; j + 16 <= width; j += 16) scatter1<T>(room, end, d + j, c + j);
    for (; j < width; j += sizeof<T>()) scatterScalar<T>(room, end, d + j, c + j);
  }
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

// ---- Functions of single numbers, four float32 or two float64 at a time, in place.
//
// eˣ = 2ⁿ · eʳ with n = round(x / ln 2) and r = x - n ln 2, so |r| ≤ ln 2 / 2, where the first
// terms of Taylor's series are enough. n ln 2 is taken away in two parts, the first one short, so
// that no digit of r is lost (Cody and Waite, 1980). 2ⁿ is written into the exponent's bits in two
// halves, so that the largest and the smallest results come out right, too.

const LOG2_E: f64 = 1.4426950408889634;

/** eˣ for two float64, to 1 ulp or so. */
@inline
function exp64(x: v128): v128 {
  x = f64x2.min(f64x2.max(x, f64x2.splat(-746)), f64x2.splat(710));
  const n = f64x2.nearest(f64x2.mul(x, f64x2.splat(LOG2_E)));
  let r = f64x2.sub(x, f64x2.mul(n, f64x2.splat(0.6931471803691238)));
  r = f64x2.sub(r, f64x2.mul(n, f64x2.splat(1.9082149292705877e-10)));
  let p = f64x2.splat(1.0 / 6227020800);
  p = f64x2.add(f64x2.mul(p, r), f64x2.splat(1.0 / 479001600));
  p = f64x2.add(f64x2.mul(p, r), f64x2.splat(1.0 / 39916800));
  p = f64x2.add(f64x2.mul(p, r), f64x2.splat(1.0 / 3628800));
  p = f64x2.add(f64x2.mul(p, r), f64x2.splat(1.0 / 362880));
  p = f64x2.add(f64x2.mul(p, r), f64x2.splat(1.0 / 40320));
  p = f64x2.add(f64x2.mul(p, r), f64x2.splat(1.0 / 5040));
  p = f64x2.add(f64x2.mul(p, r), f64x2.splat(1.0 / 720));
  p = f64x2.add(f64x2.mul(p, r), f64x2.splat(1.0 / 120));
  p = f64x2.add(f64x2.mul(p, r), f64x2.splat(1.0 / 24));
  p = f64x2.add(f64x2.mul(p, r), f64x2.splat(1.0 / 6));
  p = f64x2.add(f64x2.mul(p, r), f64x2.splat(0.5));
  p = f64x2.add(f64x2.mul(p, r), f64x2.splat(1));
  p = f64x2.add(f64x2.mul(p, r), f64x2.splat(1));
  const i = i64x2.extend_low_i32x4_s(i32x4.trunc_sat_f64x2_s_zero(n)), half = i64x2.shr_s(i, 1);
  const low = i64x2.shl(i64x2.add(half, i64x2.splat(1023)), 52);
  const high = i64x2.shl(i64x2.add(i64x2.sub(i, half), i64x2.splat(1023)), 52);
  return f64x2.mul(f64x2.mul(p, low), high);
}

/** eˣ for four float32, to 2 ulp or so. */
@inline
function exp32(x: v128): v128 {
  x = f32x4.min(f32x4.max(x, f32x4.splat(-104)), f32x4.splat(89));
  const n = f32x4.nearest(f32x4.mul(x, f32x4.splat(<f32>LOG2_E)));
  let r = f32x4.sub(x, f32x4.mul(n, f32x4.splat(0.693359375)));
  r = f32x4.sub(r, f32x4.mul(n, f32x4.splat(-2.12194440e-4)));
  let p = f32x4.splat(1.0 / 5040);
  p = f32x4.add(f32x4.mul(p, r), f32x4.splat(1.0 / 720));
  p = f32x4.add(f32x4.mul(p, r), f32x4.splat(1.0 / 120));
  p = f32x4.add(f32x4.mul(p, r), f32x4.splat(1.0 / 24));
  p = f32x4.add(f32x4.mul(p, r), f32x4.splat(1.0 / 6));
  p = f32x4.add(f32x4.mul(p, r), f32x4.splat(0.5));
  p = f32x4.add(f32x4.mul(p, r), f32x4.splat(1));
  p = f32x4.add(f32x4.mul(p, r), f32x4.splat(1));
  const i = i32x4.trunc_sat_f32x4_s(n), half = i32x4.shr_s(i, 1);
  const low = i32x4.shl(i32x4.add(half, i32x4.splat(127)), 23);
  const high = i32x4.shl(i32x4.add(i32x4.sub(i, half), i32x4.splat(127)), 23);
  return f32x4.mul(f32x4.mul(p, low), high);
}

/** x = eˣ for `count` float64. */
export function exp64s(x: usize, count: i32): void {
  for (const end = x + <usize>count * 8; x < end; x += 16) v128.store(x, exp64(v128.load(x)));
}
/** x = eˣ for `count` float32. */
export function exp32s(x: usize, count: i32): void {
  for (const end = x + <usize>count * 4; x < end; x += 16) v128.store(x, exp32(v128.load(x)));
}
/** x = 1 / (1 + e⁻ˣ) for `count` float64. */
export function sigmoid64s(x: usize, count: i32): void {
  const one = f64x2.splat(1);
  for (const end = x + <usize>count * 8; x < end; x += 16) {
    v128.store(x, f64x2.div(one, f64x2.add(one, exp64(f64x2.neg(v128.load(x))))));
  }
}
/** x = 1 / (1 + e⁻ˣ) for `count` float32. */
export function sigmoid32s(x: usize, count: i32): void {
  const one = f32x4.splat(1);
  for (const end = x + <usize>count * 4; x < end; x += 16) {
    v128.store(x, f32x4.div(one, f32x4.add(one, exp32(f32x4.neg(v128.load(x))))));
  }
}
/** x = max(0, x) for `count` float64; NaN stays. */
export function relu64s(x: usize, count: i32): void {
  const zero = f64x2.splat(0);
  for (const end = x + <usize>count * 8; x < end; x += 16) v128.store(x, f64x2.max(v128.load(x), zero));
}
/** x = max(0, x) for `count` float32; NaN stays. */
export function relu32s(x: usize, count: i32): void {
  const zero = f32x4.splat(0);
  for (const end = x + <usize>count * 4; x < end; x += 16) v128.store(x, f32x4.max(v128.load(x), zero));
}

/** Adam's step for `count` float32: see ../../optimizers.ts, where the formula stands. */
export function adam32(
  w: usize, g: usize, m: usize, v: usize, count: i32, rate: f32, share1: f32, share2: f32, epsilon: f32,
): void {
  for (const end = w + <usize>count * 4; w < end; w += 16, g += 16, m += 16, v += 16) {
    const slope = v128.load(g);
    let mean = v128.load(m), square = v128.load(v);
    mean = f32x4.add(mean, f32x4.mul(f32x4.splat(share1), f32x4.sub(slope, mean)));
    // A mean that dies away would end among the denormal numbers, and every operation on them is slow.
    mean = v128.andnot(mean, f32x4.le(f32x4.abs(mean), f32x4.splat(1e-30))); // NaN stays
    square = f32x4.add(square, f32x4.mul(f32x4.splat(share2), f32x4.sub(f32x4.mul(slope, slope), square)));
    v128.store(m, mean);
    v128.store(v, square);
    const size = f32x4.add(f32x4.sqrt(square), f32x4.splat(epsilon));
    v128.store(w, f32x4.sub(v128.load(w), f32x4.div(f32x4.mul(f32x4.splat(rate), mean), size)));
  }
}
