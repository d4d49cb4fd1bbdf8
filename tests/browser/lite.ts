/** The course's site in a browser, for tests. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { jupyterLite } from "../../tools/lite/jupyterlite.ts";
import { serve, type SiteServer } from "../../tools/lite/serve.ts";
import { buildSite, writeVersion } from "../../tools/lite/site.ts";
import {
  codeCells,
  type Notebook,
  type Output,
  readNotebook,
  writeNotebook,
} from "../../tools/notebook_file/notebook.ts";
import { fillParameters, parseSetting } from "../../tools/notebook_file/parameters.ts";
import { deno } from "../../tools/support/deno.ts";
import { launchChromium } from "../../tools/support/chromium.ts";
import { messageOf } from "../../tools/support/machine.ts";
import type { Browser, BrowserContext, Page } from "../../tools/support/playwright.ts";
import { missingChromium } from "../support/browser.ts";
import { QUICK } from "../support/quick.ts";
import { LAB, OpenNotebook } from "./frontend.ts";
import { leftToCi, machine } from "./machine.ts";
import { chapters } from "./notebooks.ts";

/** Milliseconds in which a page is ready on a busy machine. */
const PATIENCE = 60_000;

/** Why the site cannot be built or opened here; undefined if it can. */
export async function missingLite(): Promise<string | undefined> {
  if (missingChromium !== undefined) return missingChromium;
  try {
    await jupyterLite(machine);
    return undefined;
  } catch (error) {
    return messageOf(error);
  }
}

/** Why a test that takes long does not run here; undefined if it does. */
export async function missingForLong(): Promise<string | undefined> {
  return leftToCi ?? await missingLite();
}

/** What differs between the sites of tests. */
export interface LiteOptions {
  /** The folder with MNIST's files; by default the site has none. */
  readonly mnist?: string;
  /** A module in the place of `@std/csv`. */
  readonly csv?: string;
  /** Notebooks beside the chapters, by name. */
  readonly more?: Readonly<Record<string, Notebook>>;
}

/** A chapter with the parameters that make it short. */
export async function quickChapter(name: string): Promise<Notebook> {
  const notebook = await readNotebook(join(machine.project, "notebooks", `${name}.ipynb`));
  return fillParameters(notebook, new Map((QUICK[name] ?? []).map(parseSetting)));
}

/** A site, its server and a browser. */
export class Lite implements AsyncDisposable {
  #server: SiteServer | undefined;

  private constructor(
    /** The folder of the site. */
    readonly folder: string,
    readonly browser: Browser,
    /** The address of the site. */
    public address: string,
    server: SiteServer,
  ) {
    this.#server = server;
  }

  /** Builds the site with short chapters, serves it and starts the browser. */
  static async start({ mnist, csv, more = {} }: LiteOptions = {}): Promise<Lite> {
    const folder = await Deno.makeTempDir({ prefix: "lite-" });
    const notebooks = join(folder, "notebooks"), site = join(folder, "site");
    await Deno.mkdir(notebooks);
    for (const name of await chapters()) {
      await writeNotebook(join(notebooks, `${name}.ipynb`), await quickChapter(name));
    }
    for (const [name, notebook] of Object.entries(more)) {
      await writeNotebook(join(notebooks, `${name}.ipynb`), notebook);
    }
    await buildSite({
      root: machine.project,
      jupyterLite: await jupyterLite(machine),
      notebooks,
      mnist,
      csv,
      out: site,
      say: () => {},
    });
    const browser = await launchChromium("the tests of the site");
    const server = serve(site, "127.0.0.1", 0);
    return new Lite(folder, browser, `http://127.0.0.1:${server.port}/`, server);
  }

  /** The folder that is served. */
  get site(): string {
    return join(this.folder, "site");
  }

  /** Opens a notebook and waits until its kernel is ready. */
  async open(
    name: string,
    { in: context = this.browser, application = "notebooks", size = { width: 1280, height: 900 } }:
      {
        in?: Pick<BrowserContext, "newPage"> | Browser;
        application?: "notebooks" | "lab";
        size?: { width: number; height: number };
      } = {},
  ): Promise<OpenNotebook> {
    const page = context === this.browser
      ? await this.browser.newPage({ viewport: size })
      : await (context as BrowserContext).newPage();
    await this.load(page, name, application);
    return new OpenNotebook(page, LAB, name);
  }

  /** Loads a notebook into a page that is open. */
  async load(page: Page, name: string, application = "notebooks"): Promise<void> {
    const path = encodeURIComponent(`notebooks/${name}.ipynb`);
    await page.goto(`${this.address}${application}/index.html?path=${path}`);
    await page.waitForFunction(LAB.ready, undefined, { timeout: PATIENCE });
  }

  /** Opens the first page of the site. */
  async start(context: Pick<BrowserContext, "newPage"> | Browser = this.browser): Promise<Page> {
    const page = await context.newPage();
    await page.goto(this.address);
    return page;
  }

