/** What cells show, on the real kernel: in order, complete, and with plotly in two places only. */
import assert from "node:assert/strict";
import { projectPath } from "../../../lib/support/paths.ts";
import { FIGURE_MIME } from "../../../lib/plot/figure.ts";
import { executeNotebook } from "../../../tools/run/execute.ts";
import type { CodeCell, Notebook, Output } from "../../../tools/notebook_file/notebook.ts";

function notebookOf(...sources: string[]): Notebook {
  const cells = sources.map((source, i): CodeCell => ({
    cell_type: "code",
    id: `cell-${i}`,
    metadata: {},
    source,
    execution_count: null,
    outputs: [],
  }));
  return { cells, metadata: {}, nbformat: 4, nbformat_minor: 5 };
}

/** The outputs of each cell, run on the kernel where notebooks stand. */
async function run(...sources: string[]): Promise<Output[][]> {
  const { notebook, failure } = await executeNotebook(notebookOf(...sources), {
    cwd: projectPath("notebooks"),
  });
  assert.equal(failure, null);
  return notebook.cells.map((cell) => cell.cell_type === "code" ? cell.outputs : []);
}

function plain(output: Output): unknown {
  return output.output_type === "display_data" ? output.data["text/plain"] : output.output_type;
}

function carriesLibrary(output: Output): boolean {
  return output.output_type === "display_data" &&
    String(output.data["text/html"] ?? "").includes("mnistPlots.library(");
}

Deno.test("show: values arrive in order, large ones too, and none is lost", async () => {
  const large = `"x".repeat(2_000_000)`;
  const cells = await run(
    `import { show, record } from "mnist";`,
    ...Array.from({ length: 20 }, (_, i) => `await show(${i}, ${large}, "after ${i}");`),
    `await record("accuracy", 0.9352);`,
  );
  cells.slice(1, 21).forEach((outputs, i) => {
    assert.deepEqual(outputs.map((output) => String(plain(output)).length), [
      String(i).length,
      2_000_000,
      `after ${i}`.length,
    ]);
  });
  const [scrap] = cells[21];
  assert.ok(scrap.output_type === "display_data");
  assert.deepEqual(scrap.data["application/scrapbook.scrap.json+json"], {
    name: "accuracy",
    data: 0.9352,
    encoder: "json",
    version: 1,
  });
});

Deno.test("figures: plotly is in the notebook twice, at the first figure and at the newest", async () => {
  const [, first, second, live] = await run(
    `import { barChart, liveChart, show } from "mnist";
     const chart = barChart([1, 2], { title: "Bars" });`,
    `await show(chart, chart);`,
    `await show("a word", chart);`,
    `const loss = await liveChart({ title: "Live", panels: { loss: ["loss"] } });
     for (let i = 0; i < 5; i++) loss.add(i, { loss: 5 - i });
     await loss.finish();`,
  );
  assert.deepEqual(first.map(carriesLibrary), [true, false, false, false]);
  assert.deepEqual(second.filter(carriesLibrary), []);
  assert.deepEqual(live.map(carriesLibrary), [false, true]);
  const figures = [...first, ...second, ...live].filter((output) =>
    output.output_type === "display_data" && FIGURE_MIME in output.data
  );
  assert.equal(figures.length, 4);
  const last = live[0];
  assert.match(String(plain(last)), /Line charts "Live": loss from 5 to 1/);
});

Deno.test("as the last value of a cell, a figure, picture, table and tensor show themselves", async () => {
  const [, figure, picture, table, numbers] = await run(
    `import { barChart, digitImage, zeros } from "mnist";
     import { Table } from "../lib/notebook/table.ts";`,
    `barChart([1, 2], { title: "Bars" })`,
    `digitImage(zeros([784]), { alt: "Black" })`,
    `new Table([{ a: 1 }])`,
    `zeros([2, 2])`,
  );
  assert.deepEqual(figure.map(carriesLibrary), [true, false]);
  const last = [figure[1], ...picture, ...table, ...numbers].map((output) => {
    assert.ok(output.output_type === "execute_result");
    return output;
  });
  assert.match(String(last[0].data["text/html"]), /data-figure=.*mnistPlots.draw/s);
  assert.ok(FIGURE_MIME in last[0].data);
  assert.deepEqual(last[1].metadata, {
    "image/png": { width: 302, height: 302, alt: "Black" },
  });
  assert.deepEqual(Object.keys(last[1].data).sort(), ["image/png", "text/plain"]);
  assert.match(String(last[2].data["text/html"]), /<table>/);
  assert.match(String(last[3].data["text/html"]), /Tensor \[2, 2\] float64/);
});

Deno.test("progress: one output, which ends as a sentence", async () => {
  const [, outputs] = await run(
    `import { progress } from "mnist";`,
    `const bar = progress(300, { label: "epoch 1", unit: "images" });
     for (let i = 0; i <= 300; i++) {
       const until = performance.now() + 4; // longer than a bar waits to be drawn
       while (performance.now() < until) { /* work */ }
       bar.update(i);
     }
     await bar.finish("accuracy 0.92");`,
  );
  assert.equal(outputs.length, 1);
  assert.match(String(plain(outputs[0])), /^epoch 1: 300 images in \d\.\d s, accuracy 0\.92$/);
});
