/**
 * Runs a whole notebook on a kernel of its own.
 *
 * @module
 */

import { type CodeCell, codeCells, type Notebook, sourceText } from "../notebook_file/notebook.ts";
import { Client, ConnectionLost } from "../jupyter/client.ts";
import { runCell } from "../jupyter/cell.ts";
import { lockOf } from "../jupyter/lock_file.ts";
import { type CellError, cellError, errorOutput, type Failure } from "../jupyter/failure.ts";
import { UNCAUGHT } from "../jupyter/inner_protocol.ts";
import { Kernel } from "../jupyter/kernel_process.ts";
import { type Message } from "../jupyter/messages.ts";
import { Outputs } from "./outputs.ts";
import { explainRefusal, lineOf } from "../jupyter/lines.ts";
import { isObject, type Json, text } from "../support/json.ts";
import { MemoryWatch } from "../support/process_memory.ts";

/** The progress of a run. */
export interface CellEvent {
  /** A cell starts, something is printed or displayed in it, or it ends. */
  kind: "start" | "output" | "end";
  /** The number of the code cell, from 1. */
  cell: number;
  /** The number of code cells. */
  cells: number;
  /** The id of the cell. */
  id: string;
  /** The text of an `output`. */
  text: string;
  /** How long the cell has run. */
  seconds: number;
}

/** How to run a notebook. */
export interface ExecuteOptions {
  /** The working folder of the cells. */
  cwd: string;
  /** Environment variables for the kernel, in addition to those of this process. */
  env?: Record<string, string>;
  /** Seconds that one cell may take. No limit by default. */
  timeout?: number;
  /** Bytes of memory that the kernel may have. No limit by default. */
  memory?: number;
  /** Called as the run proceeds. */
  onCell?: (event: CellEvent) => void;
  /** Stops the run; the kernel ends with it. */
  signal?: AbortSignal;
}

/** The result of a run. */
export interface Executed {
  /** The notebook with the outputs of this run; cells that did not run have none. */
  notebook: Notebook;
  /** Why it stopped, or null if every cell ran to its end. */
  failure: Failure | null;
  /** How long it took, including the start of the kernel. */
  seconds: number;
  /** The most bytes of memory that the kernel had; null where the system does not say. */
  peakMemory: number | null;
}

/** Bytes that a cell may send: one without end must not fill the memory. */
const MAX_CELL_BYTES = 256 * 1024 * 1024;

/** Milliseconds that an interrupted cell may take to end before its kernel is killed. */
const INTERRUPT_PATIENCE = 2000;

/** Milliseconds that a kernel may take to end when asked to. */
const SHUTDOWN_PATIENCE = 2000;

/**
 * Runs all code cells in order and stops at the first that fails. Does not change the notebook.
 *
 * @throws {KernelError} if no kernel can be started.
 * @throws the signal's reason if it is aborted.
 */
export async function executeNotebook(
  notebook: Notebook,
  options: ExecuteOptions,
): Promise<Executed> {
  const begin = performance.now();
  const { signal } = options;
  const { kernel, greeted: client } = await Kernel.start(
    { cwd: options.cwd, env: options.env ?? {}, signal },
    (kernel, signal) => Client.connect(kernel.connection, signal),
  );
  let run: Run | undefined;
  const memory = new MemoryWatch(kernel.pid, options.memory, (bytes) => run?.exceed(bytes));
  try {
    run = new Run(structuredClone(notebook), kernel, client, options);
    await run.prepare();
    const failure = await run.cells();
    await memory.look();
    // After a failure the kernel may be busy forever, and is killed below.
    if (!failure) {
      await client.shutdown();
      await kernel.stop(SHUTDOWN_PATIENCE);
    }
    const seconds = (performance.now() - begin) / 1000;
    return { notebook: run.notebook, failure, seconds, peakMemory: memory.peak };
  } finally {
    memory.stop();
    await kernel.kill();
    client.close();
  }
}

