/** Figures drawn by a real browser: nothing cut off, nothing on top of each other, no network. */
import assert from "node:assert/strict";
import { pathToFileURL } from "node:url";
import { figureBundle, figurePage } from "../../../lib/notebook/plotly.ts";
import type { Figure } from "../../../lib/plot/figure.ts";
import { barChart, histogram } from "../../../lib/plot/bars.ts";
import { decisionBoundary } from "../../../lib/plot/boundary.ts";
import { lineChart, panelChart } from "../../../lib/plot/lines.ts";
import { confusionMatrixChart, heatmap } from "../../../lib/plot/matrices.ts";
import { Tensor } from "../../../lib/tensor/tensor.ts";
import { launchChromium } from "../../../tools/support/chromium.ts";
import type { Page } from "../../../tools/support/playwright.ts";
import { missingChromium } from "../../support/browser.ts";
import { inFolder } from "../../support/files.ts";
import { testUnless } from "../../support/skip.ts";

const CLASSES = ["T-shirt/top", "Trouser", "Pullover", "Dress", "Coat", "Sandal", "Shirt"]
  .concat("Sneaker", "Bag", "Ankle boot");
const falling = Array.from({ length: 300 }, (_, i) => 2.3 * Math.exp(-i / 60));
const square = new Tensor(Float64Array.from({ length: 784 }, (_, i) => Math.sin(i / 9)), [28, 28]);
const counts = new Tensor(
  Int32Array.from({ length: 100 }, (_, i) => i % 11 === 0 ? 900 + i : i % 7),
  [10, 10],
);

/** A figure of every kind, with texts as long as the course has them. */
const FIGURES: Readonly<Record<string, Figure>> = {
  lines: lineChart({ "training loss": falling, "test loss": falling.map((y) => y + 0.1) }, {
    title: "The loss on the training set and on the test set",
    xTitle: "step",
    yTitle: "cross-entropy error",
  }),
  logarithmic: lineChart({ "one at a time": [201, 60, 30, 18, 17.8] }, {
    title: "Time against batch size",
    x: [1, 10, 100, 1000, 10000],
    logX: true,
    logY: true,
    xTitle: "images in a batch",
    yTitle: "milliseconds for 10,000 images",
  }),
  panels: panelChart(
    { loss: { "training loss": falling }, accuracy: { "test accuracy": [0, 1] } },
    {
      title: "Training",
      xTitle: "step",
    },
  ),
  bars: barChart([5923, 6742, 5958, 6131, 5842, 5421, 5918, 6265, 5851, 5949], {
    title: "How often each digit comes",
    xTitle: "digit",
    yTitle: "images",
    digits: 0,
  }),
  named: barChart({ training: CLASSES.map((_, i) => 6000 + i), test: CLASSES.map(() => 1000) }, {
    title: "Two sets",
    labels: CLASSES,
    xTitle: "class",
    yTitle: "images",
  }),
  histogram: histogram(square, {
    title: "Values",
    xTitle: "value",
    yTitle: "how many",
    logY: true,
  }),
  heat: heatmap(square, { title: "Weights", colors: "diverging", colorTitle: "difference" }),
  confusion: confusionMatrixChart(counts),
  fashion: confusionMatrixChart(counts, { title: "Fashion-MNIST", classNames: CLASSES }),
  boundary: decisionBoundary((x, y) => x + y > 1.5 ? 1 : 0, {
    title: "AND",
    points: [{ x: 0, y: 0, label: 0 }, { x: 1, y: 1, label: 1 }],
    classNames: ["false", "true"],
  }),
};

/** Opens a page in Chromium, without a network, and fails on any error in it. */
async function withPage(html: string, body: (page: Page) => Promise<void>): Promise<void> {
  const browser = await launchChromium("the test");
  try {
    await inFolder(async (folder) => {
      const file = `${folder}/page.html`;
      await Deno.writeTextFile(file, html);
      const context = await browser.newContext({ offline: true });
      const page = await context.newPage();
      const wrong: string[] = [];
      page.on("pageerror", (error) => wrong.push(error.message));
      page.on("request", (request) => {
        if (!/^(file|data|blob):/.test(request.url())) wrong.push(request.url());
      });
      await page.goto(pathToFileURL(file).href);
      await page.waitForFunction(
        "[...document.querySelectorAll('[data-figure]')].every((e) => e.querySelector('.main-svg'))",
      );
      await body(page);
      assert.deepEqual(wrong, []);
    });
  } finally {
    await browser.close();
  }
}

