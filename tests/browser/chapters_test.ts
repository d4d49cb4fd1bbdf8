/** Every chapter in the real JupyterLab: run, run anew, saved, opened again, exported. */
import assert from "node:assert/strict";
import { join } from "node:path";
import type { Browser } from "playwright-core";
import { recordedIn } from "../../tools/jupyter/scraps.ts";
import { ask } from "../../tools/lab/machine.ts";
import { codeCells, hasTag, type Notebook, outputsAreCurrent } from "../../tools/notebook.ts";
import { testUnless } from "../support/skip.ts";
import { assertDrawn, assertNoErrors, Bench, RUNS } from "./frontend.ts";
import { lab, machine, missing, nbconvert } from "./machine.ts";
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

/** Exports a notebook with nbconvert, and opens what comes out of it in a browser without network. */
async function assertExports(browser: Browser, path: string, name: string): Promise<void> {
  assert.ok(nbconvert);
  for (const format of ["html", "slides"]) {
    const output = `${name}-${format}`;
    const args = ["--to", format, "--output", output, join(machine.project, path)];
    assert.ok(await ask(machine, nbconvert, "--log-level=ERROR", ...args) !== undefined);
    const file = join(
      machine.project,
      RUNS,
      `${output}${format === "slides" ? ".slides" : ""}.html`,
    );
    const context = await browser.newContext({ offline: true });
    const page = await context.newPage();
    await page.goto(new URL(`file://${file}`).href, { waitUntil: "domcontentloaded" });
    // As long as figures take to draw themselves; without a network nothing else comes.
    await page.waitForTimeout(1000);
    const seen = await page.evaluate<{ outputs: number; broken: number; empty: number }>(`(() => {
        const all = (selector) => Array.from(document.querySelectorAll(selector));
        return {
          outputs: all(".jp-OutputArea-output").filter((e) => e.scrollHeight >= 10).length,
          broken: all("img").filter((image) => image.naturalWidth === 0).length,
          empty: all(".js-plotly-plot").filter((e) => !e.querySelector("svg.main-svg")).length,
        };
      })()`);
    assert.ok(seen.outputs > 0, `${format}: expected outputs, found none`);
    assert.equal(seen.broken, 0, `${format}: expected pictures, found broken ones`);
    assert.equal(seen.empty, 0, `${format}: expected figures, found empty ones`);
    await page.screenshot({ path: join(machine.project, RUNS, `${output}.png`) });
    await context.close();
  }
}

testUnless(
  missing("chromium", "lab", "nbconvert"),
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
          if (ALL || name === names[0]) await assertExports(bench.browser, path, name);
        });
      }
    } finally {
      await bench.end();
    }
  },
);
