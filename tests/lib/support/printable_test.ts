import assert from "node:assert/strict";
import fc from "fast-check";
import { printable } from "../../../lib/support/printable.ts";

Deno.test("printable: control characters are escaped, line feeds and tabs kept", () => {
  assert.equal(printable("\x1b[31mred\x07\r\n\tx"), "\\x1b[31mred\\x07\\x0d\n\tx");
  assert.equal(printable("\x00\x7f\x9b2J\u202e"), "\\x00\\x7f\\x9b2J\\u202e");
  assert.equal(printable("가나다 ≠ é 🙂"), "가나다 ≠ é 🙂");
});

Deno.test("printable: no text contains a control character afterwards", () => {
  fc.assert(fc.property(fc.string({ unit: "binary" }), (text) => {
    assert.doesNotMatch(printable(text).replaceAll(/[\n\t]/g, ""), /[\p{Cc}\u202a-\u202e]/u);
  }));
});
