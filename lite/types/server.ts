/**
 * A language server inside a page: the TypeScript compiler, behind the same methods as the process
 * `deno lsp` in `tools/language/server.ts`, whose place it takes in the site. So both give the same
 * sentences.
 */
import {
  type CompletionItem,
  CompletionItemKind,
  type Diagnostic,
  DiagnosticSeverity,
  type Hover,
  type Position,
  type SignatureHelp,
} from "vscode-languageserver-types";
import type {
  Compiler,
  CompilerCompletion,
  CompilerService,
  Described,
  DisplayPart,
  DocTag,
  Message,
} from "./compiler.ts";
import { GLOBALS } from "./globals.ts";

/** The sources that cells see: texts by their paths. */
export type Sources = Readonly<Record<string, string>>;

/** Loads the compiler and the sources; set before the first server starts. */
let load: () => Promise<{ compiler: Compiler; sources: Sources }> = () =>
  Promise.reject(new Error("types: expected the compiler, found none"));

/** Says where the compiler and the sources come from. */
export function useCompiler(loader: typeof load): void {
  load = loader;
}

/** The library of a cell, by the names that it imports. */
const MODULES: Readonly<Record<string, string>> = {
  "mnist": "/course/lib/mod.ts",
  "mnist/exercises": "/course/exercises/mod.ts",
};

/** Where the compiler's own libraries are among the sources. */
const LIBRARIES = "/typescript/";

const GLOBALS_PATH = "/course/globals.d.ts";

/** As `deno.json` has them, which means Deno's own. */
const SETTINGS = {
  allowImportingTsExtensions: true,
  isolatedModules: true,
  lib: ["lib.esnext.d.ts", "lib.webworker.d.ts"],
  module: 99, // ESNext
  moduleDetection: 3, // every file is a module
  moduleResolution: 100, // Bundler
  noEmit: true,
  skipLibCheck: true,
  strict: true,
  target: 99,
  types: [],
  useUnknownInCatchVariables: true,
};

const PREFERENCES = {
  includeCompletionsForModuleExports: true,
  includeCompletionsWithInsertText: false,
  importModuleSpecifierPreference: "non-relative",
};

const KINDS: Readonly<Record<string, CompletionItemKind>> = {
  "method": CompletionItemKind.Method,
  "function": CompletionItemKind.Function,
  "local function": CompletionItemKind.Function,
  "constructor": CompletionItemKind.Constructor,
  "property": CompletionItemKind.Property,
  "getter": CompletionItemKind.Property,
  "setter": CompletionItemKind.Property,
  "var": CompletionItemKind.Variable,
  "let": CompletionItemKind.Variable,
  "local var": CompletionItemKind.Variable,
  "parameter": CompletionItemKind.Variable,
  "alias": CompletionItemKind.Variable,
  "const": CompletionItemKind.Constant,
  "class": CompletionItemKind.Class,
  "interface": CompletionItemKind.Interface,
  "type": CompletionItemKind.Interface,
  "type parameter": CompletionItemKind.TypeParameter,
  "module": CompletionItemKind.Module,
  "enum": CompletionItemKind.Enum,
  "enum member": CompletionItemKind.EnumMember,
  "keyword": CompletionItemKind.Keyword,
};

/** A completion with what {@linkcode LanguageServer.resolve} needs. */
interface OwnItem extends CompletionItem {
  readonly data: {
    readonly path: string;
    readonly offset: number;
    readonly entry: CompilerCompletion;
  };
}

/** A running compiler. */
export class LanguageServer {
  /** Resolves when it has ended. */
  readonly ended: Promise<void>;
  /** A page has no processes. */
  readonly pid: undefined = undefined;
  readonly #end: () => void;
  readonly #service: CompilerService;
  readonly #documents = new Map<string, { text: string; version: number }>();
  readonly #exports: ReadonlySet<string>;

