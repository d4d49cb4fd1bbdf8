/**
 * The language server of JupyterLab's editor (package jupyterlab-lsp): `deno lsp` behind a filter.
 *
 *     deno run -A tools/language/editor.ts
 *
 * The filter lets cells declare names again, shortens messages, and keeps the settings.
 *
 * @module
 */

import process from "node:process";
import { type Message, StreamMessageReader, StreamMessageWriter } from "vscode-jsonrpc";
import { type Diagnostic, DiagnosticSeverity } from "vscode-languageserver-types";
import { nested } from "./nesting.ts";
import { markdownOf } from "./reading.ts";
import { sentence } from "./sentences.ts";
import { spawnServer } from "./server.ts";
import { SETTINGS } from "./settings.ts";

/**
 * What is an error in a module but not in a notebook: "Cannot redeclare", "Duplicate identifier",
 * "Import conflicts with local declaration"; and names that an earlier run may have set.
 */
const FINE_IN_NOTEBOOKS: ReadonlySet<unknown> = new Set([2451, 2300, 2440, 2304, 2552, 7017]);

/** The codes of the parser's errors. */
const isSyntaxError = (code: unknown) => typeof code === "number" && code < 2000;

/** A message of the Language Server Protocol, as far as the filter reads it. */
export interface EditorMessage extends Message {
  method?: string;
  params?: {
    textDocument?: { uri: string; text?: string };
    contentChanges?: { text: string }[];
    diagnostics?: Diagnostic[];
    uri?: string;
    [name: string]: unknown;
  };
}

/** Changes the messages between an editor and the server. */
export class EditorFilter {
  /** The documents of which the last text could not be parsed. */
  readonly #broken = new Set<string>();

  /** A message of the editor, as the server receives it. */
  forServer(message: EditorMessage): EditorMessage {
    const { method, params } = message;
    if (params === undefined) return message;
    switch (method) {
      case "initialize":
        return withParams(message, { initializationOptions: SETTINGS });
      case "workspace/didChangeConfiguration":
        // The editor has no settings for this server; without this they would replace ours.
        return { ...message, params: { settings: { deno: SETTINGS } } };
      case "textDocument/didOpen": {
        const { textDocument } = params;
        if (textDocument?.text === undefined) return message;
        const text = this.#nested(textDocument.uri, textDocument.text);
        return withParams(message, { textDocument: { ...textDocument, text } });
      }
      case "textDocument/didChange": {
        const uri = params.textDocument?.uri ?? "";
        const contentChanges = params.contentChanges?.map((change) =>
          "range" in change ? change : { ...change, text: this.#nested(uri, change.text) }
        );
        return withParams(message, { contentChanges });
      }
      default:
        return message;
    }
  }

  /** A message of the server, as the editor receives it. */
  forEditor(message: EditorMessage): EditorMessage {
    const { method, params } = message;
    if (method !== "textDocument/publishDiagnostics" || !params?.diagnostics) return message;
    const isBroken = this.#broken.has(params.uri ?? "");
    const diagnostics = params.diagnostics
      .filter(({ severity, code }) =>
        severity === DiagnosticSeverity.Error && !FINE_IN_NOTEBOOKS.has(code) &&
        (!isBroken || isSyntaxError(code))
      )
      .map((diagnostic) => ({ ...diagnostic, message: sentence(markdownOf(diagnostic.message)) }));
    return withParams(message, { diagnostics });
  }

  #nested(uri: string, text: string): string {
    const changed = nested(text);
    if (changed === undefined) this.#broken.add(uri);
    else this.#broken.delete(uri);
    return changed ?? text;
  }
}

/** The message with other parameters. */
function withParams(message: EditorMessage, params: EditorMessage["params"]): EditorMessage {
  return { ...message, params: { ...message.params, ...params } };
}

function main(): void {
  const filter = new EditorFilter();
  const server = spawnServer();
  const toEditor = new StreamMessageWriter(process.stdout);
  server.child.once("exit", (code) => Deno.exit(code ?? 1));
  server.reader.listen((message) => toEditor.write(filter.forEditor(message)));
  const fromEditor = new StreamMessageReader(process.stdin);
  fromEditor.listen((message) => server.writer.write(filter.forServer(message)));
  fromEditor.onClose(() => server.child.kill("SIGKILL"));
}

if (import.meta.main) main();
