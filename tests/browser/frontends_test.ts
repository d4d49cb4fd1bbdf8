/** The same notebook in every front end: run, stopped, restarted, saved, reopened. */
import assert from "node:assert/strict";
import type { Server } from "../../tools/lab/jupyter.ts";
import { testUnless } from "../support/skip.ts";
import { assertExports } from "./exports.ts";
import { assertDrawn, assertNoErrors, Bench, type OpenNotebook } from "./frontend.ts";
import { classic, lab, leftToCi, missing, notebook } from "./machine.ts";
import {
  chapter,
  EVERYTHING,
  EVERYTHING_COUNTS,
  notebookOf,
  outputCounts,
  place,
} from "./notebooks.ts";

/** Cells in which Stop is pressed, and one after them. The first is a loop of `lib`. */
const LONG = {
  "training": `import { breathe } from "mnist";
let begun = 0, done = 0;
for (;;) {
  begun++;
  for (const start = performance.now(); performance.now() - start < 10;);
  done++;
  await breathe();
}`,
  "state": `console.log(begun === done && done > 0 ? "kept" : "torn");`,
  "endless": `while (true) {}`,
  "behind": `console.log("alive");`,
  "question": `prompt("Your name?")`,
};

async function runsEverything(open: OpenNotebook, name: string): Promise<void> {
  await open.runAll();
  const ran = await open.content();
  assertNoErrors(ran);
  assert.deepEqual(outputCounts(ran), EVERYTHING_COUNTS);
  await assertDrawn(open);
  await open.picture(name);
}

async function stops(open: OpenNotebook, name: string): Promise<void> {
  const printed = async (index: number): Promise<string> => {
    await open.startCell(index);
    await open.idle(30);
    return JSON.stringify((await open.content()).cells[index]);
  };
  // Run All, stopped in its first cell: the cells after it do not run.
  await open.startAll();
  await open.running(0);
  await open.stop();
  await open.idle(30);
  const [first, ...others] = (await open.content()).cells;
  assert.match(JSON.stringify(first), /"ename":"Stopped"/);
  for (const cell of others) assert.deepEqual("outputs" in cell && cell.outputs, []);
  assert.match(await printed(1), /"kept/);
  await open.startCell(2);
  await open.running(2);
  await open.stop();
  await open.idle(30);
  assert.match(await printed(3), /"alive/);
  await open.startCell(4);
  await open.answer("Ada");
  await open.idle(30);
  assert.match(JSON.stringify((await open.content()).cells[4]), /execute_result.*Ada/);
  await open.startCell(4);
  await open.asked();
  await open.stop();
  await open.idle(30);
  assert.match(JSON.stringify((await open.content()).cells[4]), /"ename":"Stopped"/);
  await open.picture(name);
}

function testFrontend(name: string, need: "lab" | "notebook" | "classic", server?: Server): void {
  const why = missing("chromium", need) ?? (need === "lab" ? undefined : leftToCi);
  testUnless(why, `${name}: shows, stops, restarts, saves`, async (t) => {
    assert.ok(server);
    const bench = await Bench.start(server, false);
    try {
      const path = await place(`everything-${need}`, notebookOf(EVERYTHING));
      const open = await bench.open(path);
      await t.step("runs all cells, and every output is visible", async () => {
        await runsEverything(open, `everything-${need}`);
      });
      await t.step("restarts the kernel and runs all cells", async () => {
        await open.restartAndRunAll();
        assert.deepEqual(outputCounts(await open.content()), EVERYTHING_COUNTS);
      });
      await t.step("saves, and shows the saved outputs when opened again", async () => {
        await open.save();
        await open.close();
        const again = await bench.open(path);
        assert.deepEqual(outputCounts(await again.content()), EVERYTHING_COUNTS);
        await assertDrawn(again);
        await again.picture(`everything-${need}-again`);
        await again.close();
      });
      await t.step(
        "Stop ends a training loop, a tight loop and a question; the next cell runs",
        async () => {
          const open = await bench.open(await place(`long-${need}`, notebookOf(LONG)));
          await stops(open, `long-${need}`);
          await open.close();
        },
      );
      await t.step("exports a page and slides that need no network", async () => {
        await assertExports(bench, await place(`exports-${need}`, await chapter("01_dataset")));
      });
    } finally {
      await bench.end();
    }
  });
}

testFrontend("JupyterLab 4", "lab", lab);
testFrontend("Notebook 7", "notebook", notebook);
testFrontend("Notebook 6", "classic", classic);
