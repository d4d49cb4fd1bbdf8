/** `sweep` and `loadRuns`: rows of runs. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { compareRuns, loadRuns, type Run, sweep } from "../../../lib/mod.ts";
import { parseRuns } from "../../../lib/notebook/runs.ts";
import { watchStop } from "../../../lib/support/stop.ts";
import { tensor } from "../../../lib/tensor/create.ts";
import { inFolder, rejectsWithDataError } from "../../support/files.ts";

Deno.test("sweep: all combinations, the last parameter first", async () => {
  const seen: unknown[] = [];
  const runs = await sweep({ nodes: [8, 30], name: ["sgd", "adam"], seed: [1, 2] }, (setting) => {
    seen.push(Object.values(setting).join(" "));
    return { score: setting.nodes * setting.seed, curve: tensor([1, NaN]) };
  });
  assert.deepEqual(seen.slice(0, 4), ["8 sgd 1", "8 sgd 2", "8 adam 1", "8 adam 2"]);
  assert.equal(seen.length, 8);
  const { key, parameters, seed, ok, recorded } = runs[7];
  assert.deepEqual(parameters, { nodes: 30, name: "adam", seed: 2 });
  assert.deepEqual([seed, ok, recorded], [2, true, { score: 60, curve: [1, null] }]);
  assert.equal(new Set(runs.map(({ key }) => key)).size, 8);
  assert.ok(key.length > 0);
});

Deno.test("sweep: a run that throws is recorded, and the others go on", async () => {
  const runs = await sweep({ a: [1, 2, 3] }, async ({ a }) => {
    await Promise.resolve();
    if (a === 2) throw new RangeError("too much");
    return { a };
  });
  assert.deepEqual(runs.map(({ ok, error }) => [ok, error]), [
    [true, undefined],
    [false, "too much"],
    [true, undefined],
  ]);
});

Deno.test("sweep: Stop keeps the rows that are finished", async () => {
  const flag = new Int32Array(1);
  watchStop(flag);
  try {
    const runs = await sweep({ a: [1, 2, 3] }, ({ a }) => {
      if (a === 2) flag[0] = 1;
      return { a };
    });
    assert.deepEqual(runs.map(({ recorded }) => recorded.a), [1, 2]);
  } finally {
    watchStop(new Int32Array(1));
  }
});

Deno.test("sweep: a parameter without values is refused", async () => {
  await assert.rejects(sweep({ a: [] }, () => ({})), { message: /expected a to be an array/ });
});

const lines = (runs: readonly Run[]) => runs.map((run) => JSON.stringify(run) + "\n").join("");

Deno.test("loadRuns reads what sweep made, from a file and from a folder", () =>
  inFolder(async (folder) => {
    const runs = await sweep({ a: [1, 2], seed: [1, 2] }, ({ a, seed }) => ({ y: a * seed }));
    await Deno.writeTextFile(join(folder, "results.jsonl"), lines(runs));
    assert.deepEqual(await loadRuns(folder), runs);
    assert.deepEqual(await loadRuns(join(folder, "results.jsonl")), runs);
    assert.deepEqual(
      compareRuns(await loadRuns(folder), { title: "y", x: "a", y: "y" }).alt,
      compareRuns(runs, { title: "y", x: "a", y: "y" }).alt,
    );
    await rejectsWithDataError(loadRuns(join(folder, "none")), /none: expected a readable file/);
  }));

Deno.test("of two rows with one key the later counts; a cut off line is none", async () => {
  const [run] = await sweep({ a: [1] }, () => ({ y: 1 }));
  const later = { ...run, seconds: 2 };
  assert.deepEqual(parseRuns(lines([run, later]) + '{"key":', "x"), [later]);
  assert.throws(() => parseRuns('{"key": "a"}\n', "x"), /x, line 1: expected the row of a run/);
  assert.throws(() => parseRuns("null\n", "x"), /x, line 1/);
});

Deno.test("the stored sweep of chapter 7 has three seeds of 24 settings", async () => {
  const runs = await loadRuns("data/sweep_07.jsonl");
  assert.equal(runs.length, 72);
  for (const { ok, data, recorded } of runs) {
    assert.ok(ok && data === "mnist" && Number(recorded.validationAccuracy) > 0.05);
  }
});
