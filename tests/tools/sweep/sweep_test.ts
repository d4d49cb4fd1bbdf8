/** The command `deno task sweep`, with faults. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { projectPath } from "../../../lib/support/paths.ts";
import { readNotebook } from "../../../tools/notebook_file/notebook.ts";
import { runInfoOf } from "../../../tools/run/provenance.ts";
import { inFolder } from "../../support/files.ts";
import { placed, rowsIn, scoring, sweep, sweepCommand } from "../../support/sweeps.ts";

Deno.test("a sweep runs all settings, and a second time none", () =>
  inFolder(async (folder) => {
    const marks = join(folder, "marks");
    const code = `Deno.writeTextFileSync(${JSON.stringify(marks)}, "x", { append: true });`;
    const path = await placed(folder, scoring(code));
    const out = join(folder, "out");
    const args = [path, "--grid", "a=1,2", "--seeds", "2", "--jobs", "2", "--out", out];
    const first = await sweep(...args);
    assert.equal(first.code, 0, first.stderr);
    assert.match(first.stderr, /1 of 4 {2}a \d {2}seed \d {2}\| {2}score \d+ {2}\| {2}\d+\.\d s/);
    assert.match(first.stdout, /^a +seed +score +data +seconds +MiB\n/);
    const rows = await rowsIn(out);
    assert.deepEqual(rows.map(({ recorded }) => recorded.score).sort(), [11, 12, 21, 22]);
    assert.equal(new Set(rows.map(({ key }) => key)).size, 4);
    for (const { parameters, seed, versions, seconds } of rows) {
      assert.deepEqual(parameters, { a: parameters.a, rate: 0.5, name: "x", seed });
      assert.equal(versions.deno, Deno.version.deno);
      assert.ok(seconds > 0);
    }
    if (Deno.build.os === "linux") {
      assert.ok(rows.every(({ peakMemory }) => Number(peakMemory) > 1e7));
    }
    const copy = await readNotebook(join(out, "notebooks", `small-${rows[0].key}.ipynb`));
    assert.deepEqual(runInfoOf(copy), JSON.parse(JSON.stringify(rows[0])));

    const second = await sweep(...args);
    assert.equal(second.code, 0, second.stderr);
    assert.match(second.stderr, /4 of 4 .*from an earlier sweep/);
    assert.equal(second.stdout, first.stdout);
    assert.equal((await rowsIn(out)).length, 4);
    assert.equal((await Deno.readTextFile(marks)).length, 4);

    // A changed notebook is never served an old result.
    await placed(folder, scoring(`${code} a += 0.5;`));
    assert.equal((await sweep(...args)).code, 0);
    const all = await rowsIn(out);
    assert.equal(all.length, 8);
    assert.deepEqual(all.slice(4).map(({ recorded }) => recorded.score).sort(), [
      11.5,
      12.5,
      21.5,
      22.5,
    ]);
  }));

Deno.test("killed with SIGKILL in the middle and started again, no run is repeated", () =>
  inFolder(async (folder) => {
    const path = await placed(folder, scoring("await new Promise((r) => setTimeout(r, 300));"));
    const out = join(folder, "out");
    const args = [path, "--grid", "a=1,2,3", "--seeds", "2", "--jobs", "2", "--out", out];
    const child = sweepCommand(args).spawn();
    let before = 0;
    for (let tries = 0; before < 2 && tries < 1200; tries++) {
      await new Promise((resolve) => setTimeout(resolve, 25));
      before = (await rowsIn(out)).length;
    }
    child.kill("SIGKILL");
    await Promise.all([child.status, child.stdout.cancel(), child.stderr.cancel()]);
    const kept = await rowsIn(out);
    assert.ok(kept.length >= 2 && kept.length < 6, `${kept.length} rows when it was killed`);
    const { code, stderr } = await sweep(...args);
    assert.equal(code, 0, stderr);
    const rows = await rowsIn(out);
    assert.equal(rows.length, 6);
    assert.equal(new Set(rows.map(({ key }) => key)).size, 6);
    assert.deepEqual(rows.slice(0, kept.length), kept);
  }));

Deno.test("what fails, hangs, takes too much memory or ends its kernel is recorded; the rest goes on", () =>
  inFolder(async (folder) => {
    const code = `
if (a === 1) throw new RangeError("too small");
if (a === 2) while (true) {}
if (a === 3) {
  const all = [];
  while (true) {
    all.push(new Uint8Array(2 ** 24).fill(1));
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}
if (a === 4) Deno.kill(Deno.pid, "SIGKILL");`;
    const path = await placed(folder, scoring(code));
    const out = join(folder, "out");
    const args = [path, "--grid", "a=1,2,3,4,5", "--out", out, "--json", "--jobs", "2"];
    const { code: exit, stdout } = await sweep(...args, "--timeout", "8", "--memory", "700");
    assert.equal(exit, 1);
    const rows = stdout.trimEnd().split("\n").map((line) => JSON.parse(line));
    assert.deepEqual(rows.map(({ ok }) => ok), [false, false, false, false, true]);
    const errors = rows.map(({ error }) => error);
    assert.match(errors[0], /cell 2 \(cell-2\): RangeError: too small/);
    assert.match(errors[1], /TimeLimit: cell: expected an end within 8 s/);
    if (Deno.build.os !== "windows") {
      assert.match(errors[2], /MemoryLimit: kernel: expected at most 700 MiB of memory, found \d+/);
      assert.match(errors[3], /KernelEnded: .*SIGKILL/);
    }
    assert.equal((await rowsIn(out)).length, 5);
    // Recorded failures count as done, unless they are to be tried again.
    const again = await sweep(...args);
    assert.equal((await rowsIn(out)).length, 5);
    assert.equal(again.stdout, stdout);
    await sweep(path, "--grid", "a=1", "--out", out, "--retry");
    assert.equal((await rowsIn(out)).length, 6);
  }));

Deno.test("Ctrl-C keeps what is finished", {
  ignore: Deno.build.os === "windows", // it has no such signal
}, () =>
  inFolder(async (folder) => {
    const path = await placed(folder, scoring("if (a === 2) await new Promise(() => {});"));
    const out = join(folder, "out");
    const child = sweepCommand([path, "--grid", "a=1,2", "--out", out]).spawn();
    for (let tries = 0; tries < 1200 && (await rowsIn(out)).length < 1; tries++) {
      await new Promise((resolve) => setTimeout(resolve, 25));
    }
    child.kill("SIGINT");
    const { code, stderr } = await child.output();
    assert.equal(code, 130);
    assert.match(new TextDecoder().decode(stderr), /The same command continues the sweep/);
    assert.deepEqual((await rowsIn(out)).map(({ recorded }) => recorded.score), [11]);
  }));

Deno.test("nothing runs and nothing is written where an argument is wrong", () =>
  inFolder(async (folder) => {
    const path = await placed(folder, scoring());
    const out = join(folder, "out");
    const { code, stderr } = await sweep(path, "--grid", "a=1,2", "--grid", "rat=1", "--out", out);
    assert.equal(code, 1);
    assert.match(stderr, /^sweep: rat: expected one of a, rate, name, seed.*did you mean rate/);
    await assert.rejects(Deno.stat(out), Deno.errors.NotFound);
  }));

Deno.test("halving gives more budget to the better half", () =>
  inFolder(async (folder) => {
    const path = await placed(folder, scoring());
    const out = join(folder, "out");
    const grid = ["--grid", "a=1,2,3,4", "--jobs", "2", "--out", out];
    const args = [path, ...grid, "--halving", "rate=1..4", "--score", "score"];
    const { code, stderr } = await sweep(...args);
    assert.equal(code, 0, stderr);
    const done = (await rowsIn(out)).map(({ parameters: { rate, a } }) => `${rate}: ${a}`);
    assert.deepEqual(done.sort(), ["1: 1", "1: 2", "1: 3", "1: 4", "2: 3", "2: 4", "4: 4"]);
    const missing = await sweep(path, ...grid, "--halving", "rate=1..4");
    assert.match(missing.stderr, /record the number validationAccuracy, found the records score/);
  }));

Deno.test("deno task sweep --help", async () => {
  const { success, stdout } = await new Deno.Command(Deno.execPath(), {
    args: ["task", "-q", "sweep", "--help"],
    cwd: projectPath("."),
  }).output();
  assert.ok(success);
  assert.match(new TextDecoder().decode(stdout), /--grid.*--halving.*--emit.*--collect/s);
});
