/**
 * One `deno jupyter --kernel` process: its ports, its connection file, its end.
 *
 * A kernel does not outlive this process. `stop` ends it regularly; when this process exits by itself,
 * the `unload` event kills what is left; when this process is killed, our part inside the kernel
 * (`orders.ts`) notices that the standard input was closed, and ends the kernel from there. Until that
 * part is there, a shell watches (`WATCH`).
 *
 * @module
 */

import { randomUUID } from "node:crypto";
import { join } from "node:path";
import { versionProblem } from "../support/deno_version.ts";
import type { Order } from "./inner_protocol.ts";

/** What a client needs in order to connect to a kernel: the content of the connection file. */
export interface Connection {
  ip: string;
  transport: "tcp";
  shell_port: number;
  iopub_port: number;
  stdin_port: number;
  control_port: number;
  hb_port: number;
  key: string;
  signature_scheme: "hmac-sha256";
  kernel_name: "deno";
}

/** A kernel that cannot be started or used. */
export class KernelError extends Error {
  override name = "KernelError";
}

/** The number of characters that are kept of what a kernel prints to its standard error. */
const MAX_ERROR_TEXT = 4000;

/** Milliseconds after which a kernel that cannot bind its ports has ended. */
const END_PATIENCE = 2000;

const live = new Set<Deno.ChildProcess>();
globalThis.addEventListener("unload", killAllKernels);

/** Kills every kernel that this process has started and that still runs. Does not wait. */
export function killAllKernels(): void {
  for (const process of live) kill(process);
}

/** @throws {KernelError} if the kernel of this version of Deno is not reliable. */
export function checkDenoVersion(version: string): void {
  const problem = versionProblem(version);
  if (problem !== undefined) throw new KernelError(problem);
}

/** A running kernel process. */
export class Kernel {
  /** How to connect to it. */
  readonly connection: Connection;
  readonly #process: Deno.ChildProcess;
  readonly #orders: WritableStreamDefaultWriter<Uint8Array>;
  #errorText = "";
  /** Resolves when the process has ended, however it ended. Never rejects. */
  readonly ended: Promise<Deno.CommandStatus>;

  private constructor(connection: Connection, process: Deno.ChildProcess) {
    this.connection = connection;
    this.#process = process;
    this.#orders = process.stdin.getWriter();
    this.#orders.closed.catch(() => {}); // it breaks when the kernel ends
    this.#write(new TextEncoder().encode(JSON.stringify(connection) + "\n"));
    live.add(process);
    const allRead = this.#readErrorText();
    this.ended = process.status.then(async (status) => {
      live.delete(process);
      await allRead;
      return status;
    });
  }

  /** The process ID. */
  get pid(): number {
    return this.#process.pid;
  }

  /**
   * Starts a kernel and waits until `greet` has communicated with it.
   *
   * The kernel binds the ports that its connection file names. Another process can take one between
   * our search and the kernel's binding; then the kernel ends, and the next attempt uses other ports.
   *
   * @param options `pickPorts` finds the ports, and the connection file is in a folder of its own in
   *   `temporary`, by default the system's; tests replace them.
   * @throws {KernelError} if the kernel ends before it answers, with what it printed.
   * @throws what `greet` throws, and the signal's reason; the kernel is then stopped.
   */
  static async start<T>(
    options: {
      cwd: string;
      env: Record<string, string>;
      signal?: AbortSignal;
      pickPorts?: typeof freePorts;
      temporary?: string;
    },
    greet: (kernel: Kernel, signal: AbortSignal) => Promise<T>,
  ): Promise<{ kernel: Kernel; greeted: T }> {
    checkDenoVersion(Deno.version.deno);
    for (let attempt = 1;; attempt++) {
      const { ports, release } = (options.pickPorts ?? freePorts)(5);
      const connection = connectionOn(ports);
      const folder = await Deno.makeTempDir({ prefix: "kernel-", dir: options.temporary });
      let kernel: Kernel | undefined;
      const giveUp = new AbortController();
      try {
        const file = join(folder, "connection.json");
        await Deno.writeTextFile(file, JSON.stringify(connection), { mode: 0o600 });
        options.signal?.throwIfAborted();
        release();
        kernel = new Kernel(connection, spawn(file, options.cwd, options.env));
        const signal = AbortSignal.any([giveUp.signal, ...options.signal ? [options.signal] : []]);
        const greeted = await Promise.race([
          greet(kernel, signal),
          kernel.ended.then(() => Promise.reject(new KernelError("kernel: ended"))),
        ]);
        return { kernel, greeted };
      } catch (error) {
        giveUp.abort(error);
        // The owner of a port may have answered before the kernel found it taken.
        const code = await kernel?.endsWithin(options.signal?.aborted ? 0 : END_PATIENCE);
        await kernel?.kill();
        options.signal?.throwIfAborted();
        if (code === null || code === undefined) throw error;
        const errorText = kernel?.errorText ?? "";
        const portTaken = /address.*in use|AddrInUse|10048/i.test(errorText);
        if (portTaken && attempt < 5) continue;
        throw new KernelError(
          `kernel: expected it to start, found exit code ${code}` +
            (errorText === "" ? "" : `\n${errorText}`),
        );
      } finally {
        release();
        forget(ports);
        // The kernel has read its connection file, or has ended: the key is not left on the disk.
        await Deno.remove(folder, { recursive: true }).catch(() => {});
      }
    }
  }

