/**
 * Stills: the figures of a notebook as PNG pictures, drawn by the same plotly in Chromium. A stored
 * notebook contains no scripts, so that GitHub and untrusted notebooks show every figure.
 *
 * @module
 */
import { decode } from "fast-png";
import upng from "upng-js";
import { isLibraryOutput, plotlySource } from "../../lib/notebook/plotly.ts";
import { FIGURE_MIME, type FigureData, isFigureData } from "../../lib/plot/figure.ts";
import { launchChromium } from "../support/chromium.ts";
import type { Browser, Page } from "../support/playwright.ts";
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
  const { width, height, data } = decode(png);
  return new Uint8Array(encode([Uint8Array.from(data).buffer], width, height, 256));
}

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

/**
 * Replaces every figure by a picture, and removes plotly. Changes the notebook. A notebook without
 * figures needs no browser.
 *
 * @throws {NoBrowserError} if there are figures and no browser.
 */
export async function drawStills(notebook: Notebook): Promise<Notebook> {
  const cells = codeCells(notebook);
  const studio = cells.some(({ outputs }) => outputs.some((output) => figureOf(output)))
    ? await Studio.open()
    : undefined;
  try {
    for (const cell of cells) {
      const outputs: Output[] = [];
      for (const output of cell.outputs) {
        const figure = figureOf(output);
        if (isShown(output) && figure && studio) {
          outputs.push({ ...output, ...await still(studio, figure) });
        } else if (!isLibrary(output)) outputs.push(output);
      }
      cell.outputs = outputs;
    }
  } finally {
    await studio?.close();
  }
  return notebook;
}
