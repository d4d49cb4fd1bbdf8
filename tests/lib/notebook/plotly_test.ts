import assert from "node:assert/strict";
import { figureBundle, figurePage, plotlySource } from "../../../lib/notebook/plotly.ts";
import { FIGURE_MIME } from "../../../lib/plot/figure.ts";
import { lineChart } from "../../../lib/plot/lines.ts";

const figure = lineChart({ loss: [3, 2, 1] }, { title: "</script><b>'\"&" });

function html(): string {
  return String(figureBundle(figure, "figure-1")["text/html"]);
}

Deno.test("a figure is small: it does not contain the library", () => {
  assert.ok(html().length < 10_000, `${html().length} characters`);
});

Deno.test("without scripts a figure is its text alternative, not an empty box", () => {
  const still = html().replace(/<script>.*?<\/script>/s, "");
  assert.match(still, /role="img"/);
  assert.match(still, />Line chart &quot;&lt;\/script&gt;/);
});

Deno.test("no text of a figure ends its script or its attributes", () => {
  assert.equal(html().split("</script>").length, 2);
  assert.match(html(), /aria-label="[^"<>]*"/);
});

Deno.test("a figure's output contains its data and its alternative text", () => {
  const bundle = figureBundle(figure, "figure-1");
  assert.deepEqual(bundle[FIGURE_MIME], { ...figure });
  assert.equal(bundle["text/plain"], figure.alt);
});

Deno.test("figurePage: contains the library once, and needs no network", async () => {
  const page = await figurePage("Plots <1>", [figure, figure]);
  assert.match(page, /<title>Plots &lt;1&gt;<\/title>/);
  assert.equal(page.split('mnistPlots.library("').length, 2);
  assert.equal(page.split('mnistPlots.draw("').length, 3);
  assert.doesNotMatch(page, /(src|href)=/);
  assert.ok(page.length < 800_000, `${page.length} characters`);
});

Deno.test("figurePage: the library in it is plotly as published", async () => {
  const page = await figurePage("Plot", []);
  const [, base64] = /mnistPlots\.library\("([A-Za-z0-9+/=]+)"\)/.exec(page) ?? [];
  const stream = new Blob([Uint8Array.fromBase64(base64)]).stream()
    .pipeThrough(new DecompressionStream("gzip"));
  assert.equal(await new Response(stream).text(), await plotlySource());
  assert.match(await plotlySource(), /plotly\.js \(cartesian - minified\) v4/);
});
