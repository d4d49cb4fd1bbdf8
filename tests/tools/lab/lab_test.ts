/** How `deno task lab` finds a Jupyter server on simulated machines, starts it and ends it. */
import assert from "node:assert/strict";
import { dirname, join } from "node:path";
import { projectRoot } from "../../../lib/support/paths.ts";
import { noWayLeft, type Way, ways } from "../../../tools/lab/jupyter.ts";
import {
  findProgram,
  type Machine,
  perform,
  ProgramError,
} from "../../../tools/support/machine.ts";
import { freePort, isLoopback, RunningServer, ServerError } from "../../../tools/lab/serve.ts";
import { inFolder } from "../../support/files.ts";
import { isAlive } from "../../support/processes.ts";
import { testUnless } from "../../support/skip.ts";

/** The simulated programs are shell scripts. */
const noShell = Deno.build.os === "windows" ? "there is no shell script on Windows" : undefined;

/** A machine without any program. */
const BARE: Machine = {
  os: Deno.build.os,
  path: "",
  pathExtensions: "",
  root: false,
  debian: false,
  project: "",
};

/** A machine that has only the given programs, as shell scripts, and an empty project. */
async function withMachine(
  programs: Record<string, string>,
  test: (machine: Machine, folder: string) => Promise<void>,
  changes: Partial<Machine> = {},
): Promise<void> {
  await inFolder(async (folder) => {
    const bin = join(folder, "bin");
    const project = join(folder, "project");
    await Deno.mkdir(join(project, "tools", "lab"), { recursive: true });
    await Deno.writeTextFile(requirements(project), "jupyterlab==4.6.6\nnotebook==7.6.5\n");
    for (const [name, script] of Object.entries(programs)) {
      await writeProgram(join(bin, name), script);
    }
    const machine: Machine = { ...BARE, path: bin, project, ...changes };
    await test(machine, folder);
  });
}

function requirements(project: string): string {
  return join(project, "tools", "lab", "requirements.txt");
}

async function writeProgram(path: string, script: string): Promise<void> {
  await Deno.mkdir(dirname(path), { recursive: true });
  await Deno.writeTextFile(path, `#!/bin/sh\n${script}\n`, { mode: 0o755 });
}

/** A program that prints its version. */
function version(text: string): string {
  return `[ "$1" = --version ] && echo ${text}`;
}

/** A Python that can create environments. It writes its arguments to the file `calls`. */
const PYTHON = `
echo "$@" >> "$(dirname "$0")/calls"
case "$*" in
  *version_info*) echo 3.11 ;;
  *sys.executable*) echo "$0" ;;
  *"-m venv"*)
    for last; do :; done
    /bin/mkdir -p "$last/bin" && /bin/cp "$0" "$last/bin/python" ;;
  *"install --require-hashes -r"*) echo "Collecting jupyterlab==4.6.6" ;;
esac`.replaceAll("dirname", "/usr/bin/dirname");

async function all(machine: Machine): Promise<Way[]> {
  return await Array.fromAsync(ways(machine));
}

async function first(machine: Machine): Promise<Way> {
  const [way] = await all(machine);
  assert.ok(way, "expected a way to a server, found none");
  return way;
}

testUnless(noShell, "lab: JupyterLab on the PATH comes before all others", async () => {
  const programs = {
    "jupyter-lab": version("4.2.0"),
    "jupyter-notebook": version("7.2.0"),
    uv: "exit 0",
    python3: PYTHON,
  };
  await withMachine(programs, async (machine) => {
    const way = await first(machine);
    const server = await way.take();
    assert.equal(way.announcement, "");
    assert.equal(server.name, "JupyterLab 4.2.0");
    assert.equal(server.kind, "lab");
    assert.equal(server.program, findProgram(machine, "jupyter-lab"));
  });
});

