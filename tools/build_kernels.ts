/**
 * `deno task build-kernels`: compiles the WebAssembly kernels (AssemblyScript, `*.as`) into a module
 * `binary.ts` beside each, as text, so that importing the library needs no file and works in a
 * browser too.
 */
import { Buffer } from "node:buffer";
import { main as compile } from "assemblyscript/asc";

/** The sources, relative to the project. */
export const SOURCES = [
  "lib/tensor/kernels/wasm/kernels.as",
  "lib/lecture/wasm/derivative.as",
] as const;

const OPTIONS = "-O3 --noAssert --runtime stub --enable simd --importMemory --noExportMemory";
const ROOT = new URL("../", import.meta.url);

/** Where the compiled form of a source is kept. */
export function binaryOf(source: string): URL {
  return new URL("binary.ts", new URL(source, ROOT));
}

/**
 * The module that a source compiles to.
 * @throws Error with the compiler's messages when it does not compile.
 */
export async function buildKernels(source: string): Promise<string> {
  const text = await Deno.readTextFile(new URL(source, ROOT));
  let binary: Uint8Array | undefined;
  const { error, stderr } = await compile(
    ["kernels.ts", "--outFile", "kernels.wasm", ...OPTIONS.split(" ")],
    {
      readFile: (name) => (name === "kernels.ts" ? text : null),
      writeFile: (_name, contents) => void (binary = Buffer.from(contents)),
      listFiles: () => [],
    },
  );
  if (error !== null || binary === undefined) {
    throw new Error(`${source} does not compile: ${error?.message}\n${stderr}`);
  }
  const lines = Buffer.from(binary).toString("base64").match(/.{1,92}/g) ?? [];
  const body = lines.map((line) => `  "${line}"`).join(" +\n");
  const name = source.slice(source.lastIndexOf("/") + 1);
  return `/** ${name}, compiled by \`deno task build-kernels\`: do not edit. */\n` +
    `export const BINARY: string =\n${body};\n`;
}

if (import.meta.main) {
  for (const source of SOURCES) {
    const path = binaryOf(source);
    await Deno.writeTextFile(path, await buildKernels(source));
    console.log(`${source}: ${(await Deno.stat(path)).size} bytes`);
  }
}