/**
 * In the page: which texts of a figure leave its box, and which lie on each other. Texts that are
 * turned are compared by the boxes around them, so only those that stand upright or on end.
 */
const FAULTS = `[...document.querySelectorAll("[data-figure]")].map((figure) => {
  const frame = figure.getBoundingClientRect();
  const texts = [...figure.querySelectorAll("svg text")].filter((text) => text.textContent.trim())
    .filter((text) => !/rotate\\((?!-?90|0)/.test(text.getAttribute("transform") ?? ""))
    .map((text) => ({ say: text.textContent, box: text.getBoundingClientRect() }))
    .filter(({ box }) => box.width > 0);
  const out = texts.filter(({ box }) => box.left < frame.left - 1 || box.right > frame.right + 1 ||
    box.top < frame.top - 1 || box.bottom > frame.bottom + 1).map(({ say }) => "cut off: " + say);
  const over = texts.flatMap((a, i) => texts.slice(i + 1).filter((b) =>
    Math.min(a.box.right, b.box.right) - Math.max(a.box.left, b.box.left) > 1 &&
    Math.min(a.box.bottom, b.box.bottom) - Math.max(a.box.top, b.box.top) > 3
  ).map((b) => "overlap: " + a.say + " | " + b.say));
  return [...out, ...over];
})`;

testUnless(missingChromium, "no figure has its texts cut off or on top of each other", async () => {
  const page = await figurePage("All figures", Object.values(FIGURES));
  await withPage(page, async (page) => {
    const faults: unknown = await page.evaluate(FAULTS);
    assert.deepEqual(
      faults,
      Object.keys(FIGURES).map(() => []),
      `in the order of ${Object.keys(FIGURES).join(", ")}`,
    );
  });
});

testUnless(
  missingChromium,
  "a figure follows the theme of its page, also when it changes",
  async () => {
    await withPage(await figurePage("One", [FIGURES.lines]), async (page) => {
      const colors = (): Promise<unknown> =>
        page.evaluate(`(() => {
        const title = document.querySelector(".gtitle");
        const paper = document.querySelector(".main-svg");
        return [getComputedStyle(title).fill, getComputedStyle(paper).backgroundColor];
      })()`);
      assert.deepEqual(await colors(), ["rgb(34, 34, 34)", "rgb(255, 255, 255)"]);
      await page.evaluate(
        `document.body.style.color = "#eeeeee"; document.body.className = "dark"`,
      );
      await page.waitForFunction(
        `getComputedStyle(document.querySelector(".gtitle")).fill !== "rgb(34, 34, 34)"`,
      );
      assert.deepEqual(await colors(), ["rgb(238, 238, 238)", "rgba(0, 0, 0, 0)"]);
    });
  },
);

testUnless(
  missingChromium,
  "300 updates leave one figure, no more nodes, and no blank frame",
  async () => {
    await withPage(await figurePage("Live", [FIGURES.lines]), async (page) => {
      // As a front end does: each update is new HTML in the place of the old one.
      const update = `(html) => {
      const place = document.querySelector("#place") ?? document.body.appendChild(
        Object.assign(document.createElement("div"), { id: "place" }));
      place.innerHTML = html;
      for (const old of place.querySelectorAll("script")) {
        const script = document.createElement("script");
        script.textContent = old.textContent;
        old.replaceWith(script);
      }
      if (!place.querySelector(".main-svg")) throw new Error("a blank frame");
      return document.getElementsByTagName("*").length;
    }`;
      const nodes: number[] = [];
      for (let i = 0; i < 300; i++) {
        const chart = lineChart({ loss: falling.slice(0, i + 2) }, {
          title: "Live",
          markers: false,
        });
        const html = String(figureBundle(chart, "figure-live")["text/html"]);
        nodes.push(Number(await page.evaluate(`(${update})(${JSON.stringify(html)})`)));
      }
      assert.equal(await page.locator("#place [data-figure]").count(), 1);
      const most = Math.max(...nodes);
      const early = Math.max(...nodes.slice(0, 50));
      assert.ok(most < early + 100, `from ${early} to ${most} nodes`);
    });
  },
);
