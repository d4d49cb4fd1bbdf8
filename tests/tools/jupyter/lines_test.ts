import assert from "node:assert/strict";
import { explainRefusal, lineOf } from "../../../tools/jupyter/lines.ts";

/** An error with these frames in its trace. */
function thrown(...traceback: string[]) {
  return { name: "Error", message: "m", traceback: ["Error: m", ...traceback], line: null };
}

// What the kernel says of these cells was seen in a real one; `execute_test.ts` does it again.
Deno.test("the kernel's line becomes the cell's line", async (test) => {
  const cases: [name: string, code: string, frame: string, line: number][] = [
    ["the first line, behind what the kernel puts there", "throw 1", "<anonymous>:1:29", 1],
    [
      "blank lines and types are gone",
      "let a = 1;\n\ninterface P {\n  x: number;\n}\n\nthrow a;",
      "<anonymous>:2:7",
      7,
    ],
    [
      "a comment pulled up",
      "/** doc\n * more\n */\nfunction q() {}\nthrow 1;",
      "<anonymous>:4:7",
      5,
    ],
    [
      "imports have become dynamic",
      'import {\n  a,\n  b,\n} from "x";\nimport * as all from "y";\nimport type { Q } from "z";\n' +
      'import "w";\nimport d, { e as f } from "v";\n\nthrow 1;',
      "<anonymous>:5:7",
      10,
    ],
  ];
  for (const [name, code, frame, line] of cases) {
    await test.step(name, async () => {
      assert.equal(await lineOf(thrown(`    at ${frame}`), code), line);
    });
  }
});

Deno.test("the cell's own frame counts, not those of functions from earlier cells", async () => {
  const error = thrown(
    "    at Tensor.dot (file:///lib/tensor.ts:10:5)",
    "    at predict (<anonymous>:40:9)",
    "    at <anonymous>:2:1",
  );
  assert.equal(await lineOf(error, "let a = 1;\n\npredict(a)"), 3);
  assert.equal(await lineOf(thrown("    at async <anonymous>:2:1"), "1;\n2"), 2);
  assert.equal(await lineOf(thrown("    at file:///lib/tensor.ts:10:5"), "1"), null);
});

Deno.test("a name declared twice has no frame, but a line", async () => {
  const error = { name: "SyntaxError", message: "m", traceback: ["SyntaxError: m"], line: null };
  assert.equal(await lineOf(error, "const a = 1;\nconst a = 2;"), 2);
});

Deno.test("why the kernel did not run a cell", async () => {
  const unparsed = await explainRefusal("const a = 1;\nlet b = ;", "");
  assert.deepEqual([unparsed.name, unparsed.line], ["SyntaxError", 2]);
  assert.match(unparsed.message, /^Expression expected$/);
  const collected = await explainRefusal("1", 'CDP … "Promise was collected" …');
  assert.match(collected.message, /Write `await`/);
  const missing = await explainRefusal('import a from "npm:a@1"', "");
  assert.match(missing.message, /npm: package/);
  assert.match((await explainRefusal("1", "")).message, /without a reason$/);
});
