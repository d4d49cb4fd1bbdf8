/**
 * Where in a cell an error happened.
 *
 * @module
 */
import type { CellError } from "./failure.ts";

export function lineOf(error: CellError, _code: string): Promise<number | null> {
  const position = /<anonymous>:(\d+):(\d+)/.exec(error.traceback.join("\n"));
  return Promise.resolve(position ? Number(position[1]) : null);
}

export function explainParseError(_code: string): Promise<CellError | null> {
  return Promise.resolve(null);
}
