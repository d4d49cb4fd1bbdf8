/**
 * A language server as a child process, reached over its standard input and output: the Language
 * Server Protocol 3.17, as far as notebooks need it.
 *
 * @module
 */

import { type ChildProcess, spawn } from "node:child_process";
import process from "node:process";
import {
  createMessageConnection,
  type MessageConnection,
  StreamMessageReader,
  StreamMessageWriter,
} from "vscode-jsonrpc";
import type {
  CompletionItem,
  CompletionList,
  Diagnostic,
  Hover,
  Position,
  SignatureHelp,
} from "vscode-languageserver-types";
import { SETTINGS } from "./settings.ts";

/**
 * What keeps the server small: measured with chapter 03's cells and fifty questions, it takes 450 MB
 * without these and 280 MB with them, and answers as fast. The heap is in megabytes.
 */
const FRUGAL: Readonly<Record<string, string>> = {
  DENO_V8_FLAGS: "--max-old-space-size=90,--max-semi-space-size=1,--optimize-for-size",
  MALLOC_ARENA_MAX: "1",
  TOKIO_WORKER_THREADS: "1",
};

/** Milliseconds after which a server that does not answer is ended. */
const PATIENCE = 60_000;

/** Starts `deno lsp`, with the streams of its messages. */
export function spawnServer(): {
  child: ChildProcess;
  reader: StreamMessageReader;
  writer: StreamMessageWriter;
} {
  const child = spawn(Deno.execPath(), ["lsp", "-q"], {
    stdio: ["pipe", "pipe", "ignore"],
    env: { ...process.env, NO_COLOR: "1", ...FRUGAL },
  });
  child.stdin.on("error", () => {}); // the server has ended
  return {
    child,
    reader: new StreamMessageReader(child.stdout),
    writer: new StreamMessageWriter(child.stdin),
  };
}

/** A running language server. */
export class LanguageServer {
  /** Resolves when the process has ended, for any reason. */
  readonly ended: Promise<void>;
  readonly #process: ChildProcess;
  readonly #connection: MessageConnection;
  readonly #versions = new Map<string, number>();

  private constructor(child: ChildProcess, connection: MessageConnection) {
    this.#process = child;
    this.#connection = connection;
    this.ended = new Promise((resolve) => {
      child.once("exit", () => resolve());
      child.once("error", () => resolve());
    });
    this.ended.then(() => connection.dispose());
  }

  /**
   * Starts `deno lsp` for a folder. It ends with this process, because its standard input closes.
   *
   * @param root the folder of deno.json, as a URL that ends in a slash.
   * @throws {Error} when the server cannot be started or ends before it is ready.
   */
  static async start(root: URL): Promise<LanguageServer> {
    const { child, reader, writer } = spawnServer();
    const connection = createMessageConnection(reader, writer);
    const server = new LanguageServer(child, connection);
    connection.onError(() => server.stop());
    connection.onRequest(
      "workspace/configuration",
      ({ items }: { items: { section?: string }[] }) =>
        items.map(({ section }) => section === "deno" ? SETTINGS : null),
    );
    connection.onRequest("client/registerCapability", () => null);
    connection.listen();
    const started = await server.#ask("initialize", {
      processId: Deno.pid,
      rootUri: root.href,
      workspaceFolders: [{ uri: root.href, name: "course" }],
      initializationOptions: SETTINGS,
      capabilities: {
        workspace: { configuration: true, workspaceFolders: true },
        textDocument: {
          hover: { contentFormat: ["markdown"] },
          signatureHelp: { signatureInformation: { documentationFormat: ["markdown"] } },
          completion: { completionItem: { labelDetailsSupport: true } },
          diagnostic: {},
        },
      },
    });
    if (started === null) {
      server.stop();
      throw new Error("deno lsp: expected an answer, found none");
    }
    connection.sendNotification("initialized", {}).catch(() => {});
    return server;
  }

  /** The process id. */
  get pid(): number | undefined {
    return this.#process.pid;
  }

  /** Opens a document that exists only in memory, or gives an open one a new text. */
  write(uri: string, text: string): void {
    const version = (this.#versions.get(uri) ?? -1) + 1;
    this.#versions.set(uri, version);
    if (version === 0) {
      const textDocument = { uri, languageId: "typescript", version, text };
      this.#tell("textDocument/didOpen", { textDocument });
    } else {
      const textDocument = { uri, version };
      this.#tell("textDocument/didChange", { textDocument, contentChanges: [{ text }] });
    }
  }

  /** Closes a document. */
  close(uri: string): void {
    if (this.#versions.delete(uri)) this.#tell("textDocument/didClose", { textDocument: { uri } });
  }

  /** What is wrong with a document; null when the server does not answer. */
  async diagnose(uri: string): Promise<Diagnostic[] | null> {
    const report = await this.#ask<{ items?: Diagnostic[] }>("textDocument/diagnostic", {
      textDocument: { uri },
    });
    return report && (report.items ?? []);
  }

  /** The type and the documentation of the name at a position. */
  hover(uri: string, position: Position): Promise<Hover | null> {
    return this.#ask("textDocument/hover", { textDocument: { uri }, position });
  }

  /** The signature of the call around a position. */
  signature(uri: string, position: Position): Promise<SignatureHelp | null> {
    return this.#ask("textDocument/signatureHelp", { textDocument: { uri }, position });
  }

  /** What may be typed at a position. */
  async complete(uri: string, position: Position): Promise<CompletionItem[]> {
    const found = await this.#ask<CompletionList | CompletionItem[]>("textDocument/completion", {
      textDocument: { uri },
      position,
    });
    return Array.isArray(found) ? found : found?.items ?? [];
  }

  /** Adds type and documentation to a completion. */
  async resolve(item: CompletionItem): Promise<CompletionItem> {
    return await this.#ask<CompletionItem>("completionItem/resolve", item) ?? item;
  }

  /** Ends the server. */
  stop(): void {
    this.#process.kill("SIGKILL");
  }

  /** Sends a request; gives null where the server fails, is gone or does not answer in time. */
  async #ask<Result>(method: string, params: object): Promise<Result | null> {
    const gone = Promise.withResolvers<null>();
    const timer = setTimeout(() => this.stop(), PATIENCE);
    this.ended.then(() => gone.resolve(null));
    try {
      return await Promise.race([
        this.#connection.sendRequest<Result>(method, params).catch(() => null),
        gone.promise,
      ]);
    } catch {
      return null; // the connection was disposed of already
    } finally {
      clearTimeout(timer);
    }
  }

  #tell(method: string, params: object): void {
    try {
      this.#connection.sendNotification(method, params).catch(() => {});
    } catch {
      // The server has ended.
    }
  }
}
