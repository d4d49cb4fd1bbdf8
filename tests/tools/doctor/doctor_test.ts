/** The findings of the doctor on machines that lack something. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { CHECKS, deno, memory, projectFolder, spec } from "../../../tools/doctor/checks.ts";
import { jupyterFolder } from "../../../tools/kernelspec/jupyter_folder.ts";
import { kernelSpec, writeKernelSpec } from "../../../tools/kernelspec/kernelspec.ts";
import type { Machine } from "../../../tools/support/machine.ts";
import { inFolder } from "../../support/files.ts";

/** A machine without any program. */
const BARE: Machine = {
  os: "linux",
  path: "",
  pathExtensions: "",
  root: false,
  debian: true,
  project: "/no/such/project",
};

Deno.test("doctor: a Deno that is too old or has an unreliable kernel is refused, with the reason", () => {
  for (const version of ["2.8.2", "2.8.3", "2.5.0", "1.46.3"]) {
    const { state, found, fix } = deno(version);
    assert.equal(state, "missing");
    assert.match(found, /kernel/);
    assert.ok(found.includes(version));
    assert.match(fix, /deno upgrade/);
  }
  assert.equal(deno(Deno.version.deno).state, "ok");
  assert.equal(deno("2.10.0").state, "ok");
});

Deno.test("doctor: memory", () => {
  assert.equal(memory(8e9).state, "ok");
  assert.equal(memory(1e9).state, "optional");
  assert.equal(memory(1e8).state, "missing");
});

Deno.test("doctor: a folder that cannot be written to, or that Jupyter cannot use", async () => {
  await inFolder(async (folder) => {
    assert.equal((await projectFolder(folder)).state, "ok");
    assert.equal((await Array.fromAsync(Deno.readDir(folder))).length, 0);
    assert.equal((await projectFolder(join(folder, "missing"))).state, "missing");
    if (Deno.build.os === "windows") return;
    const colon = join(folder, "mnist: the course");
    await Deno.mkdir(colon);
    const { state, found } = await projectFolder(colon);
    assert.equal(state, "optional");
    assert.match(found, /":" in its path/);
  });
});

Deno.test("doctor: the kernel spec, missing, of another Deno, damaged", async () => {
  await inFolder(async (folder) => {
    assert.equal((await spec(folder, Deno.execPath())).state, "optional");
    const wanted = kernelSpec(Deno.execPath(), folder);
    const path = await writeKernelSpec(jupyterFolder(folder), wanted);
    assert.equal((await spec(folder, Deno.execPath())).state, "ok");
    assert.match((await spec(folder, "/other/deno")).found, /another Deno/);
    await Deno.writeTextFile(path, "{");
    assert.equal((await spec(folder, Deno.execPath())).state, "optional");
  });
});

Deno.test("doctor: on a bare machine Jupyter and Chromium are reported with a fix", async () => {
  for (const name of ["Jupyter", "Chromium"]) {
    const finding = await CHECKS.find((check) => check.name === name)?.look(BARE);
    assert.equal(finding?.state, "optional");
    assert.notEqual(finding?.fix, "");
  }
});
