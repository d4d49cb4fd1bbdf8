/** Errors that say what was expected and what was found. */
import { describe } from "./describe.ts";

/** A RangeError with the message `caller: expected …, found …`. */
export function rangeError(caller: string, expected: string, found: unknown): RangeError {
  return new RangeError(message(caller, expected, found));
}

/** A TypeError with the message `caller: expected …, found …`. */
export function typeError(caller: string, expected: string, found: unknown): TypeError {
  return new TypeError(message(caller, expected, found));
}

function message(caller: string, expected: string, found: unknown): string {
  const isFlat = Array.isArray(found) && found.every((value) => typeof value !== "object");
  return `${caller}: expected ${expected}, found ${isFlat ? showList(found) : describe(found)}`;
}

/** `[100, 784]`; of more than ten values only the first ten. */
export function showList(values: readonly unknown[]): string {
  const shown = Array.from(values.slice(0, 10), describe); // also of the holes in an array
  return `[${shown.join(", ")}${values.length > 10 ? ", …" : ""}]`;
}
