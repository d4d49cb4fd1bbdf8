/**
 * `deno task build-playground`: bundles the program of the playground's page, with the parts of the
 * library that it uses, into lib/playground/bundle.ts, so that a notebook can show the page
 * without a network. Deno downloads its bundler, esbuild, when this first runs.
 */
import { join } from "node:path";
import { zip } from "../lib/playground/gzip.ts";
import { projectPath, projectRoot } from "../lib/support/paths.ts";
import { deno } from "./support/deno.ts";
import { exitWith } from "./support/command.ts";

/** Where the bundle is kept. */
export const BUNDLE: string = projectPath("lib/playground/bundle.ts");

const ENTRY = "lib/playground/page/main.ts";

/**
 * The module that holds the bundle.
 * @throws {BundleError} with Deno's messages when it cannot be made.
 */
export async function buildPlayground(): Promise<string> {
  const folder = await Deno.makeTempDir({ prefix: "playground-" });
  try {
    const file = join(folder, "main.js");
    const options = ["--quiet", "--platform=browser", "--minify", "--output", file];
    const { ok, stderr } = await deno(["bundle", ...options, ENTRY], projectRoot);
    if (!ok) throw new BundleError(`deno bundle: expected a bundle of ${ENTRY}, found:\n${stderr}`);
    return await moduleOf(await Deno.readFile(file));
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

/** The bundle could not be made. */
export class BundleError extends Error {
  override name = "BundleError";
}

/** A module that holds a program, gzipped, as text. */
async function moduleOf(program: Uint8Array<ArrayBuffer>): Promise<string> {
  const lines = (await zip(program)).match(/.{1,92}/g) ?? [];
  return `/** page/main.ts, bundled by \`deno task build-playground\`: do not edit. */\n` +
    `export const PROGRAM: string =\n${lines.map((line) => `  "${line}"`).join(" +\n")};\n`;
}

if (import.meta.main) {
  await exitWith(async () => {
    const text = await buildPlayground();
    await Deno.writeTextFile(BUNDLE, text);
    console.log(`${ENTRY}: ${text.length} bytes`);
    return 0;
  });
}
