/// <reference no-default-lib="true" />
/// <reference lib="deno.worker" />
/**
 * A worker inside the kernel that listens to the process that started it, also while a cell keeps
 * the kernel's main thread busy. The owner holds the kernel's standard input open and writes its
 * orders to it; when the owner ends, in whatever way, the system closes it, and the kernel ends.
 *
 * @module
 */

import { STOP_CELL } from "./orders.ts";

/** Where Stop shows, shared with the main thread; its first message brings it. */
const stop = new Promise<Int32Array>((resolve) => {
  self.addEventListener("message", (event: MessageEvent<Int32Array>) => resolve(event.data), {
    once: true,
  });
});

const buffer = new Uint8Array(64);
for (;;) {
  const count = await Deno.stdin.read(buffer);
  if (count === null) break;
  for (const order of buffer.subarray(0, count)) {
    if (order === STOP_CELL) Atomics.store(await stop, 0, 1);
    self.postMessage(order);
  }
}
Deno.kill(Deno.pid, "SIGKILL");
