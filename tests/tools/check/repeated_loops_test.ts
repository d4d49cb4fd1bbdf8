/** Loops that a chapter writes twice. */
import assert from "node:assert/strict";
import { repeatedLoops } from "../../../tools/check/repeated_loops.ts";
import { parseCells } from "../../../tools/notebook_file/cells.ts";
import { notebookOf } from "../../support/notebooks.ts";

const repeated = (...sources: string[]) =>
  repeatedLoops(parseCells(notebookOf(...sources))).map(({ cell, line, first }) =>
    `${cell.id}:${line} ${first.id}`
  );

const LOOP = `for (let epoch = 0; epoch < epochs; epoch++) {
  for (const batch of miniBatches(x.shape[0], 100)) {
    backpropagate(layers, loss, x.take(batch), t.take(batch));
    step(layers, 0.1);
  }
}`;

Deno.test("repeated loops: a copy is found, whatever its names, numbers and types are", () => {
  const renamed = LOOP.replaceAll("epoch", "round").replaceAll("layers", "net").replace("0.1", "2");
  const typed = LOOP.replace("let epoch = 0", "let epoch: number = 0");
  const copies = [LOOP, renamed, typed, LOOP.replaceAll("\n", " // a copy\n")];
  for (const copy of copies) {
    assert.deepEqual(repeated(LOOP, "const a = 1;", copy), ["cell-3:1 cell-1"], copy);
  }
  const inside = `function train() {\n${LOOP}\n}\nif (fast) {\n  train();\n}`;
  assert.deepEqual(repeated(LOOP, inside, LOOP), ["cell-2:2 cell-1", "cell-3:1 cell-1"]);
});

Deno.test("repeated loops: the inner loop of another one is a copy, too", () => {
  const inner = LOOP.split("\n").slice(1, -1).join("\n");
  assert.deepEqual(repeated(inner, LOOP), ["cell-2:2 cell-1"]);
});

Deno.test("repeated loops: short loops, other loops, and calls of a function are accepted", () => {
  const others = [
    LOOP.replace("step(", "adamStep("),
    LOOP.replace("t.take", "t.rows"),
    LOOP.replace("t.take(batch)", "x.take(batch)"),
    LOOP.replace("}\n}", "report(); }\n}"),
    "await train(x, t);",
    "for (",
  ];
  for (const other of others) assert.deepEqual(repeated(LOOP, other), [], other);
  const short = "for (const x of xs) sum += x;";
  assert.deepEqual(repeated(short, short), []);
});
