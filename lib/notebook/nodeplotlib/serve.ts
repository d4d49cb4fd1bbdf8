/**
 * Serves figures with nodeplotlib, in a process of its own: its 142 packages are pinned by the
 * `deno.json` and `deno.lock` of this folder, and downloaded only when this program first runs.
 *
 * Reads one line of JSON, the figures, and prints the port of its server, which listens to this
 * machine alone. Ends when the page is closed, or when its standard input is.
 */
import { Server } from "node:http";
import process from "node:process";
import { createInterface } from "node:readline/promises";

/** The part of nodeplotlib that is used here. */
interface Nodeplotlib {
  plot(data: unknown, layout: unknown, config: { displaylogo: boolean }): void;
}

const print = process.stdout.write.bind(process.stdout);
console.log = () => {};
process.stdout.write = () => true; // nodeplotlib and its framework print banners

// Any value keeps it from opening a page by itself, and "0" gives a free port.
Deno.env.set("NODEPLOTLIB_PORT", "0");
// Not a literal: the project's own deno.json, by which this file is checked, does not list it.
const name = "nodeplotlib";
const { plot }: Nodeplotlib = await import(name);

const { listen } = Server.prototype;
Server.prototype.listen = function (this: Server, ...rest: unknown[]) {
  Server.prototype.listen = listen;
  const ready = rest.find((value) => typeof value === "function");
  return this.listen(0, "127.0.0.1", () => {
    ready?.();
    const address = this.address();
    if (address !== null && typeof address === "object") print(`${address.port}\n`);
  });
};

const input = createInterface({ input: process.stdin });
input.once("line", (line) => {
  const figures: { data: unknown; layout: unknown }[] = JSON.parse(line);
  for (const { data, layout } of figures) plot(data, layout, { displaylogo: false });
});
input.once("close", () => process.exit());
