import assert from "node:assert/strict";
import { load, numpy } from "../../support/numpy.ts";

Deno.test("tensors print as NumPy prints arrays", async (t) => {
  for (const [i, { x, out }] of numpy.print.entries()) {
    await t.step(`${i}: ${x.dtype} [${x.shape}]`, () => assert.equal(load(x).toString(), out));
  }
});
