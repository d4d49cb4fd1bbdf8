/** Charts and pictures of unusual input: drawn correctly, or rejected with a clear message. */
import assert from "node:assert/strict";
import fc from "fast-check";
import { barChart, histogram } from "../../../lib/plot/bars.ts";
import { decisionBoundary } from "../../../lib/plot/boundary.ts";
import { digitGrid, digitImage } from "../../../lib/plot/images.ts";
import { lineChart } from "../../../lib/plot/lines.ts";
import { confusionMatrixChart, heatmap } from "../../../lib/plot/matrices.ts";
import { tensor, zeros } from "../../../lib/tensor/create.ts";
import { Tensor } from "../../../lib/tensor/tensor.ts";
import { pixelsOf } from "../../support/png.ts";

/** A function as a cell calls it, where nothing checks types. */
type Untyped = (...values: unknown[]) => { alt: string; data: readonly Record<string, unknown>[] };
const untyped = (f: unknown) => f as Untyped;

const title = "T";

Deno.test("charts draw empty series, a single number, NaN and Infinity", () => {
  const alts = [
    [barChart([], { title }), 'Bar chart "T": no bars'],
    [barChart({}, { title }), 'Bar chart "T": no bars'],
    [barChart([3], { title }), 'Bar chart "T": 0: 3'],
    [barChart([NaN, -Infinity], { title }), 'Bar chart "T": 0: NaN, 1: -Infinity'],
    [lineChart({}, { title }), 'Line chart "T": no lines'],
    [lineChart([], { title }), 'Line chart "T": has no values'],
    [lineChart([3], { title }), 'Line chart "T": from 3 to 3 (lowest 3, highest 3)'],
    [lineChart({ a: [NaN] }, { title }), 'Line chart "T": a has no values'],
    [
      lineChart({ a: [NaN, 1, Infinity, 2] }, { title, logY: true }),
      'Line chart "T": a from 1 to 2 (lowest 1, highest 2)',
    ],
    [lineChart({ a: [0, -1] }, { title, logX: true, logY: true }), /a from 0 to -1/],
    [histogram([3], { title, bins: 1 }), /from 2.5 to 3.5: 1 numbers, most of them \(1\)/],
    [histogram([], { title, range: [0, 1] }), /from 0 to 1: 0 numbers$/],
    [heatmap(zeros([0, 5]), { title }), /of 0 rows and 5 columns, values from 0 to 1$/],
    [heatmap(tensor([[NaN]]), { title, colors: "diverging" }), /values from 0 to 1$/],
    [heatmap(tensor([[7]]), { title }), /values from 6.5 to 7.5$/],
    [confusionMatrixChart(zeros([0, 0])), /of 0 classes: 0 of 0 correct$/],
  ] as const;
  for (const [figure, alt] of alts) {
    if (typeof alt === "string") assert.equal(figure.alt, alt);
    else assert.match(figure.alt, alt);
    assert.doesNotMatch(JSON.stringify(figure.layout), /null/, `an axis without an end: ${alt}`);
  }
});

Deno.test("lineChart: NaN and Infinity leave a gap", () => {
  const { data } = JSON.parse(JSON.stringify(lineChart({ a: [1, NaN, Infinity, 4] }, { title })));
  assert.deepEqual(data[0].y, [1, null, null, 4]);
});

Deno.test("lineChart: lines may differ in length unless they share an x", () => {
  assert.equal(lineChart({ a: [1, 2, 3], b: [1] }, { title }).data.length, 2);
  assert.throws(
    () => lineChart({ a: [1, 2, 3], b: [1] }, { title, x: [0, 1, 2] }),
    /^RangeError: lineChart: x of b: expected 1, one for each value, found 3$/,
  );
  assert.throws(() => barChart({ a: [1, 2], b: [1] }, { title }), /labels: expected 1/);
});

Deno.test("barChart: equal labels keep their bars apart", () => {
  const [{ x }] = untyped(barChart)([1, 2, 3], { title, labels: ["a", "a", "b"] }).data;
  assert.ok(Array.isArray(x));
  assert.equal(new Set(x).size, 3);
  assert.deepEqual(x.map((label) => label.replaceAll("\u200b", "")), ["a", "a", "b"]);
});

Deno.test("no text of a figure is interpreted as HTML", () => {
  fc.assert(
    fc.property(fc.string({ unit: "grapheme" }), (text) => {
      const name = `<b>${text}`;
      const figures = [
        barChart({ [name]: [1], b: [2] }, {
          title: name,
          labels: [name],
          xTitle: name,
          yTitle: name,
        }),
        lineChart({ [name]: [1] }, { title: name }),
        histogram({ [name]: [1, 2] }, { title: name }),
        heatmap(tensor([[1]]), { title: name, colorTitle: name }),
        confusionMatrixChart(tensor([[1]]), { classNames: [name], title: name }),
      ];
      for (const { data, layout } of figures) {
        const texts = JSON.stringify([data, layout]).replaceAll(
          /<(br|span[^>]*|\/span|extra|\/extra)>/g,
          "",
        );
        assert.doesNotMatch(texts, /</);
      }
    }),
    { numRuns: 20 },
  );
});

