/**
 * `deno task data [SOURCE…]`: downloads data sets, verifies them, and lists what is there.
 *
 * @module
 */
import { find, obtain } from "../lib/data/sets/obtain.ts";
import { DATA_SETS, type DataSet, type FileSource } from "../lib/data/sets/sources.ts";
import { progress } from "../lib/notebook/progress.ts";
import { type Environment, processEnvironment } from "../lib/support/environment.ts";
import { DataError, reasonOf } from "../lib/support/errors.ts";
import { suggestion } from "../lib/support/names.ts";
import { denoCommand } from "./support/deno.ts";

const SOURCES = Object.keys(DATA_SETS);

const USAGE = `Gets data sets: from the folders that have them, or else from the network.

deno task data [SOURCE...]      without SOURCE: mnist

SOURCE is one of ${SOURCES.join(", ")}. Each file is verified by its SHA-256.

  MNIST_DIR       a folder that already has the files of MNIST
  MNIST_MIRRORS   addresses to download them from, separated by commas
                  (FASHION_MNIST_..., CIFAR_10_... for the others)

  --help          print this`;

function isSource(name: string): name is FileSource {
  return SOURCES.includes(name);
}

/**
 * Runs the command.
 * @param args sources, or `--help`.
 * @param environment where folders and mirrors may be named.
 * @returns the exit code: 0 if everything is there, 1 if something is unavailable, 2 for an unknown
 * name.
 */
export async function data(
  args: readonly string[],
  environment: Environment = processEnvironment,
): Promise<number> {
  if (args.includes("--help") || args.includes("-h")) {
    console.log(USAGE);
    return 0;
  }
  const sources: FileSource[] = [];
  for (const name of args.length > 0 ? args : ["mnist"]) {
    if (name === "digits") {
      console.log("digits: nothing to download, they are drawn when they are needed.");
    } else if (isSource(name)) {
      sources.push(name);
    } else {
      const expected = SOURCES.join(", ");
      console.error(`data: expected one of ${expected}, found ${name}${suggestion(name, SOURCES)}`);
      return 2;
    }
  }
  let code = 0;
  for (const source of sources) {
    try {
      const { text } = await obtain(DATA_SETS[source], { verify: true, environment, progress });
      console.log(text);
    } catch (error) {
      if (!(error instanceof DataError)) throw error;
      console.error(reasonOf(error));
      code = 1;
    }
  }
  for (const set of Object.values(DATA_SETS)) {
    if (!sources.includes(set.source)) console.log(await state(set, environment));
  }
  return code;
}

/** What this machine has of a set, in a line. */
async function state(set: DataSet, environment: Environment): Promise<string> {
  const { obtained, misses } = await find(set, true, environment);
  if (obtained !== undefined) return obtained.text;
  const damaged = misses.some(({ error }) => error.isDamaged);
  const [named, own] = misses; // if the environment names a folder
  const why = own === undefined
    ? ""
    : ` (${named.name}: ${named.error.message.replaceAll("\n", "; ")})`;
  const megabytes = set.files.reduce((sum, { bytes }) => sum + bytes, 0) / 1e6;
  return `${set.title}: ${damaged ? "damaged" : "not here"}${why}. To get it: ${denoCommand()} ` +
    `task data ${set.source} (${Math.ceil(megabytes)} MB)`;
}

if (import.meta.main) Deno.exit(await data(Deno.args));