testUnless(noShell, "lab: a JupyterLab that fails or is too old is skipped", async () => {
  for (const broken of ["echo 4.2.0; exit 1", "exit 127", version("2.3.2"), "echo no version"]) {
    const programs = { "jupyter-lab": broken, "jupyter-notebook": version("6.4.12") };
    await withMachine(programs, async (machine) => {
      const server = await (await first(machine)).take();
      assert.equal(server.name, "Jupyter Notebook 6.4.12");
      assert.equal(server.kind, "classic");
    });
  }
});

testUnless(noShell, "lab: --install installs JupyterLab even if there is a Notebook", async () => {
  const programs = { "jupyter-notebook": version("6.4.12"), python3: PYTHON };
  await withMachine(programs, async (machine) => {
    assert.equal((await (await first(machine)).take()).kind, "classic");
    const [way] = await Array.fromAsync(ways(machine, true));
    assert.match(way.announcement, /JupyterLab into \.venv/);
    assert.equal((await way.take()).kind, "lab");
    // Once installed, it comes first.
    assert.equal((await (await first(machine)).take()).kind, "lab");
  });
});

testUnless(noShell, "lab: Notebook 7 is not the classic Notebook", async () => {
  await withMachine({ "jupyter-notebook": version("7.6.5") }, async (machine) => {
    assert.equal((await (await first(machine)).take()).kind, "notebook");
  });
});

/** A uv that creates an environment with the Python above. */
const UV = `
here=$(/usr/bin/dirname "$0")
echo "$@" >> "$here/calls"
if [ "$1" = venv ]; then
  for last; do :; done
  /bin/mkdir -p "$last/bin" && /bin/cp "$here/made-python" "$last/bin/python"
fi`;

testUnless(noShell, "lab: uv creates .venv, and the packages' hashes are checked", async () => {
  await withMachine({ uv: UV, "made-python": PYTHON }, async (machine, folder) => {
    const way = await first(machine);
    assert.match(way.announcement, /\.venv .* uv/);
    const server = await way.take();
    assert.equal(server.program, join(machine.project, ".venv", "bin", "python"));
    assert.deepEqual(server.args, ["-I", "-m", "jupyterlab"]);
    assert.equal(server.name, "JupyterLab 4.6.6");
    const [venv, install] = (await Deno.readTextFile(join(folder, "bin", "calls"))).split("\n");
    assert.match(venv, /^venv .*--python >=3\.10 /);
    assert.match(install, /^pip install --require-hashes --python \S+ -r \S+requirements\.txt$/);

    const again = await first(machine);
    assert.equal(again.announcement, "");
    assert.deepEqual(await again.take(), server);
  });
});

testUnless(noShell, "lab: if uv fails, Python is the next way", async () => {
  await withMachine({ uv: "exit 2", python3: PYTHON }, async (machine) => {
    const [uv, venv] = await all(machine);
    await assert.rejects(uv.take(), ProgramError);
    assert.match(venv.announcement, /\.venv/);
  });
});

testUnless(noShell, "lab: two labs at once install JupyterLab once", async () => {
  const slow = PYTHON.replace('echo "Collecting', '/bin/sleep 0.3; echo "Collecting');
  await withMachine({ python3: slow }, async (machine, folder) => {
    const [one, two] = [await first(machine), await first(machine)];
    const [server, same] = await Promise.all([one.take(), two.take()]);
    assert.deepEqual(server, same);
    const path = join(machine.project, ".venv", "bin", "calls");
    const calls = await Deno.readTextFile(path);
    assert.equal(calls.match(/ install /g)?.length, 1, calls);
    assert.match(calls, / install --require-hashes -r /);
    assert.match(await Deno.readTextFile(join(folder, "bin", "calls")), /-m venv/);
  });
});

Deno.test("lab: every pinned package has its hashes", async () => {
  const text = await Deno.readTextFile(requirements(projectRoot));
  const packages = text.split(/^(?=[\w.-]+==)/m).slice(1);
  assert.ok(packages.length > 90);
  for (const one of packages) {
    assert.match(one, /^\S+==.*( \\\n {4}--hash=sha256:[0-9a-f]{64})+\n$/);
  }
});

