import assert from "node:assert/strict";
import { dense } from "../../../lib/model/layers/dense.ts";
import { sequential } from "../../../lib/model/model.ts";
import { playground, PLAYGROUND_MIME } from "../../../lib/notebook/playground.ts";
import { sentBy } from "../../support/channel.ts";

const layer = dense({ inputShape: [784], units: 10, activation: "softmax" });

Deno.test("playground: one output, a page in a frame, with one's own networks first", async () => {
  const sent = await sentBy(() => playground({ "mine & yours": sequential({ layers: [layer] }) }));
  assert.equal(sent.length, 1);
  const [{ bundle }] = sent;
  const html = String(bundle["text/html"]);
  assert.match(html, /^<iframe title="Playground: draw a digit" srcdoc="&lt;!doctype html&gt;/);
  assert.match(html, /"[^<>"]*"><\/iframe>$/); // nothing of the page is outside of the attribute
  assert.match(bundle["text/plain"], /^A canvas .*read by mine & yours; Chapter 9: convolution; /);
  assert.ok(PLAYGROUND_MIME in bundle);
});

Deno.test("playground: refuses what cannot read, before anything is shown", async () => {
  const wide = dense({ inputShape: [100], units: 10, activation: "softmax" });
  const sent = await sentBy(async () => {
    await assert.rejects(playground({ wide: sequential({ layers: [wide] }) }), RangeError);
    const model: object = sequential({ layers: [layer] }); // a cell is not checked before it runs
    await assert.rejects(playground(Object(model)), /write playground\(\{ mine: model \}\)/);
  });
  assert.deepEqual(sent, []);
});
