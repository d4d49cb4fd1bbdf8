/** Every chapter in the real JupyterLab: run, stopped, restarted, saved, reopened, exported. */
import assert from "node:assert/strict";
import { fillParameters, parseSetting } from "../../tools/notebook_file/parameters.ts";
import { recordedIn } from "../../tools/notebook_file/scraps.ts";
import {
  codeCells,
  hasTag,
  type Notebook,
  outputsAreCurrent,
} from "../../tools/notebook_file/notebook.ts";
import { QUICK } from "../support/quick.ts";
import { testUnless } from "../support/skip.ts";
import { assertExports } from "./exports.ts";
import { assertDrawn, assertNoErrors, Bench, type OpenNotebook } from "./frontend.ts";
import { ALL, lab, missing } from "./machine.ts";
import { chapter, chapters, outputCounts, place, withoutOutputs } from "./notebooks.ts";

/** The most time that a chapter takes on two slow cores. */
const PATIENCE = 600;

/** Cells of the chapters that train for more than a second. */
const TRAINING: Readonly<Record<string, string>> = {
  "05_training": "train-epoch",
  "06_backpropagation": "changes-run",
  "07_sequential": "train",
};

/** The chapter that runs, shortened, unless all do: it has pictures and a live chart. */
const ONE = "05_training";

/** Chapters that train for minutes: they are always shortened. */
const LONG: readonly string[] = ["08_experiments", "09_convolution"];

/** A chapter without outputs, shortened unless it runs at full length. */
function prepared(name: string, stored: Notebook): Notebook {
  const empty = withoutOutputs(stored);
  if (ALL && !LONG.includes(name)) return empty;
  return fillParameters(empty, new Map((QUICK[name] ?? []).map((one) => parseSetting(one))));
}

/** Presses Stop in a long cell of the chapter, or in an added one, then runs another cell. */
async function assertStops(open: OpenNotebook, name: string): Promise<void> {
  const { cells } = await open.content();
  const training = ALL ? cells.findIndex(({ id }) => id === TRAINING[name]) : -1;
  const loop = `const { breathe } = await import("mnist"); for (;;) await breathe();`;
  const long = training >= 0 ? training : await open.addCell(loop);
  const next = await open.addCell(`"alive"`);
  await open.startCell(long);
  await open.busy();
  await open.stop();
  await open.idle(30);
  await open.startCell(next);
  await open.idle(30);
  const ran = (await open.content()).cells;
  // When it is stopped, `fit` returns, and its cell continues.
  if (name !== "07_sequential" || training < 0) {
    assert.match(JSON.stringify(ran[long]), /"ename":"Stopped"/);
  }
  assert.match(JSON.stringify(ran[next]), /execute_result.*alive/);
}

/** Fails if an output of the notebook in git is missing in the one that was run. */
function assertComplete(ran: Notebook, stored: Notebook): void {
  assertNoErrors(ran);
  const counts = outputCounts(ran);
  for (const cell of codeCells(stored)) {
    if (cell.source.trim() === "" || hasTag(cell, "parameters")) continue;
    const expected = outputsAreCurrent(stored) ? Math.min(cell.outputs.length, 1) : 1;
    assert.ok(counts[cell.id] >= expected, `cell ${cell.id}: expected outputs, found none`);
  }
  if (!outputsAreCurrent(stored)) return;
  // More may be recorded than is stored: chapter 3 also uses the book's weights if they are there.
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
    const names = (await chapters()).filter((name) => ALL || name === ONE);
    assert.ok(names.length > 0);
    const bench = await Bench.start(lab, ALL);
    try {
      for (const name of names) {
        await t.step(name, async () => {
          const stored = await chapter(name);
          const path = await place(name, prepared(name, stored));
          const open = await bench.open(path);
          await open.runAll(PATIENCE);
          const ran = await open.content();
          assertComplete(ran, stored);
          await assertDrawn(open);
          await open.picture(name);
          if (ALL && !(name in TRAINING)) {
            // Once more in the same kernel: every name is declared again.
            await open.runAll(PATIENCE);
            assertComplete(await open.content(), stored);
          }
          await open.save();
          await open.shutDown();
          await open.close();
          const again = await bench.open(path);
          assert.deepEqual(outputCounts(await again.content()), outputCounts(ran));
          await assertDrawn(again);
          await again.restartAndRunAll(PATIENCE);
          assertComplete(await again.content(), stored);
          await again.save();
          await assertExports(bench, path);
          // Last, because it adds cells.
          await assertStops(again, name);
          await again.shutDown();
          await again.close();
        });
      }
    } finally {
      await bench.end();
    }
  },
);
