/**
 * A cell as a function that any JavaScript engine runs: no types, imports awaited, and the names at its
 * top level in boxes, where later cells find them and may declare them again.
 *
 * `let n = 1; n + 1` becomes `(async (ːn) => { let ːːlast; ;(ːn.v = 1); ːːlast = (0, ːn.v + 1); return
 * { value: ːːlast }; })`, which is called with the box of `n`. Which names are meant is read from the
 * scopes, so parameters and inner names of the same spelling stay, and a loop over such names is as
 * fast as over local ones. Lines stay where they were; columns can be computed back.
 */
import { AST_NODE_TYPES as Type, type TSESTree } from "@typescript-eslint/types";
import { Edits } from "./edits.ts";
import { enumAsObject, nameMembers } from "./enums.ts";
import { keepLastValue } from "./last_value.ts";
import {
  CellSyntaxError,
  childrenOf,
  type Node,
  parseCell,
  type Reference,
  type Scope,
  scopesOf,
  type Variable,
} from "./tree.ts";
import { isOnlyTypes, TypeEraser } from "./types.ts";

/**
 * How a name was declared. Within a kind it may be declared again: `let` and `class`; `const` and
 * `import`; `var`, `function` and `enum`.
 */
export type Kind = "let" | "const" | "var";

/** A cell that can run. */
export interface Runnable {
  /** An expression whose value is the function. */
  readonly text: string;
  /** The names whose boxes it takes, in order. */
  readonly parameters: readonly string[];
  /** The names that it declares. */
  readonly declared: ReadonlyMap<string, Kind>;
  /** The line and the column in the cell of a place in `text`; all count from 1. */
  original(line: number, column: number): { line: number; column: number };
}

/** Before the name of a box, and of what the kernel hands to a cell: a letter that nobody types. */
export const MARK = "ː";

/** What a cell imports with: a function, the first parameter. */
export const IMPORT = `${MARK}${MARK}import`;

/** What a cell hands a caught error to, for a message without boxes: the second parameter. */
const TIDY = `${MARK}${MARK}tidy`;

const LAST = `${MARK}${MARK}last`;

/**
 * Rewrites a cell.
 * @param known the names that earlier cells have declared.
 * @throws CellSyntaxError for what is no program, and for a name that was declared in another way.
 */
export function rewrite(code: string, known: ReadonlyMap<string, Kind> = new Map()): Runnable {
  const source = asObject(code) ?? code;
  const rewriting = new Rewriting(source, known);
  const { head, parameters, declared } = rewriting;
  const prefix =
    `(async (${[IMPORT, TIDY, ...parameters.map((name) => MARK + name)].join(", ")}) => {` +
    `"use strict"; let ${LAST};${head}`;
  const edited = rewriting.edits.apply(source);
  const text = `${prefix}${edited.text}\n;return { value: ${LAST} }; })`;
  const starts = lineStarts(text), sourceStarts = lineStarts(source);
  const moved = source === code ? 0 : 1; // the parenthesis before an object
  return {
    text,
    parameters,
    declared,
    original(line, column) {
      const offset = (starts[line - 1] ?? 0) + column - 1 - prefix.length;
      const at = edited.original(Math.max(0, offset));
      const index = sourceStarts.findLastIndex((start) => start <= at);
      const found = at - sourceStarts[index] + 1;
      return { line: index + 1, column: index === 0 ? Math.max(1, found - moved) : found };
    },
  };
}

/** `{ a: 1 }` alone in a cell is an object, not a block with a label. */
function asObject(code: string): string | undefined {
  if (!code.trimStart().startsWith("{") || code.trimEnd().endsWith(";")) return undefined;
  const wrapped = `(${code})`;
  try {
    parseCell(wrapped);
    return wrapped;
  } catch {
    return undefined;
  }
}

function lineStarts(text: string): number[] {
  const starts = [0];
  for (const { index } of text.matchAll(/\n/g)) starts.push(index + 1);
  return starts;
}

