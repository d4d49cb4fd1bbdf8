/** Stop, as the loops of the course see it. */
import assert from "node:assert/strict";
import { breathe } from "../../../lib/support/breathe.ts";
import { Stopped, stopRequested, watchStop } from "../../../lib/support/stop.ts";

/** Runs a test with its own flag instead of the kernel's. */
async function withFlag(test: (flag: Int32Array) => Promise<void>): Promise<void> {
  const flag = new Int32Array(new SharedArrayBuffer(4));
  watchStop(flag);
  try {
    await test(flag);
  } finally {
    watchStop(new Int32Array(1));
  }
}

Deno.test("stop: a loop that calls breathe ends between two steps, by throwing Stopped", async () => {
  await withFlag(async (flag) => {
    let begun = 0, done = 0;
    const loop = async () => {
      for (;;) {
        begun++;
        if (begun === 5) Atomics.store(flag, 0, 1);
        done++;
        await breathe();
      }
    };
    await assert.rejects(loop(), (error) => error instanceof Stopped && error.name === "Stopped");
    assert.deepEqual([begun, done], [5, 5]);
  });
});

Deno.test("stop: a loop can check for a stop itself; breathe resolves after the flag is reset", async () => {
  await withFlag(async (flag) => {
    assert.ok(!stopRequested());
    flag[0] = 1;
    assert.ok(stopRequested());
    flag[0] = 0;
    await breathe();
  });
});
