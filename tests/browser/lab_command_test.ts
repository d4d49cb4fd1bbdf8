/** The command `deno task lab` itself, with the real JupyterLab and a real kernel. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { inFolder } from "../support/files.ts";
import { testUnless } from "../support/skip.ts";
import { lab, machine, missing } from "./machine.ts";

/** Longer than JupyterLab takes to start on a slow machine. */
const PATIENCE = 120_000;

/** The processes that a process has started, and those that they have started. */
async function descendants(pid: number): Promise<number[]> {
  const text = await Deno.readTextFile(`/proc/${pid}/task/${pid}/children`).catch(() => "");
  const children = text.split(" ").filter((word) => word !== "").map(Number);
  return [...children, ...(await Promise.all(children.map(descendants))).flat()];
}

function isAlive(pid: number): boolean {
  try {
    Deno.kill(pid, "SIGCONT");
    return true;
  } catch {
    return false;
  }
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

testUnless(notHere, "lab: opens the browser, and Ctrl-C leaves no process behind", async () => {
  await inFolder(async (folder) => {
    assert.ok(lab);
    // A browser that only notes the page that it is to open: a file with the address in it.
    const browser = join(folder, "browser");
    const noted = join(folder, "noted");
    await Deno.writeTextFile(
      browser,
      `#!/bin/sh\necho "$1" > ${noted}.tmp; mv ${noted}.tmp ${noted}\n`,
      {
        mode: 0o755,
      },
    );
    const process = new Deno.Command(Deno.execPath(), {
      args: ["run", "-A", "tools/lab.ts"],
      cwd: machine.project,
      env: {
        MNIST_SOURCE: "digits",
        BROWSER: browser,
        PATH: join(lab.program, "..") + ":/usr/bin:/bin",
      },
      stdin: "null",
      stdout: "piped",
      stderr: "inherit",
    }).spawn();
    try {
      let printed = "";
      const reading = (async () => {
        for await (const text of process.stdout.pipeThrough(new TextDecoderStream())) {
          printed += text;
        }
      })();
      const url = await until(
        "the address",
        () => Promise.resolve(/http:\/\/127\.0\.0\.1:\d+\/lab\/\S+token=\w+/.exec(printed)?.[0]),
      );
      assert.match(printed, /Starting JupyterLab 4/);

      const page = await until(
        "a page in the browser",
        () => Deno.readTextFile(noted).catch(() => undefined),
      );
      const opened = await Deno.readTextFile(new URL(page.trim()));
      assert.ok(opened.includes(new URL(url).searchParams.get("token") ?? "no token"));

      const { origin, searchParams } = new URL(url);
      const headers = { Authorization: `token ${searchParams.get("token")}` };
      const specs = await (await fetch(`${origin}/api/kernelspecs`, { headers })).json();
      const ours = specs.kernelspecs.deno.spec;
      assert.equal(ours.argv[0], Deno.execPath());
      assert.equal(ours.interrupt_mode, "message");
      const stranger = await fetch(`${origin}/api/kernels`);
      await stranger.body?.cancel();
      assert.equal(stranger.status, 403);

      const body = JSON.stringify({ name: "deno" });
      const started = await fetch(`${origin}/api/kernels`, { method: "POST", headers, body });
      assert.equal(started.status, 201);
      await started.body?.cancel();
      // The server, the relay, and the kernel behind it.
      const pids = await until("a kernel", async () => {
        const pids = await descendants(process.pid);
        return pids.length >= 3 ? pids : undefined;
      });
      assert.ok(pids.every(isAlive));

      process.kill("SIGINT");
      assert.equal((await process.status).code, 0);
      await reading;
      assert.match(printed, /Ending the server and its kernels/);
      await until("the end of all", () => Promise.resolve(pids.some(isAlive) ? undefined : true));
    } finally {
      if (isAlive(process.pid)) process.kill("SIGTERM");
      await process.status;
    }
  });
});
