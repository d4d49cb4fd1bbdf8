import assert from "node:assert/strict";
import { chartLayout, PALETTE, plainText, plotNumbers } from "../../../lib/plot/chart_parts.ts";
import { Tensor } from "../../../lib/tensor/tensor.ts";

/** The light that a colour gives, 0 to 1 (relative luminance, WCAG 2.2). */
function luminance(color: string): number {
  const [red, green, blue] = [1, 3, 5].map((at) => {
    const value = parseInt(color.slice(at, at + 2), 16) / 255;
    return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}

Deno.test("the palette has contrast on a white and on a black page", () => {
  for (const color of PALETTE) {
    const light = luminance(color);
    assert.ok(1.05 / (light + 0.05) > 2, `${color} on white`);
    assert.ok((light + 0.05) / 0.05 > 3, `${color} on black`);
  }
});

Deno.test("text is large, and a < is drawn as a <", () => {
  const layout = chartLayout({ title: "loss < 1 & falling" });
  assert.ok(layout.font?.size !== undefined && layout.font.size >= 16);
  assert.equal(plainText("a < b & c"), "a &lt; b &amp; c");
  assert.deepEqual(layout.title?.text, "loss &lt; 1 &amp; falling");
});

Deno.test("plotNumbers: 7 digits, as float32 has", () => {
  assert.deepEqual(plotNumbers("x", Float32Array.of(0.1, 1 / 3, NaN)), [0.1, 0.3333333, NaN]);
  assert.deepEqual(plotNumbers("x", new Tensor(Float32Array.of(0.5, 1), [2])), [0.5, 1]);
  assert.throws(
    () => plotNumbers("lineChart: loss", new Tensor(new Float32Array(4), [2, 2])),
    /lineChart: loss: expected a tensor of one axis, found \[2, 2\]/,
  );
});
