/** No chapter has a type error for the language service, in whatever order its cells run. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { projectPath } from "../../../lib/support/paths.ts";
import { codeCells, readNotebook, sourceText } from "../../../tools/notebook_file/notebook.ts";
import { CellModules } from "../../../tools/language/modules.ts";
import { withService } from "../../support/language.ts";

/** All chapters are CI's; otherwise two of them. */
const ALL = Deno.env.get("BROWSER_TESTS") === "all";

/** The cells of the chapters, by the name of the file. */
async function chapters(): Promise<[string, string[]][]> {
  const names = Array.from(Deno.readDirSync(projectPath("notebooks")), ({ name }) => name)
    .filter((name) => name.endsWith(".ipynb") && (ALL || /^0[35]/.test(name))).sort();
  return await Promise.all(names.map(async (name): Promise<[string, string[]]> => {
    const notebook = await readNotebook(projectPath(join("notebooks", name)));
    return [name, codeCells(notebook).map(sourceText)];
  }));
}

Deno.test("service: no false error in any chapter, in order, twice and backwards", async () => {
  for (const [name, cells] of await chapters()) {
    await withService(async (service) => {
      const errors = async (order: string[]) => {
        for (const code of order) {
          assert.deepEqual(await service.run(code), [], `${name}: ${code}`);
        }
      };
      await errors(cells);
      await errors(cells);
      await errors(cells.toReversed());
    }, { cells });
  }
});

Deno.test("modules: no chapter that runs again as a whole makes more of them", async () => {
  for (const [name, cells] of await chapters()) {
    const modules = new CellModules("file:///n/");
    const counts = Array.from({ length: 4 }, () => {
      for (const code of cells) modules.run(code);
      return [...modules.all].length;
    });
    assert.ok(counts[1] <= cells.length, `${name}: ${counts} modules of ${cells.length} cells`);
    assert.deepEqual(counts.slice(2), [counts[1], counts[1]], name);
  }
});