/** The kind of a declaration, or undefined for a type. */
function kindOf({ defs }: Variable): Kind | undefined {
  for (const { type, node, parent } of defs) {
    switch (String(type)) {
      case "Variable":
        if (parent?.type !== Type.VariableDeclaration || parent.declare) break;
        return parent.kind === "var" ? "var" : parent.kind === "let" ? "let" : "const";
      case "FunctionName":
        if (node.type === Type.TSDeclareFunction) break;
        return "var";
      case "TSEnumName":
        return "var";
      case "ClassName":
        return "let";
      case "ImportBinding":
        if (node.type === Type.ImportSpecifier && node.importKind === "type") break;
        if (parent?.type === Type.ImportDeclaration && parent.importKind === "type") break;
        return "const";
    }
  }
  return undefined;
}

class Rewriting {
  readonly edits = new Edits();
  readonly declared = new Map<string, Kind>();
  readonly parameters: string[] = [];
  /** What runs before the first statement. */
  head = "";
  readonly #source: string;
  readonly #kinds: ReadonlyMap<string, Kind>;
  readonly #parents = new Map<Node, Node>();
  /** The names in whose place there is a box. */
  readonly #boxed = new Set<Node>();

  constructor(source: string, known: ReadonlyMap<string, Kind>) {
    this.#source = source;
    const program = parseCell(source);
    const { globalScope, scopes } = scopesOf(program);
    const module = globalScope?.childScopes[0];
    for (const variable of module?.variables ?? []) this.#declare(variable, known);
    this.#kinds = new Map([...known, ...this.declared]);
    this.#recordParents(program);

    const eraser = new TypeEraser(source, this.edits);
    eraser.erase(program);
    const used = new Set<string>(this.declared.keys());
    for (const variable of module?.variables ?? []) {
      if (!this.declared.has(variable.name)) continue;
      for (const reference of variable.references) this.#refer(reference, module);
    }
    for (const reference of globalScope?.through ?? []) {
      const { name } = reference.identifier;
      if (typeof name !== "string" || !known.has(name) || this.declared.has(name)) continue;
      if (this.#refer(reference, module)) used.add(name);
    }
    this.parameters.push(...used);
    for (const { block, variables } of scopes) {
      if (block.type === Type.TSEnumDeclaration) nameMembers(this.edits, block.id.name, variables);
    }
    for (const statement of program.body) this.#topLevel(statement);
    keepLastValue(source, this.edits, program.body, LAST);
    this.#visit(program);
  }

  #declare(variable: Variable, known: ReadonlyMap<string, Kind>): void {
    const kind = kindOf(variable);
    if (kind === undefined) return;
    const { name } = variable;
    const before = known.get(name);
    if (before !== undefined && before !== kind) {
      const { loc } = variable.identifiers[0];
      const message = `Identifier '${name}' has already been declared`;
      throw new CellSyntaxError(message, loc.start.line, loc.start.column + 1);
    }
    this.declared.set(name, kind);
  }

