/** `deno task lab` with the real JupyterLab and a real kernel. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { jupyterFolder, logFolder, runtimeFolder } from "../../tools/kernelspec/jupyter_folder.ts";
import { inFolder } from "../support/files.ts";
import { otherUser, readableByOthers } from "../support/other_user.ts";
import { isAlive } from "../support/processes.ts";
import { testUnless } from "../support/skip.ts";
import { lab, machine, missing } from "./machine.ts";

/** Milliseconds, more than JupyterLab takes to start on a slow machine. */
const PATIENCE = 120_000;

/** The children of a process, and their children. */
async function descendants(pid: number): Promise<number[]> {
  const text = await Deno.readTextFile(`/proc/${pid}/task/${pid}/children`).catch(() => "");
  const children = text.split(" ").filter((word) => word !== "").map(Number);
  return [...children, ...(await Promise.all(children.map(descendants))).flat()];
}

async function until<T>(what: string, look: () => Promise<T | undefined>): Promise<T> {
  for (const end = performance.now() + PATIENCE; performance.now() < end;) {
    const found = await look();
    if (found !== undefined) return found;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  throw new Error(`expected ${what} within ${PATIENCE / 1000} s, found nothing`);
}

const notHere = Deno.build.os === "linux"
  ? missing("lab")
  : "it looks for processes as Linux shows them";

/** A running `deno task lab`, and its output. */
class Started {
  readonly process: Deno.ChildProcess;
  printed = "";
  readonly #reading: Promise<void>;

  constructor(env: Record<string, string>, ...args: string[]) {
    this.process = new Deno.Command(Deno.execPath(), {
      args: ["run", "-A", "tools/lab/lab.ts", ...args],
      cwd: machine.project,
      env: {
        MNIST_SOURCE: "digits",
        PATH: join(lab?.program ?? "", "..") + ":/usr/bin:/bin",
        ...env,
      },
      stdin: "null",
      stdout: "piped",
      stderr: "inherit",
    }).spawn();
    this.#reading = this.#read();
  }

  async #read(): Promise<void> {
    for await (const text of this.process.stdout.pipeThrough(new TextDecoderStream())) {
      this.printed += text;
    }
  }

  /** The address to open, once it is printed. */
  address(): Promise<URL> {
    return until("the address", () => {
      const address = /http:\/\/127\.0\.0\.1:\d+\/\?token=\w+/.exec(this.printed)?.[0];
      return Promise.resolve(address === undefined ? undefined : new URL(address));
    });
  }

  /** Starts a kernel, and returns the processes of the server, the relay and Deno's kernel. */
  async startKernel({ origin, searchParams }: URL): Promise<number[]> {
    const headers = { Authorization: `token ${searchParams.get("token")}` };
    const body = JSON.stringify({ name: "deno" });
    const started = await fetch(`${origin}/api/kernels`, { method: "POST", headers, body });
    assert.equal(started.status, 201);
    await started.body?.cancel();
    return await until("a kernel", async () => {
      const pids = await descendants(this.process.pid);
      return pids.length >= 3 ? pids : undefined;
    });
  }

  /** Waits for the end, and returns the exit code. */
  async code(): Promise<number> {
    const { code } = await this.process.status;
    await this.#reading;
    return code;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (isAlive(this.process.pid)) this.process.kill("SIGTERM");
    await this.process.status;
  }
}

const allEnded = (pids: number[]) =>
  until("the end of all", () => Promise.resolve(pids.some(isAlive) ? undefined : true));

