import assert from "node:assert/strict";
import fc from "fast-check";
import type { Trace } from "../../../lib/plot/figure.ts";
import { barChart, histogram } from "../../../lib/plot/bars.ts";
import { decisionBoundary } from "../../../lib/plot/boundary.ts";
import { apart } from "../../../lib/plot/line_labels.ts";
import { lineChart, panelChart } from "../../../lib/plot/lines.ts";
import { confusionMatrixChart, heatmap } from "../../../lib/plot/matrices.ts";
import { Tensor } from "../../../lib/tensor/tensor.ts";

/** The trace `index` of a figure, known to be a line, bars or a matrix. */
function line(data: readonly Trace[], index = 0) {
  const trace = data[index];
  if (trace.type !== "scatter") assert.fail(`expected a scatter trace, found ${trace.type}`);
  return trace;
}
function bars(data: readonly Trace[], index = 0) {
  const trace = data[index];
  if (trace.type !== "bar") assert.fail(`expected a bar trace, found ${trace.type}`);
  return trace;
}
function matrix(data: readonly Trace[], index = 0) {
  const trace = data[index];
  if (trace.type !== "heatmap") assert.fail(`expected a heatmap trace, found ${trace.type}`);
  return trace;
}

Deno.test("lineChart: one line for each name, over a common axis", () => {
  const figure = lineChart(
    { loss: [2.3, 1, 0.5], accuracy: Float32Array.of(0.1, 0.6, 0.9) },
    { title: "Training", x: [0, 10, 20] },
  );
  const second = line(figure.data, 1);
  assert.deepEqual(second.x, [0, 10, 20]);
  assert.deepEqual(second.y, [0.1, 0.6, 0.9]);
  assert.equal(
    figure.alt,
    'Line chart "Training": loss from 2.3 to 0.5 (lowest 0.5, highest 2.3); ' +
      "accuracy from 0.1 to 0.9 (lowest 0.1, highest 0.9)",
  );
  assert.equal(lineChart({ a: [] }, { title: "T" }).alt, 'Line chart "T": a has no values');
});

Deno.test("lineChart: xLabels are texts at the places 0, 1, 2, …", () => {
  const { layout } = lineChart([5, 3, 2], { title: "T", xLabels: ["a", "b<c", "d"] });
  assert.deepEqual(layout.xaxis?.tickvals, [0, 1, 2]);
  assert.deepEqual(layout.xaxis?.ticktext, ["a", "b&lt;c", "d"]);
});

Deno.test("lineChart: lines differ in more than colour", () => {
  const { data } = lineChart({ a: [1, 2], b: [2, 1] }, { title: "T" });
  const [a, b] = [line(data), line(data, 1)];
  assert.notEqual(a.line?.dash, b.line?.dash);
  assert.notEqual(a.marker?.symbol, b.marker?.symbol);
});

Deno.test("lineChart: a line with few points draws them beside a long one that does not", () => {
  const long = Array.from({ length: 31 }, (_, i) => i), here = { x: [3], y: [3] };
  const modes = (markers?: boolean) =>
    JSON.parse(JSON.stringify(lineChart({ long, here }, { title: "T", markers }).data))
      .map(({ mode }: { mode: string }) => mode);
  assert.deepEqual(modes(), ["lines", "lines+markers"]);
  assert.deepEqual(modes(true), ["lines+markers", "lines+markers"]);
  assert.deepEqual(modes(false), ["lines", "lines"]);
});

Deno.test("lineChart: a line must be as long as its x", () => {
  assert.throws(() => lineChart({ a: [1, 2] }, { title: "T", x: [1] }), {
    name: "RangeError",
    message: "lineChart: x of a: expected 2, one for each value, found 1",
  });
});

Deno.test("lineChart: a line may have an x of its own", () => {
  const { data } = lineChart(
    { loss: [3, 2, 1], test: { x: [0, 2], y: [0.5, 0.9] } },
    { title: "T" },
  );
  assert.deepEqual([line(data).x, line(data, 1).x], [[0, 1, 2], [0, 2]]);
});

Deno.test("lineChart: several lines have their names at their ends, in place of a legend", () => {
  const { layout } = lineChart(
    { "3 epochs": [1, 0.5], "a<b": [1, 0.5], down: [1, 0] },
    { title: "T" },
  );
  const labels = layout.annotations ?? [];
  assert.deepEqual(labels.map(({ text }) => text), ["● 3 epochs", "■ a&lt;b", "◆ down"]);
  assert.deepEqual(labels.map(({ font }) => font?.color), ["#0072b2", "#e69f00", "#009e73"]);
  assert.ok(labels.every(({ yanchor }) => yanchor === "middle"));
  const [first, second, third] = labels.map(({ y }) => Number(y));
  assert.ok(Math.abs(first - second) > 0.05, "two ends at one height, two labels");
  assert.ok(third < first && third > 0);
  assert.equal(layout.showlegend, false);
  const long = lineChart({ [`a ${"very ".repeat(9)}long name`]: [1], b: [2] }, { title: "T" });
  assert.deepEqual([long.layout.showlegend, long.layout.annotations], [true, undefined]);
});