Deno.test("alternative texts of many bars or images stay short", () => {
  const labels = Array.from({ length: 2000 }, (_, i) => i);
  assert.match(barChart(labels, { title }).alt, /39: 39 and 1960 more$/);
  assert.match(digitGrid(zeros([2000, 4]), { labels, scale: 1 }).alt, /38, 39 and 1960 more$/);
});

Deno.test("values that cannot be drawn are rejected with what is expected", () => {
  const million = new Tensor(new Uint8Array(1_000_000), [1_000_000]);
  const wrong: [() => unknown, RegExp][] = [
    [() => untyped(barChart)([1, 2]), /^TypeError: barChart: expected options, such as \{ title/],
    [
      () => untyped(barChart)([1, 2], {}),
      /^TypeError: barChart: expected a title as text, found undef/,
    ],
    [() => untyped(barChart)([1], { title, xtitle: "x" }), /found "xtitle"/],
    [
      () => untyped(barChart)(["1"], { title }),
      /barChart: values: expected numbers, found "1" at index 0/,
    ],
    [() => untyped(barChart)([1, , 3], { title }), /expected numbers, found undefined at index 1/],
    [() => untyped(barChart)([1n], { title }), /expected numbers, found 1n at index 0/],
    [() => untyped(barChart)(BigInt64Array.of(1n), { title }), /expected numbers, found 1n at/],
    [() => untyped(barChart)(5, { title }), /expected numbers, or an object with .*, found 5$/],
    [() => untyped(barChart)(undefined, { title }), /found undefined$/],
    [() => untyped(barChart)(new Map([["a", 1]]), { title }), /found an object of the class Map$/],
    [
      () => untyped(lineChart)({ a: 5 }, { title }),
      /lineChart: a: expected a tensor or an array, found 5/,
    ],
    [() => untyped(lineChart)({ a: null }, { title }), /found null/],
    [() => untyped(lineChart)({ a: { x: [1] } }, { title }), /lineChart: a: expected a tensor or/],
    [() => untyped(lineChart)({ a: Promise.resolve([1]) }, { title }), /found a promise/],
    [() => lineChart(zeros([2, 2]), { title }), /expected a tensor of one axis, found \[2, 2\]/],
    [() => lineChart(million, { title }), /^RangeError: .*at most 200000 numbers, found 1000000/],
    [() => heatmap(million.reshape([1000, 1000]), { title }), /at most 200000 numbers/],
    [
      () => untyped(heatmap)([[1]], { title }),
      /expected a tensor, found an array of length 1; tensor/,
    ],
    [() => untyped(heatmap)(zeros([1, 1]), { title, colors: "red" }), /colors to be one of/],
    [() => untyped(histogram)([NaN], { title }), /expected at least one finite number or a range/],
    [() => untyped(histogram)("abc", { title }), /found "abc"/],
    [() => untyped(decisionBoundary)(() => zeros([1]), { title }), /found a tensor \[1\]$/],
    [
      () => untyped(decisionBoundary)(() => 0, { title, points: [{ x: 0, y: 0, label: 9 }] }),
      /found 9$/,
    ],
    [
      () => untyped(digitImage)(Array(784).fill(0)),
      /digitImage: expected a tensor, found an array/,
    ],
    [() => untyped(digitImage)(undefined), /expected a tensor, found undefined/],
    [() => untyped(digitGrid)([zeros([4])]), /digitGrid: expected a tensor, found an array of/],
    [() => untyped(digitGrid)(zeros([2, 4]), { label: [1, 2] }), /found "label"/],
  ];
  for (const [draw, message] of wrong) {
    assert.throws(draw, (error: Error) => {
      assert.match(String(error), message);
      assert.ok(error.message.length < 1000 && !error.message.includes("[object "));
      return true;
    });
  }
});

Deno.test("digitImage: NaN and Infinity do not change the grey levels of other pixels", () => {
  const image = tensor([[NaN, Infinity, -Infinity], [0, 5, 10], [10, 5, 0]]);
  const { width, data } = pixelsOf(digitImage(image, { scale: 5 }).png);
  const middle = (row: number, column: number) =>
    data[((22 + row * 10 + 5) * width + 22 + column * 10 + 5) * 3];
  assert.deepEqual([0, 1, 2].map((column) => middle(0, column)), [0, 255, 0]);
  assert.deepEqual([0, 1, 2].map((column) => middle(1, column)), [0, 128, 255]);
});
