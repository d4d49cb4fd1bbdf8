// One training step of the lecture's network, float64, two hidden nodes at a time.
//
// `deno task build-kernels` compiles this file to binary.ts beside it. The formulas are those of
// `algebraicDerivative` in ../derivatives.ts, where they are derived; the results agree to 1e-12.
//
// Rows of `hidden` numbers are padded to an even length with zeros. W3 is kept transposed, [O, H], so
// that neighbouring hidden nodes are neighbours in memory.

const NUDGE: f64 = 1e-4;
const DELTA: f64 = 1e-7;

// V8 builds the splat of a constant again at every use; a load from a fixed address is cheaper.
const CONSTANTS = memory.data<f64>([
  1, 1, 0.5, 0.5, 1.0 / 6, 1.0 / 6, 1.0 / 24, 1.0 / 24, 1.0 / 3, 1.0 / 3, 0.2, 0.2, DELTA, DELTA,
]);
@inline function one(): v128 { return v128.load(CONSTANTS); }
@inline function half(): v128 { return v128.load(CONSTANTS, 16); }
@inline function sixth(): v128 { return v128.load(CONSTANTS, 32); }
@inline function twentyFourth(): v128 { return v128.load(CONSTANTS, 48); }
@inline function third(): v128 { return v128.load(CONSTANTS, 64); }
@inline function fifth(): v128 { return v128.load(CONSTANTS, 80); }
@inline function delta(): v128 { return v128.load(CONSTANTS, 96); }
@inline function add(a: v128, b: v128): v128 { return f64x2.add(a, b); }
@inline function sub(a: v128, b: v128): v128 { return f64x2.sub(a, b); }
@inline function mul(a: v128, b: v128): v128 { return f64x2.mul(a, b); }

// ---- Where everything is; `layout` decides.

let inputs: i32 = 0, hidden: i32 = 0, outputs: i32 = 0;
/** Bytes of a padded row of `hidden` numbers. */
let ROW: usize = 0;
/** What the host fills and reads: W2 [I, H], b2 [H], W3 transposed [O, H], b3 [O]. */
export let W2: usize = 0, b2: usize = 0, W3: usize = 0, b3: usize = 0;
/** x [256] and (e^-δx - 1, e^δx - 1) [257, 2] for each grey, the last for a nudge of a bias. */
export let greys: usize = 0, powers: usize = 0;
/** The pixels of the samples to be trained. */
export let pixels: usize = 0;
/** x [I], and for each pixel the number of its grey in order of appearance, u8 [I]. */
let x: usize = 0, places: usize = 0;
/** For each grey of the sample its powers [256, 2], -Σ x over its pixels [256], the step of W2 [256, H]. */
let steps: usize = 0, sums: usize = 0, slopes: usize = 0;
/** Sums and answers of the hidden nodes, 1 - a2 and a2(1 - a2), [H] each. */
let z2: usize = 0, a2: usize = 0, v2: usize = 0, av: usize = 0;
/** Sums of the outputs [O], and c and q (see `hiddenSlopes`), twice each, [O, 4]. */
let z3: usize = 0, cq: usize = 0;
/** 1 + the place of each grey that was seen, u16 [256]; zeros between two samples. */
let seen: usize = 0;

/** Places everything for a network of this size, zeros at first; returns the end. */
export function layout(I: i32, H: i32, O: i32, samples: i32): usize {
  let at: usize = __heap_base;
  inputs = I; hidden = H; outputs = O; ROW = <usize>((H + 1) & ~1) << 3;
  W2 = at; at += <usize>I * ROW;
  b2 = at; at += ROW;
  W3 = at; at += <usize>O * ROW;
  b3 = at; at += <usize>((O + 1) & ~1) << 3;
  greys = at; at += 256 * 8;
  powers = at; at += 257 * 16 + 16;
  x = at; at += <usize>((I + 1) & ~1) << 3;
  places = at; at += <usize>((I + 15) & ~15);
  steps = at; at += 256 * 16;
  sums = at; at += 256 * 8;
  slopes = at; at += 256 * ROW;
  z2 = at; at += ROW; a2 = at; at += ROW; v2 = at; at += ROW; av = at; at += ROW;
  z3 = at; at += <usize>((O + 1) & ~1) << 3;
  cq = at; at += <usize>O * 32;
  seen = at; at += 512;
  pixels = at; at += <usize>((I * samples + 15) & ~15);
  if (at <= <usize>memory.size() << 16) memory.fill(W2, 0, at - W2);
  return at;
}

