// Convolution and max pooling of images [N, H, W, C], float32, with 128-bit SIMD, in AssemblyScript.
//
// `deno task build-kernels` adds the loops of tools/unrolled_convolution.ts and compiles all to binary.ts
// beside this file, twice: FUSED uses multiply-add where the machine has it. The plain twins in
// lib/nn/convolution.ts and lib/nn/pooling.ts say what each function computes.
//
// What a window covers is `runs` rows of the image; each row is a run of `run` numbers that are neighbours
// in memory, because channels and columns follow each other. Arrays have room for a vector behind them.

@inline
function madd(a: v128, b: v128, sum: v128): v128 {
  return FUSED ? f32x4.relaxed_madd(a, b, sum) : f32x4.add(sum, f32x4.mul(a, b));
}

/** The integers that describe the windows, as convolution.ts writes them. */
@inline
function field(g: usize, i: usize): i32 {
  return load<i32>(g + 4 * i);
}
const HEIGHT: usize = 0, WIDTH: usize = 1, CHANNELS: usize = 2, KERNEL_HEIGHT: usize = 3, KERNEL_WIDTH: usize = 4,
  STRIDE_Y: usize = 5, STRIDE_X: usize = 6, TOP: usize = 7, LEFT: usize = 8, ROWS: usize = 9, COLUMNS: usize = 10,
  PADDED_HEIGHT: usize = 11, PADDED_WIDTH: usize = 12, FILTERS: usize = 13;

/** Where each window begins in its padded image, in bytes: a table of ROWS · COLUMNS numbers. */
export function places(g: usize, table: usize): void {
  const channels = field(g, CHANNELS), pitch = field(g, PADDED_WIDTH) * channels * 4;
  for (let i: i32 = 0; i < field(g, ROWS); i++) {
    for (let j: i32 = 0; j < field(g, COLUMNS); j++, table += 4) {
      store<u32>(table, i * field(g, STRIDE_Y) * pitch + j * field(g, STRIDE_X) * channels * 4);
    }
  }
}

/** Copies an image into the middle of a padded one, whose border is 0. */
export function pad(g: usize, x: usize, padded: usize): void {
  const channels = <usize>field(g, CHANNELS) * 4, width = <usize>field(g, WIDTH) * channels;
  const pitch = <usize>field(g, PADDED_WIDTH) * channels;
  let to = padded + <usize>field(g, TOP) * pitch + <usize>field(g, LEFT) * channels;
  for (let i: i32 = 0; i < field(g, HEIGHT); i++, x += width, to += pitch) memory.copy(to, x, width);
}
/** The opposite: copies the middle of a padded image. */
export function unpad(g: usize, padded: usize, x: usize): void {
  const channels = <usize>field(g, CHANNELS) * 4, width = <usize>field(g, WIDTH) * channels;
  const pitch = <usize>field(g, PADDED_WIDTH) * channels;
  let from = padded + <usize>field(g, TOP) * pitch + <usize>field(g, LEFT) * channels;
  for (let i: i32 = 0; i < field(g, HEIGHT); i++, x += width, from += pitch) memory.copy(x, from, width);
}

/** Copies what each window covers, one after the other: im2col. */
export function patches(g: usize, image: usize, table: usize, y: usize): void {
  const run = field(g, KERNEL_WIDTH) * field(g, CHANNELS);
  const pitch = <usize>(field(g, PADDED_WIDTH) * field(g, CHANNELS)) * 4;
  for (const end = table + <usize>(field(g, ROWS) * field(g, COLUMNS)) * 4; table < end; table += 4) {
    for (let r: i32 = 0, from = image + load<u32>(table); r < field(g, KERNEL_HEIGHT); r++, from += pitch) {
      for (let k: i32 = 0; k < run; k += 4) v128.store(y + <usize>k * 4, v128.load(from + <usize>k * 4));
      y += <usize>run * 4;
    }
  }
}

/**
 * y = h(b + the windows of an image · W) for one image, with h = relu where `rectified`, else none.
 * @param packed W in panels of eight filters, b before each: [panels][1 + runs · run][8].
 * @param room for 48 numbers.
 */
