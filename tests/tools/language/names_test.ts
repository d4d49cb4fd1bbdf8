/** The names that a cell declares for later cells. */
import assert from "node:assert/strict";
import { declaredNames, freeNames, guessedNames } from "../../../tools/language/names.ts";

const uses = (code: string) => Object.fromEntries(declaredNames(code)?.uses ?? []);

Deno.test("names: every kind of declaration", () => {
  assert.deepEqual(
    uses(`
      const a = 1, { b, c: [d, ...e], f = 2, ...g } = o, [h, , i = 3] = p;
      let k = 1; var l;
      function m() { const inner = 1; } async function n() {} class q {}
      enum r { A } interface S {} type T = number;
      import u, { v, w as x, type Y } from "z"; import * as aa from "z"; import type { Bb } from "z";
      if (a) { var hoisted = 1; let notHoisted = 2; }
      for (var counter = 0; counter < 3; counter++) { var inLoop = 1; }
      for (var item of e) {}
      try { var tried } catch { var caught } finally { var last }
      switch (a) { case 1: var inCase = 1; }
      label: while (a) { var inWhile; }
    `),
    {
      ...Object.fromEntries([..."abdefghi"].map((name) => [name, "value"])),
      ...{ k: "variable", l: "variable", m: "value", n: "value", q: "value", r: "value" },
      ...{ S: "type", T: "type", u: "value", v: "value", x: "value", Y: "type" },
      ...{ aa: "value", Bb: "type", hoisted: "variable", counter: "variable" },
      ...{ inLoop: "variable", item: "variable", tried: "variable", caught: "variable" },
      ...{ last: "variable", inCase: "variable", inWhile: "variable" },
    },
  );
});

Deno.test("names: a cell may export, declare twice and use other alphabets", () => {
  const names = declaredNames(
    "export const a = 1; export function b() {} const c = 2; export { c };",
  );
  assert.deepEqual([...names?.uses.keys() ?? []], ["a", "b", "c"]);
  assert.deepEqual([...names?.exported ?? []], ["a", "b", "c"]);
  assert.deepEqual(uses("const x = 1; const x = 2;"), { x: "value" });
  assert.deepEqual(uses("const 이미지 = 1, é = 2;"), { 이미지: "value", é: "value" });
  assert.deepEqual(uses("class A {} interface A {}"), { A: "value" });
  assert.deepEqual(uses(""), {});
});

Deno.test("names: of code that is being typed", () => {
  assert.equal(declaredNames("const x = ;;) x."), undefined);
  assert.deepEqual(
    [...guessedNames("const x = 1;\nlet { a, b: c } = o;\nasync function f( {\nx.").uses.keys()],
    ["x", "a", "c", "f"],
  );
});

Deno.test("names: those that a cell takes from others", () => {
  const free = (code: string) => [...freeNames(code) ?? []].sort();
  // Not its own names, parameters, inner names, properties, labels, comments and strings.
  assert.deepEqual(
    free(`
      import { sum } from "mnist"; // a comment
      const own = "a string" + given.property[index];
      function f(parameter, { key: inner = fallback }) {
        const local = parameter + inner + own + outer;
        label: for (const item of list) { if (item) break label; }
        try {} catch (error) { sum(error); }
        return { key: local, short };
      }
      assigned = 1; ({ taken } = own); counted++;
    `),
    [
      ...["assigned", "counted", "fallback", "given", "index", "list"],
      ...["outer", "short", "taken"],
    ],
  );
  for (
    const code of [
      "let x: A",
      "let x: A.B",
      "let x: typeof A",
      "let x: Map<string, A[]>",
      "function f(x: A) {}",
      "function f(): A {}",
      "function f(x): x is A {}",
      "class B extends C<A> {}",
      "class B implements A {}",
      "class B { private x: A; }",
      "class B { constructor(readonly x: A) {} }",
      "interface B extends A {}",
      "interface B { x: A; }",
      "type B = { [K in A]: K }",
      "type B<T> = T extends A ? 1 : 2",
      "type B = `${A}`",
      "const x = y as A",
      "const x = y satisfies A",
      "f<A>()",
    ]
  ) assert.ok(free(code).includes("A"), code);
  assert.deepEqual(free("const a = b; const a = 2; let a: C;"), ["C", "b"]);
  assert.equal(freeNames("const = ;"), undefined);
});
