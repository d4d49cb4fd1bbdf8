/** The notebooks of a class, made of a chapter. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { projectPath } from "../../../lib/support/paths.ts";
import { exercises } from "../../../exercises/mod.ts";
import { checkCallsOf } from "../../../tools/exercises/check_call.ts";
import { editionOf } from "../../../tools/exercises/edition.ts";
import { codeCells, type Notebook, readNotebook } from "../../../tools/notebook_file/notebook.ts";
import { writeNotebook } from "../../../tools/notebook_file/notebook.ts";
import { inFolder } from "../../support/files.ts";
import { notebookOf } from "../../support/notebooks.ts";

const { "3.1": first, "3.2": second } = exercises;

/** A chapter that a student has worked in. */
function chapter(): Notebook {
  const notebook = notebookOf("1 + 1;", first.cell.replace("= undefined", "= 45_360"), second.cell);
  for (const cell of codeCells(notebook)) {
    cell.outputs = [{ output_type: "stream", name: "stdout", text: "2" }];
    cell.execution_count = 1;
  }
  return { ...notebook, metadata: { ...notebook.metadata, mnist: { outputsMadeFrom: "1" } } };
}

const editions = { solutions: false, nbgrader: false };

Deno.test("handed out: no outputs, no answers", () => {
  const { cells, metadata } = editionOf(chapter(), exercises, editions);
  assert.deepEqual(cells.map(({ source }) => source), ["1 + 1;", first.cell, second.cell]);
  assert.equal("mnist" in metadata, false);
  for (const cell of cells) {
    assert.ok(cell.cell_type === "code" && cell.outputs.length === 0, "outputs");
    assert.equal(cell.execution_count, null);
  }
});

Deno.test("solved: the worked solutions", () => {
  const { cells } = editionOf(chapter(), exercises, { ...editions, solutions: true });
  assert.deepEqual(cells.slice(1).map(({ source }) => source), [first.solution, second.solution]);
});

Deno.test("for nbgrader: an answer, and a locked check that gives the points", () => {
  const { cells } = editionOf(chapter(), exercises, { ...editions, nbgrader: true });
  assert.equal(cells.length, 5);
  const [, answer, check] = cells;
  assert.doesNotMatch(answer.source, /await check/);
  assert.match(check.source, /await check\("3.1", count\);$/);
  assert.equal(new Set(cells.map(({ id }) => id)).size, 5);
  const nbgrader = ({ metadata }: typeof check) => Object(metadata.nbgrader);
  assert.equal(nbgrader(answer).solution, true);
  assert.deepEqual(
    [nbgrader(check).grade, nbgrader(check).locked, nbgrader(check).points],
    [true, true, 1],
  );
});

Deno.test("an exercise that does not exist is an error", () => {
  const notebook = notebookOf('await check("9.99", 1);');
  assert.throws(() => editionOf(notebook, exercises, editions), /cell cell-1.*found "9.99"/);
});

Deno.test("calls of check: at the top level, with their answers", () => {
  const calls = checkCallsOf(`// check("1.1", 0)
await check("1.2", (x: number) => x);
function f() { check("1.3", 0); }
await check("1.4", [1, 2]); await other("1.5", 0); await check(id, 0); await check("1.6");`);
  assert.deepEqual(calls?.map(({ id, answer }) => [id, answer]), [
    ["1.2", "(x: number) => x"],
    ["1.4", "[1, 2]"],
  ]);
  assert.equal(checkCallsOf("const = 1;"), undefined);
});

/** Runs the command. */
async function command(...args: string[]) {
  const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["task", "-q", "exercises", ...args],
    cwd: projectPath("."),
    env: { NO_COLOR: "1" },
  }).output();
  const decoder = new TextDecoder();
  return { code, stdout: decoder.decode(stdout), stderr: decoder.decode(stderr) };
}

Deno.test("the command writes notebooks, and never those of the course", () =>
  inFolder(async (folder) => {
    const file = join(folder, "03_small.ipynb");
    await writeNotebook(file, chapter());
    const out = join(folder, "out");
    const { code, stdout, stderr } = await command(file, "--out", out, "--solutions");
    assert.equal(code, 0, stderr);
    assert.match(stdout, /03_small.ipynb/);
    const written = await readNotebook(join(out, "03_small.ipynb"));
    assert.equal(written.cells[1].source, first.solution);
    assert.match((await command(file, "--out", folder)).stderr, /expected another folder/);
    assert.match((await command(file)).stderr, /expected --out DIR/);
  }));
