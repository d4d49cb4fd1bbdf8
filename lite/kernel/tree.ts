/** The tree of a cell, and its scopes. */
import { parse } from "@babel/parser";
import { analyze } from "@typescript-eslint/scope-manager";
import type { TSESTree } from "@typescript-eslint/types";

/** A whole cell. */
export type Program = TSESTree.Program;
/** The scopes of a cell. */
export type Scopes = ReturnType<typeof analyze>;
/** A scope and what is declared in it. */
export type Scope = Scopes["scopes"][number];
/** A name that is declared. */
export type Variable = Scope["variables"][number];
/** A use of a name. */
export type Reference = Scope["references"][number];
/** Any part of a tree. */
export type Node = TSESTree.Node;

/** A cell that is no program. Line and column count from 1. */
export class CellSyntaxError extends SyntaxError {
  /** Printed before the message. */
  override name = "SyntaxError";

  constructor(message: string, readonly line: number, readonly column: number) {
    super(message);
  }
}

/**
 * Parses a cell.
 * @throws CellSyntaxError
 */
export function parseCell(code: string): Program {
  const { program, errors } = (() => {
    try {
      return parse(code, {
        sourceType: "module",
        plugins: ["typescript", "estree"],
        createImportExpressions: true,
        allowUndeclaredExports: true,
        errorRecovery: true,
        ranges: true,
      });
    } catch (error) {
      throw syntaxError(error);
    }
  })();
  // A program, unlike a module, may declare a function twice.
  const isFunction = (error: object) =>
    /function (\S+).*function \1\b/s.test(code) && isAgain(error);
  const wrong = errors?.find((error) => !isFunction(error));
  if (wrong !== undefined) throw syntaxError(wrong);
  // With the plugin "estree" the tree is one of ESTree, which the types of the parser do not say.
  return program as object as Program;
}

function isAgain(error: object): boolean {
  return "reasonCode" in error && error.reasonCode === "VarRedeclaration";
}

function syntaxError(error: unknown): CellSyntaxError {
  const text = error instanceof Error ? error.message : String(error);
  const [, message, line, column] = /^(.*?)\.? \((\d+):(\d+)\)$/s.exec(text) ?? [, text, 1, 0];
  return new CellSyntaxError(message ?? text, Number(line), Number(column) + 1);
}

/** The scopes of a tree. */
export function scopesOf(program: Program): Scopes {
  return analyze(program, { sourceType: "module", lib: [] });
}

/** The parts directly inside another, in the order of the text. */
export function childrenOf(node: Node): Node[] {
  const children = Object.entries(node)
    .filter(([key]) => key !== "parent" && key !== "loc" && key !== "range" && key !== "extra")
    .flatMap(([, value]) => Array.isArray(value) ? value : [value])
    .filter(isNode);
  return children.sort((a, b) => a.range[0] - b.range[0]);
}

function isNode(value: unknown): value is Node {
  return typeof value === "object" && value !== null && "type" in value && "range" in value;
}
