/** The notebook file (`.ipynb`, nbformat 4.5): its types, and reading and writing it. */
import { Buffer } from "node:buffer";
import { createHash } from "node:crypto";
import { DataError, reasonOf } from "../../lib/support/errors.ts";
import { isObject, type Json, type JsonObject, text } from "../support/json.ts";
import { writeWhole } from "../support/write_file.ts";

/** One output in several forms, by MIME type; text is one string, not a list of lines. */
export type MimeBundle = JsonObject;

/** What a cell printed; JupyterLab stores answers to its questions as `"stdin"`. */
export type StreamOutput = {
  output_type: "stream";
  name: "stdout" | "stderr" | "stdin";
  text: string;
};
/** What a cell displayed. */
export type DisplayData = { output_type: "display_data"; data: MimeBundle; metadata: JsonObject };
/** The value of a cell's last expression. */
export type ExecuteResult = {
  output_type: "execute_result";
  execution_count: number | null;
  data: MimeBundle;
  metadata: JsonObject;
};
/** The error that ended a cell. */
export type ErrorOutput = {
  output_type: "error";
  ename: string;
  evalue: string;
  traceback: string[];
};
/** An output of a code cell. */
export type Output = StreamOutput | DisplayData | ExecuteResult | ErrorOutput;

/** What every cell has. `source` is one string, with lines separated by `\n`. */
type CellBase = { id: string; metadata: JsonObject; source: string };
/** A cell that the kernel runs. */
export type CodeCell = CellBase & {
  cell_type: "code";
  execution_count: number | null;
  outputs: Output[];
};
/** A cell of text. */
export type MarkdownCell = CellBase & { cell_type: "markdown"; attachments?: JsonObject };
/** A cell that is neither run nor rendered. */
export type RawCell = CellBase & { cell_type: "raw"; attachments?: JsonObject };
/** Any cell. */
export type Cell = CodeCell | MarkdownCell | RawCell;

/** A whole notebook. */
export type Notebook = {
  cells: Cell[];
  metadata: JsonObject;
  nbformat: number;
  nbformat_minor: number;
};

/** Larger files are rejected before they are read into memory. */
const MAX_BYTES = 100e6;

/**
 * Reads a notebook and checks that it is one.
 *
 * @throws {DataError} that names the file, and the cell if there is one: for a file that is missing,
 *   too large or not JSON, and for anything but a notebook of nbformat 4.5 or a later 4.x.
 */
export async function readNotebook(path: string): Promise<Notebook> {
  const fail = (found: string, cause?: unknown): never => {
    throw new DataError(`${path}: expected a notebook, found ${found}`, { cause });
  };
  let text = "";
  try {
    const { size, isFile, isDirectory } = await Deno.stat(path);
    if (isDirectory) fail("a folder; name the notebooks in it");
    if (!isFile) fail("something that is not a file");
    if (size > MAX_BYTES) {
      fail(`one of ${Math.ceil(size / 1e6)} MB, and at most ${MAX_BYTES / 1e6} MB are read`);
    }
    text = await Deno.readTextFile(path);
  } catch (cause) {
    if (cause instanceof DataError) throw cause;
    fail(cause instanceof Deno.errors.NotFound ? "no such file" : reasonOf(cause), cause);
  }
  return parseNotebook(text, path);
}

/**
 * The notebook that a text holds.
 *
 * @param name the name in error messages, usually its path.
 * @throws {DataError} as {@linkcode readNotebook}.
 */
export function parseNotebook(text: string, name: string): Notebook {
  if (text.trim() === "") {
    throw new DataError(`${name}: expected a notebook, found an empty file`);
  }
  let value: Json;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    throw new DataError(
      `${name}: expected a notebook, found text that is not JSON (${reasonOf(cause)})`,
      { cause },
    );
  }
  const notebook = new Reader(name).object(value, "a notebook");
  return notebookFrom(notebook, name);
}

/**
 * Writes a notebook byte for byte as Python's nbformat does, so that saving it in Jupyter changes
 * nothing but what the person changed. A reader never sees half a file.
 *
 * @throws {Error} that names the file.
 */
export async function writeNotebook(path: string, notebook: Notebook): Promise<void> {
  await writeWhole(path, stringifyNotebook(notebook));
}

/** The text of a notebook file: keys sorted, indented by one, texts as lists of lines. */
export function stringifyNotebook(notebook: Notebook): string {
  return stringify({ ...notebook, cells: notebook.cells.map(cellToJson) }, "") + "\n";
}

/** The text of a cell. */
export function sourceText(cell: Cell): string {
  return cell.source;
}

/** Whether a cell has a tag, such as `parameters`. */
export function hasTag(cell: Cell, tag: string): boolean {
  const { tags } = cell.metadata;
  return Array.isArray(tags) && tags.includes(tag);
}

