import assert from "node:assert/strict";
import { bundleOf, show } from "../../../lib/notebook/show.ts";
import { Table } from "../../../lib/notebook/table.ts";
import { lineChart } from "../../../lib/plot/lines.ts";
import { digitImage } from "../../../lib/plot/images.ts";
import { DISPLAY, type Displayable } from "../../../lib/support/display.ts";
import { tensor } from "../../../lib/tensor/create.ts";
import { sentBy, textsOf } from "../../support/channel.ts";

Deno.test("show: sends the text of each value in order", async () => {
  assert.deepEqual(
    await textsOf(() => show(0.9352, "two\nlines", true, [1, 2], NaN, undefined, null, 10n, -0)),
    ["0.9352", "two\nlines", "true", "[ 1, 2 ]", "NaN", "undefined", "null", "10n", "-0"],
  );
});

Deno.test("show: no value is displayed as [object Object]", async () => {
  const cyclic: Record<string, unknown> = { name: "cyclic" };
  cyclic.self = cyclic;
  const values = [
    new Map([[1, { a: { b: { c: [1] } } }]]),
    new Set([{ a: 1 }]),
    new Date(0),
    new RangeError("expected 1"),
    { a: { b: { c: { d: { e: 1 } } } } },
    [{ a: new Map() }],
    [[{ a: 1 }]],
    Object.create(null),
    Symbol("s"),
    cyclic,
    new Proxy({}, {}),
    (x: number) => x,
  ];
  for (const value of values) {
    const { "text/plain": text, "text/html": html = "" } = await bundleOf(value);
    assert.doesNotMatch(`${text}${html}`, /\[object /);
    assert.ok(text.length > 0 && text.length < 2000);
  }
});

Deno.test("show: rejects a promise, which is a forgotten await", async () => {
  await assert.rejects(show(Promise.resolve(1)), {
    name: "TypeError",
    message: "show: expected a value, found a promise: write await before it",
  });
});

Deno.test("show: displays what an object returns to Jupyter", async () => {
  const bold = { [DISPLAY]: () => ({ "text/html": "<b>x</b>" }) };
  const bundle = await bundleOf(bold);
  assert.equal(bundle["text/html"], "<b>x</b>");
  assert.equal(typeof bundle["text/plain"], "string");
  const broken = { [DISPLAY]: () => 3 };
  await assert.rejects(show(broken), /expected a MIME bundle from Jupyter.display, found 3/);
});

Deno.test("figures, pictures, tensors and tables return to the kernel what show sends", async () => {
  const values: Displayable[] = [
    digitImage(tensor([0, 1, 1, 0])),
    tensor([[1, 2]]),
    new Table([{ a: 1 }]),
  ];
  for (const value of values) {
    assert.deepEqual((await sentBy(() => show(value))).map(({ bundle }) => bundle), [
      await value[DISPLAY](),
    ]);
  }
  // A figure gets a place of its own each time.
  const figure = lineChart({ loss: [3, 2, 1] }, { title: "Loss" });
  const withoutId = (html: unknown) => String(html).replaceAll(/figure-[0-9a-f-]{36}/g, "id");
  const [, { bundle: shown }] = await sentBy(() => show(figure));
  let last: Record<string, unknown> = {};
  const sent = await sentBy(async () => last = { ...await figure[DISPLAY]() });
  assert.equal(withoutId(last["text/html"]), withoutId(shown["text/html"]));
  assert.match(String(sent[0].bundle["text/html"]), /mnistPlots.library\(/);
});

Deno.test("show: outside a notebook a figure is its alternative text", async () => {
  const figure = lineChart({ loss: [3, 2, 1] }, { title: "Loss" });
  const sent = await sentBy(() => show(figure), false);
  assert.deepEqual(sent.map(({ bundle }) => [bundle["text/plain"], bundle["text/html"]]), [
    [figure.alt, undefined],
  ]);
});

Deno.test("show: the parts of a figure, such as a figure with another layout, are drawn", async () => {
  const { data, layout, alt } = lineChart({ loss: [3, 2, 1] }, { title: "Loss" });
  const sent = await sentBy(() => show({ data, layout: { ...layout, width: 300 }, alt }));
  assert.match(String(sent.at(-1)?.bundle["text/html"]), /mnistPlots\.draw.*"width":300/s);
});

Deno.test("show: an array of objects is a table, other arrays are not", async () => {
  assert.match(String((await bundleOf([{ a: 1 }]))["text/html"]), /<table>/);
  assert.equal((await bundleOf([]))["text/html"], undefined);
  assert.equal((await bundleOf([new Date(0)]))["text/html"], undefined);
  assert.equal((await bundleOf([tensor([1])]))["text/html"], undefined);
});
