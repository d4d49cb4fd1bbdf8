/**
 * `deno task data [SOURCE…]`: downloads data sets, verifies them, and lists what is there.
 *
 * @module
 */
import { hasBookWeights, obtainBookWeights } from "../lib/data/sets/book_weights.ts";
import { find, obtain } from "../lib/data/sets/obtain.ts";
import { DATA_SETS, type DataSet, type FileSource } from "../lib/data/sets/sources.ts";
import { progress } from "../lib/notebook/progress.ts";
import { type Environment, processEnvironment } from "../lib/support/environment.ts";
import { DataError, reasonOf } from "../lib/support/errors.ts";
import { suggestion } from "../lib/support/names.ts";
import { denoCommand } from "./support/deno.ts";

const SOURCES = Object.keys(DATA_SETS);

/** The name of what is no data set, and belongs to chapters 3 and 4. */
const WEIGHTS = "book-weights";

const USAGE = `Gets data sets: from the folders that have them, or else from the network.

deno task data [SOURCE...]      without SOURCE: mnist

SOURCE is one of ${SOURCES.join(", ")}, or ${WEIGHTS}: the trained weights that
the book publishes for chapters 3 and 4. Each file is verified by its SHA-256.

  MNIST_DIR       a folder that already has the files of MNIST
  MNIST_MIRRORS   addresses to download them from, separated by commas
                  (FASHION_MNIST_..., CIFAR_10_..., BOOK_WEIGHTS_MIRRORS for the others)

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
  let wantsWeights = false;
  for (const name of args.length > 0 ? args : ["mnist"]) {
    if (name === "digits") {
      console.log("digits: nothing to download, they are drawn when they are needed.");
    } else if (name === WEIGHTS) {
      wantsWeights = true;
    } else if (isSource(name)) {
      sources.push(name);
    } else {
      const names = [...SOURCES, WEIGHTS];
      const expected = names.join(", ");
      console.error(`data: expected one of ${expected}, found ${name}${suggestion(name, names)}`);
      return 2;
    }
  }
  let code = 0;
  const report = async (getting: () => Promise<string>): Promise<void> => {
    try {
      console.log(await getting());
    } catch (error) {
      if (!(error instanceof DataError)) throw error;
      console.error(reasonOf(error));
      code = 1;
    }
  };
  const options = { verify: true, environment, progress };
  for (const source of sources) {
    await report(async () => (await obtain(DATA_SETS[source], options)).text);
  }
  if (wantsWeights) await report(() => obtainBookWeights({ progress, ...mirrorsIn(environment) }));
  for (const set of Object.values(DATA_SETS)) {
    if (!sources.includes(set.source)) console.log(await state(set, environment));
  }
  if (!wantsWeights) {
    console.log(
      await hasBookWeights()
        ? "The book's weights: from data/, SHA-256 verified."
        : `The book's weights: not here. To get them: ${denoCommand()} task data ${WEIGHTS} (1 MB)`,
    );
  }
  return code;
}

/** The addresses that the environment names for the book's weights. */
function mirrorsIn(environment: Environment): { mirrors?: readonly string[] } {
  const named = environment("BOOK_WEIGHTS_MIRRORS");
  return named === undefined ? {} : { mirrors: named.split(/[\s,]+/).filter((url) => url !== "") };
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
