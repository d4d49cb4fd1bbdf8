import assert from "node:assert/strict";
import { decode } from "fast-png";
import { playgroundBundle } from "../../../lib/notebook/playground.ts";
import { figureBundle } from "../../../lib/notebook/plotly.ts";
import { courseNetworks } from "../../../lib/playground/course_networks.ts";
import { playgroundPage } from "../../../lib/playground/page.ts";
import { barChart } from "../../../lib/plot/bars.ts";
import { FIGURE_MIME } from "../../../lib/plot/figure.ts";
import type { CodeCell, Notebook, Output } from "../../../tools/notebook_file/notebook.ts";
import { drawStills } from "../../../tools/run/stills.ts";
import { missingChromium } from "../../support/browser.ts";
import { testUnless } from "../../support/skip.ts";
import type { JsonObject } from "../../../tools/support/json.ts";

function display(data: JsonObject, metadata: JsonObject = {}): Output {
  return { output_type: "display_data", data, metadata };
}

function notebookOf(...outputs: Output[]): Notebook {
  const cell: CodeCell = {
    cell_type: "code",
    id: "figures",
    metadata: {},
    source: "",
    execution_count: 1,
    outputs,
  };
  return { cells: [cell], metadata: {}, nbformat: 4, nbformat_minor: 5 };
}

const text = display({ "text/plain": "0.9352" });
const library = display(
  { "text/html": "<script>…</script>", "text/plain": "" },
  { "mnist-course": { role: "library" } },
);
const figure = barChart([1, 3, 2], { title: "Three bars", width: 400, height: 300 });
/** The figure as a kernel sends it: JSON. */
const shown = display(JSON.parse(JSON.stringify(figureBundle(figure, "figure-1"))));

Deno.test("a notebook without figures stays as it is, and needs no browser", async () => {
  const notebook = notebookOf(text, { output_type: "stream", name: "stdout", text: "x\n" });
  assert.deepEqual(await drawStills(structuredClone(notebook)), notebook);
});

testUnless(missingChromium, "a figure becomes a picture, and no script stays", async () => {
  assert.ok(shown.output_type === "display_data");
  const result: Output = { ...shown, output_type: "execute_result", execution_count: 3 };
  const { cells: [cell] } = await drawStills(notebookOf(text, library, shown, text, result));
  assert.ok(cell.cell_type === "code");
  const [first, still, last, lastValue] = cell.outputs;
  assert.deepEqual([first, last, cell.outputs.length], [text, text, 4]);
  assert.deepEqual(lastValue, { ...still, output_type: "execute_result", execution_count: 3 });
  assert.ok(still.output_type === "display_data");
  assert.deepEqual(Object.keys(still.data).sort(), ["image/png", "text/plain"]);
  assert.equal(still.data["text/plain"], figure.alt);
  assert.deepEqual(still.metadata["image/png"], { alt: figure.alt, height: 300, width: 400 });
  assert.doesNotMatch(JSON.stringify(cell.outputs), /<script|text\/html/);
  assert.equal(still.data[FIGURE_MIME], undefined);
});

testUnless(
  missingChromium,
  "the picture is the chart: bars of its colour, as high as they are",
  async () => {
    const { cells: [cell] } = await drawStills(notebookOf(shown));
    assert.ok(cell.cell_type === "code" && cell.outputs[0].output_type === "display_data");
    const png = Uint8Array.fromBase64(String(cell.outputs[0].data["image/png"]));
    assert.ok(png.length < 20_000, `${png.length} bytes`);
    const { width, height, data, palette } = decode(png);
    assert.deepEqual([width, height], [600, 450]);
    assert.ok(palette !== undefined);
    const blue = palette.findIndex(([r, g, b]) => r === 0 && Math.abs(g - 0x72) < 4 && b > 0xa0);
    const columns = Array.from(
      { length: width },
      (_, x) =>
        Array.from({ length: height }, (_, y) => data[y * width + x]).filter((c) => c === blue)
          .length,
    );
    const heights = columns.filter((count, x) =>
      count > 0 && columns[x - 2] === count && columns[x + 2] === count
    );
    const bars = heights.filter((count, i) => i === 0 || Math.abs(count - heights[i - 1]) > 3);
    assert.equal(bars.length, 3);
    assert.ok(
      Math.abs(bars[1] / bars[0] - 3) < 0.1 && Math.abs(bars[2] / bars[0] - 2) < 0.1,
      String(bars),
    );
  },
);

testUnless(missingChromium, "a playground becomes a picture with a digit on it", async () => {
  const networks = await courseNetworks();
  const bundle = playgroundBundle(await playgroundPage(networks), Object.keys(networks));
  const shown = display(JSON.parse(JSON.stringify(bundle)));
  const { cells: [cell] } = await drawStills(notebookOf(shown));
  assert.ok(cell.cell_type === "code");
  const [still] = cell.outputs;
  assert.ok(still.output_type === "display_data");
  assert.deepEqual(Object.keys(still.data).sort(), ["image/png", "text/plain"]);
  const { width, height, data, channels } = decode(
    Uint8Array.fromBase64(String(still.data["image/png"])),
  );
  assert.deepEqual(still.metadata["image/png"], { alt: bundle["text/plain"], height, width });
  // The ink on the canvas, in the upper left part, and the bar of the digit.
  const count = (is: (red: number, green: number, blue: number) => boolean) =>
    Array.from({ length: width * height }, (_, i) => {
      const at = channels * i;
      return is(data[at], data[at + 1], data[at + 2]) ? 1 : 0;
    }).reduce((sum: number, one) => sum + one, 0);
  assert.ok(count((r, g, b) => r + g + b < 45) > 20_000, "the black canvas");
  assert.ok(count((r, g, b) => r > g + 50 && g > b + 30) > 1000, "the bar");
});
