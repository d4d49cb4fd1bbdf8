/**
 * A client of one running kernel: requests and replies on the shell and control channels, outputs on
 * the iopub channel, questions to the person on the stdin channel.
 *
 * The outputs of a cell are not complete when the kernel reports `idle`: it sends outputs through a
 * queue, and its reply and status without it, so that clients that stop listening there lose outputs at
 * random. After the reply, this client therefore has the kernel send a message of our own through the
 * same queue (`inside.ts`); when it arrives, everything before it has arrived.
 *
 * @module
 */

import { randomUUID } from "node:crypto";
import type { Connection } from "./kernel_process.ts";
import { splitMetadata } from "../../lib/support/display.ts";
import { decodeMessage, encodeAnswer, encodeRequest, type Message } from "./messages.ts";
import { COMPLETE, COMPLETE_FUNCTION, ORDER_HEARD, type OrderHeard } from "./inner_protocol.ts";
import { ZmtpSocket } from "./zmtp.ts";
import { isObject, type JsonObject, text } from "../support/json.ts";

/** Receives messages that belong to a request. */
export type OnMessage = (message: Message) => void;

/** Receives the content of an `input_request`, as `prompt()` in a cell sends it; returns the answer. */
export type OnQuestion = (question: JsonObject) => Promise<string>;

/** How many requests can still get outputs: those that may run, and the last that ended. */
const MAX_LISTENERS = 100;

/** The connection to the kernel broke, so that outputs may be lost. */
export class ConnectionLost extends Error {
  override name = "ConnectionLost";
}

/** A connection to a kernel. */
export class Client {
  readonly #session: string;
  readonly #key: string;
  readonly #shell: ZmtpSocket;
  readonly #control: ZmtpSocket;
  readonly #iopub: ZmtpSocket;
  readonly #stdin: ZmtpSocket;
  readonly #listeners = new Map<string, OnMessage>();
  readonly #questions = new Map<string, OnMessage>();
  readonly #replies = new Map<string, OnMessage>();
  readonly #lost = Promise.withResolvers<never>();
  /** Called when the kernel's main thread has received an order. */
  onOrderHeard: (heard: OrderHeard) => void = () => {};

  private constructor(key: string, session: string, sockets: ZmtpSocket[]) {
    this.#key = key;
    this.#session = session;
    [this.#shell, this.#control, this.#iopub, this.#stdin] = sockets;
    this.#lost.promise.catch(() => {});
    this.#listen(this.#shell, this.#replies);
    this.#listen(this.#control, this.#replies);
    this.#listen(this.#iopub, this.#listeners);
    this.#listen(this.#stdin, this.#questions);
  }

  /**
   * Connects to a kernel, which may still be starting, and waits until it answers and its outputs
   * arrive. Waits without limit: the caller knows whether the kernel is still alive.
   *
   * @throws {ZmtpError} if another program than a kernel listens at its ports.
   * @throws the signal's reason if it is aborted before.
   */
  static async connect(connection: Connection, signal: AbortSignal): Promise<Client> {
    const { ip, key } = connection;
    const session = randomUUID();
    const sockets: ZmtpSocket[] = [];
    const channels = [
      [connection.shell_port, "DEALER"],
      [connection.control_port, "DEALER"],
      [connection.iopub_port, "SUB"],
      [connection.stdin_port, "DEALER"],
    ] as const;
    try {
      for (const [port, type] of channels) {
        // The kernel sends its questions to the stdin socket that has the name of the shell's.
        const identity = type === "DEALER" ? session : "";
        sockets.push(await connectPatiently(ip, port, type, signal, identity));
      }
      const client = new Client(key, session, sockets);
      await client.#listenIn(signal);
      return client;
    } catch (error) {
      for (const socket of sockets) socket.close();
      throw error;
    }
  }

  /**
   * Waits until outputs arrive. A subscription takes effect some time after it is sent, and nothing
   * reports when: this asks until an output of a question, its status, arrives.
   */
  async #listenIn(signal: AbortSignal): Promise<void> {
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
   * Runs code and returns the content of the reply. `onMessage` receives what the code sends; more may
   * follow after the reply, until {@linkcode complete}. Without `onQuestion`, `prompt()` returns null at
   * once.
   */
  async execute(
    code: string,
    silent: boolean,
    onMessage: OnMessage,
    onQuestion?: OnQuestion,
  ): Promise<JsonObject> {
    const request = encodeRequest(this.#key, this.#session, "execute_request", {
      code,
      silent,
      store_history: !silent,
      user_expressions: {},
      allow_stdin: onQuestion !== undefined,
      stop_on_error: true,
    });
    this.#listeners.set(request.id, (message) => onMessage(withMetadata(message)));
    // The kernel sends late outputs in the name of the last request; older ones get no more.
    for (const [id] of this.#listeners) {
      if (this.#listeners.size <= MAX_LISTENERS) break;
      this.#listeners.delete(id);
    }
    if (onQuestion) {
      this.#questions.set(request.id, async ({ type, header, content }) => {
        if (type !== "input_request") return;
        const answer = { type: "input_reply", content: { value: await onQuestion(content) } };
        // A connection that is broken now is noticed where it is read.
        this.#stdin.send(encodeAnswer(this.#key, this.#session, header, answer)).catch(() => {});
      });
    }
    try {
      return (await this.#send(this.#shell, request)).content;
    } finally {
      this.#questions.delete(request.id);
    }
  }

