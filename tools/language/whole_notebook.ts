/**
 * The type errors of a whole notebook, as its kernel would see them, and whether types work at all.
 *
 * @module
 */

import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { projectRoot } from "../../lib/support/paths.ts";
import { codeCells, type Notebook, sourceText } from "../notebook_file/notebook.ts";
import { LanguageService } from "./service.ts";

/** A type error in a notebook; the cell is counted from 1 over code cells, the line from 1. */
export interface NotebookTypeError {
  readonly cell: number;
  readonly id: string;
  readonly line: number;
  readonly message: string;
}

/**
 * Checks the code cells of a notebook in order.
 *
 * @param folder the folder of the notebook: relative imports start there.
 */
export async function typeErrors(
  notebook: Notebook,
  folder: string,
): Promise<NotebookTypeError[]> {
  const service = serviceFor(folder);
  try {
    const found: NotebookTypeError[] = [];
    for (const [index, cell] of codeCells(notebook).entries()) {
      for (const { line, message } of await service.run(sourceText(cell))) {
        found.push({ cell: index + 1, id: cell.id, line, message });
      }
    }
    return found;
  } finally {
    await service.stop();
  }
}

/** The type that Shift+Tab shows for a small product; undefined where types do not work. */
export async function typeOfProduct(): Promise<string | undefined> {
  const service = serviceFor(join(projectRoot, "notebooks"));
  try {
    const code = 'import { zeros } from "mnist";\nconst y = zeros([784]).dot(zeros([784, 50]));';
    const known = await service.inspect(code, code.indexOf("y ="));
    return /Tensor<.*>$/.exec(known?.code ?? "")?.[0];
  } finally {
    await service.stop();
  }
}

function serviceFor(folder: string): LanguageService {
  return new LanguageService({
    root: pathToFileURL(projectRoot + "/"),
    folder: pathToFileURL(folder + "/"),
  });
}
