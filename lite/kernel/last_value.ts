/** The value of a cell: that of its last statement that has one, as in a console. */
import { AST_NODE_TYPES as Type } from "@typescript-eslint/types";
import type { Edits } from "./edits.ts";
import type { Node } from "./tree.ts";

/** Assigns the value of the last statement that has one to a variable. */
export function keepLastValue(
  source: string,
  edits: Edits,
  body: readonly Node[],
  variable: string,
): void {
  const last = body.findLast(hasValue);
  if (last) keepValue(last);

  function keepValue(node: Node): void {
    switch (node.type) {
      case Type.ExpressionStatement: {
        const [start, end] = node.range;
        const isClosed = source[end - 1] === ";";
        // Behind a comma, a function keeps having no name.
        return edits.wrap(start, isClosed ? end - 1 : end, `${variable} = (0, `, ")");
      }
      case Type.TryStatement:
        keepValue(node.block);
        if (node.handler) keepValue(node.handler.body);
        return;
      case Type.BlockStatement:
        return keepLastValue(source, edits, node.body, variable);
      case Type.SwitchStatement:
        for (const { consequent } of node.cases) keepLastValue(source, edits, consequent, variable);
        return;
      case Type.IfStatement:
        keepValue(node.consequent);
        if (node.alternate) keepValue(node.alternate);
        return;
      case Type.ForStatement:
      case Type.ForInStatement:
      case Type.ForOfStatement:
      case Type.WhileStatement:
      case Type.DoWhileStatement:
      case Type.LabeledStatement:
        return keepValue(node.body);
    }
  }
}

/** Whether a statement has a value, even if that is undefined. */
function hasValue(statement: Node): boolean {
  switch (statement.type) {
    case Type.BlockStatement:
      return statement.body.some(hasValue);
    case Type.ExpressionStatement:
    case Type.IfStatement:
    case Type.SwitchStatement:
    case Type.TryStatement:
    case Type.ForStatement:
    case Type.ForInStatement:
    case Type.ForOfStatement:
    case Type.WhileStatement:
    case Type.DoWhileStatement:
    case Type.LabeledStatement:
      return true;
    default:
      return false;
  }
}
