/**
 * Drawing 70,000 digits: it must take at most 1.7 s, and should take 0.8 s.
 *
 * `deno task bench drawing [--json] [--cpu] [--rounds 7]`
 */
import { compare, options } from "./support/turns.ts";

await compare([{ name: "drawing", what: "drawing 70,000 digits" }], options());
