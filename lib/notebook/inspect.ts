/** Values as text. */

/** The text of any value, as `console.log` prints it, with long arrays and deep objects shortened. */
export function inspect(value: unknown): string {
  if (typeof Deno !== "undefined") {
    return Deno.inspect(value, { colors: false, depth: 4, iterableLimit: 28 });
  }
  return typeof value === "object" && value !== null ? JSON.stringify(value) : String(value);
}
