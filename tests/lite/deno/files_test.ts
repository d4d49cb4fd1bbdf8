/** Files of a page, and what cells do with them. */
import assert from "node:assert/strict";
import { makeDeno } from "../../../lite/deno/deno.ts";
import { Files, type Storage } from "../../../lite/deno/files.ts";
import { denoPlatform, surroundWith } from "../../../lite/deno/platform.ts";

/** A browser's storage, in memory. */
function storage(saved = new Map<string, Uint8Array<ArrayBuffer>>()): Storage {
  return {
    load: (path) => Promise.resolve(saved.get(path)),
    save: (path, bytes) => Promise.resolve(void saved.set(path, bytes)),
    remove: (path) => Promise.resolve(void saved.delete(path)),
  };
}

/** Runs a test beside a server with one file, `data/a.txt`. */
async function withSite(
  test: (files: Files, saved: Map<string, Uint8Array<ArrayBuffer>>) => Promise<void>,
): Promise<void> {
  const server = Deno.serve(
    { hostname: "127.0.0.1", port: 0, onListen: () => {} },
    ({ url }) =>
      new URL(url).pathname === "/files/data/a.txt"
        ? new Response("from the site")
        : new Response("", { status: 404 }),
  );
  const saved = new Map<string, Uint8Array<ArrayBuffer>>();
  const index = [{ path: "data/a.txt", bytes: 13 }, { path: "data/gone.txt", bytes: 1 }];
  const address = `http://127.0.0.1:${server.addr.port}/files/`;
  try {
    await test(new Files(address, index, storage(saved)), saved);
  } finally {
    await server.shutdown();
  }
}

const text = async (files: Files, path: string) => new TextDecoder().decode(await files.read(path));

Deno.test("files come from the site until they are written, and then from the browser", async () => {
  await withSite(async (files, saved) => {
    assert.equal(await text(files, "/course/data/a.txt"), "from the site");
    assert.deepEqual(files.list("/course/data"), ["a.txt", "gone.txt"]);
    await files.write("/course/data/a.txt", new TextEncoder().encode("mine"));
    assert.equal(await text(files, "/course/data/a.txt"), "mine");
    assert.deepEqual([...saved.keys()], ["data/a.txt"]);
    saved.set("data/a.txt", new TextEncoder().encode("uploaded later"));
    assert.equal(await text(files, "/course/data/a.txt"), "uploaded later");
    await files.remove("/course/data/a.txt");
    await assert.rejects(files.read("/course/data/a.txt"), { name: "NotFound" });
    assert.deepEqual(files.list("/course/data"), ["gone.txt"]);
  });
});

Deno.test("a file that the site lists and does not have is an error that says so", async () => {
  await withSite(async (files) => {
    await assert.rejects(files.read("/course/data/gone.txt"), {
      message: "/course/data/gone.txt: expected it on the server, found status 404",
    });
  });
});

Deno.test("temporary files are not kept, and full storage is an error that loses nothing", async () => {
  const full: Storage = {
    ...storage(),
    save: () => Promise.reject(new Error("the storage of this browser is full")),
  };
  const files = new Files("http://127.0.0.1:1/", [], full);
  await files.write("/tmp/a", Uint8Array.of(1));
  await files.write("/course/data/.a.12345678.part", Uint8Array.of(2));
  await assert.rejects(files.rename("/course/data/.a.12345678.part", "/course/data/a"), {
    name: "StorageFull",
    message: "/course/data/a: the storage of this browser is full",
  });
  assert.deepEqual(await files.read("/course/data/.a.12345678.part"), Uint8Array.of(2));
});

Deno.test("the platform writes files whole, and reads and unzips them in pieces", async () => {
  await withSite(async (files, saved) => {
    surroundWith({ files, environment: { NAME: "value" } });
    assert.equal(denoPlatform.variable("NAME"), "value");
    {
      using file = await denoPlatform.create("/course/data/b");
      await file.write(Uint8Array.of(1, 2));
      await file.write(Uint8Array.of(3));
      await file.sync();
    }
    await assert.rejects(denoPlatform.create("/course/data/b"), { name: "AlreadyExists" });
    const pieces = await Array.fromAsync(denoPlatform.read("/course/data/b", 2));
    assert.deepEqual(pieces, [Uint8Array.of(1, 2), Uint8Array.of(3)]);
    assert.deepEqual(await Array.fromAsync(denoPlatform.read("/course/data/b", 9, 2)), [
      Uint8Array.of(3),
    ]);
    assert.deepEqual(await denoPlatform.stat("/course/data"), {
      kind: "folder",
      bytes: 0,
      modified: 0,
    });
    assert.equal(await denoPlatform.stat("/course/data/none"), undefined);
    assert.deepEqual(saved.get("data/b"), Uint8Array.of(1, 2, 3));

    const zipped = new Blob([new Uint8Array(3_000_000)]).stream()
      .pipeThrough(new CompressionStream("gzip"));
    const bytes = new Uint8Array(await new Response(zipped).arrayBuffer());
    assert.equal((await denoPlatform.gunzipAll(bytes, 3_000_000)).length, 3_000_000);
    await assert.rejects(denoPlatform.gunzipAll(bytes, 2_999_999), RangeError);
    await assert.rejects(denoPlatform.gunzipAll(bytes.slice(0, 100), 3_000_000), TypeError);
    const hash = denoPlatform.sha256();
    hash.update(new TextEncoder().encode("abc"));
    assert.match(await hash.hex(), /^ba7816bf/);
  });
});

Deno.test("a cell's Deno knows files and nothing else, and says what to do instead", async () => {
  await withSite(async (files) => {
    const sent: unknown[] = [];
    const its = makeDeno(files, { A: "1" }, (...message) => sent.push(message)) as typeof Deno;
    assert.equal(await its.readTextFile("../data/a.txt"), "from the site");
    const path = await its.makeTempFile({ suffix: ".csv" });
    await its.writeTextFile(path, "1,2");
    assert.equal((await its.stat(path)).size, 3);
    await its.remove(path);
    await assert.rejects(its.stat(path), (error) => error instanceof its.errors.NotFound);
    assert.equal(its.env.get("A"), "1");
    its.env.set("A", "2");
    assert.deepEqual(its.env.toObject(), { A: "2" });
    its.env.delete("A");
    assert.equal(its.env.has("A"), false);
    assert.equal(its.inspect({ a: "b" }), '{ a: "b" }');
    assert.throws(() => its.Command, {
      message: "Deno.Command: not in the browser. Run the course on a computer for that: its " +
        "README says how.",
    });
    await its.jupyter.broadcast("display_data", { data: {} });
    assert.deepEqual(sent, [["display_data", { data: {} }]]);
  });
});
