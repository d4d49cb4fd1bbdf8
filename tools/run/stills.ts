/**
 * Stills: the figures of a notebook as PNG pictures, drawn by the same plotly in Chromium, and its
 * playgrounds with a digit drawn on them. A stored notebook contains no scripts, so that GitHub and
 * untrusted notebooks show everything.
 *
 * @module
 */
import { decode } from "fast-png";
import upng from "upng-js";
import { PLAYGROUND_MIME } from "../../lib/notebook/playground.ts";
import { isLibraryOutput, plotlySource } from "../../lib/notebook/plotly.ts";
import { FIGURE_MIME, type FigureData, isFigureData } from "../../lib/plot/figure.ts";
import { launchChromium } from "../support/chromium.ts";
import type { Browser, Page } from "../support/playwright.ts";
import { isObject } from "../support/json.ts";
import {
  codeCells,
  type DisplayData,
  type ExecuteResult,
  type Notebook,
  type Output,
} from "../notebook_file/notebook.ts";

/** Pixels of the picture per pixel of the page: sharp on dense screens, and small enough to store. */
const SHARPNESS = 1.5;

/** The part of upng-js that is used here; it has no types of its own. */
interface Upng {
  /** Images of 4 bytes a pixel as a PNG of at most `colors` colours. */
  encode(images: ArrayBuffer[], width: number, height: number, colors: number): ArrayBuffer;
}

const { encode }: Upng = upng;

/**
 * The same picture with at most 256 colors, which are enough for a plot and take a third of the bytes:
 * a stored notebook stays small.
 */
function shrink(png: Uint8Array): Uint8Array {
  const { width, height, data, channels } = decode(png);
  const rgba = new Uint8Array(4 * width * height).fill(255);
  for (let pixel = 0; pixel < width * height; pixel++) {
    for (let c = 0; c < channels; c++) rgba[4 * pixel + c] = data[channels * pixel + c];
  }
  return new Uint8Array(encode([rgba.buffer], width, height, 256));
}

/** The width of a picture of a playground. */
const PLAYGROUND = 760;

/** A 3 as somebody draws it, in shares of the canvas. */
const THREE: readonly (readonly [x: number, y: number])[] = [
  [0.33, 0.26],
  [0.41, 0.19],
  [0.52, 0.17],
  [0.61, 0.22],
  [0.63, 0.31],
  [0.58, 0.4],
  [0.48, 0.46],
  [0.58, 0.5],
  [0.66, 0.59],
  [0.66, 0.7],
  [0.58, 0.79],
  [0.45, 0.81],
  [0.34, 0.76],
];

/** A page that draws figures. */
export class Studio {
  readonly #browser: Browser;
  readonly #page: Page;

  private constructor(browser: Browser, page: Page) {
    this.#browser = browser;
    this.#page = page;
  }

  /**
   * Opens the browser and loads plotly into an empty page; nothing comes from the network.
   * @throws {NoBrowserError} that names what to install.
   */
  static async open(): Promise<Studio> {
    const browser = await launchChromium("pictures of the figures");
    try {
      const page = await browser.newPage();
      await page.setContent("<!doctype html><body></body>");
      await page.addScriptTag({ content: await plotlySource() });
      return new Studio(browser, page);
    } catch (error) {
      await browser.close();
      throw error;
    }
  }

