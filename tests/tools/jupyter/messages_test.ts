import assert from "node:assert/strict";
import * as fc from "fast-check";
import { decodeMessage, encodeRequest, MessageError } from "../../../tools/jupyter/messages.ts";

const bytes = (text: string) => new TextEncoder().encode(text);
const text = (frame: Uint8Array) => new TextDecoder().decode(frame);

const content = fc.dictionary(
  fc.string().filter((key) => key !== "__proto__"),
  fc.oneof(fc.string({ unit: "binary" }), fc.boolean(), fc.integer(), fc.constant(null)),
  { noNullPrototype: true },
);

Deno.test("decoding returns the encoded message, after any routing ids", () => {
  fc.assert(fc.property(
    fc.string(),
    content,
    fc.array(fc.uint8Array({ maxLength: 8 }), { maxLength: 3 }),
    (key, content, ids) => {
      const { id, frames } = encodeRequest(key, "session", "execute_request", content);
      const message = decodeMessage(key, [...ids, ...frames]);
      assert.equal(message.id, id);
      assert.equal(message.type, "execute_request");
      assert.equal(message.parentId, "");
      assert.deepEqual(message.content, JSON.parse(JSON.stringify(content)));
    },
  ));
});

Deno.test("the signature is HMAC-SHA256 over the four parts", async () => {
  const { frames } = encodeRequest("key", "session", "kernel_info_request", {});
  const key = await crypto.subtle.importKey(
    "raw",
    bytes("key"),
    { name: "HMAC", hash: "SHA-256" },
    false,
    ["sign"],
  );
  const parts = bytes(frames.slice(2).map(text).join(""));
  const expected = new Uint8Array(await crypto.subtle.sign("HMAC", key, parts)).toHex();
  assert.equal(text(frames[1]), expected);
});

Deno.test("a changed message is rejected, as is one with another key", () => {
  const { frames } = encodeRequest("key", "session", "execute_request", { code: "1" });
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 5 }), fc.nat(), fc.integer({ min: 1, max: 255 }), (
      which,
      position,
      mask,
    ) => {
      const changed = frames.map((frame) => frame.slice());
      changed[which][position % changed[which].length] ^= mask;
      assert.throws(() => decodeMessage("key", changed), MessageError);
    }),
  );
  assert.throws(() => decodeMessage("other", frames), MessageError);
});

Deno.test("frames that are not a message are rejected", () => {
  const { frames } = encodeRequest("key", "session", "execute_request", {});
  for (const some of [[], frames.slice(1), frames.slice(0, 5), [bytes("<IDS|MSG>")]]) {
    assert.throws(() => decodeMessage("key", some), MessageError);
  }
});
