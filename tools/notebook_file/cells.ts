/**
 * The code of a notebook as modules for the compiler and the linter, with a map from their lines to the
 * notebook's cells.
 */
import { parse } from "@babel/parser";
import { type CodeCell, codeCells, hasTag, type Notebook, sourceText } from "./notebook.ts";

/** The statements of a cell as a syntax tree (Babel's form of ESTree). */
export type Statements = ReturnType<typeof parse>["program"]["body"];

/** A line of a code cell. Only code cells are counted, from 1, as the kernel does. */
export type Place = { notebook: string; cell: number; id: string; line: number };

/** `notebooks/03_inference.ipynb, cell 4 (load-weights), line 2`, or without a line. */
export function placeText({ notebook, cell, id, line }: Omit<Place, "line"> & { line?: number }) {
  return `${notebook}, cell ${cell} (${id})${line === undefined ? "" : `, line ${line}`}`;
}

/** A generated source file; `places[i]` is the origin of its line `i + 1`, if that is a cell. */
export type Generated = { text: string; places: (Place | undefined)[] };

/** A parsed code cell: its statements, or why it has none. */
export type ParsedCell =
  & { cell: CodeCell; number: number }
  & ({ statements: Statements } | { syntaxError: { message: string; line: number } });

/** Parses a notebook's code cells. */
export function parseCells(notebook: Notebook): ParsedCell[] {
  return codeCells(notebook).map((cell, i) => ({ cell, number: i + 1, ...parseSource(cell) }));
}

function parseSource(cell: CodeCell) {
  try {
    const { program } = parse(sourceText(cell), { sourceType: "module", plugins: ["typescript"] });
    return { statements: program.body };
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    const [, message, line] = /^(.*?) \((\d+):\d+\)/s.exec(error.message) ??
      [, error.message, "1"];
    return { syntaxError: { message: `${message}`, line: Number(line) } };
  }
}

/**
 * All code of a notebook as one module, with the types that names have when the cells run in order.
 *
 * Each cell is a block inside the block of the cell before it, so that a cell can use every earlier name
 * and may declare it again, as the kernel allows. Imports are not allowed in blocks; they move to the
 * top, each name once. A run may set the parameters, so after their cell the compiler must not assume
 * that they still have the values written there.
 */
export function notebookModule(cells: ParsedCell[], notebook: string): Generated {
  const imports: ImportedName[] = [];
  const blocks = new Lines();
  let depth = 0;
  for (const parsed of cells) {
    if ("syntaxError" in parsed) continue;
    const { cell, number, statements } = parsed;
    const placeOf = (line: number) => ({ notebook, cell: number, id: cell.id, line });
    let source = sourceText(cell);
    for (const { names, start, end } of importsOf(statements, source)) {
      imports.push(...names.map((name) => ({ ...name, place: placeOf(name.line) })));
      source = source.slice(0, start) + blank(source.slice(start, end)) + source.slice(end);
    }
    depth++;
    blocks.add("{");
    source.split("\n").forEach((line, i) => blocks.add(line, placeOf(i + 1)));
    if (hasTag(cell, "parameters")) {
      for (const { name, line } of letNames(statements)) {
        blocks.add(`${name} = $parameter();`, placeOf(line));
      }
    }
  }
  blocks.add("}".repeat(depth));

  const head = new Lines();
  const values = new Set(imports.filter((name) => !name.isType).map((name) => name.clause));
  const added = new Set<string>();
  for (const { clause, isType, place } of imports) {
    if (added.has(clause) || (isType && values.has(clause))) continue;
    added.add(clause);
    head.add(`import ${isType ? "type " : ""}${clause};`, place);
  }
  head.add("declare function $parameter<T>(): T;");
  head.add("export {};");
  return { text: head.text + blocks.text, places: [...head.places, ...blocks.places] };
}

/** A generated text under construction. */
class Lines implements Generated {
  text = "";
  readonly places: (Place | undefined)[] = [];
  add(line: string, place?: Place): void {
    this.text += line + "\n";
    this.places.push(place);
  }
}

/** The names that a parameters cell declares with `let`, and their lines. */
export function letNames(statements: Statements): { name: string; line: number }[] {
  return statements.flatMap((statement) =>
    statement.type === "VariableDeclaration" && statement.kind === "let"
      ? statement.declarations.flatMap(({ id }) =>
        id.type === "Identifier" ? [{ name: id.name, line: lineOf(id) }] : []
      )
      : []
  );
}

/** The line on which a node of a syntax tree starts. */
export function lineOf(node: { loc?: { start: { line: number } } | null }): number {
  return node.loc?.start.line ?? 1;
}

/** An import of one name; `clause` is the text between `import` and the semicolon. */
type ImportedName = { clause: string; isType: boolean; line: number; place?: Place };

/** The import statements of a cell, split into one for each name. */
function importsOf(statements: Statements, source: string) {
  return statements.flatMap((statement) => {
    if (statement.type !== "ImportDeclaration") return [];
    const start = statement.start ?? 0;
    const end = statement.end ?? start;
    const from = source.slice(statement.source.start ?? start, end).replace(/;$/, "");
    const names: ImportedName[] = statement.specifiers.map((specifier) => {
      const isNamed = specifier.type === "ImportSpecifier";
      const isType = statement.importKind === "type" ||
        (isNamed && specifier.importKind === "type");
      const name = source.slice(specifier.start ?? 0, specifier.end ?? 0).replace(/^type\s+/, "");
      return {
        clause: `${isNamed ? `{ ${name} }` : name} from ${from}`,
        isType,
        line: lineOf(specifier),
      };
    });
    if (names.length === 0) names.push({ clause: from, isType: false, line: lineOf(statement) });
    return [{ names, start, end }];
  });
}

/** As many spaces, so that everything else keeps its line and column. */
function blank(text: string): string {
  return text.replace(/[^\n]/g, " ");
}
