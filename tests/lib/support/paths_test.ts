import assert from "node:assert/strict";
import { isAbsolute, join } from "node:path";
import { projectPath, projectRoot } from "../../../lib/support/paths.ts";

Deno.test("projectRoot is the folder of deno.json", async () => {
  assert.ok((await Deno.stat(join(projectRoot, "deno.json"))).isFile);
});

Deno.test("projectPath takes relative paths from the project's folder", () => {
  assert.equal(projectPath("data/x.csv"), join(projectRoot, "data", "x.csv"));
  assert.equal(projectPath("../mnist"), join(projectRoot, "..", "mnist"));
});

Deno.test("projectPath does not depend on the working folder", async () => {
  const module = JSON.stringify(import.meta.resolve("../../../lib/support/paths.ts"));
  const { stdout } = await new Deno.Command(Deno.execPath(), {
    args: ["eval", `import { projectPath } from ${module}; console.log(projectPath("data"));`],
    cwd: join(projectRoot, "lib"),
  }).output();
  assert.equal(new TextDecoder().decode(stdout).trim(), projectPath("data"));
});

Deno.test("projectPath keeps absolute paths", () => {
  const absolute = join(projectRoot, "a");
  assert.ok(isAbsolute(absolute));
  assert.equal(projectPath(absolute), absolute);
});

Deno.test("projectPath refuses what is no text", () => {
  for (const path of [undefined, 5, new URL("file:///a"), ["a"]] as unknown as string[]) {
    assert.throws(() => projectPath(path), {
      name: "TypeError",
      message: /^expected a path, found /,
    });
  }
});