  /** Draws a figure as a PNG. */
  async draw({ data, layout }: FigureData): Promise<Uint8Array> {
    const { width = 700, height = 450 } = layout;
    const size = { format: "png", width, height, scale: SHARPNESS };
    const figure = JSON.stringify({ data, layout, config: { staticPlot: true } });
    const url: unknown = await this.#page.evaluate(
      `Plotly.toImage(${figure}, ${JSON.stringify(size)})`,
    );
    const [, png] = /^data:image\/png;base64,([A-Za-z0-9+/=]+)$/.exec(String(url)) ?? [];
    if (png === undefined) throw new TypeError(`stills: expected a PNG from plotly, found ${url}`);
    return shrink(Uint8Array.fromBase64(png));
  }

  /** Takes a picture of a playground on which a digit is drawn. */
  async photograph(html: string): Promise<{ png: Uint8Array; width: number; height: number }> {
    const page = await this.#browser.newPage({
      viewport: { width: PLAYGROUND, height: PLAYGROUND },
    });
    try {
      await page.setContent(`<!doctype html><body style="margin:0">${html}</body>`);
      await page.waitForFunction(
        `frames[0]?.playground?.read(new Uint8Array(784)) && frames[0].frameElement.offsetHeight`,
        undefined,
        { timeout: 30_000 },
      );
      const canvas = await page.evaluate<{ left: number; top: number; width: number }>(
        `frames[0].document.querySelector("#canvas").getBoundingClientRect().toJSON()`,
      );
      for (const [i, [x, y]] of THREE.entries()) {
        await page.mouse.move(
          canvas.left + x * canvas.width,
          canvas.top + y * canvas.width,
        );
        if (i === 0) await page.mouse.down();
      }
      await page.mouse.up();
      await page.waitForFunction("frames[0].playground.reading", undefined, { timeout: 30_000 });
      await page.waitForTimeout(300); // bars grow
      const png = shrink(await page.locator("iframe").screenshot());
      const { width, height } = decode(png);
      return { png, width, height };
    } finally {
      await page.close();
    }
  }

  /** Closes the browser. */
  async close(): Promise<void> {
    await this.#browser.close();
  }
}

/** What a cell displayed, or its last value. */
function isShown(output: Output): output is DisplayData | ExecuteResult {
  return output.output_type === "display_data" || output.output_type === "execute_result";
}

/** The figure in an output, if there is one. */
function figureOf(output: Output): FigureData | undefined {
  const figure = isShown(output) ? output.data[FIGURE_MIME] : undefined;
  return isFigureData(figure) ? figure : undefined;
}

/** The page and the text alternative of a playground in an output, if there is one. */
function playgroundOf(output: Output): { html: string; alt: string } | undefined {
  if (!isShown(output)) return undefined;
  const mark = output.data[PLAYGROUND_MIME], html = output.data["text/html"];
  if (!isObject(mark) || typeof html !== "string") return undefined;
  return { html, alt: String(mark.alt) };
}

function isLibrary(output: Output): boolean {
  return output.output_type === "display_data" && isLibraryOutput(output);
}

/** What is shown of a figure: a picture of it. */
async function still(
  studio: Studio,
  { data, layout, alt }: FigureData,
): Promise<Pick<DisplayData, "data" | "metadata">> {
  const { width = 700, height = 450 } = layout;
  return {
    data: { "image/png": (await studio.draw({ data, layout, alt })).toBase64(), "text/plain": alt },
    metadata: { "image/png": { alt, height, width } },
  };
}

/** What is shown of a playground: a picture of it. */
async function photograph(
  studio: Studio,
  { html, alt }: { html: string; alt: string },
): Promise<Pick<DisplayData, "data" | "metadata">> {
  const { png, width, height } = await studio.photograph(html);
  return {
    data: { "image/png": png.toBase64(), "text/plain": alt },
    metadata: { "image/png": { alt, height, width } },
  };
}

/**
 * Replaces every figure and playground by a picture, and removes plotly. Changes the notebook. A notebook without
 * figures needs no browser.
 *
 * @throws {NoBrowserError} if there are figures and no browser.
 */
export async function drawStills(notebook: Notebook): Promise<Notebook> {
  const cells = codeCells(notebook);
  const needsBrowser = (output: Output) => figureOf(output) ?? playgroundOf(output);
  const studio = cells.some(({ outputs }) => outputs.some(needsBrowser))
    ? await Studio.open()
    : undefined;
  try {
    for (const cell of cells) {
      const outputs: Output[] = [];
      for (const output of cell.outputs) {
        const figure = figureOf(output), playground = playgroundOf(output);
        if (isShown(output) && figure && studio) {
          outputs.push({ ...output, ...await still(studio, figure) });
        } else if (isShown(output) && playground && studio) {
          outputs.push({ ...output, ...await photograph(studio, playground) });
        } else if (!isLibrary(output)) outputs.push(output);
      }
      cell.outputs = outputs;
    }
  } finally {
    await studio?.close();
  }
  return notebook;
}
