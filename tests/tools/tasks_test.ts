/** The tasks of `deno.json`: how they start their programs. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { projectPath } from "../../lib/support/paths.ts";
import { inFolder } from "../support/files.ts";

const { tasks }: { tasks: Record<string, { command: string }> } = JSON.parse(
  await Deno.readTextFile(projectPath("deno.json")),
);

/** Runs a task. Without a terminal, a missing permission is an error. */
async function runTask(env: Record<string, string>, ...args: string[]) {
  const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["task", "-q", ...args],
    cwd: projectPath("."),
    env: { NO_COLOR: "1", ...env },
    stdin: "null",
  }).output();
  const decoder = new TextDecoder();
  return { code, stdout: decoder.decode(stdout), stderr: decoder.decode(stderr) };
}

Deno.test("every task checks the version of Deno before it starts its program", async () => {
  const check = "tools/support/deno_version.ts";
  for (const [name, { command }] of Object.entries(tasks)) {
    assert.ok(command.startsWith(`deno run ${check} && deno run `), name);
  }
  // Every Deno must understand it.
  assert.doesNotMatch(await Deno.readTextFile(projectPath(check)), /^import /m);
});

Deno.test("only tasks that start other programs with all permissions have all permissions", () => {
  const all = Object.keys(tasks).filter((name) => / -A /.test(tasks[name].command));
  assert.deepEqual(all.sort(), ["bench", "lab", "plot", "run", "sweep", "test"]);
});

Deno.test("deno task data, kernel and doctor run with their permissions", () =>
  inFolder(async (folder) => {
    const data = await runTask({}, "data", "digits");
    assert.equal(data.code, 0, data.stderr);
    assert.match(data.stdout, /digits/);
    const kernel = await runTask({ JUPYTER_DATA_DIR: folder }, "kernel");
    assert.equal(kernel.code, 0, kernel.stderr);
    assert.ok(kernel.stdout.includes(join(folder, "kernels", "deno", "kernel.json")));
    const doctor = await runTask({}, "doctor");
    assert.equal(doctor.code, 0, doctor.stdout + doctor.stderr);
    assert.doesNotMatch(doctor.stdout + doctor.stderr, /Requires|allow-/);
  }));
