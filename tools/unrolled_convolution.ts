/**
 * The inner loops of convolution, written out: V8 keeps sums in registers only where each has a name of
 * its own. `deno task build-kernels` adds this AssemblyScript to convolution.as.
 */

/** Windows of a tile; each has two vectors of filters: with two weights and one number, 15 registers. */
const WINDOWS = 6;
/** Vectors that a list is added to at a time. */
const GATHERED = [8, 4, 3, 2, 1];

/** Numbers of a short window, and vectors of filters, that are summed at a time. */
const OUTER = [5, 4, 1].flatMap((count) => [[count, 2], [count, 1]]);

/** AssemblyScript for all of them. */
export function unrolledConvolution(isFused: boolean): string {
  return [
    `const FUSED: bool = ${isFused};`,
    tile(),
    ...GATHERED.map(gather),
    ...OUTER.map(([count, vectors]) => outer(count, vectors)),
  ]
    .join("\n");
}

function tile(): string {
  const windows = (line: (p: number) => string, separator = "\n") => each(WINDOWS, line, separator);
  const step = (k: number) => `
      w0 = v128.load(w, ${32 * k}), w1 = v128.load(w, ${32 * k + 16});
${
    windows((p) =>
      `      x = v128.load32_splat(a${p}, ${4 * k}); ` +
      `s${p}0 = madd(x, w0, s${p}0); s${p}1 = madd(x, w1, s${p}1);`
    )
  }`;
  return `
/** y = h(b + a·W) for ${WINDOWS} windows and eight filters; \`w\` begins with b. */
function tile(
  ${windows((p) => `a${p}: usize`, ", ")},
  runs: i32, run: i32, pitch: usize, w: usize, rectified: bool, ${
    windows((p) => `y${p}: usize`, ", ")
  },
): void {
  let w0 = v128.load(w), w1 = v128.load(w, 16), x = w0;
  let ${windows((p) => `s${p}0 = w0, s${p}1 = w1`, ", ")};
  w += 32;
  const gap = pitch - <usize>run * 4, four = <usize>(run & ~3) * 4, rest = <usize>(run & 3) * 4;
  for (; runs > 0; runs--) {
    for (const end = a0 + four; a0 < end;) {${each(4, step)}
      ${windows((p) => `a${p} += 16`, ", ")}, w += 128;
    }
    for (const end = a0 + rest; a0 < end;) {${step(0)}
      ${windows((p) => `a${p} += 4`, ", ")}, w += 32;
    }
    ${windows((p) => `a${p} += gap`, ", ")};
  }
  if (rectified) {
    x = f32x4.splat(0);
${windows((p) => each(2, (j) => `    s${p}${j} = v128.andnot(s${p}${j}, f32x4.lt(s${p}${j}, x));`))}
  }
${windows((p) => each(2, (j) => `  v128.store(y${p}, s${p}${j}, ${16 * j});`))}
}`;
}

function gather(count: number): string {
  return `
/** c += Σ value · row of b, for ${count} vectors. */
function gather${count}(from: usize, end: usize, b: usize, c: usize): void {
  let ${each(count, (k) => `s${k} = v128.load(c, ${16 * k})`, ", ")};
  for (; from < end; from += 8) {
    const value = v128.load32_splat(from, 4), r = b + load<u32>(from);
${each(count, (k) => `    s${k} = madd(value, v128.load(r, ${16 * k}), s${k});`)}
  }
${each(count, (k) => `  v128.store(c, s${k}, ${16 * k});`)}
}`;
}

function outer(count: number, vectors: number): string {
  const all = (line: (k: number, v: number) => string, separator = "\n") =>
    each(count, (k) => each(vectors, (v) => line(k, v), separator), separator);
  return `
/** Rows of dw += Σ number · gradients, for ${count} numbers of each window and ${vectors} · 4 filters. */
function outer${count}x${vectors}(
  x: usize, inner: i32, pixels: i32, dy: usize, y: usize, filters: i32, dw: usize, width: usize, db: usize,
): void {
  const zero = f32x4.splat(0), step = <usize>filters * 4, hasY = y != 0;
  let ${each(vectors, (v) => `d${v} = zero, sum${v} = zero`, ", ")}, value = zero;
  let ${all((k, v) => `s${k}${v} = v128.load(dw + ${k} * width, ${16 * v})`, ", ")};
  for (; pixels > 0; pixels--, x += <usize>inner * 4, dy += step, y += step) {
${each(vectors, (v) => `    d${v} = v128.load(dy, ${16 * v});`)}
    if (hasY) {
${
    each(
      vectors,
      (v) => `      d${v} = v128.and(d${v}, f32x4.gt(v128.load(y, ${16 * v}), f32x4.splat(0)));`,
    )
  }
    }
${each(vectors, (v) => `    sum${v} = f32x4.add(sum${v}, d${v});`)}
${
    each(count, (k) =>
      `    value = v128.load32_splat(x, ${4 * k}); ` +
      each(vectors, (v) => `s${k}${v} = madd(value, d${v}, s${k}${v});`, " "))
  }
  }
${all((k, v) => `  v128.store(dw + ${k} * width, s${k}${v}, ${16 * v});`)}
  if (db != 0) {
${
    each(vectors, (v) =>
      `    v128.store(db, f32x4.add(v128.load(db, ${16 * v}), sum${v}), ${16 * v});`)
  }
  }
}`;
}

function each(count: number, line: (k: number) => string, separator = "\n"): string {
  return Array.from({ length: count }, (_, k) => line(k)).join(separator);
}
