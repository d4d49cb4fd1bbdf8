/**
 * Passes messages between the front ends and Deno's kernel, and corrects what that kernel does
 * differently from Jupyter's protocol. All of it was still necessary with Deno 2.9.6:
 *
 * - No output is lost. The kernel reports "idle" while outputs are still on their way (18 of 200 cells
 *   that print, 2 of 200 that end in a value), and front ends stop listening there.
 * - Stop ends a loop of `lib` between two steps, and a loop that never waits at once, and leaves the
 *   kernel alive. The kernel alone never runs anything again if it is interrupted while a cell waits.
 * - After an error or a Stop, the cells that wait in the queue are not run. The kernel runs them.
 * - A cell that cannot be parsed has an error, and so have promises that nothing awaits and timers. The
 *   kernel shows none of these.
 * - NaN, Infinity, -0, bigint and null show as last values, and what is written to `Deno.stdout` or
 *   `process.stdout` shows. The kernel shows neither.
 *
 * @module
 */

import { runCell } from "../jupyter/cell.ts";
import type { Client } from "../jupyter/client.ts";
import type { Front, Published, Request } from "./front.ts";
import { UNCAUGHT } from "../jupyter/inner_protocol.ts";
import { explainRefusal, lineOf } from "../jupyter/lines.ts";
import { type Message } from "../jupyter/messages.ts";
import type { CellTypes } from "../language/cell_types.ts";
import type { CellTypeError } from "../language/reading.ts";
import { RunningCell, type Stoppable } from "./running_cell.ts";
import { within } from "../support/waiting.ts";
import { type JsonObject, text, texts } from "../support/json.ts";

/** Milliseconds that the end of a cell waits for its type errors. */
const CHECK_PATIENCE = 1000;

/** Milliseconds that a run-time error waits for them: the types may explain it. */
const REASON_PATIENCE = 3000;

/** The kernel behind the relay. */
export interface Behind extends Stoppable {
  client: Client;
  /** The content of its `kernel_info_reply`. */
  info: JsonObject;
  /** The lock file of the project in which it runs. */
  lock: string | undefined;
  /** Ends the kernel. */
  end(): Promise<void>;
}

/** Passes on requests and outputs. */
export class Relay {
  readonly #front: Pick<Front, "publish">;
  readonly #behind: Promise<Behind>;
  readonly #types: CellTypes;
  readonly #queue: Request[] = [];
  #isWorking = false;
  #running: { request: Request; cell: RunningCell } | undefined;

  /** @param behind resolves when the kernel is ready; until then requests wait. */
  constructor(front: Pick<Front, "publish">, behind: Promise<Behind>, types: CellTypes) {
    this.#front = front;
    this.#behind = behind;
    this.#types = types;
  }

  /** Receives a request of the shell channel. They are handled one after another. */
  shell(request: Request): void {
    if (this.#types.isOn && ABOUT_TYPES.has(request.type)) {
      this.#askTypes(request);
      return;
    }
    this.#queue.push(request);
    this.#work();
  }

  /** Answers a question about types, also while a cell runs. */
  async #askTypes(request: Request): Promise<void> {
    if (request.type === "inspect_request") {
      request.answer("inspect_reply", await this.#types.inspect(request.content));
    } else {
      request.answer("complete_reply", await this.#types.complete(request.content));
    }
    this.#status(request, "idle");
    // Front ends take the last status that they receive for the kernel's.
    if (this.#running) this.#status(this.#running.request, "busy");
  }

  /** Receives a request of the control channel. They are handled at once. */
  async control(request: Request): Promise<void> {
    const { info, end } = await this.#behind;
    switch (request.type) {
      case "interrupt_request":
        request.answer("interrupt_reply", { status: "ok" });
        await this.stop();
        break;
      case "shutdown_request": {
        const restart = request.content.restart === true;
        request.answer("shutdown_reply", { status: "ok", restart });
        await end();
        break;
      }
      case "kernel_info_request":
        request.answer("kernel_info_reply", info);
        break;
    }
  }

  /** Stops the cell that runs, if one does; see {@linkcode RunningCell.stop}. */
  async stop(): Promise<void> {
    await this.#running?.cell.stop(await this.#behind);
  }

  async #work(): Promise<void> {
    if (this.#isWorking) return;
    this.#isWorking = true;
    const behind = await this.#behind;
    const { client, info } = behind;
    for (let request = this.#queue.shift(); request; request = this.#queue.shift()) {
      this.#status(request, "busy");
      if (request.type === "execute_request") await this.#execute(behind, request);
      else if (request.type === "kernel_info_request") request.answer("kernel_info_reply", info);
      else await this.#ask(client, request);
      this.#status(request, "idle");
    }
    this.#isWorking = false;
  }

  #status(request: Request, execution_state: string): void {
    this.#front.publish(request, { type: "status", content: { execution_state } });
  }

  async #ask(client: Client, request: Request): Promise<void> {
    const reply = REPLIES.get(request.type);
    if (reply) request.answer(reply, await client.ask(request.type, request.content));
  }

