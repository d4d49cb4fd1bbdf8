/** What students do on the site: stop a cell, save, come back, start over, and lose the network. */
import assert from "node:assert/strict";
import { dirname, join } from "node:path";
import { deno } from "../../tools/support/deno.ts";
import { readNotebook, writeNotebook } from "../../tools/notebook_file/notebook.ts";
import { notebookOf } from "../support/notebooks.ts";
import { testUnless } from "../support/skip.ts";
import { assertDrawn, assertNoErrors, LAB, type OpenNotebook } from "./frontend.ts";
import { Lite, missingForLong, outputTexts, run } from "./lite.ts";
import { machine } from "./machine.ts";

const long = await missingForLong();

/** Runs a cell that does not end, presses Stop, and returns its outputs. */
async function stopped(open: OpenNotebook, index: number): Promise<string> {
  await open.startCell(index);
  await open.running(index);
  await open.stop();
  await open.idle(30);
  return outputTexts(await open.content(), index).join("\n");
}

testUnless(
  long,
  "site: Stop ends loops of the course, endless waiting and endless loops",
  async () => {
    const notebook = notebookOf(
      `import { breathe } from "mnist";
let steps = 0;
for (;;) {
  steps++;
  await breathe();
}`,
      "steps > 0",
      "await new Promise(() => {});",
      "let ticks = 0; for (;;) { await new Promise((r) => setTimeout(r, 10)); ticks++; }",
      "const before = ticks; await new Promise((r) => setTimeout(r, 300)); ticks - before",
      "for (;;);",
      "typeof steps",
      "let again = 1; again",
    );
    await using lite = await Lite.start({ more: { stop: notebook } });
    const open = await lite.open("stop");
    assert.equal(await stopped(open, 0), "Stopped: stopped; everything finished so far is kept");
    assert.equal(await run(open, 1), "true");
    assert.equal(await stopped(open, 2), "Stopped: stopped by the Stop button");
    assert.equal(await stopped(open, 3), "Stopped: stopped by the Stop button");
    assert.equal(await run(open, 4), "0"); // nothing goes on behind a stopped cell
    assert.match(
      await stopped(open, 5),
      /^Stopped: the cell did not stop by itself.*run the cells/,
    );
    assert.equal(await run(open, 6), '"undefined"');
    assert.equal(await run(open, 7), "1");
  },
);

testUnless(long, "site: a kernel that was restarted knows nothing of before", async () => {
  await using lite = await Lite.start({
    more: { restart: notebookOf("typeof before", "let before = 1") },
  });
  const open = await lite.open("restart");
  await open.runAll();
  assert.equal(await run(open, 0), '"number"');
  await open.restartAndRunAll();
  assert.equal(outputTexts(await open.content(), 0).join("\n"), '"undefined"');
});

testUnless(long, "site: work is saved, is there after a reload, and can be reset", async () => {
  await using lite = await Lite.start({
    more: {
      files: notebookOf(
        'import { saveWeights, tensor } from "mnist";\n' +
          'await saveWeights("data/mine.safetensors", { W: tensor([1, 2]) });',
        'import { loadWeights } from "mnist";\n' +
          'const { W } = await loadWeights("data/mine.safetensors", { W: [2] }); W.toArray()',
      ),
    },
  });
  const context = await lite.browser.newContext({});
  const open = await lite.open("00_perceptron", { in: context });
  const count = (await open.content()).cells.length;
  await open.addCell('"my answer"');
  await open.save();
  await open.page.reload();
  await open.page.waitForFunction(LAB.ready, undefined, { timeout: 60_000 });
  assert.equal((await open.content()).cells.length, count + 1);
  await open.page.evaluate(`void jupyterapp.commands.execute("course:reset-chapter")`);
  await open.page.click(".jp-Dialog .jp-mod-accept");
  await open.page.waitForFunction(
    `jupyterapp.shell.currentWidget.content.model.sharedModel.cells.length === ${count}`,
    undefined,
    { timeout: 30_000 },
  );
  await lite.load(open.page, "files");
  assert.equal(await run(open, 0), "");
  await open.page.reload();
  await open.page.waitForFunction(LAB.ready, undefined, { timeout: 60_000 });
  assert.equal(await run(open, 1), "[ 1, 2 ]");
});

testUnless(
  long,
  "site: after one visit, a chapter that was never opened runs without the server",
  async () => {
    await using lite = await Lite.start();
    const context = await lite.browser.newContext({});
    const first = await lite.start(context);
    await lite.kept(first);
    await lite.endServer();
    const open = await lite.open("03_inference", { in: context });
    await open.runAll(300);
    assertNoErrors(await open.content());
    await assertDrawn(open);
  },
);