export function convolve(
  image: usize, table: usize, pixels: i32, runs: i32, run: i32, pitch: usize, packed: usize, filters: i32,
  rectified: bool, y: usize, room: usize,
): void {
  const step = <usize>filters * 4, panel = <usize>(1 + runs * run) * 32, last = <usize>(pixels - 1);
  for (let f: i32 = 0; f < filters; f += 8, packed += panel, y += 32) {
    for (let p: usize = 0; p <= last; p += 6) {
      const p1 = min(p + 1, last), p2 = min(p + 2, last), p3 = min(p + 3, last), p4 = min(p + 4, last), p5 = min(p + 5, last);
      if (f + 8 <= filters) {
        tile(
          image + load<u32>(table + p * 4), image + load<u32>(table + p1 * 4), image + load<u32>(table + p2 * 4),
          image + load<u32>(table + p3 * 4), image + load<u32>(table + p4 * 4), image + load<u32>(table + p5 * 4),
          runs, run, pitch, packed, rectified,
          y + p * step, y + p1 * step, y + p2 * step, y + p3 * step, y + p4 * step, y + p5 * step,
        );
        continue;
      }
      tile(
        image + load<u32>(table + p * 4), image + load<u32>(table + p1 * 4), image + load<u32>(table + p2 * 4),
        image + load<u32>(table + p3 * 4), image + load<u32>(table + p4 * 4), image + load<u32>(table + p5 * 4),
        runs, run, pitch, packed, rectified, room, room + 32, room + 64, room + 96, room + 128, room + 160,
      );
      const count = <usize>(filters - f) * 4;
      for (let q: usize = 0; q < 6; q++) memory.copy(y + min(p + q, last) * step, room + q * 32, count);
    }
  }
}

/** W [K, F] in the panels of `convolve`, 0 where there is no filter. */
export function pack(w: usize, bias: usize, inner: i32, filters: i32, packed: usize): void {
  for (let f: i32 = 0; f < filters; f += 8) {
    for (let k: i32 = -1; k < inner; k++) {
      const row = k < 0 ? bias : w + <usize>(k * filters) * 4;
      for (let q: i32 = f; q < f + 8; q++, packed += 4) store<f32>(packed, q < filters ? load<f32>(row + <usize>q * 4) : 0);
    }
  }
}

/** W [runs, run, F] as [F, runs, width], 0 behind each run. */
export function turn(w: usize, runs: i32, run: i32, width: i32, filters: i32, y: usize): void {
  for (let f: i32 = 0; f < filters; f++) {
    for (let r: i32 = 0; r < runs; r++) {
      for (let k: i32 = 0; k < width; k++, y += 4) {
        store<f32>(y, k < run ? load<f32>(w + <usize>((r * run + k) * filters + f) * 4) : 0);
      }
    }
  }
}
/** The opposite. */
export function turnBack(x: usize, runs: i32, run: i32, width: i32, filters: i32, w: usize): void {
  for (let f: i32 = 0; f < filters; f++) {
    for (let r: i32 = 0; r < runs; r++) {
      for (let k: i32 = 0; k < width; k++, x += 4) {
        if (k < run) store<f32>(w + <usize>((r * run + k) * filters + f) * 4, load<f32>(x));
      }
    }
  }
}

// ---- Backward. After max pooling, relu and dropout, few gradients are not 0: those are listed.
//
// An entry has 8 bytes: how many bytes into the other array, u32, and the gradient, f32.

/** Which of four gradients count, as bits: those that are not 0, and where y > 0 if there is a y. */
@inline
function counted(dy: usize, y: usize, hasY: bool): i32 {
  const zero = f32x4.splat(0);
  let mask = f32x4.ne(v128.load(dy), zero);
  if (!v128.any_true(mask)) return 0;
  if (hasY) mask = v128.and(mask, f32x4.gt(v128.load(y), zero));
  return i32x4.bitmask(mask);
}

/**
 * Adds the gradients of one image to those of W, as [F, runs, width], and of b, float64.
 * @param y the outputs where relu was applied, otherwise 0.
 * @param lists room for F · (16 + 8 · pixels) bytes.
 */
