/** The server of the site. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { answer } from "../../../tools/lite/serve.ts";
import { inFolder } from "../../support/files.ts";

const get = (folder: string, path: string, headers = {}) =>
  answer(folder, new Request(`http://localhost${path}`, { headers }));

Deno.test("serves files with their types, folders by their page, and nothing outside", async () => {
  await inFolder(async (parent) => {
    const folder = join(parent, "site");
    await Deno.mkdir(join(folder, "lab"), { recursive: true });
    await Deno.writeTextFile(join(parent, "secret.txt"), "secret");
    await Deno.writeTextFile(join(folder, "lab", "index.html"), "<p>page");
    await Deno.writeTextFile(join(folder, "a b.js"), "1");

    const page = await get(folder, "/lab/?path=x");
    assert.equal(page.headers.get("content-type"), "text/html; charset=utf-8");
    assert.equal(await page.text(), "<p>page");
    const moved = await get(folder, "/lab?path=x");
    assert.deepEqual([moved.status, moved.headers.get("location")], [301, "/lab/?path=x"]);
    const script = await get(folder, "/a%20b.js");
    assert.equal(script.headers.get("content-type"), "text/javascript");
    assert.equal(await script.text(), "1");
    for (const path of ["/../secret.txt", "/%2e%2e/secret.txt", "/..%2fsecret.txt"]) {
      const { status, body } = await get(folder, path);
      await body?.cancel();
      assert.ok(status === 404 || status === 400, `${path}: ${status}`);
    }
    assert.equal((await get(folder, "/%")).status, 400);
    assert.equal((await get(folder, "/missing")).status, 404);
  });
});

Deno.test("compresses text, and leaves data as they are: their hashes are known", async () => {
  await inFolder(async (folder) => {
    await Deno.writeTextFile(join(folder, "a.js"), "1".repeat(10_000));
    await Deno.writeFile(join(folder, "a.gz"), Uint8Array.of(0x1f, 0x8b, 8));
    const accepting = { "accept-encoding": "gzip, br" };
    const script = await get(folder, "/a.js", accepting);
    assert.equal(script.headers.get("content-encoding"), "gzip");
    assert.ok((await script.bytes()).length < 200);
    const data = await get(folder, "/a.gz", accepting);
    assert.equal(data.headers.get("content-encoding"), null);
    assert.deepEqual(await data.bytes(), Uint8Array.of(0x1f, 0x8b, 8));
  });
});
