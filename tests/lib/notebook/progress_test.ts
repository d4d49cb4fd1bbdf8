import assert from "node:assert/strict";
import { progress } from "../../../lib/notebook/progress.ts";
import { sentBy } from "../../support/channel.ts";

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

const inLog = { ignore: Deno.stderr.isTerminal() }; // on a terminal it is one moving line

Deno.test("progress: a log gets a first and a last line", inLog, async () => {
  const lines = await stderrOf(async () => {
    const bar = progress(60000, { label: "epoch 1", unit: "images" });
    for (let i = 0; i <= 60000; i += 100) bar.update(i, `loss ${i}`);
    await bar.finish("accuracy 0.92");
  });
  assert.equal(lines[0], "epoch 1: 60,000 images to do");
  assert.match(lines[1], /^epoch 1: 60,000 images in \d\.\d s, accuracy 0\.92$/);
  assert.equal(lines.length, 2);
});

Deno.test("progress: bytes are written as kB and MB", inLog, async () => {
  const lines = await stderrOf(async () => {
    const bar = progress(9912422, { label: "images", unit: "B" });
    bar.update(4542);
    await bar.finish();
  });
  assert.equal(lines[0], "images: 9.9 MB to do");
  assert.match(lines[1], /^images: 4\.5 kB in /);
});

Deno.test("progress: labels and notes cannot control the terminal", inLog, async () => {
  const lines = await stderrOf(async () => {
    const bar = progress(1, { label: "a\x1b[2J" });
    await bar.finish("b\x07");
  });
  assert.equal(lines[0], "a\\x1b[2J: 1 to do");
  assert.match(lines[1], /^a\\x1b\[2J: 0 in .*, b\\x07$/);
});

Deno.test("progress: nothing to do is done at once", async () => {
  const sent = await sentBy(async () => {
    const bar = progress(0, { label: "empty", unit: "images" });
    bar.update(0);
    await bar.finish();
  });
  assert.equal(sent.length, 1);
  assert.match(sent[0].bundle["text/plain"], /^empty: 0 images in 0\.0 s$/);
});

Deno.test("progress: amounts below 0 and above the total are the ends of the bar", async () => {
  for (const [done, shown] of [[-5, "0"], [500, "300"], [Infinity, "300"]]) {
    const [{ bundle }] = await sentBy(async () => {
      const bar = progress(300, { label: "x" });
      bar.update(Number(done));
      await bar.finish();
    });
    assert.match(bundle["text/plain"], new RegExp(`^x: ${shown} in `));
  }
});

Deno.test("progress: rejects a total or amount that is not a number", () => {
  for (const total of [-1, NaN, Infinity]) {
    assert.throws(() => progress(total, { label: "x" }), {
      name: "RangeError",
      message: `progress: expected a total of 0 or more, found ${total}`,
    });
  }
  void sentBy(() => {
    const bar = progress(300, { label: "x" });
    assert.throws(() => bar.update(NaN), {
      name: "TypeError",
      message: "progress: expected an amount of 0 to 300, found NaN",
    });
  });
  assert.throws(() => progress(1, JSON.parse('{"label":"x","units":"y"}')), /"units"/);
});
