/**
 * Talks to one running kernel over ZeroMQ: requests and replies on the shell and control channels,
 * outputs on the iopub channel.
 *
 * The hard part is to know when the outputs of a cell are complete. The kernel's reply and its
 * `idle` status travel past the queue of outputs, so both may overtake them, and clients that stop
 * listening there lose outputs at random. Instead, after the reply this client has the kernel send
 * a message of our own through that same queue (`inside.ts`); when it arrives, everything before it
 * has arrived. No time of waiting has to be guessed.
 *
 * @module
 */

import { randomUUID } from "node:crypto";
import type { Connection } from "./kernel.ts";
import type { JsonObject } from "../notebook.ts";
import { decodeMessage, encodeRequest, type Message, text } from "./messages.ts";
import { COMPLETE, COMPLETE_FUNCTION } from "./inside.ts";
import { ZmtpSocket } from "./zmtp.ts";

/** Takes messages that belong to a request. */
export type OnMessage = (message: Message) => void;

/** The connection to the kernel broke, so that outputs may be lost. */
export class ConnectionLost extends Error {
  override name = "ConnectionLost";
}

/** A connection to a kernel. */
export class Client {
  readonly #session = randomUUID();
  readonly #key: string;
  readonly #shell: ZmtpSocket;
  readonly #control: ZmtpSocket;
  readonly #iopub: ZmtpSocket;
  readonly #listeners = new Map<string, OnMessage>();
  readonly #replies = new Map<string, OnMessage>();
  readonly #lost = Promise.withResolvers<never>();

  private constructor(key: string, shell: ZmtpSocket, control: ZmtpSocket, iopub: ZmtpSocket) {
    this.#key = key;
    this.#shell = shell;
    this.#control = control;
    this.#iopub = iopub;
    this.#lost.promise.catch(() => {});
    this.#listen(this.#shell, this.#replies);
    this.#listen(this.#control, this.#replies);
    this.#listen(this.#iopub, this.#listeners);
  }

  /**
   * Connects to a kernel, which may still be starting, and waits until it answers and its outputs
   * reach us. Waits without end: the caller knows whether the kernel is still alive.
   *
   * @throws {ZmtpError} when something else than a kernel listens at its ports.
   * @throws the signal's reason when it is aborted before.
   */
  static async connect(connection: Connection, signal: AbortSignal): Promise<Client> {
    const { ip, key } = connection;
    const opened: ZmtpSocket[] = [];
    const open = async (port: number, type: "DEALER" | "SUB") => {
      const socket = await connectPatiently(ip, port, type, signal);
      opened.push(socket);
      return socket;
    };
    try {
      const shell = await open(connection.shell_port, "DEALER");
      const control = await open(connection.control_port, "DEALER");
      const iopub = await open(connection.iopub_port, "SUB");
      const client = new Client(key, shell, control, iopub);
      await client.#hear(signal);
      return client;
    } catch (error) {
      for (const socket of opened) socket.close();
      throw error;
    }
  }

