import assert from "node:assert/strict";
import fc from "fast-check";
import { Table, tensorBundle } from "../../../lib/notebook/table.ts";
import { DISPLAY, type MimeBundle } from "../../../lib/support/display.ts";
import { Tensor } from "../../../lib/tensor/tensor.ts";

function tensor(data: Float64Array | Uint8Array, shape: number[]): Tensor {
  return new Tensor(data, shape);
}

function recordsBundle(records: Record<string, unknown>[]): MimeBundle {
  return new Table(records)[DISPLAY]();
}

function html(bundle: MimeBundle): string {
  const value = bundle["text/html"];
  assert.equal(typeof value, "string");
  return String(value);
}

function cells(text: string): string[][] {
  return [...text.matchAll(/<tr>(.*?)<\/tr>/g)].map(([, row]) =>
    [...row.matchAll(/<t[hd][^>]*>(.*?)<\/t[hd]>/g)].map(([, cell]) => cell)
  );
}

Deno.test("tensor: a matrix is a table with indices, shape and dtype", () => {
  const output = tensorBundle(tensor(Float64Array.of(1, 2, 3, 4.5, -5, 6), [2, 3]));
  assert.deepEqual(cells(html(output)), [
    ["", "0", "1", "2"],
    ["0", "1.0000", "2.0000", "3.0000"],
    ["1", "4.5000", "-5.0000", "6.0000"],
  ]);
  assert.match(html(output), /Tensor \[2, 3\] float64/);
  assert.equal(
    output["text/plain"],
    "[[ 1.   2.   3. ]\n [ 4.5 -5.   6. ]]\nTensor [2, 3] float64",
  );
});

Deno.test("tensor: a vector is one row, and 28 integers fit", () => {
  const row = Uint8Array.from({ length: 28 }, (_, i) => i);
  const [head, body] = cells(html(tensorBundle(tensor(row, [28]))));
  assert.equal(head.length, 29);
  assert.deepEqual(body, ["", ...Array.from({ length: 28 }, (_, i) => String(i))]);
});

Deno.test("tensor: the middle of a large matrix is left out", () => {
  const data = Float64Array.from({ length: 100 * 50 }, (_, i) => i + 0.5);
  const rows = cells(html(tensorBundle(tensor(data, [100, 50]))));
  assert.equal(rows.length, 1 + 11);
  assert.deepEqual(rows[0], ["", "0", "1", "2", "3", "4", "…", "45", "46", "47", "48", "49"]);
  assert.equal(rows[6][0], "⋮");
  assert.equal(rows[6][6], "⋱");
  assert.equal(rows[11][0], "99");
  assert.equal(rows[11][11], "4999.5000");
});

Deno.test("tensor: with more than two axes, the first matrix is displayed and named", () => {
  const output = tensorBundle(tensor(new Uint8Array(2 * 3 * 2 * 2).fill(7), [2, 3, 2, 2]));
  assert.match(html(output), /here \[0, 0\], the first of 6 matrices/);
  assert.equal(cells(html(output)).length, 3);
});

Deno.test("tensor: very small and very large numbers have an exponent", () => {
  const small = tensorBundle(tensor(Float64Array.of(1e-5, 2.5e-7), [2]));
  assert.deepEqual(cells(html(small))[1], ["", "1.000e-5", "2.500e-7"]);
  const notANumber = tensorBundle(tensor(Float64Array.of(NaN, Infinity, 0.5), [3]));
  assert.deepEqual(cells(html(notANumber))[1], ["", "NaN", "Infinity", "0.5000"]);
});

Deno.test("tensor: scalars and empty tensors are text only", () => {
  for (const t of [tensor(Float64Array.of(3), []), tensor(new Float64Array(0), [0, 5])]) {
    assert.deepEqual(Object.keys(tensorBundle(t)), ["text/plain"]);
  }
});

Deno.test("Table: a column for each name, missing values are empty", () => {
  const data = recordsBundle([{ hidden: 8, accuracy: 0.87900001 }, {
    accuracy: 0.926,
    이름: "a",
  }]);
  assert.equal(
    data["text/plain"],
    [
      "hidden  accuracy  이름",
      "------  --------  ----",
      "     8     0.879",
      "           0.926  a",
    ].join("\n"),
  );
  assert.deepEqual(cells(String(data["text/html"]))[2], ["", "0.926", "a"]);
});

Deno.test("Table: the middle of many records is left out", () => {
  const records = Array.from({ length: 1000 }, (_, i) => ({ i }));
  const rows = cells(html(recordsBundle(records)));
  assert.equal(rows.length, 1 + 41);
  assert.deepEqual([rows[20], rows[21], rows[22]], [["19"], ["⋮"], ["980"]]);
});

Deno.test("Table: HTML in names and values is escaped", () => {
  fc.assert(fc.property(fc.string(), fc.string({ minLength: 1 }), (value, name) => {
    const text = html(recordsBundle([{ [`k${name}`]: `<${value}>&"'` }]));
    const inside = text.replaceAll(
      /<\/?(div|table|thead|tbody|tr|th|td)( style="[a-z:-]+")?>/g,
      "",
    );
    assert.doesNotMatch(inside, /[<>"']/);
  }));
});

Deno.test("Table: any value is one line", () => {
  const cyclic: Record<string, unknown> = {};
  cyclic.self = cyclic;
  const values = [
    cyclic,
    10n,
    new Map([[1, 2]]),
    new Date(NaN),
    { a: [1, { b: 2 }] },
    [1.23456789, "x", null],
    "two\nlines",
    new Tensor(Float64Array.of(1, 2), [2]),
    NaN,
    () => 1,
  ];
  const text = recordsBundle(values.map((value) => ({ value })))["text/plain"];
  assert.deepEqual(text.split("\n").slice(2), [
    "<ref *1> { self: [Circular *1] }",
    "10n",
    "Map(1) { 1 => 2 }",
    "Invalid Date",
    "{ a: [ 1, { b: 2 } ] }",
    "1.23457, x,",
    "two lines",
    "Tensor [2] float64 [1. 2.]",
    "NaN",
    "[Function (anonymous)]",
  ]);
});

Deno.test("Table: records without names are an empty table", () => {
  assert.equal(recordsBundle([{}, {}])["text/plain"].trim(), "");
});
