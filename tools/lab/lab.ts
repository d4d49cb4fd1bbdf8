/**
 * `deno task lab`: opens the course in JupyterLab, with everything that this takes.
 *
 * @module
 */

import { parseArgs } from "node:util";
import { loadMnist } from "../../lib/notebook/mnist.ts";
import { exitWith } from "../support/command.ts";
import { denoCommand } from "../support/deno.ts";
import { checkDenoVersion } from "../jupyter/kernel_process.ts";
import { jupyterFolder, writeKernelSpec } from "../kernelspec/kernelspec.ts";
import { findServer } from "./jupyter.ts";
import { type Machine, messageOf, thisMachine } from "../support/machine.ts";
import { freePort, isLoopback, RunningServer } from "./serve.ts";
import { writeTemplates } from "../kernelspec/templates.ts";

const USAGE = `deno task lab [--no-browser] [--port N] [--ip ADDRESS] [--install]

Opens the course in JupyterLab. Gets JupyterLab where there is none.

  --no-browser   prints the address and opens no browser
  --port N       listens on this port; otherwise on the first free one from 8888 on
  --ip ADDRESS   listens on this address; otherwise on 127.0.0.1, for this machine only
  --install      gets JupyterLab also where a Jupyter Notebook is on this machine`;

/** What the command line asks for. */
interface Wishes {
  browser: boolean;
  port: number | undefined;
  ip: string;
  install: boolean;
}

function wishes(args: string[]): Wishes | "help" {
  const { values } = parseArgs({
    args,
    options: {
      "no-browser": { type: "boolean", default: false },
      port: { type: "string" },
      ip: { type: "string", default: "127.0.0.1" },
      install: { type: "boolean", default: false },
      help: { type: "boolean", short: "h", default: false },
    },
  });
  if (values.help) return "help";
  const port = values.port === undefined ? undefined : Number(values.port);
  if (port !== undefined && !(Number.isInteger(port) && port > 0 && port < 65536)) {
    throw new RangeError(`--port: expected a number from 1 to 65535, found ${values.port}`);
  }
  return { browser: !values["no-browser"], port, ip: values.ip, install: values.install };
}

/** The first chapter, or the folder of all. */
async function firstPage(machine: Machine): Promise<string> {
  const names = await Array.fromAsync(Deno.readDir(`${machine.project}/notebooks`), (e) => e.name)
    .catch(() => []);
  const first = names.filter((name) => name.endsWith(".ipynb")).sort()[0];
  return first === undefined ? "notebooks" : `notebooks/${first}`;
}

/** Calls `onSignal` when the person or the system asks this program to end. */
function onEnd(onSignal: () => void): void {
  const signals: Deno.Signal[] = Deno.build.os === "windows"
    ? ["SIGINT", "SIGBREAK"]
    : ["SIGINT", "SIGTERM", "SIGHUP"];
  for (const signal of signals) Deno.addSignalListener(signal, onSignal);
}

async function main(args: string[]): Promise<number> {
  const wish = wishes(args);
  if (wish === "help") {
    console.log(USAGE);
    return 0;
  }
  checkDenoVersion(Deno.version.deno);
  const machine = thisMachine();
  await writeKernelSpec();
  await writeTemplates(jupyterFolder()).catch((error) =>
    console.error(`Notebooks cannot be exported: ${messageOf(error)}`)
  );
  // Here and not in the first cell: what has to be downloaded comes with a progress bar now.
  await loadMnist();
  const server = await findServer(machine, wish.install);
  if (server.kind !== "lab") {
    console.log(`For JupyterLab in the place of the Notebook: ${denoCommand()} task lab --install`);
  }
  if (!isLoopback(wish.ip)) {
    console.log(
      `Listening on ${wish.ip}: whoever reaches it and knows the token can run programs.`,
    );
  }
  const orNext = wish.port === undefined;
  const port = wish.port ?? 8888;
  if (!orNext && port !== freePort(wish.ip, port)) {
    throw new RangeError(`--port: expected a free port, found ${wish.port} in use`);
  }
  console.log(`Starting ${server.name} ...`);
  const end = new AbortController();
  const hurry = new AbortController();
  onEnd(() => {
    if (end.signal.aborted) return hurry.abort();
    console.log("\nEnding the server and its kernels ...");
    end.abort();
  });
  const page = await firstPage(machine);
  const { browser, ip } = wish;
  const { signal } = end;
  const running = await RunningServer.start(server, {
    machine,
    browser,
    ip,
    port,
    orNext,
    page,
    signal,
  });
  console.log(`The course is open at\n  ${running.url}\nCtrl-C ends it.`);
  signal.addEventListener("abort", () => running.end());
  hurry.signal.addEventListener("abort", () => running.kill());
  const code = await running.ended;
  return signal.aborted ? 0 : code;
}

if (import.meta.main) await exitWith(main);
