/**
 * `deno task build-kernels`: compiles the WebAssembly kernels (AssemblyScript, `*.as`) into a module
 * `binary.ts` beside each, as text, so that importing the library needs no file and works in a
 * browser too.
 */
import { join } from "node:path";
import { projectPath, projectRoot } from "../lib/support/paths.ts";
import { deno } from "./support/deno.ts";
import { moduleOf, ON_DEMAND, pinned } from "./support/on_demand.ts";
import { unrolledKernels } from "./unrolled_kernels.ts";

/** The sources, relative to the project. */
export const SOURCES = [
  "lib/tensor/kernels/wasm/kernels.as",
  "lib/lecture/wasm/derivative.as",
  "lib/data/digits/wasm/pen.as",
] as const;

const OPTIONS = "-O3 --noAssert --runtime stub --enable simd --importMemory --noExportMemory";

/** Where the compiled form of a source is kept. */
export function binaryOf(source: string): string {
  return join(projectPath(source), "..", "binary.ts");
}

/**
 * The module that a source compiles to.
 *
 * @throws {SyntaxError} with the compiler's messages if it does not compile.
 */
export async function buildKernels(source: string): Promise<string> {
  const compiler = ON_DEMAND.assemblyscript;
  await moduleOf(compiler);
  const folder = await Deno.makeTempDir({ prefix: "kernels-" });
  try {
    const written = await Deno.readTextFile(projectPath(source));
    const text = source === SOURCES[0] ? `${written}\n${unrolledKernels()}` : written;
    await Deno.writeTextFile(join(folder, "kernels.ts"), text);
    const flags = ["--quiet", "--frozen", "--cached-only", "--config", compiler.config];
    const options = ["--baseDir", folder, "--outFile", "kernels.wasm", ...OPTIONS.split(" ")];
    const { ok, stderr } = await deno(
      ["run", "-A", ...flags, `${await pinned(compiler)}/asc`, "kernels.ts", ...options],
      projectRoot,
    );
    if (!ok) throw new SyntaxError(`${source} does not compile:\n${stderr}`);
    const binary = await Deno.readFile(join(folder, "kernels.wasm"));
    const lines = binary.toBase64().match(/.{1,92}/g) ?? [];
    const body = lines.map((line) => `  "${line}"`).join(" +\n");
    const name = source.slice(source.lastIndexOf("/") + 1);
    return `/** ${name}, compiled by \`deno task build-kernels\`: do not edit. */\n` +
      `export const BINARY: string =\n${body};\n`;
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

if (import.meta.main) {
  for (const source of SOURCES) {
    const path = binaryOf(source);
    await Deno.writeTextFile(path, await buildKernels(source));
    console.log(`${source}: ${(await Deno.stat(path)).size} bytes`);
  }
}
