/** Rejects unknown names of options and choices, and lists the valid ones. */
import { closest, distance } from "fastest-levenshtein";
import { unexpected } from "./describe.ts";

/**
 * Returns the value if it is one of the known names.
 * @param what the start of the message: `compile: expected optimizer`.
 * @throws TypeError that lists all known names.
 */
export function oneOf<T extends string>(what: string, value: string, known: readonly T[]): T {
  const name = known.find((candidate) => candidate === value);
  if (name !== undefined) return name;
  throw unexpected(`${what} to be one of ${quoted(known)}`, value, suggestion(value, known));
}

/**
 * Rejects unknown option names: a misspelled `batchsize` would be ignored silently, because the
 * kernel does not type-check cells.
 * @param caller the function that takes the options, for the message.
 * @throws TypeError that names the unknown option and lists all known ones, or for options that are
 *   not an object, such as `new Adam(0.01)`.
 */
export function onlyKnown(caller: string, options: object, known: readonly string[]): void {
  if (typeof options !== "object" || options === null || Array.isArray(options)) {
    throw unexpected(`${caller}: expected options, such as { ${known[0] ?? ""}: … }`, options);
  }
  for (const name of Object.keys(options)) {
    if (known.includes(name)) continue;
    const expected = `${caller}: expected only the options ${quoted(known)}`;
    throw unexpected(expected, name, suggestion(name, known));
  }
}

/**
 * Returns the entry of a name in a table.
 * @param what the start of the message, as for {@link oneOf}.
 * @throws TypeError that lists all names of the table.
 */
export function entryOf<Name extends string, Value>(
  what: string,
  name: Name,
  table: Readonly<Record<Name, Value>>,
): Value {
  oneOf<string>(what, name, Object.keys(table));
  return table[name];
}

/** `; did you mean "…"?` for the known name that a misspelled one resembles, otherwise nothing. */
export function suggestion(name: unknown, known: readonly string[]): string {
  if (typeof name !== "string" || name.length > 40 || known.length === 0) return "";
  const nearest = closest(name.toLowerCase(), known);
  const isNear = distance(name.toLowerCase(), nearest.toLowerCase()) <= 1 + name.length / 4;
  return isNear ? `; did you mean ${JSON.stringify(nearest)}?` : "";
}

function quoted(names: readonly string[]): string {
  return names.map((name) => JSON.stringify(name)).join(", ");
}
