/** Type errors of whole notebooks. */
import assert from "node:assert/strict";
import { projectPath } from "../../../lib/support/paths.ts";
import { typeErrors, typeOfProduct } from "../../../tools/language/whole_notebook.ts";
import { notebookOf } from "../../support/notebooks.ts";

Deno.test("whole notebook: its type errors, by cell and line", async () => {
  const notebook = notebookOf(
    'import { zeros } from "mnist";',
    "const x = zeros([784]);\n\nx.dot(zeros([50, 100]));",
    "const x: string = 5;",
  );
  assert.deepEqual(await typeErrors(notebook, projectPath("notebooks")), [
    { cell: 2, id: "cell-2", line: 3, message: "dot: inner dimensions differ, 784 and 50" },
    {
      cell: 3,
      id: "cell-3",
      line: 1,
      message: "Type 'number' is not assignable to type 'string'.",
    },
  ]);
});

Deno.test("whole notebook: whether types work", async () => {
  assert.equal(await typeOfProduct(), "Tensor<[50]>");
});
