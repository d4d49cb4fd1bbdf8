/**
 * A cell that runs behind the relay, and how Stop ends it.
 *
 * Deno's kernel can only interrupt its main thread at once, wherever it is. That ends a loop that
 * never waits, but an interrupt that reaches an idle main thread, or a timer's callback, paralyses
 * the kernel. So Stop first sets the flag at which the loops of `lib` look, then removes the timers
 * that the cell waits for, and interrupts only a main thread that does not acknowledge orders, while
 * the order `HOLD` waits for it: should it become idle just then, it waits in a place where an
 * interrupt does no harm.
 *
 * @module
 */

import type { JsonObject } from "../notebook_file/notebook.ts";
import type { Client } from "../jupyter/client.ts";
import type { Request } from "./front.ts";
import { ABANDON_CELL, HOLD, RELEASE, STOP_CELL } from "../inside_kernel/orders.ts";
import { within } from "../support/waiting.ts";

/** Milliseconds that a cell may take to end by itself after Stop. */
const STOP_PATIENCE = 1000;

/** Milliseconds in which our part inside a new kernel has started; Deno needs a second for it. */
const START_PATIENCE = 3000;

/** Milliseconds in which an idle main thread acknowledges an order, also on a busy machine. */
const IDLE_PATIENCE = 200;

/** Milliseconds between being interrupted or abandoned and having ended. */
const BREAK_PATIENCE = 500;

/** How often Stop tries to find the main thread busy, and milliseconds between two tries at most. */
const TRIES = 20, PAUSE = 50;

/** Milliseconds after which a main thread that acknowledges nothing is lost. */
const LIFE_PATIENCE = 5000;

/** What a cell needs of the kernel in order to be stopped. */
export interface Stoppable {
  client: Pick<Client, "interrupt">;
  /** Gives an order to our part inside the kernel; resolves when the main thread has received it. */
  order(order: number): Promise<void>;
  /** Resolves when orders can be received. */
  listening: Promise<void>;
  /** Ends a kernel that no longer reacts, and so the relay. */
  kill(): Promise<void>;
}

/** A cell that runs. */
export class RunningCell {
  readonly #request: Request;
  readonly #say: (text: string) => void;
  readonly #ended = Promise.withResolvers<void>();
  /** Resolves when all presses of Stop so far have had their effect. */
  #stopping = Promise.resolve();
  #stops = 0;
  /** Withdraws the question that the person has not answered, if there is one. */
  #unask: AbortController | undefined;

  /** @param say prints to the standard error of the cell. */
  constructor(request: Request, say: (text: string) => void) {
    this.#request = request;
    this.#say = say;
  }

  /** Whether Stop was pressed. */
  get isStopped(): boolean {
    return this.#stops > 0;
  }

  /** Puts a question of the cell to the person; gives "" after Stop. */
  async ask(question: JsonObject): Promise<string> {
    this.#unask = new AbortController();
    try {
      return await this.#request.ask(question, this.#unask.signal);
    } finally {
      this.#unask = undefined;
    }
  }

  /**
   * Stops the cell: a loop of `lib` between two steps, a cell that never waits at once, a cell that
   * waits for a timer where it waits. Pressed again, it breaks off a cell that works between waiting
   * for other things. Resolves when that has happened, or the person knows why it has not.
   */
  stop(kernel: Stoppable): Promise<void> {
    const isFirst = ++this.#stops === 1;
    this.#stopping = this.#stopping.then(() => this.#stop(isFirst, kernel));
    return this.#stopping;
  }

  /** Is called when the kernel has answered. No order of Stop reaches the next cell after this. */
  async end({ order }: Stoppable): Promise<void> {
    this.#ended.resolve();
    if (!this.isStopped) return;
    await this.#stopping;
    // Orders arrive in sequence: when this one has arrived, so have all before it.
    await within(order(RELEASE), LIFE_PATIENCE);
  }

  #endsWithin(milliseconds: number): Promise<boolean> {
    return within(this.#ended.promise, milliseconds);
  }

  async #stop(isFirst: boolean, kernel: Stoppable): Promise<void> {
    const { client, order, listening } = kernel;
    if (await this.#endsWithin(0)) return;
    if (this.#unask) {
      // `prompt()` blocks the main thread until it has an answer, any answer.
      await client.interrupt();
      this.#unask.abort();
      if (!await this.#endsWithin(BREAK_PATIENCE)) await this.#abandon(kernel);
      return;
    }
    await within(listening, START_PATIENCE);
    if (isFirst) {
      const heard = order(STOP_CELL);
      if (await this.#endsWithin(STOP_PATIENCE)) return;
      if (await within(heard, IDLE_PATIENCE)) {
        if (!await this.#abandon(kernel)) this.#say(STOP_IGNORED);
        return;
      }
    }
    for (let attempt = 0; attempt < TRIES; attempt++) {
      const isBusy = !await within(order(HOLD), IDLE_PATIENCE);
      if (isBusy) await client.interrupt();
      void order(RELEASE);
      if (isBusy && await this.#abandon(kernel)) return;
      if (await this.#endsWithin(Math.random() * PAUSE)) return;
    }
    this.#say(STOP_IMPOSSIBLE);
  }

  /** Ends the cell if nothing can resume it, and the kernel if its main thread is lost. */
  async #abandon({ order, kill }: Stoppable): Promise<boolean> {
    const ended = this.#ended.promise;
    if (!await within(Promise.race([order(ABANDON_CELL), ended]), LIFE_PATIENCE)) {
      this.#say(KERNEL_LOST);
      await kill();
    }
    return await within(ended, BREAK_PATIENCE);
  }
}

const STOP_IGNORED = "Stop: this cell does not look at Stop; it does where its loop awaits " +
  "breathe(). Press Stop again to break it off.\n";

const STOP_IMPOSSIBLE = "Stop: this cell waits for something outside the notebook. Wait until it " +
  "comes, or restart the kernel.\n";

const KERNEL_LOST = "Stop: the kernel does not react any more, so it is ended. Its variables are " +
  "lost; run the cells again.\n";
