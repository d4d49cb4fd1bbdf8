/** The names that a cell declares for later cells. */
import assert from "node:assert/strict";
import { declaredNames, guessedNames } from "../../../tools/language/names.ts";

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
