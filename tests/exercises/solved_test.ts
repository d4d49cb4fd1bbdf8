/** The solved edition of each chapter: its exercise cells run on the kernel, and earn all points. */
import assert from "node:assert/strict";
import { basename, dirname } from "node:path";
import type { Exercises } from "../../exercises/check.ts";
import { exercises } from "../../exercises/mod.ts";
import { checkCallOf } from "../../tools/exercises/check_call.ts";
import { editionOf } from "../../tools/exercises/edition.ts";
import { allNotebooks } from "../../tools/notebook_file/find_notebooks.ts";
import { readNotebook } from "../../tools/notebook_file/notebook.ts";
import { recordedIn } from "../../tools/notebook_file/scraps.ts";
import { executeNotebook } from "../../tools/run/execute.ts";

const all: Exercises = exercises;

for (const path of await allNotebooks()) {
  const solved = editionOf(await readNotebook(path), all, { solutions: true, nbgrader: false });
  const cells = solved.cells.filter(({ source, cell_type }) =>
    cell_type === "code" && checkCallOf(source)
  );
  const ignore = cells.length === 0;
  Deno.test({ name: `${basename(path, ".ipynb")}, solved`, ignore }, async () => {
    const { notebook, failure } = await executeNotebook(
      { ...solved, cells },
      { cwd: dirname(path), env: { MNIST_EXERCISES: "strict" }, timeout: 120 },
    );
    assert.equal(failure, null, JSON.stringify(failure));
    const { scraps } = recordedIn(notebook);
    const points = Object.values(scraps).map((scrap) => Number(Object(scrap).points));
    const ids = cells.map(({ source }) => checkCallOf(source)?.id ?? "");
    assert.deepEqual(points, ids.map((id) => all[id].points));
  });
}
