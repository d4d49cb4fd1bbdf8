/**
 * A cell that runs behind the relay, and how Stop ends it.
 *
 * First Stop sets the flag at which the loops of `lib` look; then it removes the timers that the cell
 * waits for; and it interrupts a main thread that is busy. Deno's kernel survives an interrupt only
 * where its main thread runs a cell, or what a cell has continued: one that waits, or runs a timer's
 * callback, never does anything again. Our part inside the kernel sees to it that this does not
 * happen; where it happens all the same, the kernel is ended.
 *
 * @module
 */

import type { Client } from "../jupyter/client.ts";
import type { Request } from "./front.ts";
import { type Order, ORDERS } from "../jupyter/inner_protocol.ts";
import { within } from "../support/waiting.ts";
import type { JsonObject } from "../support/json.ts";

/** Milliseconds that a cell may take to end by itself after Stop. */
const STOP_PATIENCE = 1000;

/** Milliseconds in which our part inside a new kernel has started; Deno needs a second for it. */
const START_PATIENCE = 3000;

/** Milliseconds between being interrupted or abandoned and having ended. */
const BREAK_PATIENCE = 500;

/** How often Stop tries to find the main thread busy, and milliseconds between two tries at most. */
const TRIES = 20, PAUSE = 50;

/** Milliseconds after which a main thread that acknowledges nothing is lost. */
const LIFE_PATIENCE = 10_000;

/** What a cell needs of the kernel in order to be stopped. */
export interface Stoppable {
  client: Pick<Client, "interrupt">;
  /**
   * Gives an order to our part inside the kernel; resolves when the main thread has received it, with
   * whether the order has interrupted it.
   */
  order(order: Order): Promise<boolean>;
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

  /** Puts a question of the cell to the person; returns "" after Stop. */
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
    await within(order(ORDERS.nothing), LIFE_PATIENCE);
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
      const heard = order(ORDERS.stop);
      if (await this.#endsWithin(STOP_PATIENCE)) return;
      const isIdle = await within(heard, 0) || !await this.#order(ORDERS.interrupt, kernel);
      if (await this.#abandon(kernel)) return;
      if (isIdle) return this.#say(STOP_IGNORED);
    }
    for (let attempt = 0; attempt < TRIES; attempt++) {
      const interrupted = await this.#order(ORDERS.interrupt, kernel);
      if (interrupted && await this.#abandon(kernel)) return;
      if (await this.#endsWithin(Math.random() * PAUSE)) return;
    }
    this.#say(STOP_IMPOSSIBLE);
  }

  /** Gives an order until the cell ends; ends a kernel whose main thread does not receive it. */
  async #order(order: Order, kernel: Stoppable): Promise<boolean> {
    const heard = Promise.race([kernel.order(order), this.#ended.promise.then(() => false)]);
    if (!await within(heard, LIFE_PATIENCE)) {
      this.#say(KERNEL_LOST);
      await kernel.kill();
    }
    return await heard;
  }

  /** Ends the cell if nothing can resume it, and returns whether it has ended. */
  async #abandon(kernel: Stoppable): Promise<boolean> {
    await this.#order(ORDERS.abandon, kernel);
    return await this.#endsWithin(BREAK_PATIENCE);
  }
}

const STOP_IGNORED = "Stop: this cell does not look at Stop, as loops do that await breathe(). " +
  "Press Stop again to break it off.\n";

const STOP_IMPOSSIBLE = "Stop: this cell waits for something outside the notebook. Wait until it " +
  "arrives, or restart the kernel.\n";

const KERNEL_LOST = "Stop: the kernel does not react any more, so it is ended. Its variables are " +
  "lost; run the cells again.\n";
