/** Cells in the browser's kernel, as far as it needs no browser. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { rewrite } from "../../../lite/kernel/rewrite.ts";
import { Session } from "../../../lite/kernel/session.ts";
import { projectPath } from "../../../lib/support/paths.ts";
import { codeCells, readNotebook } from "../../../tools/notebook_file/notebook.ts";

/** Runs cells one after another and returns the value of the last one. */
async function run(...cells: string[]): Promise<unknown> {
  const session = new Session((name) => import(name));
  try {
    let last: unknown;
    for (const [i, cell] of cells.entries()) last = (await session.run(cell, i + 1)).value;
    return last;
  } finally {
    session.end();
  }
}

/** What a notebook shows of the error of the last cell. */
async function traceback(...cells: string[]): Promise<readonly string[]> {
  const session = new Session((name) => import(name));
  try {
    for (const [i, cell] of cells.entries()) {
      try {
        await session.run(cell, i + 1);
      } catch (error) {
        if (i === cells.length - 1) return session.failure(error, Deno.inspect).traceback;
      }
    }
    throw new Error("expected the last cell to fail");
  } finally {
    session.end();
  }
}

Deno.test("later cells see, change and declare again what earlier cells declared", async () => {
  assert.equal(await run("let n = 1", "n += 2", "n"), 3);
  assert.equal(await run("const f = () => g; let g = 1", "let g = 2", "f()"), 2);
  assert.equal(
    await run(
      "function f() { return 1 }\nfunction g() { return f() }",
      "function f() { return 2 }",
      "g()",
    ),
    2,
  );
  assert.equal(await run("class A { static v = 1 }", "class A { static v = 2 }", "A.v"), 2);
  assert.equal(await run("if (true) { var inside = 4 }", "inside"), 4);
  assert.equal(await run("let a = 1; { let a = 2; a++ }", "a"), 1);
});

Deno.test("a constant is constant, in its own cell and in later ones", async () => {
  const message = "TypeError: Assignment to constant variable.";
  assert.equal((await traceback("const c = 1; c = 2"))[0], message);
  assert.equal((await traceback("const c = 1", "c++"))[0], message);
  assert.equal((await traceback("const c = 1", "[c] = [2]"))[0], message);
  assert.equal(
    (await traceback("function f() { later = 2 }", "const later = 1", "f()"))[0],
    message,
  );
  assert.equal(await run("const c = 1", "try { c = 2 } catch {}\nc"), 1);
});

Deno.test("declaring a name in another way is an error, and changes nothing", async () => {
  for (const again of ["let c = 2", "var c = 2", "class c {}", "function c() {}"]) {
    assert.deepEqual(await traceback("const c = 1", `\n ${again}`), [
      "SyntaxError: Identifier 'c' has already been declared",
      `    at line 2, column ${again.indexOf("c", again.indexOf(" ")) + 2}`,
    ]);
  }
  assert.equal(await run("const c = 1", "const c = 2; c"), 2);
});

Deno.test("an error names cell, line and column as they were written", async () => {
  assert.deepEqual(
    await traceback(
      "function g(a: number,\n  b?: string): number {\n  throw new Error('deep' + a)\n}",
      "let q = 1;\n  q + g(\n  5)",
    ),
    ["Error: deep5", "    at g (cell 1, line 3, column 9)", "    at cell 2, line 2, column 8"],
  );
  assert.deepEqual(await traceback("const a: number = 1; missing"), [
    "ReferenceError: missing is not defined",
    "    at cell 1, line 1, column 22",
  ]);
  assert.deepEqual(await traceback("let a = 1;\na b"), [
    "SyntaxError: Missing semicolon",
    "    at line 2, column 2",
  ]);
});

Deno.test("messages of the engine have the names of the cell", async () => {
  const cells = ["const o = { v: 1 }; let n = 1"];
  assert.equal((await traceback(...cells, "o.nope()"))[0], "TypeError: o.nope is not a function");
  assert.equal((await traceback(...cells, "n()"))[0], "TypeError: n is not a function");
  assert.equal((await traceback(...cells, "new n()"))[0], "TypeError: n is not a constructor");
  assert.equal(await run(...cells, "try { n() } catch (e) { e.message }"), "n is not a function");
});

Deno.test("a loop over names of the cell is about as fast as one over local names", async () => {
  const loop = (declare: string) =>
    `${declare} let s = 0; for (let i = 0; i < 2e7; i++) s += i % 7;`;
  const times = { cell: Infinity, local: Infinity };
  for (let round = 0; round < 4; round++) {
    for (
      const [kind, code] of [["cell", loop("")], ["local", `(() => { ${loop("")} })()`]] as const
    ) {
      const start = performance.now();
      await run(code);
      times[kind] = Math.min(times[kind], performance.now() - start);
    }
  }
  assert.ok(times.cell < 4 * times.local, JSON.stringify(times)); // a global would take 20 times as long
});

Deno.test("every cell of the course becomes a program with the same lines", async () => {
  const folder = projectPath("notebooks");
  let count = 0;
  for await (const { name } of Deno.readDir(folder)) {
    if (!name.endsWith(".ipynb")) continue;
    for (const { id, source } of codeCells(await readNotebook(join(folder, name)))) {
      const { text } = rewrite(source);
      assert.equal(text.split("\n").length, source.split("\n").length + 1, `${name}, ${id}`);
      assert.doesNotThrow(() => new Function(`return ${text}`), `${name}, ${id}`);
      count++;
    }
  }
  assert.ok(count > 150);
});

Deno.test("a namespace and import = are refused with a sentence", async () => {
  assert.match(
    (await traceback("namespace N { export const a = 1 }"))[0],
    /found namespace, which/,
  );
});
