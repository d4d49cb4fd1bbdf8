/**
 * The answers of a language server, as a notebook needs them.
 *
 * @module
 */

import {
  type CompletionItem,
  CompletionItemKind,
  type Diagnostic,
  DiagnosticSeverity,
  type Hover,
  type MarkupContent,
  type Position,
  type SignatureHelp,
} from "vscode-languageserver-types";
import { HEAD_LINES } from "./modules.ts";
import { sentence } from "./sentences.ts";

/** A type error of a cell. Lines count from 1, columns from 0. */
export interface CellTypeError {
  readonly line: number;
  readonly column: number;
  readonly endLine: number;
  readonly endColumn: number;
  readonly message: string;
}

/** What is known of a name or a call. */
export interface Known {
  /** The declaration, as TypeScript writes it. */
  readonly code: string;
  /** Its doc comment, as Markdown. */
  readonly docs: string;
}

/** Something that may be typed at the cursor. */
export interface Suggestion {
  readonly text: string;
  /** What it is, in one word: "method". */
  readonly kind: string;
}

/** LSP's `CompletionItemKind` in words. */
const KINDS: ReadonlyMap<number | undefined, string> = new Map([
  [CompletionItemKind.Method, "method"],
  [CompletionItemKind.Function, "function"],
  [CompletionItemKind.Constructor, "constructor"],
  [CompletionItemKind.Field, "property"],
  [CompletionItemKind.Property, "property"],
  [CompletionItemKind.Variable, "variable"],
  [CompletionItemKind.Constant, "constant"],
  [CompletionItemKind.Class, "class"],
  [CompletionItemKind.Interface, "interface"],
  [CompletionItemKind.TypeParameter, "type"],
  [CompletionItemKind.Module, "module"],
  [CompletionItemKind.Enum, "enum"],
  [CompletionItemKind.EnumMember, "constant"],
  [CompletionItemKind.Keyword, "keyword"],
]);

/**
 * Names that the compiler does not find, and properties of `globalThis`: an earlier cell may have
 * set them at run time; where not, the kernel reports it.
 */
const KNOWN_AT_RUN_TIME: ReadonlySet<unknown> = new Set([2304, 2552, 7017]);

/** The type errors of a cell among what a server reports about its module. */
export function readErrors(found: readonly Diagnostic[], code: string): CellTypeError[] {
  // Of a package that is not downloaded yet the types are unknown; the kernel downloads it.
  if (found.some(({ source }) => source === "deno")) return [];
  const lines = code.split("\n").length;
  return found
    .filter(({ severity, code }) =>
      severity === DiagnosticSeverity.Error && !KNOWN_AT_RUN_TIME.has(code)
    )
    .map(({ range: { start, end }, message }) => ({
      line: start.line - HEAD_LINES + 1,
      column: start.character,
      endLine: end.line - HEAD_LINES + 1,
      endColumn: end.character,
      message: sentence(markdownOf(message)),
    }))
    .filter(({ line }) => line >= 1 && line <= lines);
}

/** A hover, without the traces of how the service holds the cells; undefined where it says nothing. */
export function readHover(hover: Hover | null): Known | undefined {
  const contents = hover?.contents;
  const markdown = typeof contents === "object" && "value" in contents ? contents.value : "";
  const [, code, docs] = /^```\w*\n([^]*?)\n```\s*([^]*)$/.exec(markdown) ?? [];
  if (code === undefined || code === "any") return undefined;
  return { code: withoutAlias(code), docs: docs.trim() };
}

/** A declaration without the note that the name comes from another module. */
export function withoutAlias(declaration: string): string {
  return declaration.replace(/^\(alias\) /, "").replace(/\n(?:import|export) [\w$]+$/, "");
}

/** The signature of a call. */
export function readSignature(help: SignatureHelp | null): Known | undefined {
  const signature = help?.signatures[help.activeSignature ?? 0];
  return signature && { code: signature.label, docs: markdownOf(signature.documentation) };
}

/** Completions for the cursor's place, best first, and where the text that they replace begins. */
export function readSuggestions(
  found: readonly CompletionItem[],
  code: string,
  cursor: number,
): { start: number; suggestions: Suggestion[] } {
  const { start } = nameAt(code, cursor);
  const prefix = code.slice(start, cursor).toLowerCase();
  const isMember = code.slice(0, start).trimEnd().endsWith(".");
  const kinds = new Map<string, string>();
  const items = found
    .filter(({ label }) => label.toLowerCase().startsWith(prefix) && label !== "$")
    // `[Symbol.iterator]` cannot follow a dot.
    .filter(({ label }) => !isMember || label !== "Symbol")
    .filter((item) => item.labelDetails?.description === undefined || isImport(item))
    .filter((item) => prefix !== "" || !isImport(item))
    .sort((a, b) => compare(a.sortText ?? a.label, b.sortText ?? b.label));
  for (const item of items) {
    const text = item.label.replace(/\?$/, ""); // an optional property has a question mark
    if (kinds.has(text)) continue;
    kinds.set(text, isImport(item) ? "import" : KINDS.get(item.kind) ?? "");
  }
  return { start, suggestions: Array.from(kinds, ([text, kind]) => ({ text, kind })) };
}

/** Whether a completion is a name of the library that the cell has to import first. */
export function isImport({ labelDetails }: CompletionItem): boolean {
  return labelDetails?.description === "mnist";
}

/** The declaration that imports a name of the library. */
export function importText(name: string): string {
  return `import { ${name} } from "mnist";`;
}

/** Text that a server sends plain or marked up. */
export function markdownOf(text: string | MarkupContent | undefined): string {
  return typeof text === "string" ? text : text?.value ?? "";
}

/** A place in a cell, as a position in its module. */
export function positionOf(code: string, offset: number): Position {
  const before = code.slice(0, offset).split("\n");
  return { line: before.length - 1 + HEAD_LINES, character: before[before.length - 1].length };
}

/** The name around a place, which may be empty. */
export function nameAt(code: string, offset: number): { name: string; start: number; end: number } {
  let [start, end] = [offset, offset];
  while (isNamePart(code[start - 1])) start--;
  while (isNamePart(code[end])) end++;
  return { name: code.slice(start, end), start, end };
}

/** Whether a character may be part of a name. */
export function isNamePart(character: string | undefined): boolean {
  return character !== undefined && /[\p{ID_Continue}$]/u.test(character);
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