  /** Waits until the browser keeps the site, on its first page. */
  async kept(page: Page): Promise<void> {
    const isKept = `/without a network/.test(document.getElementById("offline").textContent)`;
    await page.waitForFunction(isKept, undefined, { timeout: PATIENCE });
  }

  /** Changes files of the site and gives it a new version. */
  async publish(change: (site: string) => Promise<void>): Promise<void> {
    await change(this.site);
    await writeVersion(this.site, await Deno.readTextFile(join(this.site, "service-worker.js")));
  }

  /** Ends the server; pages stay open. */
  async endServer(): Promise<void> {
    await this.#server?.shutdown();
    this.#server = undefined;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.browser.close();
    await this.endServer();
    await Deno.remove(this.folder, { recursive: true });
  }
}

/** The texts of the outputs of a cell, errors included. */
export function outputTexts(notebook: Notebook, index: number): string[] {
  return codeCells(notebook)[index].outputs.map((output) => {
    if (output.output_type === "stream") return output.text;
    if (output.output_type === "error") return `${output.ename}: ${output.evalue}`;
    return String(output.data["text/plain"]);
  });
}

/** Runs a cell and returns the texts of its outputs. */
export async function runTexts(open: OpenNotebook, index: number): Promise<string[]> {
  await open.startCell(index);
  await open.page.waitForTimeout(300);
  await open.idle(120);
  return outputTexts(await open.content(), index);
}

/** The same as one text. */
export async function run(open: OpenNotebook, index: number): Promise<string> {
  return (await runTexts(open, index)).join("\n");
}

/** Runs a chapter on Deno's kernel. */
export async function runOnDeno(name: string, data: string): Promise<Notebook> {
  const out = await Deno.makeTempDir({ prefix: "lite-deno-" });
  try {
    const settings = (QUICK[name] ?? []).flatMap((setting) => ["--set", setting]);
    const path = join("notebooks", `${name}.ipynb`);
    const args = ["run", "-A", "tools/run/run.ts", path, "--out", out, "--data", data, ...settings];
    const { ok, stdout, stderr } = await deno(args, machine.project);
    assert.ok(ok, stdout + stderr);
    return await readNotebook(join(out, `${name}.ipynb`));
  } finally {
    await Deno.remove(out, { recursive: true });
  }
}

/** What two kernels must show alike: by the id of a cell, the texts and pictures of its outputs. */
export function shownBy(notebook: Notebook): Record<string, unknown[]> {
  return Object.fromEntries(
    codeCells(notebook).map(({ id, outputs }) => [
      id,
      joined(outputs).map(shownOf).filter((shown) => shown !== undefined),
    ]),
  );
}

/** Streams in one piece each, as a front end joins them. */
function joined(outputs: readonly Output[]): Output[] {
  const all: Output[] = [];
  for (const output of outputs) {
    const last = all.at(-1);
    if (
      output.output_type === "stream" && last?.output_type === "stream" && last.name === output.name
    ) all[all.length - 1] = { ...last, text: last.text + output.text };
    else all.push(output);
  }
  return all;
}

function shownOf(output: Output): unknown {
  switch (output.output_type) {
    case "stream":
      return { [output.name]: withoutTimes(output.text) };
    case "error":
      return { error: output.ename, message: output.evalue };
    default: {
      const { "text/plain": text = "", "image/png": png } = output.data;
      if (text === "" && png === undefined) return undefined; // the carrier of plotly
      return { text: withoutTimes(String(text)), ...(png === undefined ? {} : { png }) };
    }
  }
}

/** A text without durations and speeds, and without the place where data come from. */
export function withoutTimes(text: string): string {
  return withoutTimeColumns(text)
    .replaceAll(/from (data\/mnist\/|the folder in MNIST_DIR)/g, "from a folder")
    .replaceAll(/^(speedup|\w*[sS]econds\w*): .*$/gm, "$1: TIME")
    .replaceAll(/^(Line charts? "(?:Time|Milliseconds) .*?"): .*$/gm, "$1: TIME")
    .replaceAll(/\d[\d,.]*(e[+-]?\d+)? ?(µs|ms|s|min|h|hours|minutes|seconds|days)\b/g, "TIME");
}

/** A table, of which the columns of durations are left out: those that its head says are such. */
function withoutTimeColumns(text: string): string {
  const lines = text.split("\n");
  const rule = lines.findIndex((line) => /^-+( {2}-+)+$/.test(line));
  if (rule < 1) return text;
  const columns = [...lines[rule].matchAll(/-+/g)]
    .map(({ index, 0: dashes }) => [index, index + dashes.length] as const);
  const heads = columns.map(([from, to]) => lines[rule - 1].slice(from, to).trim());
  const areTimes = /^microseconds/.test(heads[0]);
  const kept = columns.filter((_, i) =>
    i === 0 || !(areTimes || /seconds|\bms\b|an epoch of|times faster/.test(heads[i]))
  );
  return lines.map((line, i) =>
    i < rule - 1 ? line : kept.map(([from, to]) => line.slice(from, to).trim()).join(" | ")
  ).join("\n");
}
