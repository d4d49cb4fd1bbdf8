/**
 * Figures as notebook outputs that plotly draws in the page, with no network.
 *
 * The library is 1.5 MB, so it is not in every figure: two outputs of the notebook, the carriers,
 * hold it compressed, and each figure has a few kilobytes of its own. One carrier stays at the first
 * figure, because VS Code runs the script of an output when it is scrolled into view, and readers
 * begin at the top. The other moves to each new figure, so that a cell that is edited, run again or
 * deleted does not take the library away from the other figures. The page keeps the library too (in
 * its window and in local storage), for a notebook that is read from its middle.
 */
import { Figure, FIGURE_MIME, type FigureData } from "../plot/figure.ts";
import { DISPLAY, METADATA_MIME, type MimeBundle } from "../support/display.ts";
import { escapeHtml, isRich, send } from "./output.ts";

/** The name and version under which the page keeps the library. */
const LIBRARY = "plotly-cartesian-4.1.1";

async function gzipBase64(text: string): Promise<string> {
  const stream = new Blob([text]).stream().pipeThrough(new CompressionStream("gzip"));
  return new Uint8Array(await new Response(stream).arrayBuffer()).toBase64();
}

let library: Promise<string> | undefined;

/** The source of plotly.js, which is read here and run only in a page. */
export async function plotlySource(): Promise<string> {
  const { default: source } = await import("plotly.js-cartesian", { with: { type: "text" } });
  return source;
}

/** plotly.js, gzipped, in base64: computed once for all figures of a kernel. */
function compressedLibrary(): Promise<string> {
  return library ??= plotlySource().then(gzipBase64);
}

/** JSON for a script of a page, with no `<` that could end the script. NaN becomes null: a gap. */
function scriptJson(value: unknown): string {
  return JSON.stringify(value).replaceAll("<", "\\u003c");
}

/**
 * The script that unpacks the library and draws figures; a page runs it once.
 *
 * `mnistPlots.library(gz)` takes the library, `mnistPlots.draw(id, figure)` draws a figure now or
 * when the library is there. In a dark theme a figure has the page's text colour and no background;
 * it is drawn again when the theme changes. `define`, `module` and `exports` are hidden from plotly,
 * which in Notebook would otherwise register with RequireJS instead of the window.
 */
const PAGE_SCRIPT = `(function (w) {
  if (w.mnistPlots) return;
  var figures = {}, started = false;
  function stored(value) {
    try {
      if (value === undefined) return w.localStorage.getItem("${LIBRARY}");
      w.localStorage.setItem("${LIBRARY}", value);
    } catch (_) { return null; }
  }
  function themed(layout, element) {
    var color = w.getComputedStyle(element).color, rgb = (color.match(/[\\d.]+/g) || [0, 0, 0]).map(Number);
    if (0.299 * rgb[0] + 0.587 * rgb[1] + 0.114 * rgb[2] < 128) return layout;
    var dark = JSON.parse(JSON.stringify(layout)), grid = "rgba(160,160,160,0.35)";
    dark.paper_bgcolor = dark.plot_bgcolor = "rgba(0,0,0,0)";
    dark.font = Object.assign({}, dark.font, { color: color });
    Object.keys(dark).forEach(function (key) {
      if (/^[xy]axis/.test(key)) Object.assign(dark[key], { gridcolor: grid, linecolor: color });
    });
    return dark;
  }
  function drawIn(element, figure) {
    if (!element.classList.contains("js-plotly-plot")) element.replaceChildren();
    element.style.height = figure.layout.height + "px";
    w.Plotly.react(element, JSON.parse(JSON.stringify(figure.data)),
      themed(figure.layout, element), { displaylogo: false,
        modeBarButtons: [["toImage", "zoom2d", "pan2d", "resetScale2d"]] });
  }
  function drawAll() {
    Object.keys(figures).forEach(function (id) {
      figures[id].elements.forEach(function (element) { drawIn(element, figures[id].figure); });
    });
  }
  function library(gz) {
    if (w.Plotly || started) return;
    started = true;
    var bytes = Uint8Array.from(atob(gz), function (c) { return c.charCodeAt(0); });
    new Response(new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip"))).text()
      .then(function (source) {
        var script = document.createElement("script");
        script.textContent = "(function (define, module, exports) {" + source + "\\n})();";
        document.head.appendChild(script);
        script.remove();
        drawAll();
        stored(gz);
      });
  }
  w.mnistPlots = {
    library: library,
    draw: function (id, figure) {
      var elements = Array.from(document.querySelectorAll('[data-figure="' + id + '"]'));
      figures[id] = { figure: figure, elements: elements };
      if (w.Plotly) elements.forEach(function (element) { drawIn(element, figure); });
      else if (stored()) library(stored());
    }
  };
  new MutationObserver(function () { if (w.Plotly) drawAll(); }).observe(document.body, {
    attributes: true, attributeFilter: ["class", "data-jp-theme-light", "data-vscode-theme-kind"]
  });
})(window);`;

