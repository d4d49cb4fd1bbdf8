/**
 * Hands the last value of a cell to our part inside the kernel.
 *
 * @module
 */

import { parse } from "@babel/parser";
import { LAST_VALUE_FUNCTION } from "./inner_protocol.ts";

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
