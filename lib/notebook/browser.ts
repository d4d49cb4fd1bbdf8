/**
 * Figures of a plain script, shown in the browser by nodeplotlib.
 *
 * nodeplotlib (https://github.com/ngfelixl/nodeplotlib) serves a page with the figures and ends
 * when the page is closed. Left alone it does things that a course should not: it listens to the
 * whole network, takes plotly from the internet, opens a page even where there is no screen, shows
 * all earlier figures again when called later, and waits for ever if no page comes. So it is called
 * once, in one go, kept to this machine, and stands behind a small server of ours that hands out
 * plotly from the package.
 *
 * It comes with 142 packages. They are loaded when figures are shown in a browser, and not before.
 */
import { createServer, Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import process from "node:process";
import { figurePage, plotlySource } from "./bundle.ts";
import type { Data, FigureData, Layout } from "../plot/figure.ts";

/** Where figures were shown. */
export type Shown =
  /** On a page, which was closed again. */
  | { url: string }
  /** In a file, since there was nobody to open the page. */
  | { file: string };

/** What a test, or a machine without a screen, does in its own way. */
export interface BrowserOptions {
  /** Opens the page; `false` says that this machine cannot. */
  open?: (url: string) => Promise<boolean>;
  /** Milliseconds to wait for the page to come. */
  patience?: number;
}

/** The part of nodeplotlib that is used here. */
interface Nodeplotlib {
  plot(data: readonly Data[], layout: Partial<Layout>, config: { displaylogo: boolean }): void;
}

const PATIENCE = 60_000;

/** The port of a server that listens. */
function portOf(server: Server): number {
  const address: AddressInfo | string | null = server.address();
  if (address === null || typeof address === "string") {
    throw new TypeError(`browser: expected a server with a port, found ${address}`);
  }
  return address.port;
}

/** Starts a server on this machine alone, on a port that is free. */
function listen(server: Server): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen(0, "127.0.0.1", () => resolve(portOf(server)));
  });
}

/**
 * Hands the figures to nodeplotlib and gives the server that it starts, which listens to this
 * machine alone.
 */
async function startNodeplotlib(figures: readonly FigureData[]): Promise<Server> {
  // Any value keeps it from opening a page by itself, and "0" gives a free port.
  Deno.env.set("NODEPLOTLIB_PORT", "0");
  // Not a literal, so that no tool loads the 142 packages just for looking at this file.
  const name = "nodeplotlib";
  const { plot }: Nodeplotlib = await import(name);

  const original = Server.prototype.listen;
  const started = new Promise<Server>((resolve) => {
    Server.prototype.listen = function (this: Server, ...rest: unknown[]) {
      Server.prototype.listen = original;
      const ready = rest.find((value) => typeof value === "function");
      return this.listen(0, "127.0.0.1", () => {
        ready?.();
        resolve(this);
      });
    };
  });
  for (const { data, layout } of figures) plot(data, layout, { displaylogo: false });
  const server = await started;
  const close = server.close;
  server.close = function (whenClosed) {
    close.call(this, whenClosed);
    this.closeAllConnections(); // else it waits minutes for those that are kept open unused
    return this;
  };
  return server;
}

/** Keeps what nodeplotlib and its framework say of themselves from the terminal, until undone. */
function mute(): () => void {
  const { log } = console;
  const { write } = process.stdout;
  console.log = () => {};
  process.stdout.write = () => true;
  return () => {
    console.log = log;
    process.stdout.write = write;
  };
}

/** One figure below the other: beside each other they would be cut off. */
const ONE_COLUMN = "<style>npl-plots{grid-template-columns:minmax(0,1fr)!important}</style>";

