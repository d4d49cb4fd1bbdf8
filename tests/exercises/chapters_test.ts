/** The exercises of a chapter's module and those of its notebook are the same. */
import assert from "node:assert/strict";
import { basename } from "node:path";
import { projectPath } from "../../lib/support/paths.ts";
import type { Exercises } from "../../exercises/check.ts";
import { exercises } from "../../exercises/mod.ts";
import { checkCallsOf } from "../../tools/exercises/check_call.ts";
import { allNotebooks } from "../../tools/notebook_file/find_notebooks.ts";
import { codeCells, readNotebook } from "../../tools/notebook_file/notebook.ts";

/** The modules of the chapters, by the name of the chapter. */
const modules = new Map<string, Exercises>();
for await (const { name } of Deno.readDir(projectPath("exercises"))) {
  if (!/^\d\d_\w+\.ts$/.test(name)) continue;
  const module = await import(`../../exercises/${name}`);
  modules.set(basename(name, ".ts"), module.default);
}

Deno.test("mnist/exercises has the exercises of all chapters", () => {
  const ids = [...modules.values()].flatMap((chapter) => Object.keys(chapter));
  assert.deepEqual(Object.keys(exercises).sort(), ids.sort());
});

for (const [chapter, ofChapter] of modules) {
  Deno.test(`${chapter}: six to eight exercises, and at least half ask for code`, () => {
    const cells = Object.values(ofChapter).map(({ cell }) => cell);
    assert.ok(cells.length >= 6 && cells.length <= 8, `${cells.length} exercises`);
    const code = cells.filter((cell) => /\b(function|class|todo)\b|=>/.test(cell));
    assert.ok(code.length >= cells.length / 2, `${code.length} of ${cells.length} ask for code`);
  });
}

for (const path of await allNotebooks()) {
  const chapter = basename(path, ".ipynb");
  const sources = codeCells(await readNotebook(path)).map(({ source }) => source);
  const name = `${chapter}: each exercise is a cell, and each such cell is an exercise`;
  Deno.test(name, () => {
    const ofChapter = modules.get(chapter) ?? {};
    const ids = Object.keys(ofChapter);
    const number = Number(chapter.slice(0, 2));
    assert.deepEqual(ids, ids.map((_, i) => `${number}.${i + 1}`), "consecutive numbers");
    const cells = sources.flatMap((source) =>
      (checkCallsOf(source) ?? []).map(({ id }) => [id, source])
    );
    assert.deepEqual(cells, Object.entries(ofChapter).map(([id, { cell }]) => [id, cell]));
  });
}