Deno.test("labels are in order, apart and inside, wherever the lines end", () => {
  fc.assert(fc.property(
    fc.array(fc.double({ min: -0.2, max: 1.2, noNaN: true }), { minLength: 1, maxLength: 10 }),
    (ends) => {
      const places = apart(ends, 0.1, 0, 1);
      const order = [...ends.keys()].sort((a, b) => ends[a] - ends[b]);
      order.forEach((i, rank) => {
        assert.ok(places[i] >= -1e-9 && places[i] <= 1 + 1e-9);
        if (rank > 0) assert.ok(places[i] - places[order[rank - 1]] >= 0.1 - 1e-9);
      });
    },
  ));
});

Deno.test("lineChart: few whole numbers have ticks at whole numbers", () => {
  const ticks = (x: number[]) => lineChart(x.map(() => 0.5), { title: "T", x }).layout.xaxis?.dtick;
  assert.equal(ticks([1, 2, 3]), 1);
  assert.equal(ticks([0, 10, 100]), undefined);
  assert.equal(ticks([0, 0.5, 1]), undefined);
});

Deno.test("panelChart: panels share the horizontal axis and do not overlap", () => {
  const figure = panelChart(
    { loss: { training: [2, 1], test: [2.5, 2] }, accuracy: { "training accuracy": [0.1, 0.9] } },
    { title: "Training", xTitle: "epoch" },
  );
  assert.deepEqual(figure.data.map((_, i) => line(figure.data, i).yaxis), ["y", "y", "y2"]);
  const [upper, lower] = [figure.layout.yaxis?.domain ?? [], figure.layout.yaxis2?.domain ?? []];
  assert.ok(Number(lower[1]) < Number(upper[0]) && lower[0] === 0 && upper[1] === 1);
  assert.equal(new Set(figure.data.map((_, i) => line(figure.data, i).line?.color)).size, 3);
  assert.match(
    figure.alt,
    /^Line charts "Training": training from 2 to 1 .*accuracy from 0.1 to 0.9/,
  );
  assert.throws(() => panelChart({}, { title: "T" }), /expected 1 to 4 panels, found 0/);
});

Deno.test("lineChart: a logarithmic axis includes all points", () => {
  const { layout } = lineChart({ time: [201, 17.8] }, {
    title: "T",
    x: [1, 10000],
    logX: true,
    logY: true,
  });
  const [from, to] = layout.xaxis?.range ?? [];
  assert.ok(typeof from === "number" && typeof to === "number" && from < 0 && to > 4);
  assert.equal(layout.yaxis?.type, "log");
});

Deno.test("barChart: bars start at zero, and digits are written above them", () => {
  const figure = barChart([5923, 6742], { title: "Labels", labels: ["zero", "one"], digits: 0 });
  assert.equal(figure.layout.yaxis?.rangemode, "tozero");
  assert.deepEqual(bars(figure.data).text, ["5923", "6742"]);
  assert.equal(figure.alt, 'Bar chart "Labels": zero: 5923, one: 6742');
  const most = barChart([0.2], { title: "P", yMax: 1 });
  assert.deepEqual(most.layout.yaxis?.range, [0, 1]);
  assert.throws(() => barChart([1, 2], { title: "T", labels: ["a"] }), /expected 2.*found 1/);
  const two = barChart({ training: [1], test: [2] }, { title: "T" });
  assert.equal(two.data.length, 2);
  assert.equal(two.alt, 'Bar chart "T": training: 0: 1; test: 0: 2');
});

Deno.test("histogram: counts every number once", () => {
  fc.assert(
    fc.property(
      fc.array(fc.integer({ min: -50, max: 50 }), { minLength: 1 }),
      fc.integer({ min: 1, max: 60 }),
      (numbers, bins) => {
        const { y } = bars(histogram(numbers, { title: "T", bins }).data);
        assert.ok(Array.isArray(y));
        assert.equal(y.length, bins);
        assert.equal(y.reduce((sum: number, count) => sum + Number(count), 0), numbers.length);
      },
    ),
  );
});

Deno.test("histogram: does not count NaN and numbers out of range", () => {
  const { data, alt } = histogram([0, 1, 1, 2, 3, 4, NaN, Infinity, 9], {
    title: "T",
    bins: 4,
    range: [0, 4],
  });
  assert.deepEqual(bars(data).y, [1, 2, 1, 2]);
  assert.deepEqual(bars(data).x, [0.5, 1.5, 2.5, 3.5]);
  assert.match(alt, /6 numbers, most of them \(2\) between 1 and 2/);
  const single = histogram(new Tensor(new Uint8Array(6).fill(3), [2, 3]), { title: "T", bins: 1 });
  assert.deepEqual(bars(single.data).y, [6]);
});

