/// <reference lib="dom" />
/** The program of the playground's page: from strokes to an image, a prediction and lights. */
import { type Drawing, normalizeDrawing } from "../../data/digits/normalize.ts";
import type { Model } from "../../model/model.ts";
import { unpackNetwork } from "../networks.ts";
import { readImage, type Reading } from "../reading.ts";
import { Collection } from "./collection.ts";
import { Lights } from "./lights.ts";
import { Pad } from "./pad.ts";
import { followSurroundings } from "./surroundings.ts";

/** Milliseconds after the last change before the result is announced: not while one draws. */
const ANNOUNCE_AFTER = 700;

const BLANK = new Uint8Array(784);

/**
 * The element with an id.
 * @throws TypeError when the page has no such element of this kind.
 */
function element<T extends HTMLElement>(id: string, kind: { new (): T; readonly name: string }): T {
  const found = document.getElementById(id);
  if (found instanceof kind) return found;
  throw new TypeError(`expected the element ${id}, a ${kind.name}, found ${found}`);
}

const digit = element("digit", HTMLOutputElement);
const sureness = element("sureness", HTMLElement);
const announcement = element("announcement", HTMLElement);
const picture = element("picture", HTMLCanvasElement);
const networks = element("networks", HTMLSelectElement);
const kept = element("kept", HTMLElement);
const bars = Array.from(document.querySelectorAll<HTMLElement>("[role=meter]"));
const labels = Array.from(document.querySelectorAll<HTMLButtonElement>("[data-label]"));
const buttons = {
  undo: element("undo", HTMLButtonElement),
  clear: element("clear", HTMLButtonElement),
  download: element("download", HTMLButtonElement),
  forget: element("forget", HTMLButtonElement),
};
const packed: string[] = JSON.parse(element("packed", HTMLScriptElement).textContent ?? "[]");

const lights = new Lights(element("lights", HTMLCanvasElement));
const collection = new Collection();
const pad = new Pad(element("canvas", HTMLCanvasElement), requestUpdate);

/** The networks by their place in the list, unpacked when they are first chosen. */
const models = new Map<string, Promise<Model>>();
let model: Model | undefined;
/** The image of the drawing, or undefined where nothing is drawn. */
let image: Uint8Array<ArrayBuffer> | undefined;
let reading: Reading | undefined;
let isRequested = false;
let announcing: ReturnType<typeof setTimeout> | undefined;

/** Updates once before the next frame, however many changes there are until then. */
function requestUpdate(): void {
  if (isRequested) return;
  isRequested = true;
  requestAnimationFrame(() => {
    isRequested = false;
    update();
  });
}

/** Normalizes the drawing, reads it, and shows everything. */
function update(): void {
  if (model === undefined) return;
  const start = performance.now();
  image = normalizeDrawing(pad.drawing);
  reading = readImage(model, image ?? BLANK);
  show(image, reading);
  // For the browser's developer tools and for tests: how long the last update took.
  performance.clearMeasures("update");
  performance.measure("update", { start });
  clearTimeout(announcing);
  announcing = setTimeout(announce, ANNOUNCE_AFTER);
}

function show(image: Uint8Array | undefined, reading: Reading): void {
  const isEmpty = image === undefined;
  const { probabilities } = reading;
  const context = picture.getContext("2d");
  const pixels = new ImageData(28, 28);
  (image ?? BLANK).forEach((grey, i) => pixels.data.set([grey, grey, grey, 255], 4 * i));
  context?.putImageData(pixels, 0, 0);
  digit.value = isEmpty ? "–" : String(reading.digit);
  sureness.textContent = isEmpty ? "draw a digit" : percent(probabilities[reading.digit]);
  bars.forEach((bar, k) => {
    const share = isEmpty ? 0 : probabilities[k];
    bar.style.setProperty("--share", String(share));
    bar.setAttribute("aria-valuenow", share.toFixed(3));
    bar.setAttribute("aria-valuetext", isEmpty ? "nothing is drawn" : percent(share));
    bar.classList.toggle("largest", !isEmpty && k === reading.digit);
    bar.dataset.percent = isEmpty ? "" : String(Math.round(100 * share));
  });
  lights.draw(image ?? BLANK, isEmpty ? dark(reading) : reading);
  const { strokes } = pad.drawing;
  buttons.undo.disabled = buttons.clear.disabled = strokes.length === 0;
  for (const label of labels) label.disabled = isEmpty;
}

