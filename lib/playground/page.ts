/** The playground as one HTML file: program, style and networks inside, nothing from elsewhere. */
import type { Model } from "../model/model.ts";
import { PROGRAM } from "./bundle.ts";
import { unzip } from "./gzip.ts";
import { packNetwork } from "./networks.ts";
import { checkReader } from "./reading.ts";
import { STYLE } from "./style.ts";

/** The radius of the pen, on a canvas of 280 × 280. */
const PEN = { least: 3, usual: 10, most: 20 };

const DIGITS = Array.from({ length: 10 }, (_, digit) => digit);

/**
 * A page on which one draws digits, and networks read them.
 *
 * @example
 * ```ts
 * import { dense } from "../model/layers/dense.ts";
 * import { sequential } from "../model/model.ts";
 * import { playgroundPage } from "./page.ts";
 * import assert from "node:assert/strict";
 *
 * const layer = dense({ inputShape: [784], units: 10, activation: "softmax" });
 * const html = await playgroundPage({ "not trained": sequential({ layers: [layer] }) });
 * assert.match(html, /^<!doctype html>/);
 * ```
 *
 * @param networks the networks that can be chosen, by the names in the list; the first one is chosen.
 * @returns a whole HTML file.
 * @throws RangeError for no network, and for one that does not take 784 pixels or does not end in a
 *   softmax over ten digits; TypeError for what is not a model.
 */
export async function playgroundPage(networks: Readonly<Record<string, Model>>): Promise<string> {
  const names = Object.keys(networks);
  if (names.length === 0) {
    throw new RangeError("playgroundPage: expected at least one network, found none");
  }
  for (const model of Object.values(networks)) checkReader("playgroundPage", model);
  const packed = await Promise.all(Object.values(networks).map(packNetwork));
  const program = new TextDecoder().decode(await unzip(PROGRAM));
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Draw a digit</title>
<link rel="icon" href="data:,">
<style>${STYLE}</style>
</head>
<body>
<main>
<header>
<h1>Draw a digit</h1>
<label><span class="hidden">The network that reads it</span><select id="networks">${
    names.map((name, i) => `<option value="${i}">${escapeHtml(name)}</option>`).join("")
  }</select></label>
</header>
<section id="pad" aria-label="Drawing">
<canvas id="canvas" tabindex="0" role="application" aria-label="Canvas. Draw with a mouse, a pen or a finger. With the keyboard: the arrow keys move the pen, the space bar puts it down and lifts it."></canvas>
<div class="tools">
<button id="undo" type="button" title="Ctrl+Z" disabled>Undo</button>
<button id="clear" type="button" title="Escape" disabled>Clear</button>
<label>Pen <input id="pen" type="range" min="${PEN.least}" max="${PEN.most}" value="${PEN.usual}" aria-label="Thickness of the pen"></label>
</div>
</section>
<section id="side" aria-label="Result">
<div id="result">
<figure><canvas id="picture" width="28" height="28" role="img" aria-label="The drawing as the network sees it"></canvas></figure>
<output id="digit" for="canvas" aria-live="off">–</output>
<span><span id="sureness">draw a digit</span><br><span class="hint">Left: the 28 × 28 pixels that the network sees.</span></span>
</div>
<div>
<div id="bars" class="row" role="group" aria-label="Probabilities">${
    DIGITS.map((digit) =>
      `<div role="meter" aria-label="Probability of ${digit}" aria-valuemin="0" aria-valuemax="1" aria-valuenow="0"></div>`
    ).join("")
  }</div>
<fieldset>
<legend>Wrong? Press the digit that it is: the drawing is kept for training.</legend>
<div class="row">${
    DIGITS.map((digit) =>
      `<button type="button" data-label value="${digit}" aria-label="It is a ${digit}" title="It is a ${digit}" disabled>${digit}</button>`
    ).join("")
  }</div>
</fieldset>
</div>
</section>
<canvas id="lights" role="img" aria-label="The network, from the image on the left to the ten digits on the right: each light is a number of a layer, as bright as it is large."></canvas>
<section id="keep" aria-label="Digits of your own">
<p id="kept" role="status"></p>
<button id="download" type="button" disabled>Download them (IDX)</button>
<button id="forget" type="button" disabled>Forget them</button>
</section>
</main>
<p id="announcement" class="hidden" role="status" aria-live="polite"></p>
<script type="application/json" id="packed">${JSON.stringify(packed)}</script>
<script type="module">${scriptOf(program)}</script>
</body>
</html>
`;
}

/** A program that cannot end the script that it is in. */
function scriptOf(program: string): string {
  return program.replaceAll("</script", "<\\/script").replaceAll("<!--", "<\\!--");
}

const ENTITIES: Record<string, string> = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;" };

function escapeHtml(text: string): string {
  return text.replace(/[&<>"]/g, (character) => ENTITIES[character]);
}
