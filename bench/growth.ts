/**
 * How cost grows: time against the batch size, the hidden nodes and the number of samples, with the
 * slope of a line through the logarithms; and the limits of this machine: additions and
 * multiplications in WebAssembly, and memory bandwidth.
 *
 * `deno task bench growth [--json] [--cpu] [--rounds 3]`
 */
import process from "node:process";
import { instantiate } from "../lib/tensor/kernels/wasm/instantiate.ts";
import { BINARY } from "./support/peak.ts";
import { compare, options, type Row } from "./support/turns.ts";

const given = options(), chosen = { ...given, rounds: Math.min(given.rounds, 3) };
const BATCHES = [1, 4, 16, 64, 256, 1000], HIDDEN = [16, 32, 64, 128, 256, 512];
const SAMPLES = [1000, 2000, 4000, 8000];

const rows = await compare([
  ...BATCHES.map((size) => ({ name: `growth batch ${size}`, what: `inference, batch ${size}` })),
  ...HIDDEN.map((size) => ({ name: `growth hidden ${size}`, what: `epoch, ${size} hidden nodes` })),
  ...SAMPLES.map((count) => ({
    name: `growth samples ${count}`,
    what: `numerical derivative, ${count} samples`,
  })),
], chosen);

for (
  const [what, sizes] of [["batch", BATCHES], ["hidden", HIDDEN], ["samples", SAMPLES]] as const
) {
  for (const peer of new Set(rows.map((row) => row.peer))) {
    const points = sizes.flatMap((size) => {
      const row: Row | undefined = rows.find((row) =>
        row.peer === peer && row.work.name === `growth ${what} ${size}`
      );
      return row === undefined ? [] : [[Math.log(size), Math.log(row.seconds)] as const];
    });
    if (points.length < 2) continue;
    const slope = slopeOf(points).toFixed(2);
    if (given.json) {
      console.log(
        JSON.stringify({ what: `slope ${what}`, peer, slope: Number(slope) }),
      );
    } else console.log(`${peer}: time grows with the ${what} to the power of ${slope}`);
  }
}
limits();

/** The slope of the line with the least squares. */
function slopeOf(points: readonly (readonly [x: number, y: number])[]): number {
  const mean = (k: 0 | 1) => points.reduce((sum, point) => sum + point[k], 0) / points.length;
  const [mx, my] = [mean(0), mean(1)];
  const products = points.reduce((sum, [x, y]) => sum + (x - mx) * (y - my), 0);
  return products / points.reduce((sum, [x]) => sum + (x - mx) ** 2, 0);
}

/** What this machine can do at most, in one thread. */
function limits(): void {
  const memory = new WebAssembly.Memory({ initial: 1 });
  const peak = instantiate(BINARY, memory).call("peak");
  const n = 100_000; // short calls: a long one would end before it is optimized
  const best = fastest(() => peak(n, 0.999, 0.001), 2000), flops = 12 * 4 * 2 * n / best;
  const array = new Float64Array(1 << 24), other = new Float64Array(1 << 24).fill(1);
  const copy = 2 * array.byteLength / fastest(() => array.set(other));
  const result = { wasm: flops / 1e9, bandwidth: copy / 1e9 };
  if (given.json) console.log(JSON.stringify({ what: "limits", ...result }));
  else {
    console.log(`WebAssembly, multiplications and additions: ${result.wasm.toFixed(1)} GFLOP/s`);
    console.log(`memory, reading and writing 128 MiB each: ${result.bandwidth.toFixed(1)} GB/s`);
  }
}

function fastest(work: () => void, rounds = 7): number {
  const times = Array.from({ length: rounds }, () => {
    const begin = performance.now(), used = process.cpuUsage();
    work();
    const { user, system } = process.cpuUsage(used);
    return given.cpu ? (user + system) / 1e6 : (performance.now() - begin) / 1000;
  });
  return Math.min(...times);
}
