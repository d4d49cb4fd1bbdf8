/**
 * The messages of the Jupyter protocol, version 5.3, as they are sent over ZeroMQ:
 *
 *     [routing ids…] "<IDS|MSG>" signature header parent_header metadata content [buffers…]
 *
 * The signature is HMAC-SHA256, in hexadecimal, over the four JSON frames, with the key of the
 * connection file. Source: jupyter-client's "Messaging in Jupyter", section "The Wire Protocol".
 *
 * @module
 */

import { createHmac, randomUUID, timingSafeEqual } from "node:crypto";
import { isObject, type Json, type JsonObject, text } from "../support/json.ts";

/** One message, decoded. */
export interface Message {
  /** The type of the message, such as `stream` or `execute_reply`. */
  type: string;
  /** The message's own id. */
  id: string;
  /** The id of the request that it answers, or "" if it answers none. */
  parentId: string;
  /** The whole header, which an answer to this message must repeat. */
  header: JsonObject;
  metadata: JsonObject;
  content: JsonObject;
  /** The size of the message as it was sent. */
  bytes: number;
}

/** A message that is not signed with this connection's key, or not one of the protocol. */
export class MessageError extends Error {
  override name = "MessageError";
}

const DELIMITER = "<IDS|MSG>";

/** The frames of a new request of this client, and the id that replies will name. */
export function encodeRequest(
  key: string,
  session: string,
  type: string,
  content: JsonObject,
): { id: string; frames: Uint8Array[] } {
  const header = newHeader(session, type, "run");
  return { id: text(header.msg_id), frames: encode(key, [header, {}, {}, content]) };
}

/** The frames of a message with which a kernel answers the request that had this header. */
export function encodeAnswer(
  key: string,
  session: string,
  parent: JsonObject,
  { type, content, metadata = {} }: Pick<Message, "type" | "content"> & { metadata?: JsonObject },
): Uint8Array[] {
  return encode(key, [newHeader(session, type, "kernel"), parent, metadata, content]);
}

function newHeader(session: string, type: string, username: string): JsonObject {
  return {
    msg_id: randomUUID(),
    session,
    username,
    date: new Date().toISOString(),
    msg_type: type,
    version: "5.3",
  };
}

function encode(key: string, objects: JsonObject[]): Uint8Array[] {
  const parts = objects.map((part) => JSON.stringify(part));
  const frames = [DELIMITER, sign(key, parts), ...parts];
  return frames.map((frame) => new TextEncoder().encode(frame));
}

/** The number of signatures that are remembered: a message is not repeated after so many others. */
const REMEMBERED = 10_000;

/** The signatures of the messages received last, by which a repeated one is recognized. */
export class Signatures {
  readonly #seen = new Set<string>();

  /** Whether a signature is new; it is remembered. */
  add(signature: string): boolean {
    if (this.#seen.has(signature)) return false;
    this.#seen.add(signature);
    if (this.#seen.size > REMEMBERED) {
      for (const oldest of this.#seen) {
        this.#seen.delete(oldest);
        break;
      }
    }
    return true;
  }
}

/**
 * Reads the frames of a received message.
 *
 * @param seen the signatures of earlier messages: one that is repeated is rejected.
 * @throws {MessageError} if the delimiter or a part is missing, the signature is not by `key` or
 *   was seen before, or a part is not a JSON object.
 */
export function decodeMessage(key: string, frames: Uint8Array[], seen?: Signatures): Message {
  const texts = frames.map((frame) => new TextDecoder().decode(frame));
  const start = texts.indexOf(DELIMITER);
  if (start < 0 || texts.length < start + 6) {
    throw new MessageError(
      `message: expected ${DELIMITER}, a signature and 4 parts, found ${frames.length} frames`,
    );
  }
  const parts = frames.slice(start + 2, start + 6);
  const signature = sign(key, parts);
  const expected = new TextEncoder().encode(signature);
  const found = frames[start + 1];
  if (expected.length !== found.length || !timingSafeEqual(expected, found)) {
    throw new MessageError("message: expected a signature by this connection's key, found another");
  }
  if (seen?.add(signature) === false) {
    throw new MessageError("message: expected a new message, found one that was received before");
  }
  const [header, parent, metadata, content] = texts.slice(start + 2, start + 6).map(parseObject);
  return {
    type: text(header.msg_type),
    id: text(header.msg_id),
    parentId: text(parent.msg_id),
    header,
    metadata,
    content,
    bytes: frames.reduce((sum, frame) => sum + frame.length, 0),
  };
}

function sign(key: string, parts: (string | Uint8Array)[]): string {
  const hmac = createHmac("sha256", key);
  for (const part of parts) hmac.update(part);
  return hmac.digest("hex");
}

function parseObject(json: string): JsonObject {
  let value: Json;
  try {
    value = JSON.parse(json);
  } catch (cause) {
    throw new MessageError(`message: expected JSON, found ${json.slice(0, 40)}`, { cause });
  }
  if (!isObject(value)) {
    throw new MessageError(`message: expected a JSON object, found ${json.slice(0, 40)}`);
  }
  return value;
}
