/** Names that are used before they are imported. */
import assert from "node:assert/strict";
import { parseCells } from "../../../tools/notebook_file/cells.ts";
import { lateImports } from "../../../tools/check/import_order.ts";
import { notebookOf } from "../../support/notebooks.ts";

const late = (...sources: string[]) =>
  lateImports(parseCells(notebookOf(...sources))).map(({ user, line, name, importer }) =>
    `${user.id}:${line} ${name} ${importer.id}`
  );

const IMPORT = `import { sum, type Pair, Tensor } from "mnist";`;

Deno.test("imports: every kind of use before the import is found, with its line", () => {
  const uses = [
    "sum(1);",
    "const x = [...sum(1)];",
    "const x = { sum };",
    "const x = `${sum}`;",
    "function f(x = sum) {}",
    "const { x = sum } = {};",
    "sum.name;",
    "x[sum];",
  ];
  for (const use of uses) {
    assert.deepEqual(late("1", `\n${use}`, IMPORT), ["cell-2:2 sum cell-3"], use);
  }
  assert.deepEqual(late("let x: Pair;", IMPORT), ["cell-1:1 Pair cell-2"]);
  assert.deepEqual(late("class A extends Tensor {}", IMPORT), ["cell-1:1 Tensor cell-2"]);
  assert.deepEqual(late("function f(x: Tensor) {}", IMPORT), ["cell-1:1 Tensor cell-2"]);
  assert.deepEqual(late("sum; sum;", "sum;", IMPORT), [
    "cell-1:1 sum cell-3",
    "cell-2:1 sum cell-3",
  ]);
});

Deno.test("imports: a use after the import, or of another name, is accepted", () => {
  const others = [
    IMPORT + " sum(1);",
    "x.sum; ({ sum: 1 });",
    "const sum = 1; sum;",
    "const { sum } = { sum: 1 }; sum;",
    "const [sum] = [1]; sum;",
    "for (const x of [1]) { const sum = x; sum; }",
    "((sum) => sum)(1);",
    "try {} catch (sum) { sum; }",
  ];
  for (const other of others) assert.deepEqual(late(other, IMPORT), [], other);
  assert.deepEqual(late(IMPORT, "sum(1);", IMPORT), []);
  assert.deepEqual(late("sum(", IMPORT), []);
});
