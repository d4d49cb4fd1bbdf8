/** The first page of the site: what it is, the chapters, and whether this browser can run them. */
import { escapeHtml } from "../lib/notebook/output.ts";

/** A chapter in the list. */
export interface Chapter {
  /** From the folder of the course's files. */
  readonly path: string;
  readonly title: string;
  /** What it is about, in a sentence; may be empty. */
  readonly about: string;
}

/**
 * The page.
 * @param hasMnist whether MNIST's files are on the site.
 * @param playground the address of the page on which one draws digits.
 */
export function startPage(
  chapters: readonly Chapter[],
  hasMnist: boolean,
  playground: string,
): string {
  const items = chapters.map(({ path, title, about }) =>
    `<li><a href="notebooks/index.html?path=${encodeURIComponent(path)}">${escapeHtml(title)}</a>` +
    (about === "" ? "</li>" : `<br><small>${escapeHtml(about)}</small></li>`)
  );
  const data = hasMnist
    ? "The chapters run on the real MNIST."
    : "The chapters run on digits that the program draws. They look like MNIST but are not it, so " +
      "numbers differ from those in the text.";
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<!-- JupyterLite's pages look for settings here. -->
<script id="jupyter-config-data" type="application/json" data-jupyter-lite-root=".">{}</script>
<title>MNIST from scratch, in TypeScript</title>
<style>
body { max-width: 42rem; margin: 2rem auto; padding: 0 1rem; font: 1rem/1.5 system-ui, sans-serif; }
.chapters { list-style: none; padding: 0; }
li { margin: 0.5rem 0; }
.warning { border-left: 4px solid #d33; padding: 0.5rem 1rem; }
</style>
</head>
<body>
<h1>MNIST from scratch, in TypeScript</h1>
<p>Load handwritten digits, run a trained neural network on them, and train one yourself. Everything
runs in this browser: nothing is installed, and nothing that you write leaves it.</p>
<div id="lacking" class="warning" hidden></div>
<ul class="chapters">
${items.join("\n")}
</ul>
<p><a href="${escapeHtml(playground)}">Draw digits and see what the networks read</a>, also on a
phone.</p>
<p>In a chapter, <kbd>Shift</kbd>+<kbd>Enter</kbd> runs a cell. All chapters in one window:
<a href="lab/index.html">JupyterLab</a>.</p>
<h2>Your work</h2>
<ul>
<li>This browser saves what you change, on this device only. In a private window it is lost when you
close it.</li>
<li><em>File, Download</em> makes a file of a notebook, to keep or to hand in. In JupyterLab you upload
one by dropping it into the list of files.</li>
<li><em>File, Reset Chapter to the Original</em> brings a chapter back as it was.</li>
</ul>
<p>${data} <span id="offline"></span></p>
<script>${CHECK}</script>
</body>
</html>
`;
}

/** Names what the browser lacks, in JavaScript that old browsers run too. */
const CHECK = `
(function () {
  var lacking = [];
  function need(name, test) { try { if (test()) return; } catch (error) {} lacking.push(name); }
  function compiles(source) { new Function(source); return true; }
  need("JavaScript of 2022 (private methods, static blocks)", function () {
    return compiles("class A { #b() {} static { this.c = 1 } } return async () => { for await (const d of e) d?.f ?? 1 }");
  });
  need("WebAssembly", function () { return typeof WebAssembly === "object"; });
  need("Web Workers", function () { return typeof Worker === "function"; });
  need("decompression (DecompressionStream)", function () { return typeof DecompressionStream === "function"; });
  need("structuredClone", function () { return typeof structuredClone === "function"; });
  need("Array.prototype.findLast and toSorted", function () { return [].findLast && [].toSorted; });
  var box = document.getElementById("lacking");
  if (lacking.length > 0) {
    box.hidden = false;
    box.textContent = "This browser is too old for the course. It lacks: " + lacking.join(", ") +
      ". A current Chrome, Edge, Firefox or Safari has all of it.";
    return;
  }
  var offline = document.getElementById("offline");
  if (!("serviceWorker" in navigator)) {
    offline.textContent = "This address has no HTTPS (or this is a private window), so the course " +
      "needs its server until you close it.";
    return;
  }
  navigator.serviceWorker.register("service-worker.js?enableCache=true").then(function () {
    return navigator.serviceWorker.ready;
  }).then(function () {
    offline.textContent = "The course is stored in this browser: it also works without a network.";
  }, function (error) {
    offline.textContent = "The course cannot be stored in this browser (" + error.message + ").";
  });
  if (navigator.storage && navigator.storage.persist) navigator.storage.persist();
})();
`;
