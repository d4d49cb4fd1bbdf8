import assert from "node:assert/strict";
import { Picture, pictureOutput } from "../../../lib/plot/png.ts";
import { outputOf } from "../../../lib/notebook/show.ts";

Deno.test("a picture is a PNG with its size, and words for whoever cannot see it", async () => {
  const picture = new Picture(Uint8Array.of(137, 80, 78, 71), 20, 10, "A dot");
  const output = pictureOutput(picture);
  assert.deepEqual(output, {
    data: { "image/png": "iVBORw==", "text/plain": "A dot" },
    metadata: { "image/png": { width: 20, height: 10, alt: "A dot" } },
  });
  assert.deepEqual(await outputOf(picture), output);
});
