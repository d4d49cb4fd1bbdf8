/** Replies and notes, as front ends receive them. */
import assert from "node:assert/strict";
import {
  completeReply,
  errorNote,
  inspectReply,
  toUnits,
} from "../../../tools/language/answers.ts";
import { sentence } from "../../../tools/language/sentences.ts";

Deno.test("answers: positions count characters, not UTF-16 units", () => {
  const code = "'😀'; ten";
  assert.equal(toUnits(code, 8), 9);
  const reply = completeReply(
    { start: 6, suggestions: [{ text: "tensor", kind: "function" }] },
    code,
    8,
  );
  assert.equal(reply.cursor_start, 5);
  assert.equal(reply.cursor_end, 8);
  assert.deepEqual(reply.matches, ["tensor"]);
});

Deno.test("answers: inspect gives Markdown and plain text", () => {
  const { data, found } = inspectReply({
    code: "const x: number",
    docs: "The `x`.\n\n*@throws* — never",
  });
  assert.equal(found, true);
  assert.deepEqual(data, {
    "text/plain": "const x: number\n\nThe x.\n\n@throws — never",
    "text/markdown": "```typescript\nconst x: number\n```\n\nThe `x`.\n\n*@throws* — never",
  });
  assert.equal(inspectReply(undefined).found, false);
});

Deno.test("answers: a note marks the place and escapes the code", () => {
  const error = { line: 2, column: 4, endLine: 2, endColumn: 5, message: "a < b" };
  const note = errorNote([error], "f(\n  <b>1\n)");
  assert.equal(note["text/plain"], "line 2: a < b\n      <b>1\n        ^");
  assert.match(String(note["text/html"]), /line 2: <strong>a &#60; b<\/strong>/);
  assert.match(String(note["text/html"]), / {2}&#60;b<span [^>]*>&#62;<\/span>1</);
  // An error without width, one that runs over several lines, and more than fit.
  const wide = { ...error, line: 1, column: 1, endLine: 3, endColumn: 1 };
  const many = errorNote([wide, ...Array(9).fill({ ...error, endColumn: 4 })], "f(\n  <b>1\n)");
  assert.match(String(many["text/plain"]), /^line 1: a < b\n {4}f\(\n {5}\^\n/);
  assert.match(String(many["text/plain"]), /and 5 more$/);
});

Deno.test("answers: the compiler's messages as sentences", () => {
  const cases: [string, string][] = [
    [
      `Argument of type 'Tensor<[50, 100]>' is not assignable to parameter of type '"dot: inner dimensions differ, 784 and 50"'.`,
      "dot: inner dimensions differ, 784 and 50",
    ],
    [
      `No overload matches this call.\n  Overload 1 of 2 gave the following error.\n    Type 'x' is not assignable to type '"broadcast: dimensions differ, 3 and 4"'.`,
      "broadcast: dimensions differ, 3 and 4",
    ],
    [
      `Module '"file:///home/kim/course/lib/mod.ts"' has no exported member 'misspelt'.`,
      '"mnist" has no export named misspelt',
    ],
    [
      `'"file:///home/kim/course/lib/mod.ts"' has no exported member named 'sigmoyd'. Did you mean 'sigmoid'?`,
      '"mnist" has no export named sigmoyd; did you mean sigmoid?',
    ],
    [
      `Type 'import("file:///home/kim/course/notebooks/$cell_3").A' is not assignable to type 'B'.`,
      "Type 'A' is not assignable to type 'B'.",
    ],
  ];
  for (const [message, expected] of cases) assert.equal(sentence(message), expected);
  assert.ok(sentence("x".repeat(5000)).length < 500);
});