  private constructor(compiler: Compiler, sources: Sources) {
    const { promise, resolve } = Promise.withResolvers<void>();
    this.ended = promise;
    this.#end = resolve;
    const textOf = (path: string): string | undefined =>
      path === GLOBALS_PATH ? GLOBALS : this.#documents.get(path)?.text ?? sources[path];
    this.#service = compiler.createLanguageService({
      getCompilationSettings: () => SETTINGS,
      getScriptFileNames: () => [GLOBALS_PATH, ...this.#documents.keys()],
      getScriptVersion: (path) => String(this.#documents.get(path)?.version ?? 0),
      getScriptSnapshot: (path) => {
        const text = textOf(path);
        return text === undefined ? undefined : compiler.ScriptSnapshot.fromString(text);
      },
      getCurrentDirectory: () => "/course/notebooks",
      getDefaultLibFileName: () => `${LIBRARIES}lib.esnext.d.ts`,
      fileExists: (path) => textOf(path) !== undefined,
      readFile: textOf,
      directoryExists: () => true,
      getDirectories: () => [],
      resolveModuleNameLiterals: (literals, from) =>
        literals.map(({ text }) => {
          const path = MODULES[text] ?? (/^\.\.?\//.test(text) ? pathFrom(from, text) : undefined);
          const isHere = path !== undefined && textOf(path) !== undefined;
          return {
            resolvedModule: isHere ? { resolvedFileName: path, extension: ".ts" } : undefined,
          };
        }),
    });
    this.#exports = namesExportedBy(sources[MODULES["mnist"]] ?? "");
  }

  /** Loads the compiler. */
  static async start(_root: URL): Promise<LanguageServer> {
    const { compiler, sources } = await load();
    return new LanguageServer(compiler, sources);
  }

  /** Opens a document, or gives an open one a new text. */
  write(uri: string, text: string): void {
    const path = pathOf(uri);
    const version = (this.#documents.get(path)?.version ?? 0) + 1;
    this.#documents.set(path, { text, version });
  }

  /** Closes a document. */
  close(uri: string): void {
    this.#documents.delete(pathOf(uri));
  }

  /** What is wrong with a document; null for one that is not open. */
  diagnose(uri: string): Promise<Diagnostic[] | null> {
    const path = pathOf(uri);
    const text = this.#documents.get(path)?.text;
    if (text === undefined) return Promise.resolve(null);
    const found = [
      ...this.#service.getSyntacticDiagnostics(path),
      ...this.#service.getSemanticDiagnostics(path),
    ];
    return Promise.resolve(
      found.map(({ start = 0, length = 0, messageText, category, code }) => ({
        range: { start: positionAt(text, start), end: positionAt(text, start + length) },
        message: flat(messageText),
        severity: category === 1 ? DiagnosticSeverity.Error : DiagnosticSeverity.Hint,
        code,
        source: "deno-ts",
      })),
    );
  }

  /** The type and the documentation of the name at a position. */
  hover(uri: string, position: Position): Promise<Hover | null> {
    const path = pathOf(uri);
    const known = this.#service.getQuickInfoAtPosition(path, this.#offset(path, position));
    if (known === undefined) return Promise.resolve(null);
    const value = `\`\`\`typescript\n${textOf(known.displayParts)}\n\`\`\`\n\n${docsOf(known)}`;
    return Promise.resolve({ contents: { kind: "markdown", value } });
  }

  /** The signature of the call around a position. */
  signature(uri: string, position: Position): Promise<SignatureHelp | null> {
    const path = pathOf(uri);
    const offset = this.#offset(path, position);
    const help = this.#service.getSignatureHelpItems(path, offset, undefined);
    if (help === undefined) return Promise.resolve(null);
    const signatures = help.items.map((item) => {
      const separator = textOf(item.separatorDisplayParts);
      const parameters = item.parameters.map(({ displayParts }) => textOf(displayParts));
      return {
        label: textOf(item.prefixDisplayParts) + parameters.join(separator) +
          textOf(item.suffixDisplayParts),
        documentation: docsOf(item),
      };
    });
    return Promise.resolve({ signatures, activeSignature: help.selectedItemIndex });
  }

  /** What may be typed at a position. */
  complete(uri: string, position: Position): Promise<CompletionItem[]> {
    const path = pathOf(uri);
    const offset = this.#offset(path, position);
    const entries = this.#service.getCompletionsAtPosition(path, offset, PREFERENCES)?.entries ??
      [];
    const items = entries
      .filter(({ name, source }) => source === undefined || this.#exports.has(name))
      .map((entry): OwnItem => ({
        label: entry.name,
        kind: KINDS[entry.kind] ?? CompletionItemKind.Text,
        sortText: entry.sortText,
        labelDetails: entry.source === undefined ? undefined : { description: "mnist" },
        data: { path, offset, entry },
      }));
    return Promise.resolve(items);
  }

  /** Adds type and documentation to a completion. */
  resolve(item: CompletionItem): Promise<CompletionItem> {
    const { path, offset, entry } = (item as OwnItem).data;
    const known = this.#service.getCompletionEntryDetails(
      path,
      offset,
      entry.name,
      {},
      entry.source,
      PREFERENCES,
      entry.data,
    );
    if (known === undefined) return Promise.resolve(item);
    const detail = `import from "mnist"\n\n${textOf(known.displayParts)}`;
    return Promise.resolve({ ...item, detail, documentation: docsOf(known) });
  }

  /** Ends it. */
  stop(): void {
    this.#documents.clear();
    this.#end();
  }

  #offset(path: string, { line, character }: Position): number {
    const lines = (this.#documents.get(path)?.text ?? "").split("\n");
    const before = lines.slice(0, line).reduce((sum, text) => sum + text.length + 1, 0);
    return before + character;
  }
}

/** A path as the compiler knows it. */
function pathOf(uri: string): string {
  return decodeURIComponent(new URL(uri).pathname);
}

function pathFrom(from: string, specifier: string): string {
  return pathOf(new URL(specifier, `file://${from}`).href);
}

function positionAt(text: string, offset: number): Position {
  const before = text.slice(0, offset).split("\n");
  return { line: before.length - 1, character: (before.at(-1) ?? "").length };
}

function textOf(parts: readonly DisplayPart[] = []): string {
  return parts.map(({ text }) => text).join("");
}

function flat(message: Message, depth = 0): string {
  if (typeof message === "string") return message;
  const below = (message.next ?? []).map((next) =>
    `\n${"  ".repeat(depth + 1)}${flat(next, depth + 1)}`
  );
  return message.messageText + below.join("");
}

/** A doc comment as Markdown, as `deno lsp` writes it. */
function docsOf({ documentation, tags = [] }: Described): string {
  const shown = tags.map(tagText).filter((text) => text !== "");
  return [textOf(documentation), ...shown].filter(Boolean).join("\n\n");
}

function tagText({ name, text }: DocTag): string {
  const [first = "", ...rest] = textOf(text).split(" ");
  if (name === "param") return `*@${name}* \`${first}\` — ${rest.join(" ")}`;
  if (name === "example") return `*@${name}*\n${textOf(text)}`;
  return `*@${name}* — ${textOf(text)}`;
}

/** The names that the first module of the library exports by name. */
function namesExportedBy(source: string): ReadonlySet<string> {
  const names = new Set<string>();
  for (const [, list] of source.matchAll(/^export (?:type )?\{([^}]*)\}/gm)) {
    for (const part of list.split(",")) {
      const name = part.trim().replace(/^type /, "").split(" as ").at(-1)?.trim();
      if (name) names.add(name);
    }
  }
  return names;
}
