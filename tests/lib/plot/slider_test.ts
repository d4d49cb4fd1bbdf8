import assert from "node:assert/strict";
import type { Trace } from "../../../lib/plot/figure.ts";
import { heatmap } from "../../../lib/plot/matrices.ts";
import { lineChart } from "../../../lib/plot/lines.ts";
import { sliderFigure } from "../../../lib/plot/slider.ts";
import { tensor } from "../../../lib/tensor/create.ts";

const isVisible = (trace: Trace): unknown => "visible" in trace ? trace.visible : undefined;

const maps = [1, 2, 3].map((s) => heatmap(tensor([[0, s], [s, 0]]), { title: `map ${s}` }));

Deno.test("sliderFigure: one figure is visible at first, and each step makes one visible", () => {
  const figure = sliderFigure(maps, { name: "s", labels: [1, 2, 3], alt: "Three maps" });
  assert.deepEqual(figure.data.map(isVisible), [true, false, false]);
  const [slider] = figure.layout.sliders ?? [];
  assert.deepEqual(slider.steps?.map(({ label }) => label), ["1", "2", "3"]);
  assert.deepEqual(slider.steps?.map(({ args }) => args?.[0]), [
    { visible: [true, false, false] },
    { visible: [false, true, false] },
    { visible: [false, false, true] },
  ]);
  assert.deepEqual(slider.steps?.map(({ args }) => args?.[1].title.text), [
    "map 1",
    "map 2",
    "map 3",
  ]);
  assert.equal(figure.alt, "Three maps");
});

Deno.test("sliderFigure: a step shows all traces of its figure", () => {
  const charts = [1, 2].map((s) => lineChart({ a: [0, s], b: [s, 0] }, { title: "T" }));
  const { data, layout } = sliderFigure(charts, { name: "s", labels: [1, 2], alt: "Lines" });
  assert.deepEqual(data.map(isVisible), [true, true, false, false]);
  assert.deepEqual(layout.sliders?.[0].steps?.[1].args?.[0].visible, [false, false, true, true]);
});

Deno.test("sliderFigure: start is the figure that is visible at first", () => {
  const options = { name: "s", labels: [1, 2, 3], alt: "Three maps" };
  const { data, layout } = sliderFigure(maps, { ...options, start: 2 });
  assert.deepEqual(data.map(isVisible), [false, false, true]);
  assert.equal(layout.sliders?.[0].active, 2);
  assert.match(JSON.stringify(layout.title), /map 3/);
  for (const start of [3, -1, 0.5]) {
    assert.throws(() => sliderFigure(maps, { ...options, start }), {
      name: "RangeError",
      message: /start of 0 to 2, found/,
    });
  }
});

Deno.test("sliderFigure: each figure has a label, and there is a figure", () => {
  assert.throws(() => sliderFigure(maps, { name: "s", labels: [1], alt: "" }), {
    name: "RangeError",
    message: /labels: expected 3.*found 1/,
  });
  assert.throws(() => sliderFigure([], { name: "s", labels: [], alt: "" }), RangeError);
});