/** nodeplotlib's page with plotly from here, and nothing else from elsewhere. */
function localPage(html: string): string {
  return html
    .replaceAll(/https:\/\/cdn\.plot\.ly\/[^"]*/g, "plotly.js")
    .replaceAll(/<link[^>]*gstatic[^>]*>/g, "")
    .replaceAll(/<style[^>]*>[^<]*gstatic[^<]*<\/style>/g, "")
    .replace("</head>", `${ONE_COLUMN}</head>`);
}

/** Milliseconds without a request after which a page is taken for closed: it asks all the time. */
const GONE = 3000;

/** What the server in front tells of the page. */
interface Visits {
  /** The page has come. */
  onVisit(): void;
  /** The page has been closed. */
  onLeave(): void;
}

/** The server in front: everything is nodeplotlib's but its page and plotly. */
function frontServer(behind: () => number, plotly: string, { onVisit, onLeave }: Visits): Server {
  let open = 0;
  let leaving: ReturnType<typeof setTimeout> | undefined;
  return createServer(async (request, response) => {
    onVisit();
    open++;
    clearTimeout(leaving);
    const left = new AbortController();
    response.once("close", () => {
      left.abort();
      open--;
      if (open === 0) leaving = setTimeout(onLeave, GONE);
    });
    const path = request.url ?? "/";
    if (path.startsWith("/plotly.js")) {
      response.writeHead(200, { "content-type": "text/javascript; charset=utf-8" }).end(plotly);
      return;
    }
    try {
      const parts: Uint8Array<ArrayBuffer>[] = [];
      for await (const part of request) parts.push(part);
      const answer = await fetch(`http://127.0.0.1:${behind()}${path}`, {
        method: request.method,
        headers: { "content-type": request.headers["content-type"] ?? "text/plain" },
        signal: left.signal,
        ...(parts.length === 0 ? {} : { body: new Blob(parts) }),
      });
      const type = answer.headers.get("content-type") ?? "application/octet-stream";
      const isPage = type.startsWith("text/html");
      const content = isPage ? localPage(await answer.text()) : await answer.bytes();
      response.writeHead(answer.status, { "content-type": type }).end(content);
    } catch {
      response.writeHead(502).end(); // the page or nodeplotlib has gone
    }
  });
}

/** Whether somebody could see a page: on Linux only with a screen. */
function hasScreen(): boolean {
  return Deno.build.os !== "linux" || Deno.env.has("DISPLAY") || Deno.env.has("WAYLAND_DISPLAY");
}

/** Opens a page as a person's click would; false where that failed. */
async function openPage(url: string): Promise<boolean> {
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

async function writePage(figures: readonly FigureData[]): Promise<Shown> {
  const folder = await Deno.makeTempDir({ dir: tmpdir(), prefix: "figures-" });
  const file = join(folder, "figures.html");
  await Deno.writeTextFile(file, await figurePage("Figures", figures));
  console.info(`No browser could be opened. The figures are in ${file}: open it in any browser.`);
  return { file };
}

let called = false;

/**
 * Shows figures on one page, and resolves when the page is closed. Where no browser can be opened
 * it writes a page that needs no server and no network, and says where.
 *
 * @throws Error when it is called a second time: nodeplotlib would show the first figures again.
 */
export async function showInBrowser(
  figures: readonly FigureData[],
  { open = hasScreen() ? openPage : undefined, patience = PATIENCE }: BrowserOptions = {},
): Promise<Shown> {
  if (called) throw new Error("showInBrowser: expected one call with all figures, found a second");
  called = true;
  if (open === undefined) return await writePage(figures);

  let visited = false;
  let behind: Server | undefined;
  const port = (): number => behind === undefined ? 0 : portOf(behind);
  const front = frontServer(port, await plotlySource(), {
    onVisit: () => visited = true,
    onLeave: () => behind?.close(),
  });
  const url = `http://127.0.0.1:${await listen(front)}/`;
  const speak = mute();
  try {
    behind = await startNodeplotlib(figures);
    const ended = new Promise<void>((resolve) => behind?.once("close", () => resolve()));
    console.info(`The figures are at ${url}. Close the page to end.`);
    if (!await open(url)) return await writePage(figures);
    const late = setTimeout(() => !visited && behind?.close(), patience);
    await ended;
    clearTimeout(late);
    return visited ? { url } : await writePage(figures);
  } finally {
    speak();
    for (const server of [front, behind]) {
      server?.closeAllConnections();
      server?.close();
    }
  }
}

const collected: FigureData[] = [];

/** Keeps a figure until the script has run to its end, and then shows all of them on one page. */
export function showAtEnd(figure: FigureData): void {
  collected.push(figure);
  if (collected.length > 1) return;
  globalThis.addEventListener("beforeunload", (event) => {
    if (called) return;
    event.preventDefault(); // the script goes on, until the page is closed
    void showInBrowser(collected);
  });
}
