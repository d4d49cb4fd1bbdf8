/**
 * The inner loops of the products, written out: V8 keeps sums in registers only where each has a name
 * of its own. `deno task build-kernels` adds this AssemblyScript to kernels.as.
 */

/** Columns are summed so many vectors at a time, whichever wastes least: see `widest`. */
const GATHERED = [13, 11, 8, 7, 4, 3, 1];
const SCATTERED = [8, 4, 1];
/** Rows and vectors of columns of a tile of the dense product. */
const TILES = [[4, 2], [4, 1]];

/** AssemblyScript for all of them. */
export function unrolledKernels(): string {
  return [
    ...GATHERED.map(gather),
    dispatch("gatherBlock", GATHERED, "b"),
    ...SCATTERED.map(scatter),
    ...TILES.map(([rows, vectors]) => tile(rows, vectors)),
    `/** The compress order for each of the 16 ways in which four numbers can be 0. */
const FRONT = memory.data<u8>([${shuffles()}]);`,
  ].join("\n");
}

function gather(count: number): string {
  return `
/** c = Σ value · row of b, for ${count} vectors of columns. */
function gather${count}<T>(from: usize, end: usize, b: usize, c: usize): void {
  let ${each(count, (k) => `s${k} = v128.splat<T>(0)`, ", ")};
  for (; from < end; from += 2 * sizeof<T>()) {
    const w = v128.load_splat<T>(from, sizeof<T>()), r = b + load<u32>(from);
${each(count, (k) => `    s${k} = v128.add<T>(s${k}, v128.mul<T>(w, v128.load(r, ${16 * k})));`)}
  }
${each(count, (k) => `  v128.store(c, s${k}, ${16 * k});`)}
}`;
}

function scatter(count: number): string {
  return `
/** Row of c += value · d, for ${count} vectors of columns. */
function scatter${count}<T>(from: usize, end: usize, d: usize, c: usize): void {
  const ${each(count, (k) => `d${k} = v128.load(d, ${16 * k})`, ", ")};
  for (; from < end; from += 2 * sizeof<T>()) {
    const w = v128.load_splat<T>(from, sizeof<T>()), r = c + load<u32>(from);
${
    each(
      count,
      (k) =>
        `    v128.store(r, v128.add<T>(v128.load(r, ${16 * k}), v128.mul<T>(w, d${k})), ${
          16 * k
        });`,
    )
  }
  }
}`;
}

/**
 * A product of a few rows and vectors of columns, two numbers of each row at a time. Its 8 sums, 4
 * vectors of b, 2 of a and a product are the 15 vectors for which V8 has registers; with a tile of 4 × 3,
 * two sums were on the stack, and it took 1.3 times as long.
 */
function tile(rows: number, vectors: number): string {
  const sums = (f: (row: number, vector: number) => string, separator = "\n") =>
    each(rows, (i) => each(vectors, (j) => f(i, j), separator), separator);
  const multiply = (i: number, k: number) =>
    each(vectors, (j) => `    s${i}${j} = v128.add<T>(s${i}${j}, v128.mul<T>(w, b${k}${j}));`);
  const loads = (k: number) => each(vectors, (j) => `b${k}${j} = v128.load(b, ${16 * j})`, ", ");
  const row = (i: number) => i === 0 ? "a" : `a + a${i}`;
  return `
/** c = a·b for ${rows} rows and ${vectors} vectors of columns; rows are \`aStep\` and \`step\` bytes apart. */
function tile${rows}x${vectors}<T>(a: usize, aStep: usize, inner: i32, b: usize, c: usize, step: usize): void {
  let ${sums((i, j) => `s${i}${j} = v128.splat<T>(0)`, ", ")};
  const ${each(rows - 1, (i) => `a${i + 1} = aStep * ${i + 1}`, ", ")};
  for (const end = a + <usize>(inner & ~1) * sizeof<T>(); a < end; a += 2 * sizeof<T>(), b += step) {
    const ${loads(0)};
    b += step;
    const ${loads(1)};
    let two: v128, w: v128;
${
    each(rows, (i) =>
      `    two = sizeof<T>() == 4 ? v128.load64_splat(${row(i)}) : v128.load(${row(i)});
    w = first<T>(two);
${multiply(i, 0)}
    w = second<T>(two);
${multiply(i, 1)}`)
  }
  }
  if (inner & 1) {
    const ${loads(0)};
    let w: v128;
${each(rows, (i) => `    w = v128.load_splat<T>(${row(i)});\n${multiply(i, 0)}`)}
  }
${
    each(rows, (i) =>
      each(vectors, (j) => `  v128.store(c, s${i}${j}, ${16 * j});`) +
      (i === rows - 1 ? "" : "\n  c += step;"))
  }
}`;
}

/** Calls the function for a number of vectors. */
function dispatch(name: string, counts: readonly number[], operand: string): string {
  return `
/** gatherN for N = \`vectors\`. */
@inline
function ${name}<T>(vectors: i32, from: usize, end: usize, ${operand}: usize, c: usize): void {
  switch (vectors) {
${
    each(counts.length, (k) =>
      `    case ${counts[k]}: gather${counts[k]}<T>(from, end, ${operand}, c); break;`)
  }
  }
}
/** The number of vectors that sums \`count\` vectors of columns with the least work. */
function widest(count: i32): i32 {
  let best: i32 = 1, least: i32 = count * 7;
${
    each(counts.length, (k) => {
      const n = counts[k], work = 2 * n + 5; // in each pass the list is read anew
      return `  if (count >= ${n} && (count + ${n - 1}) / ${n} * ${work} < least) { best = ${n}; ` +
        `least = (count + ${n - 1}) / ${n} * ${work}; }`;
    })
  }
  return best;
}`;
}

/** Which bytes of a vector go to the front: those of the numbers that a mask names. */
function shuffles(): string {
  return each(16, (mask) => {
    const lanes = [0, 1, 2, 3].filter((lane) => mask >> lane & 1);
    const padded = [...lanes, 0, 0, 0, 0].slice(0, 4);
    return padded.flatMap((lane) => [0, 1, 2, 3].map((byte) => 4 * lane + byte)).join(", ");
  }, ", ");
}

function each(count: number, line: (k: number) => string, separator = "\n"): string {
  return Array.from({ length: count }, (_, k) => line(k)).join(separator);
}