  /**
   * Waits until outputs reach us. A subscription takes effect some time after it is made, and
   * nothing says when: ask until an output of the asking, its status, comes through.
   */
  async #hear(signal: AbortSignal): Promise<void> {
    let heard = false;
    const first = Promise.withResolvers<void>();
    while (!heard) {
      signal.throwIfAborted();
      const { id, frames } = encodeRequest(this.#key, this.#session, "kernel_info_request", {});
      this.#listeners.set(id, () => {
        heard = true;
        first.resolve();
      });
      await this.#shell.send(frames);
      await Promise.race([first.promise, delay(25), this.lost]);
    }
    this.#listeners.clear();
  }

  /** Rejects with {@linkcode ConnectionLost} when the connection breaks; never resolves. */
  get lost(): Promise<never> {
    return this.#lost.promise;
  }

  /**
   * Runs code and gives the content of the reply. `onMessage` gets what the code sends; more may
   * follow after the reply, until {@linkcode complete}.
   */
  async execute(code: string, silent: boolean, onMessage: OnMessage): Promise<JsonObject> {
    const reply = await this.#request(this.#shell, "execute_request", {
      code,
      silent,
      store_history: !silent,
      user_expressions: {},
      allow_stdin: false,
      stop_on_error: true,
    }, onMessage);
    return reply.content;
  }

  /** Asks anything else of the kernel, and gives the content of the reply. */
  async ask(type: string, content: JsonObject): Promise<JsonObject> {
    return (await this.#request(this.#shell, type, content)).content;
  }

  /** Loads our part inside the kernel, which {@linkcode complete} needs. */
  async prepare(): Promise<void> {
    const module = new URL("./inside.ts", import.meta.url).href;
    const code = `(await import(${JSON.stringify(module)})).prepareKernel();`;
    const reply = await this.execute(code, true, () => {});
    if (reply.status !== "ok") {
      throw new Error(`kernel: expected it to load ${module}, found ${text(reply.evalue)}`);
    }
  }

  /** Resolves when everything that the code before has sent has reached `onMessage`. */
  async complete(onMessage: OnMessage): Promise<void> {
    const token = randomUUID();
    const arrived = Promise.withResolvers<void>();
    await this.execute(
      `await globalThis.${COMPLETE_FUNCTION}(${JSON.stringify(token)});`,
      true,
      (message) => {
        if (message.type === COMPLETE && message.content.token === token) arrived.resolve();
        else onMessage(message);
      },
    );
    await arrived.promise;
  }

  /** Asks the kernel to break off what it is running. An endless `await` goes on all the same. */
  async interrupt(): Promise<void> {
    await this.#request(this.#control, "interrupt_request", {});
  }

  /** Asks the kernel to end. Does not wait for its end. */
  async shutdown(): Promise<void> {
    const request = { restart: false };
    const { frames } = encodeRequest(this.#key, this.#session, "shutdown_request", request);
    await this.#control.send(frames);
  }

  /** Closes the connection. */
  close(): void {
    for (const socket of [this.#shell, this.#control, this.#iopub]) socket.close();
  }

  async #request(
    socket: ZmtpSocket,
    type: string,
    content: JsonObject,
    onMessage?: OnMessage,
  ): Promise<Message> {
    const { id, frames } = encodeRequest(this.#key, this.#session, type, content);
    const { promise, resolve } = Promise.withResolvers<Message>();
    this.#replies.set(id, resolve);
    if (onMessage) this.#listeners.set(id, onMessage);
    try {
      await socket.send(frames);
    } catch (cause) {
      throw lost(cause);
    }
    return await Promise.race([promise, this.lost]);
  }

  async #listen(socket: ZmtpSocket, handlers: Map<string, OnMessage>): Promise<void> {
    try {
      for await (const frames of socket) {
        const message = decodeMessage(this.#key, frames);
        handlers.get(message.parentId)?.(message);
      }
    } catch (cause) {
      this.#lost.reject(lost(cause));
    }
  }
}

function lost(cause: unknown): ConnectionLost {
  const found = cause instanceof Error ? cause.message : String(cause);
  // Deno's kernel writes to one socket from two places at once, so that a message too large for the
  // system's buffer may get another in its middle. Seen from about 5 MB on Linux.
  return new ConnectionLost(
    `kernel: expected all outputs, found its connection broken (${found}); ` +
      "this happens when a cell displays several megabytes at once: show less in one cell",
    { cause },
  );
}

/** Connects as soon as somebody listens. */
async function connectPatiently(
  hostname: string,
  port: number,
  type: "DEALER" | "SUB",
  signal: AbortSignal,
): Promise<ZmtpSocket> {
  for (;;) {
    try {
      return await ZmtpSocket.connect(hostname, port, type, signal);
    } catch (error) {
      if (!(error instanceof Deno.errors.ConnectionRefused)) throw error;
      await delay(10);
    }
  }
}

function delay(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}
