/** Cells as modules: which module a name comes from. */
import assert from "node:assert/strict";
import { CellModules } from "../../../tools/language/modules.ts";

const head = (text: string) => text.split("\n")[0];

function run(modules: CellModules, code: string) {
  const ran = modules.run(code);
  assert.ok(ran);
  return ran;
}

Deno.test("modules: a name comes from the cell that declared it last", () => {
  const modules = new CellModules("file:///course/notebooks/");
  const first = run(modules, "const a = 1, b = 2;");
  assert.equal(first.module.uri, "file:///course/notebooks/$cell_0.ts");
  assert.equal(first.module.text, "\nconst a = 1, b = 2;\n;export { a, b };\n");
  run(modules, 'const a = "text";');
  const user = run(modules, "a; b;");
  assert.equal(
    head(user.module.text),
    'import { a } from "./$cell_1.ts"; import { b } from "./$cell_0.ts";',
  );
  // A name that the cell declares itself is not imported.
  assert.equal(head(run(modules, "const a = 3; a;").module.text), "");
});

Deno.test("modules: a cell that runs again unchanged keeps its module", () => {
  const modules = new CellModules("file:///n/");
  run(modules, "const a = 1;");
  const user = run(modules, "const c = a;");
  assert.equal(run(modules, "const a = 1;").isNew, false);
  const again = run(modules, "const c = a;");
  assert.equal(again.isNew, false);
  assert.equal(again.module, user.module);
  // With another `a` it is another module.
  run(modules, "const a = true;");
  assert.equal(run(modules, "const c = a;").isNew, true);
});

Deno.test("modules: a variable can be assigned to in later cells; types are imported as types", () => {
  const modules = new CellModules("file:///n/");
  run(modules, "let n = 1; type T = string;");
  assert.equal(
    head(run(modules, "n = 2; const t: T = '';").module.text),
    'declare let n: typeof import("./$cell_0.ts").n; import { type T } from "./$cell_0.ts";',
  );
});

Deno.test("modules: a type does not hide a value of the same name, as in the kernel", () => {
  const modules = new CellModules("file:///n/");
  run(modules, 'import { Random } from "mnist";');
  run(modules, 'import { type Random } from "mnist";');
  assert.equal(
    head(run(modules, "new Random(1);").module.text),
    'import { Random } from "./$cell_0.ts";',
  );
});

Deno.test("modules: what nothing refers to any more is forgotten", () => {
  const modules = new CellModules("file:///n/");
  for (let i = 0; i < 500; i++) run(modules, `const a = ${i};`);
  assert.equal([...modules.all].length, 1);
  // An old module stays while another refers to it.
  run(modules, "const b = a;");
  run(modules, "const a = 'new';");
  assert.equal([...modules.all].length, 3);
  const { gone } = run(modules, "const b = 0;");
  assert.equal(gone.length, 2);
});

Deno.test("modules: a draft sees what ran, then what the file declares", () => {
  const modules = new CellModules("file:///n/");
  modules.expect("const a = 1, later = 2;");
  run(modules, "const a = true;");
  assert.equal(
    head(modules.draft("a.", 2)),
    'import { a } from "./$cell_1.ts"; import { later } from "./$cell_0.ts";',
  );
  assert.equal(modules.run("const = ;"), undefined);
  assert.equal(
    run(modules, "export const e = 1;").module.text,
    "\nexport const e = 1;\n;export {  };\n",
  );
});

Deno.test("modules: a notebook that runs again as a whole keeps the modules that others import", () => {
  const cells = [
    "const x = [1]; const size = 2;",
    "const total = (size: number) => x.length * size; // of the images",
    'const images = { x, total: total(size) }; "total";',
    "function show(total: number) { const images = total; return images; }",
    "const y = show(images.total);",
  ];
  const modules = new CellModules("file:///n/");
  const first = cells.map((code) => run(modules, code).module);
  for (let pass = 0; pass < 3; pass++) {
    cells.forEach((code, i) => assert.equal(run(modules, code).module, first[i], code));
    assert.equal([...modules.all].length, cells.length);
  }
});
