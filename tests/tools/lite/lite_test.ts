/** `deno task lite`: its arguments, and machines on which the site cannot be built. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { projectRoot } from "../../../lib/support/paths.ts";
import { jupyterLite } from "../../../tools/lite/jupyterlite.ts";
import { deno } from "../../../tools/support/deno.ts";
import { thisMachine } from "../../../tools/support/machine.ts";
import { inFolder } from "../../support/files.ts";

async function failure(...args: string[]): Promise<string> {
  const program = join(projectRoot, "tools", "lite", "lite.ts");
  const { ok, stderr } = await deno(["run", "-A", program, ...args], projectRoot);
  assert.equal(ok, false);
  return stderr.trim();
}

Deno.test("lite: wrong arguments are refused before anything is built", async () => {
  assert.equal(
    await failure("--data", "cifar"),
    "lite: expected --data mnist or digits, found cifar",
  );
  assert.equal(await failure("--port", "x"), "lite: expected --port to be 0 to 65535, found x");
  assert.match(await failure("--nothing"), /^lite: Unknown option '--nothing'/);
  await inFolder(async (folder) => {
    await Deno.writeTextFile(join(folder, "mine.txt"), "mine");
    assert.match(
      await failure("--out", folder),
      /to be empty or a site of this command, found other/,
    );
    assert.equal(await Deno.readTextFile(join(folder, "mine.txt")), "mine");
  });
});

Deno.test("lite: without Python and uv, says what to install", async () => {
  await inFolder(async (project) => {
    await Deno.mkdir(join(project, "tools", "lite"), { recursive: true });
    const requirements = join("tools", "lite", "requirements.txt");
    await Deno.copyFile(join(projectRoot, requirements), join(project, requirements));
    await assert.rejects(jupyterLite({ ...thisMachine(), path: "", project }), {
      name: "JupyterLiteError",
      message: /expected Python 3\.10 or newer with pip, or uv.*found neither/,
    });
  });
});
