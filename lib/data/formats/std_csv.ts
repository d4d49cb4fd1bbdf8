/**
 * Tables of text, read and written by the standard library's CSV module: names with commas, quotes
 * and line breaks in them. For tables of numbers, `loadCsv` is a hundred times as fast.
 *
 * The module comes from JSR, Deno's registry of packages, which is not reachable on every network.
 * It is therefore loaded when it is first needed, and its absence is a {@link DataError}. This is the
 * only file that imports it.
 */
import { platform } from "../../support/environment.ts";
import { DataError, reasonOf } from "../../support/errors.ts";

/**
 * A row of a table, by the names of its columns.
 * @internal
 */
export type TextRow = Readonly<Record<string, string>>;

/**
 * A value of a table to write.
 * @internal
 */
export type Cell = string | number | boolean | null;

/**
 * Options of {@link parseTextTable} and {@link formatTextTable}.
 * @internal
 */
export interface TextTableOptions {
  /** The character between two fields. Default: a comma. */
  readonly separator?: string;
}

/** What is used of `@std/csv`. */
export interface StdCsv {
  parse(text: string, options: { skipFirstRow: true; separator: string }): TextRow[];
  stringify(
    rows: readonly Readonly<Record<string, Cell>>[],
    options: { columns: readonly string[]; separator: string },
  ): string;
}

/** In a variable, so that Deno does not ask JSR for it before it is needed. */
const SPECIFIER: string = "@std/csv";

let importCsv = (): Promise<StdCsv> => import(SPECIFIER);

/** Replaces the import of the module, for pages that bring it with them. */
export function useStdCsv(load: () => Promise<StdCsv>): void {
  importCsv = load;
}

/** Milliseconds to wait: some networks swallow requests. */
const TIMEOUT = 15_000;

async function load(): Promise<StdCsv> {
  const { promise: timeout, reject } = Promise.withResolvers<never>();
  const timer = setTimeout(() => reject(new Error(`no answer in ${TIMEOUT / 1000} s`)), TIMEOUT);
  try {
    return await Promise.race([importCsv(), timeout]);
  } catch (error) {
    const found = `tables of text: expected the module @std/csv from JSR, found: ${
      reasonOf(error)
    }`;
    throw new DataError(`${found}. ${platform.advice.csvModule}`, { cause: error });
  } finally {
    clearTimeout(timer);
  }
}

/**
 * Reads a CSV table whose first line names the columns.
 *
 * @example
 * ```ts ignore
 * import assert from "node:assert/strict";
 * import { parseTextTable } from "mnist"; // needs JSR, the first time
 *
 * const rows = await parseTextTable('label,name\n0,"T-shirt, top"\n');
 * assert.deepEqual(rows, [{ label: "0", name: "T-shirt, top" }]);
 * ```
 *
 * @throws DataError when the text is no such table, or `@std/csv` is unavailable.
 */
export async function parseTextTable(
  text: string,
  options: TextTableOptions = {},
): Promise<TextRow[]> {
  const { parse } = await load();
  try {
    return parse(text, { skipFirstRow: true, separator: options.separator ?? "," });
  } catch (error) {
    throw new DataError(`table: expected CSV with a line of names, found: ${reasonOf(error)}`, {
      cause: error,
    });
  }
}

/**
 * Formats rows as a CSV table whose first line names the columns: those of all rows, in the order in
 * which they first appear. A missing value and `null` become an empty field.
 *
 * @example
 * ```ts ignore
 * import assert from "node:assert/strict";
 * import { formatTextTable } from "./std_csv.ts"; // needs JSR, the first time
 *
 * const text = await formatTextTable([{ epoch: 1, note: "a, b" }]);
 * assert.equal(text.trimEnd(), 'epoch,note\r\n1,"a, b"');
 * ```
 *
 * @throws DataError when `@std/csv` is unavailable.
 */
export async function formatTextTable(
  rows: readonly Readonly<Record<string, Cell>>[],
  options: TextTableOptions = {},
): Promise<string> {
  const { stringify } = await load();
  const columns = [...new Set(rows.flatMap((row) => Object.keys(row)))];
  return stringify(rows, { columns, separator: options.separator ?? "," });
}
