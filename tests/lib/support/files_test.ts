import assert from "node:assert/strict";
import { Buffer } from "node:buffer";
import { join } from "node:path";
import { platform, usePlatform } from "../../../lib/support/environment.ts";
import {
  inspectFile,
  readBytes,
  readContent,
  readPieces,
  temporaryPath,
  WriteError,
  writeFile,
} from "../../../lib/support/files.ts";
import { gzip, inFolder, rejectsWithDataError } from "../../support/files.ts";

const text = new TextEncoder().encode("0123456789".repeat(300_000)); // three chunks

Deno.test("readPieces gives the content of plain and gzipped files, whatever their names", () =>
  inFolder(async (folder) => {
    for (const [name, bytes] of [["a.gz", text], ["b", gzip(text)], ["c", text]] as const) {
      const path = join(folder, name);
      await Deno.writeFile(path, bytes);
      const pieces = await Array.fromAsync(readPieces(path), (piece) => piece.slice());
      assert.deepEqual(new Uint8Array(Buffer.concat(pieces)), text);
      assert.deepEqual(new Uint8Array(await readContent(path, text.length) ?? []), text);
      assert.equal(await readContent(path, text.length - 1), undefined);
    }
  }));

Deno.test("readBytes gives a file as it is, unless it is too large", () =>
  inFolder(async (folder) => {
    const path = join(folder, "a");
    await Deno.writeFile(path, text);
    assert.deepEqual(await readBytes(path, text.length), text);
    await rejectsWithDataError(
      readBytes(path, text.length - 1),
      /expected at most 2999999 bytes, found 3000000/,
    );
  }));

Deno.test("readPieces can be left at any piece", () =>
  inFolder(async (folder) => {
    for (const bytes of [text, gzip(text)]) {
      const path = join(folder, "a");
      await Deno.writeFile(path, bytes);
      for await (const chunk of readPieces(path)) {
        assert.equal(chunk[0], text[0]);
        break;
      }
    }
  }));

Deno.test("a missing file, a folder and a damaged gzip are DataErrors with the path", () =>
  inFolder(async (folder) => {
    const path = join(folder, "a.gz");
    await rejectsWithDataError(inspectFile(path), /a\.gz: expected a readable file, found nothing/);
    await rejectsWithDataError(inspectFile(folder), /expected a readable file, found /);
    await Deno.writeFile(path, gzip(text).subarray(0, 2000));
    await rejectsWithDataError(
      Array.fromAsync(readPieces(path)),
      /a\.gz: expected an intact gzip file/,
    );
  }));

Deno.test("inspectFile bounds what a gzip can hold", () =>
  inFolder(async (folder) => {
    const path = join(folder, "zeros");
    await Deno.writeFile(path, gzip(new Uint8Array(10_000_000)));
    const { bytes, gzipped, maxContentBytes } = await inspectFile(path);
    assert.ok(gzipped && bytes < 10_000_000 && maxContentBytes >= 10_000_000);
  }));

Deno.test("a file that grows while it is read is refused", () =>
  inFolder(async (folder) => {
    const path = join(folder, "growing");
    await Deno.writeFile(path, text);
    let pieces = 0;
    const reading = (async () => {
      for await (const piece of readPieces(path)) {
        pieces += piece.length > 0 ? 1 : 0;
        await Deno.writeFile(path, text, { append: true });
      }
    })();
    await rejectsWithDataError(reading, /expected 3000000 bytes, found more: it is being written/);
    assert.ok(pieces > 0);
  }));

Deno.test("a gzip that holds more than its size allows is refused, however it announces itself", () =>
  inFolder(async (folder) => {
    const path = join(folder, "bomb");
    const zeros = gzip(new Uint8Array(20_000_000)); // 20 kB, which may hold 16 MiB
    const { contentBytes, maxContentBytes } = await inspectOf(path, zeros);
    assert.deepEqual([contentBytes, maxContentBytes], [20_000_000, 2 ** 24]);
    await rejectsWithDataError(
      Array.fromAsync(readPieces(path)),
      /at most 16777216 bytes, found more/,
    );
    zeros.fill(0, zeros.length - 4); // it says that it is empty
    assert.equal((await inspectOf(path, zeros)).contentBytes, 0);
    await rejectsWithDataError(
      Array.fromAsync(readPieces(path)),
      /at most 16777216 bytes, found more/,
    );
    assert.equal(await readContent(path, 1000), undefined);
  }));

async function inspectOf(path: string, bytes: Uint8Array) {
  await Deno.writeFile(path, bytes);
  return await inspectFile(path);
}

Deno.test("writeFile creates folders, replaces the file and leaves nothing else", () =>
  inFolder(async (folder) => {
    const path = join(folder, "deep", "file");
    for (const bytes of [text, text.subarray(0, 5)]) {
      await writeFile(path, bytes);
      assert.deepEqual(await Deno.readFile(path), new Uint8Array(bytes));
    }
    assert.deepEqual([...Deno.readDirSync(join(folder, "deep"))].map((e) => e.name), ["file"]);
  }));

Deno.test("writeFile keeps the old file when writing fails", () =>
  inFolder(async (folder) => {
    const path = join(folder, "file");
    await Deno.writeTextFile(path, "old");
    const failing = writeFile(path, async (write) => {
      await write(text);
      throw new RangeError("in the middle");
    });
    await assert.rejects(failing, /in the middle/);
    assert.equal(await Deno.readTextFile(path), "old");
    assert.deepEqual([...Deno.readDirSync(folder)].map((e) => e.name), ["file"]);
    await rejectsWithDataError(
      writeFile(join(path, "below"), text),
      /file.below: expected a file that can be written, found: /,
    );
  }));

Deno.test("a full disk is an error that names the file, and leaves nothing behind", () =>
  inFolder(async (folder) => {
    const path = join(folder, "weights.safetensors");
    const usual = platform;
    const full = () => Promise.reject(new Error("No space left on device (os error 28)"));
    for (const step of ["write", "sync"] as const) {
      usePlatform({
        ...usual,
        create: async (name) => {
          const file = await usual.create(name);
          return { ...file, [step]: full };
        },
      });
      try {
        await assert.rejects(writeFile(path, text), (error) => {
          assert.ok(error instanceof WriteError, String(error));
          assert.equal(
            error.message,
            `${path}: expected a file that can be written, found: No space left on device (os error 28)`,
          );
          return true;
        });
      } finally {
        usePlatform(usual);
      }
      assert.deepEqual([...Deno.readDirSync(folder)], []);
    }
  }));

Deno.test("temporaryPath is beside the file and never the same", () => {
  const path = join("a", "b.gz");
  assert.notEqual(temporaryPath(path), temporaryPath(path));
  assert.match(temporaryPath(path), /^a[/\\]\.b\.gz\.[0-9a-f]{8}\.part$/);
});
