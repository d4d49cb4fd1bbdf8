import assert from "node:assert/strict";
import { progress } from "../../../lib/notebook/progress.ts";

/** The lines that `body` writes to stderr, which is no terminal here. */
async function stderrOf(body: () => Promise<void>): Promise<string[]> {
  const original = console.error;
  const lines: string[] = [];
  console.error = (...words: unknown[]) => void lines.push(words.join(" "));
  try {
    await body();
  } finally {
    console.error = original;
  }
  return lines;
}

const unwatched = { ignore: Deno.stderr.isTerminal() }; // a watched terminal gets one moving line

Deno.test("where nobody watches, progress says its first and last line", unwatched, async () => {
  const lines = await stderrOf(async () => {
    const bar = progress(60000, { label: "epoch 1", unit: "images" });
    for (let i = 0; i <= 60000; i += 100) bar.update(i, `loss ${i}`);
    await bar.finish("accuracy 0.92");
  });
  assert.equal(lines[0], "epoch 1: 60,000 images to do");
  assert.match(lines[1], /^epoch 1: 60,000 images in \d\.\d s, accuracy 0\.92$/);
  assert.equal(lines.length, 2);
});

Deno.test("bytes are written as kB and MB", unwatched, async () => {
  const lines = await stderrOf(async () => {
    const bar = progress(9912422, { label: "images", unit: "B" });
    bar.update(4542);
    await bar.finish();
  });
  assert.equal(lines[0], "images: 9.9 MB to do");
  assert.match(lines[1], /^images: 4\.5 kB in /);
});

Deno.test("progress refuses a total that nothing can be a part of", () => {
  for (const total of [0, -1, NaN, Infinity]) {
    assert.throws(() => progress(total, { label: "x" }), {
      name: "RangeError",
      message: `progress: expected a total above 0, found ${total}`,
    });
  }
});
