import assert from "node:assert/strict";
import { Picture } from "../../../lib/plot/picture.ts";
import { DISPLAY, splitMetadata } from "../../../lib/support/display.ts";

Deno.test("a picture shows itself as a PNG with its size and text alternative", () => {
  const picture = new Picture(Uint8Array.of(137, 80, 78, 71), 20, 10, "A dot");
  assert.deepEqual(splitMetadata(picture[DISPLAY]()), {
    data: { "image/png": "iVBORw==", "text/plain": "A dot" },
    metadata: { "image/png": { width: 20, height: 10, alt: "A dot" } },
  });
});