  async #execute(behind: Behind, request: Request): Promise<void> {
    const { code, answer: said } = this.#types.read(text(request.content.code));
    const silent = request.content.silent === true;
    let hasError = false;
    const publish = (message: Published) => this.#front.publish(request, message);
    const cell = new RunningCell(
      request,
      (text) => publish({ type: "stream", content: { name: "stderr", text } }),
    );
    this.#running = { request, cell };
    if (said !== undefined) {
      publish({ type: "stream", content: { name: "stdout", text: said + "\n" } });
    }
    const check = new Check(
      silent || isVsCode(request) ? Promise.resolve([]) : this.#types.check(code),
      (errors) => {
        const data = this.#types.note(errors, code);
        publish({ type: "display_data", content: { data, metadata: {}, transient: {} } });
      },
    );
    const passNow = (message: Message) => {
      if (KEPT_BACK.has(message.type)) return;
      const type = message.type === UNCAUGHT ? "error" : message.type;
      if (type === "error") hasError = true;
      publish({ type, content: message.content, metadata: message.metadata });
    };
    // The type errors come before the run-time error that they explain; what follows it waits, too.
    let order: Promise<void> | undefined;
    const pass = (message: Message) => {
      const isError = message.type === "error" || message.type === UNCAUGHT;
      if (order === undefined && (!isError || cell.isStopped)) return passNow(message);
      order = (order ?? Promise.resolve()).then(async () => {
        if (isError) await this.#explain(message, check, code);
        passNow(message);
      });
    };

    const canAsk = request.content.allow_stdin === true;
    const { client, lock } = behind;
    const reply = await runCell(client, code, {
      silent,
      lock,
      onMessage: pass,
      onQuestion: canAsk ? (question) => cell.ask(question) : undefined,
    });
    await cell.end(behind);
    await client.complete(pass);
    await order;
    if (this.#types.isReady && !cell.isStopped) await within(check.done, CHECK_PATIENCE);
    check.close();
    this.#running = undefined;

    const failed = reply.status !== "ok";
    let answer = reply;
    if (failed && !hasError) {
      const error = cell.isStopped ? STOPPED : await whyNotRun(code);
      publish({ type: "error", content: error });
      answer = { ...reply, ...error };
    }
    if (cell.isStopped || (failed && request.content.stop_on_error !== false)) this.#abortQueue();
    request.answer("execute_reply", answer);
  }

  /**
   * Adds to a run-time error what the types know: a name that was not imported. Where the type
   * errors above it say the same of the same line, its stack is left out.
   */
  async #explain({ content }: Message, check: Check, code: string): Promise<void> {
    if (!this.#types.isReady) return;
    await within(check.done, REASON_PATIENCE);
    const name = text(content.ename), message = text(content.evalue);
    const remedy = await this.#types.remedy(name, message);
    if (remedy !== undefined) {
      const advice = `Import it: ${remedy}`;
      content.evalue = `${message}. ${advice}`;
      content.traceback = [...texts(content.traceback), advice];
    } else if (check.errors.length > 0) {
      const traceback = texts(content.traceback);
      const line = await lineOf({ name, message, traceback, line: null }, code);
      if (check.errors.some((error) => error.line === line)) {
        content.traceback = [`${name}: ${message} (line ${line})`];
      }
    }
  }

  /** Answers the cells in the queue that they will not run. */
  #abortQueue(): void {
    const kept = this.#queue.splice(0).filter((request) => {
      if (request.type !== "execute_request") return true;
      this.#status(request, "busy");
      request.answer("execute_reply", { status: "aborted" });
      this.#status(request, "idle");
      return false;
    });
    this.#queue.push(...kept);
  }
}

/** The type errors of a cell, published when they are known, unless the cell is over by then. */
class Check {
  /** The errors that were published. */
  errors: readonly CellTypeError[] = [];
  /** Resolves when the errors are known. */
  readonly done: Promise<void>;
  #isOpen = true;

  constructor(found: Promise<CellTypeError[]>, publish: (errors: CellTypeError[]) => void) {
    this.done = found.then((errors) => {
      if (!this.#isOpen || errors.length === 0) return;
      this.errors = errors;
      publish(errors);
    });
  }

  /** Publishes nothing from now on. */
  close(): void {
    this.#isOpen = false;
  }
}

/** Whether VS Code sends a request: it shows type errors itself, in the editor. */
function isVsCode({ metadata }: Request): boolean {
  return text(metadata.cellId).startsWith("vscode-");
}

/** The requests that the types answer. */
const ABOUT_TYPES: ReadonlySet<string> = new Set(["complete_request", "inspect_request"]);

/** The types of the replies to requests that the kernel answers itself; others get none. */
const REPLIES: ReadonlyMap<string, string> = new Map([
  ["complete_request", "complete_reply"],
  ["inspect_request", "inspect_reply"],
  ["is_complete_request", "is_complete_reply"],
  ["history_request", "history_reply"],
  ["comm_info_request", "comm_info_reply"],
]);

/** What the kernel reports of its own state, and what our part inside it sends to us. */
const KEPT_BACK: ReadonlySet<string> = new Set(["status", "outputs_complete"]);

const STOPPED: JsonObject = {
  ename: "Stopped",
  evalue: "stopped by the Stop button",
  traceback: ["Stopped: stopped by the Stop button"],
};

/** Why the kernel did not run a cell, which it does not say. */
async function whyNotRun(code: string): Promise<JsonObject> {
  const { name, message, line } = await explainRefusal(code, "");
  const where = line === null ? "" : `\n    at line ${line}`;
  return { ename: name, evalue: message, traceback: [`${name}: ${message}${where}`] };
}
