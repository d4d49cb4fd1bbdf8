/**
 * `deno task playground`: the page of the playground as one file, which needs neither a kernel nor a
 * network.
 *
 * @module
 */
import { basename, extname, relative } from "node:path";
import { parseArgs } from "node:util";
import { loadWeights, readArrays, SAMPLE_SHAPES } from "../lib/data/weights.ts";
import { ARCHITECTURE } from "../lib/model/architecture.ts";
import { loadModel } from "../lib/model/files.ts";
import type { Model } from "../lib/model/model.ts";
import { courseNetworks } from "../lib/playground/course_networks.ts";
import { sampleModel } from "../lib/playground/networks.ts";
import { playgroundPage } from "../lib/playground/page.ts";
import { DataError } from "../lib/support/errors.ts";
import { projectPath } from "../lib/support/paths.ts";
import { exitWith, fromCaller } from "./support/command.ts";
import { writeWhole } from "./support/write_file.ts";

/** The most bytes of a page, so that it can be sent to a phone. */
export const MOST_BYTES = 2_000_000;

const USAGE = `Writes a page on which one draws digits, and networks read them.

deno task playground [options]

  --weights FILE   a network of your own, as saveModel writes it, or weights as
                   those of chapter 3; it is the first of the list in the page
  --out FILE       write the page to this file (default: runs/playground.html)
  --help           print this

The file needs no network and nothing beside it: open it in a browser, or send it
to a phone. It holds the networks of chapters 9, 7 and 3, as far as ${MOST_BYTES / 1e6} MB allow.`;

/** The network in a file: a model, or the six weights of chapter 3. */
async function networkIn(path: string): Promise<Model> {
  const { metadata } = await readArrays(path);
  if (metadata?.[ARCHITECTURE]?.startsWith("{")) return await loadModel(path);
  return sampleModel(await loadWeights(path, SAMPLE_SHAPES));
}

/**
 * The page of the playground, at most {@link MOST_BYTES} long: with a large network of one's own,
 * networks of the course are left out.
 * @param weights the path of a network of one's own, which comes first.
 * @returns the HTML, and the names of the networks in it.
 * @throws DataError for a file that holds no network, or one that is too large; RangeError for a
 *   network that cannot read drawings.
 */
export async function coursePlayground(
  weights?: string,
): Promise<{ html: string; names: string[] }> {
  const own = weights === undefined
    ? {}
    : { [`Yours: ${basename(weights, extname(weights))}`]: await networkIn(weights) };
  const course = Object.entries(await courseNetworks());
  const fewest = weights === undefined ? 1 : 0;
  for (let count = course.length; count >= fewest; count--) {
    // The largest one, of chapter 9, is the first to go.
    const networks = { ...own, ...Object.fromEntries(course.slice(course.length - count)) };
    const html = await playgroundPage(networks);
    if (html.length <= MOST_BYTES) return { html, names: Object.keys(networks) };
  }
  throw new DataError(
    `${weights}: expected a network whose page has at most ${MOST_BYTES} bytes, found a larger one: ` +
      "train one with fewer weights",
  );
}

async function main(args: string[]): Promise<number> {
  const { values } = parseArgs({
    args,
    options: {
      weights: { type: "string" },
      out: { type: "string" },
      help: { type: "boolean", short: "h", default: false },
    },
  });
  if (values.help) {
    console.log(USAGE);
    return 0;
  }
  const out = values.out === undefined
    ? projectPath("runs/playground.html")
    : fromCaller(values.out);
  const weights = values.weights === undefined ? undefined : fromCaller(values.weights);
  const { html, names } = await coursePlayground(weights);
  await writeWhole(out, html);
  console.log(`${relative(fromCaller("."), out)}  ${(html.length / 1e6).toFixed(1)} MB`);
  console.log(`Networks: ${names.join("; ")}`);
  return 0;
}

if (import.meta.main) await exitWith(main);
