/// <reference no-default-lib="true" />
/// <reference lib="deno.worker" />
/**
 * A worker inside the kernel that receives orders from the process that started it, also while a
 * cell keeps the main thread busy. The owner writes its orders to the kernel's standard input; when
 * the owner ends, in whatever way, the system closes it, and the kernel ends.
 *
 * @module
 */

import { HOLD, HOLD_INDEX, RELEASE, STOP_CELL, STOP_INDEX } from "./orders.ts";

/** An order on its way to the main thread. */
export interface NumberedOrder {
  /** The order, or 0 when the worker has started. */
  order: number;
  /** The number of orders received so far. */
  count: number;
}

/** The memory shared with the main thread, in its first message. */
const shared = new Promise<Int32Array>((resolve) => {
  self.addEventListener("message", (event: MessageEvent<Int32Array>) => resolve(event.data), {
    once: true,
  });
});

const memory = await shared;
const tell = (message: NumberedOrder) => self.postMessage(message);
let count = 0;
tell({ order: 0, count });
const buffer = new Uint8Array(64);
for (;;) {
  const length = await Deno.stdin.read(buffer);
  if (length === null) break;
  for (const order of buffer.subarray(0, length)) {
    if (order === STOP_CELL) Atomics.store(memory, STOP_INDEX, 1);
    if (order === HOLD) Atomics.store(memory, HOLD_INDEX, 1);
    if (order === RELEASE) {
      Atomics.store(memory, HOLD_INDEX, 0);
      Atomics.notify(memory, HOLD_INDEX);
    }
    tell({ order, count: ++count });
  }
}
Deno.kill(Deno.pid, "SIGKILL");
