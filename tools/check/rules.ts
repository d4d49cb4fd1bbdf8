/** Rules for the notebooks of the course that formatter, linter and compiler do not know. */
import { letNames, lineOf, type ParsedCell, type Statements } from "../notebook_file/cells.ts";
import { lateImports } from "./import_order.ts";
import { repeatedLoops } from "./repeated_loops.ts";
import {
  type Cell,
  hasTag,
  type Notebook,
  type Output,
  outputsAreCurrent,
  sourceText,
  stringifyNotebook,
} from "../notebook_file/notebook.ts";
import type { Json } from "../support/json.ts";

/** A problem in a line of a code cell, in a cell, or in the whole notebook. */
export type RuleProblem = { message: string; cell?: Cell; line?: number };

/** The largest size with outputs, for git and for pages that show notebooks. */
const MAX_KILOBYTES = 400;

/**
 * The functions that the last statement of a cell awaits: they return when all outputs have left the
 * kernel. Without them, outputs are sometimes lost.
 */
const SINKS = ["show", "record", "playground", "check", "hint", "solution"];

/** Longer cells do not fit on a slide, and hold more than one idea. */
const MAX_LINES = 20;

const SLIDE_TYPES = ["slide", "subslide", "fragment", "skip", "notes", "-"];

/** All problems of a notebook; `text` is the content of its file. */
export function ruleProblems(
  notebook: Notebook,
  cells: ParsedCell[],
  text: string,
): RuleProblem[] {
  return [
    ...fileProblems(notebook, text),
    ...metadataProblems(notebook),
    ...formulaProblems(notebook),
    ...parameterProblems(cells),
    ...importProblems(cells),
    ...endProblems(cells),
    ...lengthProblems(cells),
    ...loopProblems(cells),
    ...globalProblems(cells),
    ...outputProblems(notebook, cells),
  ];
}

function fileProblems(notebook: Notebook, text: string): RuleProblem[] {
  const problems: RuleProblem[] = [];
  if (text !== stringifyNotebook(notebook)) {
    problems.push({ message: "not written as Jupyter writes it: deno task check --fix" });
  }
  const kilobytes = new TextEncoder().encode(text).length / 1000;
  if (kilobytes > MAX_KILOBYTES) {
    const found = Math.ceil(kilobytes);
    problems.push({ message: `expected at most ${MAX_KILOBYTES} kB, found ${found} kB` });
  }
  return problems;
}

function metadataProblems({ metadata, cells }: Notebook): RuleProblem[] {
  const problems: RuleProblem[] = [];
  const expected = [
    ["kernelspec", "name", "deno"],
    ["language_info", "name", "typescript"], // without it, deno fmt skips the notebook
  ] as const;
  for (const [part, key, value] of expected) {
    const found = member(metadata[part], key);
    if (found !== value) {
      problems.push({
        message: `expected metadata.${part}.${key} "${value}", found ${JSON.stringify(found)}`,
      });
    }
  }
  const ids = new Set<string>();
  for (const cell of cells) {
    if (ids.has(cell.id)) problems.push({ cell, message: "another cell has the same id" });
    ids.add(cell.id);
    const slide = member(cell.metadata.slideshow, "slide_type");
    if (typeof slide !== "string" || !SLIDE_TYPES.includes(slide)) {
      problems.push({
        cell,
        message: `expected metadata.slideshow.slide_type, one of ${SLIDE_TYPES.join(" ")}`,
      });
    }
  }
  return problems;
}

/**
 * Formulas that Markdown breaks: a line `=` makes a heading of the lines above it, and the formatter
 * then cuts the formula into paragraphs.
 */