  #recordParents(node: Node): void {
    for (const child of childrenOf(node)) {
      this.#parents.set(child, node);
      this.#recordParents(child);
    }
  }

  /** Puts the box in the place of a name; returns false for a name that is only a type. */
  #refer(reference: Reference, module: Scope | undefined): boolean {
    const { identifier } = reference;
    const [start] = identifier.range;
    if (!reference.isValueReference || this.edits.isGone(start)) return false;
    if (identifier.type !== Type.Identifier) return false;
    const { name } = identifier;
    if (
      reference.from.block.type === Type.TSEnumDeclaration && reference.from.block.id.name === name
    ) {
      return false; // an enum knows itself by its name
    }
    const isWrong = reference.isWrite() && !reference.init && this.#kinds.get(name) === "const";
    // The declaration itself, or a use in front of it that runs at once.
    const isEarly = reference.isRead() && reference.from.variableScope === module &&
      this.#isBefore(start, reference.resolved);
    const box = `${MARK}${name}.${isWrong ? "constant" : isEarly ? "early" : "v"}`;
    this.#replaceName(identifier, box);
    return true;
  }

  #isBefore(place: number, variable: Variable | null): boolean {
    if (!variable || this.declared.get(variable.name) === "var") return false;
    return variable.defs.every(({ name }) => place < name.range[0]);
  }

  #replaceName(identifier: TSESTree.Identifier, box: string): void {
    const { name, range: [start] } = identifier;
    const parent = this.#parents.get(identifier);
    this.#boxed.add(identifier);
    if (parent?.type === Type.Property && parent.shorthand) {
      this.edits.replace(start, start + name.length, `${name}: ${box}`);
      return;
    }
    const target = parent?.type === Type.AssignmentPattern && parent.left === identifier
      ? this.#parents.get(parent)
      : undefined;
    const isShorthand = target?.type === Type.Property && target.shorthand;
    const text = isShorthand ? `${name}: ${box}` : this.#isCalled(identifier) ? `(0, ${box})` : box;
    this.edits.replace(start, start + name.length, text);
  }

  /** Whether a name is called: a function in a box must not get the box as `this`. */
  #isCalled(node: Node): boolean {
    const parent = this.#parents.get(node);
    switch (parent?.type) {
      case Type.CallExpression:
        return parent.callee === node;
      case Type.TaggedTemplateExpression:
        return parent.tag === node;
      case Type.TSAsExpression:
      case Type.TSSatisfiesExpression:
      case Type.TSTypeAssertion:
      case Type.TSNonNullExpression:
      case Type.TSInstantiationExpression:
        return this.#isCalled(parent);
      default:
        return false;
    }
  }

  /** Rewrites the declarations at the top of a cell. */
  #topLevel(statement: Node): void {
    const { edits } = this;
    const [start, end] = statement.range;
    if (isOnlyTypes(statement)) return;
    switch (statement.type) {
      case Type.ImportDeclaration:
        this.head += this.#importText(statement);
        return edits.blank(this.#source, start, end);
      case Type.ExportAllDeclaration:
        return edits.blank(this.#source, start, end);
      case Type.ExportNamedDeclaration:
        if (!statement.declaration) return edits.blank(this.#source, start, end);
        edits.blank(this.#source, start, statement.declaration.range[0]);
        return this.#topLevel(statement.declaration);
      case Type.ExportDefaultDeclaration:
        edits.blank(this.#source, start, statement.declaration.range[0]);
        return this.#topLevel(statement.declaration);
      case Type.VariableDeclaration:
        return this.#variables(statement);
      case Type.FunctionDeclaration:
        if (statement.id) this.head += `${MARK}${statement.id.name}.v = ${statement.id.name};`;
        return;
      case Type.ClassDeclaration:
        if (!statement.id) return;
        edits.insert(start, `;${MARK}${statement.id.name}.v = `);
        return edits.insert(end, ";");
    }
  }

  #importText({ source, specifiers }: TSESTree.ImportDeclaration): string {
    const module = `await ${IMPORT}(${JSON.stringify(source.value)})`;
    const bindings = specifiers.map((specifier) => {
      const box = `${MARK}${specifier.local.name}.v`;
      if (specifier.type === Type.ImportNamespaceSpecifier) return `${box} = ${module};`;
      if (specifier.type === Type.ImportDefaultSpecifier) return `${box} = (${module}).default;`;
      if (specifier.importKind === "type") return "";
      const { imported } = specifier;
      const name = imported.type === Type.Identifier ? imported.name : imported.value;
      return `${box} = (${module})[${JSON.stringify(name)}];`;
    });
    return bindings.join("") || `${module};`;
  }

  /** `const a = 1, { b } = f();` becomes `;(ːa.v = 1), ({ b: ːb.v } = f());`. */
  #variables(declaration: TSESTree.VariableDeclaration, isInFor = false): void {
    const { edits } = this;
    const { declarations, kind, range: [start] } = declaration;
    const keyword = this.#source.slice(start, declarations[0].range[0]);
    edits.replace(
      start,
      start + keyword.length,
      (isInFor ? "" : ";") + keyword.replace(/[^\n]/g, " ").slice(isInFor ? 0 : 1),
    );
    for (const { id, init, range } of declarations) {
      const isNamed = id.type === Type.Identifier;
      if (isNamed && init === null) {
        // Only a reference, not the declaration alone, has been replaced.
        const box = `${MARK}${id.name}.v`;
        const text = kind === "var" ? box : `${box} = undefined`;
        edits.replace(id.range[0], id.range[0] + id.name.length, text);
      }
      if (!isInFor || declarations.length > 1) edits.wrap(range[0], range[1], "(", ")");
    }
  }

  /** What is changed wherever it is in the cell. */
  #visit(node: Node): void {
    if (this.edits.isGone(node.range[0]) && node.type.startsWith("TS")) return;
    switch (node.type) {
      case Type.ImportExpression: {
        const [start] = node.range;
        this.edits.replace(start, start + "import".length, IMPORT);
        break;
      }
      case Type.VariableDeclarator:
        this.#nameFunction(node.id, node.init);
        break;
      case Type.AssignmentExpression:
        if (/^(=|\?\?=|\|\|=|&&=)$/.test(node.operator)) this.#nameFunction(node.left, node.right);
        break;
      case Type.AssignmentPattern:
        this.#nameFunction(node.left, node.right);
        break;
      case Type.VariableDeclaration:
        if (node.kind === "var") this.#innerVar(node);
        if (!/^For/.test(this.#parents.get(node)?.type ?? "")) this.#endStatement(node);
        break;
      case Type.TSEnumDeclaration:
        if (!node.declare) this.#enumeration(node);
        break;
      case Type.CatchClause:
        if (node.param?.type === Type.Identifier) {
          this.edits.insert(node.body.range[0] + 1, `${TIDY}(${node.param.name});`);
        }
        break;
      case Type.ExpressionStatement:
      case Type.ReturnStatement:
      case Type.ThrowStatement:
        this.#endStatement(node);
        break;
    }
    childrenOf(node).forEach((child) => this.#visit(child));
  }

  /** Where a type ended the statement, the next line might go on with it. */
  #endStatement({ range: [, end] }: Node): void {
    if (this.#source[end - 1] !== ";") this.edits.insert(end, ";");
  }

  /** A function without a name gets that of the variable, as it would if that were no box. */
  #nameFunction(target: Node, value: Node | null | undefined): void {
    if (target.type !== Type.Identifier || !value || !this.#isBoxed(target)) return;
    const isNameless = value.type === Type.ArrowFunctionExpression ||
      ((value.type === Type.FunctionExpression || value.type === Type.ClassExpression) &&
        !value.id);
    if (!isNameless || target.name === "__proto__") return;
    this.edits.wrap(...value.range, `{ ${target.name}: `, ` }.${target.name}`);
  }

  #isBoxed(identifier: TSESTree.Identifier): boolean {
    return this.#boxed.has(identifier);
  }

  /** `var` inside a block, a loop or an `if` of the cell, but not inside a function. */
  #innerVar(declaration: TSESTree.VariableDeclaration): void {
    const parent = this.#parents.get(declaration);
    if (!parent || parent.type === Type.Program || parent.type === Type.ExportNamedDeclaration) {
      return;
    }
    for (let above: Node | undefined = parent; above; above = this.#parents.get(above)) {
      if (/Function|StaticBlock|PropertyDefinition/.test(above.type)) return;
    }
    this.#variables(declaration, /^For/.test(parent.type));
  }

  #enumeration(node: TSESTree.TSEnumDeclaration): void {
    const parent = this.#parents.get(node)?.type;
    const isTop = parent === Type.Program || parent === Type.ExportNamedDeclaration;
    const box = isTop ? `${MARK}${node.id.name}.v` : undefined;
    enumAsObject(this.#source, this.edits, node, box);
  }
}