/** z = b + Σₙ x[n]·rows[n] for one vector of two columns, …four, …seven; z may be b. */
@inline
function times1(x: usize, n: i32, rows: usize, b: usize, z: usize): void {
  let s0 = v128.load(b);
  for (const end = x + (<usize>n << 3); x < end; x += 8, rows += ROW) s0 = add(s0, mul(v128.load64_splat(x), v128.load(rows)));
  v128.store(z, s0);
}
@inline
function times4(x: usize, n: i32, rows: usize, b: usize, z: usize): void {
  let s0 = v128.load(b), s1 = v128.load(b, 16), s2 = v128.load(b, 32), s3 = v128.load(b, 48);
  for (const end = x + (<usize>n << 3); x < end; x += 8, rows += ROW) {
    const v = v128.load64_splat(x);
    s0 = add(s0, mul(v, v128.load(rows)));
    s1 = add(s1, mul(v, v128.load(rows, 16)));
    s2 = add(s2, mul(v, v128.load(rows, 32)));
    s3 = add(s3, mul(v, v128.load(rows, 48)));
  }
  v128.store(z, s0);
  v128.store(z, s1, 16);
  v128.store(z, s2, 32);
  v128.store(z, s3, 48);
}
@inline
function times8(x: usize, n: i32, rows: usize, b: usize, z: usize): void {
  let s0 = v128.load(b), s1 = v128.load(b, 16), s2 = v128.load(b, 32), s3 = v128.load(b, 48);
  let s4 = v128.load(b, 64), s5 = v128.load(b, 80), s6 = v128.load(b, 96), s7 = v128.load(b, 112);
  for (const end = x + (<usize>n << 3); x < end; x += 8, rows += ROW) {
    const v = v128.load64_splat(x);
    s0 = add(s0, mul(v, v128.load(rows)));
    s1 = add(s1, mul(v, v128.load(rows, 16)));
    s2 = add(s2, mul(v, v128.load(rows, 32)));
    s3 = add(s3, mul(v, v128.load(rows, 48)));
    s4 = add(s4, mul(v, v128.load(rows, 64)));
    s5 = add(s5, mul(v, v128.load(rows, 80)));
    s6 = add(s6, mul(v, v128.load(rows, 96)));
    s7 = add(s7, mul(v, v128.load(rows, 112)));
  }
  v128.store(z, s0);
  v128.store(z, s1, 16);
  v128.store(z, s2, 32);
  v128.store(z, s3, 48);
  v128.store(z, s4, 64);
  v128.store(z, s5, 80);
  v128.store(z, s6, 96);
  v128.store(z, s7, 112);
}
/** z = b + x·rows for a vector x of n numbers. */
function timesPlus(x: usize, n: i32, rows: usize, b: usize, z: usize): void {
  let j: usize = 0;
  for (; j + 128 <= ROW; j += 128) times8(x, n, rows + j, b + j, z + j);
  for (; j + 64 <= ROW; j += 64) times4(x, n, rows + j, b + j, z + j);
  for (; j < ROW; j += 16) times1(x, n, rows + j, b + j, z + j);
}

// ---- The sample's way through the network.

/** a2 = sigmoid(z2), v2 = 1 - a2 without its rounding, av = a2·v2. */
function answerHidden(): void {
  for (let j: usize = 0; j < <usize>hidden << 3; j += 8) {
    const z = load<f64>(z2 + j), a = 1 / (1 + Math.exp(-z)), v = 1 / (1 + Math.exp(z));
    store<f64>(a2 + j, a);
    store<f64>(v2 + j, v);
    store<f64>(av + j, a * v);
  }
}

/** z3 = a2·W3 + b3. */
function sumOutputs(): void {
  for (let k: usize = 0; k < <usize>outputs; k++) {
    let sum = load<f64>(b3 + (k << 3));
    const row = W3 + k * ROW;
    for (let j: usize = 0; j < <usize>hidden << 3; j += 8) sum += load<f64>(a2 + j) * load<f64>(row + j);
    store<f64>(z3 + (k << 3), sum);
  }
}

/** c and q of each output, for `hiddenSlopes` and `outputSlope`. */
function scaleOutputs(): void {
  for (let k: usize = 0; k < <usize>outputs; k++) {
    const z = load<f64>(z3 + (k << 3)), e = Math.exp(-Math.abs(z)), at = cq + (k << 5);
    const c: f64 = z < 0 ? e : 1, q: f64 = z < 0 ? 1 : e;
    v128.store(at, f64x2.splat(c));
    v128.store(at, f64x2.splat(q), 16);
  }
}

