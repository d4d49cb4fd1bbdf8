/**
 * Our part inside the kernel, for the relay and the runner: imported there before the first cell.
 *
 * - It reports errors that the kernel does not: rejected promises that nothing awaits, and errors thrown
 *   in timers and event handlers.
 * - It makes an output of what a cell writes to the standard streams, and of last values that the kernel
 *   does not show.
 * - It reports, on request, that everything printed and displayed so far has been sent.
 * - When Stop is pressed, it notifies the loops of `lib`, and removes the timers that a cell waits for.
 * - It interrupts an exercise's answer that has not ended within its time.
 * - It ends the kernel when the process that started it has ended.
 *
 * @module
 */

import { DEADLINE_FUNCTION } from "../../exercises/deadline.ts";
import { watchStop } from "../../lib/support/stop.ts";
import {
  COMPLETE,
  COMPLETE_FUNCTION,
  LAST_VALUE_FUNCTION,
  ORDER_HEARD,
  ORDERS,
  UNCAUGHT,
} from "../jupyter/inner_protocol.ts";
import { lastValue } from "./last_value.ts";
import type { FromMain, ToMain } from "./orders.ts";
import { HOLD, newMemory, STOP } from "./shared.ts";
import { redirectStreams } from "./streams.ts";
import { CellTimers } from "./timers.ts";

/** Milliseconds that the main thread waits at most when it is asked to. */
const HOLD_LIMIT = 10_000;

/** Prepares the kernel in which it is called. */
export function prepareKernel(): void {
  // Read now: a cell may assign something else to these names.
  const { broadcast } = Deno.jupyter;
  const later = setTimeout;
  const memory = newMemory();
  watchStop(memory);
  const timers = new CellTimers(globalThis);
  redirectStreams((name, text) => void broadcast("stream", { name, text }));
  Object.defineProperty(globalThis, LAST_VALUE_FUNCTION, { value: lastValue });

  const report = (error: unknown) => {
    const known = error instanceof Error ? error : new Error(Deno.inspect(error));
    return broadcast(UNCAUGHT, {
      ename: known.name,
      evalue: known.message,
      traceback: (known.stack ?? "").split("\n"),
    });
  };
  globalThis.addEventListener("unhandledrejection", (event) => {
    event.preventDefault();
    report(event.reason);
  });
  globalThis.addEventListener("error", (event) => {
    event.preventDefault();
    report(event.error);
  });

  // The kernel sends what cells print, display and broadcast through one queue, in order. So a broadcast
  // of our own arrives after everything before it. The timer is for what a cell has started without
  // waiting for it, such as a display without `await`.
  Object.defineProperty(globalThis, COMPLETE_FUNCTION, {
    value: async (token: string) => {
      Atomics.store(memory, STOP.index, STOP.none);
      timers.forget();
      tell({ deadline: 0 });
      await new Promise((resolve) => later(resolve, 0));
      await broadcast(COMPLETE, { token });
    },
  });

  // In a thread of its own, since a cell may keep the main one busy.
  const worker = new Worker(new URL("./orders.ts", import.meta.url), { type: "module" });
  const tell = (message: FromMain) => worker.postMessage(message);
  tell({ memory });
  Object.defineProperty(globalThis, DEADLINE_FUNCTION, {
    value: (seconds: number) => tell({ deadline: seconds }),
  });
  const hold = () => {
    const { index, wanted, waiting } = HOLD;
    if (Atomics.compareExchange(memory, index, wanted, waiting) !== wanted) return;
    Atomics.notify(memory, index);
    Atomics.wait(memory, index, waiting, HOLD_LIMIT);
  };
  worker.addEventListener("message", ({ data }: MessageEvent<ToMain>) => {
    // In a microtask: an interrupt there must not end the delivery of messages.
    if ("hold" in data) return queueMicrotask(hold);
    const { order, ...heard } = data;
    broadcast(ORDER_HEARD, heard);
    if (order !== ORDERS.abandon) return;
    timers.clear();
    // Available only with V8's flag --expose-gc.
    const collect: unknown = Reflect.get(globalThis, "gc");
    if (typeof collect === "function") collect();
  });
}
