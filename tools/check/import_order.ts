/**
 * Finds names that a cell uses before a later cell imports them. The compiler cannot find them, since
 * it gets all imports at the top of one module.
 */
import { lineOf, type ParsedCell, type Statements } from "../notebook_file/cells.ts";

/** A name that is used too early: the cell and line, and the cell that imports it. */
export interface LateImport {
  user: ParsedCell["cell"];
  line: number;
  name: string;
  importer: ParsedCell["cell"];
}

/** The part of a syntax node that a walk through the tree needs. */
type Node = { type: string; loc?: { start: { line: number } } | null; [key: string]: unknown };

/** The first use, in each cell, of each name that is imported too late. */
export function lateImports(cells: ParsedCell[]): LateImport[] {
  const parsed = cells.flatMap((cell) =>
    "statements" in cell ? [{ cell: cell.cell, ...namesOf(cell.statements) }] : []
  );
  const known = new Set<string>();
  return parsed.flatMap(({ cell: user, imported, declared, used }, i) => {
    for (const name of [...imported, ...declared]) known.add(name);
    return Array.from(used).flatMap(([name, line]) => {
      if (known.has(name)) return [];
      const importer = parsed.slice(i).find((later) => later.imported.includes(name))?.cell;
      return importer ? [{ user, line, name, importer }] : [];
    });
  });
}

/** The names that a cell imports, declares anywhere, and uses, the latter with their lines. */
function namesOf(statements: Statements) {
  const imported: string[] = [];
  const declared = new Set<string>();
  const used = new Map<string, number>();

  const read = (value: unknown, parent?: Node, key?: string): void => {
    if (Array.isArray(value)) return value.forEach((item) => read(item, parent, key));
    if (!isNode(value)) return;
    if (/^Import.*Specifier$/.test(value.type)) {
      if (isNode(value.local)) imported.push(String(value.local.name));
    } else if (DECLARING.has(key ?? "")) {
      declare(value);
    } else if (value.type === "Identifier") {
      const name = String(value.name);
      if (!isLabel(parent, key) && !used.has(name)) used.set(name, lineOf(value));
    } else {
      readParts(value);
    }
  };
  const readParts = (node: Node) => {
    for (const [part, child] of Object.entries(node)) read(child, node, part);
  };
  /** Reads a declaration: a name, or a pattern of names with default values. */
  const declare = (node: unknown): void => {
    if (!isNode(node)) return;
    if (node.type === "Identifier") declared.add(String(node.name));
    else if (node.type === "ObjectPattern") parts(node.properties).forEach(declare);
    else if (node.type === "ArrayPattern") parts(node.elements).forEach(declare);
    else if (node.type === "ObjectProperty") declare(node.value);
    else if (node.type === "RestElement") declare(node.argument);
    else if (node.type === "AssignmentPattern") {
      declare(node.left);
      read(node.right);
      return;
    }
    read(isNode(node) ? node.typeAnnotation : undefined);
  };
  read(statements);
  return { imported, declared, used };
}

/** The parts of a node that contain what it declares. */
const DECLARING: ReadonlySet<string> = new Set(["id", "param", "params"]);

function parts(value: unknown): unknown[] {
  return Array.isArray(value) ? value : [];
}

function isNode(value: unknown): value is Node {
  return typeof value === "object" && value !== null && "type" in value &&
    typeof value.type === "string";
}

/** Whether an identifier at this place of its parent is a property name. */
function isLabel(parent: Node | undefined, key: string | undefined): boolean {
  return (key === "property" || key === "key") && parent?.computed !== true;
}
