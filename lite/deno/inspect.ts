/** Values as text, as `Deno.inspect` writes them. */
import { inspect as inspectAsNode, type InspectOptions } from "node:util";

/** Options of {@linkcode inspect}. */
export interface Options {
  readonly depth?: number;
  /** The most elements of an array to show. */
  readonly iterableLimit?: number;
}

/** The text of any value. Node's is the same but for the quotes of strings. */
export function inspect(value: unknown, options: Options = {}): string {
  return inspectAsNode(value, settingsOf(options));
}

/**
 * The text of the last value of a cell. What a promise has become shows too, which a page learns only
 * by waiting for a moment.
 */
export async function inspectLast(value: unknown): Promise<string> {
  if (!(value instanceof Promise)) return inspect(value);
  const pending = Symbol();
  try {
    const settled: unknown = await Promise.race([value, Promise.resolve(pending)]);
    return settled === pending ? inspect(value) : `Promise { ${inspect(settled)} }`;
  } catch (error) {
    return `Promise { <rejected> ${inspect(error)} }`;
  }
}

/** How Node's functions write values as Deno does. */
export function settingsOf({ depth = 4, iterableLimit = 100 }: Options): InspectOptions & {
  stylize(text: string, style: string): string;
} {
  return {
    depth,
    maxArrayLength: iterableLimit,
    stylize: (text, style) => style === "string" ? doubleQuoted(text) : text,
  };
}

/** `'it\'s'` as `"it's"`; strings with double quotes in them are already as Deno has them. */
function doubleQuoted(text: string): string {
  if (!text.startsWith("'") || !text.endsWith("'")) return text;
  const inner = text.slice(1, -1).replaceAll("\\'", "'");
  return inner.includes('"') ? text : `"${inner}"`;
}
