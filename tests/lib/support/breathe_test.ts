import { deepStrictEqual, ok } from "node:assert/strict";
import { breathe } from "../../../lib/support/breathe.ts";

Deno.test("breathe: a timer that is due has its turn", async () => {
  const order: string[] = [];
  setTimeout(() => order.push("timer"), 0);
  const start = performance.now();
  while (performance.now() - start < 5);
  for (let i = 0; i < 50; i++) {
    await Promise.resolve();
    order.push("loop");
  }
  deepStrictEqual(order.indexOf("timer"), -1); // awaiting what is there lets nobody in
  for (let i = 0; i < 1000 && !order.includes("timer"); i++) await breathe();
  ok(order.includes("timer"));
});
