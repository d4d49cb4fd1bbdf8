/** Peers do the same work in turns, so that a busy moment of the machine meets all of them. */
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { SAMPLE_SHAPES } from "../../lib/data/weights.ts";
import { loadMnist, randn, Random } from "../../lib/mod.ts";
import {
  ENVIRONMENTS,
  makeEnvironment,
  makeNpmFolder,
  npmFolder,
  pythonOf,
} from "./environments.ts";
import { type Command, type Measure, Peer } from "./peer.ts";
import { median } from "./report.ts";

/** One row of a table. */
export interface Work {
  /** As the peers call it. */
  readonly name: string;
  /** What it is, for people. */
  readonly what: string;
  /** How many times as fast as NumPy it must be, and should be. */
  readonly must?: number;
  readonly goal?: number;
}

/** What the command line says. */
export interface Options {
  readonly json: boolean;
  /** Whether more than NumPy is installed and measured. */
  readonly peers: boolean;
  /** Whether processor time counts, not the clock: on a machine that others use, too. */
  readonly cpu: boolean;
  readonly rounds: number;
  /** The only peers to measure beside the course, by parts of their names. */
  readonly only: readonly string[];
}

/** Reads the options that all scripts share. */
export function options(): Options {
  const { values } = parseArgs({
    options: {
      json: { type: "boolean", default: false },
      peers: { type: "boolean", default: false },
      cpu: { type: "boolean", default: false },
      rounds: { type: "string", default: "7" },
      only: { type: "string", default: "" },
    },
  });
  return { ...values, rounds: Number(values.rounds), only: values.only.split(",") };
}

/** The times of one peer for one work. */
export interface Row {
  readonly work: Work;
  readonly peer: string;
  /** The median, or the least processor time. */
  readonly seconds: number;
  /** NumPy's time divided by this one. */
  readonly ratio: number;
}

/**
 * Lets all peers do the works in turns, checks that they agree, and prints a row for each.
 * @throws Error when answers differ.
 */
export async function compare(
  works: readonly Work[],
  { json, peers: withPeers, cpu, rounds, only }: Options,
): Promise<Row[]> {
  const folder = await writeData();
  const peers: Peer[] = [], rows: Row[] = [];
  try {
    for (const command of await commands(withPeers)) {
      const env = { ...command.env, BENCH_DATA: folder };
      try {
        const peer = await Peer.start({ ...command, env });
        const isWanted = peer.name.startsWith("ours") ||
          only.some((part) => peer.name.includes(part));
        if (isWanted) peers.push(peer);
        else await peer.close();
      } catch (error) {
        console.error(`${error instanceof Error ? error.message : error}: it is left out`);
      }
    }
    for (const work of works) {
      const able = peers.filter((peer) => peer.works.includes(work.name));
      const measures = new Map<Peer, Measure[]>(able.map((peer) => [peer, []]));
      for (let round = 0; round <= rounds; round++) {
        for (const [peer, list] of measures) {
          const measure = await peer.do(work.name).catch(() => undefined);
          if (measure === undefined) {
            console.error(`bench: ${peer.name} ended during "${work.what}": it is left out`);
            measures.delete(peer);
          } else if (round > 0) list.push(measure); // the first round warms up
        }
      }
      agree(work, measures);
      const time = (list: readonly Measure[]) =>
        cpu ? Math.min(...list.map((m) => m.cpu)) : median(list.map((m) => m.seconds));
      const numpy = [...measures].find(([{ name }]) => name.startsWith("NumPy"))?.[1];
      for (const [{ name }, list] of measures) {
        const seconds = time(list), ratio = numpy === undefined ? NaN : time(numpy) / seconds;
        rows.push({ work, peer: name, seconds, ratio });
        print(rows[rows.length - 1], json);
      }
    }
  } finally {
    for (const peer of peers) await peer.close();
    await Deno.remove(folder, { recursive: true });
  }
  return rows;
}

