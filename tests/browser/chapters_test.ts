/** Every chapter in the real JupyterLab: run, run anew, saved, opened again, exported. */
import assert from "node:assert/strict";
import { recordedIn } from "../../tools/jupyter/scraps.ts";
import { codeCells, hasTag, type Notebook, outputsAreCurrent } from "../../tools/notebook.ts";
import { testUnless } from "../support/skip.ts";
import { assertExports } from "./exports.ts";
import { assertDrawn, assertNoErrors, Bench } from "./frontend.ts";
import { lab, missing } from "./machine.ts";
import { chapter, chapters, outputCounts, place, withoutOutputs } from "./notebooks.ts";

/** The longest that a chapter takes on two slow cores. */
const PATIENCE = 600;

/** Whether to run every chapter, twice, and to export it: CI does. */
const ALL = Deno.env.get("BROWSER_TESTS") === "all";

/** The chapters that do not train: the others take longer than the whole of the tests should. */
const QUICK = /^0[0-4]_/;

/** Fails when an output that the notebook in git holds is not in the one that was run. */
function assertComplete(ran: Notebook, stored: Notebook): void {
  assertNoErrors(ran);
  const counts = outputCounts(ran);
  for (const cell of codeCells(stored)) {
    if (cell.source.trim() === "" || hasTag(cell, "parameters")) continue;
    const expected = outputsAreCurrent(stored) ? Math.min(cell.outputs.length, 1) : 1;
    assert.ok(counts[cell.id] >= expected, `cell ${cell.id}: expected outputs, found none`);
  }
  if (!outputsAreCurrent(stored)) return;
  // More may be recorded than is stored: chapter 3 takes the book's weights where they are.
  const { scraps } = recordedIn(ran);
  for (const name of Object.keys(recordedIn(stored).scraps)) {
    assert.ok(name in scraps, `expected ${name} to be recorded, found ${Object.keys(scraps)}`);
  }
}

testUnless(
  missing("chromium", "lab"),
  "JupyterLab 4 runs every chapter",
  async (t) => {
    assert.ok(lab);
    const names = (await chapters()).filter((name) => ALL || QUICK.test(name));
    assert.ok(names.length > 0);
    const bench = await Bench.start(lab);
    try {
      for (const name of names) {
        await t.step(name, async () => {
          const stored = await chapter(name);
          const path = await place(name, withoutOutputs(stored));
          const open = await bench.open(path);
          await open.runAll(PATIENCE);
          const ran = await open.content();
          assertComplete(ran, stored);
          await assertDrawn(open);
          await open.picture(name);
          if (ALL) {
            await open.restartAndRunAll(PATIENCE);
            assertComplete(await open.content(), stored);
          }
          await open.save();
          await open.shutDown();
          await open.close();
          const again = await bench.open(path);
          assert.deepEqual(outputCounts(await again.content()), outputCounts(ran));
          await assertDrawn(again);
          await again.shutDown();
          await again.close();
          if (ALL || name === names[0]) await assertExports(bench, path);
        });
      }
    } finally {
      await bench.end();
    }
  },
);
