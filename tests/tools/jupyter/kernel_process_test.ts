import assert from "node:assert/strict";
import { Client } from "../../../tools/jupyter/client.ts";
import { Kernel, KernelError } from "../../../tools/jupyter/kernel_process.ts";
import { inFolder } from "../../support/files.ts";
import { isAlive } from "../../support/processes.ts";

/** A listener on a free port. */
function occupied(): Deno.TcpListener {
  return Deno.listen({ hostname: "127.0.0.1", port: 0 });
}

/** Picks ports of which one is taken at the first attempt; counts its calls. */
function portsWithOneTaken(which: number) {
  const taken = occupied();
  let asked = 0;
  return {
    taken,
    asked: () => asked,
    pickPorts(count: number) {
      asked++;
      const listeners = Array.from({ length: count }, occupied);
      const ports = listeners.map((listener) => listener.addr.port);
      if (asked === 1) ports[which] = taken.addr.port;
      return { ports, release: () => listeners.splice(0).forEach((one) => one.close()) };
    },
  };
}

const connect = (kernel: Kernel, signal: AbortSignal) => Client.connect(kernel.connection, signal);

Deno.test("a kernel that is stopped leaves no process and no file", async () => {
  await inFolder(async (folder) => {
    const options = { cwd: folder, env: {}, temporary: folder };
    const { kernel, greeted: client } = await Kernel.start(options, connect);
    assert.deepEqual([...Deno.readDirSync(folder)], [], "the connection file is gone");
    await client.shutdown();
    await kernel.stop(5000);
    client.close();
    assert.equal((await kernel.ended).code, 0);
  });
});

Deno.test({
  name: "only its owner can read the connection file",
  ignore: Deno.build.os === "windows",
  async fn() {
    await inFolder(async (folder) => {
      const look = async () => {
        const [{ name }] = [...Deno.readDirSync(folder)];
        const { mode } = await Deno.stat(`${folder}/${name}/connection.json`);
        throw new Error((mode! & 0o777).toString(8));
      };
      const started = Kernel.start({ cwd: folder, env: {}, temporary: folder }, look);
      await assert.rejects(started, { message: "600" });
    });
  },
});

Deno.test("a port that is taken before the kernel binds it costs one more attempt", async () => {
  for (const which of [0, 4]) { // the shell's, which we connect to, and one we do not
    const { taken, asked, pickPorts } = portsWithOneTaken(which);
    const options = { cwd: Deno.cwd(), env: {}, pickPorts };
    const { kernel, greeted: client } = await Kernel.start(options, connect);
    assert.equal(asked(), 2);
    client.close();
    await kernel.kill();
    taken.close();
  }
});

Deno.test("a kernel that cannot start: the reason is in the error", async () => {
  const options = { cwd: Deno.cwd(), env: { DENO_V8_FLAGS: "--no-such-flag" } };
  await assert.rejects(Kernel.start(options, connect), (error) => {
    assert.ok(error instanceof KernelError);
    assert.match(error.message, /expected it to start, found exit code \d+[^]*no-such-flag/);
    return true;
  });
});

Deno.test({
  name: "a kernel that starts ends with the process that started it",
  ignore: Deno.build.os === "windows", // its part inside the kernel is not there yet
  async fn() {
    const url = new URL("../../../tools/jupyter/kernel_process.ts", import.meta.url);
    const program = `const { Kernel } = await import(${JSON.stringify(url)});
      await Kernel.start({ cwd: ".", env: {} }, (kernel) => {
        console.log(kernel.pid);
        return new Promise(() => {});
      });`;
    const child = new Deno.Command(Deno.execPath(), {
      args: ["eval", program],
      stdin: "null",
      stdout: "piped",
    }).spawn();
    const output = child.stdout.pipeThrough(new TextDecoderStream());
    const pid = Number((await output.values().next()).value);
    assert.ok(pid > 0 && isAlive(pid));
    child.kill("SIGKILL");
    await child.status;
    for (let waits = 0; isAlive(pid); waits++) {
      assert.ok(waits < 100, `kernel ${pid} still runs`);
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  },
});

Deno.test("starting can be aborted, and leaves no process", async () => {
  const reason = new Error("stop");
  let started: Kernel | undefined;
  const controller = new AbortController();
  const start = Kernel.start(
    { cwd: Deno.cwd(), env: {}, signal: controller.signal },
    (kernel, signal) => {
      started = kernel;
      setTimeout(() => controller.abort(reason), 20);
      return Client.connect(kernel.connection, signal);
    },
  );
  await assert.rejects(start, reason);
  assert.ok(started);
  const { success } = await started.ended;
  assert.equal(success, false);
});