  /** Sends any other request, and returns the content of the reply. */
  async ask(type: string, content: JsonObject): Promise<JsonObject> {
    return (await this.#request(this.#shell, type, content)).content;
  }

  /** Loads our part into the kernel, which {@linkcode complete} needs. */
  async prepare(): Promise<void> {
    const module = new URL("../inside_kernel/inside.ts", import.meta.url).href;
    const code = `(await import(${JSON.stringify(module)})).prepareKernel();`;
    const reply = await this.execute(code, true, () => {});
    if (reply.status !== "ok") {
      throw new Error(`kernel: expected it to load ${module}, found ${text(reply.evalue)}`);
    }
  }

  /** Resolves when everything that earlier code has sent has arrived at `onMessage`. */
  async complete(onMessage: OnMessage): Promise<void> {
    const token = randomUUID();
    const arrived = Promise.withResolvers<void>();
    await this.execute(
      `await globalThis.${COMPLETE_FUNCTION}(${JSON.stringify(token)});`,
      true,
      (message) => {
        if (message.type === COMPLETE && message.content.token === token) arrived.resolve();
        else if (message.type !== "execute_input") onMessage(message);
      },
    );
    await arrived.promise;
  }

  /**
   * Interrupts what the main thread of the kernel runs. Only for one that runs something: an interrupt
   * paralyses a kernel that waits.
   */
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
    for (const socket of [this.#shell, this.#control, this.#iopub, this.#stdin]) socket.close();
  }

  async #request(socket: ZmtpSocket, type: string, content: JsonObject): Promise<Message> {
    return await this.#send(socket, encodeRequest(this.#key, this.#session, type, content));
  }

  /** Sends a request and returns the reply. */
  async #send(
    socket: ZmtpSocket,
    { id, frames }: { id: string; frames: Uint8Array[] },
  ): Promise<Message> {
    const { promise, resolve } = Promise.withResolvers<Message>();
    this.#replies.set(id, resolve);
    try {
      await socket.send(frames).catch((cause) => Promise.reject(lost(cause)));
      return await Promise.race([promise, this.lost]);
    } finally {
      this.#replies.delete(id);
    }
  }

  async #listen(socket: ZmtpSocket, handlers: Map<string, OnMessage>): Promise<void> {
    try {
      for await (const frames of socket) {
        const message = decodeMessage(this.#key, frames);
        if (message.type === ORDER_HEARD) {
          const { count, interrupted } = message.content;
          this.onOrderHeard({ count: Number(count), interrupted: interrupted === true });
        } else handlers.get(message.parentId)?.(message);
      }
    } catch (cause) {
      this.#lost.reject(lost(cause));
    }
  }
}

/** The message with the metadata that its value carries in its data: the kernel sends none. */
function withMetadata(message: Message): Message {
  const { content } = message;
  if (!isObject(content.data)) return message;
  const { data, metadata = content.metadata } = splitMetadata(content.data);
  return { ...message, content: { ...content, data, metadata } };
}

function lost(cause: unknown): ConnectionLost {
  const found = cause instanceof Error ? cause.message : String(cause);
  // Deno's kernel writes to one socket from two places at once, so that another message may be inserted
  // into one that is larger than the system's buffer. Seen from about 5 MB on Linux.
  return new ConnectionLost(
    `kernel: expected all outputs, found its connection broken (${found}); ` +
      "this happens when a cell displays several megabytes at once: show less in one cell",
    { cause },
  );
}

/** Connects as soon as a program listens. */
async function connectPatiently(
  hostname: string,
  port: number,
  type: "DEALER" | "SUB",
  signal: AbortSignal,
  identity: string,
): Promise<ZmtpSocket> {
  for (;;) {
    try {
      return await ZmtpSocket.connect(hostname, port, type, signal, identity);
    } catch (error) {
      // Reset: on a busy machine the system accepts a connection while the port changes its owner.
      const { ConnectionRefused, ConnectionReset } = Deno.errors;
      if (!(error instanceof ConnectionRefused || error instanceof ConnectionReset)) throw error;
      await delay(10);
    }
  }
}

function delay(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}