/** The loss with the sums as they are. */
function loss(label: i32, high: f64, low: f64): f64 {
  let sum: f64 = 0;
  for (let k: i32 = 0; k < outputs; k++) {
    const y = 1 / (1 + Math.exp(-load<f64>(z3 + (<usize>k << 3)))), t = k == label ? high : low;
    sum += t * Math.log(y + DELTA) + (1 - t) * Math.log(1 - y + DELTA);
  }
  return -sum;
}

// ---- The differences of two losses.

/** log(a / b) for a next to b: 2 artanh r = 2(r + r³/3 + r⁵/5 + …) with r = (a - b) / (a + b). */
@inline
function logQuotient(a: v128, b: v128): v128 {
  const r = f64x2.div(sub(a, b), add(a, b)), q = mul(r, r);
  return mul(add(r, r), add(mul(q, add(mul(q, fifth()), third())), one()));
}

/**
 * slopes[g][j] = scale·(E(z2[j] + step) - E(z2[j] - step)) for each of `count` steps.
 *
 * An output has y + δ = a/s and 1 - y + δ = b/s with s = c + x, a = c + δs, b = x + δs, where x = q·e^-change
 * and (c, q) is (1, e^-z3) or, where that is larger than 1, (e^z3, 1). A change of z2[j] up or down changes z3[k]
 * by (m ± h)·W3[j, k], and e^-(m ± h)w = (1 - mw)·(cosh hw ∓ sinh hw), for m is of the order 10⁻⁹.
 */
function hiddenSlopes(steps: usize, count: i32, label: i32, high: f64, low: f64, scale: f64): void {
  const highs = f64x2.splat(high), lows = f64x2.splat(low), scales = f64x2.splat(scale);
  for (let g: i32 = 0, to = slopes; g < count; g++, steps += 16) {
    const up = v128.load64_splat(steps), down = v128.load64_splat(steps, 8);
    for (let j: usize = 0; j < ROW; j += 16, to += 16) {
      const v = v128.load(v2 + j), slope = f64x2.neg(v128.load(av + j));
      const changeUp = f64x2.div(mul(slope, up), add(one(), mul(v, up)));
      const changeDown = f64x2.div(mul(slope, down), add(one(), mul(v, down)));
      const m = mul(half(), add(changeUp, changeDown)), h = mul(half(), sub(changeUp, changeDown));
      let sUp = one(), sDown = one(), yesUp = one(), yesDown = one(), noUp = one(), noDown = one();
      for (let k: i32 = 0, row = W3 + j, cqAt = cq; k < outputs; k++, row += ROW, cqAt += 32) {
        const w = v128.load(row), c = v128.load(cqAt);
        const u = mul(h, w), u2 = mul(u, u), q = mul(v128.load(cqAt, 16), sub(one(), mul(m, w)));
        const even = mul(q, add(one(), mul(u2, add(half(), mul(u2, twentyFourth())))));
        const odd = mul(q, mul(u, add(one(), mul(u2, sixth()))));
        const xUp = sub(even, odd), xDown = add(even, odd);
        const s1 = add(c, xUp), s2 = add(c, xDown), d1 = mul(delta(), s1), d2 = mul(delta(), s2);
        sUp = mul(sUp, s1);
        sDown = mul(sDown, s2);
        if (k == label) { // "yes" collects what has the larger weight
          yesUp = mul(yesUp, add(c, d1));
          yesDown = mul(yesDown, add(c, d2));
          noUp = mul(noUp, add(xUp, d1));
          noDown = mul(noDown, add(xDown, d2));
        } else {
          yesUp = mul(yesUp, add(xUp, d1));
          yesDown = mul(yesDown, add(xDown, d2));
          noUp = mul(noUp, add(c, d1));
          noDown = mul(noDown, add(c, d2));
        }
      }
      const yes = logQuotient(mul(yesDown, sUp), mul(yesUp, sDown));
      const no = logQuotient(mul(noDown, sUp), mul(noUp, sDown));
      v128.store(to, mul(scales, add(mul(highs, yes), mul(lows, no))));
    }
  }
}

/** E(z3[k] + step) - E(z3[k] - step) for an output with the target t, and two steps at once. */
@inline
function outputSlope(cqAt: usize, t: f64, step: v128): v128 {
  const c = v128.load(cqAt), q = v128.load(cqAt, 16), u2 = mul(step, step);
  const even = mul(q, add(one(), mul(u2, add(half(), mul(u2, twentyFourth())))));
  const odd = mul(q, mul(step, add(one(), mul(u2, sixth()))));
  const xUp = sub(even, odd), xDown = add(even, odd);
  const s1 = add(c, xUp), s2 = add(c, xDown), d1 = mul(delta(), s1), d2 = mul(delta(), s2);
  const yes = logQuotient(mul(add(c, d2), s1), mul(add(c, d1), s2));
  const no = logQuotient(mul(add(xDown, d2), s1), mul(add(xUp, d1), s2));
  return add(mul(f64x2.splat(t), yes), mul(f64x2.splat(1 - t), no));
}

