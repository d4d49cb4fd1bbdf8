/** The course's kernel, registered for a user account. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { projectRoot } from "../../../lib/support/paths.ts";
import { kernelSpec } from "../../../tools/kernelspec/kernelspec.ts";
import { registerKernel, removeKernel, userFolder } from "../../../tools/kernelspec/register.ts";
import { inFolder } from "../../support/files.ts";

/** VS Code has its own language service. */
const spec = kernelSpec(Deno.execPath(), projectRoot, { types: false });

const written = async (folder: string) =>
  JSON.parse(await Deno.readTextFile(join(folder, "kernels", "deno", "kernel.json")));

Deno.test("kernel: it is registered, again too, and removed", () =>
  inFolder(async (folder) => {
    assert.equal(await removeKernel(folder), false);
    await registerKernel(folder, false);
    await registerKernel(folder, false);
    assert.deepEqual(await written(folder), spec);
    assert.equal(await removeKernel(folder), true);
    await assert.rejects(written(folder), Deno.errors.NotFound);
  }));

Deno.test("kernel: one that an earlier version of the course registered is replaced and removed", () =>
  inFolder(async (folder) => {
    const path = join(folder, "kernels", "deno", "kernel.json");
    const earlier = JSON.stringify({ argv: ["deno", "run", "/old/tools/kernel.ts"] });
    await Deno.mkdir(join(path, ".."), { recursive: true });
    await Deno.writeTextFile(path, earlier);
    await registerKernel(folder, false);
    assert.deepEqual(await written(folder), spec);
    await Deno.writeTextFile(path, earlier);
    assert.equal(await removeKernel(folder), true);
    await assert.rejects(written(folder), Deno.errors.NotFound);
  }));

Deno.test("kernel: another kernel is replaced only with --replace, and never removed", () =>
  inFolder(async (folder) => {
    const path = join(folder, "kernels", "deno", "kernel.json");
    await Deno.mkdir(join(path, ".."), { recursive: true });
    for (const other of [`{"argv":["deno","jupyter","--kernel"]}`, "{", "[]"]) {
      await Deno.writeTextFile(path, other);
      await assert.rejects(registerKernel(folder, false), /expected no kernel .* --replace/);
      assert.equal(await removeKernel(folder), false);
      assert.equal(await Deno.readTextFile(path), other);
    }
    await registerKernel(folder, true);
    assert.deepEqual(await written(folder), spec);
  }));

Deno.test("kernel: Jupyter's data folder of a user on each system", () => {
  assert.equal(userFolder("linux", {}, "/home/ada"), join("/home/ada", ".local/share/jupyter"));
  assert.equal(userFolder("linux", { XDG_DATA_HOME: "/x" }, "/home/ada"), join("/x", "jupyter"));
  assert.equal(userFolder("darwin", {}, "/Users/ada"), join("/Users/ada", "Library/Jupyter"));
  assert.equal(userFolder("windows", { APPDATA: "/r" }, "/ada"), join("/r", "jupyter"));
  assert.equal(userFolder("windows", {}, "/ada"), join("/ada", "AppData/Roaming/jupyter"));
  assert.equal(userFolder("linux", { JUPYTER_DATA_DIR: "/own" }, "/home/ada"), "/own");
});
