import assert from "node:assert/strict";
import { DISPLAY, METADATA_MIME, splitMetadata } from "../../../lib/support/display.ts";

Deno.test("DISPLAY is the symbol that Deno's kernel looks for", () => {
  assert.equal(DISPLAY, Symbol.for("Jupyter.display"));
});

Deno.test("splitMetadata: takes the metadata out of a bundle, and leaves others as they are", () => {
  const metadata = { "image/png": { width: 20, height: 10, alt: "A dot" } };
  assert.deepEqual(
    splitMetadata<string | object>({ "text/plain": "A dot", [METADATA_MIME]: metadata }),
    { data: { "text/plain": "A dot" }, metadata },
  );
  assert.deepEqual(splitMetadata({ "text/plain": "x" }), { data: { "text/plain": "x" } });
});
