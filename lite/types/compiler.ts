/**
 * What is used of the TypeScript compiler, which is a file of its own on the site: its package is
 * downloaded only to build the site, so its types are written down here.
 */

/** A range of a text. */
export interface TextSpan {
  readonly start: number;
  readonly length: number;
}

/** A piece of a declaration. */
export interface DisplayPart {
  readonly text: string;
}

/** A part of a doc comment such as `@param`. */
export interface DocTag {
  readonly name: string;
  readonly text?: readonly DisplayPart[];
}

/** A message that may have others below it. */
export type Message = string | { readonly messageText: string; readonly next?: readonly Message[] };

/** What is wrong with a file. */
export interface CompilerDiagnostic {
  readonly start?: number;
  readonly length?: number;
  readonly messageText: Message;
  readonly category: number;
  readonly code: number;
}

/** A completion. */
export interface CompilerCompletion {
  readonly name: string;
  readonly kind: string;
  readonly sortText: string;
  readonly source?: string;
  readonly data?: { readonly moduleSpecifier?: string };
}

/** Type, declaration and documentation of something. */
export interface Described {
  readonly displayParts?: readonly DisplayPart[];
  readonly documentation?: readonly DisplayPart[];
  readonly tags?: readonly DocTag[];
}

/** A signature of a call. */
export interface CompilerSignature {
  readonly prefixDisplayParts: readonly DisplayPart[];
  readonly suffixDisplayParts: readonly DisplayPart[];
  readonly separatorDisplayParts: readonly DisplayPart[];
  readonly parameters: readonly { readonly displayParts: readonly DisplayPart[] }[];
  readonly documentation: readonly DisplayPart[];
  readonly tags: readonly DocTag[];
}

/** Answers questions about files. */
export interface CompilerService {
  getSyntacticDiagnostics(path: string): CompilerDiagnostic[];
  getSemanticDiagnostics(path: string): CompilerDiagnostic[];
  getQuickInfoAtPosition(path: string, offset: number): Described | undefined;
  getSignatureHelpItems(path: string, offset: number, options: undefined): {
    readonly items: readonly CompilerSignature[];
    readonly selectedItemIndex: number;
  } | undefined;
  getCompletionsAtPosition(path: string, offset: number, preferences: object): {
    readonly entries: readonly CompilerCompletion[];
  } | undefined;
  getCompletionEntryDetails(
    path: string,
    offset: number,
    name: string,
    format: object,
    source: string | undefined,
    preferences: object,
    data: object | undefined,
  ): Described | undefined;
}

/** A file as the compiler sees it. */
export interface Snapshot {
  getText(start: number, end: number): string;
  getLength(): number;
}

/** Where the compiler finds files. */
export interface Host {
  getCompilationSettings(): object;
  getScriptFileNames(): string[];
  getScriptVersion(path: string): string;
  getScriptSnapshot(path: string): Snapshot | undefined;
  getCurrentDirectory(): string;
  getDefaultLibFileName(): string;
  fileExists(path: string): boolean;
  readFile(path: string): string | undefined;
  directoryExists?(path: string): boolean;
  getDirectories?(path: string): string[];
  resolveModuleNameLiterals(
    literals: readonly { readonly text: string }[],
    from: string,
  ): { resolvedModule: { resolvedFileName: string; extension: string } | undefined }[];
}

/** The compiler. */
export interface Compiler {
  readonly ScriptSnapshot: { fromString(text: string): Snapshot };
  createLanguageService(host: Host): CompilerService;
}
