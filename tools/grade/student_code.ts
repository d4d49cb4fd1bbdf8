/**
 * The code of a student's cell as a module that can be judged alone.
 *
 * The module's function gets what the cell imports, runs the cell without its call of `check`, and
 * returns the answer. The call that judges is the grader's own, so that a `check` that the student
 * has changed, removed or defined anew has no effect.
 */
import { checkCallOf, statementsOf } from "../exercises/check_call.ts";

/** Why code cannot be judged. */
export class StudentCodeError extends Error {
  override name = "StudentCodeError";
}

/** What graded code may import, and the parameter that holds it. */
const MODULES: ReadonlyMap<string, string> = new Map([
  ["mnist", "$mnist"],
  ["mnist/exercises", "$exercises"],
]);

/**
 * The text of the module.
 *
 * @param source the student's cell.
 * @param original the cell as it was handed out, whose answer is taken where the student's cell has
 *   no call of `check` for this exercise.
 * @param before statements from the cells above that the cell needs.
 * @throws StudentCodeError for a syntax error, and for imports of other modules.
 */
export function studentModule(
  id: string,
  source: string,
  original: string,
  before: readonly string[] = [],
): string {
  const call = checkCallOf(source);
  const isOurs = call?.id === id;
  const answer = isOurs ? call.answer : checkCallOf(original)?.answer;
  const body = isOurs ? cut(source, call) : source;
  const parts = [...before, body].map(withoutImports);
  if ([...before, source, answer ?? ""].some(importsLater)) {
    throw new StudentCodeError("Expected import statements alone, found import()");
  }
  return `export default async function (${[...MODULES.values()].join(", ")}) {
${[...new Set(parts.flatMap(({ imports }) => imports))].join("\n")}
${parts.map(({ code }) => code).join("\n")}
return (${answer}
);
}
`;
}

/** Whether the code has `import()` or `import.meta`, which could load other modules. */
function importsLater(source: string): boolean {
  const waiting: unknown[] = [...expectStatements(source)];
  while (waiting.length > 0) {
    const node = waiting.pop();
    if (typeof node !== "object" || node === null) continue;
    if ("type" in node && ["ImportExpression", "Import", "MetaProperty"].includes(`${node.type}`)) {
      return true;
    }
    for (const [key, part] of Object.entries(node)) if (key !== "loc") waiting.push(part);
  }
  return false;
}

/** The code with each import as a declaration of its own, apart. */
function withoutImports(source: string): { imports: string[]; code: string } {
  const imports: string[] = [];
  let code = source;
  for (const statement of expectStatements(source).toReversed()) {
    if (statement.type !== "ImportDeclaration") continue;
    code = cut(code, { start: statement.start ?? 0, end: statement.end ?? 0 });
    if (statement.importKind === "type") continue;
    const from = MODULES.get(statement.source.value);
    if (from === undefined) {
      throw new StudentCodeError(
        `Expected imports from mnist and mnist/exercises alone, found "${statement.source.value}"`,
      );
    }
    for (const specifier of statement.specifiers) {
      const { local } = specifier;
      if (specifier.type === "ImportNamespaceSpecifier") {
        imports.push(`const ${local.name} = ${from};`);
      } else if (specifier.type === "ImportDefaultSpecifier") {
        imports.push(`const { default: ${local.name} } = ${from};`);
      } else if (specifier.importKind !== "type") {
        const { imported } = specifier;
        const name = imported.type === "Identifier" ? imported.name : imported.value;
        imports.push(`const { ${JSON.stringify(name)}: ${local.name} } = ${from};`);
      }
    }
  }
  return { imports, code };
}

/**
 * The statement that declares a name at the top level of a cell, the last of them.
 * @param cells the sources of the cells above, in order.
 */
export function declarationOf(name: string, cells: readonly string[]): string | undefined {
  for (const source of cells.toReversed()) {
    for (const statement of (statementsOf(source) ?? []).toReversed()) {
      if (!declaredNames(statement).includes(name)) continue;
      return source.slice(statement.start ?? 0, statement.end ?? 0);
    }
  }
}

type Statement = NonNullable<ReturnType<typeof statementsOf>>[number];

function declaredNames(statement: Statement): string[] {
  switch (statement.type) {
    case "FunctionDeclaration":
    case "ClassDeclaration":
      return statement.id ? [statement.id.name] : [];
    case "VariableDeclaration":
      return statement.declarations.flatMap(({ id }) => boundNames(id));
    case "ImportDeclaration":
      return statement.specifiers.map(({ local }) => local.name);
    default:
      return [];
  }
}

/** The names in a pattern such as `{ a, b: [c] }`; a default value in it is not looked into. */
function boundNames(pattern: unknown): string[] {
  if (typeof pattern !== "object" || pattern === null || !("type" in pattern)) return [];
  if (pattern.type === "Identifier" && "name" in pattern) return [String(pattern.name)];
  const parts: readonly unknown[] = "properties" in pattern && Array.isArray(pattern.properties)
    ? pattern.properties
    : "elements" in pattern && Array.isArray(pattern.elements)
    ? pattern.elements
    : "argument" in pattern
    ? [pattern.argument]
    : "left" in pattern
    ? [pattern.left]
    : pattern.type === "ObjectProperty" && "value" in pattern
    ? [pattern.value]
    : [];
  return parts.flatMap(boundNames);
}

function expectStatements(source: string) {
  const statements = statementsOf(source);
  if (statements) return statements;
  throw new StudentCodeError("The code has a syntax error.");
}

function cut(source: string, { start, end }: { start: number; end: number }): string {
  return source.slice(0, start) + source.slice(end);
}
