/**
 * Removes the types of a cell. What is removed becomes spaces, so that lines and columns stay; the few
 * parts of TypeScript that do something at run time become JavaScript.
 */
import { AST_NODE_TYPES as Type, type TSESTree } from "@typescript-eslint/types";
import type { Edits } from "./edits.ts";
import { CellSyntaxError, childrenOf, type Node } from "./tree.ts";

/** Words before the name of a member of a class that only TypeScript knows. */
const MODIFIERS = /\b(?:public|private|protected|readonly|override|declare|abstract)\b/g;

/** Statements that declare nothing but types. */
export function isOnlyTypes(node: Node): boolean {
  switch (node.type) {
    case Type.TSInterfaceDeclaration:
    case Type.TSTypeAliasDeclaration:
    case Type.TSDeclareFunction:
      return true;
    case Type.VariableDeclaration:
    case Type.ClassDeclaration:
    case Type.TSModuleDeclaration:
      return node.declare === true;
    case Type.ImportDeclaration:
      return node.importKind === "type";
    case Type.ExportNamedDeclaration:
      return node.exportKind === "type" ||
        (node.declaration != null && isOnlyTypes(node.declaration));
    default:
      return false;
  }
}

/** Removes types, from a tree and from everything in it. */
export class TypeEraser {
  readonly #source: string;
  readonly #edits: Edits;

  constructor(source: string, edits: Edits) {
    this.#source = source;
    this.#edits = edits;
  }

  /**
   * Removes the types of a part.
   * @throws CellSyntaxError for a namespace and for `import x = …`.
   */
  erase(node: Node): void {
    const [start, end] = node.range;
    if (isOnlyTypes(node)) {
      this.#blank(start, end);
      this.#edits.insert(start, ";");
      return;
    }
    switch (node.type) {
      case Type.TSTypeAnnotation:
      case Type.TSTypeParameterDeclaration:
      case Type.TSTypeParameterInstantiation:
      case Type.TSAbstractMethodDefinition:
      case Type.TSAbstractPropertyDefinition:
      case Type.TSAbstractAccessorProperty:
      case Type.TSIndexSignature:
        return this.#blank(start, end);
      case Type.TSAsExpression:
      case Type.TSSatisfiesExpression: {
        const word = node.type === Type.TSAsExpression ? "as" : "satisfies";
        this.#blank(this.#source.lastIndexOf(word, node.typeAnnotation.range[0] - 1), end);
        return this.erase(node.expression);
      }
      case Type.TSTypeAssertion:
        this.#blank(start, this.#source.indexOf(">", node.typeAnnotation.range[1]) + 1);
        return this.erase(node.expression);
      case Type.TSNonNullExpression:
        this.#blank(end - 1, end);
        return this.erase(node.expression);
      case Type.TSModuleDeclaration:
      case Type.TSImportEqualsDeclaration:
      case Type.TSExportAssignment:
      case Type.TSNamespaceExportDeclaration: {
        const before = this.#source.slice(0, start).split("\n");
        throw new CellSyntaxError(
          `expected JavaScript with types, found ${this.#source.slice(start).split(/\s/, 1)[0]}, ` +
            "which does not run in the browser: use an object instead",
          before.length,
          (before.at(-1) ?? "").length + 1,
        );
      }
      case Type.ArrowFunctionExpression:
        this.#returnType(node);
        break;
      case Type.Identifier:
        if (node.optional) this.#blankSign("?", start + node.name.length);
        break;
      case Type.VariableDeclarator:
        if (node.definite) this.#blankSign("!", start);
        break;
      case Type.ClassDeclaration:
      case Type.ClassExpression:
        this.#classHead(node);
        break;
      case Type.MethodDefinition:
        if (node.value.type === Type.TSEmptyBodyFunctionExpression) return this.#blank(start, end);
        this.#member(node);
        if (node.kind === "constructor") this.#parameterProperties(node.value);
        break;
      case Type.PropertyDefinition:
      case Type.AccessorProperty:
        if (node.declare) return this.#blank(start, end);
        this.#member(node);
        if (this.#source[end - 1] !== ";") this.#edits.insert(end, ";");
        break;
      case Type.TSParameterProperty:
        this.#blank(start, node.parameter.range[0]);
        break;
    }
    if ("params" in node) this.#thisParameter(node.params);
    childrenOf(node).forEach((child) => this.erase(child));
  }

  #blank(start: number, end: number): void {
    this.#edits.blank(this.#source, start, end);
  }

  /** Blanks the next `?` or `!`. */
  #blankSign(sign: string, from: number): void {
    const at = this.#source.indexOf(sign, from);
    if (at >= 0) this.#blank(at, at + 1);
  }

  /** No line may end before `=>`: the line ends of a type move behind it. */
  #returnType({ returnType, body }: TSESTree.ArrowFunctionExpression): void {
    if (!returnType) return;
    const start = this.#source.lastIndexOf(")", returnType.range[0]) + 1;
    const arrow = this.#source.lastIndexOf("=>", body.range[0]);
    const lineEnds = this.#source.slice(start, arrow).replace(/[^\n]/g, "");
    if (lineEnds === "") return;
    this.#edits.remove(start, arrow);
    this.#edits.insert(arrow + 2, lineEnds);
  }

  #classHead(node: TSESTree.ClassDeclaration | TSESTree.ClassExpression): void {
    const { abstract, implements: promised, body, range: [start] } = node;
    if (abstract) this.#blank(start, start + "abstract".length);
    if (promised.length === 0) return;
    const first = this.#source.lastIndexOf("implements", promised[0].range[0] - 1);
    this.#blank(first, promised.at(-1)?.range[1] ?? body.range[0]);
  }

  #member(
    node: TSESTree.MethodDefinition | TSESTree.PropertyDefinition | TSESTree.AccessorProperty,
  ): void {
    const [start, keyEnd] = [node.range[0], node.key.range[1]];
    for (
      const { index, 0: word } of this.#source.slice(start, node.key.range[0]).matchAll(MODIFIERS)
    ) {
      this.#blank(start + index, start + index + word.length);
    }
    if (node.optional) this.#blankSign("?", keyEnd);
    if ("definite" in node && node.definite) this.#blankSign("!", keyEnd);
  }

  /** `this: T` as the first parameter of a function. */
  #thisParameter(parameters: readonly Node[]): void {
    const [first, second] = parameters;
    if (first?.type !== Type.Identifier || first.name !== "this") return;
    this.#blank(first.range[0], second?.range[0] ?? first.range[1]);
  }

  /** `constructor(private x: number) {}` also assigns `this.x = x`. */
  #parameterProperties(constructor: TSESTree.MethodDefinition["value"]): void {
    if (constructor.type !== Type.FunctionExpression) return;
    const names = constructor.params.flatMap((node) => {
      if (node.type !== Type.TSParameterProperty) return [];
      const name = node.parameter.type === Type.AssignmentPattern
        ? node.parameter.left
        : node.parameter;
      return name.type === Type.Identifier ? [name.name] : [];
    });
    if (names.length === 0) return;
    const { body } = constructor;
    const superCall = body.body.find((statement) =>
      statement.type === Type.ExpressionStatement &&
      statement.expression.type === Type.CallExpression &&
      statement.expression.callee.type === Type.Super
    );
    const text = names.map((name) => `this.${name} = ${name};`).join(" ");
    if (superCall) this.#edits.insert(superCall.range[1], `; ${text}`);
    else this.#edits.insert(body.range[0] + 1, ` ${text}`);
  }
}
