/**
 * `deno task build-kernels`: compiles lib/tensor/kernels/wasm/kernels.as (AssemblyScript) into binary.ts
 * beside it, as text, so that importing the library needs no file and works in a browser too.
 */
import { Buffer } from "node:buffer";
import { main as compile } from "assemblyscript/asc";

const FOLDER = new URL("../lib/tensor/kernels/wasm/", import.meta.url);
const OPTIONS = "-O3 --noAssert --runtime stub --enable simd --importMemory --noExportMemory";

/**
 * The module that the source compiles to.
 * @throws Error with the compiler's words when it does not compile.
 */
export async function buildKernels(): Promise<string> {
  const source = await Deno.readTextFile(new URL("kernels.as", FOLDER));
  let binary: Uint8Array | undefined;
  const { error, stderr } = await compile(
    ["kernels.ts", "--outFile", "kernels.wasm", ...OPTIONS.split(" ")],
    {
      readFile: (name) => (name === "kernels.ts" ? source : null),
      writeFile: (_name, contents) => void (binary = Buffer.from(contents)),
      listFiles: () => [],
    },
  );
  if (error !== null || binary === undefined) {
    throw new Error(`kernels.as does not compile: ${error?.message}\n${stderr}`);
  }
  const lines = Buffer.from(binary).toString("base64").match(/.{1,92}/g) ?? [];
  const text = lines.map((line) => `  "${line}"`).join(" +\n");
  return `/** kernels.as, compiled by \`deno task build-kernels\`: do not edit. */\n` +
    `export const BINARY: string =\n${text};\n`;
}

if (import.meta.main) {
  const path = new URL("binary.ts", FOLDER);
  await Deno.writeTextFile(path, await buildKernels());
  const { size } = await Deno.stat(path);
  console.log(`lib/tensor/kernels/wasm/binary.ts: ${size} bytes`);
}
