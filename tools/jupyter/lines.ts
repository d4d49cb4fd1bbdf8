/**
 * The line of a cell in which an error occurred. Called only for failed cells, so speed matters little.
 *
 * The kernel does not run the cell itself but JavaScript generated from it: types are removed, static
 * imports become dynamic ones, and the code is formatted again, so that lines move. There is no source
 * map. `deno transpile` generates the same JavaScript with a map, once the imports are rewritten here
 * in the same way.
 *
 * @module
 */

import { parse } from "@babel/parser";
import { SourceMap } from "node:module";
import { join } from "node:path";
import { deno } from "../support/deno.ts";
import type { CellError } from "./failure.ts";
import { withLastValue } from "./cell.ts";

/** What the kernel puts before a cell's JavaScript, on its first line. */
const PREFIX = "'use strict'; void 0;";

/** The line of a cell, counted from 1, that led to an error, or null if it is not known. */
export async function lineOf(error: CellError, code: string): Promise<number | null> {
  const place = cellPlace(error.traceback);
  if (place) return await originalLine(place, code);
  return error.name === "SyntaxError" ? syntaxErrorLine(code) : null;
}

/**
 * Explains why the kernel did not run a cell, for which it gives no reason.
 *
 * @param errorText what the kernel has printed to its standard error.
 */
export async function explainRefusal(code: string, errorText: string): Promise<CellError> {
  const map = await transpile(code);
  if (map instanceof SyntaxErrorAt) {
    const { message, line } = map;
    return { name: "SyntaxError", message, traceback: [], line };
  }
  const found = errorText.includes("Promise was collected")
    ? "that its result was lost: Deno freed memory while something that the cell had started " +
      "was still running. Write `await` before what the cell starts"
    : /["']npm:/.test(code)
    ? "that it did not, without a reason; perhaps an npm: package cannot be found"
    : "that it did not, without a reason";
  const message = `kernel: expected it to run the cell, found ${found}`;
  return { name: "KernelError", message, traceback: [], line: null };
}

/** A place in a cell's JavaScript; both counted from 1. */
interface Place {
  line: number;
  column: number;
}

/**
 * The place in the cell itself, not in the functions that it called: those may be from earlier cells,
 * which have line numbers of their own. The outermost frame without a name is the cell.
 */
function cellPlace(traceback: string[]): Place | null {
  const frames = traceback.flatMap((line) => {
    const match = /^ *at (?:async )?(?:(.*) \()?<anonymous>:(\d+):(\d+)\)?$/.exec(line);
    return match ? [{ name: match[1], line: Number(match[2]), column: Number(match[3]) }] : [];
  });
  return frames.findLast(({ name }) => name === undefined) ?? frames[0] ?? null;
}

async function originalLine({ line, column }: Place, code: string): Promise<number | null> {
  const map = await transpile(withDynamicImports(withLastValue(code)));
  if (map instanceof SyntaxErrorAt) return null;
  const before = line === 1 ? PREFIX.length : 0;
  const entry = map.findEntry(line - 1, column - 1 - before);
  return "originalLine" in entry ? entry.originalLine + 1 : null;
}

/** Why a text does not parse. */
class SyntaxErrorAt {
  constructor(readonly message: string, readonly line: number | null) {}
}

/** Generates the JavaScript of a cell as the kernel does, and returns its source map. */
async function transpile(code: string): Promise<SourceMap | SyntaxErrorAt> {
  const folder = await Deno.makeTempDir({ prefix: "cell-" });
  try {
    await Deno.writeTextFile(join(folder, "cell.ts"), code);
    const args = ["transpile", "-q", "--no-config", "--source-map", "inline", "cell.ts"];
    const { ok, stdout, stderr } = await deno(args, folder);
    if (!ok) {
      const [, message] = /^error: (?:\w*Error: )?(.*)$/m.exec(stderr) ?? [];
      const [, line] = /cell\.ts:(\d+):\d+/.exec(stderr) ?? [];
      return new SyntaxErrorAt(message ?? stderr.trim(), line ? Number(line) : null);
    }
    const [, base64] = /\/\/# sourceMappingURL=data:[^,]*,(\S*)\s*$/.exec(stdout) ?? [];
    if (base64 === undefined) throw new Error("deno transpile: expected a source map, found none");
    return new SourceMap(JSON.parse(new TextDecoder().decode(Uint8Array.fromBase64(base64))));
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

/** A cell with its static imports rewritten as the kernel rewrites them, on the same lines. */
function withDynamicImports(code: string): string {
  let changed = code;
  const { body } = parse(code, {
    sourceType: "module",
    plugins: ["typescript"],
    errorRecovery: true,
  }).program;
  for (const statement of body.toReversed()) {
    if (statement.type !== "ImportDeclaration") continue;
    const { start, end, specifiers, importKind, source } = statement;
    if (start == null || end == null) continue;
    const names = specifiers.flatMap((specifier) => {
      const local = specifier.local.name;
      if (specifier.type === "ImportDefaultSpecifier") return [`default: ${local}`];
      if (specifier.type === "ImportNamespaceSpecifier") return [`...${local}`];
      if (specifier.importKind === "type") return [];
      const { imported } = specifier;
      const name = imported.type === "Identifier" ? imported.name : JSON.stringify(imported.value);
      return [name === local ? name : `${name}: ${local}`];
    });
    const module = `await import(${JSON.stringify(source.value)});`;
    const [first] = specifiers;
    const text = importKind === "type"
      ? ""
      : first?.type === "ImportNamespaceSpecifier"
      ? `const ${first.local.name} = ${module}`
      : specifiers.length > 0
      ? `const { ${names.join(", ")} } = ${module}`
      : module;
    const lineEnds = code.slice(start, end).replaceAll(/[^\n]/g, "");
    changed = changed.slice(0, start) + text + lineEnds + changed.slice(end);
  }
  return changed;
}

/** The line of an error that only the JavaScript engine finds, such as a name declared twice. */
function syntaxErrorLine(code: string): number | null {
  try {
    parse(code, { sourceType: "module", plugins: ["typescript"] });
    return null;
  } catch (error) {
    const [, line] = /\((\d+):\d+\)/.exec(String(error)) ?? [];
    return line ? Number(line) : null;
  }
}
