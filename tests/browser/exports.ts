/** Files from the export menus of Jupyter's front ends, opened in a browser without a network. */
import assert from "node:assert/strict";
import { basename, join } from "node:path";
import { pathToFileURL } from "node:url";
import type { Page } from "../../tools/support/playwright.ts";
import { codeCells, type Notebook, readNotebook } from "../../tools/notebook_file/notebook.ts";
import { type Bench, RUNS } from "./frontend.ts";
import { machine } from "./machine.ts";
import { isObject } from "../../tools/support/json.ts";

/** The size of a projector's picture. */
const VIEWPORT = { width: 1280, height: 720 };

/** What the browser shows of an exported page. */
interface Seen {
  outputs: number;
  pictures: number;
  brokenPictures: string[];
  /** Pictures without a text alternative. */
  withoutText: string[];
  /** Figures without lines, or with axes without numbers. */
  emptyFigures: number;
  formulas: number;
  /** Formulas with a mistake, and text that looks like the source of a formula. */
  notTypeset: string[];
}

const SEEN = `(() => {
  const all = (selector) => Array.from(document.querySelectorAll(selector));
  const text = all(".jp-RenderedMarkdown").map((element) => {
    const copy = element.cloneNode(true);
    for (const other of copy.querySelectorAll(".katex, code, pre")) other.remove();
    return copy.textContent;
  }).join(" ");
  return {
    outputs: all(".jp-OutputArea-output").filter((e) => e.scrollHeight >= 10).length,
    pictures: all("img").length,
    brokenPictures: all("img").filter((e) => e.naturalWidth === 0).map((e) => e.src.slice(0, 80)),
    withoutText: all("img").filter((e) => !e.alt).map((e) => e.src.slice(0, 80)),
    emptyFigures: all("[data-figure]").filter((e) => {
      const tick = e.querySelector(".xtick text"); // pictures of networks have no axes
      return !(e.querySelector("svg.main-svg")?.getBoundingClientRect().width > 100 &&
        (tick ?? e.querySelector(".annotation text"))?.getBoundingClientRect().width > 0);
    }).length,
    formulas: all(".katex").length,
    notTypeset: [...all(".katex-error").map((e) => e.title), ...text.match(/\\$|\\\\[a-z]+/g) ?? []],
  };
})()`;

/** The current slide. */
interface Slide {
  isLast: boolean;
  /** How many slides are visible: a second one would cover the first. */
  visible: number;
  /** Pixels by which its content is wider than the slide. */
  tooWide: number;
}

const SLIDE = `(() => {
  const slide = Reveal.getCurrentSlide();
  return {
    isLast: Reveal.isLastSlide() && !Reveal.availableFragments().next,
    visible: Array.from(document.querySelectorAll(".slides > section > section"))
      .filter((e) => getComputedStyle(e).visibility === "visible" && e.getClientRects().length > 0)
      .length,
    tooWide: slide.scrollWidth - slide.clientWidth,
  };
})()`;

/**
 * Exports a notebook with a front end as a page and as slides, and opens both without a network:
 * everything is there, and nothing is requested.
 *
 * @param path of a notebook in the project that has formulas.
 */
export async function assertExports(bench: Bench, path: string): Promise<void> {
  const notebook = await readNotebook(join(machine.project, path));
  for (const format of ["html", "slides"]) {
    const name = `${basename(path, ".ipynb")}-${bench.server.kind}-${format}`;
    const file = join(machine.project, RUNS, `${name}.html`);
    await Deno.writeFile(file, await bench.exported(format, path));
    const context = await bench.browser.newContext({ offline: true, viewport: VIEWPORT });
    const page = await context.newPage();
    const asked: string[] = [], failed: string[] = [];
    page.on("request", (request) => asked.push(request.url()));
    page.on("pageerror", (error) => failed.push(String(error)));
    const address = pathToFileURL(file).href;
    await page.goto(address);
    await assertWhole(page, name, notebook);
    if (format === "slides") await assertDeck(page, notebook);
    await page.screenshot({ path: join(machine.project, RUNS, `${name}.png`) });
    const elsewhere = asked.filter((url) => !/^(data|blob):/.test(url) && url !== address);
    assert.deepEqual({ elsewhere, failed }, { elsewhere: [], failed: [] }, name);
    await context.close();
  }
}

/** Fails if a picture, a figure, a formula or the outputs are missing on a page. */
async function assertWhole(page: Page, name: string, notebook: Notebook): Promise<void> {
  // Figures decompress their library first.
  await page.waitForFunction(`${SEEN}.emptyFigures === 0`, undefined, { timeout: 10_000 })
    .catch(() => {});
  const { outputs, pictures, formulas, ...wrong } = await page.evaluate<Seen>(SEEN);
  assert.deepEqual(
    wrong,
    { brokenPictures: [], withoutText: [], emptyFigures: 0, notTypeset: [] },
    name,
  );
  assert.ok(outputs > 0 && formulas > 0, `${name}: expected outputs and formulas, found none`);
  assert.equal(pictures, picturesIn(notebook), `${name}: pictures`);
}

/** How many pictures a page of the notebook shows: HTML replaces the picture of an output. */
function picturesIn(notebook: Notebook): number {
  return codeCells(notebook).flatMap(({ outputs }) => outputs).filter((output) =>
    "data" in output && "image/png" in output.data && !("text/html" in output.data)
  ).length;
}

/** Goes through the slides with the arrow key. */
async function assertDeck(page: Page, notebook: Notebook): Promise<void> {
  const slides =
    notebook.cells.filter(({ metadata: { slideshow } }) =>
      isObject(slideshow) && /^(sub)?slide$/.test(String(slideshow.slide_type))
    ).length;
  assert.equal(await page.evaluate("Reveal.getTotalSlides()"), slides);
  for (let step = 0;; step++) {
    assert.ok(step < 30 * slides, "expected the arrow key to lead to the last slide");
    const { isLast, visible, tooWide } = await page.evaluate<Slide>(SLIDE);
    assert.equal(visible, 1, `step ${step}: expected one slide on display`);
    assert.ok(tooWide <= 1, `step ${step}: expected a slide to fit, found ${tooWide} pixels more`);
    if (isLast) break;
    await page.keyboard.press("ArrowRight");
  }
  assert.equal(await page.evaluate("Reveal.getSlidePastCount()"), slides - 1);
}
