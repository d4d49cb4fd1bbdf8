/** Editions of a chapter for a class: to hand out, solved, and for nbgrader. */
import { type Exercises } from "../../exercises/check.ts";
import type { Cell, CodeCell, Notebook } from "../notebook_file/notebook.ts";
import { checkCallOf } from "./check_call.ts";

/** What an edition is for. */
export interface Edition {
  /** With the worked solutions in place of the empty answers. */
  readonly solutions: boolean;
  /** With each exercise as an answer cell and a locked check cell, as nbgrader wants them. */
  readonly nbgrader: boolean;
}

/**
 * The chapter without outputs, and with each exercise as the exercises' module has it.
 * @throws TypeError for a cell that checks an exercise that does not exist.
 */
export function editionOf(notebook: Notebook, exercises: Exercises, edition: Edition): Notebook {
  const { mnist: _outputsMadeFrom, ...metadata } = notebook.metadata;
  const cells = notebook.cells.flatMap((cell): Cell[] => {
    if (cell.cell_type !== "code") return [cell];
    const call = checkCallOf(cell.source);
    if (!call) return [emptied(cell, cell.source)];
    const { id } = call;
    if (!Object.hasOwn(exercises, id)) {
      throw new TypeError(`cell ${cell.id}: expected the id of an exercise, found "${id}"`);
    }
    const { points, cell: empty, solution } = exercises[id];
    const source = edition.solutions ? solution : empty;
    return edition.nbgrader ? nbgraderCells(cell, source, id, points) : [emptied(cell, source)];
  });
  return { ...notebook, metadata, cells };
}

function emptied(cell: CodeCell, source: string): CodeCell {
  return { ...cell, source, outputs: [], execution_count: null };
}

/**
 * The cell in two, with nbgrader's metadata (its documentation, "nbgrader cell metadata", schema 3):
 * the student edits the first; the second is locked, and gives the points if it does not throw.
 */
function nbgraderCells(cell: CodeCell, source: string, id: string, points: number): CodeCell[] {
  const name = `exercise-${id.replace(".", "-")}`;
  const start = checkCallOf(source)?.start ?? source.length;
  const common = { locked: false, schema_version: 3, task: false };
  const answer = {
    ...emptied(cell, source.slice(0, start).trimEnd()),
    metadata: {
      ...cell.metadata,
      nbgrader: { ...common, grade: false, grade_id: name, solution: true },
    },
  };
  const check = {
    ...emptied(cell, `import { check } from "mnist/exercises";\n\n${source.slice(start)}`),
    id: `${cell.id.slice(0, 58)}-check`,
    metadata: {
      ...cell.metadata,
      nbgrader: {
        ...common,
        locked: true,
        grade: true,
        grade_id: `${name}-check`,
        solution: false,
        points,
      },
    },
  };
  return [answer, check];
}
