/**
 * The kernel's side of the Jupyter protocol: the five channels on which front ends reach a kernel.
 *
 * @module
 */

import { randomUUID } from "node:crypto";
import type { Connection } from "../jupyter/kernel_process.ts";
import {
  decodeMessage,
  encodeAnswer,
  type Message,
  MessageError,
  Signatures,
} from "../jupyter/messages.ts";
import { encodeMessage, type Limits, TRUSTED, ZmtpSocket } from "../jupyter/zmtp.ts";
import { type JsonObject, text } from "../support/json.ts";

/** What a peer may send before its first message that is signed with our key. */
const STRANGER: Limits = { bytes: 256 * 1024, frames: 32 };

/** What is sent on channels without signatures: heartbeats and subscriptions. */
const UNSIGNED: Limits = { bytes: 1024, frames: 8 };

/** Connections to one port; more are closed at once. */
const MAX_CONNECTIONS = 100;

/** The bytes that a subscriber may leave unread; then its connection is closed. */
const MAX_PENDING_BYTES = 64 * 1024 * 1024;

/** A request of a front end. */
export interface Request extends Message {
  /** Answers it on the channel on which it arrived. */
  answer(type: string, content: JsonObject): void;
  /**
   * Asks the person at the front end that sent this request, with an `input_request`. Returns what the
   * person types, or "" if that front end accepts no questions or `signal` is aborted.
   */
  ask(question: JsonObject, signal: AbortSignal): Promise<string>;
}

/** A message to publish, without its headers. */
export type Published = Pick<Message, "type" | "content"> & { metadata?: JsonObject };

/** The channels of a kernel, open to any number of front ends. */
export class Front {
  readonly #connection: Connection;
  readonly #session = randomUUID();
  readonly #signatures = new Signatures();
  readonly #subscribers = new Set<ZmtpSocket>();
  /** The sockets that accept questions, by the name that they share with the shell's. */
  readonly #askable = new Map<string, ZmtpSocket>();
  /** What to call with the answer from such a socket, by the same name. */
  readonly #answers = new Map<string, (value: string) => void>();

  /**
   * Listens on the ports of a connection file.
   *
   * @throws {Deno.errors.AddrInUse} if one of them is taken.
   */
  constructor(
    connection: Connection,
    handlers: { shell(request: Request): void; control(request: Request): void },
  ) {
    this.#connection = connection;
    const { hb_port, iopub_port, shell_port, control_port, stdin_port } = connection;
    this.#listen(hb_port, "REP", UNSIGNED, async (peer) => {
      for await (const frames of peer) await peer.send(frames);
    });
    this.#listen(iopub_port, "PUB", UNSIGNED, (peer) => this.#subscribe(peer));
    this.#listen(shell_port, "ROUTER", STRANGER, (peer) => this.#receive(peer, handlers.shell));
    this.#listen(control_port, "ROUTER", STRANGER, (peer) => this.#receive(peer, handlers.control));
    this.#listen(stdin_port, "ROUTER", STRANGER, (peer) => this.#takeAnswers(peer));
  }

  /** Publishes a message about a request to every front end. */
  publish(request: Pick<Message, "header">, message: Published): void {
    const { key } = this.#connection;
    const bytes = encodeMessage(encodeAnswer(key, this.#session, request.header, message));
    for (const peer of this.#subscribers) {
      if (peer.pendingBytes > MAX_PENDING_BYTES) peer.close();
      else peer.sendEncoded(bytes).catch(() => {});
    }
  }

  async #listen(
    port: number,
    type: "ROUTER" | "PUB" | "REP",
    limits: Limits,
    serve: (peer: ZmtpSocket) => Promise<void>,
  ): Promise<void> {
    const listener = Deno.listen({ hostname: this.#connection.ip, port });
    let connections = 0;
    for await (const connection of listener) {
      if (connections === MAX_CONNECTIONS) {
        connection.close();
        continue;
      }
      connections++;
      // A front end that leaves, or that is none, ends only its own connection.
      ZmtpSocket.accept(connection, type, limits)
        .then((peer) => serve(peer).finally(() => peer.close()))
        .catch(() => {})
        .finally(() => connections--);
    }
  }

  async #subscribe(peer: ZmtpSocket): Promise<void> {
    try {
      // The first message of a subscriber names its topics: front ends subscribe to everything.
      for await (const _ of peer) this.#subscribers.add(peer);
    } finally {
      this.#subscribers.delete(peer);
    }
  }

  async #takeAnswers(peer: ZmtpSocket): Promise<void> {
    this.#askable.set(peer.identity, peer);
    try {
      await this.#receive(peer, ({ type, content }) => {
        if (type === "input_reply") this.#answers.get(peer.identity)?.(text(content.value));
      });
    } finally {
      if (this.#askable.get(peer.identity) === peer) this.#askable.delete(peer.identity);
      // The front end that was asked has left.
      this.#answers.get(peer.identity)?.("");
    }
  }

  async #ask(
    identity: string,
    parent: JsonObject,
    content: JsonObject,
    signal: AbortSignal,
  ): Promise<string> {
    const peer = this.#askable.get(identity);
    if (!peer || signal.aborted) return "";
    const { promise, resolve } = Promise.withResolvers<string>();
    const giveUp = () => resolve("");
    signal.addEventListener("abort", giveUp);
    this.#answers.set(identity, resolve);
    try {
      const question = { type: "input_request", content };
      await peer.send(encodeAnswer(this.#connection.key, this.#session, parent, question));
      return await promise;
    } catch {
      return ""; // the front end has left
    } finally {
      this.#answers.delete(identity);
      signal.removeEventListener("abort", giveUp);
    }
  }

  async #receive(peer: ZmtpSocket, handle: (request: Request) => void): Promise<void> {
    const { key } = this.#connection;
    for await (const frames of peer) {
      let message: Message;
      try {
        message = decodeMessage(key, frames, this.#signatures);
      } catch (error) {
        // Not signed with our key, or repeated: not from our front ends.
        if (!(error instanceof MessageError)) throw error;
        if (peer.limits === TRUSTED) continue;
        return;
      }
      peer.limits = TRUSTED;
      const answer = (type: string, content: JsonObject) => {
        peer.send(encodeAnswer(key, this.#session, message.header, { type, content }))
          .catch(() => {});
      };
      const ask = (question: JsonObject, signal: AbortSignal) =>
        this.#ask(peer.identity, message.header, question, signal);
      handle({ ...message, answer, ask });
    }
  }
}
