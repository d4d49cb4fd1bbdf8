/** The site in Firefox: other than Chromium in its engine and in its traces of errors. */
import assert from "node:assert/strict";
import { parseNotebook } from "../../tools/notebook_file/notebook.ts";
import { codeCells } from "../../tools/notebook_file/notebook.ts";
import { notebookOf } from "../support/notebooks.ts";
import { testUnless } from "../support/skip.ts";
import { Firefox, missingFirefox } from "./firefox.ts";
import { assertNoErrors, LAB } from "./frontend.ts";
import { Lite, missingForLong, runOnDeno, shownBy } from "./lite.ts";

const long = await missingForLong() ?? missingFirefox;

/** Opens a notebook, runs all cells and returns what the page has then. */
async function run(firefox: Firefox, lite: Lite, name: string) {
  const path = encodeURIComponent(`notebooks/${name}.ipynb`);
  await firefox.goto(`${lite.address}notebooks/index.html?path=${path}`);
  await firefox.waitFor(LAB.ready);
  await firefox.evaluate(LAB.clear);
  await firefox.evaluate(LAB.runAll);
  await firefox.waitFor(
    `${LAB.resting} && (${LAB.cells}.every(({ prompt }) => /^\\d+$/.test(prompt)) ||
      ${LAB.cells}.some(({ failed }) => failed))`,
    300_000,
  );
  return parseNotebook(String(await firefox.evaluate(LAB.content)), name);
}

testUnless(long, "site: in Firefox, chapters show what Deno's kernel shows", async (t) => {
  await using lite = await Lite.start({
    more: { error: notebookOf("const f = () => {\n  throw new Error('no');\n};", "1;\n f()") },
  });
  const firefox = await Firefox.start();
  try {
    for (const name of ["00_perceptron", "03_inference", "07_sequential"]) {
      await t.step(name, async () => {
        const found = await run(firefox, lite, name);
        assertNoErrors(found);
        assert.deepEqual(shownBy(found), shownBy(await runOnDeno(name, "digits")));
      });
    }
    await t.step("an error names cell, line and column", async () => {
      const [, cell] = codeCells(await run(firefox, lite, "error"));
      const [error] = cell.outputs;
      assert.ok(error.output_type === "error");
      assert.deepEqual(error.traceback, [
        "Error: no",
        "    at f (cell 1, line 2, column 9)",
        "    at cell 2, line 2, column 3",
      ]);
    });
  } finally {
    await firefox.end();
  }
});
