/**
 * One running Jupyter server: started on a port of its own with a token of its own, waited for, and
 * ended together with its kernels.
 *
 * @module
 */

import { join } from "node:path";
import { jupyterEnvironment, jupyterFolder } from "../kernelspec/kernelspec.ts";
import type { Server } from "./jupyter.ts";
import { type Machine, messageOf } from "../support/machine.ts";

/** How to start a server. */
export interface ServeOptions {
  machine: Machine;
  /** The address at which it listens. */
  ip: string;
  port: number;
  /** Takes the next free port where this one is taken: between our look and Jupyter's, it can be. */
  orNext: boolean;
  /** Whether Jupyter opens the person's browser. */
  browser: boolean;
  /** The page that opens, as a path in the project: a notebook or a folder. */
  page: string;
  /** Gives up waiting for the server to answer, and ends it. */
  signal?: AbortSignal;
}

/** A server that could not be started. */
export class ServerError extends Error {
  override name = "ServerError";
}

/** Milliseconds that a server may take until it answers: Python on a cold disk is slow. */
const START_PATIENCE = 180_000;

/** Milliseconds that a server may take to end its kernels and itself. */
const END_PATIENCE = 10_000;

/** A running server. */
export class RunningServer {
  /** The address to open, with the token. */
  readonly url: string;
  /** Resolves with the exit code when the server has ended, however it ended. */
  readonly ended: Promise<number>;
  readonly #process: Deno.ChildProcess;
  readonly #origin: string;
  readonly #token: string;

  private constructor(process: Deno.ChildProcess, origin: string, token: string) {
    this.#process = process;
    this.#origin = origin;
    this.#token = token;
    // The server leads on from here to the page. VS Code takes this address, too, and would not
    // find the server again at that of a page.
    this.url = `${origin}/?token=${token}`;
    this.ended = process.status.then(({ code }) => code);
  }

  /** The operating system's number of the process. */
  get pid(): number {
    return this.#process.pid;
  }

  /**
   * Starts a server and waits until it answers. What it prints goes to a file in `.jupyter/`.
   *
   * @throws {ServerError} when it ends or says nothing, with the end of what it printed.
   */
  static async start(server: Server, options: ServeOptions): Promise<RunningServer> {
    for (let { port } = options;; port++) {
      if (options.orNext) port = freePort(options.ip, port);
      try {
        return await RunningServer.#startAt(server, { ...options, port });
      } catch (error) {
        if (!options.orNext || !/already in use/i.test(messageOf(error))) throw error;
      }
    }
  }

  static async #startAt(server: Server, options: ServeOptions): Promise<RunningServer> {
    const token = crypto.getRandomValues(new Uint8Array(24)).toHex();
    const page = pageAddress(server.kind, options.page);
    await Deno.mkdir(join(jupyterFolder(options.machine.project), "runtime"), { recursive: true });
    const path = join(jupyterFolder(options.machine.project), `server-${options.port}.log`);
    const log = await Deno.open(path, { write: true, create: true, truncate: true, mode: 0o600 });
    let process: Deno.ChildProcess;
    try {
      process = new Deno.Command(server.program, {
        args: [...server.args, ...serverArguments(server.kind, options, page)],
        cwd: options.machine.project,
        // Through the environment and not the command line, which every user of the machine sees.
        env: {
          ...jupyterEnvironment(options.machine.project),
          JUPYTER_TOKEN: token,
          END_WITH_STDIN: "1",
        },
        // Never written to: it closes when this program ends, and the server ends then, too; see
        // config/jupyter_config.py.
        stdin: "piped",
        stdout: "piped",
        stderr: "piped",
      }).spawn();
    } catch (cause) {
      log.close();
      throw new ServerError(`${server.name}: expected it to start, found ${messageOf(cause)}`, {
        cause,
      });
    }
    keep(process, log);
    const host = options.ip.includes(":") ? `[${options.ip}]` : options.ip;
    const origin = `http://${isAnyAddress(options.ip) ? "127.0.0.1" : host}:${options.port}`;
    const running = new RunningServer(process, origin, token);
    try {
      await running.#answers(options.signal);
    } catch (error) {
      await running.end();
      const last = (await Deno.readTextFile(path)).trim().split("\n").slice(-12).join("\n");
      throw new ServerError(`${server.name}: ${messageOf(error)}\n${last}`, { cause: error });
    }
    return running;
  }

  /** Ends the kernels and the server, and waits until it is gone. Can be called again. */
  async end(): Promise<void> {
    let over = false;
    this.ended.then(() => over = true);
    // Asking works on every system and ends the kernels in order; the signals are for a server that
    // does not answer any more.
    const asked = this.#request("POST", "/api/shutdown").then(
      (status) => status < 300,
      () => false,
    );
    if (await asked) await this.#endsWithin(END_PATIENCE);
    for (const signal of ["SIGTERM", "SIGKILL"] as const) {
      if (over) return;
      try {
        this.#process.kill(signal);
      } catch {
        // It has ended already.
      }
      await this.#endsWithin(END_PATIENCE);
    }
  }

  /** Ends the server at once. */
  kill(): void {
    try {
      this.#process.kill("SIGKILL");
    } catch {
      // It has ended already.
    }
  }

  async #endsWithin(milliseconds: number): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    const timer = setTimeout(resolve, milliseconds);
    await Promise.race([this.ended, promise]);
    clearTimeout(timer);
  }

  async #answers(signal?: AbortSignal): Promise<void> {
    const deadline = performance.now() + START_PATIENCE;
    let over: number | undefined;
    this.ended.then((code) => over = code);
    while (performance.now() < deadline) {
      if (over !== undefined) {
        throw new ServerError(`expected a running server, found that it ended with code ${over}`);
      }
      signal?.throwIfAborted();
      const status = await this.#request("GET", "/api/status").catch(() => 0);
      if (status === 200) return;
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    throw new ServerError(`expected an answer within ${START_PATIENCE / 1000} s, found none`);
  }

  async #request(method: "GET" | "POST", path: string): Promise<number> {
    const response = await fetch(this.#origin + path, {
      method,
      headers: { Authorization: `token ${this.#token}` },
      signal: AbortSignal.timeout(5000),
    });
    await response.body?.cancel();
    return response.status;
  }
}

