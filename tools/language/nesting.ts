/**
 * A whole notebook as one module in which names may be declared again.
 *
 * An editor hands all cells over as one text. In a kernel `const x` may appear in two cells, in a
 * module it may not. So each statement that declares a known name again opens a block that goes on
 * to the end of the text: inside, the name has its new type. Imports cannot be inside blocks; they
 * move behind the last block. No line and no column of the rest changes.
 *
 * @module
 */

import { parse } from "@babel/parser";
import { declaredBy } from "./names.ts";

/** The text with its blocks, or undefined where it cannot be parsed. */
export function nested(text: string): string | undefined {
  let body: ReturnType<typeof parse>["program"]["body"];
  try {
    ({ body } = parse(text, {
      sourceType: "module",
      plugins: ["typescript"],
      errorRecovery: true,
    }).program);
  } catch {
    return undefined;
  }
  const known = new Set<string>(), imported = new Set<string>();
  const pieces: string[] = [], imports: string[] = [];
  let depth = 0, done = 0;
  let overloaded: string | undefined; // the function of which more signatures may follow
  for (const statement of body) {
    const { start, end } = statement;
    if (start == null || end == null) continue;
    const names = declaredBy(statement);
    if (statement.type === "ImportDeclaration") {
      // Imported before: the second import says nothing new. In a block: it moves to the end.
      const isKnown = names.length > 0 && names.every((name) => known.has(name));
      if (!isKnown && depth === 0) {
        names.forEach((name) => known.add(name));
      } else {
        pieces.push(text.slice(done, start), blank(text.slice(start, end)));
        done = end;
        const source = text.slice(start, end);
        if (!isKnown && !imported.has(source)) imports.push(source);
        imported.add(source);
        names.forEach((name) => known.add(name));
      }
      continue;
    }
    const isAgain = names.some((name) => known.has(name) && name !== overloaded);
    if (isAgain && start > 0) {
      // In place of a space or before a line break, where it moves nothing.
      const before = text[start - 1];
      pieces.push(text.slice(done, start - 1), "{", before === " " ? "" : before);
      done = start;
      depth++;
    }
    names.forEach((name) => known.add(name));
    overloaded = statement.type === "TSDeclareFunction" ? names[0] : undefined;
  }
  pieces.push(text.slice(done), "}".repeat(depth), ...imports.map((source) => `\n${source}`));
  // Without this, a text without imports would not be a module.
  return pieces.join("") + "\nexport {};\n";
}

/** The same text without its letters: lines stay lines. */
function blank(text: string): string {
  return text.replace(/[^\n]/g, " ");
}
