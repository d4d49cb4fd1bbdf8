/**
 * Failures of cells: every way in which a run can end early becomes one {@linkcode Failure} with the
 * cell, the line in it and a message.
 *
 * @module
 */

import type { Output } from "../notebook_file/notebook.ts";
import { type JsonObject, text, texts } from "../support/json.ts";

/** Why a cell failed. */
export interface CellError {
  /** The error's name, such as `RangeError`. */
  name: string;
  message: string;
  /** The lines of the stack trace; empty if the kernel sent none. */
  traceback: string[];
  /** The line in the cell, counted from 1, or null if it is not known. */
  line: number | null;
}

/** Why and where a notebook failed. */
export interface Failure extends CellError {
  /** The number of the code cell, from 1: the number that a front end shows in brackets. */
  cell: number;
  /** The cell's id. */
  id: string;
}

/** Reads the content of an `error` message or of an `execute_reply` with status `error`. */
export function cellError(content: JsonObject): CellError {
  return {
    name: text(content.ename) || "Error",
    message: text(content.evalue),
    // A thrown value that is not an Error has a traceback of one empty line.
    traceback: texts(content.traceback).filter((line) => line !== ""),
    line: null,
  };
}

/** The error in one line, as JavaScript prints it. */
export function describe({ name, message }: CellError): string {
  return message === "" ? name : `${name}: ${message}`;
}

/** The output that shows an error in a notebook. */
export function errorOutput(error: CellError): Output {
  return {
    output_type: "error",
    ename: error.name,
    evalue: error.message,
    traceback: error.traceback.length > 0 ? error.traceback : [`${error.name}: ${error.message}`],
  };
}
