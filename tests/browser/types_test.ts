/** Types where students work: hover, completion, red lines and notes in each front end. */
import assert from "node:assert/strict";
import type { Server } from "../../tools/lab/jupyter.ts";
import type { Notebook } from "../../tools/notebook_file/notebook.ts";
import { testUnless } from "../support/skip.ts";
import { Bench, type OpenNotebook } from "./frontend.ts";
import { classic, lab, leftToCi, missing, notebook } from "./machine.ts";
import { notebookOf, place } from "./notebooks.ts";

const CELLS = {
  "shapes": `import { zeros } from "mnist";
const x = zeros([784]), W = zeros([784, 50]), W2 = zeros([50, 100]);`,
  "product": "x.dot(W)",
  "wrong": "x.dot(W2)",
};

const DOT = /dot<\[784, 50\]>\(other: Tensor<\[784, 50\]>\): Tensor<\[50\]>/;

/** Parts of a tooltip are separate elements, without spaces between them. */
const DOT_HOVERED = /Tensor\s*</;

/** Milliseconds in which the language service is warm on a slow machine. */
const PATIENCE = 60_000;

/** Puts the cursor behind `text` in the editor of a code cell. */
async function clickBehind(open: OpenNotebook, cell: number, text: string): Promise<void> {
  const editor = open.page.locator(".jp-CodeCell .cm-content, .code_cell .CodeMirror").nth(cell);
  await editor.click();
  await open.page.keyboard.press("Control+Home");
  for (let i = 0; i < text.length; i++) await open.page.keyboard.press("ArrowRight");
}

/** The text of the first element that matches, when it is there. */
async function textOf(open: OpenNotebook, selector: string, pattern: RegExp): Promise<string> {
  const element = open.page.locator(selector).filter({ hasText: pattern }).first();
  await element.waitFor({ timeout: PATIENCE });
  return await element.innerText();
}

/** Presses Shift+Tab until the tooltip shows the shapes: the service may still be starting. */
async function hoverByKeys(open: OpenNotebook, cell: number, tooltip: string): Promise<void> {
  const end = Date.now() + PATIENCE;
  for (;;) {
    await clickBehind(open, cell, "x.do");
    await open.page.keyboard.press("Shift+Tab");
    await open.page.waitForTimeout(700);
    const texts = await open.page.locator(tooltip).allInnerTexts();
    if (texts.some((text) => DOT.test(text.replaceAll(/\s+/g, " ")))) return;
    if (Date.now() > end) await open.picture(`types-no-hover`);
    assert.ok(Date.now() < end, `no tooltip with shapes, found ${JSON.stringify(texts)}`);
    await open.page.keyboard.press("Escape");
  }
}

async function showsTypes(open: OpenNotebook, kind: Server["kind"]): Promise<void> {
  const isClassic = kind === "classic";
  if (isClassic) { // it does not say which file a kernel is for: names are known when cells ran
    await open.startCell(0);
    await open.idle(30);
  }
  await hoverByKeys(open, 1, isClassic ? ".tooltiptext" : ".jp-Tooltip");
  await open.picture(`types-${kind}-hover`);
  await open.page.keyboard.press("Escape");

  const index = isClassic ? 1 : await open.addCell("x.");
  if (!isClassic) {
    await clickBehind(open, index, "x.");
    await open.page.keyboard.press("Tab");
    const list = await textOf(open, ".jp-Completer", /dot/);
    for (const name of ["dot", "add", "shape"]) assert.ok(list.includes(name), list);
    await open.page.keyboard.press("ArrowDown");
    await textOf(open, ".jp-Completer-docpanel", /Tensor/);
    await open.picture(`types-${kind}-completion`);
    await open.page.keyboard.press("Escape");
  }

  // The error of the cell comes under the note that explains it, once the service is warm.
  await open.startCell(0);
  const end = Date.now() + PATIENCE;
  let cell: Notebook["cells"][number];
  do {
    await open.startCell(2);
    await open.idle(30);
    cell = (await open.content()).cells[2];
    assert.ok(cell.cell_type === "code");
  } while (cell.outputs.length < 2 && Date.now() < end);
  const kinds = cell.outputs.map(({ output_type }) => output_type);
  assert.deepEqual(kinds, ["display_data", "error"], JSON.stringify(cell.outputs));
  assert.match(JSON.stringify(cell.outputs[0]), /line 1: dot: inner dimensions differ, 784 and 50/);
  await open.picture(`types-${kind}-error`);
}

/** Red lines and hovers of the editor, without a key. */
async function marksWhileTyping(open: OpenNotebook, kind: Server["kind"]): Promise<void> {
  const index = await open.addCell("");
  await clickBehind(open, index, "");
  await open.page.keyboard.type("const y = x.dot(W2);");
  const wrong = open.page.locator(".jp-CodeCell").nth(index).locator(".cm-lintRange-error");
  await wrong.first().waitFor({ timeout: PATIENCE });
  await open.picture(`types-${kind}-red-line`);
  // A mouse that moves: on the product above, after a moment beside it.
  const line = open.page.locator(".jp-CodeCell").nth(1).locator(".cm-line").first();
  const tooltip = open.page.locator(".jp-Tooltip, .lsp-hover").filter({ hasText: DOT_HOVERED });
  const end = Date.now() + PATIENCE;
  for (let x = 18; await tooltip.count() === 0; x = 60 - x) {
    await line.hover({ position: { x: 300, y: 8 } });
    await line.hover({ position: { x, y: 8 } });
    await open.page.waitForTimeout(700);
    assert.ok(Date.now() < end, "no tooltip under the mouse");
  }
  await open.picture(`types-${kind}-mouse-hover`);
}

function testFrontend(name: string, need: "lab" | "notebook" | "classic", server?: Server): void {
  const why = missing("chromium", need) ?? (need === "lab" ? undefined : leftToCi);
  testUnless(why, `${name}: shows types`, async (t) => {
    assert.ok(server);
    const bench = await Bench.start(server);
    try {
      const open = await bench.open(await place(`types-${need}`, notebookOf(CELLS)));
      await t.step("hover, completion, and a note above an error", () => showsTypes(open, need));
      if (need !== "classic") {
        await t.step("red lines while typing", () => marksWhileTyping(open, need));
      }
      await open.shutDown();
      await open.close();
    } finally {
      await bench.end();
    }
  });
}

testFrontend("JupyterLab 4", "lab", lab);
testFrontend("Notebook 7", "notebook", notebook);
testFrontend("Notebook 6", "classic", classic);
