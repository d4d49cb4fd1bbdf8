/** The command `deno task run`, started as a person starts it. */
import assert from "node:assert/strict";
import { dirname, join } from "node:path";
import { projectPath, projectRoot } from "../../../lib/support/paths.ts";
import {
  codeCells,
  outputsAreCurrent,
  readNotebook,
  writeNotebook,
} from "../../../tools/notebook_file/notebook.ts";
import type { Notebook } from "../../../tools/notebook_file/notebook.ts";
import { inFolder } from "../../support/files.ts";
import { notebookOf, notebookWithParameters } from "../../support/notebooks.ts";

interface Ran {
  code: number;
  stdout: string;
  stderr: string;
}

function command(args: string[], options: { cwd?: string; env?: Record<string, string> } = {}) {
  const { cwd = projectRoot, env = {} } = options;
  return new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", projectPath("tools/run/run.ts"), ...args],
    cwd,
    // As `deno task` sets it; one from outside would name another folder.
    env: { NO_COLOR: "1", INIT_CWD: cwd, ...env },
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
  });
}

async function run(args: string[], options?: Parameters<typeof command>[1]): Promise<Ran> {
  const { code, stdout, stderr } = await command(args, options).output();
  const decoder = new TextDecoder();
  return { code, stdout: decoder.decode(stdout), stderr: decoder.decode(stderr) };
}

/** Writes notebooks to a temporary folder, and passes their paths. */
async function withNotebooks(
  notebooks: Record<string, Notebook>,
  test: (folder: string, ...paths: string[]) => Promise<void>,
): Promise<void> {
  await inFolder(async (folder) => {
    const paths = Object.keys(notebooks).map((name) => join(folder, name));
    for (const [i, notebook] of Object.values(notebooks).entries()) {
      await writeNotebook(paths[i], notebook);
    }
    await test(folder, ...paths);
  });
}

/** Records as `record` of lib does, without lib. */
const record = (name: string, value: string) =>
  `await Deno.jupyter.display({ "text/plain": "", "application/scrapbook.scrap.json+json":
    { name: ${JSON.stringify(name)}, data: ${value} } }, { raw: true });`;

const GOOD = notebookWithParameters(
  "let hidden = 50;\nlet source = Deno.env.get('MNIST_SOURCE');",
  [
    record("data", `Deno.env.get("MNIST_SOURCE") ?? "none"`),
    record("hidden", "hidden"),
    record("folder", `Deno.env.get("MNIST_DIR") ?? null`),
    record("cwd", "Deno.cwd()"),
  ].join("\n"),
);
const BAD = notebookOf("1", "console.log('x');\n\nthrow new RangeError('too large');");

Deno.test("--json prints one line per notebook and nothing else; --set and --data have their effect", async () => {
  await withNotebooks({ "a.ipynb": GOOD, "b.ipynb": BAD }, async (folder, good, bad) => {
    const args = ["--json", "--set", "hidden=7", "--data", "digits"];
    const { code, stdout } = await run([...args, good], { env: { MNIST_DIR: "../shared/mnist" } });
    assert.equal(code, 0);
    const { seconds, ...line } = JSON.parse(stdout);
    assert.ok(seconds > 0);
    assert.equal(stdout.trimEnd().split("\n").length, 1);
    assert.deepEqual(line, {
      notebook: good.replaceAll("\\", "/"),
      ok: true,
      data: "digits",
      scraps: {
        hidden: 7,
        folder: projectPath("../shared/mnist"),
        cwd: await Deno.realPath(folder),
      },
    });

    const both = await run(["--json", "--jobs", "2", bad, good]);
    assert.equal(both.code, 1);
    const [first, second] = both.stdout.trimEnd().split("\n").map((line) => JSON.parse(line));
    assert.equal(first.ok, false);
    assert.deepEqual(first.error, {
      cell: 2,
      id: "cell-2",
      line: 3,
      message: "RangeError: too large",
    });
    assert.equal(second.ok, true);
    assert.match(both.stderr, /b\.ipynb, cell 2 \(cell-2\), line 3: RangeError: too large/);
  });
});

