/** Packages that a cell imports, from a registry on this machine. */
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { join } from "node:path";
import { lockOf } from "../../../tools/jupyter/lock_file.ts";
import { codeCells } from "../../../tools/notebook_file/notebook.ts";
import { executeNotebook } from "../../../tools/run/execute.ts";
import { gzip, inFolder } from "../../support/files.ts";
import { startMirror } from "../../support/mirror.ts";
import { notebookOf } from "../../support/notebooks.ts";

const encode = (text: string) => new TextEncoder().encode(text);

/** A tar archive of small text files. */
function tar(files: Record<string, string>): Uint8Array {
  const blocks = Object.entries(files).flatMap(([name, content]) => {
    const header = new Uint8Array(512), body = new Uint8Array(512);
    const put = (at: number, text: string) => header.set(encode(text), at);
    put(0, name);
    put(100, "0000644\0" + "0000000\0" + "0000000\0");
    put(124, content.length.toString(8).padStart(11, "0") + "\0" + "00000000000\0" + " ".repeat(8));
    put(156, "0");
    put(257, "ustar\x0000");
    const sum = header.reduce((sum, byte) => sum + byte, 0);
    put(148, sum.toString(8).padStart(6, "0") + "\0 ");
    body.set(encode(content));
    return [...header, ...body];
  });
  return Uint8Array.from([...blocks, ...new Uint8Array(1024)]);
}

Deno.test("a cell may import any package, and deno.lock stays as it is", async () => {
  const manifest = { name: "lock-test", version: "1.0.0", type: "module", main: "index.js" };
  const archive = gzip(tar({
    "package/package.json": JSON.stringify(manifest),
    "package/index.js": "export default 42;",
  }));
  const integrity = `sha512-${createHash("sha512").update(archive).digest("base64")}`;
  await using registry = startMirror((path) => {
    if (path.endsWith(".tgz")) return { kind: "body", bytes: archive };
    const dist = { tarball: `${registry.url}lock-test.tgz`, integrity };
    const versions = { "1.0.0": { ...manifest, dist } };
    const document = { name: "lock-test", "dist-tags": { latest: "1.0.0" }, versions };
    return { kind: "body", bytes: encode(JSON.stringify(document)) };
  });
  await inFolder(async (folder) => {
    const lock = join(folder, "deno.lock"), notebooks = join(folder, "notebooks");
    const before = '{ "version": "5" }';
    await Deno.writeTextFile(lock, before);
    await Deno.writeTextFile(join(folder, "deno.json"), "{}");
    await Deno.mkdir(notebooks);
    assert.equal(lockOf(notebooks), lock);
    const { notebook, failure } = await executeNotebook(
      notebookOf(
        `import answer from "npm:lock-test@1.0.0";
        [answer, Deno.readTextFileSync(${JSON.stringify(lock)}).includes("lock-test")]`,
      ),
      {
        cwd: notebooks,
        env: { NPM_CONFIG_REGISTRY: registry.url, DENO_DIR: join(folder, "cache") },
      },
    );
    assert.equal(failure, null);
    const [output] = codeCells(notebook)[0].outputs;
    // The kernel itself extends the file: if this becomes false, ours is no longer needed.
    assert.deepEqual("data" in output && output.data["text/plain"], "[ 42, true ]");
    assert.equal(await Deno.readTextFile(lock), before);
  });
});