/**
 * A figure as an output: a place with its text alternative, and the script that draws into it.
 * @param id names the place: an update with the same id draws into the same one.
 */
export function figureBundle({ data, layout, alt }: FigureData, id: string): MimeBundle {
  const { width = 700, height = 450 } = layout;
  return {
    "text/html": `<div data-figure="${id}" role="img" aria-label="${escapeHtml(alt)}" ` +
      `style="width:${width}px;min-height:${height}px">${escapeHtml(alt)}</div>` +
      `<script>${PAGE_SCRIPT}\nmnistPlots.draw("${id}", ${scriptJson({ data, layout })});</script>`,
    "text/plain": alt,
    [FIGURE_MIME]: { data, layout, alt },
  };
}

/** What remains of an output that the library has left; its metadata mark it as not a cell's own. */
const EMPTY: MimeBundle = {
  "text/html": "",
  "text/plain": "",
  [METADATA_MIME]: { "mnist-course": { role: "library" } },
};

/** True for an output that carries the library, or did. */
export function isLibraryOutput(output: { readonly metadata?: object }): boolean {
  return output.metadata !== undefined && "mnist-course" in output.metadata;
}

/** The HTML that carries the library: nothing to see. */
async function libraryHtml(): Promise<string> {
  return `<script>${PAGE_SCRIPT}\nmnistPlots.library("${await compressedLibrary()}");</script>`;
}

/** The display ids of the outputs that carry the library: at the first figure and the newest. */
const carriers: string[] = [];

/** Sends the library as a new output, which takes the place of the second carrier. */
async function sendLibrary(): Promise<void> {
  const html = await libraryHtml();
  if (carriers.length === 2) send(EMPTY, { displayId: carriers.pop(), update: true });
  const displayId = `library-${crypto.randomUUID()}`;
  carriers.push(displayId);
  send({ ...EMPTY, "text/html": html }, { displayId });
}

const asText = Figure.prototype[DISPLAY];

// In a notebook a figure is drawn; anywhere else it stays its text alternative.
Figure.prototype[DISPLAY] = async function (): Promise<MimeBundle> {
  if (!isRich()) return asText.call(this);
  await sendLibrary();
  return figureBundle(this, newFigureId());
};

/**
 * Displays a figure that will be updated under `id`. The library comes after it and not before: the
 * newest output is the one that may miss its updates (see `SETTLED`).
 */
export async function sendFigure(figure: FigureData, id: string): Promise<void> {
  await compressedLibrary(); // so that no other output gets between the two
  send(figureBundle(figure, id), { displayId: id });
  await sendLibrary();
}

/** Draws a figure in the place of the one displayed under `id`. */
export function updateFigure(figure: FigureData, id: string): void {
  send(figureBundle(figure, id), { displayId: id, update: true });
}

/** A name for the place of a new figure. */
export function newFigureId(): string {
  return `figure-${crypto.randomUUID()}`;
}

/** A page with these figures and the library in it, for a browser without a notebook. */
export async function figurePage(title: string, figures: readonly FigureData[]): Promise<string> {
  const parts = figures.map((figure) => figureBundle(figure, newFigureId())["text/html"]);
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>${escapeHtml(title)}</title>
</head>
<body>
${[await libraryHtml(), ...parts].join("\n")}
</body>
</html>
`;
}