class Run {
  readonly notebook: Notebook;
  readonly #kernel: Kernel;
  readonly #client: Client;
  readonly #options: ExecuteOptions;
  readonly #outputs = new Outputs();
  readonly #lock: string | undefined;
  /** Rejects when the run cannot continue: the kernel or its connection ended, or it was aborted. */
  readonly #stopped: Promise<never>;
  readonly #stop: (reason: unknown) => void;

  constructor(notebook: Notebook, kernel: Kernel, client: Client, options: ExecuteOptions) {
    this.notebook = notebook;
    this.#kernel = kernel;
    this.#client = client;
    this.#options = options;
    this.#lock = lockOf(options.cwd);
    const { promise, reject } = Promise.withResolvers<never>();
    promise.catch(() => {});
    this.#stop = reject;
    kernel.ended.then((status) => reject(new KernelEnded(status)));
    client.lost.catch(reject);
    const { signal } = options;
    if (signal?.aborted) reject(signal.reason);
    signal?.addEventListener("abort", () => reject(signal.reason), { once: true });
    this.#stopped = promise;
  }

  /** Ends the run: the kernel has more memory than it may have. */
  exceed(bytes: number): void {
    this.#stop(new MemoryLimit(this.#options.memory ?? 0, bytes));
  }

  /** Loads our part inside the kernel. */
  async prepare(): Promise<void> {
    await Promise.race([this.#stopped, this.#client.prepare()]);
  }

  /** Runs the cells; returns the first failure, or null. */
  async cells(): Promise<Failure | null> {
    const cells = codeCells(this.notebook);
    for (const cell of cells) {
      cell.outputs = [];
      cell.execution_count = null;
    }
    let failure: Failure | null = null;
    for (const [index, cell] of cells.entries()) {
      // Jupyter does not run empty cells either, and the kernel would count them.
      if (sourceText(cell).trim() === "") continue;
      failure = await this.#cell(cell, index, cells.length);
      if (failure) break;
    }
    // Only now: a later cell may have updated a display of an earlier cell.
    for (const [index, cell] of cells.entries()) cell.outputs = this.#outputs.of(index);
    return failure;
  }

  async #cell(cell: CodeCell, index: number, cells: number): Promise<Failure | null> {
    const begin = performance.now();
    const number = index + 1;
    const report = (kind: CellEvent["kind"], text = "") => {
      const seconds = (performance.now() - begin) / 1000;
      this.#options.onCell?.({ kind, cell: number, cells, id: cell.id, text, seconds });
    };
    const code = sourceText(cell);
    report("start");
    const error = await this.#execute(cell, index, code, (text) => report("output", text));
    report("end");
    return error &&
      { ...error, cell: number, id: cell.id, line: error.line ?? await lineOf(error, code) };
  }

  /** Runs one cell to its end and returns its first error, or null. */
  async #execute(
    cell: CodeCell,
    index: number,
    code: string,
    onText: (text: string) => void,
  ): Promise<CellError | null> {
    let error: CellError | null = null;
    let bytes = 0;
    let isBrokenOff = false;
    const flooded = Promise.withResolvers<never>();
    flooded.promise.catch(() => {});

    const receive = (received: Message) => {
      bytes += received.bytes;
      if (bytes > MAX_CELL_BYTES) return flooded.reject(new Flood());
      if (received.type === "execute_input") {
        cell.execution_count = count(received.content.execution_count);
      }
      const message = received.type === UNCAUGHT ? { ...received, type: "error" } : received;
      if (message.type === "error") {
        // An interrupted cell ends in an error; its reason is known.
        if (isBrokenOff) return;
        error ??= cellError(message.content);
      }
      this.#outputs.receive(index, message);
      const shown = shownText(message);
      if (shown !== "") onText(shown);
    };

    const whole = async () => {
      const reply = await runCell(this.#client, code, {
        silent: false,
        lock: this.#lock,
        onMessage: receive,
      });
      await this.#client.complete(receive);
      if (reply.status === "ok" || error || isBrokenOff) return;
      // If the kernel does not even start a cell, it sends no error.
      error = await explainRefusal(code, this.#kernel.errorText);
      this.#outputs.add(index, errorOutput(error));
    };

    const running = whole();
    running.catch(() => {});
    try {
      await Promise.race([
        this.#stopped,
        flooded.promise,
        withTimeLimit(running, this.#options.timeout),
      ]);
    } catch (reason) {
      isBrokenOff = true;
      error = await this.#brokenOff(reason, running);
      this.#outputs.add(index, errorOutput(error));
    }
    return error;
  }

  /** Ends a cell that must not run to its end; returns the error to show. */
  async #brokenOff(reason: unknown, running: Promise<void>): Promise<CellError> {
    this.#options.signal?.throwIfAborted();
    if (reason instanceof TimeLimit || reason instanceof Flood) {
      await Promise.race([this.#client.interrupt(), delay(INTERRUPT_PATIENCE)]);
      await Promise.race([running, this.#stopped, delay(INTERRUPT_PATIENCE)]).catch(() => {});
      return { name: reason.name, message: reason.message, traceback: [], line: null };
    }
    if (reason instanceof MemoryLimit) {
      await this.#kernel.kill();
      return { name: reason.name, message: reason.message, traceback: [], line: null };
    }
    if (reason instanceof KernelEnded || reason instanceof ConnectionLost) {
      // A kernel that ends breaks the connection too, and the last outputs may still be on their way.
      const status = await Promise.race([this.#kernel.ended, delay(500)]);
      await delay(50);
      // Ctrl-C reaches the kernel too, and may end it before we receive it.
      this.#options.signal?.throwIfAborted();
      const { name, message } = status ? new KernelEnded(status) : reason;
      const { errorText } = this.#kernel;
      return { name, message, traceback: errorText ? errorText.split("\n") : [], line: null };
    }
    throw reason;
  }
}

class KernelEnded extends Error {
  override name = "KernelEnded";
  constructor({ code, signal }: Deno.CommandStatus) {
    const how = signal ? `by ${signal}` : `with exit code ${code}`;
    super(`kernel: expected it to run the cell to its end, found that the kernel ended ${how}`);
  }
}

class MemoryLimit extends Error {
  override name = "MemoryLimit";
  constructor(limit: number, found: number) {
    const megabytes = (bytes: number) => `${Math.round(bytes / 2 ** 20)} MiB`;
    super(
      `kernel: expected at most ${megabytes(limit)} of memory, found ${megabytes(found)} ` +
        "(see --memory)",
    );
  }
}

class TimeLimit extends Error {
  override name = "TimeLimit";
  constructor(seconds: number) {
    super(`cell: expected an end within ${seconds} s, found it still running (see --timeout)`);
  }
}

class Flood extends Error {
  override name = "Flood";
  constructor() {
    super(`cell: expected outputs of at most ${MAX_CELL_BYTES} bytes, found more`);
  }
}

/** Rejects with {@linkcode TimeLimit} if the work takes more than so many seconds. */
async function withTimeLimit(work: Promise<void>, seconds: number | undefined): Promise<void> {
  if (seconds === undefined) return await work;
  const { promise, reject } = Promise.withResolvers<never>();
  const timer = setTimeout(() => reject(new TimeLimit(seconds)), seconds * 1000);
  try {
    await Promise.race([work, promise]);
  } finally {
    clearTimeout(timer);
  }
}

/** The text that a message shows, or "". */
function shownText(message: Message): string {
  const { type, content } = message;
  if (type === "stream") return text(content.text);
  const shows = ["display_data", "update_display_data", "execute_result"].includes(type);
  return shows && isObject(content.data) ? text(content.data["text/plain"]) : "";
}

function count(value: Json | undefined): number | null {
  return typeof value === "number" ? value : null;
}

function delay(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}
