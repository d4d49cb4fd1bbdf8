/** `console` of the browser's kernel, beside what Deno's prints. */
import assert from "node:assert/strict";
import { makeConsole } from "../../../lite/deno/console.ts";
import { inspect, inspectLast } from "../../../lite/deno/inspect.ts";

/** What is printed, with the stream before each piece. */
function printed(print: (console: ReturnType<typeof makeConsole>) => void): string[] {
  const all: string[] = [];
  print(makeConsole((name, text) => all.push(`${name}: ${text}`)));
  return all;
}

Deno.test("console: prints as Deno does", () => {
  assert.deepEqual(
    printed((console) => {
      console.log("%s is %d", "x", 5, { a: "b" });
      console.warn("careful");
      console.group("g");
      console.info("in\nside");
      console.groupEnd();
      console.assert(1 > 2, "no");
      console.count();
      console.count("a");
      console.count();
      console.dir({ a: { b: { c: { d: 1 } } } });
    }),
    [
      'stdout: x is 5 { a: "b" }\n',
      "stderr: careful\n",
      "stdout: g\n",
      "stdout:   in\n  side\n",
      "stderr: Assertion failed: no\n",
      "stdout: default: 1\n",
      "stdout: a: 1\n",
      "stdout: default: 2\n",
      "stdout: {\n  a: { b: { c: { d: 1 } } }\n}\n",
    ],
  );
});

Deno.test("console.table: draws the table that Deno draws", () => {
  assert.deepEqual(
    printed((console) => console.table([{ a: 1, b: 2 }])),
    [
      "stdout: ┌───────┬───┬───┐\n│ (idx) │ a │ b │\n├───────┼───┼───┤\n│     0 │ 1 │ 2 │\n" +
      "└───────┴───┴───┘\n",
    ],
  );
  assert.deepEqual(printed((console) => console.table("text")), ["stdout: text\n"]);
});

Deno.test("inspect: has the quotes of Deno", async () => {
  for (const value of ["it's", 'say "x"', ['it\'s "x"'], { "a-b": ["c"] }, new Map([["k", 1]])]) {
    assert.equal(inspect(value), Deno.inspect(value));
  }
  assert.equal(await inspectLast(Promise.resolve("a")), 'Promise { "a" }');
  assert.match(
    await inspectLast(Promise.reject(new Error("b"))),
    /^Promise \{ <rejected> Error: b/,
  );
  assert.match(await inspectLast(new Promise(() => {})), /^Promise \{ <pending>/);
});
