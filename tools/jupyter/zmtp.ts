/**
 * The part of ZMTP 3.0, the wire protocol of ZeroMQ, that Jupyter needs: over TCP, without security. A
 * client has a DEALER that talks to the kernel's ROUTER and a SUB that listens to its PUB; a kernel has
 * the other ends, and a REP that echoes. Source: ZeroMQ RFC 23, https://rfc.zeromq.org/spec/23/.
 *
 *     greeting  = %xFF 8%x00 %x7F  version(2)  mechanism(20)  as-server(1)  filler(31)
 *     frame     = flags size body     flags: 1 more frames follow, 2 size of 8 bytes, 4 command
 *
 * Why not the npm package `zeromq`: it is native code that waits for its sockets through libuv's
 * `uv_poll`, which Deno 2.9 emulates incompletely. A callback for a socket that was just closed crashed
 * the process in about 1 of 20 runs, and a lost event leaves it waiting forever. Over plain TCP a
 * broken connection is also noticed at once, instead of being restored silently.
 *
 * @module
 */

/** The peer does not speak ZMTP, sent a message that is too large, or is gone. */
export class ZmtpError extends Error {
  override name = "ZmtpError";
}

/** The limits of one message; a peer that sends more is disconnected. */
export interface Limits {
  /** Bytes of all frames together. */
  bytes: number;
  frames: number;
}

/** The limits for a peer that is known to be ours. */
export const TRUSTED: Limits = { bytes: 256 * 1024 * 1024, frames: 1000 };

/** The limit for commands, such as those of the handshake. */
const COMMAND_BYTES = 1024;

/** Milliseconds that the handshake of a peer that connects to us may take. */
const HANDSHAKE_PATIENCE = 10_000;

const MORE = 1, LONG = 2, COMMAND = 4;

/** A connected socket. */
export class ZmtpSocket implements AsyncIterable<Uint8Array[]> {
  readonly #connection: Deno.TcpConn;
  readonly #reader: Reader;
  #identity = "";
  #lastWrite: Promise<void> = Promise.resolve();
  #pendingBytes = 0;
  /** What the peer may send from now on. */
  limits: Limits;

  private constructor(connection: Deno.TcpConn, limits: Limits) {
    this.#connection = connection;
    this.#reader = new Reader(connection);
    this.limits = limits;
  }

  /** The bytes passed to {@linkcode ZmtpSocket.send} that the peer has not read yet. */
  get pendingBytes(): number {
    return this.#pendingBytes;
  }

  /**
   * The name that the peer gives itself, in hexadecimal, or "". A front end gives all its sockets the
   * same name, so that a kernel can find those that belong together.
   */
  get identity(): string {
    return this.#identity;
  }

  /**
   * Connects and shakes hands. A `SUB` subscribes to everything.
   *
   * @param identity the name of this socket; see {@linkcode ZmtpSocket.identity}.
   * @throws {ZmtpError} if the peer does not speak ZMTP 3 without security.
   * @throws {Deno.errors.ConnectionRefused} if no program listens at the port.
   */
  static async connect(
    hostname: string,
    port: number,
    type: "DEALER" | "SUB",
    signal: AbortSignal,
    identity = "",
  ): Promise<ZmtpSocket> {
    signal.throwIfAborted();
    const connection = await Deno.connect({ hostname, port });
    const socket = new ZmtpSocket(connection, TRUSTED);
    const close = () => socket.close();
    signal.addEventListener("abort", close, { once: true });
    try {
      signal.throwIfAborted(); // perhaps while we connected
      if (connection.localAddr.port === port) {
        // If no program listens yet, the system may connect our end with itself.
        throw new Deno.errors.ConnectionRefused(`port ${port}: no program listens`);
      }
      connection.setNoDelay(true);
      await socket.#shakeHands(type, identity);
      if (type === "SUB") await socket.send([Uint8Array.of(1)]);
      return socket;
    } catch (error) {
      socket.close();
      signal.throwIfAborted();
      throw error;
    } finally {
      signal.removeEventListener("abort", close);
    }
  }

