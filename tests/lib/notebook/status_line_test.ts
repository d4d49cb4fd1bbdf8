import assert from "node:assert/strict";
import { columnsOf, textBar } from "../../../lib/notebook/status_line.ts";

Deno.test("columnsOf: Korean letters and emoji take two columns, accents none", () => {
  assert.equal(columnsOf("epoch 1"), 7);
  assert.equal(columnsOf("이름"), 4);
  assert.equal(columnsOf("🙂"), 2);
  assert.equal(columnsOf("e\u0301"), 1);
  assert.equal(columnsOf("≠…✓"), 3);
});

Deno.test("textBar: is filled by the share that is done", () => {
  assert.equal(textBar(0, 4), "[....]");
  assert.equal(textBar(0.5, 4), "[##..]");
  assert.equal(textBar(1, 4), "[####]");
});
