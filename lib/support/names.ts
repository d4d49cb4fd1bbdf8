/** Names that a program is given: unknown ones are refused, and those that are known are told. */

/**
 * The value, if it is one of the known names.
 * @param what what is named, for the message: `compile: expected optimizer`.
 * @throws TypeError naming all that are known.
 */
export function oneOf<T extends string>(what: string, value: string, known: readonly T[]): T {
  const name = known.find((candidate) => candidate === value);
  if (name !== undefined) return name;
  throw new TypeError(`${what} to be one of ${quoted(known)}, found ${JSON.stringify(value)}`);
}

/**
 * Refuses options that nobody reads: a misspelt `batchsize` would otherwise be ignored in silence.
 * Cells of a notebook are not type-checked, so the compiler does not find it there.
 * @param caller who was given them, for the message.
 * @throws TypeError naming the unknown one and all that are known.
 */
export function onlyKnown(caller: string, options: object, known: readonly string[]): void {
  for (const name of Object.keys(options)) {
    if (known.includes(name)) continue;
    throw new TypeError(
      `${caller}: expected no options but ${quoted(known)}, found ${JSON.stringify(name)}`,
    );
  }
}

function quoted(names: readonly string[]): string {
  return names.map((name) => JSON.stringify(name)).join(", ");
}
