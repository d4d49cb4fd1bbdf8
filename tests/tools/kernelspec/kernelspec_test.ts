/** The course's kernel spec, and the folder `.jupyter/`. */
import assert from "node:assert/strict";
import { delimiter, dirname, join } from "node:path";
import { prepareJupyterFolder } from "../../../tools/kernelspec/jupyter_folder.ts";
import { kernelSpec, writeKernelSpec } from "../../../tools/kernelspec/kernelspec.ts";
import { inFolder } from "../../support/files.ts";
import { otherUser, readableByOthers } from "../../support/other_user.ts";
import { testUnless } from "../../support/skip.ts";

Deno.test("kernel spec: standard name, absolute Deno, Stop by message, no colours", async () => {
  await inFolder(async (folder) => {
    const path = await writeKernelSpec(folder, kernelSpec(Deno.execPath()));
    assert.equal(path, join(folder, "kernels", "deno", "kernel.json"));
    const spec = JSON.parse(await Deno.readTextFile(path));
    assert.deepEqual(spec, kernelSpec(Deno.execPath()));
    assert.equal(spec.argv[0], Deno.execPath());
    assert.ok(spec.argv.includes("{connection_file}"));
    assert.equal(spec.interrupt_mode, "message");
    assert.equal(spec.language, "typescript");
    assert.equal(spec.env.NO_COLOR, "1");
    // The new one replaces the old one, and no other file is left.
    await writeKernelSpec(folder, kernelSpec("/elsewhere/deno"));
    const again = JSON.parse(await Deno.readTextFile(path));
    assert.equal(again.argv[0], "/elsewhere/deno");
    const names = await Array.fromAsync(Deno.readDir(dirname(path)), (entry) => entry.name);
    assert.deepEqual(names, ["kernel.json"]);
  });
});

/** Folders of `.jupyter/` that contain secrets. */
const SECRET = ["runtime", "logs", "workspaces"];

const noModes = Deno.build.os === "windows" ? "Windows has no such permissions" : undefined;

testUnless(
  noModes,
  ".jupyter: only the user can enter folders with secrets",
  () =>
    inFolder(async (project) => {
      // As an earlier version of the course left it.
      await Deno.mkdir(join(project, ".jupyter", "runtime"), { recursive: true, mode: 0o755 });
      await Deno.chmod(join(project, ".jupyter", "runtime"), 0o755);
      for (let start = 1; start <= 2; start++) {
        await prepareJupyterFolder(project);
        for (const name of SECRET) {
          const { mode } = await Deno.stat(join(project, ".jupyter", name));
          assert.equal((mode ?? 0) & 0o777, 0o700, name);
        }
      }
      // A hub's students read the kernel spec.
      const { mode } = await Deno.stat(join(project, ".jupyter"));
      assert.equal((mode ?? 0) & 0o005, 0o005);
    }),
);

testUnless(
  otherUser,
  ".jupyter: another user reads the kernel spec, and no secret",
  () =>
    inFolder(async (project) => {
      await Deno.chmod(project, 0o755);
      const secrets = SECRET.map((name) => join(project, ".jupyter", name, "jpserver-1-open.html"));
      for (const path of secrets) {
        await Deno.mkdir(dirname(path), { recursive: true, mode: 0o755 });
        await Deno.writeTextFile(path, "token", { mode: 0o644 });
      }
      const spec = await writeKernelSpec(join(project, ".jupyter"));
      assert.deepEqual(await readableByOthers(project), [spec, ...secrets].sort(), "before");
      await prepareJupyterFolder(project);
      assert.deepEqual(await readableByOthers(project), [spec]);
    }),
);

Deno.test(".jupyter: a folder that cannot be created is named in the error, with the remedy", () =>
  inFolder(async (project) => {
    await Deno.writeTextFile(join(project, ".jupyter"), "a file");
    await assert.rejects(prepareJupyterFolder(project), {
      name: "JupyterFolderError",
      message: /expected a folder of your own .* found .*\.jupyter .*Copy the course/,
    });
  }));

Deno.test(".jupyter: a path that JUPYTER_PATH cannot contain is refused, with the remedy", () =>
  inFolder(async (folder) => {
    const project = join(folder, `a${delimiter}b`);
    await assert.rejects(prepareJupyterFolder(project), {
      name: "JupyterFolderError",
      message: new RegExp(`without "${delimiter}".* found .*a${delimiter}b.*rename the folder`),
    });
    assert.deepEqual(await Array.fromAsync(Deno.readDir(folder)), []);
  }));
