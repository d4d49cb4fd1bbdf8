/** Notebooks made in the tests that run them. */
import type { CodeCell, Notebook } from "../../tools/notebook_file/notebook.ts";
import type { JsonObject } from "../../tools/support/json.ts";

/** A notebook of code cells with the ids `cell-1`, `cell-2`, … */
export function notebookOf(...sources: string[]): Notebook {
  return {
    nbformat: 4,
    nbformat_minor: 5,
    metadata: {
      kernelspec: { display_name: "Deno", language: "typescript", name: "deno" },
      language_info: { name: "typescript" },
    },
    cells: sources.map((source, i) => codeCell(source, `cell-${i + 1}`)),
  };
}

/** The same, with the first cell tagged as the parameters. */
export function notebookWithParameters(parameters: string, ...sources: string[]): Notebook {
  const notebook = notebookOf(parameters, ...sources);
  notebook.cells[0].metadata = { tags: ["parameters"] };
  return notebook;
}

/** A code cell that has not been run. */
export function codeCell(source: string, id: string, metadata: JsonObject = {}): CodeCell {
  return { cell_type: "code", id, metadata, source, execution_count: null, outputs: [] };
}