testUnless(
  noShell,
  "lab: Python creates .venv once; the second start installs nothing",
  async () => {
    await withMachine({ python3: PYTHON }, async (machine, folder) => {
      const way = await first(machine);
      assert.match(way.announcement, /\.venv/);
      const server = await way.take();
      assert.equal(server.program, join(machine.project, ".venv", "bin", "python"));
      assert.deepEqual(server.args, ["-I", "-m", "jupyterlab"]);

      await Deno.remove(join(folder, "bin", "calls"));
      const again = await first(machine);
      assert.equal(again.announcement, "");
      assert.deepEqual(await again.take(), server);

      // In a folder that was moved it still works, and is not installed again.
      const moved = { ...machine, project: join(folder, "moved") };
      await Deno.rename(machine.project, moved.project);
      const there = await (await first(moved)).take();
      assert.equal(there.program, join(moved.project, ".venv", "bin", "python"));
      await Deno.rename(moved.project, machine.project);

      // Without its Python, it is installed again.
      await Deno.rename(server.program, `${server.program}-gone`);
      assert.match((await first(machine)).announcement, /\.venv/);
      await Deno.rename(`${server.program}-gone`, server.program);

      // With other requirements, or after an unfinished installation, it is installed again.
      await Deno.writeTextFile(requirements(machine.project), "jupyterlab==4.7.0\n");
      assert.match((await first(machine)).announcement, /\.venv/);
    });
  },
);

testUnless(noShell, "lab: a failing pip is reported, and leaves no finished .venv", async () => {
  const failing = PYTHON.replace('echo "Collecting', 'exit 3; echo "Collecting');
  await withMachine({ python3: failing }, async (machine) => {
    await assert.rejects((await first(machine)).take(), (error) => {
      assert.ok(error instanceof ProgramError);
      assert.match(error.message, /pip .*install --require-hashes -r .*exit code 3/);
      return true;
    });
    assert.match((await first(machine)).announcement, /\.venv/);
  });
});

testUnless(noShell, "lab: a Python that has no pip or is too old is not used", async () => {
  for (const python of ["exit 1", "echo 3.9"]) {
    await withMachine({ python3: python }, async (machine) => {
      assert.deepEqual(await all(machine), []);
    });
  }
});

testUnless(noShell, "lab: Debian's packages only as root, and announced", async () => {
  const programs = { "apt-get": `echo "$LC_ALL: $@" >> "$(/usr/bin/dirname "$0")/calls"` };
  for (const root of [false, true]) {
    await withMachine(programs, async (machine, folder) => {
      const announced = (await all(machine)).map((way) => way.announcement);
      assert.equal(announced.length, root ? 2 : 0);
      if (!root) return;
      assert.match(announced[0], /Debian.*python3-venv.*root.*apt-get/);
      assert.match(announced[1], /Debian.*jupyter-notebook.*root.*apt-get/);
      // Finding the ways installs nothing.
      await assert.rejects(Deno.stat(join(folder, "bin", "calls")), Deno.errors.NotFound);
      await assert.rejects((await all(machine))[1].take(), /jupyter-notebook: expected it to work/);
      const calls = (await Deno.readTextFile(join(folder, "bin", "calls"))).split("\n");
      // In English, because its lines are parsed.
      assert.equal(calls[0], "C: update -qq");
      assert.equal(calls[1], "C: install -y --no-install-recommends jupyter-notebook");
    }, { root, debian: true });
  }
});

Deno.test("lab: if no way works, the message says what to install, and mentions VS Code", () => {
  for (const os of ["windows", "darwin", "linux"]) {
    const machine = { ...BARE, os, debian: os === "linux" };
    const text = noWayLeft(machine);
    assert.match(text, /Python 3\.10/);
    assert.match(text, /VS Code/);
    assert.match(text, { windows: /winget/, darwin: /brew/, linux: /apt-get/ }[os] ?? /never/);
  }
});