Deno.test("histogram: rejects empty data, no bins and an empty range", () => {
  assert.throws(
    () => histogram([], { title: "T" }),
    /expected at least one finite number or a range, found none$/,
  );
  assert.throws(() => histogram([1], { title: "T", bins: 0 }), /expected 1 to 1000 bins, found 0/);
  assert.throws(() => histogram([1], { title: "T", range: [1, 1] }), /found 1 to 1/);
});

Deno.test("heatmap: row 0 at the top, square cells and a colour bar", () => {
  const figure = heatmap(new Tensor(Uint8Array.of(0, 50, 100, 255), [2, 2]), {
    title: "Digit",
    colorTitle: "pixel",
    colors: "grey",
  });
  const { z, zmin, zmax, colorbar } = matrix(figure.data);
  assert.deepEqual(z, [[0, 50], [100, 255]]);
  assert.deepEqual([zmin, zmax], [0, 255]);
  assert.match(colorbar?.title?.text ?? "", /^pixel<br>/);
  assert.equal(figure.layout.yaxis?.autorange, "reversed");
  assert.equal(figure.layout.yaxis?.scaleanchor, "x");
  assert.match(figure.alt, /of 2 rows and 2 columns, values from 0 to 255$/);
  assert.throws(
    () => heatmap(new Tensor(new Uint8Array(784), [784]), { title: "T" }),
    /expected a tensor of two axes, found \[784\]/,
  );
});

Deno.test("heatmap: diverging colours are centred at zero", () => {
  const { data } = heatmap(new Tensor(Float64Array.of(-0.5, 2), [1, 2]), {
    title: "T",
    colors: "diverging",
  });
  const { zmin, zmax } = matrix(data);
  assert.deepEqual([zmin, zmax], [-2, 2]);
});

Deno.test("confusionMatrixChart: mistakes are coloured, correct predictions grey, texts are counts", () => {
  const counts = new Tensor(Int32Array.of(8, 2, 0, 10, 0, 0, 1, 0, 0), [3, 3]);
  const figure = confusionMatrixChart(counts, { classNames: ["cat", "dog", "bird"] });
  const [wrong, correct] = [matrix(figure.data), matrix(figure.data, 1)];
  assert.deepEqual(wrong.z, [[null, 0.2, 0], [1, null, 0], [1, 0, null]]);
  assert.deepEqual(wrong.text, [["", "2", ""], ["10", "", ""], ["1", "", ""]]);
  assert.deepEqual(correct.z, [[0.8, null, null], [null, 0, null], [null, null, 0]]);
  assert.deepEqual(correct.text, [["8", "", ""], ["", "", ""], ["", "", ""]]);
  assert.deepEqual(correct.colorscale, [[0, "#dddddd"], [1, "#dddddd"]]);
  assert.equal(
    figure.alt,
    'Confusion matrix "Confusion matrix" of 3 classes: 8 of 21 correct; most frequent mistakes: ' +
      "dog as cat (10), cat as dog (2), bird as cat (1)",
  );
  const never = confusionMatrixChart(new Tensor(new Int32Array(4), [2, 2]));
  assert.deepEqual(matrix(never.data).z, [[null, 0], [0, null]]);
  assert.throws(() => confusionMatrixChart(new Tensor(new Int32Array(6), [2, 3])), /\[2, 3\]/);
  assert.throws(() => confusionMatrixChart(counts, { classNames: ["a"] }), /expected 3.*found 1/);
});

Deno.test("decisionBoundary: colours the plane and counts the points in the region of their class", () => {
  const points = [{ x: 0, y: 0, label: 0 }, { x: 1, y: 1, label: 1 }, { x: 1, y: 0, label: 0 }];
  const figure = decisionBoundary((x) => x > 0.5 ? 1 : 0, { title: "x over a half", points });
  const { z } = matrix(figure.data);
  assert.ok(Array.isArray(z) && Array.isArray(z[0]));
  assert.deepEqual([z[0].at(0), z[0].at(-1)], [0, 1]);
  assert.match(figure.alt, /class 0 50 % of the plane.*2 of 3 points are in the region/);
  assert.throws(
    () => decisionBoundary(() => 0.5, { title: "T" }),
    /expected a class of 0 to 5 at \(.*\), found 0\.5/,
  );
});

Deno.test("a figure is plain data: JSON preserves it", () => {
  const figure = barChart(new Tensor(Float32Array.of(0.1, 0.9), [2]), { title: "T" });
  assert.deepEqual(JSON.parse(JSON.stringify(figure)), { ...figure });
});
