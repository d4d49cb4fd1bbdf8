/**
 * `show` and `record`: what a cell ends in, so that a person sees its results, and programs find
 * them.
 */
import { sendFigure } from "./bundle.ts";
import { isFigure } from "../plot/figure.ts";
import { drained, escapeHtml, inNotebook, type Output, send } from "./output.ts";
import { Picture, pictureOutput } from "../plot/png.ts";
import { recordsOutput, type TableRow, tensorOutput } from "./table.ts";
import type { TensorLike } from "./table.ts";

/** What JSON can hold, and so what a notebook can store. */
export type Json = null | boolean | number | string | readonly Json[] | {
  readonly [name: string]: Json;
};

/** The MIME type under which nteract's scrapbook stores a notebook's named results. */
export const SCRAP_MIME = "application/scrapbook.scrap.json+json";

function isTensor(value: unknown): value is TensorLike {
  return typeof value === "object" && value !== null &&
    "shape" in value && Array.isArray(value.shape) &&
    "dtype" in value && typeof value.dtype === "string" &&
    "data" in value && ArrayBuffer.isView(value.data);
}

function isRecords(value: unknown): value is readonly TableRow[] {
  return Array.isArray(value) && value.length > 0 &&
    value.every((row) =>
      typeof row === "object" && row !== null && !isTensor(row) &&
      Object.getPrototypeOf(row) === Object.prototype
    );
}

/** An object that brings its own output, as those of `Deno.jupyter.md` and of other libraries do. */
interface Displayable {
  [DISPLAY](): unknown;
}

const DISPLAY = Symbol.for("Jupyter.display");

function isDisplayable(value: unknown): value is Displayable {
  return typeof value === "object" && value !== null && DISPLAY in value &&
    typeof value[DISPLAY] === "function";
}

async function displayableOutput(value: Displayable): Promise<Output> {
  const data: unknown = await value[DISPLAY]();
  if (typeof data !== "object" || data === null) {
    throw new TypeError(`show: expected a MIME bundle from Jupyter.display, found ${data}`);
  }
  const plain = "text/plain" in data && typeof data["text/plain"] === "string"
    ? data["text/plain"]
    : inspect(value);
  return { data: { ...data, "text/plain": plain } };
}

function inspect(value: unknown): string {
  return typeof Deno === "undefined"
    ? String(value)
    : Deno.inspect(value, { colors: false, depth: 4, iterableLimit: 28 });
}

/**
 * What `show` displays for a value.
 * @throws TypeError for a promise, which is a forgotten `await`.
 */
export async function outputOf(value: unknown): Promise<Output> {
  if (value instanceof Promise) {
    throw new TypeError("show: expected a value, found a promise: write await before it");
  }
  if (isFigure(value)) return { data: { "text/plain": value.alt } };
  if (value instanceof Picture) return pictureOutput(value);
  if (isTensor(value)) return tensorOutput(value);
  if (isRecords(value)) return recordsOutput(value);
  if (isDisplayable(value)) return await displayableOutput(value);
  return { data: { "text/plain": typeof value === "string" ? value : inspect(value) } };
}

/** True for a script that was started with `--plot`. */
function wantsBrowser(): boolean {
  return typeof Deno !== "undefined" && Deno.args.includes("--plot");
}

/**
 * Displays each value, in order, and resolves when all have left the kernel.
 *
 * A tensor becomes a small table with its shape and dtype, an array of objects a table with a
 * column for each name, a string its text; figures and pictures are drawn. Outside a notebook
 * the text of each is printed, and if the script was started with `--plot`, its figures are shown
 * in the browser when it has run.
 *
 * @throws TypeError for a promise, which is a forgotten `await`.
 */
export async function show(...values: unknown[]): Promise<void> {
  for (const value of values) {
    if (inNotebook && isFigure(value)) await sendFigure(value);
    else send(await outputOf(value));
    if (!inNotebook && isFigure(value) && wantsBrowser()) {
      (await import("./browser.ts")).showAtEnd(value);
    }
  }
  await drained();
}

function isTypedArray(value: unknown): value is ArrayLike<number> {
  return ArrayBuffer.isView(value) && "length" in value;
}

/** The value as JSON can hold it: tensors and typed arrays as arrays, NaN and ±Infinity as null. */
function toJson(name: string, value: unknown): Json {
  if (value === null || typeof value === "boolean" || typeof value === "string") return value;
  if (typeof value === "number") return Number.isFinite(value) ? value : null;
  if (isTensor(value) && "toArray" in value && typeof value.toArray === "function") {
    return toJson(name, value.toArray());
  }
  if (isTypedArray(value)) return Array.from(value, (item) => toJson(name, item));
  if (Array.isArray(value)) return value.map((item) => toJson(name, item));
  if (typeof value === "object" && Object.getPrototypeOf(value) === Object.prototype) {
    return Object.fromEntries(
      Object.entries(value).map(([key, item]) => [key, toJson(`${name}.${key}`, item)]),
    );
  }
  throw new TypeError(
    `record: expected ${name} to be a number, text, boolean, null, tensor or a plain array or ` +
      `object of them, found ${inspect(value)}`,
  );
}

/** A named result as an output: the words for a person, the scrap for programs. */
function scrapOutput(name: string, data: Json, text: string, html?: string): Output {
  return {
    data: {
      "text/plain": text,
      ...(html === undefined ? {} : { "text/html": html }),
      [SCRAP_MIME]: { name, data, encoder: "json", version: 1 },
    },
    metadata: { scrapbook: { name, data: true, display: false } },
  };
}

/**
 * Displays a named result and stores it in the notebook as a scrap, where the runner, the sweeps
 * and the tests read it. Resolves when it has left the kernel.
 *
 * JSON has no NaN and no Infinity: they are stored as null and shown as they are.
 *
 * @throws TypeError for a value that JSON cannot hold, or an empty name.
 */
export async function record(name: string, value: unknown): Promise<void> {
  if (name === "") throw new TypeError("record: expected a name, found an empty one");
  const data = toJson(name, value);
  const text = typeof value === "string" ? value : inspect(isTensor(value) ? data : value);
  send(scrapOutput(name, data, `${name}: ${text}`));
  await drained();
}

/**
 * Says which data a notebook runs on, and stores it as the scrap `data`.
 *
 * @param source what the scrap holds: `"mnist"`, `"digits"`, …
 * @param text one sentence for a person.
 * @param options `warning: true` puts it in a box that cannot be overlooked: these are not the
 *   data that were meant.
 */
export async function announceData(
  source: string,
  text: string,
  options: { warning?: boolean } = {},
): Promise<void> {
  if (options.warning) {
    const lines = text.split("\n");
    const rule = "=".repeat(Math.min(100, Math.max(...lines.map((line) => line.length))));
    const html = `<div role="alert" style="border:3px solid #d55e00;padding:0.5em 1em">` +
      `<strong>⚠ ${lines.map(escapeHtml).join("<br>")}</strong></div>`;
    send(scrapOutput("data", source, `${rule}\n${text}\n${rule}`, html));
  } else {
    send(scrapOutput("data", source, text));
  }
  await drained();
}
