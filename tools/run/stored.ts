/**
 * Converts the outputs of a run to outputs that can be stored: the same on every machine that computes
 * the same. Escape sequences and lines overwritten by a carriage return are removed, and paths become
 * relative to the project's folder.
 *
 * @module
 */

import { homedir, tmpdir } from "node:os";
import { sep } from "node:path";
import { setImmediate } from "node:timers/promises";
import { pathToFileURL } from "node:url";
import { projectRoot } from "../../lib/support/paths.ts";
import { codeCells, type Notebook, type Output, stampOutputs } from "../notebook_file/notebook.ts";
import { isObject, type Json } from "../support/json.ts";

/** Outputs that must not be stored. */
export class StoreError extends Error {
  override name = "StoreError";
}

/** A folder of this machine and its name in a stored notebook. */
export interface Place {
  path: string;
  name: string;
}

/**
 * Replaces outputs that need scripts, such as interactive figures, by what a reader without scripts can
 * see. May change the notebook.
 */
export type Stills = (notebook: Notebook) => Promise<Notebook>;

/**
 * A copy of an executed notebook as it is stored.
 *
 * @param places folders that get other names, in addition to the project's folder.
 * @param stills replaces interactive outputs; by default they stay as they are.
 */
export async function storable(
  executed: Notebook,
  places: Place[] = [],
  stills: Stills = (notebook) => Promise.resolve(notebook),
): Promise<Notebook> {
  const notebook = await stills(structuredClone(executed));
  const rename = renamer(places);
  for (const cell of codeCells(notebook)) {
    cell.outputs = cell.outputs.map((output) => storableOutput(output, rename));
    await setImmediate(); // Ctrl-C is heard between two cells
  }
  stampOutputs(notebook);
  return notebook;
}

/**
 * Checks that no output names a folder of this machine.
 *
 * @throws {StoreError} that names the cell and the line with the path.
 */
export function refuseMachinePaths(notebook: Notebook): void {
  const folders = [projectRoot, homedir(), tmpdir()].filter((folder) => folder.length > 1);
  const forms = folders.flatMap((folder) => [folder, pathToFileURL(folder).href]);
  const path = new RegExp(`(?<![\\w./-])(?:${forms.map(escapeRegExp).join("|")})(?![\\w-])`);
  for (const [index, cell] of codeCells(notebook).entries()) {
    for (const output of cell.outputs) {
      eachText(output, (text) => {
        const line = text.split("\n").find((line) => path.test(line));
        if (line === undefined) return text;
        throw new StoreError(
          `cell ${index + 1} (${cell.id}): expected outputs without paths of this machine, found ` +
            `"${
              line.trim().slice(0, 200)
            }"; change the cell so that it shows no path, or one relative to the project`,
        );
      });
    }
  }
}

// deno-lint-ignore no-control-regex -- escape sequences begin with a control character
const SEQUENCE = /\x1b(?:\[[0-?]*[ -/]*[@-~]?|[\]PX^_][^\x07\x1b]*(?:\x07|\x1b\\)|[ -/]*[0-~]?)/g;

/**
 * Text without the escape sequences of terminals (ECMA-48): colors, cursor movements, titles, links.
 * Linear: `stripVTControlCharacters` of node:util takes 1.6 s for 40 kB of `;?` behind an escape.
 */
export function withoutEscapes(text: string): string {
  return text.replaceAll(SEQUENCE, "");
}

/**
 * Drops what later text on the same line has overwritten, as a terminal does. Looks at each
 * character a fixed number of times: one line may be megabytes long.
 */
export function collapseCarriageReturns(text: string): string {
  if (!text.includes("\r")) return text;
  const lines = text.split("\n");
  return lines.map((line, i) => {
    let end = line.length;
    while (end > 0 && line[end - 1] === "\r") end--;
    const kept = line.slice(line.lastIndexOf("\r", end - 1) + 1, end);
    // The return at the very end has not overwritten anything yet.
    return i === lines.length - 1 && end < line.length ? `${kept}\r` : kept;
  }).join("\n");
}

function storableOutput(output: Output, rename: (text: string) => string): Output {
  const clean = eachText(output, (text) => rename(withoutEscapes(text)));
  return clean.output_type === "stream"
    ? { ...clean, text: collapseCarriageReturns(clean.text) }
    : clean;
}

function renamer(places: Place[]): (text: string) => string {
  // The longest first: a place may be inside another.
  const all = [{ path: projectRoot, name: "" }, ...places]
    .sort((a, b) => b.path.length - a.path.length)
    .flatMap(({ path, name }) => {
      const inside = name === "" ? "" : `${name}/`;
      return [
        [`${pathToFileURL(path).href}/`, inside],
        [`${path}${sep}`, inside],
        [pathToFileURL(path).href, name || "."],
        [path, name || "."],
      ] as const;
    });
  return (text) => all.reduce((text, [from, to]) => text.replaceAll(from, to), text);
}

/** A copy of an output with every text changed; pictures and other binary data are not text. */
function eachText(output: Output, change: (text: string) => string): Output {
  switch (output.output_type) {
    case "stream":
      return { ...output, text: change(output.text) };
    case "error":
      return {
        ...output,
        evalue: change(output.evalue),
        traceback: output.traceback.map(change),
      };
    default:
      return {
        ...output,
        data: Object.fromEntries(
          Object.entries(output.data).map(([mime, data]) => [
            mime,
            isText(mime) && data !== undefined ? eachString(data, change) : data,
          ]),
        ),
      };
  }
}

function isText(mime: string): boolean {
  return mime.startsWith("text/") || mime.endsWith("json") || mime === "image/svg+xml";
}

function eachString(value: Json, change: (text: string) => string): Json {
  if (typeof value === "string") return change(value);
  if (Array.isArray(value)) return value.map((item) => eachString(item, change));
  if (!isObject(value)) return value;
  return Object.fromEntries(
    Object.entries(value).map((
      [key, item],
    ) => [key, item === undefined ? item : eachString(item, change)]),
  );
}

function escapeRegExp(text: string): string {
  return text.replaceAll(/[.*+?^${}()|[\]\\]/g, "\\$&");
}