  /**
   * Shakes hands with a peer that has connected to us.
   *
   * @param limits what it may send.
   * @param patience milliseconds that the handshake may take.
   * @throws {ZmtpError} if the peer does not speak ZMTP 3 without security.
   */
  static async accept(
    connection: Deno.TcpConn,
    type: "ROUTER" | "PUB" | "REP",
    limits: Limits = TRUSTED,
    patience: number = HANDSHAKE_PATIENCE,
  ): Promise<ZmtpSocket> {
    const socket = new ZmtpSocket(connection, limits);
    const timer = setTimeout(() => socket.close(), patience);
    try {
      connection.setNoDelay(true);
      await socket.#shakeHands(type);
      return socket;
    } catch (error) {
      socket.close();
      throw error;
    } finally {
      clearTimeout(timer);
    }
  }

  /** Sends one message, after those sent before. */
  send(frames: Uint8Array[]): Promise<void> {
    return this.sendEncoded(encodeMessage(frames));
  }

  /** Sends what {@linkcode encodeMessage} returned, so that a message to many peers is in memory once. */
  sendEncoded(bytes: Uint8Array): Promise<void> {
    return this.#write(bytes);
  }

  /**
   * The messages as they arrive, without end.
   *
   * @throws {ZmtpError} if the peer closes the connection or sends anything but ZMTP.
   * @throws {Deno.errors.BadResource} if this side closes it.
   */
  async *[Symbol.asyncIterator](): AsyncGenerator<Uint8Array[]> {
    let message: Uint8Array[] = [];
    let bytes = 0;
    for (;;) {
      const { flags, body } = await this.#readFrame(this.limits.bytes - bytes);
      if (flags & COMMAND) continue;
      message.push(body);
      bytes += body.length;
      if (message.length > this.limits.frames) {
        throw new ZmtpError(`zmtp: expected at most ${this.limits.frames} frames, found more`);
      }
      if (flags & MORE) continue;
      yield message;
      message = [];
      bytes = 0;
    }
  }

  /** Closes the connection. */
  close(): void {
    try {
      this.#connection.close();
    } catch {
      // It is closed already.
    }
  }

  async #shakeHands(type: string, identity = ""): Promise<void> {
    const greeting = new Uint8Array(64);
    greeting[0] = 0xff;
    greeting[9] = 0x7f;
    greeting[10] = 3;
    greeting.set(new TextEncoder().encode("NULL"), 12);
    await this.#write(greeting);
    const theirs = await this.#reader.read(64);
    const mechanism = new TextDecoder().decode(theirs.subarray(12, 32)).replace(/\0+$/, "");
    if (theirs[0] !== 0xff || theirs[9] !== 0x7f || theirs[10] < 3 || mechanism !== "NULL") {
      throw new ZmtpError("zmtp: expected the greeting of ZMTP 3 without security, found another");
    }
    await this.#write(encodeFrame(readyCommand(type, identity), COMMAND));
    const { flags, body } = await this.#readFrame(COMMAND_BYTES);
    const { name, properties } = decodeCommand(body);
    if (!(flags & COMMAND) || name !== "READY") {
      throw new ZmtpError(`zmtp: expected the command READY, found ${JSON.stringify(name)}`);
    }
    this.#identity = properties.get("identity")?.toHex() ?? "";
  }

  /** @param limit bytes that a frame of a message may have. */
  async #readFrame(limit: number): Promise<{ flags: number; body: Uint8Array }> {
    const [flags] = await this.#reader.read(1);
    if (flags > (MORE | LONG | COMMAND)) {
      throw new ZmtpError(`zmtp: expected flags of a frame, found ${flags}`);
    }
    const header = await this.#reader.read(flags & LONG ? 8 : 1);
    const size = flags & LONG
      ? Number(new DataView(header.buffer, header.byteOffset).getBigUint64(0))
      : header[0];
    const most = flags & COMMAND ? COMMAND_BYTES : limit;
    if (size > most) {
      throw new ZmtpError(`zmtp: expected a frame of at most ${most} bytes, found ${size}`);
    }
    return { flags, body: await this.#reader.read(size) };
  }

  /** Writes one after another: a write may be sent in pieces, and pieces must not mix. */
  #write(bytes: Uint8Array): Promise<void> {
    const write = async () => {
      for (let sent = 0; sent < bytes.length;) {
        const count = await this.#connection.write(bytes.subarray(sent));
        sent += count;
        this.#pendingBytes -= count;
      }
    };
    this.#pendingBytes += bytes.length;
    this.#lastWrite = this.#lastWrite.then(write);
    return this.#lastWrite;
  }
}

