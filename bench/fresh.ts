/**
 * Fresh processes, in turns: time and peak memory of the import, of loading MNIST from the four .gz
 * (verified by SHA-256), and of two epochs of chapter 07's training; then the first cell of a
 * notebook, on a kernel that has just started.
 *
 * `deno task bench fresh [--json] [--rounds 7]`; MNIST_DIR names the folder with the files. Peak memory
 * is known on Linux and macOS only.
 */
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { projectPath, projectRoot } from "../lib/support/paths.ts";
import { Client } from "../tools/jupyter/client.ts";
import { Kernel } from "../tools/jupyter/kernel_process.ts";
import { makeEnvironment } from "./support/environments.ts";
import { median } from "./support/report.ts";
import { options } from "./support/turns.ts";

const { json, rounds } = options();
const env = {
  MNIST_DIR: Deno.env.get("MNIST_DIR") ?? projectPath("data/mnist"),
  OPENBLAS_NUM_THREADS: "1",
};

/** What a process prints, and how long it took from outside. */
interface Run {
  readonly seconds: number;
  readonly peak: number;
  readonly wall: number;
}

const script = (name: string) => fileURLToPath(new URL(`fresh/${name}`, import.meta.url));
const config = join(projectRoot, "deno.json");
const peers: readonly (readonly [name: string, command: readonly string[]])[] = [
  ["ours", [Deno.execPath(), "run", "-A", "-q", "--config", config, script("ours.ts")]],
  ["NumPy", [await makeEnvironment("numpy"), script("numpy_fresh.py")]],
];

for (
  const [work, what] of [
    ["import", "import"],
    ["load", "import, and MNIST from the four .gz"],
    ["train", "the same, and two epochs of chapter 07"],
  ] as const
) {
  const runs = new Map<string, Run[]>(peers.map(([name]) => [name, []]));
  for (let round = 0; round <= rounds; round++) {
    for (const [name, command] of peers) {
      const run = await measure([...command, work]);
      if (round > 0) runs.get(name)?.push(run); // the first round fills the caches of the disk
    }
  }
  for (const [name, list] of runs) {
    const of = (key: keyof Run) => median(list.map((run) => run[key]));
    print(what, name, of("seconds"), of("wall"), of("peak"));
  }
}

const cells: number[] = [];
for (let round = 0; round < Math.min(rounds, 5); round++) cells.push(await firstCell());
print("first cell: import and loadMnist, warm kernel", "ours", median(cells), NaN, NaN);

function print(what: string, peer: string, seconds: number, wall: number, peak: number): void {
  if (json) return console.log(JSON.stringify({ what, peer, seconds, wall, peak }));
  const whole = Number.isNaN(wall) ? "" : `, the whole process ${wall.toFixed(3)} s`;
  const memory = Number.isNaN(peak) ? "" : `, peak ${peak.toFixed(0)} MiB`;
  console.log(`${what.padEnd(48)} ${peer.padEnd(6)} ${seconds.toFixed(3)} s${whole}${memory}`);
}

async function measure([command, ...args]: readonly string[]): Promise<Run> {
  const begin = performance.now();
  const { success, stdout, stderr } = await new Deno.Command(command, { args, env }).output();
  const wall = (performance.now() - begin) / 1000,
    text = (b: Uint8Array) => new TextDecoder().decode(b);
  if (!success) throw new Error(`bench: ${command} failed: ${text(stderr).slice(-800)}`);
  const { seconds, peak } = JSON.parse(text(stdout).trim().split("\n").at(-1) ?? "");
  return { seconds, peak, wall };
}

/** Seconds of the first cell in a kernel that has run a cell without imports. */
async function firstCell(): Promise<number> {
  const { kernel, greeted: client } = await Kernel.start(
    { cwd: projectPath("notebooks"), env },
    (kernel, signal) => Client.connect(kernel.connection, signal),
  );
  try {
    await client.execute("1 + 1", true, () => {});
    const begin = performance.now();
    const { status, evalue } = await client.execute(
      'import { loadMnist } from "mnist";\nconst { xTrain, xTest } = await loadMnist({ source: "mnist" });\n' +
        "if (xTrain.size + xTest.size !== 70_000 * 784) throw new Error();",
      true,
      () => {},
    );
    if (status !== "ok") throw new Error(`bench: expected the cell to run, found ${evalue}`);
    return (performance.now() - begin) / 1000;
  } finally {
    client.close();
    await kernel.kill();
  }
}
