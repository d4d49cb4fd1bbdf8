/**
 * Serves figures with nodeplotlib, in a process of its own: its 142 packages are pinned by the
 * `deno.json` and `deno.lock` of this folder, and downloaded only when this program first runs.
 *
 * nodeplotlib (https://github.com/ngfelixl/nodeplotlib) serves a page with the figures. By itself it
 * listens to the whole network, loads plotly from the internet, opens a page even without a screen,
 * shows earlier figures again when it is called later, and waits forever if no page loads or the
 * page is closed. So it is called once, with all figures, its server is kept to this machine, and
 * the page and plotly come from here.
 *
 * Reads one line of JSON: the figures and the source of plotly. Prints the address of the page, and
 * `visited` when it is first loaded. Ends when the page is closed, or when standard input is.
 */
import { type IncomingMessage, Server, type ServerResponse } from "node:http";
import process from "node:process";
import { createInterface } from "node:readline/promises";

/** The part of nodeplotlib that is used here. */
interface Nodeplotlib {
  plot(data: unknown, layout: unknown, config: { displaylogo: boolean }): void;
}

/** What the program reads. */
interface Input {
  figures: { data: unknown; layout: unknown }[];
  plotly: string;
}

const print = process.stdout.write.bind(process.stdout);
console.log = () => {};
process.stdout.write = () => true; // nodeplotlib and its framework print banners

// Any value keeps it from opening a page by itself, and "0" chooses a free port.
Deno.env.set("NODEPLOTLIB_PORT", "0");
// Not a literal: the project's own deno.json, by which this file is checked, does not list it.
const name = "nodeplotlib";
const { plot }: Nodeplotlib = await import(name);

/** One figure below the other: side by side they would be cut off. */
const ONE_COLUMN = "<style>npl-plots{grid-template-columns:minmax(0,1fr)!important}</style>";

/** nodeplotlib's page with plotly from this server, and nothing from the internet. */
function localPage(html: string): string {
  return html
    .replaceAll(/https:\/\/cdn\.plot\.ly\/[^"]*/g, "plotly.js")
    .replaceAll(/<link[^>]*gstatic[^>]*>/g, "")
    .replaceAll(/<style[^>]*>[^<]*gstatic[^<]*<\/style>/g, "")
    .replace("</head>", `${ONE_COLUMN}</head>`);
}

/** Milliseconds without a request after which a page counts as closed: it asks all the time. */
const GONE = 3000;

/** Puts our page and plotly in front of what a server answers, and ends the program after the page. */
async function serve(server: Server, plotly: string): Promise<void> {
  const address = server.address();
  if (address === null || typeof address === "string") {
    throw new TypeError(`nodeplotlib: expected a server with a port, found ${address}`);
  }
  const url = `http://127.0.0.1:${address.port}/`;
  const page = localPage(await (await fetch(url)).text());
  const handlers = server.listeners("request");
  server.removeAllListeners("request");
  let open = 0, leaving: ReturnType<typeof setTimeout> | undefined;
  server.once("request", () => print("visited\n"));
  server.on("request", (request: IncomingMessage, response: ServerResponse) => {
    open++;
    clearTimeout(leaving);
    response.once("close", () => {
      open--;
      if (open === 0) leaving = setTimeout(() => process.exit(), GONE);
    });
    const send = (type: string, text: string): void => {
      response.writeHead(200, { "content-type": `${type}; charset=utf-8` }).end(text);
    };
    if (request.url === "/") send("text/html", page);
    else if (request.url?.startsWith("/plotly.js")) send("text/javascript", plotly);
    else for (const handle of handlers) handle.call(server, request, response);
  });
  print(`${url}\n`);
}

const input = createInterface({ input: process.stdin });
input.once("line", (line) => {
  const { figures, plotly }: Input = JSON.parse(line);
  const { listen } = Server.prototype;
  Server.prototype.listen = function (this: Server, ...rest: unknown[]) {
    Server.prototype.listen = listen;
    const ready = rest.find((value) => typeof value === "function");
    return this.listen(0, "127.0.0.1", () => {
      ready?.();
      void serve(this, plotly);
    });
  };
  for (const { data, layout } of figures) plot(data, layout, { displaylogo: false });
});
input.once("close", () => process.exit());
