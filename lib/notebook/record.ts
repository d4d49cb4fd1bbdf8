/** `record`: named results, shown to people and stored in the notebook for programs. */
import { METADATA_MIME, type MimeBundle } from "../support/display.ts";
import { describe } from "../support/describe.ts";
import { Tensor } from "../tensor/tensor.ts";
import { inspect } from "./inspect.ts";
import { drained, escapeHtml, send } from "./output.ts";

/**
 * What JSON can hold, and so what a notebook can store.
 * @internal
 */
export type Json = null | boolean | number | string | readonly Json[] | {
  readonly [name: string]: Json;
};

/** The MIME type under which nteract's scrapbook stores a notebook's named results. */
export const SCRAP_MIME = "application/scrapbook.scrap.json+json";

/** Numbers of a result at most: more belong in a file. */
const MOST_NUMBERS = 100_000;

function isTypedArray(value: unknown): value is ArrayLike<unknown> {
  return ArrayBuffer.isView(value) && "length" in value;
}

/**
 * The value as JSON can hold it: tensors and typed arrays as arrays, NaN and ±Infinity as null.
 * @param above the objects that contain the value.
 */
export function toJson(name: string, value: unknown, above: readonly unknown[] = []): Json {
  if (value === null || typeof value === "boolean" || typeof value === "string") return value;
  if (typeof value === "number") return Number.isFinite(value) ? value : null;
  if (above.includes(value)) {
    throw new TypeError(
      `record: expected ${name} to be JSON, found an object that contains itself`,
    );
  }
  const inside = [...above, value];
  const isList = isTypedArray(value) || Array.isArray(value);
  const size = value instanceof Tensor ? value.size : isList ? value.length : 0;
  if (size > MOST_NUMBERS) {
    throw new RangeError(
      `record: expected ${name} to have at most ${MOST_NUMBERS} numbers, found ${size}; ` +
        "saveWeights stores tensors in a file",
    );
  }
  if (value instanceof Tensor) return toJson(name, value.toArray());
  if (isList) {
    return Array.from(value, (item, i) => toJson(`${name}[${i}]`, item, inside));
  }
  if (typeof value === "object" && Object.getPrototypeOf(value) === Object.prototype) {
    return Object.fromEntries(
      Object.entries(value).map(([key, item]) => [key, toJson(`${name}.${key}`, item, inside)]),
    );
  }
  throw new TypeError(
    `record: expected ${name} to be a number, text, boolean, null, tensor or a plain array or ` +
      `object of them, found ${describe(value)}`,
  );
}

/** Numbers with four significant digits, for people; whole numbers stay as they are. */
function rounded(value: unknown): unknown {
  if (typeof value === "number") {
    if (!Number.isFinite(value) || Number.isInteger(value)) return value;
    return Math.abs(value) >= 1000 ? Math.round(value) : Number(value.toPrecision(4));
  }
  if (value instanceof Tensor) return rounded(value.toArray());
  if (isTypedArray(value)) return rounded(Array.from(value));
  if (Array.isArray(value)) return value.map(rounded);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, item]) => [name, rounded(item)]));
}

/** A named result as an output: the text for people, the scrap for programs. */
function scrapBundle(name: string, data: Json, text: string, html?: string): MimeBundle {
  return {
    "text/plain": text,
    ...(html === undefined ? {} : { "text/html": html }),
    [SCRAP_MIME]: { name, data, encoder: "json", version: 1 },
    [METADATA_MIME]: { scrapbook: { name, data: true, display: false } },
  };
}

/**
 * Displays a named result with four significant digits, and stores it with all of them in the
 * notebook as a scrap, where `deno task run` and the tests read it. Resolves when it has left the
 * kernel.
 *
 * JSON has no NaN and no Infinity: they are stored as null and displayed as they are.
 *
 * @throws TypeError for a value that JSON cannot hold, or an empty name.
 * @throws RangeError for more than 100,000 numbers.
 *
 * @example
 * ```ts
 * import { record } from "mnist";
 *
 * await record("accuracy", 0.9352);
 * await record("losses", [2.3, 0.7, 0.4]);
 * ```
 */
export async function record(name: string, value: unknown): Promise<void> {
  if (name === "") throw new TypeError("record: expected a name, found an empty one");
  const data = toJson(name, value);
  const shown = rounded(value);
  const text = typeof shown === "string" ? shown : inspect(shown);
  send(scrapBundle(name, data, `${name}: ${text}`));
  await drained();
}

/**
 * Displays which data a notebook runs on, and stores it as the scrap `data`.
 *
 * @param source the value of the scrap: `"mnist"`, `"digits"`, …
 * @param text one sentence for people.
 * @param options `warning: true` displays it in a box: these are not the data that were asked for.
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
    send(scrapBundle("data", source, `${rule}\n${text}\n${rule}`, html));
  } else {
    send(scrapBundle("data", source, text));
  }
  await drained();
}