/** Reads a given number of bytes at a time from a connection. */
class Reader {
  readonly #source: Deno.TcpConn;
  readonly #buffer = new Uint8Array(8 * 1024);
  #rest = new Uint8Array(0);

  constructor(source: Deno.TcpConn) {
    this.#source = source;
  }

  /** Allocates memory as bytes arrive, not as many as a peer announces. */
  async read(count: number): Promise<Uint8Array> {
    let result = new Uint8Array(Math.min(count, 64 * 1024));
    for (let filled = 0; filled < count;) {
      if (filled === result.length) {
        const larger = new Uint8Array(Math.min(count, 2 * filled));
        larger.set(result);
        result = larger;
      }
      if (this.#rest.length === 0 && result.length - filled >= this.#buffer.length) {
        filled += await this.#readInto(result.subarray(filled));
        continue;
      }
      if (this.#rest.length === 0) {
        this.#rest = this.#buffer.subarray(0, await this.#readInto(this.#buffer));
      }
      const piece = this.#rest.subarray(0, result.length - filled);
      result.set(piece, filled);
      filled += piece.length;
      this.#rest = this.#rest.subarray(piece.length);
    }
    return result;
  }

  async #readInto(target: Uint8Array<ArrayBuffer>): Promise<number> {
    const count = await this.#source.read(target);
    if (count === null) {
      throw new ZmtpError("zmtp: expected more bytes, found the connection closed");
    }
    return count;
  }
}

/** `command = size-of-name name *(size-of-key(1) key size-of-value(4) value)` */
function readyCommand(socketType: string, identity: string): Uint8Array {
  const property = (key: string, value: string) => {
    const [keyBytes, valueBytes] = [key, value].map((text) => new TextEncoder().encode(text));
    const size = new Uint8Array(4);
    new DataView(size.buffer).setUint32(0, valueBytes.length);
    return concat([Uint8Array.of(keyBytes.length), keyBytes, size, valueBytes]);
  };
  const name = new TextEncoder().encode("READY");
  return concat([
    Uint8Array.of(name.length),
    name,
    property("Socket-Type", socketType),
    ...(identity === "" ? [] : [property("Identity", identity)]),
  ]);
}

/** The name of a command, and its properties by their keys in lower case: case has no meaning. */
function decodeCommand(body: Uint8Array): { name: string; properties: Map<string, Uint8Array> } {
  const view = new DataView(body.buffer, body.byteOffset, body.byteLength);
  const decode = (start: number, end: number) =>
    new TextDecoder().decode(body.subarray(start, end));
  const properties = new Map<string, Uint8Array>();
  let at = 1 + (body[0] ?? 0);
  const name = decode(1, at);
  while (at + 1 + body[at] + 4 <= body.length) {
    const valueAt = at + 1 + body[at] + 4;
    const key = decode(at + 1, valueAt - 4).toLowerCase();
    at = valueAt + view.getUint32(valueAt - 4);
    properties.set(key, body.subarray(valueAt, at));
  }
  return { name, properties };
}

/** The bytes of a message on the wire. */
export function encodeMessage(frames: Uint8Array[]): Uint8Array {
  return concat(frames.map((body, i) => encodeFrame(body, i < frames.length - 1 ? MORE : 0)));
}

function encodeFrame(body: Uint8Array, flags: number): Uint8Array {
  if (body.length < 256) return concat([Uint8Array.of(flags, body.length), body]);
  const header = new Uint8Array(9);
  header[0] = flags | LONG;
  new DataView(header.buffer).setBigUint64(1, BigInt(body.length));
  return concat([header, body]);
}

function concat(parts: Uint8Array[]): Uint8Array {
  const result = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    result.set(part, at);
    at += part.length;
  }
  return result;
}
