/**
 * The parameters of a notebook: the `let` declarations of the code cell tagged `parameters`, which a run
 * can give other values. Nothing is evaluated: a parameter is a literal number, string or boolean, or an
 * array of these.
 *
 * @module
 */

import { parse, type ParseResult } from "@babel/parser";
import { closest, distance } from "fastest-levenshtein";
import { codeCells, hasTag, type Notebook, sourceText } from "./notebook.ts";
import type { Json } from "../support/json.ts";

/** A `--set` that does not match the notebook, or cannot be parsed. */
export class ParameterError extends Error {
  override name = "ParameterError";
}

/** A value that a parameter can have. */
export type ParameterValue = number | string | boolean | ParameterValue[];

/** A parameter as its cell declares it. */
export interface Parameter {
  name: string;
  /** The value in the cell, or null if it is not a literal. */
  value: ParameterValue | null;
  /** The strings that its type allows, if that is a union of strings. */
  choices: string[] | null;
  /** The position of the value in the cell's source. */
  start: number;
  end: number;
}

/**
 * Splits `name=value`. The value remains text: its meaning depends on the parameter.
 *
 * @throws {ParameterError} if there is no name or no `=`.
 */
export function parseSetting(setting: string): [name: string, value: string] {
  const match = /^\s*([\p{ID_Start}$_][\p{ID_Continue}$]*)\s*=(.*)$/su.exec(setting);
  if (!match) throw new ParameterError(`--set: expected name=value, found "${setting}"`);
  return [match[1], match[2].trim()];
}

/**
 * The parameters that a notebook declares, in order; empty if it has no parameters cell.
 *
 * @throws {ParameterError} if the parameters cell cannot be parsed.
 */
export function parametersOf(notebook: Notebook): Parameter[] {
  const cell = parametersCell(notebook);
  return cell ? declarations(sourceText(cell)) : [];
}

/**
 * A copy of the notebook with other values in its parameters cell.
 *
 * @param settings the text of each value by the name of its parameter.
 * @throws {ParameterError} if a name is not declared, or a value does not have its parameter's type.
 */
export function fillParameters(notebook: Notebook, settings: Map<string, string>): Notebook {
  const filled = structuredClone(notebook);
  if (settings.size === 0) return filled;
  const cell = parametersCell(filled);
  const parameters = cell ? declarations(sourceText(cell)) : [];
  const replacements = [...settings].map(([name, value]) => {
    const parameter = parameters.find((parameter) => parameter.name === name);
    if (!parameter) throw unknownName(name, parameters);
    return { ...parameter, text: JSON.stringify(readValue(parameter, value)) };
  });
  // From the end, so that the earlier positions stay valid.
  for (const { start, end, text } of replacements.sort((a, b) => b.start - a.start)) {
    if (cell) cell.source = cell.source.slice(0, start) + text + cell.source.slice(end);
  }
  return filled;
}

function parametersCell(notebook: Notebook) {
  return codeCells(notebook).find((cell) => hasTag(cell, "parameters"));
}

type Statement = ParseResult["program"]["body"][number];
type Declarator = Extract<Statement, { type: "VariableDeclaration" }>["declarations"][number];
type Value = NonNullable<Declarator["init"]>;
type Annotation = Extract<Declarator["id"], { type: "Identifier" }>["typeAnnotation"];

function declarations(source: string): Parameter[] {
  let body: Statement[];
  try {
    body = parse(source, { sourceType: "module", plugins: ["typescript"] }).program.body;
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new ParameterError(
      `parameters: expected let declarations, found code that does not parse: ${reason}`,
      { cause },
    );
  }
  return body
    .flatMap((statement) =>
      statement.type === "VariableDeclaration" && statement.kind === "let"
        ? statement.declarations
        : []
    )
    .flatMap(({ id, init }) => {
      if (id.type !== "Identifier" || !init) return [];
      return [{
        name: id.name,
        value: valueOf(init),
        choices: choicesOf(id.typeAnnotation),
        start: init.start ?? 0,
        end: init.end ?? 0,
      }];
    });
}

