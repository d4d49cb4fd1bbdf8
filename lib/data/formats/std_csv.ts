/**
 * Tables of text, read and written by the standard library's CSV module: names with commas, quotes
 * and line breaks in them. For tables of numbers `loadCsv` is a hundred times as fast.
 *
 * The module comes from JSR, Deno's registry of packages, which is not reachable on every network.
 * It is therefore loaded when it is first needed: who never needs it never waits for it, and who
 * cannot have it gets a {@link DataError}.
 */
import { DataError, reasonOf } from "../../support/errors.ts";

/**
 * A row of a table, by the names of its columns.
 * @internal
 */
export type TextRow = Readonly<Record<string, string>>;

/**
 * What can stand in a table that is written.
 * @internal
 */
export type Cell = string | number | boolean | null;

/**
 * How tables of text are written.
 * @internal
 */
export interface TextTableOptions {
  /** What stands between two fields; a comma unless told otherwise. */
  readonly separator?: string;
}

/** What is used of `@std/csv`. */
interface StdCsv {
  parse(text: string, options: { skipFirstRow: true; separator: string }): TextRow[];
  stringify(
    rows: readonly Readonly<Record<string, Cell>>[],
    options: { columns: readonly string[]; separator: string },
  ): string;
}

/** In a variable, so that Deno does not ask JSR for it before it is needed. */
const SPECIFIER: string = "@std/csv";

/** A network that swallows every question would be waited for without end. */
const TIMEOUT = 15_000;

async function load(): Promise<StdCsv> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const timeout = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`no answer in ${TIMEOUT / 1000} s`)), TIMEOUT);
  });
  try {
    return await Promise.race([import(SPECIFIER), timeout]);
  } catch (error) {
    throw new DataError(
      `tables of text: expected the module @std/csv from JSR, found: ${reasonOf(error)}. To mend ` +
        "it: run `deno install` once where JSR can be reached.",
      { cause: error },
    );
  } finally {
    clearTimeout(timer);
  }
}

/**
 * The rows of a CSV table whose first line names the columns.
 * @throws DataError when the text is no such table, or `@std/csv` cannot be had.
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
 * Rows as a CSV table whose first line names the columns: those of all rows, in the order in which
 * they first appear. What a row lacks, and `null`, is an empty field.
 * @throws DataError when `@std/csv` cannot be had.
 */
export async function formatTextTable(
  rows: readonly Readonly<Record<string, Cell>>[],
  options: TextTableOptions = {},
): Promise<string> {
  const { stringify } = await load();
  const columns = [...new Set(rows.flatMap((row) => Object.keys(row)))];
  return stringify(rows, { columns, separator: options.separator ?? "," });
}