/** The language of the cells, in small letters, or "" where the notebook does not say it. */
export function languageOf({ metadata }: Notebook): string {
  const { kernelspec, language_info } = metadata;
  const info = isObject(language_info) ? text(language_info.name) : "";
  return (info || (isObject(kernelspec) ? text(kernelspec.language) : "")).toLowerCase();
}

/** The cells that the kernel runs, in order. */
export function codeCells(notebook: Notebook): CodeCell[] {
  return notebook.cells.filter((cell) => cell.cell_type === "code");
}

/**
 * Records in the notebook that its outputs are those of its present code. **To be called before outputs
 * are stored** (`deno task run --write`); `deno task check` then reports outputs that are older than the
 * code.
 */
export function stampOutputs(notebook: Notebook): void {
  notebook.metadata.mnist = { outputsMadeFrom: codeHash(notebook) };
}

/** Whether the code is unchanged since {@linkcode stampOutputs}. */
export function outputsAreCurrent(notebook: Notebook): boolean {
  const { mnist } = notebook.metadata;
  return isObject(mnist) && mnist.outputsMadeFrom === codeHash(notebook);
}

/** SHA-256 of all code: an output depends on every cell before it, not only on its own. */
function codeHash(notebook: Notebook): string {
  const sources = codeCells(notebook).map((cell) => cell.source);
  return createHash("sha256").update(JSON.stringify(sources)).digest("hex").slice(0, 16);
}

// Reading ------------------------------------------------------------------------------------

/** Checks JSON values; every error message starts with the place. */
class Reader {
  constructor(readonly place: string) {}

  fail(expected: string, found: Json | undefined): never {
    const text = found === undefined ? "nothing" : JSON.stringify(found);
    const short = text.length > 60 ? text.slice(0, 57) + "..." : text;
    throw new DataError(`${this.place}: expected ${expected}, found ${short}`);
  }
  object(value: Json | undefined, expected: string): JsonObject {
    return isObject(value) ? value : this.fail(expected, value);
  }
  array(value: Json | undefined, expected: string): Json[] {
    return Array.isArray(value) ? value : this.fail(expected, value);
  }
  string(value: Json | undefined, expected: string): string {
    return typeof value === "string" ? value : this.fail(expected, value);
  }
  count(value: Json | undefined, expected: string): number | null {
    const isCount = typeof value === "number" && Number.isInteger(value) && value >= 0;
    return value === null || isCount ? value : this.fail(expected, value);
  }
  /** A text, which is one string or a list of lines in a file. */
  text(value: Json | undefined, expected: string): string {
    if (typeof value === "string") return value;
    return this.strings(value, expected).join("");
  }
  strings(value: Json | undefined, expected: string): string[] {
    return this.array(value, expected).map((line) => this.string(line, expected));
  }
}

function notebookFrom(value: JsonObject, name: string): Notebook {
  const read = new Reader(name);
  const { nbformat, nbformat_minor } = value;
  if (nbformat === undefined) read.fail("a notebook, which has an nbformat", value);
  if (nbformat !== 4 || typeof nbformat_minor !== "number" || nbformat_minor < 5) {
    throw new DataError(
      `${name}: expected notebook format 4.5, found ${nbformat}.${nbformat_minor ?? 0}; ` +
        "open it in JupyterLab and save it to convert it",
    );
  }
  const cells = read.array(value.cells, "a list of cells");
  return {
    ...value,
    cells: cells.map((cell, i) => cellFrom(cell, `${name}, cell ${i + 1} of the file`)),
    metadata: read.object(value.metadata, "metadata"),
    nbformat,
    nbformat_minor,
  };
}

function cellFrom(value: Json, place: string): Cell {
  const cell = new Reader(place).object(value, "a cell");
  const id = new Reader(place).string(cell.id, "an id");
  const read = new Reader(`${place} (${id})`);
  if (!/^[\w-]{1,64}$/.test(id)) {
    read.fail("an id of 1 to 64 letters, digits, hyphens and underscores", id);
  }
  const base = {
    ...cell,
    id,
    metadata: read.object(cell.metadata, "metadata"),
    source: read.text(cell.source, "its source as text"),
  };
  switch (cell.cell_type) {
    case "code":
      return {
        ...base,
        cell_type: "code",
        execution_count: read.count(cell.execution_count, "an execution_count or null"),
        outputs: read.array(cell.outputs, "a list of outputs").map((o) => outputFrom(o, read)),
      };
    case "markdown":
    case "raw": {
      const { attachments, ...rest } = { ...base, attachments: cell.attachments };
      return attachments === undefined
        ? { ...rest, cell_type: cell.cell_type }
        : { ...rest, cell_type: cell.cell_type, attachments: attachmentsFrom(attachments, read) };
    }
    default:
      return read.fail('the cell_type "code", "markdown" or "raw"', cell.cell_type);
  }
}

