/**
 * One running Jupyter server: started on a free port with a random token, and ended together with its
 * kernels.
 *
 * @module
 */

import { join } from "node:path";
import {
  jupyterEnvironment,
  logFolder,
  prepareJupyterFolder,
} from "../kernelspec/jupyter_folder.ts";
import type { Server } from "./jupyter.ts";
import { type Machine, messageOf } from "../support/machine.ts";

/** How to start a server. */
export interface ServeOptions {
  machine: Machine;
  /** The address at which it listens. */
  ip: string;
  port: number;
  /** Whether to use the next free port if this one is taken. */
  orNext: boolean;
  /** Whether Jupyter opens the browser. */
  browser: boolean;
  /** The page that opens, as a path in the project: a notebook or a folder. */
  page: string;
  /** Stops waiting for the server to answer, and ends it. */
  signal?: AbortSignal;
  /** More variables of the environment of the server and its kernels. */
  env?: Record<string, string>;
}

/** A server that could not be started. */
export class ServerError extends Error {
  override name = "ServerError";
}

/** Milliseconds until a server must answer: Python on a cold disk is slow. */
const START_PATIENCE = 180_000;

/** Milliseconds in which a server must end its kernels and itself. */
const END_PATIENCE = 10_000;

/** How many logs are kept. */
const LOGS = 10;

/** A running server. */
export class RunningServer {
  /** The address to open, with the token. */
  readonly url: string;
  /** Resolves with the exit code when the server has ended, for whatever reason. */
  readonly ended: Promise<number>;
  readonly #process: Deno.ChildProcess;
  readonly #origin: string;
  readonly #token: string;
  #hasEnded = false;

  private constructor(process: Deno.ChildProcess, origin: string, token: string) {
    this.#process = process;
    this.#origin = origin;
    this.#token = token;
    // The server redirects this address to the page. VS Code takes this address, too, and would not
    // find the server at the address of a page.
    this.url = `${origin}/?token=${token}`;
    this.ended = process.status.then(({ code }) => {
      this.#hasEnded = true;
      return code;
    });
  }

  /** The process id of the server. */
  get pid(): number {
    return this.#process.pid;
  }

  /**
   * Starts a server and waits until it answers. Its output goes to `.jupyter/logs/server-PID.log`.
   *
   * @throws {ServerError} if it ends or does not answer, with the end of its output.
   */
  static async start(server: Server, options: ServeOptions): Promise<RunningServer> {
    for (let { port } = options;; port++) {
      if (options.orNext) port = freePort(options.ip, port);
      try {
        return await RunningServer.#startAt(server, { ...options, port });
      } catch (error) {
        // Another program can take the port between our check and Jupyter's start.
        if (!options.orNext || !/already in use/i.test(messageOf(error))) throw error;
      }
    }
  }