export function filterGradient(
  image: usize, table: usize, pixels: i32, runs: i32, width: i32, pitch: usize, dy: usize, y: usize, filters: i32,
  dw: usize, db: usize, lists: usize,
): void {
  const apart = 16 + <usize>pixels * 8, hasY = y != 0;
  for (let f: i32 = 0, at = lists; f < filters; f++, at += apart) store<u32>(at, 0);
  for (let p: i32 = 0; p < pixels; p++, table += 4) {
    const place = load<u32>(table);
    for (let f: i32 = 0; f < filters; f += 4) {
      let bits = counted(dy + <usize>f * 4, y + <usize>f * 4, hasY);
      if (filters - f < 4) bits &= (1 << (filters - f)) - 1;
      for (; bits != 0; bits &= bits - 1) {
        const q = <usize>(f + ctz(bits)), list = lists + q * apart, length = load<u32>(list);
        const value = load<f32>(dy + q * 4);
        store<u32>(list, length + 8);
        store<u32>(list + 16 + length, place);
        store<f32>(list + 16 + length, value, 4);
        store<f64>(db + q * 8, load<f64>(db + q * 8) + <f64>value);
      }
    }
    dy += <usize>filters * 4;
    if (hasY) y += <usize>filters * 4;
  }
  for (let f: i32 = 0, list = lists; f < filters; f++, list += apart) {
    const from = list + 16, end = from + load<u32>(list);
    for (let r: i32 = 0, row = image; r < runs; r++, row += pitch, dw += <usize>width * 4) {
      if (from < end) gatherRow(from, end, row, dw, width);
    }
  }
}

/**
 * Adds the gradient of one padded image, which is dx.
 * @param turned W as [F, runs, width].
 * @param list room for 8 · F bytes.
 */
export function inputGradient(
  table: usize, pixels: i32, runs: i32, width: i32, pitch: usize, dy: usize, y: usize, filters: i32, turned: usize,
  dx: usize, list: usize,
): void {
  const hasY = y != 0, step = <usize>(runs * width) * 4;
  for (let p: i32 = 0; p < pixels; p++, table += 4) {
    let end = list;
    for (let f: i32 = 0; f < filters; f += 4) {
      let bits = counted(dy + <usize>f * 4, y + <usize>f * 4, hasY);
      if (filters - f < 4) bits &= (1 << (filters - f)) - 1;
      for (; bits != 0; bits &= bits - 1, end += 8) {
        const q = <usize>(f + ctz(bits));
        store<u32>(end, <u32>(q * step));
        store<f32>(end, load<f32>(dy + q * 4), 4);
      }
    }
    dy += <usize>filters * 4;
    if (hasY) y += <usize>filters * 4;
    if (end == list) continue;
    let row = dx + load<u32>(table);
    for (let r: i32 = 0, w = turned; r < runs; r++, row += pitch, w += <usize>width * 4) gatherRow(list, end, w, row, width);
  }
}

/** c += Σ value · the row at its place in b, for `width` numbers, a multiple of four. */
@inline
function gatherRow(from: usize, end: usize, b: usize, c: usize, width: i32): void {
  let k: i32 = 0;
  for (; k + 32 <= width; k += 32, b += 128, c += 128) gather8(from, end, b, c);
  if (k + 16 <= width) {
    gather4(from, end, b, c);
    k += 16, b += 64, c += 64;
  }
  if (width - k == 12) return gather3(from, end, b, c);
  if (k + 8 <= width) {
    gather2(from, end, b, c);
    k += 8, b += 32, c += 32;
  }
  if (k < width) gather1(from, end, b, c);
}

// ---- Max pooling.

