/**
 * The part of the runner that works inside the kernel: imported there before the first cell.
 *
 * - It reports errors that the kernel swallows: promises rejected with nobody waiting, and errors
 *   thrown in timers and event handlers.
 * - What a cell writes to the standard streams reaches the cell, as do last values that the kernel
 *   does not show.
 * - It says, on request, when everything printed and displayed so far has been handed over.
 * - When Stop is pressed, it tells the loops of `lib`, and takes away the timers that a cell waits for.
 * - It ends the kernel when the process that started it is gone.
 *
 * @module
 */

import { watchStop } from "../../lib/support/stop.ts";
import { ABANDON_CELL, HOLD, HOLD_INDEX, HOLD_LIMIT, STOP_INDEX } from "./orders.ts";
import type { NumberedOrder } from "./owner_watch.ts";
import { LAST_VALUE_FUNCTION, lastValue } from "./last_value.ts";
import { redirectStreams } from "./streams.ts";
import { CellTimers } from "./timers.ts";

/** The type of the message that reports a swallowed error; its content is that of `error`. */
export const UNCAUGHT = "uncaught_error";

/** The type of the message that says that all outputs before it have been sent. */
export const COMPLETE = "outputs_complete";

/** Where the function that sends {@linkcode COMPLETE} hangs on `globalThis`. */
export const COMPLETE_FUNCTION = "__outputsComplete";

/** The type of the message that says how many orders the main thread has received: `{ count }`. */
export const ORDERS_HEARD = "orders_heard";

/** Prepares the kernel in which it is called. */
export function prepareKernel(): void {
  // Taken now: a cell may put something else in the place of either name.
  const { broadcast } = Deno.jupyter;
  const later = setTimeout;
  const shared = new Int32Array(new SharedArrayBuffer(8));
  watchStop(shared);
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

  // The kernel sends what cells print, display and broadcast through one queue, in order. So a
  // broadcast of our own arrives after everything that came before it. The timer lets through what
  // a cell started without waiting for it, such as a display without `await`.
  Object.defineProperty(globalThis, COMPLETE_FUNCTION, {
    value: async (token: string) => {
      Atomics.store(shared, STOP_INDEX, 0);
      timers.forget();
      await new Promise((resolve) => later(resolve, 0));
      await broadcast(COMPLETE, { token });
    },
  });

  // In a thread of its own, since a cell may keep the main one busy.
  const worker = new Worker(new URL("./owner_watch.ts", import.meta.url), { type: "module" });
  worker.postMessage(shared);
  const hold = () => Atomics.wait(shared, HOLD_INDEX, 1, HOLD_LIMIT);
  worker.addEventListener("message", ({ data }: MessageEvent<NumberedOrder>) => {
    broadcast(ORDERS_HEARD, { count: data.count });
    // In a microtask: an interrupt here must not end the delivery of messages.
    if (data.order === HOLD) queueMicrotask(hold);
    if (data.order === ABANDON_CELL) {
      timers.clear();
      // Available only with V8's flag --expose-gc.
      const collect: unknown = Reflect.get(globalThis, "gc");
      if (typeof collect === "function") collect();
    }
  });
}
