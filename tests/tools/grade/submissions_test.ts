/** Whose notebook a file is, and what of it is judged. */
import assert from "node:assert/strict";
import { submissionOf } from "../../../tools/grade/submissions.ts";
import { declarationOf, studentModule } from "../../../tools/grade/student_code.ts";
import { csv, tables } from "../../../tools/grade/tables.ts";
import { exercises } from "../../../exercises/mod.ts";

const NAMES: readonly (readonly [path: string, student: string, chapter: string | undefined])[] = [
  ["/in/anna/05_training.ipynb", "anna", "05_training"],
  ["/in/anna/week 1/05_training.ipynb", "anna", "05_training"],
  ["/in/05_training-anna.ipynb", "anna", "05_training"],
  ["/in/anna kim_05_training.ipynb", "anna kim", "05_training"],
  ["/in/week 1/anna-05_training.ipynb", "anna", "05_training"],
  ["/in/anna/05_training (1).ipynb", "anna", "05_training"],
  ["/in/anna/05_training-Copy1.ipynb", "anna", "05_training"],
  ["/in/05_training.ipynb", "in", "05_training"],
  ["/in/anna/homework.ipynb", "anna", undefined],
  ["/in/김민수/05_training.ipynb", "김민수", "05_training"],
];
for (const [path, student, chapter] of NAMES) {
  Deno.test(`whose notebook: ${path}`, () => {
    const found = submissionOf(path, "/in", ["03_inference", "05_training"]);
    assert.deepEqual(found, { path, student, chapter });
  });
}

const original = 'import { check } from "mnist/exercises";\nlet n = 0;\nawait check("1.1", n);';

Deno.test("a module: the imports as parameters, the answer returned, the call of check gone", () => {
  const module = studentModule(
    "1.1",
    `import { type Shape, Tensor as T } from "mnist";
import type { Layer } from "mnist";
import * as all from "mnist";
let m = 2;
await check("1.1", m + 1);`,
    original,
  );
  assert.match(module, /const \{ "Tensor": T \} = \$mnist;/);
  assert.match(module, /const all = \$mnist;/);
  assert.match(module, /return \(m \+ 1\n\);/);
  assert.doesNotMatch(module, /import|check\(|Shape|Layer/);
});

Deno.test("a module without the student's call: the answer that was handed out", () => {
  assert.match(studentModule("1.1", "let n = 3;", original), /let n = 3;\nreturn \(n\n\);/);
  const other = studentModule("1.1", 'let n = 3;\nawait check("1.2", 5);', original);
  assert.match(other, /return \(n\n\);/);
});

Deno.test("a module: other imports are refused, also those that run later", () => {
  const refused = [
    'import "npm:left-pad";',
    'import x from "../exercises/judges.ts";',
    'const m = await import("mnist");',
    "import.meta.url;",
    'await check("1.1", (await import("x")).y);',
  ];
  for (const source of refused) {
    assert.throws(() => studentModule("1.1", source, original), /expected import/i, source);
  }
});

Deno.test("declarations: of functions, classes, variables in patterns, imports; the last one", () => {
  const cells = [
    "function f() {}",
    "const { a, b: [c, d = 1], ...e } = x, g = 2;",
    'class K {}\nimport { t as u } from "mnist";',
    "function f() { return 2; }",
    "const = broken;",
  ];
  assert.equal(declarationOf("f", cells), "function f() { return 2; }");
  for (const name of ["a", "c", "d", "e", "g"]) assert.equal(declarationOf(name, cells), cells[1]);
  assert.equal(declarationOf("K", cells), "class K {}");
  assert.match(declarationOf("u", cells) ?? "", /^import/);
  for (const name of ["b", "t", "x", "h"]) assert.equal(declarationOf(name, cells), undefined);
});

Deno.test("tables and CSV: no control characters, no formulas", () => {
  const mark = { verdict: "stored", points: 1, text: '=1+"2"\nx' } as const;
  const graded = [
    { student: "=cmd\x1b[2J", chapter: "03_inference", marks: { "3.1": mark } },
    { student: "b,c", chapter: "03_inference", problem: "cannot be read" },
  ];
  const text = tables(graded, exercises);
  assert.ok(!text.includes("\x1b"));
  assert.match(text, /cannot be read/);
  const lines = csv(graded, exercises);
  assert.match(lines, /^student,3\.1.*3\.1 text/);
  assert.match(lines, /\r\n'=cmd/);
  assert.match(lines, /"'=1\+""2""\nx"/);
  assert.match(lines, /"b,c"/);
});