/** y = the largest number of each window, NaN wins; `taps`, i32, says where in the window it is. */
export function maxPool(g: usize, x: usize, images: i32, y: usize, taps: usize): void {
  const channels = field(g, CHANNELS), height = field(g, HEIGHT), width = field(g, WIDTH);
  const pixel = <usize>channels * 4, kw = field(g, KERNEL_WIDTH), columns = field(g, COLUMNS);
  const isTwoByTwo = kw == 2 && field(g, KERNEL_HEIGHT) == 2;
  for (let n: i32 = 0; n < images; n++, x += <usize>(height * width) * pixel) {
    for (let i: i32 = 0; i < field(g, ROWS); i++) {
      const above = i * field(g, STRIDE_Y) - field(g, TOP);
      const u0 = max(0, -above), u1 = min(field(g, KERNEL_HEIGHT), height - above);
      for (let j: i32 = 0; j < columns; j++, y += pixel, taps += pixel) {
        const before = j * field(g, STRIDE_X) - field(g, LEFT);
        const v0 = max(0, -before), v1 = min(kw, width - before);
        const isWhole = isTwoByTwo && u1 - u0 == 2 && v1 - v0 == 2;
        for (let c: usize = 0; c < pixel; c += 16) {
          let at = x + <usize>((above + u0) * width + before) * pixel + c;
          if (isWhole && largestOfFour(at, pixel, <usize>width * pixel, y + c, taps + c)) continue;
          let best = v128.load(at + <usize>v0 * pixel), index = i32x4.splat(u0 * kw + v0);
          for (let u = u0; u < u1; u++, at += <usize>width * pixel) {
            for (let v = v0; v < v1; v++) {
              const value = v128.load(at + <usize>v * pixel);
              const keep = v128.or(f32x4.le(value, best), f32x4.ne(best, best));
              best = v128.bitselect(best, value, keep);
              index = v128.bitselect(index, i32x4.splat(u * kw + v), keep);
            }
          }
          v128.store(y + c, best);
          v128.store(taps + c, index);
        }
      }
    }
  }
}

/** The same for one window of 2×2. @returns false, and writes nothing, where one may be NaN. */
@inline
function largestOfFour(x: usize, pixel: usize, pitch: usize, y: usize, taps: usize): bool {
  const a = v128.load(x), b = v128.load(x + pixel), c = v128.load(x + pitch), d = v128.load(x + pitch + pixel);
  const sum = f32x4.add(f32x4.add(a, b), f32x4.add(c, d));
  if (v128.any_true(f32x4.ne(sum, sum))) return false;
  const best = f32x4.pmax(f32x4.pmax(a, b), f32x4.pmax(c, d));
  // The first one among equals: a comparison is -1 where it holds.
  const notA = f32x4.ne(a, best), notB = v128.and(notA, f32x4.ne(b, best)), notC = v128.and(notB, f32x4.ne(c, best));
  v128.store(y, best);
  v128.store(taps, i32x4.neg(i32x4.add(i32x4.add(notA, notB), notC)));
  return true;
}

/**
 * dx += dy at the tap of each window.
 * @param isTiled whether each pixel of dx is in one window; otherwise dx starts at 0.
 */
export function maxPoolGradient(g: usize, dy: usize, taps: usize, images: i32, isTiled: bool, dx: usize): void {
  const channels = field(g, CHANNELS), height = field(g, HEIGHT), width = field(g, WIDTH);
  const pixel = <usize>channels * 4, kw = field(g, KERNEL_WIDTH), kh = field(g, KERNEL_HEIGHT);
  for (let n: i32 = 0; n < images; n++, dx += <usize>(height * width) * pixel) {
    for (let i: i32 = 0; i < field(g, ROWS); i++) {
      const above = i * field(g, STRIDE_Y) - field(g, TOP);
      for (let j: i32 = 0; j < field(g, COLUMNS); j++, dy += pixel, taps += pixel) {
        const before = j * field(g, STRIDE_X) - field(g, LEFT);
        const corner = above * width + before;
        const inside = above >= 0 && before >= 0 && above + kh <= height && before + kw <= width;
        let c: usize = 0;
        if (inside) {
          for (; c + 16 <= pixel; c += 16) {
            const slope = v128.load(dy + c), index = v128.load(taps + c);
            if (!isTiled && !v128.any_true(f32x4.ne(slope, f32x4.splat(0)))) continue;
            let tap: i32 = 0, row = dx + <usize>corner * pixel + c;
            for (let u: i32 = 0; u < kh; u++, row += <usize>width * pixel) {
              for (let at = row, end = row + <usize>kw * pixel; at < end; at += pixel, tap++) {
                const here = v128.and(slope, i32x4.eq(index, i32x4.splat(tap)));
                v128.store(at, isTiled ? here : f32x4.add(v128.load(at), here));
              }
            }
          }
        }
        for (; c < pixel; c += 4) {
          const tap = load<i32>(taps + c), at = dx + <usize>(corner + tap / kw * width + tap % kw) * pixel + c;
          store<f32>(at, load<f32>(at) + load<f32>(dy + c));
        }
      }
    }
  }
}

