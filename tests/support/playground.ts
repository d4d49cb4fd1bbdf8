/** The playground's page in Chromium, without a network, and digits drawn on it as a hand does. */
import assert from "node:assert/strict";
import { pathToFileURL } from "node:url";
import type { PenStroke } from "../../lib/data/digits/normalize.ts";
import { courseNetworks } from "../../lib/playground/course_networks.ts";
import { playgroundPage } from "../../lib/playground/page.ts";
import { launchChromium } from "../../tools/support/chromium.ts";
import type {
  Browser,
  BrowserContext,
  ContextOptions,
  DevTools,
  Page,
} from "../../tools/support/playwright.ts";
import { inFolder } from "./files.ts";

/** The side of the canvas in its own unit. */
const CANVAS = 280;

/** What the page says of its drawing. */
export interface Said {
  digit: number;
  probabilities: number[];
  /** 784 bytes. */
  image: number[];
}

const SAID = `(() => {
  const { image, reading } = playground;
  return image && { digit: reading.digit, probabilities: [...reading.probabilities], image: [...image] };
})()`;

const LAID_OUT = "new Promise((r) => requestAnimationFrame(() => requestAnimationFrame(r)))";

/** The page of the playground, open in a browser. */
export class OpenPlayground {
  private constructor(
    readonly page: Page,
    readonly context: BrowserContext,
    readonly tools: DevTools,
    readonly isTouched: boolean,
  ) {}

  static async open(
    browser: Browser,
    file: string,
    options: ContextOptions,
    wrong: string[],
  ): Promise<OpenPlayground> {
    const context = await browser.newContext({
      offline: true,
      viewport: { width: 900, height: 900 },
      ...options,
    });
    const page = await context.newPage();
    page.on("pageerror", (error) => wrong.push(error.stack ?? error.message));
    page.on("request", (request) => {
      if (!/^(file|data|blob):/.test(request.url())) wrong.push(request.url());
    });
    await page.goto(pathToFileURL(file).href);
    await page.waitForFunction("globalThis.playground?.read(new Uint8Array(784)) !== undefined");
    const tools = await context.newCDPSession(page);
    return new OpenPlayground(page, context, tools, options.hasTouch ?? false);
  }

  /**
   * Draws strokes, given in the unit of the canvas, by the events of a mouse or of a finger. They are
   * sent without waiting for each other, as those of a quick hand are.
   */
  async draw(strokes: readonly PenStroke[]): Promise<void> {
    const box = await this.page.evaluate<{ left: number; top: number; width: number }>(
      `document.querySelector("#canvas").getBoundingClientRect().toJSON()`,
    );
    const sent: Promise<unknown>[] = [];
    for (const { x, y } of strokes) {
      x.forEach((v, i) => {
        const at = { x: box.left + v / CANVAS * box.width, y: box.top + y[i] / CANVAS * box.width };
        if (i === 0) sent.push(this.#press(at));
        else sent.push(this.#move(at));
        if (i === x.length - 1) sent.push(this.#lift(at));
      });
    }
    await Promise.all(sent);
  }

  #press(at: { x: number; y: number }): Promise<unknown> {
    return this.isTouched ? this.#touch("touchStart", at) : this.#mouse("mousePressed", at, 1);
  }

  #move(at: { x: number; y: number }): Promise<unknown> {
    return this.isTouched ? this.#touch("touchMove", at) : this.#mouse("mouseMoved", at, 1);
  }

  #lift(at: { x: number; y: number }): Promise<unknown> {
    return this.isTouched ? this.#touch("touchEnd") : this.#mouse("mouseReleased", at, 0);
  }

  #mouse(type: string, at: { x: number; y: number }, buttons: number): Promise<unknown> {
    const event = { type, ...at, button: "left", buttons, clickCount: 1, pointerType: "mouse" };
    return this.tools.send("Input.dispatchMouseEvent", event);
  }

  #touch(type: string, at?: { x: number; y: number }): Promise<unknown> {
    const touchPoints = at === undefined ? [] : [at];
    return this.tools.send("Input.dispatchTouchEvent", { type, touchPoints });
  }

  /** Waits until the page shows what was done last. */
  async settled(): Promise<void> {
    await this.page.evaluate(LAID_OUT);
  }

  /** What is read, or undefined where nothing is drawn. */
  async said(): Promise<Said | undefined> {
    await this.settled();
    return await this.page.evaluate<Said | undefined>(SAID);
  }

  /** What the chosen network reads in images of 784 bytes. */
  async read(images: readonly Uint8Array[]): Promise<Pick<Said, "digit" | "probabilities">[]> {
    return await this.page.evaluate(`${JSON.stringify(images.map((image) => image.toBase64()))}
      .map((text) => {
        const { digit, probabilities } = playground.read(
          Uint8Array.from(atob(text), (character) => character.charCodeAt(0)));
        return { digit, probabilities: [...probabilities] };
      })`);
  }

  /** Chooses a network by its place in the list. */
  async choose(index: number): Promise<void> {
    await this.page.selectOption("#networks", String(index));
    await this.page.waitForFunction(`!document.body.hasAttribute("aria-busy")`);
  }

  /** Sets the radius of the pen. */
  async setPen(radius: number): Promise<void> {
    await this.page.evaluate(`(() => {
      const pen = document.querySelector("#pen");
      pen.value = ${radius};
      pen.dispatchEvent(new Event("input", { bubbles: true }));
    })()`);
  }

  /** The text of an element. */
  async text(selector: string): Promise<string> {
    return await this.page.evaluate(`document.querySelector("${selector}").textContent`);
  }

  async close(): Promise<void> {
    await this.context.close();
  }
}

/** Opens the page in a context of its own, with an empty storage. */
export type Open = (options?: ContextOptions) => Promise<OpenPlayground>;

/**
 * Writes the page with the networks of the course to a file, and lets `body` open it. Fails if the
 * page throws an error or asks for something from elsewhere.
 */
export async function withPlayground(body: (open: Open) => Promise<void>): Promise<void> {
  await inFolder(async (folder) => {
    const file = `${folder}/playground.html`;
    await Deno.writeTextFile(file, await playgroundPage(await courseNetworks()));
    const browser = await launchChromium("the test");
    const wrong: string[] = [];
    try {
      await body((options = {}) => OpenPlayground.open(browser, file, options, wrong));
      assert.deepEqual(wrong, []);
    } finally {
      await browser.close();
    }
  });
}