  static async #startAt(server: Server, options: ServeOptions): Promise<RunningServer> {
    const { project } = options.machine;
    const token = crypto.getRandomValues(new Uint8Array(24)).toHex();
    const page = pageAddress(server.kind, options.page);
    await prepareJupyterFolder(project);
    await removeOldLogs(logFolder(project));
    let process: Deno.ChildProcess;
    try {
      process = new Deno.Command(server.program, {
        args: [...server.args, ...serverArguments(server.kind, options, page)],
        cwd: project,
        // In the environment and not on the command line, which every user of the machine can read.
        env: {
          ...jupyterEnvironment(project),
          ...options.env,
          JUPYTER_TOKEN: token,
          END_WITH_STDIN: "1",
        },
        // Never written to. It closes when this program ends, and then the server ends, too; see
        // config/jupyter_config.py.
        stdin: "piped",
        stdout: "piped",
        stderr: "piped",
      }).spawn();
    } catch (cause) {
      throw new ServerError(`${server.name}: expected it to start, found ${messageOf(cause)}`, {
        cause,
      });
    }
    const log = join(logFolder(project), `server-${process.pid}.log`);
    const logged = keepLog(process, log);
    const host = options.ip.includes(":") ? `[${options.ip}]` : options.ip;
    const origin = `http://${isAnyAddress(options.ip) ? "127.0.0.1" : host}:${options.port}`;
    const running = new RunningServer(process, origin, token);
    try {
      await running.#answers(options.signal);
    } catch (error) {
      await running.end();
      await logged;
      const last = (await Deno.readTextFile(log)).trim().split("\n").slice(-12).join("\n");
      throw new ServerError(`${server.name}: ${messageOf(error)}\n${last}`, { cause: error });
    }
    return running;
  }

  /** Ends the kernels and the server, and waits until it has ended. Can be called again. */
  async end(): Promise<void> {
    // A request works on every system and ends the kernels in order. The signals are for a server
    // that no longer answers.
    const isAsked = await this.#request("POST", "/api/shutdown").then(
      (status) => status < 300,
      () => false,
    );
    if (isAsked) await this.#endsWithin(END_PATIENCE);
    for (const signal of ["SIGTERM", "SIGKILL"] as const) {
      if (this.#hasEnded) return;
      this.#send(signal);
      await this.#endsWithin(END_PATIENCE);
    }
  }

  /** Ends the server at once. */
  kill(): void {
    this.#send("SIGKILL");
  }

  #send(signal: Deno.Signal): void {
    try {
      this.#process.kill(signal);
    } catch {
      // It has ended.
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
    while (performance.now() < deadline) {
      if (this.#hasEnded) {
        const code = await this.ended;
        throw new ServerError(`expected a running server, found that it ended with code ${code}`);
      }
      signal?.throwIfAborted();
      const status = await this.#request("GET", "/api/status").catch(() => 0);
      if (status === 200) return;
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    throw new ServerError(`expected an answer within ${START_PATIENCE / 1000} s, found none`);
  }

  /** Asks the server. Once it has ended, another server may listen on its port: that is not asked. */
  async #request(method: "GET" | "POST", path: string): Promise<number> {
    if (this.#hasEnded) return 0;
    const response = await fetch(this.#origin + path, {
      method,
      headers: { Authorization: `token ${this.#token}` },
      signal: AbortSignal.timeout(5000),
    });
    await response.body?.cancel();
    return response.status;
  }
}

/** Whether an address can be reached from this machine alone. */
export function isLoopback(ip: string): boolean {
  return ip === "localhost" || ip === "::1" || /^127(\.\d{1,3}){3}$/.test(ip);
}

function isAnyAddress(ip: string): boolean {
  return ip === "0.0.0.0" || ip === "::" || ip === "*";
}

/**
 * The first free port, starting at `first`.
 *
 * @throws {ServerError} if 100 ports in a row are taken.
 */
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
    // For new notebooks.
    "--MultiKernelManager.default_kernel_name=deno",
    // Ctrl-C reaches the server, too; it must not ask for confirmation.
    `--${app}.answer_yes=True`,
    ...(browser ? [] : ["--no-browser"]),
    ...(machine.root ? ["--allow-root"] : []),
    // Downloads nothing, and does not ask whether it may.
    ...(kind === "lab"
      ? [
        "--LabApp.news_url=None",
        "--LabApp.check_for_updates_class=jupyterlab.NeverCheckForUpdate",
      ]
      : []),
  ];
}

/** Copies the output of a server to a file until it ends. */
async function keepLog(process: Deno.ChildProcess, path: string): Promise<void> {
  using log = await Deno.open(path, { write: true, create: true, truncate: true, mode: 0o600 });
  const copy = async (stream: ReadableStream<Uint8Array>) => {
    for await (const bytes of stream) await log.write(bytes);
  };
  await Promise.all([copy(process.stdout), copy(process.stderr)]).catch(() => {});
}

/** Removes all but the newest logs. */
async function removeOldLogs(folder: string): Promise<void> {
  const names = await Array.fromAsync(Deno.readDir(folder), ({ name }) => name);
  const logs = await Promise.all(names.map(async (name) => {
    const path = join(folder, name);
    const { mtime } = await Deno.stat(path).catch(() => ({ mtime: null }));
    return { path, time: mtime?.getTime() ?? 0 };
  }));
  for (const { path } of logs.sort((a, b) => b.time - a.time).slice(LOGS - 1)) {
    await Deno.remove(path).catch(() => {}); // another lab may have removed it
  }
}
