/** The command `deno task runs`. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { projectPath, projectRoot } from "../../../lib/support/paths.ts";
import { inFolder } from "../../support/files.ts";
import { placed, scoring, sweep } from "../../support/sweeps.ts";

async function task(name: "run" | "runs", ...args: string[]) {
  const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["task", "-q", name, ...args],
    cwd: projectRoot,
    env: { NO_COLOR: "1" },
    stdin: "null",
  }).output();
  const decoder = new TextDecoder();
  return { code, stdout: decoder.decode(stdout), stderr: decoder.decode(stderr) };
}

Deno.test("runs of `run --out` and of sweeps are listed, each once", () =>
  inFolder(async (folder) => {
    const path = await placed(folder, scoring());
    const runs = join(folder, "runs");
    await sweep(path, "--grid", "a=1,2", "--out", join(runs, "sweep"));
    assert.equal((await task("run", path, "--set", "a=3", "--out", runs)).code, 0);
    const json = await task("runs", runs, "--json");
    const rows = json.stdout.trimEnd().split("\n").map((line) => JSON.parse(line));
    assert.deepEqual(rows.map(({ parameters }) => parameters.a), [1, 2, 3]);
    for (const row of rows) {
      assert.deepEqual([row.seed, row.recorded.score], [1, row.parameters.a + 10]);
      assert.match(row.date, /^\d{4}-\d\d-\d\dT/);
      assert.match(row.versions.library, /^[0-9a-f]{16}$/);
    }
    const { stdout } = await task("runs", runs);
    assert.match(stdout, /^a +score +data +seconds +MiB\n1 +11 .*\n2 +12 .*\n3 +13 /);
    const csv = await task("runs", runs, "--csv");
    // The module for CSV comes from JSR, which is not reachable everywhere.
    if (csv.code === 0) assert.match(csv.stdout, /^notebook,ok,parameters\.a,/);
    else assert.match(csv.stderr, /expected the module @std\/csv/);
  }));

Deno.test("the metadata name the data set and its hash", () =>
  inFolder(async (folder) => {
    const notebook = projectPath("notebooks/02_visualization.ipynb");
    assert.equal((await task("run", notebook, "--data", "digits", "--out", folder)).code, 0);
    const { stdout } = await task("runs", folder, "--json");
    const { data, dataHash, ok } = JSON.parse(stdout);
    assert.deepEqual([data, ok], ["digits", true]);
    assert.match(dataHash, /^[0-9a-f]{16}$/);
  }));

Deno.test("what is no run is skipped with a reason", () =>
  inFolder(async (folder) => {
    await placed(folder, scoring());
    await Deno.writeTextFile(join(folder, "broken.ipynb"), "{");
    const { code, stdout, stderr } = await task("runs", folder);
    assert.equal(code, 0);
    assert.match(stdout, /No runs there/);
    assert.match(stderr, /small\.ipynb: a notebook without a stored run/);
    assert.match(stderr, /broken\.ipynb: expected a notebook, found text that is not JSON/);
    const missing = await task("runs", join(folder, "nowhere"));
    assert.equal(missing.code, 1);
    assert.match(missing.stderr, /expected a folder of runs, found nothing/);
  }));
