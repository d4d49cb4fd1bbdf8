/**
 * Runs a cell as a person wrote it, on a kernel that has our part inside.
 *
 * @module
 */

import { parse } from "@babel/parser";
import type { JsonObject } from "../support/json.ts";
import type { Client, OnMessage, OnQuestion } from "./client.ts";
import { LAST_VALUE_FUNCTION } from "./inner_protocol.ts";
import { keepingLock } from "./lock_file.ts";

/** How a cell is run. */
export interface CellOptions {
  /** Whether it is not counted and its last value is not shown. */
  silent: boolean;
  /** The lock file to keep as it is; see `lockOf`. */
  lock: string | undefined;
  /** Takes what the cell sends. */
  onMessage: OnMessage;
  /** Answers what `prompt()` asks; without it, nothing is asked. */
  onQuestion?: OnQuestion;
}

/**
 * Runs a cell and returns the content of the reply; see {@linkcode Client.execute}. Its last value
 * shows, whatever it is, and the project's lock file stays as it is.
 */
export function runCell(
  client: Client,
  code: string,
  { silent, lock, onMessage, onQuestion }: CellOptions,
): Promise<JsonObject> {
  const sent = silent ? code : withLastValue(code);
  const pass: OnMessage = (message) => {
    // Front ends see the cell as it was written.
    if (message.type === "execute_input") message.content.code = code;
    onMessage(message);
  };
  return keepingLock(lock, code, () => client.execute(sent, silent, pass, onQuestion));
}

/**
 * The code of a cell, with its last statement changed where that is an expression: `a + b` becomes
 * `__lastValue((a + b))`. Lines stay where they are. Code that does not parse stays as it is.
 */
export function withLastValue(code: string): string {
  let last;
  try {
    last = parse(code, {
      sourceType: "module",
      plugins: ["typescript"],
      createParenthesizedExpressions: true, // so that an expression ends behind its parentheses
    }).program.body.at(-1);
  } catch {
    return code;
  }
  if (last?.type !== "ExpressionStatement") return code;
  const { start, end } = last.expression;
  if (start == null || end == null) return code;
  return `${code.slice(0, start)}${LAST_VALUE_FUNCTION}((${code.slice(start, end)}))` +
    code.slice(end);
}
