/** Finds the exercise of a cell: its last `await check("3.1", answer);`. */
import { parse } from "@babel/parser";

/** A call of `check` at the top level of a cell; the positions are those of the whole statement. */
export interface CheckCall {
  readonly id: string;
  /** The text of the second argument. */
  readonly answer: string;
  readonly start: number;
  readonly end: number;
}

/** The last statement of a cell that awaits `check`; undefined without one, or for a syntax error. */
export function checkCallOf(source: string): CheckCall | undefined {
  return checkCallsOf(source)?.at(-1);
}

/** All statements that await `check`, in order; undefined for a syntax error. */
export function checkCallsOf(source: string): CheckCall[] | undefined {
  const statements = statementsOf(source);
  return statements?.flatMap((statement): CheckCall[] => {
    if (statement.type !== "ExpressionStatement") return [];
    const { expression } = statement;
    const call = expression.type === "AwaitExpression" ? expression.argument : expression;
    if (call.type !== "CallExpression" || call.callee.type !== "Identifier") return [];
    const [id, answer] = call.arguments;
    if (call.callee.name !== "check" || id?.type !== "StringLiteral" || !answer) return [];
    const text = source.slice(answer.start ?? 0, answer.end ?? 0);
    return [{ id: id.value, answer: text, start: statement.start ?? 0, end: statement.end ?? 0 }];
  });
}

/** The statements of TypeScript, or undefined for a syntax error. */
export function statementsOf(source: string) {
  try {
    return parse(source, {
      sourceType: "module",
      plugins: ["typescript"],
      allowAwaitOutsideFunction: true,
    }).program.body;
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}