testUnless(noShell, "findProgram: only absolute folders, only executable files", async () => {
  await inFolder(async (folder) => {
    await Deno.writeTextFile(join(folder, "plain"), "", { mode: 0o644 });
    await Deno.mkdir(join(folder, "folder"));
    await Deno.writeTextFile(join(folder, "tool.CMD"), "", { mode: 0o755 });
    // A folder that cannot be read, here a link to itself, is skipped.
    await Deno.symlink("circle", join(folder, "circle"));
    const machine = { ...BARE, path: `.:${join(folder, "circle")}:${folder}` };
    assert.equal(findProgram(machine, "plain"), undefined);
    assert.equal(findProgram(machine, "folder"), undefined);
    assert.equal(findProgram(machine, "deno.json"), undefined);
    assert.equal(findProgram(machine, "tool.CMD"), join(folder, "tool.CMD"));
  });
});

Deno.test("perform: says which program could not be started", async () => {
  await assert.rejects(perform(BARE, join("/", "no", "such", "program"), []), ProgramError);
});

Deno.test("isLoopback: this machine alone", () => {
  for (const ip of ["127.0.0.1", "127.1.2.3", "::1", "localhost"]) assert.ok(isLoopback(ip), ip);
  for (const ip of ["0.0.0.0", "::", "192.0.2.1", "*", "127.0.0.1.example"]) {
    assert.ok(!isLoopback(ip), ip);
  }
});

Deno.test("freePort: skips ports in use", () => {
  using taken = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const port = freePort("127.0.0.1", taken.addr.port);
  assert.ok(port > taken.addr.port && port < taken.addr.port + 100);
});

/** A program that does what `RunningServer` needs of a Jupyter server. */
const SERVER = `
const port = Number(Deno.args.find((arg) => arg.startsWith("--port="))?.slice(7));
const token = Deno.env.get("JUPYTER_TOKEN");
console.log("arguments", JSON.stringify(Deno.args));
console.log("kernels in", Deno.env.get("JUPYTER_PATH"));
Deno.serve({ hostname: "127.0.0.1", port, onListen() {} }, (request) => {
  const { pathname } = new URL(request.url);
  if (request.headers.get("authorization") !== "token " + token) return new Response("", { status: 403 });
  if (pathname === "/api/shutdown") { setTimeout(() => Deno.exit(0), 10); }
  return new Response("{}");
});`;

async function withServer(
  script: string,
  test: (machine: Machine, start: () => Promise<RunningServer>) => Promise<void>,
): Promise<void> {
  await withMachine({}, async (machine, folder) => {
    const program = join(folder, "server.ts");
    await Deno.writeTextFile(program, script);
    const args = ["run", "-A", "--no-config", program];
    const server = { name: "A server", kind: "lab", program: Deno.execPath(), args } as const;
    const port = 20000 + Math.floor(Math.random() * 20000);
    const ip = "127.0.0.1";
    const page = "notebooks/01 first.ipynb";
    await test(
      machine,
      () => RunningServer.start(server, { machine, ip, port, orNext: true, page, browser: false }),
    );
  });
}

testUnless(noShell, "serve: waits for the answer, ends the process", async () => {
  await withServer(SERVER, async (machine, start) => {
    const running = await start();
    assert.match(
      running.url,
      /^http:\/\/127\.0\.0\.1:\d+\/\?token=[0-9a-f]{48}$/,
    );
    assert.ok(isAlive(running.pid));
    const folder = join(machine.project, ".jupyter");
    const log = await Deno.readTextFile(join(folder, "logs", `server-${running.pid}.log`));
    assert.match(log, /"--ip=127\.0\.0\.1"/);
    assert.match(log, /"--no-browser"/);
    assert.ok(log.includes(`kernels in ${folder}`));
    assert.ok(!log.includes(new URL(running.url).searchParams.get("token") ?? ""));
    await running.end();
    assert.equal(await running.ended, 0);
    assert.ok(!isAlive(running.pid));
    await running.end();
  });
});