function formulaProblems({ cells }: Notebook): RuleProblem[] {
  return cells.filter((cell) => cell.cell_type === "markdown").flatMap((cell) => {
    const text = cell.source.replace(/^(`{3,}).*?^\1|`[^`\n]*`/gms, "");
    return text.split(/\n\s*\n/).filter((part) => part.split("$$").length % 2 === 0)
      .slice(0, 1).map((): RuleProblem => ({
        cell,
        message:
          "a formula is cut: expected $$ … $$ without an empty line or a line that is only =",
      }));
  });
}

function parameterProblems(cells: ParsedCell[]): RuleProblem[] {
  const tagged = cells.filter(({ cell }) => hasTag(cell, "parameters"));
  if (tagged.length !== 1) {
    return [{ message: `expected one code cell tagged parameters, found ${tagged.length}` }];
  }
  const [parsed] = tagged;
  if ("syntaxError" in parsed) return [];
  const { cell, statements } = parsed;
  if (letNames(statements).length === 0) {
    return [{ cell, message: "expected parameters declared with let, found none" }];
  }
  return statements.flatMap((statement) => {
    const isLet = statement.type === "VariableDeclaration" && statement.kind === "let" &&
      statement.declarations.every(({ id, init }) => id.type === "Identifier" && init);
    return isLet ? [] : [{
      cell,
      line: lineOf(statement),
      message: "a parameters cell has only declarations such as let epochs = 5;",
    }];
  });
}

function importProblems(cells: ParsedCell[]): RuleProblem[] {
  return lateImports(cells).map(({ user, line, name, importer }) => ({
    cell: user,
    line,
    message: `${name} is imported later, in cell ${importer.id}`,
  }));
}

function endProblems(cells: ParsedCell[]): RuleProblem[] {
  return cells.flatMap((parsed) => {
    if ("syntaxError" in parsed || hasTag(parsed.cell, "parameters")) return [];
    const { cell, statements } = parsed;
    const last = statements.at(-1);
    if (last === undefined) return [{ cell, message: "an empty code cell" }];
    if (statements.every(onlyDeclares) || endsInSink(last)) return [];
    const sinks = SINKS.map((name) => `await ${name}(...)`).join(", ");
    return [{
      cell,
      line: lineOf(last),
      message: `expected the cell to end in ${sinks}: otherwise its outputs can be lost`,
    }];
  });
}

function lengthProblems(cells: ParsedCell[]): RuleProblem[] {
  return cells.flatMap(({ cell }) => {
    const lines = sourceText(cell).split("\n").length;
    return lines > MAX_LINES
      ? [{ cell, message: `expected at most ${MAX_LINES} lines, found ${lines}: split the cell` }]
      : [];
  });
}

function loopProblems(cells: ParsedCell[]): RuleProblem[] {
  return repeatedLoops(cells).map(({ cell, line, first }) => ({
    cell,
    line,
    message: `this loop is a copy of one in cell ${first.id}: write a function, and call it twice`,
  }));
}

/** VS Code reads all cells as one script, in which a variable such as close is the global close(). */
function globalProblems(cells: ParsedCell[]): RuleProblem[] {
  return cells.flatMap((parsed) =>
    "syntaxError" in parsed ? [] : parsed.statements.flatMap(declaredNames)
      .filter(({ name }) => name in globalThis)
      .map(({ name, line }) => ({
        cell: parsed.cell,
        line,
        message: `${name} is also a global, and VS Code takes it for that: choose another name`,
      }))
  );
}

/** The names that a statement declares, except for those in patterns. */
function declaredNames(statement: Statement): { name: string; line: number }[] {
  const declared = statement.type === "VariableDeclaration"
    ? statement.declarations.map(({ id }) => id)
    : /^(Function|Class)Declaration$/.test(statement.type) && "id" in statement
    ? [statement.id]
    : [];
  return declared.flatMap((id) =>
    id?.type === "Identifier" ? [{ name: id.name, line: lineOf(id) }] : []
  );
}

type Statement = Statements[number];

/** Whether a statement only declares something, so that no output can be lost. */
function onlyDeclares(statement: Statement): boolean {
  return /^(Import|Function|Class|TSInterface|TSTypeAlias|TSEnum)\w*Declaration$/
    .test(statement.type);
}

/** Whether a statement that does not throw ends with awaiting a sink. */
function endsInSink(statement: Statement | null | undefined): boolean {
  switch (statement?.type) {
    case "ExpressionStatement":
      return isSink(statement.expression);
    case "VariableDeclaration":
      return isSink(statement.declarations.at(-1)?.init);
    case "BlockStatement":
      return endsInSink(statement.body.at(-1));
    case "TryStatement": // usually an example of an error: the block throws, the handler shows it
      return endsInSink(statement.finalizer) || endsInSink(statement.handler?.body);
    case "IfStatement":
      return endsInSink(statement.consequent) &&
        (!statement.alternate || endsInSink(statement.alternate));
    case "ForStatement":
    case "ForOfStatement":
    case "WhileStatement":
      return endsInSink(statement.body);
    default:
      return false;
  }
}

type Expression = Extract<Statement, { type: "ExpressionStatement" }>["expression"];

function isSink(expression: Expression | null | undefined): boolean {
  if (expression?.type !== "AwaitExpression") return false;
  const call = expression.argument;
  return call.type === "CallExpression" && call.callee.type === "Identifier" &&
    SINKS.includes(call.callee.name);
}

function outputProblems(notebook: Notebook, cells: ParsedCell[]): RuleProblem[] {
  const problems: RuleProblem[] = [];
  const fix = "deno task run --write updates them";
  if (cells.every(({ cell }) => cell.outputs.length === 0)) {
    problems.push({ message: `no outputs are stored: ${fix}` });
  } else if (!outputsAreCurrent(notebook)) {
    problems.push({ message: `code was changed after the outputs were stored: ${fix}` });
  }
  for (const { cell } of cells) {
    for (const output of cell.outputs) {
      if (output.output_type === "error" && !hasTag(cell, "raises-exception")) {
        problems.push({ cell, message: `its stored output is an error: ${output.ename}` });
      }
      for (const found of new Set(textsOf(output).flatMap(unwanted))) {
        problems.push({ cell, message: `its stored output has ${found}` });
      }
    }
  }
  return problems;
}

/** The texts of a stored output, without the base64 of pictures. */
function textsOf(output: Output): string[] {
  switch (output.output_type) {
    case "stream":
      return [output.text];
    case "error":
      return [output.ename, output.evalue, ...output.traceback];
    case "display_data":
    case "execute_result":
      return Object.entries(output.data).flatMap(([type, data]) => {
        if (type === "application/javascript") return ["<script>"];
        return typeof data === "string" && type.startsWith("image/") && type !== "image/svg+xml"
          ? []
          : [typeof data === "string" ? data : JSON.stringify(data ?? null)];
      });
  }
}

/** Parts of a stored text that readers on other machines should not see. */
function unwanted(text: string): string[] {
  const found: string[] = [];
  const folder =
    /(?:file:\/\/|(?<![\w.<])(?:\/(?:home|root|Users|work|tmp|private|var)\/|[A-Z]:\\))[^\s"'<>)]*/
      .exec(text);
  if (folder) found.push(`a path of one machine: ${folder[0]}`);
  if (text.includes("\x1b")) found.push("terminal codes (ANSI)");
  if (/<script\b/i.test(text)) found.push("a script");
  return found;
}

function member(value: Json | undefined, key: string): Json | undefined {
  return typeof value === "object" && value !== null && !Array.isArray(value)
    ? value[key]
    : undefined;
}
