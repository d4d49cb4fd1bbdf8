/** `lib/mod.ts`: a short list of names, which are the ones that notebooks import. */
import assert from "node:assert/strict";
import { projectPath } from "../../lib/support/paths.ts";
import { codeCells, readNotebook, sourceText } from "../../tools/notebook_file/notebook.ts";

const source = await Deno.readTextFile(projectPath("lib/mod.ts"));
const names = [...source.matchAll(/export (?:type )?\{([^}]*)\}/g)]
  .flatMap(([, list]) => list.split(",").map((name) => name.trim().replace(/^type /, "")))
  .concat(Array.from(source.matchAll(/export \* as (\w+)/g), ([, name]) => name))
  .filter((name) => name !== "");

Deno.test("lib/mod.ts lists under 130 names, and exports no room as a whole", () => {
  assert.ok(names.length > 80 && names.length < 130, `${names.length} names`);
  assert.equal(new Set(names).size, names.length);
  assert.doesNotMatch(source, /export (type )?\* from/);
});

Deno.test("every name that a notebook imports is exported", async () => {
  const missing: string[] = [];
  for await (const { name } of Deno.readDir(projectPath("notebooks"))) {
    if (!name.endsWith(".ipynb")) continue;
    for (const cell of codeCells(await readNotebook(projectPath(`notebooks/${name}`)))) {
      const imports = sourceText(cell).matchAll(/import (?:type )?\{([^}]*)\} from "mnist"/g);
      for (const [, list] of imports) {
        for (const item of list.split(",")) {
          const imported = item.trim().replace(/^type /, "").replace(/ as .*/s, "");
          if (imported !== "" && !names.includes(imported)) missing.push(`${name}: ${imported}`);
        }
      }
    }
  }
  assert.deepEqual(missing, []);
});
