/** The course in a browser, with nothing installed: the site of `deno task lite`. */
import assert from "node:assert/strict";
import { join } from "node:path";
import type { Notebook } from "../../tools/notebook_file/notebook.ts";
import { missingMnist, mnistFolder, testUnless } from "../support/skip.ts";
import { CELLS } from "../lite/cells.ts";
import { withKernel } from "../support/course_kernel.ts";
import { notebookOf } from "../support/notebooks.ts";
import { assertDrawn, assertNoErrors } from "./frontend.ts";
import { Lite, missingForLong, missingLite, runOnDeno, shownBy } from "./lite.ts";
import { chapters } from "./notebooks.ts";

const lacking = await missingLite();
const long = await missingForLong();

/** Runs a chapter in the browser and on Deno's kernel, and compares what they show. */
async function compare(lite: Lite, name: string, data: string): Promise<void> {
  const open = await lite.open(name);
  try {
    await open.runAll(600);
    await assertDrawn(open);
    const found = await open.content();
    assertNoErrors(found);
    assert.deepEqual(shownBy(found), shownBy(await runOnDeno(name, data)));
  } finally {
    await open.close();
  }
}

testUnless(
  lacking,
  "site: chapter 0 shows what Deno's kernel shows; the site has at most 12 MB",
  async () => {
    await using lite = await Lite.start();
    await compare(lite, "00_perceptron", "digits");
    const archive = join(lite.folder, "site.tgz");
    await new Deno.Command("tar", { args: ["-czf", archive, "-C", lite.folder, "site"] })
      .output();
    const { size } = await Deno.stat(archive);
    assert.ok(size > 1e6 && size < 12e6, `expected at most 12 MB, found ${size / 1e6}`);
  },
);

testUnless(long, "site: all chapters on drawn digits show what Deno's kernel shows", async (t) => {
  await using lite = await Lite.start();
  for (const name of await chapters()) {
    await t.step(name, () => compare(lite, name, "digits"));
  }
});

testUnless(
  long ?? missingMnist,
  "site: chapters 1 to 5 on the real MNIST show what Deno's kernel shows",
  async (t) => {
    await using lite = await Lite.start({ mnist: mnistFolder });
    for (const name of (await chapters()).filter((name) => /^0[1-5]/.test(name))) {
      await t.step(name, () => compare(lite, name, "mnist"));
    }
  },
);

/** Jupyter does not run an empty cell. */
const SOURCES = CELLS.filter((cell) => cell !== "");

/** What both kernels must show alike of a cell; each parser has its own words for a wrong program. */
function shownOfCells(notebook: Notebook): unknown[] {
  return Object.values(shownBy(notebook)).map((outputs) =>
    outputs.map((shown) => {
      const { error, message } = shown as { error?: string; message?: string };
      return error === "SyntaxError" && !/already been declared/.test(message ?? "")
        ? { error }
        : shown;
    })
  );
}

/** Runs the cells on the course's kernel. */
async function cellsOnDeno(): Promise<Notebook> {
  const notebook = notebookOf(...SOURCES);
  await withKernel(async ({ client }) => {
    for (const cell of notebook.cells) {
      if (cell.cell_type !== "code") continue;
      await client.execute(cell.source, false, ({ type, content }) => {
        const output = { output_type: type, ...content };
        if (/^(stream|error|display_data|execute_result)$/.test(type)) {
          cell.outputs.push(output as unknown as (typeof cell.outputs)[number]);
        }
      });
    }
  });
  return notebook;
}

testUnless(long, "site: a list of cells shows the same as on Deno's kernel", async () => {
  assert.ok(SOURCES.length >= 60);
  // As in the other kernel of this test.
  await using lite = await Lite.start({ more: { cells: notebookOf("%types off", ...SOURCES) } });
  const open = await lite.open("cells");
  await open.runEach();
  const found = shownOfCells(await open.content()).slice(1);
  const expected = shownOfCells(await cellsOnDeno());
  const differing = SOURCES.flatMap((source, i) =>
    JSON.stringify(found[i]) === JSON.stringify(expected[i])
      ? []
      : [{ source, found: found[i], expected: expected[i] }]
  );
  assert.deepEqual(differing, []);
});
