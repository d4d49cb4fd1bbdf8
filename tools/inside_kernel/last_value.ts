/**
 * The last value of a cell. Deno's kernel shows nothing for values that JSON cannot hold (NaN,
 * Infinity, -0, bigint) and for null: it transmits them as undefined.
 *
 * @module
 */

import { DISPLAY } from "../../lib/support/display.ts";

/** The value itself, or, where the kernel would not show it, an object that shows it. */
export function lastValue(value: unknown): unknown {
  const isLost = value === null || typeof value === "bigint" || Object.is(value, -0) ||
    (typeof value === "number" && !Number.isFinite(value));
  if (!isLost) return value;
  const text = Deno.inspect(value, { colors: !Deno.noColor });
  return { [DISPLAY]: () => ({ "text/plain": text }) };
}
