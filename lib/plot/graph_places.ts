/** Where the variables and operations of a computational graph are drawn. */

const MOST_NODES = 20;

/** An operation of a computational graph. */
export interface GraphNode {
  /** The name of the result, such as `"a"`. */
  readonly name: string;
  /** What is computed, in a few letters: `"×"`, `"+"`, `"log"`. */
  readonly operation: string;
  /** The names of other results or of variables, from top to bottom. */
  readonly inputs: readonly string[];
}

/** A variable, or an operation and its result, in the grid of the graph. */
export interface GraphPlace {
  /** The name of the variable or result. */
  readonly name: string;
  /** Undefined for a variable. */
  readonly operation?: string;
  /** From the left, whole numbers. */
  readonly column: number;
  /** From the top; between two rows for an operation on both. */
  readonly row: number;
  /** The operations that use it. */
  readonly users: readonly GraphPlace[];
}

/** A place that is still being filled in. */
interface Draft extends GraphPlace {
  column: number;
  row: number;
  users: Draft[];
  inputs: Draft[];
}

/**
 * The places of all variables and operations, the last result at the end.
 *
 * An operation is right of its inputs, and a variable left of the first operation that uses it. Each
 * variable has a row of its own, and an operation is in the middle of its inputs; operations with the
 * same middle are above each other.
 */
export function placesOf(nodes: readonly GraphNode[]): GraphPlace[] {
  check(nodes);
  const drafts = new Map<string, Draft>();
  const draftOf = (name: string, operation?: string): Draft => {
    const found = drafts.get(name);
    if (found) return found;
    const draft: Draft = { name, operation, column: 0, row: 0, users: [], inputs: [] };
    drafts.set(name, draft);
    return draft;
  };
  for (const { name, operation, inputs } of nodes) {
    const used = inputs.map((input) => draftOf(input));
    const draft = draftOf(name, operation);
    draft.inputs = used;
    for (const input of new Set(used)) input.users.push(draft);
    draft.column = 1 + Math.max(...used.map(({ column }) => column));
  }
  const variables = [...drafts.values()].filter(({ operation }) => operation === undefined);
  for (const variable of variables) {
    variable.column = Math.min(...variable.users.map(({ column }) => column)) - 1;
  }
  const last = draftOf(nodes[nodes.length - 1].name);
  let rows = 0;
  const seen = new Set<Draft>();
  const placeVariables = (draft: Draft): void => {
    if (seen.has(draft)) return;
    seen.add(draft);
    draft.inputs.forEach(placeVariables);
    if (draft.inputs.length === 0) draft.row = rows++;
  };
  placeVariables(last);
  const operations = [...drafts.values()].filter(({ operation }) => operation !== undefined);
  for (let column = 1; column <= last.column; column++) {
    const rowOf = ({ inputs }: Draft): number =>
      inputs.reduce((sum, { row }) => sum + row, 0) / inputs.length;
    const inColumn = operations.filter((draft) => draft.column === column);
    for (const [middle, drafts] of Map.groupBy(inColumn, rowOf)) {
      drafts.forEach((draft, i) => draft.row = middle + i - (drafts.length - 1) / 2);
    }
  }
  return [...drafts.values()].filter((draft) => draft !== last).concat(last);
}

/** @throws RangeError for operations that are not a graph with one result. */
function check(nodes: readonly GraphNode[]): void {
  const fail = (expected: string, found: string): never => {
    throw new RangeError(`computationGraph: expected ${expected}, found ${found}`);
  };
  if (nodes.length < 1 || nodes.length > MOST_NODES) {
    fail(`1 to ${MOST_NODES} operations`, String(nodes.length));
  }
  const known = new Set<string>();
  const names = nodes.map(({ name }) => name);
  for (const { name, inputs } of nodes) {
    if (known.has(name)) fail("a different name for each result", `${name} twice`);
    if (inputs.length === 0) fail(`inputs of ${name}`, "none");
    const early = inputs.find((input) => names.includes(input) && !known.has(input));
    if (early !== undefined) fail(`${early} computed before ${name}`, "it after, or in a circle");
    known.add(name);
  }
  const used = new Set(nodes.flatMap(({ inputs }) => inputs));
  const unused = names.slice(0, -1).find((name) => !used.has(name));
  if (unused !== undefined) fail("one result, the last", `that no operation uses ${unused}`);
}