/** Whether an address stands for this machine alone. */
export function isLoopback(ip: string): boolean {
  return ip === "localhost" || ip === "::1" || /^127(\.\d{1,3}){3}$/.test(ip);
}

function isAnyAddress(ip: string): boolean {
  return ip === "0.0.0.0" || ip === "::" || ip === "*";
}

/** The first free port from `first` on. */
export function freePort(ip: string, first: number): number {
  for (let port = first; port < Math.min(first + 100, 65536); port++) {
    try {
      Deno.listen({ hostname: isAnyAddress(ip) ? "0.0.0.0" : ip, port }).close();
      return port;
    } catch (error) {
      if (!(error instanceof Deno.errors.AddrInUse)) throw error;
    }
  }
  throw new ServerError(`port: expected a free one from ${first} on, found 100 taken`);
}

function pageAddress(kind: Server["kind"], page: string): string {
  const path = page.split("/").map(encodeURIComponent).join("/");
  if (kind === "lab") return `/lab/tree/${path}`;
  return page.endsWith(".ipynb") ? `/notebooks/${path}` : `/tree/${path}`;
}

function serverArguments(kind: Server["kind"], options: ServeOptions, page: string): string[] {
  const { machine, ip, port, browser } = options;
  const app = kind === "classic" ? "NotebookApp" : "ServerApp";
  const pageOf = { lab: "LabApp", notebook: "JupyterNotebookApp", classic: "NotebookApp" }[kind];
  const folder = kind === "classic" ? "notebook_dir" : "root_dir";
  return [
    `--ip=${ip}`,
    `--port=${port}`,
    `--${app}.port_retries=0`,
    `--${app}.${folder}=${machine.project}`,
    `--${pageOf}.default_url=${page}`,
    // What a new notebook gets.
    "--MultiKernelManager.default_kernel_name=deno",
    // Ctrl-C reaches it too; it must not ask whether it is meant.
    `--${app}.answer_yes=True`,
    ...(browser ? [] : ["--no-browser"]),
    ...(machine.root ? ["--allow-root"] : []),
    // Nothing is fetched from outside, and no question about it is asked.
    ...(kind === "lab"
      ? [
        "--LabApp.news_url=None",
        "--LabApp.check_for_updates_class=jupyterlab.NeverCheckForUpdate",
      ]
      : []),
  ];
}

/** Copies what a server prints into its log until it ends. */
async function keep(process: Deno.ChildProcess, log: Deno.FsFile): Promise<void> {
  const copy = async (stream: ReadableStream<Uint8Array>) => {
    for await (const bytes of stream) await log.write(bytes);
  };
  await Promise.all([copy(process.stdout), copy(process.stderr)]).catch(() => {});
  log.close();
}