testUnless(notHere, "lab: opens the browser, and Ctrl-C leaves no process behind", async () => {
  await inFolder(async (folder) => {
    // A browser that only writes down the page that it should open: a file with the address.
    const browser = join(folder, "browser");
    const noted = join(folder, "noted");
    await Deno.writeTextFile(
      browser,
      `#!/bin/sh\necho "$1" > ${noted}.tmp; mv ${noted}.tmp ${noted}\n`,
      { mode: 0o755 },
    );
    await using started = new Started({ BROWSER: browser });
    const address = await started.address();
    assert.match(started.printed, /Starting JupyterLab 4/);

    const token = address.searchParams.get("token");
    const noting = () => Deno.readTextFile(noted).catch(() => undefined);
    const page = await until("a page in the browser", noting);
    const opened = await Deno.readTextFile(new URL(page.trim()));
    assert.ok(opened.includes(token ?? "no token"));

    const led = await fetch(address, { redirect: "manual" });
    await led.body?.cancel();
    assert.match(led.headers.get("location") ?? "", /\/lab\/tree\/notebooks\/00_perceptron\.ipynb/);

    const headers = { Authorization: `token ${token}` };
    const specs = await (await fetch(`${address.origin}/api/kernelspecs`, { headers })).json();
    assert.equal(specs.default, "deno");
    const ours = specs.kernelspecs.deno.spec;
    assert.equal(ours.argv[0], Deno.execPath());
    assert.equal(ours.interrupt_mode, "message");
    const stranger = await fetch(`${address.origin}/api/kernels`);
    await stranger.body?.cancel();
    assert.equal(stranger.status, 403);

    const pids = await started.startKernel(address);
    assert.ok(pids.every(isAlive));
    started.process.kill("SIGINT");
    assert.equal(await started.code(), 0);
    assert.match(started.printed, /Shutting down the server and its kernels/);
    await allEnded(pids);
  });
});

/** The log of a server. */
async function logOf(pids: number[]): Promise<string> {
  const paths = pids.map((pid) => join(logFolder(), `server-${pid}.log`));
  const logs = await Promise.all(paths.map((path) => Deno.readTextFile(path).catch(() => "")));
  const text = logs.join("");
  assert.notEqual(text, "", "expected a log of the server, found none");
  return text;
}

testUnless(
  notHere ?? otherUser,
  "lab: no other user, no log and no kernel gets the token",
  async () => {
    await using started = new Started({ BROWSER: "true" });
    const address = await started.address();
    const token = address.searchParams.get("token") ?? "no token";
    const pids = await started.startKernel(address);

    // Other tests start servers, too, which write and remove files.
    const read = (path: string) => Deno.readTextFile(path).catch(() => "");
    // Jupyter writes it to files in the folder that only the user can enter.
    const runtime = await Array.fromAsync(Deno.readDir(runtimeFolder()), ({ name }) => name);
    const files = await Promise.all(runtime.map((name) => read(join(runtimeFolder(), name))));
    assert.ok(files.some((text) => text.includes(token)));
    const readable = await readableByOthers(jupyterFolder());
    assert.ok(readable.length > 0, "expected others to read the kernel spec");
    for (const path of readable) assert.ok(!(await read(path)).includes(token), path);

    // Every user can read the command lines of all processes.
    for await (const { name } of Deno.readDir("/proc")) {
      const line = await read(`/proc/${name}/cmdline`);
      assert.ok(!line.includes(token), line);
    }

    // A cell that prints its environment, and a saved notebook with it, must not have it.
    const server = pids[0];
    for (const pid of await descendants(server)) {
      const environment = await read(`/proc/${pid}/environ`);
      assert.ok(!environment.includes(token), `the environment of process ${pid} has the token`);
    }

    started.process.kill("SIGINT");
    assert.equal(await started.code(), 0);
    await allEnded(pids);
    const log = await logOf(pids);
    assert.ok(!log.includes(token), "the log has the token");
    assert.doesNotMatch(log, /Fatal Python error/);
  },
);

testUnless(notHere, "lab: two in one folder at once; the end of one leaves the other", async () => {
  await using one = new Started({}, "--no-browser");
  await using two = new Started({}, "--no-browser");
  const [first, second] = [await one.address(), await two.address()];
  assert.notEqual(first.port, second.port);
  one.process.kill("SIGINT");
  assert.equal(await one.code(), 0);
  const pids = await two.startKernel(second);
  assert.ok(pids.every(isAlive));
  two.process.kill("SIGINT");
  assert.equal(await two.code(), 0);
  await allEnded(pids);
});

testUnless(notHere, "lab: killed, it leaves no process behind either", async () => {
  await using started = new Started({}, "--no-browser");
  const pids = await started.startKernel(await started.address());
  started.process.kill("SIGKILL");
  await allEnded(pids);
  assert.doesNotMatch(await logOf(pids), /Fatal Python error/);
});
