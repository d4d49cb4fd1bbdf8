/**
 * The names that a cell declares for the cells after it, and those that it takes from the cells before.
 *
 * @module
 */

import { parse } from "@babel/parser";
import { analyze } from "@typescript-eslint/scope-manager";

/** How later cells may use a name: `type` only in types; a `variable` may be assigned to. */
export type Use = "value" | "variable" | "type";

/** The names that a cell declares, and those among them that it exports itself. */
export interface Names {
  readonly uses: ReadonlyMap<string, Use>;
  readonly exported: ReadonlySet<string>;
}

/** A program as the analysis of its scopes reads it. */
type Tree = Parameters<typeof analyze>[0];

/** A statement at the top of a cell. */
export type Statement = ReturnType<typeof parse>["program"]["body"][number];
type Declaration = Extract<Statement, { type: "VariableDeclaration" }>;
type Declared = Declaration["declarations"][number]["id"];
type Property = Extract<Declared, { type: "ObjectPattern" }>["properties"][number];
type Element = Extract<Declared, { type: "ArrayPattern" }>["elements"][number];
/** What may be declared: a name, or a pattern of names as in `const { a, b: [c] } = …`. */
type Pattern =
  | Declared
  | Element
  | Extract<Property, { type: "ObjectProperty" }>["value"]
  | Extract<Property, { type: "RestElement" }>["argument"];

/** The names that a cell declares, or undefined where it cannot be parsed. */
export function declaredNames(code: string): Names | undefined {
  const file = parsed(code);
  if (!file) return undefined;
  const names = new Collector();
  for (const statement of file.program.body) names.declare(statement);
  return names;
}

/**
 * The names that a cell takes from other cells: not its properties, parameters and inner names, and not
 * the words of its comments and strings.
 *
 * @returns undefined for a cell that cannot be parsed.
 */
export function freeNames(code: string): ReadonlySet<string> | undefined {
  const file = parsed(code, "estree");
  if (!file) return undefined;
  // With this plugin, the tree is one of ESTree, which the types of the parser do not say.
  const { globalScope } = analyze(file.program as object as Tree, {
    sourceType: "module",
    lib: [],
  });
  return new Set(globalScope?.through.map(({ identifier }) => identifier.name));
}

function parsed(code: string, ...plugins: "estree"[]) {
  try {
    return parse(code, {
      sourceType: "module",
      plugins: ["typescript", ...plugins],
      errorRecovery: true, // such as a name declared twice
      ranges: true,
    });
  } catch {
    return undefined;
  }
}

/** The names that one statement declares. */
export function declaredBy(statement: Statement): string[] {
  const names = new Collector();
  names.declare(statement);
  return [...names.uses.keys()];
}

/** The names that a cell seems to declare which is incomplete, because it is being typed. */
export function guessedNames(code: string): Names {
  const declarations = code.matchAll(
    /^(?:export\s+)?(?:async\s+)?(?:const|let|var|class|function\*?|enum|interface|type)\s+(?:([\p{ID_Start}$_][\p{ID_Continue}$]*)|[{[]([^}\]]*))/gmu,
  );
  const uses = new Map<string, Use>();
  for (const [, name, names] of declarations) {
    if (name !== undefined) uses.set(name, "value");
    for (const [, one] of (names ?? "").matchAll(/([\p{ID_Continue}$]+)\s*(?=,|$|=)/gu)) {
      uses.set(one, "value");
    }
  }
  return { uses, exported: new Set() };
}

class Collector implements Names {
  readonly uses = new Map<string, Use>();
  readonly exported = new Set<string>();

  /** Adds what a statement at the top of a cell declares. */
  declare(statement: Statement): void {
    switch (statement.type) {
      case "VariableDeclaration":
        this.#variables(statement);
        break;
      case "FunctionDeclaration":
      case "TSDeclareFunction":
      case "ClassDeclaration":
      case "TSEnumDeclaration":
        if (statement.id) this.uses.set(statement.id.name, "value");
        break;
      case "TSInterfaceDeclaration":
      case "TSTypeAliasDeclaration":
        // A class may have the same name: then the name is a value, too.
        if (!this.uses.has(statement.id.name)) this.uses.set(statement.id.name, "type");
        break;
      case "ImportDeclaration":
        for (const specifier of statement.specifiers) {
          const isType = statement.importKind === "type" ||
            (specifier.type === "ImportSpecifier" && specifier.importKind === "type");
          this.uses.set(specifier.local.name, isType ? "type" : "value");
        }
        break;
      case "ExportNamedDeclaration": {
        const before = new Set(this.uses.keys());
        if (statement.declaration) this.declare(statement.declaration);
        for (const name of this.uses.keys()) if (!before.has(name)) this.exported.add(name);
        for (const specifier of statement.specifiers) {
          if (specifier.type === "ExportSpecifier" && specifier.exported.type === "Identifier") {
            this.exported.add(specifier.exported.name);
          }
        }
        break;
      }
      default:
        this.#hoisted(statement);
    }
  }

  /** `var` in a block, a loop or an `if` is declared for the whole cell. */
  #hoisted(statement: Statement | null | undefined): void {
    switch (statement?.type) {
      case "VariableDeclaration":
        if (statement.kind === "var") this.#variables(statement);
        break;
      case "BlockStatement":
        for (const inner of statement.body) this.#hoisted(inner);
        break;
      case "IfStatement":
        this.#hoisted(statement.consequent);
        this.#hoisted(statement.alternate);
        break;
      case "ForStatement":
        if (statement.init?.type === "VariableDeclaration") this.#hoisted(statement.init);
        this.#hoisted(statement.body);
        break;
      case "ForInStatement":
      case "ForOfStatement":
        if (statement.left.type === "VariableDeclaration") this.#hoisted(statement.left);
        this.#hoisted(statement.body);
        break;
      case "WhileStatement":
      case "DoWhileStatement":
      case "LabeledStatement":
        this.#hoisted(statement.body);
        break;
      case "TryStatement":
        this.#hoisted(statement.block);
        this.#hoisted(statement.handler?.body);
        this.#hoisted(statement.finalizer);
        break;
      case "SwitchStatement":
        for (const { consequent } of statement.cases) {
          for (const inner of consequent) this.#hoisted(inner);
        }
        break;
    }
  }

  #variables({ kind, declarations }: Declaration): void {
    const use = kind === "let" || kind === "var" ? "variable" : "value";
    for (const { id } of declarations) this.#bind(id, use);
  }

  #bind(pattern: Pattern | null | undefined, use: Use): void {
    switch (pattern?.type) {
      case "Identifier":
        this.uses.set(pattern.name, use);
        break;
      case "ObjectPattern":
        for (const property of pattern.properties) {
          this.#bind(property.type === "RestElement" ? property : property.value, use);
        }
        break;
      case "ArrayPattern":
        for (const element of pattern.elements) this.#bind(element, use);
        break;
      case "AssignmentPattern":
        this.#bind(pattern.left, use);
        break;
      case "RestElement":
        this.#bind(pattern.argument, use);
        break;
    }
  }
}
