// The ink of one digit, two pixels at a time. `deno task build-kernels` compiles this file to binary.ts
// beside it. `Pen` in ../pen.ts says in plain TypeScript what is computed; the results are equal to the
// last bit.

const SIDE: i32 = 24, POINTS: i32 = 256;

/** Addresses of what the host writes and reads. */
export const x: usize = 1024, y: usize = x + POINTS * 8, radius: usize = y + POINTS * 8;
export const inked: usize = radius + POINTS * 8, field: usize = inked + POINTS;
/** Pixels that are all ink, u16, one after the other; the sums of `weigh`; the image. */
export const full: usize = field + SIDE * SIDE * 8, sums: usize = full + SIDE * SIDE * 2;
export const image: usize = sums + 32;

/**
 * The depth of two neighbouring pixels below a piece from (x1, y1), where the radius is r1, by (dx, dy),
 * on which it changes by dr; per is 1 / length², qy the way down from its start and qydy = qy·dy.
 */
@inline
function pair(pixel: usize, qx: v128, qy: v128, qydy: v128, dx: v128, dy: v128, r1: v128, dr: v128, per: v128): void {
  const along = f64x2.mul(f64x2.add(f64x2.mul(qx, dx), qydy), per);
  const t = f64x2.min(f64x2.max(along, f64x2.splat(0)), f64x2.splat(1));
  const ex = f64x2.sub(qx, f64x2.mul(t, dx)), ey = f64x2.sub(qy, f64x2.mul(t, dy));
  const distance = f64x2.sqrt(f64x2.add(f64x2.mul(ex, ex), f64x2.mul(ey, ey)));
  const depth = f64x2.sub(f64x2.add(r1, f64x2.mul(t, dr)), distance);
  v128.store(pixel, f64x2.pmax(v128.load(pixel), depth));
}

/** The middles of two pixels, from the start of a piece. */
@inline
function middles(column: i32, x1: f64): v128 {
  return f64x2.sub(f64x2.add(f64x2.splat(<f64>column), f64x2(0.5, 1.5)), f64x2.splat(x1));
}

/** depth = largest of (pen radius - distance to the line), over all pieces of a trace. */
export function ink(length: i32, rim: f64): void {
  const empty = f64x2.splat(-SIDE);
  for (let i: i32 = 0; i < SIDE * SIDE * 8; i += 16) v128.store(field + <usize>i, empty);
  for (let i: i32 = 1; i < length; i++) {
    if (load<u8>(inked + <usize>i) == 0) continue;
    const at = <usize>i << 3;
    const x1 = load<f64>(x + at - 8), y1 = load<f64>(y + at - 8), r1 = load<f64>(radius + at - 8);
    const x2 = load<f64>(x + at), y2 = load<f64>(y + at), r2 = load<f64>(radius + at);
    const dx = x2 - x1, dy = y2 - y1, per = f64x2.splat(1 / (dx * dx + dy * dy + 1e-9));
    const dxs = f64x2.splat(dx), dys = f64x2.splat(dy), r1s = f64x2.splat(r1), drs = f64x2.splat(r2 - r1);
    const reach = max(r1, r2) + rim / 2 + 1e-6;
    let left = max(0, <i32>Math.ceil(min(x1, x2) - 0.5 - reach)) & ~1;
    const right = min(SIDE - 1, <i32>Math.floor(max(x1, x2) - 0.5 + reach));
    const top = max(0, <i32>Math.ceil(min(y1, y2) - 0.5 - reach));
    const bottom = min(SIDE - 1, <i32>Math.floor(max(y1, y2) - 0.5 + reach));
    // Mostly six or eight columns: a loop over them would be left at another column each time, and
    // the processor would have guessed wrong. A few columns more change nothing.
    const width = right - left, isNarrow = width < 6 && left <= SIDE - 6;
    if (!isNarrow && width < 8) left = min(left, SIDE - 8);
    const qx0 = middles(left, x1), qx1 = middles(left + 2, x1), qx2 = middles(left + 4, x1), qx3 = middles(left + 6, x1);
    for (let row = top; row <= bottom; row++) {
      const qy = f64x2.splat(<f64>row + 0.5 - y1), qydy = f64x2.mul(qy, dys);
      const pixel = field + (<usize>(row * SIDE + left) << 3);
      pair(pixel, qx0, qy, qydy, dxs, dys, r1s, drs, per);
      pair(pixel + 16, qx1, qy, qydy, dxs, dys, r1s, drs, per);
      pair(pixel + 32, qx2, qy, qydy, dxs, dys, r1s, drs, per);
      if (isNarrow) continue;
      pair(pixel + 48, qx3, qy, qydy, dxs, dys, r1s, drs, per);
      for (let column = left + 8, at = pixel + 64; column <= right; column += 2, at += 16) {
        pair(at, middles(column, x1), qy, qydy, dxs, dys, r1s, drs, per);
      }
    }
  }
}

const MARGIN: i32 = 2, BOX: i32 = 20, IMAGE_SIDE: i32 = 28;

/**
 * In the box, v² (3 - 2v) with v = depth / rim + ½ between 0 and 1 takes the place of the depth. The
 * pixels with v ≥ 1 are listed in `full`; returns how many.
 */
export function shade(rim: f64): i32 {
  const rims = f64x2.splat(rim), half = f64x2.splat(0.5), zero = f64x2.splat(0), one = f64x2.splat(1);
  const two = f64x2.splat(2), three = f64x2.splat(3);
  let at = full;
  for (let row = MARGIN; row < MARGIN + BOX; row++) {
    for (let column = MARGIN; column < MARGIN + BOX; column += 2) {
      const index = row * SIDE + column, pixel = field + (<usize>index << 3);
      const v = f64x2.add(f64x2.div(v128.load(pixel), rims), half);
      const grey = f64x2.mul(f64x2.mul(v, v), f64x2.sub(three, f64x2.mul(two, v)));
      v128.store(pixel, v128.and(grey, f64x2.gt(v, zero)));
      const isFull = i64x2.bitmask(f64x2.ge(v, one));
      store<u16>(at, <u16>index);
      at += <usize>(isFull & 1) << 1;
      store<u16>(at, <u16>(index + 1));
      at += <usize>(isFull >> 1) << 1;
    }
  }
  return <i32>((at - full) >> 1);
}

/** Σ grey, Σ grey·column and Σ grey·row of the box, row by row. */
export function weigh(): void {
  let mass: f64 = 0, massX: f64 = 0, massY: f64 = 0;
  for (let row = MARGIN; row < MARGIN + BOX; row++) {
    for (let column = MARGIN; column < MARGIN + BOX; column++) {
      const grey = load<f64>(field + (<usize>(row * SIDE + column) << 3));
      mass += grey;
      massX += grey * <f64>column;
      massY += grey * <f64>row;
    }
  }
  store<f64>(sums, mass);
  store<f64>(sums, massX, 8);
  store<f64>(sums, massY, 16);
}

/** Copies the box into the image as bytes, moved by whole pixels. */
export function place(right: i32, down: i32): void {
  memory.fill(image, 0, IMAGE_SIDE * IMAGE_SIDE);
  for (let row = MARGIN; row < MARGIN + BOX; row++) {
    const y = row + down;
    if (y < 0 || y >= IMAGE_SIDE) continue;
    const first = max(MARGIN, -right), end = min(MARGIN + BOX, IMAGE_SIDE - right);
    for (let column = first; column < end; column++) {
      const grey = load<f64>(field + (<usize>(row * SIDE + column) << 3));
      store<u8>(image + <usize>(y * IMAGE_SIDE + column + right), <u8><i32>(grey * 255));
    }
  }
}
