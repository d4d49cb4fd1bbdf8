import assert from "node:assert/strict";
import * as fc from "fast-check";
import { ZmtpError, ZmtpSocket } from "../../../tools/jupyter/zmtp.ts";

const never = new AbortController().signal;

/** Two ends of one connection, closed when the test ends. */
async function withPair(test: (client: ZmtpSocket, server: ZmtpSocket) => Promise<void>) {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const connecting = ZmtpSocket.connect("127.0.0.1", listener.addr.port, "DEALER", never);
  const server = await ZmtpSocket.accept(await listener.accept(), "ROUTER");
  const client = await connecting;
  try {
    await test(client, server);
  } finally {
    client.close();
    server.close();
    listener.close();
  }
}

/** Connects to a peer that answers with the bytes given and closes. */
async function connectTo(answer: Uint8Array<ArrayBuffer>): Promise<Uint8Array[][]> {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const peer = async () => {
    const connection = await listener.accept();
    await connection.write(answer);
    await connection.closeWrite();
    // Read until the other side closes: closing earlier would discard the answer.
    await connection.readable.pipeTo(new WritableStream()).catch(() => {});
  };
  const served = peer();
  let socket: ZmtpSocket | undefined;
  try {
    socket = await ZmtpSocket.connect("127.0.0.1", listener.addr.port, "SUB", never);
    return await Array.fromAsync(socket);
  } finally {
    socket?.close();
    await served.catch(() => {});
    listener.close();
  }
}

/** What a peer sends first: greeting and READY, as in RFC 23. */
function hello(changes: [at: number, value: number][] = []): number[] {
  const greeting = new Uint8Array(64);
  greeting.set([0xff, 0, 0, 0, 0, 0, 0, 0, 0, 0x7f, 3, 0, ...new TextEncoder().encode("NULL")]);
  for (const [at, value] of changes) greeting[at] = value;
  const ready = new TextEncoder().encode("\x05READY\x0bSocket-Type\0\0\0\x03PUB");
  return [...greeting, 4, ready.length, ...ready];
}

Deno.test("messages arrive whole and in order, of any size and number of frames", async () => {
  await withPair(async (client, server) => {
    const arriving = server[Symbol.asyncIterator]();
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.array(fc.uint8Array({ maxLength: 600 }), { minLength: 1, maxLength: 5 }), {
          maxLength: 5,
        }),
        async (messages) => {
          await Promise.all(messages.map((message) => client.send(message)));
          for (const message of messages) {
            const { value } = await arriving.next();
            assert.deepEqual(value, message);
          }
        },
      ),
      { numRuns: 50 },
    );
  });
});

Deno.test("large messages sent at the same time do not mix", async () => {
  await withPair(async (client, server) => {
    const sizes = [5e6, 3, 8e6, 70_000];
    const sent = sizes.map((size, i) => client.send([new Uint8Array(size).fill(i)]));
    const arriving = server[Symbol.asyncIterator]();
    for (const [i, size] of sizes.entries()) {
      const { value: [body] } = await arriving.next();
      assert.equal(body.length, size);
      assert.ok(body.every((byte: number) => byte === i));
    }
    await Promise.all(sent);
  });
});

Deno.test("commands between messages are skipped", async () => {
  const bytes = [...hello(), 4, 5, ...new TextEncoder().encode("\x04PING"), 1, 1, 7, 0, 1, 8];
  await assert.rejects(connectTo(Uint8Array.from(bytes)), /connection closed/);
});

Deno.test("a peer that does not speak ZMTP 3 without security is rejected", async (test) => {
  const cases: [string, number[]][] = [
    ["another protocol", [...new TextEncoder().encode("HTTP/1.1 400 Bad Request\r\n".padEnd(64))]],
    ["an older version", hello([[10, 1]])],
    ["with a password", hello([[12, 80], [13, 76]])],
    ["no READY", [...hello().slice(0, 64), 4, 6, 5, ...new TextEncoder().encode("ERROR")]],
    ["unknown flags", [...hello(), 255]],
    ["a frame of 2^60 bytes", [...hello(), 2, 16, 0, 0, 0, 0, 0, 0, 0]],
    ["cut off in the greeting", hello().slice(0, 20)],
    ["cut off in a frame", [...hello(), 0, 100, 1]],
  ];
  for (const [name, bytes] of cases) {
    await test.step(name, () => assert.rejects(connectTo(Uint8Array.from(bytes)), ZmtpError));
  }
});

Deno.test("no program listens", async () => {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const { port } = listener.addr;
  listener.close();
  await assert.rejects(
    ZmtpSocket.connect("127.0.0.1", port, "DEALER", never),
    Deno.errors.ConnectionRefused,
  );
});

Deno.test("connecting to a peer that never answers can be aborted", async () => {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const controller = new AbortController();
  const reason = new Error("enough");
  const { port } = listener.addr;
  const connecting = ZmtpSocket.connect("127.0.0.1", port, "DEALER", controller.signal);
  const peer = await listener.accept();
  controller.abort(reason);
  await assert.rejects(connecting, reason);
  peer.close();
  listener.close();
});
