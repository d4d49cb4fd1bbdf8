/**
 * Tables: of a tensor's numbers, and of records such as the runs of an experiment. Each as HTML
 * for a notebook and as aligned text for a terminal and a screen reader.
 *
 * The HTML has no script and no style sheet, and no colour of its own, so it reads the same on
 * GitHub, which strips all three, and in light and dark themes.
 */
import { DISPLAY, type Displayable, type MimeBundle } from "../support/display.ts";
import { Tensor } from "../tensor/tensor.ts";
import { escapeHtml } from "./output.ts";
import { columnsOf } from "./status_line.ts";

/** A row of a table: a value for each column, by the column's name. */
export type TableRow = Readonly<Record<string, unknown>>;

/** Rows and columns of a tensor that are shown at most; of more, the middle is left out. */
const TENSOR_ROWS = 10;
const INTEGER_COLUMNS = 28; // a row of an MNIST image fits
const REAL_COLUMNS = 10;
/** Rows of a table of records that are shown at most. */
const RECORD_ROWS = 40;

/** The indices 0 … n - 1, or the first and last of them around a gap (`undefined`). */
function elided(n: number, most: number): (number | undefined)[] {
  if (n <= most) return Array.from({ length: n }, (_, i) => i);
  const half = Math.floor(most / 2);
  const ends = Array.from({ length: half }, (_, i) => i);
  return [...ends, undefined, ...ends.map((i) => n - half + i)];
}

/** One way to write all of these numbers, so that a column of them can be compared by eye. */
function numberFormat(values: readonly number[]): (value: number) => string {
  const finite = values.filter(Number.isFinite);
  if (finite.every(Number.isInteger)) return String;
  const largest = Math.max(...finite.map(Math.abs));
  return largest >= 1e5 || largest < 1e-3
    ? (value) => Number.isFinite(value) ? value.toExponential(3) : String(value)
    : (value) => Number.isFinite(value) ? value.toFixed(4) : String(value);
}

function htmlTable(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const cell = (tag: "td" | "th", text: string, align: string): string =>
    `<${tag} style="text-align:${align}">${escapeHtml(text)}</${tag}>`;
  const line = (cells: string): string => `<tr>${cells}</tr>`;
  return `<div style="overflow-x:auto"><table>` +
    `<thead>${line(head.map((text) => cell("th", text, "right")).join(""))}</thead>` +
    `<tbody>${
      rows.map(([first, ...rest]) =>
        line(cell("th", first, "right") + rest.map((text) => cell("td", text, "right")).join(""))
      ).join("")
    }</tbody></table></div>`;
}

/**
 * A tensor as a small table under its shape and dtype: the middle of long axes left out, and of
 * more than two axes the first matrix.
 */
export function tensorBundle(tensor: Tensor): MimeBundle {
  const { shape, data } = tensor;
  const description = `Tensor [${shape.join(", ")}] ${tensor.dtype}`;
  const plain = `${tensor}\n${description}`;
  if (shape.length === 0 || data.length === 0) return { "text/plain": plain };

  const columns = shape[shape.length - 1];
  const rows = shape.length === 1 ? 1 : shape[shape.length - 2];
  const matrices = shape.slice(0, -2);

  const integers = tensor.dtype === "uint8" || tensor.dtype === "int32";
  const shownRows = elided(rows, TENSOR_ROWS);
  const shownColumns = elided(columns, integers ? INTEGER_COLUMNS : REAL_COLUMNS);
  const at = (i: number, j: number): number => data[i * columns + j];
  const format = numberFormat(
    shownRows.flatMap((i) =>
      i === undefined ? [] : shownColumns.flatMap((j) => j === undefined ? [] : [at(i, j)])
    ),
  );
  const body = shownRows.map((i) => [
    i === undefined ? "⋮" : shape.length === 1 ? "" : String(i),
    ...shownColumns.map((j) =>
      i === undefined ? (j === undefined ? "⋱" : "⋮") : j === undefined ? "…" : format(at(i, j))
    ),
  ]);
  const head = ["", ...shownColumns.map((j) => j === undefined ? "…" : String(j))];
  const note = matrices.length === 0
    ? ""
    : `: here [${matrices.map(() => "0").join(", ")}], the first of ` +
      `${matrices.reduce((a, b) => a * b, 1)} matrices`;
  return {
    "text/plain": plain,
    "text/html": `<p>${escapeHtml(description + note)}</p>${htmlTable(head, body)}`,
  };
}

// The tensor's own display is its text; here it is a table too.
Object.defineProperty(Tensor.prototype, DISPLAY, {
  configurable: true,
  value(this: Tensor): MimeBundle {
    return tensorBundle(this);
  },
});

function cellText(value: unknown): string {
  if (value === null || value === undefined) return "";
  if (typeof value === "number") {
    return Number.isInteger(value) || !Number.isFinite(value)
      ? String(value)
      : String(Number(value.toPrecision(6)));
  }
  if (typeof value === "object" && !(value instanceof Date)) {
    return Array.isArray(value) ? value.map(cellText).join(", ") : JSON.stringify(value);
  }
  return value instanceof Date ? value.toISOString() : String(value);
}

/** True for an array of plain objects, which `show` displays as a table. */
export function isRecords(value: unknown): value is readonly TableRow[] {
  return Array.isArray(value) && value.length > 0 &&
    value.every((row) =>
      typeof row === "object" && row !== null && !(DISPLAY in row) &&
      Object.getPrototypeOf(row) === Object.prototype
    );
}

/**
 * Records as a table: a column for each name, in the order in which the names first come, numbers
 * to the right and words to the left.
 */
export class Table implements Displayable {
  /** A table with a row for each record. */
  constructor(readonly records: readonly TableRow[]) {}

  /** The table as text and HTML, for Jupyter and `show`. */
  [DISPLAY](): MimeBundle {
    return recordsBundle(this.records);
  }
}

function recordsBundle(records: readonly TableRow[]): MimeBundle {
  const names = [...new Set(records.flatMap((record) => Object.keys(record)))];
  const isNumber = names.map((name) =>
    records.every((record) => record[name] === undefined || typeof record[name] === "number")
  );
  const rows = elided(records.length, RECORD_ROWS).map((i) =>
    names.map((name) => i === undefined ? "⋮" : cellText(records[i][name]))
  );

  const widths = names.map((name, j) =>
    Math.max(columnsOf(name), ...rows.map((r) => columnsOf(r[j])))
  );
  const pad = (text: string, j: number): string => {
    const space = " ".repeat(widths[j] - columnsOf(text));
    return isNumber[j] ? space + text : text + space;
  };
  const textLine = (cells: readonly string[]): string => cells.map(pad).join("  ").trimEnd();
  const text = [textLine(names), widths.map((n) => "-".repeat(n)).join("  "), ...rows.map(textLine)]
    .join("\n");

  const htmlCell = (tag: "td" | "th", content: string, j: number): string =>
    `<${tag} style="text-align:${isNumber[j] ? "right" : "left"}">${escapeHtml(content)}</${tag}>`;
  const html = `<div style="overflow-x:auto"><table><thead><tr>${
    names.map((name, j) => htmlCell("th", name, j)).join("")
  }</tr></thead><tbody>${
    rows.map((row) => `<tr>${row.map((c, j) => htmlCell("td", c, j)).join("")}</tr>`).join("")
  }</tbody></table></div>`;
  return { "text/plain": text, "text/html": html };
}
