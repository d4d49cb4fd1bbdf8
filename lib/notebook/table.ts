/**
 * Tables of a tensor's numbers, and of records such as the runs of an experiment: as HTML for a
 * notebook and as aligned text for terminals and screen readers.
 *
 * The HTML has no script, no style sheet and no colours, so it looks the same on GitHub, which strips
 * all three, and in light and dark themes.
 */
import { DISPLAY, type Displayable, type MimeBundle } from "../support/display.ts";
import { onlyKnown } from "../support/names.ts";
import { Tensor } from "../tensor/tensor.ts";
import { inspect } from "./inspect.ts";
import { escapeHtml } from "./output.ts";
import { columnsOf } from "./status_line.ts";

/** Rows and columns of a tensor that are displayed; of more, the middle is left out. */
const TENSOR_ROWS = 10;
const INTEGER_COLUMNS = 28; // a row of an MNIST image fits
const REAL_COLUMNS = 10;
/** Rows of a table of records that are displayed. */
const RECORD_ROWS = 40;
/** Of a table that can be sorted. */
const SORTABLE_ROWS = 1000;

/** The indices 0 … n - 1, or the first and last of them around a gap (`undefined`). */
function elided(n: number, most: number): (number | undefined)[] {
  if (n <= most) return Array.from({ length: n }, (_, i) => i);
  const half = Math.floor(most / 2);
  const ends = Array.from({ length: half }, (_, i) => i);
  return [...ends, undefined, ...ends.map((i) => n - half + i)];
}

/** One way to write all of these numbers, so that they can be compared at a glance. */
function numberFormat(values: readonly number[]): (value: number) => string {
  const finite = values.filter(Number.isFinite);
  if (finite.every(Number.isInteger)) return String;
  const largest = Math.max(...finite.map(Math.abs));
  return largest >= 1e5 || largest < 1e-3
    ? (value) => Number.isFinite(value) ? value.toExponential(3) : String(value)
    : (value) => Number.isFinite(value) ? value.toFixed(4) : String(value);
}

/** Sorts the rows of a table by the column of the heading that was clicked, then the other way. */
const SORT = "const h=event.target.closest('th'),b=this.parentNode.tBodies[0],i=h.cellIndex," +
  "d=h.dataset.d=h.dataset.d==='1'?'-1':'1',t=r=>r.cells[i].textContent;" +
  "[...b.rows].sort((p,q)=>d*(t(p)-t(q)||(isNaN(t(p)-t(q))?t(p).localeCompare(t(q)):0)))" +
  ".forEach(r=>b.append(r))";

/**
 * A table as HTML; `isNumber` columns are aligned to the right, and column `heads` is bold. Of a
 * `sortable` one, a click on a heading sorts the rows, where the page runs scripts.
 */
function htmlTable(
  head: readonly string[],
  rows: readonly (readonly string[])[],
  isNumber: (column: number) => boolean,
  { heads, sortable = false }: { heads?: number; sortable?: boolean } = {},
): string {
  const line = (cells: readonly string[], tagOf: (column: number) => "td" | "th"): string => {
    const html = cells.map((text, j) => {
      const align = isNumber(j) ? "right" : "left";
      return `<${tagOf(j)} style="text-align:${align}">${escapeHtml(text)}</${tagOf(j)}>`;
    });
    return `<tr>${html.join("")}</tr>`;
  };
  const body = rows.map((row) => line(row, (j) => j === heads ? "th" : "td")).join("");
  const sort = sortable ? ` title="click to sort" style="cursor:pointer" onclick="${SORT}"` : "";
  return `<div style="overflow-x:auto"><table><thead${sort}>${line(head, () => "th")}</thead>` +
    `<tbody>${body}</tbody></table></div>`;
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
    "text/html": `<p>${escapeHtml(description + note)}</p>${
      htmlTable(head, body, () => true, { heads: 0 })
    }`,
  };
}

// The tensor's own display is its text; in a notebook it is a table too.
Tensor.prototype[DISPLAY] = function (): MimeBundle {
  return tensorBundle(this);
};

/** A value as one line of text; numbers with 6 digits. */
function cellText(value: unknown): string {
  if (value === null || value === undefined) return "";
  if (typeof value === "number" && Number.isFinite(value) && !Number.isInteger(value)) {
    return String(Number(value.toPrecision(6)));
  }
  if (typeof value === "string") return value;
  if (value instanceof Date && !Number.isNaN(value.valueOf())) return value.toISOString();
  return Array.isArray(value) ? value.map(cellText).join(", ") : inspect(value);
}

/** True for an array of plain objects, which `show` displays as a table. */
export function isRecords(value: unknown): value is readonly Readonly<Record<string, unknown>>[] {
  return Array.isArray(value) && value.length > 0 &&
    value.every((row) =>
      typeof row === "object" && row !== null && !(DISPLAY in row) &&
      Object.getPrototypeOf(row) === Object.prototype
    );
}

/**
 * Records as a table: a column for each name, in the order in which the names first occur, numbers
 * aligned to the right and words to the left.
 *
 * `show` displays an array of objects as such a table; a `Table` is one as the last value of a cell,
 * too, and can be sortable: a click on a heading sorts its rows.
 *
 * @example
 * ```ts
 * import { show, Table } from "mnist";
 *
 * const runs = new Table([{ hidden: 30, accuracy: 0.92 }, { hidden: 50, accuracy: 0.93 }]);
 * await show(runs);
 * ```
 */
export class Table implements Displayable {
  readonly #sortable: boolean;

  /**
   * A table with a row for each record: a value for each column, by the column's name.
   * @param options `sortable: true` sorts the rows when a heading is clicked; all rows are shown.
   */
  constructor(
    readonly records: readonly Readonly<Record<string, unknown>>[],
    options: { sortable?: boolean } = {},
  ) {
    onlyKnown("Table", options, ["sortable"]);
    this.#sortable = options.sortable ?? false;
  }

  /** The table as text and HTML, for Jupyter and `show`. */
  [DISPLAY](): MimeBundle {
    const { records } = this;
    const names = [...new Set(records.flatMap((record) => Object.keys(record)))];
    const isNumber = names.map((name) =>
      records.every((record) => record[name] === undefined || typeof record[name] === "number")
    );
    const sortable = this.#sortable;
    const rows = elided(records.length, sortable ? SORTABLE_ROWS : RECORD_ROWS).map((i) =>
      names.map((name) => i === undefined ? "⋮" : cellText(records[i][name]).replace(/\s+/g, " "))
    );
    const lines = [names.map((name) => name.replace(/\s+/g, " ")), ...rows];
    const widths = names.map((_, j) => Math.max(...lines.map((line) => columnsOf(line[j]))));
    const pad = (text: string, j: number): string => {
      const space = " ".repeat(widths[j] - columnsOf(text));
      return isNumber[j] ? space + text : text + space;
    };
    const [head, ...body] = lines.map((line) => line.map(pad).join("  ").trimEnd());
    const rule = widths.map((width) => "-".repeat(width)).join("  ");
    return {
      "text/plain": [head, rule, ...body].join("\n"),
      "text/html": htmlTable(names, rows, (j) => isNumber[j], { sortable }),
    };
  }
}
