/** Files that are written in one step. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { checkWritable, writeWhole } from "../../../tools/support/write_file.ts";
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

Deno.test({
  name: "writeWhole: a symbolic link stays, and the mode of the file, unless another is given",
  ignore: Deno.build.os === "windows",
  fn: () =>
    inFolder(async (folder) => {
      const path = join(folder, "file"), link = join(folder, "link");
      const modeOf = async (path: string) => (await Deno.stat(path)).mode! & 0o777;
      await Deno.writeTextFile(path, "old", { mode: 0o600 });
      await Deno.symlink(path, link);
      await writeWhole(link, "new");
      assert.equal(await Deno.readTextFile(path), "new");
      assert.ok((await Deno.lstat(link)).isSymlink);
      assert.equal(await modeOf(path), 0o600);
      await writeWhole(path, "new", 0o644);
      assert.equal(await modeOf(path), 0o644);
    }),
});

Deno.test("writeWhole: on a full disk the file stays as it was, and is named", () =>
  inFolder(async (folder) => {
    const path = join(folder, "file");
    await writeWhole(path, "as it was");
    const { writeTextFile } = Deno;
    const value: typeof writeTextFile = async (path, _text, options) => {
      await writeTextFile(path, "as", options);
      throw new Error("No space left on device (os error 28)");
    };
    Object.defineProperty(Deno, "writeTextFile", { value, configurable: true, writable: true });
    try {
      await assert.rejects(writeWhole(path, "as it should be"), {
        message: `${path}: expected to write it, found No space left on device (os error 28)`,
      });
    } finally {
      Object.defineProperty(Deno, "writeTextFile", { value: writeTextFile });
    }
    assert.equal(await Deno.readTextFile(path), "as it was");
    assert.deepEqual(Array.from(Deno.readDirSync(folder), ({ name }) => name), ["file"]);
  }));

Deno.test("checkWritable: makes the folder, leaves no file, and names what cannot be written", () =>
  inFolder(async (folder) => {
    await checkWritable(join(folder, "deep", "file"));
    assert.deepEqual([...Deno.readDirSync(join(folder, "deep"))], []);
    await Deno.writeTextFile(join(folder, "file"), "");
    await assert.rejects(checkWritable(join(folder, "file", "below")), {
      message: /below: expected a place to write it, found /,
    });
  }));
