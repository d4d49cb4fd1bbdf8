/** Files that are written in one step. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { writeWhole } from "../../../tools/support/write_file.ts";
import { inFolder } from "../../support/files.ts";

Deno.test("writeWhole: replaces a file, and leaves no other", () =>
  inFolder(async (folder) => {
    const path = join(folder, "deep", "file.json");
    for (const text of ["first", "second"]) {
      await writeWhole(path, text);
      assert.equal(await Deno.readTextFile(path), text);
    }
    const names = await Array.fromAsync(Deno.readDir(join(folder, "deep")), ({ name }) => name);
    assert.deepEqual(names, ["file.json"]);
  }));

Deno.test("writeWhole: a failure names the file, and leaves it as it was", () =>
  inFolder(async (folder) => {
    // A folder cannot be replaced by a file, nor contain one when it is a file.
    const path = join(folder, "taken");
    await Deno.mkdir(join(path, "inside"), { recursive: true });
    await assert.rejects(writeWhole(path, "text"), {
      message: /taken: expected to write it, found /,
    });
    await Deno.writeTextFile(join(folder, "file"), "as it was");
    const below = join(folder, "file", "below");
    await assert.rejects(writeWhole(below, "text"), {
      message: /below: expected to write it, found /,
    });
    assert.equal(await Deno.readTextFile(join(folder, "file")), "as it was");
    const names = await Array.fromAsync(Deno.readDir(folder), ({ name }) => name);
    assert.deepEqual(names.sort(), ["file", "taken"]);
  }));