function attachmentsFrom(value: Json, read: Reader): JsonObject {
  const attachments = read.object(value, "attachments by name");
  return mapValues(attachments, (bundle) => bundleFrom(bundle, read));
}

function outputFrom(value: Json, read: Reader): Output {
  const output = read.object(value, "an output");
  const data = () => bundleFrom(output.data, read);
  const metadata = () => read.object(output.metadata, "an output's metadata");
  switch (output.output_type) {
    case "stream": {
      const { name } = output;
      if (name !== "stdout" && name !== "stderr" && name !== "stdin") {
        read.fail('"stdout", "stderr" or "stdin"', name);
      }
      return { output_type: "stream", name, text: read.text(output.text, "an output's text") };
    }
    case "display_data":
      return { output_type: "display_data", data: data(), metadata: metadata() };
    case "execute_result":
      return {
        output_type: "execute_result",
        execution_count: read.count(output.execution_count, "an execution_count or null"),
        data: data(),
        metadata: metadata(),
      };
    case "error":
      return {
        output_type: "error",
        ename: read.string(output.ename, "an error's name"),
        evalue: read.string(output.evalue, "an error's message"),
        traceback: read.strings(output.traceback, "an error's traceback"),
      };
    default:
      return read.fail("an output of a known type", output.output_type);
  }
}

function bundleFrom(value: Json | undefined, read: Reader): MimeBundle {
  const bundle = read.object(value, "an output's data by MIME type");
  return mapValues(
    bundle,
    (data, type) => isJsonType(type) ? data : read.text(data, `text under ${type}`),
  );
}

// Writing ------------------------------------------------------------------------------------

function cellToJson(cell: Cell): JsonObject {
  const source = lines(cell.source);
  if (cell.cell_type === "code") {
    return { ...cell, source, outputs: cell.outputs.map(outputToJson) };
  }
  if (cell.attachments === undefined) return { ...cell, source };
  const attachments = mapValues(
    cell.attachments,
    (bundle) => isObject(bundle) ? bundleToJson(bundle) : bundle,
  );
  return { ...cell, source, attachments };
}

function outputToJson(output: Output): JsonObject {
  switch (output.output_type) {
    case "stream":
      return { ...output, text: lines(output.text) };
    case "display_data":
    case "execute_result":
      return { ...output, data: bundleToJson(output.data) };
    case "error":
      return output;
  }
}

/** nbformat splits text and the two script-like types, and leaves base64 in one piece. */
function bundleToJson(bundle: MimeBundle): JsonObject {
  return mapValues(bundle, (data, type) => {
    const isText = type.startsWith("text/") || type === "application/javascript" ||
      type === "image/svg+xml";
    return isText && typeof data === "string" ? lines(data) : data;
  });
}

/** The lines of a text with their ends, separated where Python's `str.splitlines` separates them. */
function lines(text: string): string[] {
  // deno-lint-ignore no-control-regex -- three of the line ends are control characters
  return text.match(/[^]*?(?:\r\n|[\n\r\v\f\x1c-\x1e\x85\u2028\u2029])|[^]+/g) ?? [];
}

function isJsonType(type: string): boolean {
  return type === "application/json" || (type.startsWith("application/") && type.endsWith("+json"));
}

function mapValues(
  object: JsonObject,
  change: (value: Json | undefined, key: string) => Json | undefined,
): JsonObject {
  return Object.fromEntries(Object.entries(object).map(([k, v]) => [k, change(v, k)]));
}

/** JSON as Python's `json.dumps(…, indent=1, sort_keys=True, ensure_ascii=False)` writes it. */
function stringify(value: Json, indent: string): string {
  if (typeof value === "number") return stringifyNumber(value);
  if (typeof value !== "object" || value === null) return JSON.stringify(value);
  const inner = indent + " ";
  const items = Array.isArray(value)
    ? value.map((item) => stringify(item, inner))
    : Object.keys(value).sort(byCodePoint).flatMap((key) => {
      const item = value[key];
      return item === undefined ? [] : [`${JSON.stringify(key)}: ${stringify(item, inner)}`];
    });
  const [open, close] = Array.isArray(value) ? "[]" : "{}";
  if (items.length === 0) return open + close;
  return `${open}\n${inner}${items.join(`,\n${inner}`)}\n${indent}${close}`;
}

/** Python switches to exponents below 1e-4, JavaScript below 1e-6, and Python pads them to two digits. */
function stringifyNumber(value: number): string {
  if (!Number.isFinite(value)) {
    throw new RangeError(`notebook: expected numbers that JSON can hold, found ${value}`);
  }
  if (value === 0 || Math.abs(value) >= 1e-4) return JSON.stringify(value);
  return value.toExponential().replace(/e-(\d)$/, "e-0$1");
}

/** Python sorts by code points, which UTF-8 bytes keep and UTF-16 units do not. */
function byCodePoint(a: string, b: string): number {
  return Buffer.compare(Buffer.from(a), Buffer.from(b));
}