// ---- Winograd's convolution F(4×4, 3×3) (Lavin and Gray, 2016): 16 outputs of a 3×3 filter with 36
// products instead of 144. Y = Aᵀ[(G g Gᵀ) ⊙ (Bᵀ d B)]A, for each tile d of 6×6 pixels; the products ⊙,
// summed over the channels, are 36 matrix products. Each transform is done for columns, then for rows.
// `apart` is the distance in bytes from one of the 36 matrices to the next.

/** G g Gᵀ for each channel and filter: 36 matrices [C, F]. */
export function winogradFilters(w: usize, channels: i32, filters: i32, y: usize): void {
  const size = <usize>(channels * filters), apart = size * 4;
  for (let k: usize = 0; k < size; k++, w += 4, y += 4) {
    for (let v: usize = 0; v < 3; v++) filterTransform(w + v * apart, 3 * apart, y + v * apart, 6 * apart);
    for (let u: usize = 0; u < 6; u++) filterTransform(y + 6 * u * apart, apart, y + 6 * u * apart, apart);
  }
}
/** G g of one column: three numbers become six. */
@inline
function filterTransform(g: usize, step: usize, y: usize, apart: usize): void {
  const g0 = load<f32>(g), g1 = load<f32>(g + step), g2 = load<f32>(g + 2 * step);
  const even = g0 + g2, far = g0 / 24 + g2 / 6;
  store<f32>(y, g0 / 4);
  store<f32>(y + apart, (even + g1) / -6);
  store<f32>(y + 2 * apart, (even - g1) / -6);
  store<f32>(y + 3 * apart, far + g1 / 12);
  store<f32>(y + 4 * apart, far - g1 / 12);
  store<f32>(y + 5 * apart, g2);
}

/** Bᵀ d B for the tiles of an image [4 · down + 2, 4 · across + 2, C]: 36 matrices [tiles, C]. C is a multiple of 4. */
export function winogradImage(image: usize, down: i32, across: i32, channels: i32, apart: usize, y: usize): void {
  const pixel = <usize>channels * 4, pitch = <usize>(4 * across + 2) * pixel;
  for (let i: i32 = 0; i < down; i++, image += 4 * pitch) {
    for (let j: i32 = 0, at = image; j < across; j++, at += 4 * pixel) {
      for (let c: usize = 0; c < pixel; c += 16, y += 16) {
        for (let v: usize = 0; v < 6; v++) imageTransform(at + c + v * pixel, pitch, y + v * apart, 6 * apart);
        for (let u: usize = 0; u < 6; u++) imageTransform(y + 6 * u * apart, apart, y + 6 * u * apart, apart);
      }
    }
  }
}
/** Bᵀ d of one column of six vectors. */
@inline
function imageTransform(d: usize, step: usize, y: usize, apart: usize): void {
  const d0 = v128.load(d), d1 = v128.load(d + step), d2 = v128.load(d + 2 * step);
  const d3 = v128.load(d + 3 * step), d4 = v128.load(d + 4 * step), d5 = v128.load(d + 5 * step);
  const four = f32x4.splat(4), five = f32x4.splat(-5), minusFour = f32x4.splat(-4);
  const near = madd(d2, minusFour, d4), odd = madd(d1, minusFour, d3);
  const far = f32x4.sub(d4, d2), half = f32x4.sub(d3, d1), twice = f32x4.add(half, half);
  v128.store(y, madd(d0, four, madd(d2, five, d4)));
  v128.store(y + apart, f32x4.add(near, odd));
  v128.store(y + 2 * apart, f32x4.sub(near, odd));
  v128.store(y + 3 * apart, f32x4.add(far, twice));
  v128.store(y + 4 * apart, f32x4.sub(far, twice));
  v128.store(y + 5 * apart, madd(d1, four, madd(d3, five, d5)));
}