  /** Gives an order to our part inside the kernel. Ignored by one that has ended. */
  order(order: Order): void {
    this.#write(Uint8Array.of(order));
  }

  #write(bytes: Uint8Array): void {
    this.#orders.write(bytes).catch(() => {});
  }

  /** The last of what the kernel process has printed to its standard error so far. */
  get errorText(): string {
    return this.#errorText.trim();
  }

  /** Waits at most `patience` milliseconds until the process ends by itself, then kills it. */
  async stop(patience: number): Promise<void> {
    await this.endsWithin(patience);
    await this.kill();
  }

  /** The exit code of a process that ends by itself within so many milliseconds, or null. */
  async endsWithin(milliseconds: number): Promise<number | null> {
    const { promise, resolve } = Promise.withResolvers<null>();
    const timer = setTimeout(() => resolve(null), milliseconds);
    const code = await Promise.race([this.ended.then(({ code }) => code), promise]);
    clearTimeout(timer);
    return code;
  }

  /** Kills the process and waits until it has ended. */
  async kill(): Promise<void> {
    kill(this.#process);
    await this.ended;
  }

  async #readErrorText(): Promise<void> {
    for await (const text of this.#process.stderr.pipeThrough(new TextDecoderStream())) {
      this.#errorText = (this.#errorText + text).slice(-MAX_ERROR_TEXT);
    }
  }
}

/**
 * What a shell does beside a new kernel, the process $1: it kills the kernel if our process, $2, has
 * ended. After a minute our part is in the kernel, and the shell ends.
 */
const WATCH = "n=0; while [ $n -lt 60 ] && kill -0 $1; do " +
  "kill -0 $2 || kill -9 $1; sleep 1; n=$((n + 1)); done";

/** Starts a shell that watches, without our pipes and not as a child, and becomes the kernel. */
const START = '(sh -c "$1" watch $$ "$2" <&- >&- 2>&- &); shift 2; exec "$@"';

function spawn(connectionFile: string, cwd: string, env: Record<string, string>) {
  const kernel = [Deno.execPath(), "jupyter", "-q", "--kernel", "--conn", connectionFile];
  const [program, ...args] = Deno.build.os === "windows"
    ? kernel
    : ["/bin/sh", "-c", START, "kernel", WATCH, `${Deno.pid}`, ...kernel];
  return new Deno.Command(program, {
    args,
    cwd,
    env: { NO_COLOR: "1", ...env },
    // Kept open, for orders: when it is closed, the kernel knows that we have ended.
    stdin: "piped",
    stdout: "null",
    stderr: "piped",
  }).spawn();
}

function kill(process: Deno.ChildProcess): void {
  try {
    process.kill("SIGKILL");
  } catch {
    // It has ended already.
  }
}

/** A new connection on five ports, with a key of its own. */
export function connectionOn(ports: number[]): Connection {
  const [shell_port, iopub_port, stdin_port, control_port, hb_port] = ports;
  return {
    ip: "127.0.0.1",
    transport: "tcp",
    shell_port,
    iopub_port,
    stdin_port,
    control_port,
    hb_port,
    key: randomUUID(),
    signature_scheme: "hmac-sha256",
    kernel_name: "deno",
  };
}

/** Ports of kernels that are still starting, so that two of ours never get the same. */
const promised = new Set<number>();

/** Ports that are free, held until `release` is called. */
export function freePorts(count: number): { ports: number[]; release: () => void } {
  const listeners: Deno.TcpListener[] = [];
  const ports: number[] = [];
  while (ports.length < count) {
    const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
    listeners.push(listener);
    const { port } = listener.addr;
    if (promised.has(port)) continue;
    promised.add(port);
    ports.push(port);
  }
  return { ports, release: () => listeners.splice(0).forEach((listener) => listener.close()) };
}

function forget(ports: number[]): void {
  for (const port of ports) promised.delete(port);
}
