import assert from "node:assert/strict";
import { drained, jupyterChannel, terminalChannel } from "../../../lib/notebook/output.ts";
import { show } from "../../../lib/notebook/show.ts";
import { digitImage } from "../../../lib/plot/images.ts";
import { DISPLAY } from "../../../lib/support/display.ts";
import { zeros } from "../../../lib/tensor/create.ts";
import { textsOf } from "../../support/channel.ts";

/** What `body` prints. */
async function printed(body: () => unknown): Promise<string[]> {
  const original = console.log;
  const lines: string[] = [];
  console.log = (...words: unknown[]) => void lines.push(words.join(" "));
  try {
    await body();
  } finally {
    console.log = original;
  }
  return lines;
}

Deno.test("a notebook gets messages, with metadata apart from the data", async () => {
  const messages: unknown[] = [];
  const channel = jupyterChannel((type, content) => messages.push([type, content]));
  const picture = digitImage(zeros([4]), { alt: "Black" });
  const { "image/png": png } = picture[DISPLAY]();
  channel.send(picture[DISPLAY](), {});
  channel.send({ "text/plain": "50 %" }, { displayId: "bar", update: true });
  await channel.drained();
  const { width, height, alt } = picture;
  assert.deepEqual(messages, [
    ["display_data", {
      data: { "image/png": png, "text/plain": "Black" },
      metadata: { "image/png": { width, height, alt } },
      transient: {},
    }],
    ["update_display_data", {
      data: { "text/plain": "50 %" },
      metadata: {},
      transient: { display_id: "bar" },
    }],
  ]);
});

Deno.test("a terminal gets the text, with control characters escaped", async () => {
  assert.deepEqual(
    await printed(async () => {
      terminalChannel.send({ "text/plain": "" }, {});
      await show("a\x1b[2Jb\x9b\n\tc", "가나다");
      await drained();
    }),
    ["a\\x1b[2Jb\\x9b\n\tc", "가나다"],
  );
});

Deno.test("another channel can take the place of both", async () => {
  const lines = await printed(async () => {
    assert.deepEqual(await textsOf(() => show(1, "two")), ["1", "two"]);
  });
  assert.deepEqual(lines, []);
});
