import { deepStrictEqual, ok } from "node:assert/strict";
import { breathe } from "../../../lib/support/breathe.ts";

Deno.test("breathe: lets a pending timer run", async () => {
  const order: string[] = [];
  setTimeout(() => order.push("timer"), 0);
  const start = performance.now();
  while (performance.now() - start < 5);
  for (let i = 0; i < 50; i++) {
    await Promise.resolve();
    order.push("loop");
  }
  deepStrictEqual(order.indexOf("timer"), -1); // awaiting a resolved promise does not let timers run
  for (let i = 0; i < 2; i++) await breathe();
  ok(order.includes("timer"));
});