// ---- The step.

/** x, the places and powers of the greys of a sample, and -Σ x for each; returns how many greys. */
function readPixels(from: usize): i32 {
  let count: i32 = 0;
  for (let i: usize = 0; i < <usize>inputs; i++) {
    const pixel = <usize>load<u8>(from + i), value = load<f64>(greys + (pixel << 3));
    let place = <i32>load<u16>(seen + (pixel << 1)) - 1;
    if (place < 0) {
      place = count++;
      store<u16>(seen + (pixel << 1), <u16>count);
      v128.store(steps + (<usize>place << 4), v128.load(powers + (pixel << 4)));
      store<f64>(sums + (<usize>place << 3), 0);
    }
    store<u8>(places + i, <u8>place);
    store<f64>(x + (i << 3), value);
    const sum = sums + (<usize>place << 3);
    store<f64>(sum, load<f64>(sum) - value);
  }
  for (let i: usize = 0; i < <usize>inputs; i++) store<u16>(seen + (<usize>load<u8>(from + i) << 1), 0);
  return count;
}

/** The largest |w| of W3; NaN where there is one. */
function largestWeight(): f64 {
  let most = f64x2.splat(0);
  for (let at = W3, end = W3 + <usize>outputs * ROW; at < end; at += 16) most = f64x2.max(most, f64x2.abs(v128.load(at)));
  return max(f64x2.extract_lane(most, 0), f64x2.extract_lane(most, 1));
}

/**
 * Trains one sample: W2, b2, W3 and b3 in turn, each from the loss as it is then.
 * `low` is the target of all outputs but the label's, which has 1 - low.
 * @returns the loss afterwards, or -1 when weights are so large that the series would lose digits:
 *   no weight has changed then.
 */
export function train(sample: i32, label: i32, low: f64, rate: f64): f64 {
  if (!(largestWeight() * <f64>outputs <= 100)) return -1;
  const high = 1 - low, scale = rate / (2 * NUDGE), scales = f64x2.splat(scale);
  const count = readPixels(pixels + <usize>sample * <usize>inputs);
  timesPlus(x, inputs, W2, b2, z2);
  answerHidden();
  sumOutputs();
  scaleOutputs();

  hiddenSlopes(steps, count, label, high, low, scale);
  for (let i: usize = 0, row = W2; i < <usize>inputs; i++, row += ROW) {
    const slope = slopes + <usize>load<u8>(places + i) * ROW;
    for (let j: usize = 0; j < ROW; j += 16) v128.store(row + j, sub(v128.load(row + j), v128.load(slope + j)));
  }
  timesPlus(sums, count, slopes, z2, z2); // x·W2 has become smaller by Σ x·slope
  answerHidden();
  sumOutputs();
  scaleOutputs();

  hiddenSlopes(powers + 256 * 16, 1, label, high, low, scale);
  for (let j: usize = 0; j < ROW; j += 16) {
    v128.store(b2 + j, sub(v128.load(b2 + j), v128.load(slopes + j)));
    v128.store(z2 + j, sub(v128.load(z2 + j), v128.load(slopes + j)));
  }
  answerHidden();
  sumOutputs();
  scaleOutputs();

  const nudge = f64x2.splat(NUDGE);
  for (let k: i32 = 0, row = W3, cqAt = cq; k < outputs; k++, row += ROW, cqAt += 32) {
    const t = k == label ? high : low;
    for (let j: usize = 0; j < ROW; j += 16) {
      const slope = mul(scales, outputSlope(cqAt, t, mul(nudge, v128.load(a2 + j))));
      v128.store(row + j, sub(v128.load(row + j), slope));
    }
  }
  sumOutputs();
  scaleOutputs();

  for (let k: i32 = 0, cqAt = cq; k < outputs; k++, cqAt += 32) {
    const slope = scale * f64x2.extract_lane(outputSlope(cqAt, k == label ? high : low, nudge), 0), at = <usize>k << 3;
    store<f64>(b3 + at, load<f64>(b3 + at) - slope);
    store<f64>(z3 + at, load<f64>(z3 + at) - slope);
  }
  return loss(label, high, low);
}
