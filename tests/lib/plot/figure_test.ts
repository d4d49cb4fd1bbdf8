import assert from "node:assert/strict";
import { Figure, FIGURE_MIME, isFigureData } from "../../../lib/plot/figure.ts";
import { DISPLAY } from "../../../lib/support/display.ts";

Deno.test("isFigureData: recognizes the parsed JSON of a figure", () => {
  const figure = new Figure({ data: [], layout: {}, alt: "An empty figure" });
  assert.ok(isFigureData(JSON.parse(JSON.stringify(figure))));
  assert.deepEqual(figure.alt, "An empty figure");
  for (const other of [null, 3, [], { data: [], layout: {} }, { data: {}, layout: {}, alt: "" }]) {
    assert.ok(!isFigureData(other));
  }
});

Deno.test("without a notebook a figure shows its text alternative and its data", async () => {
  const parts = { data: [], layout: { width: 400 }, alt: "An empty figure" };
  assert.deepEqual(await new Figure(parts)[DISPLAY](), {
    "text/plain": "An empty figure",
    [FIGURE_MIME]: parts,
  });
});