/** A network without an image: nothing is lit, and nothing is predicted. */
function dark(reading: Reading): Reading {
  const layers = reading.layers.map((layer) => ({ ...layer, values: layer.values.map(() => 0) }));
  return { ...reading, layers };
}

function percent(share: number): string {
  return share > 0.9995 ? "over 99.9 %" : `${(100 * share).toFixed(1)} %`;
}

/** Announces the result to people who use a screen reader. */
function announce(): void {
  if (image === undefined || reading === undefined) {
    announcement.textContent = pad.drawing.strokes.length === 0 ? "" : "Only a dot is drawn.";
    return;
  }
  const { digit, probabilities } = reading;
  announcement.textContent = `It reads ${digit}, ${percent(probabilities[digit])}.`;
}

/** Makes a network of the list the one that reads. */
async function choose(index: string): Promise<void> {
  document.body.setAttribute("aria-busy", "true");
  let chosen = models.get(index);
  if (chosen === undefined) {
    chosen = unpackNetwork(packed[Number(index)]);
    models.set(index, chosen);
  }
  const unpacked = await chosen;
  if (networks.value !== index) return; // another one was chosen meanwhile
  model = unpacked;
  document.body.removeAttribute("aria-busy");
  update();
}

/** Keeps the drawing with the label that a person gives it, and makes room for the next. */
function keep(label: number): void {
  if (image === undefined) return;
  collection.add({ image, label });
  pad.clear();
  showKept(`Kept as ${label}. `);
}

function showKept(news = ""): void {
  const { size, isStored } = collection;
  const count = `${size} ${size === 1 ? "digit of yours is" : "digits of yours are"} kept`;
  kept.textContent = size === 0
    ? "Drawings that you correct are kept here."
    : `${news}${count}${isStored ? "." : " until this page is closed: download them."}`;
  buttons.download.disabled = buttons.forget.disabled = size === 0;
}

/** Saves the kept digits as the four files of a data set. */
async function download(): Promise<void> {
  for (const { name, bytes } of await collection.files()) {
    const link = document.createElement("a");
    link.href = URL.createObjectURL(new Blob([bytes], { type: "application/gzip" }));
    link.download = name;
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
  }
}

buttons.undo.addEventListener("click", () => pad.undo());
buttons.clear.addEventListener("click", () => pad.clear());
buttons.download.addEventListener("click", download);
buttons.forget.addEventListener("click", () => {
  collection.clear();
  showKept();
});
for (const label of labels) label.addEventListener("click", () => keep(Number(label.value)));
element("pen", HTMLInputElement).addEventListener("input", ({ target }) => {
  if (target instanceof HTMLInputElement) pad.pen = target.valueAsNumber;
});
networks.addEventListener("change", () => choose(networks.value));
document.addEventListener("keydown", (event) => {
  if ((event.ctrlKey || event.metaKey) && event.key === "z") pad.undo();
  else if (event.key === "Escape" || event.key === "Delete") pad.clear();
  else return;
  event.preventDefault();
});
new ResizeObserver(requestUpdate).observe(element("lights", HTMLCanvasElement));

/** For the console of the browser, and for tests. */
const playground = {
  /** What the chosen network makes of an image of 784 bytes. */
  read(bytes: ArrayLike<number>): Reading | undefined {
    return model && readImage(model, Uint8Array.from(bytes));
  },
  /** The strokes on the canvas. */
  get drawing(): Drawing {
    return pad.drawing;
  },
  /** The image that is read, or undefined where nothing is drawn. */
  get image(): Uint8Array | undefined {
    return image;
  },
  /** What the network makes of it, or undefined where nothing is drawn. */
  get reading(): Reading | undefined {
    return image && reading;
  },
};
Object.assign(globalThis, { playground });

followSurroundings();
showKept();
await choose(networks.value);
