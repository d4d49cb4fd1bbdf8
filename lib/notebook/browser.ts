/**
 * Figures of a plain script, shown in the browser by nodeplotlib, which runs in a process of its own:
 * see `nodeplotlib/serve.ts`.
 */
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { Readable } from "node:stream";
import type { FigureData } from "../plot/figure.ts";
import { figurePage, plotlySource } from "./plotly.ts";

/** Where figures were shown: on a page that has been closed, or in a file. */
export type Shown = { url: string } | { file: string };

/** How a page is opened. */
export interface BrowserOptions {
  /** Opens the page and returns whether that worked; undefined where there is no screen. */
  open?: (url: string) => Promise<boolean>;
  /** Milliseconds to wait for the page to load. */
  patience?: number;
  /** The folder with the program that serves the page, and its `deno.json`. */
  program?: string;
}

/** True where a page can be seen: on Linux only with a screen. */
export function hasScreen(): boolean {
  return Deno.build.os !== "linux" || Deno.env.has("DISPLAY") || Deno.env.has("WAYLAND_DISPLAY");
}

/** Opens a page in the person's browser; false where that failed. */
export async function openPage(url: string): Promise<boolean> {
  const { os } = Deno.build;
  const [program, ...args] = os === "windows"
    ? ["cmd", "/c", "start", "", url]
    : [os === "darwin" ? "open" : "xdg-open", url];
  try {
    const { success } = await new Deno.Command(program, { args, stdout: "null", stderr: "null" })
      .output();
    return success;
  } catch {
    return false;
  }
}

async function writePage(figures: readonly FigureData[], why: string): Promise<Shown> {
  const folder = await Deno.makeTempDir({ dir: tmpdir(), prefix: "figures-" });
  const file = join(folder, "figures.html");
  await Deno.writeTextFile(file, await figurePage("Figures", figures));
  console.info(`${why} The figures are in ${file}: open it in any browser.`);
  return { file };
}

const NO_BROWSER = "No browser could be opened.";
const NO_NODEPLOTLIB = "nodeplotlib could not be started; the first time, it needs a network.";

/**
 * Shows figures on one page, and resolves when the page is closed. Where no browser can be opened
 * or nodeplotlib is unavailable, it writes a page that needs no server and no network, and prints
 * where.
 */
export async function showInBrowser(
  figures: readonly FigureData[],
  options: BrowserOptions = {},
): Promise<Shown> {
  const { open = hasScreen() ? openPage : undefined, patience = 60_000 } = options;
  if (open === undefined) return await writePage(figures, NO_BROWSER);

  const program = options.program ?? join(import.meta.dirname ?? "", "nodeplotlib");
  const config = ["--frozen", "--config", join(program, "deno.json")];
  const child = new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", ...config, join(program, "serve.ts")],
    stdin: "piped",
    stdout: "piped",
  }).spawn();
  const input = child.stdin.getWriter();
  const end = (): void => void input.close().catch(() => {});
  let url: string | undefined, isVisited = false;
  let late: ReturnType<typeof setTimeout> | undefined;
  try {
    const line = JSON.stringify({ figures, plotly: await plotlySource() });
    input.write(new TextEncoder().encode(`${line}\n`)).catch(() => {}); // it has ended already
    for await (const said of createInterface({ input: Readable.fromWeb(child.stdout) })) {
      if (said === "visited") isVisited = true;
      else {
        url = said;
        console.info(`The figures are at ${url}. Close the page to end.`);
        if (await open(url)) late = setTimeout(() => isVisited || end(), patience);
        else end();
      }
    }
    if (url !== undefined && isVisited) return { url };
    return await writePage(figures, url === undefined ? NO_NODEPLOTLIB : NO_BROWSER);
  } finally {
    clearTimeout(late);
    end();
    await child.status;
  }
}

const collected: FigureData[] = [];
let isShown = false;

/** Keeps a figure until the script has run to its end, and then shows all of them on one page. */
export function showAtEnd(figure: FigureData): void {
  collected.push(figure);
  if (collected.length > 1) return;
  globalThis.addEventListener("beforeunload", (event) => {
    if (isShown) return;
    isShown = true;
    event.preventDefault(); // the script goes on until the page is closed
    void showInBrowser(collected);
  });
}
