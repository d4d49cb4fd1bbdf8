/** Giving way: a long loop that never waits stops charts, progress bars, buttons and interrupts. */

/**
 * Lets everything else that waits have its turn: `await breathe()` now and then in a long loop.
 *
 * It takes about ten microseconds. `setTimeout(0)` would sleep for two milliseconds, and awaiting a
 * promise that is already there lets nobody in.
 */
export function breathe(): Promise<void> {
  const { port1, port2 } = new MessageChannel();
  return new Promise((resolve) => {
    port1.onmessage = () => {
      port1.close(); // an open port would keep the program from ending
      resolve();
    };
    port2.postMessage(0);
  });
}