Deno.test("for people: progress, then a table; paths are relative to the working folder", async () => {
  await withNotebooks({ "a.ipynb": GOOD }, async (folder) => {
    const { code, stdout, stderr } = await run(["a.ipynb"], { cwd: folder });
    assert.equal(code, 0);
    assert.match(stderr, /Running .*a\.ipynb[^]*cell 1 of 2 {2}cell-1[^]*cell 2 of 2 {2}cell-2/);
    assert.match(
      stdout,
      /^notebook +data +seconds +recorded\n.*a\.ipynb +none +\d+\.\d +hidden 50/,
    );
  });
});

Deno.test("--out writes executed copies, also of failed notebooks; --write stores in place", async () => {
  await withNotebooks({ "a.ipynb": GOOD, "b.ipynb": BAD }, async (folder, good, bad) => {
    const before = await Promise.all([good, bad].map((path) => Deno.readTextFile(path)));
    const out = join(folder, "out", "deep");
    assert.equal((await run(["--out", out, "--set", "hidden=3", good])).code, 0);
    assert.equal((await run(["--out", out, bad])).code, 1);
    assert.deepEqual(
      await Promise.all([good, bad].map((path) => Deno.readTextFile(path))),
      before,
      "the notebooks themselves are as they were",
    );
    const copy = await readNotebook(join(out, "a.ipynb"));
    assert.match(codeCells(copy)[0].source, /^let hidden = 3;/);
    assert.equal(codeCells(copy)[1].outputs.length, 4);
    const failed = codeCells(await readNotebook(join(out, "b.ipynb")));
    assert.deepEqual(failed[1].outputs.map((output) => output.output_type), ["stream", "error"]);

    assert.equal((await run(["--write", bad])).code, 1);
    assert.equal(await Deno.readTextFile(bad), before[1], "never after a failure");
  });
});

Deno.test("--write: the same file each time; machine paths are rejected", async () => {
  const plain = notebookOf("console.log('x'); 1", "await 2");
  const leaky = notebookOf("console.log(Deno.cwd())");
  await withNotebooks({ "a.ipynb": plain, "b.ipynb": leaky }, async (folder, good, bad) => {
    const first = await run(["--write", good]);
    assert.equal(first.code, 0, first.stderr);
    const written = await Deno.readTextFile(good);
    const notebook = await readNotebook(good);
    assert.ok(outputsAreCurrent(notebook));
    assert.deepEqual(codeCells(notebook).map((cell) => cell.execution_count), [1, 2]);
    assert.equal((await run(["--write", good])).code, 0);
    assert.equal(await Deno.readTextFile(good), written);

    const before = await Deno.readTextFile(bad);
    const { code, stderr } = await run(["--write", bad]);
    assert.equal(code, 1);
    assert.match(stderr, /expected outputs without paths of this machine/);
    assert.equal(await Deno.readTextFile(bad), before);
    assert.deepEqual([...Deno.readDirSync(folder)].length, 2, "no temporary file is left");

    // The outputs of a run are never lost: another file has them, and the message names it.
    const [, rescued] = /The outputs of this run are in (.*b\.ipynb)/.exec(stderr) ?? [];
    try {
      assert.equal(codeCells(await readNotebook(rescued))[0].outputs.length, 1);
    } finally {
      await Deno.remove(dirname(rescued), { recursive: true });
    }
  });
});

Deno.test({
  name: "--write: a symbolic link and the file's mode stay",
  ignore: Deno.build.os === "windows",
  fn: () =>
    withNotebooks({ "a.ipynb": notebookOf("1 + 1") }, async (folder, path) => {
      const link = join(folder, "link.ipynb");
      await Deno.symlink(path, link);
      await Deno.chmod(path, 0o640);
      assert.equal((await run(["--write", link])).code, 0);
      assert.ok((await Deno.lstat(link)).isSymlink);
      const { mode } = await Deno.lstat(path);
      assert.equal(mode! & 0o777, 0o640);
      assert.equal(codeCells(await readNotebook(path))[0].execution_count, 1);
    }),
});

