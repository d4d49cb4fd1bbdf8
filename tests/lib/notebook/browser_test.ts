import assert from "node:assert/strict";
import { showInBrowser } from "../../../lib/notebook/browser.ts";
import { barChart } from "../../../lib/plot/bars.ts";
import { lineChart } from "../../../lib/plot/lines.ts";
import { projectPath } from "../../../lib/support/paths.ts";
import { launchChromium } from "../../../tools/support/chromium.ts";
import { missingChromium } from "../../support/browser.ts";
import { inFolder } from "../../support/files.ts";
import { testUnless } from "../../support/skip.ts";

/** Runs a script of the project on a machine without a screen. */
async function run(...args: string[]): Promise<string> {
  const { DISPLAY: _, WAYLAND_DISPLAY: __, ...env } = Deno.env.toObject();
  const { success, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", ...args],
    cwd: projectPath("."),
    env,
    clearEnv: true,
  }).output();
  const decoder = new TextDecoder();
  assert.ok(success, decoder.decode(stderr));
  return decoder.decode(stdout);
}

/** What `body` prints with `console.info`, and what it returns. */
async function saidWhile<T>(body: () => Promise<T>): Promise<{ said: string; shown: T }> {
  const original = console.info;
  const lines: string[] = [];
  console.info = (line: string) => void lines.push(line);
  try {
    const shown = await body();
    return { said: lines.join("\n"), shown };
  } finally {
    console.info = original;
  }
}

const linuxOnly = Deno.build.os === "linux" ? undefined : "only Linux runs without a screen";

/** The file that a script says it has written, read and removed. */
async function written(said: string): Promise<string> {
  const [, file] = /The figures are in (.*figures\.html)/.exec(said) ?? [];
  assert.ok(file, said);
  const page = await Deno.readTextFile(file);
  await Deno.remove(file.replace(/.figures\.html$/, ""), { recursive: true });
  return page;
}

testUnless(
  linuxOnly,
  "deno task plot: without a screen, writes a page and prints where",
  async () => {
    const said = await run("tools/plot.ts", "activation-functions", "xor");
    assert.match(said, /Line chart "Three activation functions": step from 0 to 1/);
    const page = await written(said);
    assert.equal(page.split("mnistPlots.draw(").length, 3);
    assert.doesNotMatch(page, /(src|href)=/);
  },
);

testUnless(
  linuxOnly,
  "a script with --plot shows all its figures at its end",
  () =>
    inFolder(async (folder) => {
      const script = `${folder}/script.ts`;
      const library = new URL("../../../lib/notebook/", import.meta.url).href;
      await Deno.writeTextFile(
        script,
        `import { show } from "${library}show.ts";
       import { barChart } from "${library}../plot/bars.ts";
       await show(barChart([1, 2], { title: "first" }));
       await new Promise((resolve) => setTimeout(resolve, 20));
       await show("words", barChart([3, 4], { title: "second" }));`,
      );
      const config = `--config=${projectPath("deno.json")}`;
      const page = await written(await run(config, script, "--plot"));
      assert.equal(page.split("mnistPlots.draw(").length, 3);
      assert.doesNotMatch(await run(config, script), /The figures are/);
    }),
);

Deno.test("deno task plot: an unknown name is rejected with the known ones", async () => {
  const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", "tools/plot.ts", "xorr"],
    cwd: projectPath("."),
  }).output();
  const decoder = new TextDecoder();
  assert.equal(code, 2);
  assert.match(decoder.decode(stderr), /There is no figure "xorr"/);
  assert.match(decoder.decode(stdout), /training-curve/);
});

testUnless(
  missingChromium,
  "nodeplotlib: all figures on one page, nothing from the internet, ends with the page",
  async () => {
    const browser = await launchChromium("the test");
    const elsewhere: string[] = [];
    let drawn = 0;
    try {
      const shown = await showInBrowser([
        barChart([1, 2, 3], { title: "Bars" }),
        lineChart({ loss: [3, 2, 1] }, { title: "Lines" }),
      ], {
        async open(url) {
          const page = await browser.newPage();
          page.on("request", (request) => {
            if (!request.url().startsWith(url)) elsewhere.push(request.url());
          });
          await page.goto(url);
          await page.waitForFunction("document.querySelectorAll('.js-plotly-plot').length >= 2");
          drawn = await page.locator(".js-plotly-plot .main-svg .infolayer .gtitle").count();
          await page.close();
          return true;
        },
      });
      assert.match("url" in shown ? shown.url : "", /^http:\/\/127\.0\.0\.1:\d+\/$/);
    } finally {
      await browser.close();
    }
    assert.equal(drawn, 2);
    assert.deepEqual(elsewhere, []);
  },
);

Deno.test("showInBrowser: writes a page if nodeplotlib cannot be started", () =>
  inFolder(async (program) => {
    await Deno.writeTextFile(`${program}/deno.json`, "{}");
    await Deno.writeTextFile(`${program}/serve.ts`, "Deno.exit(1);");
    const { said, shown } = await saidWhile(() =>
      showInBrowser([barChart([1], { title: "Bars" })], {
        open: () => Promise.resolve(true),
        program,
      })
    );
    assert.ok("file" in shown);
    assert.match(
      said,
      /^nodeplotlib could not be started; the first time, it needs a network\. The/,
    );
    assert.equal((await written(said)).split("mnistPlots.draw(").length, 2);
  }));

Deno.test("showInBrowser: writes a page if no browser opens it in time", () =>
  inFolder(async (program) => {
    await Deno.writeTextFile(`${program}/deno.json`, "{}");
    await Deno.writeTextFile(
      `${program}/serve.ts`,
      `console.log("http://127.0.0.1:1/"); for await (const _ of Deno.stdin.readable);`,
    );
    for (const opens of [true, false]) {
      const { said, shown } = await saidWhile(() =>
        showInBrowser([barChart([1], { title: "Bars" })], {
          open: () => Promise.resolve(opens),
          patience: 10,
          program,
        })
      );
      assert.ok("file" in shown);
      assert.match(said, /No browser could be opened\. The figures are in/);
      await written(said);
    }
  }));
