/** The channels, attacked by peers that are not front ends. */
import assert from "node:assert/strict";
import type { Connection } from "../../../tools/jupyter/kernel_process.ts";
import { encodeRequest } from "../../../tools/jupyter/messages.ts";
import { ZmtpSocket } from "../../../tools/jupyter/zmtp.ts";
import { Front, type Request } from "../../../tools/kernel/front.ts";
import { within } from "../../../tools/support/waiting.ts";

const never = new AbortController().signal;

/** Channels on free ports, and the requests that arrive there. */
function openFront() {
  const listeners = Array.from(
    { length: 5 },
    () => Deno.listen({ hostname: "127.0.0.1", port: 0 }),
  );
  const [shell_port, iopub_port, stdin_port, control_port, hb_port] = listeners
    .map(({ addr }) => addr.port);
  for (const listener of listeners) listener.close();
  const connection: Connection = {
    ...{ ip: "127.0.0.1", transport: "tcp", signature_scheme: "hmac-sha256", kernel_name: "deno" },
    ...{ shell_port, iopub_port, stdin_port, control_port, hb_port, key: crypto.randomUUID() },
  };
  const requests: Request[] = [];
  const take = (request: Request) => {
    requests.push(request);
    request.answer(request.type.replace("request", "reply"), {});
  };
  const front = new Front(connection, { shell: take, control: take });
  const connect = (port: number, type: "DEALER" | "SUB" = "DEALER") =>
    ZmtpSocket.connect("127.0.0.1", port, type, never);
  const request = (code: string) =>
    encodeRequest(connection.key, "session", "execute_request", { code }).frames;
  return { connection, front, requests, connect, request };
}

/** Waits until the other side closes a connection, and returns whether it does. */
async function isClosed(socket: ZmtpSocket): Promise<boolean> {
  const reading = Array.fromAsync(socket).then(() => {}, () => {});
  const closed = await within(reading, 5000);
  socket.close();
  await reading;
  return closed;
}

Deno.test("channels", async (t) => {
  // They stay open, as in the kernel, until the test has ended.
  const { connection, front, requests, connect, request } = openFront();
  const { shell_port, control_port, stdin_port, iopub_port, hb_port, key } = connection;

  await t.step(
    "a stranger's large message, many frames or wrong key end its connection",
    async () => {
      const large = [new Uint8Array(300_000)];
      const many = Array.from({ length: 40 }, () => Uint8Array.of(1));
      const forged = encodeRequest("another key", "session", "execute_request", {}).frames;
      for (const port of [shell_port, control_port, stdin_port]) {
        for (const frames of [large, many, forged]) {
          const socket = await connect(port);
          socket.send(frames).catch(() => {});
          assert.ok(await isClosed(socket));
        }
      }
      for (const [port, type] of [[iopub_port, "SUB"], [hb_port, "DEALER"]] as const) {
        const socket = await connect(port, type);
        socket.send([new Uint8Array(5000)]).catch(() => {});
        assert.ok(await isClosed(socket));
      }
      assert.equal(requests.length, 0);
    },
  );

  await t.step("after a signed message, a front end may send large ones", async () => {
    const socket = await connect(shell_port);
    const answers = socket[Symbol.asyncIterator]();
    for (const code of ["1", "/".repeat(3e6)]) {
      await socket.send(request(code));
      await answers.next();
      assert.equal(requests.pop()?.content.code, code);
    }
    socket.close();
  });

  await t.step("a message that arrives twice is handled once, on any channel", async () => {
    const once = request("once");
    const socket = await connect(shell_port);
    for (const frames of [once, once, request("after")]) await socket.send(frames);
    const answers = socket[Symbol.asyncIterator]();
    for (const _ of ["once", "after"]) await answers.next();
    socket.close();
    for (const port of [shell_port, control_port]) {
      const stranger = await connect(port);
      await stranger.send(once);
      assert.ok(await isClosed(stranger));
    }
    assert.deepEqual(requests.splice(0).map(({ content }) => content.code), ["once", "after"]);
  });

  await t.step("a subscriber that does not read is disconnected, others are not", async () => {
    const [deaf, other] = [await connect(iopub_port, "SUB"), await connect(iopub_port, "SUB")];
    let received = 0;
    const reading = (async () => {
      for await (const _ of other) received++;
    })().catch(() => {});
    await new Promise((resolve) => setTimeout(resolve, 100)); // until both are subscribed
    const content = { name: "stdout", text: "x".repeat(1e6) };
    for (let i = 0; i < 100; i++) {
      front.publish({ header: {} }, { type: "stream", content });
      while (received <= i && i < 90) await new Promise((resolve) => setTimeout(resolve, 1));
    }
    assert.ok(await isClosed(deaf));
    assert.ok(received >= 90);
    other.close();
    await reading;
  });

  await t.step("connections to a port are counted, and those that end make room", async () => {
    const sockets: Deno.TcpConn[] = [];
    for (let i = 0; i < 100; i++) {
      sockets.push(await Deno.connect({ hostname: "127.0.0.1", port: shell_port }));
    }
    const late = await Deno.connect({ hostname: "127.0.0.1", port: shell_port });
    assert.equal(await late.read(new Uint8Array(1)).catch(() => null), null);
    late.close();
    for (const socket of sockets) socket.close();
    const answered = async () => {
      const socket = await connect(shell_port);
      await socket.send(encodeRequest(key, "session", "kernel_info_request", {}).frames);
      await socket[Symbol.asyncIterator]().next();
      socket.close();
      return true;
    };
    let isOpen = false;
    for (let i = 0; i < 50 && !isOpen; i++) {
      isOpen = await answered().catch(() => false);
      if (!isOpen) await new Promise((resolve) => setTimeout(resolve, 50));
    }
    assert.ok(isOpen);
  });
});

Deno.test("a peer that does not finish its greeting is disconnected", async () => {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const slow = await Deno.connect({ hostname: "127.0.0.1", port: listener.addr.port });
  await slow.write(Uint8Array.of(0xff, 0));
  await assert.rejects(ZmtpSocket.accept(await listener.accept(), "ROUTER", undefined, 50));
  slow.close();
  listener.close();
});