/** y [rows, columns, F] = h(b + Aᵀ m A) for the tiles m, 36 matrices [tiles, F], which change. F is a multiple of 4. */
export function winogradOutput(
  m: usize, apart: usize, rows: i32, columns: i32, filters: i32, bias: usize, rectified: bool, y: usize,
): void {
  const pixel = <usize>filters * 4, zero = f32x4.splat(0);
  for (let i: i32 = 0; i < rows; i += 4) {
    const down = min(4, rows - i);
    for (let j: i32 = 0; j < columns; j += 4) {
      const across = min(4, columns - j);
      let to = y + <usize>(i * columns + j) * pixel;
      for (let f: usize = 0; f < pixel; f += 16, m += 16, to += 16) {
        const b = v128.load(bias + f);
        for (let v: usize = 0; v < 6; v++) outputTransform(m + v * apart, 6 * apart, 4, zero, false, m + v * apart, 6 * apart);
        for (let u: i32 = 0; u < down; u++) {
          outputTransform(m + <usize>(6 * u) * apart, apart, across, b, rectified, to + <usize>(u * columns) * pixel, pixel);
        }
      }
    }
  }
}
/** h(b + Aᵀ m) of one column of six vectors, the first `count` of four. */
@inline
function outputTransform(m: usize, step: usize, count: i32, b: v128, rectified: bool, y: usize, apart: usize): void {
  const m1 = v128.load(m + step), m2 = v128.load(m + 2 * step), m3 = v128.load(m + 3 * step), m4 = v128.load(m + 4 * step);
  const even = f32x4.add(b, f32x4.add(m1, m2)), odd = f32x4.add(b, f32x4.sub(m1, m2));
  const far = f32x4.add(m3, m4), difference = f32x4.sub(m3, m4);
  v128.store(y, ramp(f32x4.add(f32x4.add(v128.load(m), even), far), rectified));
  if (count > 1) v128.store(y + apart, ramp(madd(difference, f32x4.splat(2), odd), rectified));
  if (count > 2) v128.store(y + 2 * apart, ramp(madd(far, f32x4.splat(4), even), rectified));
  if (count > 3) {
    const last = f32x4.add(v128.load(m + 5 * step), odd);
    v128.store(y + 3 * apart, ramp(madd(difference, f32x4.splat(8), last), rectified));
  }
}
@inline
function ramp(x: v128, rectified: bool): v128 {
  return rectified ? v128.andnot(x, f32x4.lt(x, f32x4.splat(0))) : x;
}

// ---- Short windows, copied side by side: their gradient is a product of small matrices.

/** Adds the gradients of one image to those of W, as [inner, width], and of b, [width]; width is F rounded up to 4. */
export function shortGradient(
  patches: usize, pixels: i32, inner: i32, dy: usize, y: usize, filters: i32, dw: usize, db: usize,
): void {
  const width = <usize>(filters + 3 & ~3) * 4;
  for (let f: usize = 0; f < width;) {
    const isPair = f + 32 <= width, from = dy + f, outputs = y != 0 ? y + f : 0, bias = db + f;
    for (let k: i32 = 0; k < inner;) {
      const x = patches + 4 * k, to = dw + k * width + f, once = k == 0 ? bias : 0, left = inner - k;
      // 9 is 5 and 4.
      if (left >= 5) {
        if (isPair) outer5x2(x, inner, pixels, from, outputs, filters, to, width, once);
        else outer5x1(x, inner, pixels, from, outputs, filters, to, width, once);
        k += 5;
      } else if (left == 4) {
        if (isPair) outer4x2(x, inner, pixels, from, outputs, filters, to, width, once);
        else outer4x1(x, inner, pixels, from, outputs, filters, to, width, once);
        k += 4;
      } else {
        if (isPair) outer1x2(x, inner, pixels, from, outputs, filters, to, width, once);
        else outer1x1(x, inner, pixels, from, outputs, filters, to, width, once);
        k++;
      }
    }
    f += isPair ? 32 : 16;
  }
}
