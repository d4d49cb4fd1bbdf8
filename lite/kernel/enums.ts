/** Enums as JavaScript: objects with their members in both directions. */
import type { TSESTree } from "@typescript-eslint/types";
import { AST_NODE_TYPES as Type } from "@typescript-eslint/types";
import type { Edits } from "./edits.ts";
import type { Variable } from "./tree.ts";

/**
 * Puts an object in the place of an enum. Declared again, it keeps its earlier members.
 * @param box where it is kept; undefined for an enum inside a function.
 */
export function enumAsObject(
  source: string,
  edits: Edits,
  node: TSESTree.TSEnumDeclaration,
  box: string | undefined,
): void {
  const { id: { name }, body, range: [start, end] } = node;
  const open = `;${box ?? `var ${name}`} = ((${name}) => {`;
  const lineEnds = source.slice(start, body.range[0]).replace(/[^\n]/g, "");
  edits.replace(start, body.range[0] + 1, open + lineEnds);
  let next = "0";
  for (const { id, initializer, range } of body.members) {
    const key = JSON.stringify(id.type === Type.Identifier ? id.name : id.value);
    const isText = initializer?.type === Type.TemplateLiteral ||
      (initializer?.type === Type.Literal && typeof initializer.value === "string");
    const left = isText ? `${name}[${key}] = ` : `${name}[${name}[${key}] = `;
    const valueStart = initializer?.range[0] ?? range[1];
    edits.replace(range[0], valueStart, left + (initializer ? "" : next));
    edits.insert(range[1], isText ? ";" : `] = ${key};`);
    const comma = source.indexOf(",", range[1]);
    if (comma >= 0 && comma < end) edits.replace(comma, comma + 1, " ");
    next = `${name}[${key}] + 1`;
  }
  edits.replace(end - 1, end, `return ${name}; })(${box === undefined ? "{}" : `${box} ?? {}`});`);
}

/** In an enum, the name of an earlier member is its value. */
export function nameMembers(edits: Edits, name: string, variables: readonly Variable[]): void {
  for (const { defs, references } of variables) {
    if (String(defs[0]?.type) !== "TSEnumMemberName") continue;
    for (const { identifier: { range } } of references) edits.insert(range[0], `${name}.`);
  }
}
