/**
 * Finds loops that a chapter writes twice, such as a training loop: the second one should be a call of
 * a function.
 */
import { lineOf, type ParsedCell } from "../notebook_file/cells.ts";

/** A loop that repeats one of an earlier cell. */
export interface RepeatedLoop {
  cell: ParsedCell["cell"];
  line: number;
  /** The cell with the first one. */
  first: ParsedCell["cell"];
}

/** The part of a syntax node that a walk through the tree needs. */
type Node = { type: string; loc?: { start: { line: number } } | null; [key: string]: unknown };

/**
 * A loop with fewer names and values than this is too common to be a copy: all loops that fill a list
 * look alike.
 */
const LEAST_PARTS = 20;

/** The first loop of each cell that an earlier cell has, too. Variables and numbers may differ. */
export function repeatedLoops(cells: ParsedCell[]): RepeatedLoop[] {
  const known = new Map<string, ParsedCell["cell"]>();
  return cells.flatMap((parsed) => {
    if ("syntaxError" in parsed) return [];
    const { cell, statements } = parsed;
    const own = loopsIn(statements).map((loop) => ({ line: lineOf(loop), form: formOf(loop) }))
      .filter(({ form }) => form.length >= LEAST_PARTS)
      .map(({ line, form }) => ({ line, text: form.join(" ") }));
    const copy = own.find(({ text }) => known.has(text));
    for (const { text } of own) if (!known.has(text)) known.set(text, cell);
    const first = copy && known.get(copy.text);
    return copy && first ? [{ cell, line: copy.line, first }] : [];
  });
}

/** All loops of a syntax tree, the outer ones before those in them. */
function loopsIn(value: unknown): Node[] {
  if (Array.isArray(value)) return value.flatMap(loopsIn);
  if (!isNode(value)) return [];
  const inside = Object.values(value).flatMap(loopsIn);
  return /^(For|ForIn|ForOf|While|DoWhile)Statement$/.test(value.type)
    ? [value, ...inside]
    : inside;
}

/**
 * The parts of a loop in order, in which a variable is the number of its first use, so that renamed
 * copies are equal. Functions and properties keep their names; values are only `value`, types nothing.
 */
function formOf(loop: Node): string[] {
  const numbers = new Map<string, number>();
  const read = (value: unknown, parent?: Node, key?: string): string[] => {
    if (Array.isArray(value)) return value.flatMap((item) => read(item, parent, key));
    if (!isNode(value) || /^(TS|Comment)/.test(value.type) || key === "typeAnnotation") return [];
    if (/Literal$/.test(value.type) && value.type !== "TemplateLiteral") return ["value"];
    if (value.type === "Identifier") {
      const name = String(value.name);
      const isLabel = (key === "property" || key === "key") && parent?.computed !== true;
      if (isLabel || key === "callee") return [name];
      if (!numbers.has(name)) numbers.set(name, numbers.size);
      return [`$${numbers.get(name)}`];
    }
    const operator = typeof value.operator === "string" ? [value.operator] : [];
    return [
      value.type,
      ...operator,
      ...Object.entries(value).flatMap(([part, child]) => read(child, value, part)),
    ];
  };
  return read(loop);
}

function isNode(value: unknown): value is Node {
  return typeof value === "object" && value !== null && "type" in value &&
    typeof value.type === "string";
}