function print({ work: { what, must, goal }, peer, seconds, ratio }: Row, json: boolean): void {
  if (json) return console.log(JSON.stringify({ what, peer, seconds, ratio, must, goal }));
  const isOurs = peer.startsWith("ours");
  const wanted = isOurs && must !== undefined ? `, must ${must} ×, goal ${goal} ×` : "";
  const times = Number.isFinite(ratio) ? `${ratio.toPrecision(3)} × NumPy${wanted}` : "";
  console.log(
    `${what.padEnd(58)} ${peer.padEnd(28)} ${milliseconds(seconds).padStart(10)}  ${times}`,
  );
}

function milliseconds(seconds: number): string {
  return `${(seconds * 1000).toPrecision(4)} ms`;
}

/** Predictions may differ in one image of a thousand, by rounding; losses of an epoch by a fifth. */
function agree({ name }: Work, measures: ReadonlyMap<Peer, readonly Measure[]>): void {
  const answers = [...measures].map(([peer, list]) => [peer.name, list[0].answer] as const);
  const [first, expected] = answers[0];
  for (const [peer, answer] of answers) {
    const isSame = typeof expected === "string" && typeof answer === "string"
      ? [...expected].filter((digit, i) => digit !== answer[i]).length <= expected.length / 1000
      : Array.isArray(expected) && Array.isArray(answer)
      ? Math.abs(answer[1] - expected[1]) < 0.03
      : answer === expected;
    if (isSame) continue;
    throw new Error(`bench: expected the answers of ${first} for ${name}, found others of ${peer}`);
  }
}

async function commands(withPeers: boolean): Promise<Command[]> {
  const script = (name: string) => fileURLToPath(new URL(`../peers/${name}`, import.meta.url));
  const deno = (args: readonly string[]) => ({
    command: Deno.execPath(),
    args: ["run", "-A", "-q", ...args],
  });
  const list: Command[] = [
    deno([script("ours.ts")]),
    { command: await makeEnvironment("numpy"), args: [script("numpy_peer.py")] },
  ];
  if (!withPeers) return list;
  for (const environment of ENVIRONMENTS) {
    await makeEnvironment(environment).catch((error) => console.error(error.message));
  }
  await makeNpmFolder().catch((error) => console.error(error.message));
  const [jax, tensorflow, torch, node] = [
    pythonOf("jax"),
    pythonOf("tensorflow"),
    pythonOf("torch"),
    npmFolder(),
  ];
  if (torch !== undefined) list.push({ command: torch, args: [script("torch_peer.py")] });
  if (jax !== undefined) {
    list.push({ command: jax, args: [script("onnxruntime_peer.py")] });
    const env = { KERAS_BACKEND: "jax" };
    list.push({ command: jax, args: [script("keras_peer.py")], env });
  }
  if (tensorflow !== undefined) {
    const env = { KERAS_BACKEND: "tensorflow" };
    list.push({ command: tensorflow, args: [script("keras_peer.py")], env });
  }
  if (node !== undefined) {
    const flags = ["--no-lock", "--no-config"];
    list.push({ ...deno([...flags, script("tfjs_peer.mjs")]), cwd: node });
  }
  return list;
}

/** MNIST as bytes, and the weights of 784-50-100-10, for all peers. */
async function writeData(): Promise<string> {
  const folder = await Deno.makeTempDir({ prefix: "bench-" });
  const { xTrain, tTrain, xTest } = await loadMnist({ source: "mnist", normalize: false });
  const write = (name: string, data: ArrayLike<number>) =>
    Deno.writeFile(join(folder, name), Uint8Array.from(data));
  await write("train_images.u8", xTrain.data);
  await write("train_labels.u8", tTrain.data);
  await write("test_images.u8", xTest.data);
  const random = new Random(1);
  for (const [name, shape] of Object.entries<readonly number[]>(SAMPLE_SHAPES)) {
    const scale = shape.length === 2 ? 0.1 : 1;
    const numbers = Float32Array.from(randn(shape, random).mul(scale).data);
    await Deno.writeFile(join(folder, `${name}.f32`), new Uint8Array(numbers.buffer));
  }
  return folder;
}
