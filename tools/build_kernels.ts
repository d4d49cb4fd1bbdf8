/**
 * `deno task build-kernels`: compiles the WebAssembly kernels (AssemblyScript, `*.as`) into a module
 * `binary.ts` beside each, as text, so that importing the library needs no file and works in a
 * browser too.
 */
import { join } from "node:path";
import { projectPath, projectRoot } from "../lib/support/paths.ts";
import { deno } from "./support/deno.ts";
import { moduleOf, ON_DEMAND, pinned } from "./support/on_demand.ts";
import { unrolledConvolution } from "./unrolled_convolution.ts";
import { unrolledKernels } from "./unrolled_kernels.ts";

/** Compiled twice, with and without multiply-add. */
const CONVOLUTION = "lib/tensor/kernels/convolution/convolution.as";

/** The sources, relative to the project. */
export const SOURCES = [
  "lib/tensor/kernels/wasm/kernels.as",
  "lib/lecture/wasm/derivative.as",
  "lib/data/digits/wasm/pen.as",
  CONVOLUTION,
  "bench/support/peak.as",
] as const;

const OPTIONS = "-O3 --noAssert --runtime stub --enable simd --importMemory --noExportMemory";

/** Where the compiled form of a source is kept. */
export function binaryOf(source: string): string {
  return join(projectPath(source), "..", source.startsWith("bench/") ? "peak.ts" : "binary.ts");
}

/**
 * The module that a source compiles to.
 *
 * @throws {SyntaxError} with the compiler's messages if it does not compile.
 */
export async function buildKernels(source: string): Promise<string> {
  const name = source.slice(source.lastIndexOf("/") + 1);
  const written = await Deno.readTextFile(projectPath(source));
  const head = `/** ${name}, compiled by \`deno task build-kernels\`: do not edit. */\n`;
  if (source !== CONVOLUTION) {
    const text = source === SOURCES[0] ? `${written}\n${unrolledKernels()}` : written;
    return `${head}export const BINARY: string =\n${await compile(source, text)};\n`;
  }
  const plain = await compile(source, `${written}\n${unrolledConvolution(false)}`);
  const text = `${written}\n${unrolledConvolution(true)}`;
  const fused = await compile(source, text, "--enable relaxed-simd");
  return `${head}export const BINARY: string =\n${plain};\n\n` +
    `/** The same with multiply-add, which not every engine has. */\n` +
    `export const FUSED: string =\n${fused};\n`;
}

/** The compiled form of AssemblyScript, as a string literal. */
async function compile(source: string, text: string, more = ""): Promise<string> {
  const compiler = ON_DEMAND.assemblyscript;
  await moduleOf(compiler);
  const folder = await Deno.makeTempDir({ prefix: "kernels-" });
  try {
    await Deno.writeTextFile(join(folder, "kernels.ts"), text);
    const flags = ["--quiet", "--frozen", "--cached-only", "--config", compiler.config];
    const options = [...`${OPTIONS} ${more}`.trim().split(" "), "--baseDir", folder];
    const { ok, stderr } = await deno(
      ["run", "-A", ...flags, `${await pinned(compiler)}/asc`, "kernels.ts", ...options]
        .concat("--outFile", "kernels.wasm"),
      projectRoot,
    );
    if (!ok) throw new SyntaxError(`${source} does not compile:\n${stderr}`);
    const binary = await Deno.readFile(join(folder, "kernels.wasm"));
    const lines = binary.toBase64().match(/.{1,92}/g) ?? [];
    return lines.map((line) => `  "${line}"`).join(" +\n");
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
