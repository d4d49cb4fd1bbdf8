/** The file of results: appended, locked, repaired. */
import assert from "node:assert/strict";
import { join } from "node:path";
import type { Run } from "../../../lib/notebook/runs.ts";
import { betterHalf, budgets } from "../../../tools/sweep/halving.ts";
import { Results } from "../../../tools/sweep/results.ts";
import { inFolder } from "../../support/files.ts";

const row = (key: string, recorded: Run["recorded"] = {}): Run => ({
  key,
  notebook: "small.ipynb",
  parameters: {},
  seed: null,
  ok: true,
  recorded,
  data: null,
  dataHash: null,
  versions: {},
  date: "2026-01-01T00:00:00.000Z",
  seconds: 1,
  peakMemory: null,
});

Deno.test("results are there after they are opened again", () =>
  inFolder(async (folder) => {
    {
      using results = await Results.open(folder);
      await results.append(row("a"));
      await results.append(row("b"));
    }
    using again = await Results.open(folder);
    assert.deepEqual(again.all().map(({ key }) => key), ["a", "b"]);
  }));

Deno.test("a line that was cut off anywhere is removed, and the others stay", () =>
  inFolder(async (folder) => {
    const path = join(folder, "results.jsonl");
    const line = JSON.stringify(row("b")) + "\n";
    for (let length = 1; length < line.length; length += 17) {
      await Deno.writeTextFile(path, JSON.stringify(row("a")) + "\n" + line.slice(0, length));
      {
        using results = await Results.open(folder);
        assert.deepEqual(results.all().map(({ key }) => key), ["a"]);
        await results.append(row("c"));
      }
      const text = await Deno.readTextFile(path);
      assert.deepEqual(text.trimEnd().split("\n").map((line) => JSON.parse(line).key), ["a", "c"]);
    }
  }));

Deno.test("a damaged line in the middle is an error that names it, and nothing is lost", () =>
  inFolder(async (folder) => {
    const path = join(folder, "results.jsonl");
    const text = `${JSON.stringify(row("a"))}\n{"key": 1}\n${JSON.stringify(row("c"))}\n`;
    await Deno.writeTextFile(path, text);
    await assert.rejects(Results.open(folder), {
      name: "DataError",
      message: /results\.jsonl, line 2: expected the row of a run, found \{"key": 1\}/,
    });
    assert.equal(await Deno.readTextFile(path), text);
  }));

Deno.test("only one sweep writes into a folder", () =>
  inFolder(async (folder) => {
    {
      using _ = await Results.open(folder);
      await assert.rejects(Results.open(folder), { message: /expected no other sweep/ });
    }
    using _ = await Results.open(folder);
  }));

Deno.test("budgets double up to the last", () => {
  assert.deepEqual(budgets(1, 8), [1, 2, 4, 8]);
  assert.deepEqual(budgets(3, 10), [3, 6, 10]);
  assert.deepEqual(budgets(2, 2), [2]);
});

const scored = (score: Record<string, number[]>) =>
  Object.entries(score).flatMap(([a, scores]) =>
    scores.map((score, i) => ({
      settings: new Map([["a", a], ["seed", `${i}`]]),
      row: { ...row(`${a} ${i}`, { score }), ok: !Number.isNaN(score) },
    }))
  );

Deno.test("the better half has the better mean over the seeds; a failed setting is out", () => {
  const runs = scored({ p: [1, 9], q: [6, 6], r: [4, 4], s: [100, NaN], t: [1, 2] });
  const keys = (half: Set<string>) => [...half].map((key) => JSON.parse(key)[0][1]);
  assert.deepEqual(keys(betterHalf(runs, "score", false)), ["q", "p", "r"]);
  assert.deepEqual(keys(betterHalf(runs, "score", true)), ["t", "r", "p"]);
});

Deno.test("a score that is not recorded is an error that lists what is", () => {
  assert.throws(() => betterHalf(scored({ p: [1] }), "loss", false), {
    message: /--score: expected runs that record the number loss, found the records score/,
  });
});
