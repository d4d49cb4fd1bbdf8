/** `deno task lite`: builds the course as a site that runs in the browser, and serves it. */
import { join, resolve } from "node:path";
import { parseArgs } from "node:util";
import { mnistFolder } from "./mnist.ts";
import { exitWith, fromCaller, UsageError } from "../support/command.ts";
import { thisMachine } from "../support/machine.ts";
import { hasScreen, openPage } from "../../lib/notebook/browser.ts";
import { freePort, isLoopback } from "../lab/serve.ts";
import { jupyterLite } from "./jupyterlite.ts";
import { serve } from "./serve.ts";
import { buildSite, filesIn } from "./site.ts";

const HELP = `deno task lite [--out DIR] [--data mnist|digits] [--notebooks DIR] [--serve]

Builds the course as a site that needs nothing but a browser: JupyterLite, the kernel, the chapters.
Any server of files can serve the folder. After one visit it also works without a network.

  --out DIR     the folder of the site, which is replaced; default: site
  --data mnist  puts MNIST's four files (11 MB) beside it, from MNIST_DIR or data/mnist/
  --data digits drawn digits only (default)
  --notebooks DIR
                the chapters of this folder, such as one that deno task exercises has written
  --serve       opens it at an address of this computer until Ctrl+C
  --host NAME   0.0.0.0 also opens it to other computers in the room
  --port N      the first port to try; default: 8765
  --no-browser  only print the address
  --help        print this`;

async function main(args: string[]): Promise<number> {
  const { values } = readOptions(args);
  if (values.help) {
    console.log(HELP);
    return 0;
  }
  if (!["mnist", "digits"].includes(values.data)) {
    throw new UsageError(`lite: expected --data mnist or digits, found ${values.data}`);
  }
  const port = Number(values.port);
  if (!Number.isInteger(port) || port < 0 || port > 65535) {
    throw new UsageError(`lite: expected --port to be 0 to 65535, found ${values.port}`);
  }
  const machine = thisMachine();
  const out = fromCaller(values.out);
  await checkReplaceable(out);
  const mnist = values.data === "mnist" ? await mnistFolder(machine.project) : undefined;
  const begin = performance.now();
  const files = await jupyterLite(machine);
  const building = `${out}.building`;
  await Deno.remove(building, { recursive: true }).catch(() => {}); // of a build that was stopped
  await buildSite({
    root: machine.project,
    jupyterLite: files,
    notebooks: values.notebooks === undefined
      ? join(machine.project, "notebooks")
      : fromCaller(values.notebooks),
    mnist,
    out: building,
    say: (text) => console.log(text),
  });
  await Deno.remove(out, { recursive: true }).catch(() => {}); // there may be none
  await Deno.rename(building, out);
  const sizes = await Promise.all(
    (await filesIn(out)).map(async (path) => (await Deno.stat(join(out, path))).size),
  );
  const megabytes = sizes.reduce((sum, size) => sum + size, 0) / 1e6;
  const seconds = (performance.now() - begin) / 1000;
  console.log(
    `${out}: ${sizes.length} files, ${megabytes.toFixed(1)} MB, in ${seconds.toFixed(0)} s.`,
  );
  if (!values.serve) return 0;
  const server = serve(resolve(out), values.host, freePort(values.host, port));
  const address = `http://localhost:${server.port}/`;
  console.log(`The course is at ${address} until you press Ctrl+C.`);
  if (!values["no-browser"] && hasScreen()) await openPage(address);
  if (!isLoopback(values.host)) {
    for (const { address, family } of Deno.networkInterfaces()) {
      const isReachable = family === "IPv4" && !address.startsWith("127.");
      if (isReachable) console.log(`Other computers: http://${address}:${server.port}/`);
    }
  }
  await new Promise(() => {});
  return 0;
}

function readOptions(args: string[]) {
  try {
    return parseArgs({
      args,
      options: {
        out: { type: "string", default: "site" },
        notebooks: { type: "string" },
        data: { type: "string", default: "digits" },
        serve: { type: "boolean", default: false },
        host: { type: "string", default: "127.0.0.1" },
        port: { type: "string", default: "8765" },
        "no-browser": { type: "boolean", default: false },
        help: { type: "boolean", default: false },
      },
    });
  } catch (error) {
    throw new UsageError(`lite: ${error instanceof Error ? error.message : error}\n\n${HELP}`);
  }
}

/** Refuses to replace a folder that is not a site of this command. */
async function checkReplaceable(out: string): Promise<void> {
  const none: string[] = [];
  const names = await Array.fromAsync(Deno.readDir(out), ({ name }) => name).catch(() => none);
  if (names.length === 0 || names.includes("jupyter-lite.json")) return;
  throw new UsageError(
    `lite: expected ${out} to be empty or a site of this command, found other files: name another ` +
      "folder with --out",
  );
}

if (import.meta.main) await exitWith(main);
