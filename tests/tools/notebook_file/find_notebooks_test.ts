import assert from "node:assert/strict";
import { dirname, join } from "node:path";
import { notebooksIn } from "../../../tools/notebook_file/find_notebooks.ts";
import { copyChapters, filesIn } from "../../../tools/lite/site.ts";

/** A folder with two chapters, a copy that Jupyter made of one, and other files. */
async function folderOfChapters(): Promise<string> {
  const folder = await Deno.makeTempDir();
  const chapter = { nbformat: 4, nbformat_minor: 5, metadata: {}, cells: [] };
  for (
    const name of [
      "01_one.ipynb",
      "sub/02_two.ipynb",
      ".ipynb_checkpoints/01_one-checkpoint.ipynb",
      ".03_hidden.ipynb",
      "README.md",
    ]
  ) {
    await Deno.mkdir(dirname(join(folder, name)), { recursive: true });
    await Deno.writeTextFile(join(folder, name), JSON.stringify(chapter));
  }
  return folder;
}

Deno.test("notebooksIn: neither Jupyter's checkpoints nor hidden files", async () => {
  const folder = await folderOfChapters();
  const wanted = ["01_one.ipynb", "sub/02_two.ipynb"].map((name) => join(folder, name));
  assert.deepEqual(await notebooksIn(folder), wanted);
});

Deno.test("site: a checkpoint of a chapter is not published", async () => {
  const folder = await folderOfChapters(), out = await Deno.makeTempDir();
  const paths = (await copyChapters(folder, out)).map(({ path }) => path);
  assert.deepEqual(paths, ["notebooks/01_one.ipynb", "notebooks/sub/02_two.ipynb"]);
  assert.deepEqual(await filesIn(join(out, "files")), paths);
});
