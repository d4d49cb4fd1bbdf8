import assert from "node:assert/strict";
import { IMAGE_SIZE, Pen } from "../../../../lib/data/digits/pen.ts";
import { sine } from "../../../../lib/data/digits/sine.ts";
import { Trace } from "../../../../lib/data/digits/trace.ts";
import { LONGEST_TRACE, writeDigit } from "../../../../lib/data/digits/writing.ts";
import { Random } from "../../../../lib/tensor/random.ts";

Deno.test("Pen: WebAssembly and plain TypeScript draw the same bytes", () => {
  const drawn = [true, false].map((usesKernel) => {
    const pen = new Pen(usesKernel), trace = new Trace(LONGEST_TRACE), random = new Random(3);
    const images = new Uint8Array(2000 * IMAGE_SIZE);
    for (let i = 0; i < 2000; i++) {
      writeDigit(i % 10, random, trace);
      pen.draw(i % 10, trace, random, images.subarray(i * IMAGE_SIZE, (i + 1) * IMAGE_SIZE));
    }
    return images;
  });
  assert.ok(drawn[0].some((grey) => grey > 250));
  assert.deepEqual(drawn[0], drawn[1]);
});

Deno.test("sine: as Math.sin to the last digit of 1, in all turns", () => {
  const random = new Random(4);
  const angles = Array.from({ length: 100_000 }, () => 60 * random.uniform() - 30);
  for (const v of [0, Math.PI / 2, -Math.PI / 2, Math.PI, 100, -100, ...angles]) {
    assert.ok(Math.abs(sine(v) - Math.sin(v)) < 3e-16, `${v}`);
  }
});
