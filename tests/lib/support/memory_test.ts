import assert from "node:assert/strict";
import { release } from "../../../lib/support/memory.ts";

Deno.test("release: a large array of its own is empty afterwards", () => {
  const large = new Float64Array(1 << 18);
  release(large);
  assert.equal(large.length, 0);
});

Deno.test("release: small arrays and parts of others are left alone", () => {
  const small = new Uint8Array(1000);
  const half = new Uint8Array(1 << 22).subarray(0, 1 << 21);
  const shared = new Uint8Array(new SharedArrayBuffer(1 << 20));
  const wasm = new Uint8Array(new WebAssembly.Memory({ initial: 32 }).buffer, 0, 1 << 20);
  for (const array of [small, half, shared, wasm]) {
    const { length } = array;
    release(array);
    assert.equal(array.length, length);
  }
});
