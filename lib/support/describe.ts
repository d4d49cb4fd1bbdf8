/** Error messages for arguments of the wrong kind. */

/**
 * Describes any value in a few words, at most 100 characters.
 * @returns such as `"adm"`, `1.5`, `a tensor [4, 3]`, `an array of length 2`, `the function Adam`.
 */
export function describe(value: unknown): string {
  if (typeof value === "string") return JSON.stringify(shorten(value, 40));
  if (typeof value === "bigint") return shorten(`${value}n`, 40);
  if (typeof value === "function") return `the function ${shorten(value.name, 40)}`.trim();
  if (typeof value !== "object" || value === null) return shorten(String(value), 40);
  if (Array.isArray(value)) return `an array of length ${value.length}`;
  if (value instanceof Promise) return "a promise (await is missing)";
  const { name: given } = value.constructor ?? Object;
  const name = typeof given === "string" ? shorten(given, 40) : "Object";
  if ("shape" in value && Array.isArray(value.shape)) {
    return `a ${name.toLowerCase()} ${shorten(`[${value.shape.join(", ")}]`, 40)}`;
  }
  if (ArrayBuffer.isView(value)) return `a ${name}`;
  if (name !== "Object") return `an object of the class ${name}`;
  return `an object with the keys ${shorten(Object.keys(value).join(", "), 40) || "(none)"}`;
}

/** A TypeError for an argument of the wrong kind: `expected`, what was found, and how to fix it. */
export function unexpected(expected: string, found: unknown, hint = ""): TypeError {
  return new TypeError(`${expected}, found ${describe(found)}${hint}`);
}

function shorten(text: string, length: number): string {
  return text.length <= length ? text : `${text.slice(0, length - 1)}…`;
}
