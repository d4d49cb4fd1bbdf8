import assert from "node:assert/strict";
import { withLastValue } from "../../../tools/jupyter/cell.ts";

Deno.test("the last expression is wrapped on its line; anything else stays", () => {
  const cases: [code: string, changed: string][] = [
    ["a + b", "__lastValue((a + b))"],
    ["const a = 1;\na; // shown", "const a = 1;\n__lastValue((a)); // shown"],
    ["(a, b);", "__lastValue(((a, b)));"],
    ["await f<number>(\n  1,\n)", "__lastValue((await f<number>(\n  1,\n)))"],
    ["x = y as number", "__lastValue((x = y as number))"],
    ["let { a } = b; ({ a } = c)", "let { a } = b; __lastValue((({ a } = c)))"],
    ...["const a = NaN", "{ a: 1 }", "for (;;) break;", "", "// a", "const = ", "1;\nconst a = 1"]
      .map((code): [string, string] => [code, code]),
  ];
  for (const [code, changed] of cases) assert.equal(withLastValue(code), changed);
});