function valueOf(node: Value): ParameterValue | null {
  switch (node.type) {
    case "NumericLiteral":
    case "StringLiteral":
    case "BooleanLiteral":
      return node.value;
    case "TemplateLiteral":
      return node.expressions.length === 0 ? node.quasis[0].value.cooked ?? null : null;
    case "UnaryExpression": {
      const value = valueOf(node.argument);
      return node.operator === "-" && typeof value === "number" ? -value : null;
    }
    case "ArrayExpression": {
      const values = node.elements.map((item) =>
        item === null || item.type === "SpreadElement" ? null : valueOf(item)
      );
      return values.every((value) => value !== null) ? values : null;
    }
    default:
      return null;
  }
}

/** The strings of a type such as `"auto" | "mnist"`, or null for any other type. */
function choicesOf(annotation: Annotation): string[] | null {
  if (annotation?.type !== "TSTypeAnnotation") return null;
  const type = annotation.typeAnnotation;
  if (type.type !== "TSUnionType") return null;
  const strings = type.types.flatMap((member) =>
    member.type === "TSLiteralType" && member.literal.type === "StringLiteral"
      ? [member.literal.value]
      : []
  );
  return strings.length === type.types.length ? strings : null;
}

function readValue({ name, value, choices }: Parameter, text: string): ParameterValue {
  if (value === null) {
    throw new ParameterError(
      `--set ${name}: expected a parameter with a literal value, found one that is computed; write ` +
        "a number, string, boolean or array of these in the parameters cell",
    );
  }
  const read = readLike(value, text);
  if (read === undefined) {
    throw new ParameterError(`--set ${name}: expected ${kindOf(value)}, found "${text}"`);
  }
  if (choices && typeof read === "string" && !choices.includes(read)) {
    throw new ParameterError(
      `--set ${name}: expected one of ${choices.join(", ")}, found "${text}"`,
    );
  }
  return read;
}

/** Parses a text as a value of the example's type; undefined if that is impossible. */
function readLike(example: ParameterValue, text: string): ParameterValue | undefined {
  switch (typeof example) {
    case "string":
      return text;
    case "number":
      return readNumber(text);
    case "boolean":
      return text === "true" ? true : text === "false" ? false : undefined;
    default:
      return text.startsWith("[") ? readJsonArray(example, text) : readList(example, text);
  }
}

function readNumber(text: string): number | undefined {
  const isNumber = /^[+-]?(\d[\d_]*(\.\d*)?|\.\d+)(e[+-]?\d+)?$/i.test(text);
  const value = Number(text.replaceAll("_", ""));
  return isNumber && Number.isFinite(value) ? value : undefined;
}

/** `1,2,3`: the items have the type of the example's items. */
function readList(example: ParameterValue[], text: string): ParameterValue[] | undefined {
  if (text === "") return [];
  const items = text.split(",").map((item) => {
    const like = example[0] ?? readNumber(item.trim()) ?? "";
    return readLike(like, item.trim());
  });
  return items.every((item) => item !== undefined) ? items : undefined;
}

/** `[1, 2, 3]`, also nested. */
function readJsonArray(example: ParameterValue[], text: string): ParameterValue[] | undefined {
  let value: Json;
  try {
    value = JSON.parse(text);
  } catch {
    return undefined;
  }
  return Array.isArray(value) && isLike(example, value) ? value : undefined;
}

function isLike(example: ParameterValue | undefined, value: Json): value is ParameterValue {
  if (!Array.isArray(value)) {
    const isPlain = ["number", "string", "boolean"].includes(typeof value);
    return isPlain && (example === undefined || typeof example === typeof value);
  }
  return (example === undefined || Array.isArray(example)) &&
    value.every((item) => isLike(example?.[0], item));
}

function kindOf(value: ParameterValue): string {
  if (!Array.isArray(value)) return `a ${typeof value} such as ${JSON.stringify(value)}`;
  return `an array such as ${value.length > 0 ? value.join(",") : "1,2,3"}`;
}

function unknownName(name: string, parameters: Parameter[]): ParameterError {
  const names = parameters.map((parameter) => parameter.name);
  if (names.length === 0) {
    return new ParameterError(
      `--set ${name}: expected a notebook with parameters, found no code cell tagged "parameters" ` +
        "with let declarations",
    );
  }
  const near = closest(name, names);
  const hint = distance(name, near) <= Math.max(2, name.length / 3)
    ? ` (did you mean ${near}?)`
    : "";
  return new ParameterError(
    `--set ${name}: expected one of ${names.join(", ")}, found "${name}"${hint}`,
  );
}
