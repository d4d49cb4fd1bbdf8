/**
 * ZMTP 3.0, the wire protocol of ZeroMQ, over TCP and without security: as much of it as Jupyter
 * needs. A client has a DEALER that talks to the kernel's ROUTER and a SUB that listens to its PUB;
 * a kernel has the other ends, and a REP that gives back what it gets. Source: ZeroMQ RFC 23, https://rfc.zeromq.org/spec/23/.
 *
 *     greeting  = %xFF 8%x00 %x7F  version(2)  mechanism(20)  as-server(1)  filler(31)
 *     frame     = flags size body     flags: 1 more follow, 2 size of 8 bytes, 4 a command
 *
 * Why not the npm package `zeromq`: it is native code that waits for its sockets through libuv's
 * `uv_poll`, which Deno 2.9 only imitates. A callback that arrives when its socket has just been
 * closed crashes the process (about 1 run in 20 here), and an event that gets lost leaves it waiting for
 * ever. Over plain TCP a broken connection is also seen at once, rather than silently made anew.
 *
 * @module
 */

/** The peer does not speak ZMTP, sent a frame that is too large, or is not there any more. */
export class ZmtpError extends Error {
  override name = "ZmtpError";
}

/** No frame is larger; the memory for a frame is taken only below this. */
const MAX_FRAME_BYTES = 256 * 1024 * 1024;

const MORE = 1, LONG = 2, COMMAND = 4;

/** A connected socket. */
export class ZmtpSocket implements AsyncIterable<Uint8Array[]> {
  readonly #connection: Deno.TcpConn;
  readonly #reader: Reader;
  #identity = "";
  #lastWrite: Promise<void> = Promise.resolve();

  private constructor(connection: Deno.TcpConn) {
    this.#connection = connection;
    this.#reader = new Reader(connection);
  }

  /**
   * What the peer calls itself, in hexadecimal, or "". A front end gives all its sockets one name,
   * so that a kernel can tell which of them belong together.
   */
  get identity(): string {
    return this.#identity;
  }

  /**
   * Connects and shakes hands. A `SUB` subscribes to everything.
   *
   * @param identity what this socket calls itself; see {@linkcode ZmtpSocket.identity}.
   * @throws {ZmtpError} when the peer does not speak ZMTP 3 without security.
   * @throws {Deno.errors.ConnectionRefused} when nobody listens at the port.
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
    const socket = new ZmtpSocket(connection);
    const close = () => socket.close();
    signal.addEventListener("abort", close, { once: true });
    try {
      signal.throwIfAborted(); // it may have been while we connected
      if (connection.localAddr.port === port) {
        // Where nobody listens yet, the system may have joined our end with itself.
        throw new Deno.errors.ConnectionRefused(`port ${port}: nobody listens`);
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
   * @throws {ZmtpError} when the peer does not speak ZMTP 3 without security.
   */
  static async accept(
    connection: Deno.TcpConn,
    type: "ROUTER" | "PUB" | "REP",
  ): Promise<ZmtpSocket> {
    const socket = new ZmtpSocket(connection);
    try {
      connection.setNoDelay(true);
      await socket.#shakeHands(type);
      return socket;
    } catch (error) {
      socket.close();
      throw error;
    }
  }

  /** Sends one message, after those sent before. */
  send(frames: Uint8Array[]): Promise<void> {
    const bytes = concat(
      frames.map((body, i) => encodeFrame(body, i < frames.length - 1 ? MORE : 0)),
    );
    return this.#write(bytes);
  }

  /**
   * The messages as they come in, without end.
   *
   * @throws {ZmtpError} when the peer closes the connection or sends something else than ZMTP.
   * @throws {Deno.errors.BadResource} when this side closes it.
   */
  async *[Symbol.asyncIterator](): AsyncGenerator<Uint8Array[]> {
    let message: Uint8Array[] = [];
    for (;;) {
      const { flags, body } = await this.#readFrame();
      if (flags & COMMAND) continue;
      message.push(body);
      if (flags & MORE) continue;
      yield message;
      message = [];
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
    const { flags, body } = await this.#readFrame();
    const { name, properties } = decodeCommand(body);
    if (!(flags & COMMAND) || name !== "READY") {
      throw new ZmtpError(`zmtp: expected the command READY, found ${JSON.stringify(name)}`);
    }
    this.#identity = properties.get("identity")?.toHex() ?? "";
  }

  async #readFrame(): Promise<{ flags: number; body: Uint8Array }> {
    const [flags] = await this.#reader.read(1);
    if (flags > (MORE | LONG | COMMAND)) {
      throw new ZmtpError(`zmtp: expected flags of a frame, found ${flags}`);
    }
    const header = await this.#reader.read(flags & LONG ? 8 : 1);
    const size = flags & LONG
      ? Number(new DataView(header.buffer, header.byteOffset).getBigUint64(0))
      : header[0];
    if (size > MAX_FRAME_BYTES) {
      throw new ZmtpError(
        `zmtp: expected a frame of at most ${MAX_FRAME_BYTES} bytes, found ${size}`,
      );
    }
    return { flags, body: await this.#reader.read(size) };
  }

  /** Writes wait for one another: a write may go out in pieces, and pieces must not mix. */
  #write(bytes: Uint8Array): Promise<void> {
    const write = async () => {
      for (let sent = 0; sent < bytes.length;) {
        sent += await this.#connection.write(bytes.subarray(sent));
      }
    };
    this.#lastWrite = this.#lastWrite.then(write);
    return this.#lastWrite;
  }
}

/** Reads so many bytes at a time from a connection. */
class Reader {
  readonly #source: Deno.TcpConn;
  readonly #buffer = new Uint8Array(256 * 1024);
  #rest = new Uint8Array(0);

  constructor(source: Deno.TcpConn) {
    this.#source = source;
  }

  async read(count: number): Promise<Uint8Array> {
    const result = new Uint8Array(count);
    let filled = 0;
    while (filled < count) {
      if (this.#rest.length === 0) this.#rest = await this.#readSome();
      const piece = this.#rest.subarray(0, count - filled);
      result.set(piece, filled);
      filled += piece.length;
      this.#rest = this.#rest.subarray(piece.length);
    }
    return result;
  }

  async #readSome(): Promise<Uint8Array<ArrayBuffer>> {
    const count = await this.#source.read(this.#buffer);
    if (count === null) {
      throw new ZmtpError("zmtp: expected more bytes, found the connection closed");
    }
    return this.#buffer.subarray(0, count);
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

/** The name of a command, and its properties by their keys in small letters: case means nothing. */
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
