/** The playground where students work: in each front end, saved and opened again, and exported. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import type { Server } from "../../tools/lab/jupyter.ts";
import type { Page } from "../../tools/support/playwright.ts";
import { testUnless } from "../support/skip.ts";
import { assertNoErrors, Bench, RUNS } from "./frontend.ts";
import { classic, lab, leftToCi, machine, missing, notebook } from "./machine.ts";
import { notebookOf, place } from "./notebooks.ts";

const CELLS = {
  "model": `import { layers, playground, sequential } from "mnist";
const output = layers.dense({ inputShape: [784], units: 10, activation: "softmax" });
const mine = sequential({ layers: [output] });`,
  "play": `await playground({ "mine": mine });`,
};

/** The frame of the playground, and whether its page is ready. */
const FRAME = `[...document.querySelectorAll("iframe")].find((f) => f.contentWindow.playground)`;
const READY = `!!${FRAME}?.contentWindow.playground.read(new Uint8Array(784))`;

/** A 7, in shares of the canvas. */
const SEVEN: readonly (readonly [number, number])[] = [
  [0.28, 0.25],
  [0.5, 0.25],
  [0.72, 0.25],
  [0.6, 0.5],
  [0.5, 0.7],
  [0.42, 0.85],
];

/** Draws a 7 with the mouse, and returns what the network of chapter 9 reads. */
async function drawn(page: Page): Promise<number> {
  await page.waitForFunction(READY, undefined, { timeout: 60_000 });
  await page.evaluate(`(() => {
    ${FRAME}.scrollIntoView({ block: "start" });
    const list = ${FRAME}.contentDocument.querySelector("#networks");
    list.value = [...list.options].find((o) => o.text.startsWith("Chapter 9")).value;
    list.dispatchEvent(new Event("change"));
  })()`);
  await page.waitForTimeout(500); // the front end scrolls
  const canvas = await page.evaluate<{ left: number; top: number; width: number }>(`(() => {
    const frame = ${FRAME}.getBoundingClientRect();
    const canvas = ${FRAME}.contentDocument.querySelector("#canvas").getBoundingClientRect();
    return { left: frame.left + canvas.left, top: frame.top + canvas.top, width: canvas.width };
  })()`);
  for (const [i, [x, y]] of SEVEN.entries()) {
    await page.mouse.move(canvas.left + x * canvas.width, canvas.top + y * canvas.width);
    if (i === 0) await page.mouse.down();
  }
  await page.mouse.up();
  await page.waitForFunction(
    `${FRAME}.contentWindow.playground.reading !== undefined &&
      !${FRAME}.contentDocument.body.hasAttribute("aria-busy")`,
    undefined,
    { timeout: 30_000 },
  );
  await page.waitForTimeout(500);
  return await page.evaluate(`${FRAME}.contentWindow.playground.reading.digit`);
}

function testFrontend(name: string, need: "lab" | "notebook" | "classic", server?: Server): void {
  testUnless(missing("chromium", need) ?? leftToCi, `${name}: the playground`, async (t) => {
    assert.ok(server);
    const bench = await Bench.start(server);
    try {
      const path = await place(`playground-${need}`, notebookOf(CELLS));
      const open = await bench.open(path);
      await t.step("reads what is drawn in the output of a cell", async () => {
        await open.runAll();
        assertNoErrors(await open.content());
        assert.equal(await drawn(open.page), 7);
        await open.picture(`playground-${need}`);
      });
      await t.step("keeps its keys from the notebook, and is as high as its content", async () => {
        const { cells } = await open.content();
        for (const key of ["d", "d", "x", "a", "Escape"]) await open.page.keyboard.press(key);
        assert.equal((await open.content()).cells.length, cells.length);
        assert.equal(
          await open.page.evaluate(`${FRAME}.contentWindow.playground.image`),
          undefined,
        );
        const [frame, content] = await open.page.evaluate<number[]>(
          `[${FRAME}.clientHeight, ${FRAME}.contentDocument.documentElement.scrollHeight]`,
        );
        assert.ok(Math.abs(frame - content) <= 2, `${frame} and ${content} pixels`);
      });
      if (need === "lab") {
        await t.step("follows the dark theme", async () => {
          const theme = `jupyterapp.commands.execute("apputils:change-theme",
            { theme: "JupyterLab Dark" })`;
          await open.page.evaluate(theme);
          await open.page.waitForFunction(
            `${FRAME}.contentDocument.documentElement.dataset.theme === "dark"`,
            undefined,
            { timeout: 30_000 },
          );
          assert.equal(await drawn(open.page), 7);
          await open.picture(`playground-${need}-dark`);
          await open.page.evaluate(theme.replace("Dark", "Light"));
        });
      }
      await t.step("works in the saved notebook, without its kernel", async () => {
        await open.save();
        await open.shutDown();
        await open.close();
        const again = await bench.open(path);
        await again.shutDown();
        assert.equal(await drawn(again.page), 7);
        await again.close();
      });
      await t.step("works in the exported page, without a network", async () => {
        const file = join(machine.project, RUNS, `playground-${need}.html`);
        await Deno.writeFile(file, await bench.exported("html", path));
        const context = await bench.browser.newContext({
          offline: true,
          viewport: { width: 1280, height: 900 },
        });
        const page = await context.newPage();
        await page.goto(pathToFileURL(file).href);
        assert.equal(await drawn(page), 7);
        await page.screenshot({ path: file.replace(".html", "-exported.png") });
        await context.close();
      });
    } finally {
      await bench.end();
    }
  });
}

testFrontend("JupyterLab 4", "lab", lab);
testFrontend("Notebook 7", "notebook", notebook);
testFrontend("Notebook 6", "classic", classic);