testUnless(noShell, "serve: takes the next port if another program takes the first", async () => {
  const slow = `const port = Number(Deno.args.find((arg) => arg.startsWith("--port="))?.slice(7));
    if (port === Number(Deno.readTextFileSync(import.meta.dirname + "/taken"))) {
      console.error("ERROR: the port is already in use"); Deno.exit(1);
    }` +
    SERVER.replace("const port =", "const own =").replace("port, onListen", "port: own, onListen");
  await withServer(slow, async (machine, start) => {
    const taken = join(dirname(machine.project), "taken");
    await Deno.writeTextFile(taken, "0");
    const first = await start();
    await first.end();
    const { port } = new URL(first.url);
    await Deno.writeTextFile(taken, port);
    const second = await start();
    await second.end();
    assert.ok(Number(new URL(second.url).port) > Number(port));
  });
});

testUnless(noShell, "serve: two at once in one folder have their own ports and logs", async () => {
  await withServer(SERVER, async (machine, start) => {
    // Both find the same port free, and one of them gets it.
    const [one, two] = await Promise.all([start(), start()]);
    assert.notEqual(new URL(one.url).port, new URL(two.url).port);
    await one.end();
    assert.ok(isAlive(two.pid), "the end of one ends the other");
    const answer = await fetch(new URL("/api/status", two.url), {
      headers: { Authorization: `token ${new URL(two.url).searchParams.get("token")}` },
    });
    await answer.body?.cancel();
    assert.equal(answer.status, 200);
    await two.end();
    for (const { url, pid } of [one, two]) {
      const log = join(machine.project, ".jupyter", "logs", `server-${pid}.log`);
      const ports = (await Deno.readTextFile(log)).match(/(?<=--port=)\d+/g);
      assert.deepEqual(ports, [new URL(url).port]);
    }
  });
});

testUnless(noShell, "serve: a server that has ended is not asked to shut down", async () => {
  await withServer(SERVER, async (_, start) => {
    const running = await start();
    running.kill();
    await running.ended;
    // Another server gets its port.
    const asked: string[] = [];
    const other = Deno.serve({
      hostname: "127.0.0.1",
      port: Number(new URL(running.url).port),
      onListen() {},
    }, (request) => {
      asked.push(request.url);
      return new Response();
    });
    await running.end();
    await other.shutdown();
    assert.deepEqual(asked, []);
  });
});

testUnless(noShell, "serve: only the newest logs are kept", async () => {
  await withServer(SERVER, async (machine, start) => {
    const folder = join(machine.project, ".jupyter", "logs");
    await Deno.mkdir(folder, { recursive: true });
    for (let day = 1; day <= 15; day++) {
      const path = join(folder, `server-${day}.log`);
      await Deno.writeTextFile(path, "");
      await Deno.utime(path, day * 86_400, day * 86_400);
    }
    const running = await start();
    await running.end();
    const names = await Array.fromAsync(Deno.readDir(folder), ({ name }) => name);
    const kept = Array.from({ length: 9 }, (_, i) => `server-${i + 7}.log`);
    assert.deepEqual(names.sort(), [...kept, `server-${running.pid}.log`].sort());
  });
});

testUnless(
  noShell,
  "serve: a server that ends is reported with the end of its output",
  async () => {
    await withServer(`console.error("no such option"); Deno.exit(7);`, async (_, start) => {
      await assert.rejects(start(), (error) => {
        assert.ok(error instanceof ServerError);
        assert.match(error.message, /ended with code 7/);
        assert.match(error.message, /no such option/);
        return true;
      });
    });
  },
);

testUnless(noShell, "serve: a server that does not shut down is killed", async () => {
  const stubborn = SERVER.replace("Deno.exit(0)", "0")
    .replace(
      'return new Response("{}")',
      'return new Response("{}", { status: pathname === "/api/shutdown" ? 500 : 200 })',
    );
  await withServer(stubborn, async (_, start) => {
    const running = await start();
    await running.end();
    assert.ok(!isAlive(running.pid));
  });
});