Deno.test("no control character of a notebook reaches the terminal", async () => {
  const escape = "\\x1b[2J\\x9b";
  const notebook = notebookOf(
    `console.log("${escape}");`,
    record(`na${escape}me`, `"va${escape}lue"`),
    `throw new Error("${escape}");`,
  );
  await withNotebooks({ "\x1b[31m.ipynb": notebook }, async (_folder, path) => {
    for (const args of [[path], ["--json", path]]) {
      const { code, stdout, stderr } = await run(args);
      assert.equal(code, 1);
      // deno-lint-ignore no-control-regex -- control characters are what this is about
      assert.doesNotMatch(stdout + stderr, /[\x00-\x08\x0b-\x1f\x7f-\x9f]/);
      assert.match(stderr, /\\x1b\[31m\.ipynb, cell 3 \(cell-3\), line 1: Error: \\x1b\[2J\\x9b/);
    }
  });
});

Deno.test("wrong arguments are reported before anything runs", async () => {
  await withNotebooks({ "a.ipynb": GOOD }, async (folder, good) => {
    const file = async (name: string, text: string) => {
      await Deno.writeTextFile(join(folder, name), text);
      return join(folder, name);
    };
    const broken = await file("broken.ipynb", '{"cells": [');
    const empty = await file("empty.ipynb", "");
    const old = await file("old.ipynb", '{"nbformat": 3, "nbformat_minor": 0, "worksheets": []}');
    const other = await file("other.ipynb", '{"name": "a package"}');
    const metadata = { kernelspec: { name: "python3", language: "python" } };
    const python = await file("python.ipynb", JSON.stringify({ ...notebookOf("1"), metadata }));
    const elsewhere = await file(
      "elsewhere.ipynb",
      JSON.stringify(notebookOf("1", 'import { zeros } from "mnist";')),
    );
    const cases: [args: string[], message: RegExp][] = [
      [["--set", "hiden=3", good], /expected one of hidden, source, .*did you mean hidden/],
      [["--set", "hidden=x", good], /expected a number such as 50/],
      [["--set", "hidden", good], /expected name=value/],
      [["--set", "hidden=1", "--set", "hidden=2", good], /expected it once/],
      [["--data", "imagenet", good], /--data: expected one of auto, mnist, digits/],
      [["--timeout", "soon", good], /--timeout: expected a number above 0/],
      [["--jobs", "0", good], /--jobs: expected a number above 0/],
      [["--write", "--set", "hidden=1", good], /--write: expected no --set/],
      [["--out", folder, good], /--out: expected another folder/],
      [["--nonsense", good], /--nonsense/],
      [[join(folder, "missing.ipynb")], /missing\.ipynb: expected a notebook, found no such file/],
      [["--data", "cifar-10", good], /--data: expected one of auto, mnist, digits/],
      [["--out", join(good, "below"), good], /below.*: expected a place to write it, found /],
      [[empty], /empty\.ipynb: expected a notebook, found an empty file/],
      [[old], /old\.ipynb: expected notebook format 4\.5, found 3\.0; open it in JupyterLab/],
      [[other], /other\.ipynb: expected a notebook, which has an nbformat, found \{"name"/],
      [[folder], /expected a notebook, found a folder; name the notebooks in it/],
      [["https://example.org/a.ipynb"], /expected the path of a notebook, found an address/],
      [[python], /python\.ipynb: expected a notebook of TypeScript cells, found one of python; /],
      [[elsewhere], /elsewhere\.ipynb: cell cell-2: expected "mnist" to be known in /],
      [[broken], /broken\.ipynb: expected a notebook, found text that is not JSON/],
      [[good, broken], /broken\.ipynb/],
    ];
    const results = await Promise.all(cases.map(([args]) => run(["--json", ...args])));
    for (const [i, [args, message]] of cases.entries()) {
      const { code, stdout, stderr } = results[i];
      assert.equal(code, 1, args.join(" "));
      assert.match(stderr, message);
      for (const line of stdout.split("\n").filter(Boolean)) {
        assert.equal(JSON.parse(line).ok, false);
      }
    }
  });
});

Deno.test("--types reports type errors as the check does", async () => {
  const notebook = notebookOf("const n: number = 1;", "\nconst text: string = n;");
  await withNotebooks({ "a.ipynb": notebook }, async (_, path) => {
    assert.equal((await run([path])).code, 0);
    const { code, stdout, stderr } = await run(["--types", "--json", path]);
    assert.equal(code, 1);
    const { ok, typeErrors, error } = JSON.parse(stdout);
    const message = "Type 'number' is not assignable to type 'string'.";
    assert.deepEqual([ok, error, typeErrors], [
      false,
      undefined,
      [{ cell: 2, id: "cell-2", line: 2, message }],
    ]);
    assert.match(stderr, /a\.ipynb, cell 2 \(cell-2\), line 2: Type 'number' is not assignable/);
  });
});

Deno.test("--help", async () => {
  const { code, stdout } = await run(["--help"]);
  assert.equal(code, 0);
  for (const option of ["--set", "--data", "--out", "--write", "--json", "--timeout", "--jobs"]) {
    assert.ok(stdout.includes(option));
  }
});

/** Starts the command on a cell without end, and waits until the cell writes its kernel's process ID. */
async function startEndless(folder: string, loop: string) {
  const path = join(folder, "endless.ipynb");
  const sign = join(folder, "pid");
  await writeNotebook(
    path,
    notebookOf(`Deno.writeTextFileSync("pid", String(Deno.pid));\n${loop}`),
  );
  const child = command([path]).spawn();
  for (let i = 0; i < 600; i++) {
    const text = await Deno.readTextFile(sign).catch(() => "");
    if (text !== "") return { child, kernel: Number(text) };
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  child.kill("SIGKILL");
  throw new Error("the cell did not start within 30 s");
}

/** Whether a process runs; one that has ended and was not collected yet does not. */
async function isRunning(pid: number): Promise<boolean> {
  const { stdout } = await new Deno.Command("ps", { args: ["-o", "stat=", "-p", `${pid}`] })
    .output();
  const state = new TextDecoder().decode(stdout).trim();
  return state !== "" && !state.startsWith("Z");
}

for (
  const [signal, code, loop] of [
    ["SIGINT", 130, "while (true) {}"],
    ["SIGTERM", 143, "await new Promise(() => {});"],
    ["SIGKILL", 137, "while (true) {}"],
  ] as const
) {
  Deno.test({
    name: `no kernel is left behind after ${signal}`,
    ignore: Deno.build.os === "windows", // it has no such signals, and no ps
    async fn() {
      await inFolder(async (folder) => {
        const { child, kernel } = await startEndless(folder, loop);
        assert.ok(await isRunning(kernel));
        child.kill(signal);
        const { code: found, signal: ended } = await child.status;
        assert.equal(ended === null ? found : 137, code);
        await Promise.all([child.stdout.cancel(), child.stderr.cancel()]);
        let waits = 0;
        while (await isRunning(kernel) && waits++ < 200) {
          await new Promise((resolve) => setTimeout(resolve, 50));
        }
        assert.ok(!await isRunning(kernel), `kernel ${kernel} still runs`);
      });
    },
  });
}

Deno.test("deno task finds the project from any folder of it", async () => {
  await withNotebooks({ "a.ipynb": notebookOf(record("one", "1")) }, async (_folder, path) => {
    const { code, stdout } = await new Deno.Command(Deno.execPath(), {
      args: ["task", "run", "--json", path],
      cwd: projectPath("lib/data"),
      stdin: "null",
    }).output();
    assert.equal(code, 0);
    assert.deepEqual(JSON.parse(new TextDecoder().decode(stdout)).scraps, { one: 1 });
  });
});
