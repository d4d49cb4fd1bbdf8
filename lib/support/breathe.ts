/** Yields to the event loop, so that charts, progress bars and Stop work during a long loop. */
import { Stopped, stopRequested } from "./stop.ts";

/**
 * Lets pending timers and messages run: call `await breathe()` now and then in a long loop, at a
 * point where the data is consistent, because Stop ends the loop here.
 *
 * It takes about ten microseconds. `setTimeout(0)` takes two milliseconds, and awaiting a resolved
 * promise does not let timers run.
 *
 * @throws {Stopped} when Stop was pressed.
 * @example
 * ```ts
 * import { breathe } from "mnist";
 * for (let step = 0; step < 1000; step++) {
 *   // … train on one batch …
 *   if (step % 100 === 0) await breathe();
 * }
 * ```
 */
export async function breathe(): Promise<void> {
  if (stopRequested()) throw new Stopped();
  await new Promise<void>(nextTurn);
}

/**
 * Calls back in the next turn of the event loop. A page has no `setImmediate`; Deno has, and there
 * timers do not run between two messages of a channel.
 */
function nextTurn(resolve: () => void): void {
  if (typeof setImmediate === "function") {
    setImmediate(resolve);
    return;
  }
  const { port1, port2 } = new MessageChannel();
  port1.onmessage = () => {
    port1.close(); // an open port would keep the process alive
    resolve();
  };
  port2.postMessage(0);
}
