/**
 * Figures of a plain script, shown in the browser by nodeplotlib.
 *
 * nodeplotlib (https://github.com/ngfelixl/nodeplotlib) serves a page with the figures and ends
 * when the page is closed. Left alone it does things that a course should not: it listens to the
 * whole network, takes plotly from the internet, opens a page even where there is no screen, shows
 * all earlier figures again when called later, and waits for ever if no page comes. So it runs in a
 * process of its own (nodeplotlib/serve.ts), is called once, in one go, kept to this machine, and a
 * small server of ours in front of it serves plotly from the package.
 */
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { Readable } from "node:stream";
import { figurePage, plotlySource } from "./bundle.ts";
import type { FigureData } from "../plot/figure.ts";

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

/** nodeplotlib's server, running in a process of its own. */
interface Nodeplotlib {
  readonly port: number;
  /** Resolves when the process has ended: after its page was closed, or after `end`. */
  readonly ended: Promise<unknown>;
  end(): void;
}

/** Hands the figures to nodeplotlib; see nodeplotlib/serve.ts. */
async function startNodeplotlib(figures: readonly FigureData[]): Promise<Nodeplotlib> {
  const folder = join(import.meta.dirname ?? "", "nodeplotlib");
  const config = ["--frozen", "--config", join(folder, "deno.json")];
  const child = new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", ...config, join(folder, "serve.ts")],
    stdin: "piped",
    stdout: "piped",
  }).spawn();
  const input = child.stdin.getWriter();
  await input.write(new TextEncoder().encode(JSON.stringify(figures) + "\n"));
  const lines = createInterface({ input: Readable.fromWeb(child.stdout) });
  for await (const line of lines) {
    return {
      port: Number(line),
      ended: child.status,
      end: () => void input.close().catch(() => {}),
    };
  }
  throw new Error("nodeplotlib: expected it to start; the message above says why it did not");
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
function frontServer(behind: number, plotly: string, { onVisit, onLeave }: Visits): Server {
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
      const answer = await fetch(`http://127.0.0.1:${behind}${path}`, {
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
  const behind = await startNodeplotlib(figures);
  const front = frontServer(behind.port, await plotlySource(), {
    onVisit: () => visited = true,
    onLeave: behind.end,
  });
  try {
    const url = `http://127.0.0.1:${await listen(front)}/`;
    console.info(`The figures are at ${url}. Close the page to end.`);
    if (!await open(url)) return await writePage(figures);
    const late = setTimeout(() => !visited && behind.end(), patience);
    await behind.ended;
    clearTimeout(late);
    return visited ? { url } : await writePage(figures);
  } finally {
    behind.end();
    front.closeAllConnections();
    front.close();
    await behind.ended;
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
