/** Types on the site: hovers, completions and type errors, as the course's kernel has them. */
import assert from "node:assert/strict";
import { notebookOf } from "../support/notebooks.ts";
import { testUnless } from "../support/skip.ts";
import type { OpenNotebook } from "./frontend.ts";
import { Lite, missingForLong, runTexts } from "./lite.ts";

const long = await missingForLong();

/** Asks the kernel, as Shift+Tab and Tab do. */
async function ask(open: OpenNotebook, request: string, code: string, cursor: number) {
  return await open.page.evaluate<{ content: Record<string, unknown> }>(
    `jupyterapp.shell.currentWidget.sessionContext.session.kernel.${request}(${
      JSON.stringify({ code, cursor_pos: cursor, detail_level: 0 })
    })`,
  ).then(({ content }) => content);
}

const CELLS = [
  'import { tensor } from "mnist";\nconst a = tensor([[1, 2, 3]]), b = tensor([[1, 2]]);',
  "a.dot(b)",
  "show(a)",
  "const n: number = 'text'; n",
  "%types off",
  "const m: number = 'text'; m",
];

testUnless(
  long,
  "site: hovers, completions and type errors, with the course's sentences",
  async () => {
    await using lite = await Lite.start({ more: { types: notebookOf(...CELLS) } });
    const open = await lite.open("types");
    await runTexts(open, 0);
    const hover = "a.dot(a)";
    const deadline = performance.now() + 60_000;
    let found = await ask(open, "requestInspect", hover, 0);
    while (found.found !== true && performance.now() < deadline) {
      await open.page.waitForTimeout(500);
      found = await ask(open, "requestInspect", hover, 0);
    }
    assert.match(JSON.stringify(found.data), /const a: Tensor<\[1, 3\]>/);
    const method = await ask(open, "requestInspect", hover, 3);
    assert.match(JSON.stringify(method.data), /Tensor<\[1, 3\]>\.dot/);
    const { matches } = await ask(open, "requestComplete", "a.arg", 5);
    assert.deepEqual(
      matches,
      ["argmax", "argmin"].filter((name) => (matches as string[]).includes(name)),
    );
    assert.ok((matches as string[]).includes("argmax"));
    const names = await ask(open, "requestComplete", "softm", 5);
    assert.deepEqual((names.matches as string[])[0], "softmax");

    const [note, error] = await runTexts(open, 1);
    assert.match(note, /line 1: dot: inner dimensions differ, 3 and 1\n {4}a\.dot\(b\)/);
    assert.match(error, /^RangeError: dot: expected inner dimensions to match/);
    assert.match(
      (await runTexts(open, 2)).at(-1) ?? "",
      /Import it: import \{ show \} from "mnist";/,
    );
    assert.deepEqual((await runTexts(open, 3)).toSorted(), [
      '"text"',
      "line 1: Type 'string' is not assignable to type 'number'.\n    " +
      "const n: number = 'text'; n\n          ^",
    ]);
    assert.deepEqual(await runTexts(open, 4), ["Types are off.\n"]);
    assert.deepEqual(await runTexts(open, 5), ['"text"']);
  },
);
