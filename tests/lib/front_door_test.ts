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

/** An exported name, as `deno doc --json` describes it. */
interface DocSymbol {
  name: string;
  declarations: { kind: string; jsDoc?: { tags?: { kind: string }[] } }[];
}

Deno.test("every exported function has an example", async () => {
  const { success, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["doc", "--json", "lib/mod.ts"],
    cwd: projectPath("."),
  }).output();
  const decoder = new TextDecoder();
  assert.ok(success, decoder.decode(stderr));
  const { nodes }: { nodes: Record<string, { symbols: DocSymbol[] }> } = JSON.parse(
    decoder.decode(stdout),
  );
  const functions = Object.values(nodes).flatMap(({ symbols }) => symbols)
    .filter(({ declarations }) => declarations.some(({ kind }) => kind === "function"));
  assert.ok(functions.length > 30, `${functions.length} functions`);
  const without = functions.filter(({ declarations }) =>
    !declarations.some(({ jsDoc }) => jsDoc?.tags?.some(({ kind }) => kind === "example"))
  );
  assert.deepEqual(without.map(({ name }) => name), []);
});
