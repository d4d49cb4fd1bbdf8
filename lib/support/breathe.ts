/** Giving way: a long loop that never waits stops charts, progress bars, buttons and interrupts. */
import { Stopped, stopRequested } from "./stop.ts";

/**
 * Lets everything else that waits have its turn: `await breathe()` now and then in a long loop,
 * where what it works on is in order, because a press of Stop ends the loop here.
 *
 * It takes about ten microseconds. `setTimeout(0)` would sleep for two milliseconds, and awaiting a
 * promise that is already there lets nobody in.
 *
 * @throws {Stopped} when the person has pressed Stop.
 */
export async function breathe(): Promise<void> {
  if (stopRequested()) throw new Stopped();
  const { port1, port2 } = new MessageChannel();
  await new Promise<void>((resolve) => {
    port1.onmessage = () => {
      port1.close(); // an open port would keep the program from ending
      resolve();
    };
    port2.postMessage(0);
  });
}