testUnless(
  long,
  "site: a new version waits for the old one's pages, and leaves saved work alone",
  async () => {
    await using lite = await Lite.start();
    const context = await lite.browser.newContext({});
    const first = await lite.start(context);
    await lite.kept(first);
    const open = await lite.open("00_perceptron", { in: context });
    await open.addCell('"my answer"');
    await open.save();
    const saved = (await open.content()).cells.length;

    await lite.publish((site) => Deno.writeTextFile(join(site, "files.json"), "[ ]"));
    await first.reload();
    await first.waitForTimeout(3000);
    const listed = () => `fetch("${lite.address}files.json").then((response) => response.text())`;
    assert.notEqual(await first.evaluate(listed()), "[ ]"); // still the old version, as a whole
    await first.close();
    await open.close();
    const second = await lite.start(context);
    await second.waitForFunction(`${listed()}.then((text) => text === "[ ]")`, undefined, {
      timeout: 30_000,
    });
    const again = await lite.open("00_perceptron", { in: context });
    assert.equal((await again.content()).cells.length, saved);
  },
);

testUnless(
  long,
  "site: fits on a phone, and is dark where the browser or JupyterLab is",
  async () => {
    await using lite = await Lite.start();
    const isNarrow = "document.scrollingElement.scrollWidth <= innerWidth";
    const size = { width: 360, height: 740 };
    const page = await lite.browser.newPage({ viewport: size });
    await page.emulateMedia({ colorScheme: "dark" });
    await page.goto(lite.address);
    assert.ok(await page.evaluate(isNarrow));
    const lightness = `(() => {
    const colour = (element, name) => getComputedStyle(element)[name].match(/\\d+/g).map(Number);
    return colour(document.body, "color")[0];
    })()`;
    assert.ok(await page.evaluate<number>(lightness) > 200);
    await page.screenshot({ path: join(lite.folder, "phone-start.png") });

    const open = await lite.open("03_inference", { size });
    await open.runAll(300);
    assert.ok(await open.page.evaluate(isNarrow));
    await open.page.evaluate(
      `jupyterapp.commands.execute("apputils:change-theme", { theme: "JupyterLab Dark" })`,
    );
    await open.page.waitForFunction(`document.body.dataset.jpThemeLight === "false"`, undefined, {
      timeout: 30_000,
    });
    await assertDrawn(open);
    const light = await open.page.evaluate<number>(
      `Number(getComputedStyle(document.querySelector(".js-plotly-plot text")).fill.match(/\\d+/)[0])`,
    );
    assert.ok(light > 150, `expected light letters in figures, found ${light}`);
    await open.page.screenshot({ path: join(lite.folder, "phone-dark.png") });
    await Deno.mkdir("runs/browser", { recursive: true });
    for (const name of ["phone-start.png", "phone-dark.png"]) {
      await Deno.copyFile(join(lite.folder, name), join("runs/browser", name));
    }
  },
);

testUnless(
  long,
  "site: answers that were solved there have all points, stored and judged anew",
  async () => {
    const chapter = "03_inference";
    const folder = await Deno.makeTempDir({ prefix: "lite-grade-" });
    const command = async (...args: string[]) => {
      const { ok, stdout, stderr } = await deno(["run", "-A", ...args], machine.project);
      assert.ok(ok, stdout + stderr);
      return stdout;
    };
    const notebook = join("notebooks", `${chapter}.ipynb`);
    await command("tools/exercises/exercises.ts", notebook, "--solutions", "--out", folder);
    const solved = await readNotebook(join(folder, `${chapter}.ipynb`));
    try {
      await using lite = await Lite.start({ more: { [chapter]: solved } });
      const open = await lite.open(chapter);
      await open.runAll(300);
      const submitted = join(folder, "submitted", "anna", `${chapter}.ipynb`);
      await Deno.mkdir(dirname(submitted), { recursive: true });
      await writeNotebook(submitted, await open.content());
      for (const flags of [[], ["--run"]]) {
        const table = await command("tools/grade/grade.ts", join(folder, "submitted"), ...flags);
        const [, most] = / of (\d+)$/m.exec(table) ?? [];
        const [, points] = /^anna .* (\d+)$/m.exec(table) ?? [];
        assert.ok(points !== undefined && points === most, table);
      }
    } finally {
      await Deno.remove(folder, { recursive: true });
    }
  },
);
