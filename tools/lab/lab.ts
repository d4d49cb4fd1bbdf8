/**
 * `deno task lab`: opens the course in JupyterLab, and installs JupyterLab if there is no Jupyter.
 *
 * @module
 */

import { parseArgs } from "node:util";
import { loadMnist } from "../../lib/notebook/mnist.ts";
import { exitWith } from "../support/command.ts";
import { denoCommand } from "../support/deno.ts";
import { jupyterFolder, prepareJupyterFolder } from "../kernelspec/jupyter_folder.ts";
import { writeKernelSpec } from "../kernelspec/kernelspec.ts";
import { useServer } from "./jupyter.ts";
import { type Machine, messageOf, thisMachine } from "../support/machine.ts";
import { freePort, isLoopback, RunningServer } from "./serve.ts";
import { writeTemplates } from "../kernelspec/templates.ts";

const USAGE = `deno task lab [--no-browser] [--port N] [--ip ADDRESS] [--install]

Opens the course in JupyterLab. Installs JupyterLab if there is no Jupyter.

  --no-browser   print the address, open no browser
  --port N       listen on this port (default: the first free port from 8888)
  --ip ADDRESS   listen on this address (default: 127.0.0.1, for this machine only)
  --install      install JupyterLab even if there is a Jupyter Notebook
  --help         print this`;

/** The options of the command line. */
interface Options {
  browser: boolean;
  port: number | undefined;
  ip: string;
  install: boolean;
}

function parseOptions(args: string[]): Options | "help" {
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

/** The first chapter, or the folder of the chapters if there is none. */
async function firstPage(machine: Machine): Promise<string> {
  const names = await Array.fromAsync(Deno.readDir(`${machine.project}/notebooks`), (e) => e.name)
    .catch(() => []);
  const first = names.filter((name) => name.endsWith(".ipynb")).sort()[0];
  return first === undefined ? "notebooks" : `notebooks/${first}`;
}

/** Calls `onSignal` when the user or the system asks this program to end. */
function onEnd(onSignal: () => void): void {
  const signals: Deno.Signal[] = Deno.build.os === "windows"
    ? ["SIGINT", "SIGBREAK"]
    : ["SIGINT", "SIGTERM", "SIGHUP"];
  for (const signal of signals) Deno.addSignalListener(signal, onSignal);
}

async function main(args: string[]): Promise<number> {
  const options = parseOptions(args);
  if (options === "help") {
    console.log(USAGE);
    return 0;
  }
  const machine = thisMachine();
  await prepareJupyterFolder();
  await writeKernelSpec();
  await writeTemplates(jupyterFolder()).catch((error) =>
    console.error(`Notebooks cannot be exported: ${messageOf(error)}`)
  );
  // Here and not in the first cell, so that a download shows its progress bar now.
  await loadMnist();
  const server = await useServer(machine, (server) => server, options.install);
  if (server.kind !== "lab") {
    console.log(`For JupyterLab instead of the Notebook: ${denoCommand()} task lab --install`);
  }
  if (!isLoopback(options.ip)) {
    console.log(`Listening on ${options.ip}: anyone who has the token can run programs here.`);
  }
  const orNext = options.port === undefined;
  const port = options.port ?? 8888;
  if (!orNext && port !== freePort(options.ip, port)) {
    throw new RangeError(`--port: expected a free port, found ${port} in use`);
  }
  console.log(`Starting ${server.name} ...`);
  const end = new AbortController();
  const hurry = new AbortController();
  onEnd(() => {
    if (end.signal.aborted) return hurry.abort();
    console.log("\nShutting down the server and its kernels ...");
    end.abort();
  });
  const page = await firstPage(machine);
  const { browser, ip } = options;
  const { signal } = end;
  const running = await RunningServer.start(server, {
    machine,
    browser,
    ip,
    port,
    orNext,
    page,
    signal,
  }).catch((error) => {
    if (signal.aborted) return undefined;
    throw error;
  });
  if (running === undefined) return 0;
  console.log(`The course is open at\n  ${running.url}\nCtrl-C ends it.`);
  signal.addEventListener("abort", () => running.end());
  hurry.signal.addEventListener("abort", () => running.kill());
  const code = await running.ended;
  return signal.aborted ? 0 : code;
}

if (import.meta.main) await exitWith(main);
