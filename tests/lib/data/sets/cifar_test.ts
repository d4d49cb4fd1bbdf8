import assert from "node:assert/strict";
import { join } from "node:path";
import * as fc from "fast-check";
import { decodeCifar, readCifar } from "../../../../lib/data/sets/cifar.ts";
import { DataError } from "../../../../lib/support/errors.ts";
import { readPieces } from "../../../../lib/support/files.ts";
import { FolderError } from "../../../../lib/data/sets/folder.ts";
import { DATA_SETS } from "../../../../lib/data/sets/sources.ts";
import { damaged, gzip, inFolder, rejectsWithDataError } from "../../../support/files.ts";
import { tar } from "../../../support/tar.ts";

const RECORD = 3073;

/** A file of records whose labels and pixels tell where they are. */
function batch(file: number, images: number): Uint8Array {
  return Uint8Array.from({ length: images * RECORD }, (_, i) => {
    const image = Math.floor(i / RECORD), place = i % RECORD;
    return place === 0 ? (file + image) % 10 : (file * 40 + image * 10 + place) % 256;
  });
}

function members(images: number): [string, Uint8Array][] {
  return [
    ["cifar-10-batches-bin/", new Uint8Array()],
    ["cifar-10-batches-bin/readme.html", new TextEncoder().encode("x".repeat(700))],
    ["cifar-10-batches-bin/test_batch.bin", batch(5, images)],
    ["cifar-10-batches-bin/data_batch_2.bin", batch(1, images)],
    ["cifar-10-batches-bin/data_batch_1.bin", batch(0, images)],
    ["cifar-10-batches-bin/data_batch_3.bin", batch(2, images)],
    ["cifar-10-batches-bin/data_batch_4.bin", batch(3, images)],
    ["cifar-10-batches-bin/data_batch_5.bin", batch(4, images)],
  ];
}

/** Bytes in pieces of some size. */
async function* pieces(bytes: Uint8Array, size: number): AsyncGenerator<Uint8Array> {
  for (let i = 0; i < bytes.length; i += size) {
    yield await Promise.resolve(bytes.subarray(i, i + size));
  }
}

const good = tar(members(2));

for (const size of [1, 511, 3073, 100_000]) {
  Deno.test(`CIFAR-10: images and labels in their order, from pieces of ${size} bytes`, async () => {
    const images = await decodeCifar(pieces(good, size), "c", 2);
    assert.deepEqual([...images.trainLabels], [0, 1, 1, 2, 2, 3, 3, 4, 4, 5]);
    assert.deepEqual([...images.testLabels], [5, 6]);
    assert.equal(images.trainImages.length, 10 * 3072);
    for (let file = 0; file < 5; file++) {
      const from = file * 2 * 3072;
      assert.deepEqual(
        images.trainImages.subarray(from, from + 3072),
        batch(file, 1).subarray(1),
      );
    }
    assert.deepEqual(images.testImages.subarray(3072), batch(5, 2).subarray(RECORD + 1));
  });
}

Deno.test("CIFAR-10: what is wrong with an archive is said", async () => {
  const decode = (bytes: Uint8Array) => decodeCifar(pieces(bytes, 5000), "c", 2);
  const all = members(2);
  await rejectsWithDataError(
    decode(tar(all.slice(0, 7))),
    /^c: expected 6 files of images, found fewer/,
  );
  await rejectsWithDataError(
    decode(tar([...all.slice(0, 4), all[3]])),
    /one .*batch_2\.bin, found two/,
  );
  await rejectsWithDataError(
    decode(tar([["cifar-10-batches-bin/data_batch_1.bin", new Uint8Array(9)]])),
    /data_batch_1\.bin of 6146 bytes, found 9/,
  );
  await rejectsWithDataError(decode(good.subarray(0, 9000)), /expected more bytes, found the end/);
  await rejectsWithDataError(
    decode(new Uint8Array(2000).fill(65)),
    /a tar archive, found the text "AAAA/,
  );
  await rejectsWithDataError(decode(new Uint8Array()), /expected more bytes/);
  const label = tar([["cifar-10-batches-bin/data_batch_1.bin", batch(0, 2).fill(10, 0, 1)]]);
  await rejectsWithDataError(decode(label), /labels from 0 to 9, found 10/);
});

Deno.test("CIFAR-10: a damaged archive gives images or a DataError, never anything else", () =>
  fc.assert(
    fc.asyncProperty(damaged(good), async (bytes) => {
      try {
        const { testImages } = await decodeCifar(pieces(bytes, 4096), "c", 2);
        assert.equal(testImages.length, 2 * 3072);
      } catch (error) {
        if (!(error instanceof DataError)) throw error;
      }
    }),
    { numRuns: 300 },
  ));

Deno.test("CIFAR-10: a folder without the archive, or with another one", () =>
  inFolder(async (folder) => {
    const set = DATA_SETS["cifar-10"];
    await assert.rejects(readCifar(set, folder, true), (error) => {
      assert.ok(error instanceof FolderError);
      assert.deepEqual(error.problems.map(({ damage }) => damage), [undefined]);
      assert.match(error.message, /: the folder is empty$/);
      return true;
    });
    await Deno.writeFile(join(folder, "cifar-10-binary.tar.gz"), gzip(good));
    await rejectsWithDataError(readCifar(set, folder, true), /170052171 bytes with SHA-256 c4a38c/);
    await rejectsWithDataError(readCifar(set, folder, false), /of 30730000 bytes, found 6146/);
  }));

Deno.test("CIFAR-10: a file is closed when the last image is read", () =>
  inFolder(async (folder) => {
    const path = join(folder, "c.tar.gz");
    await Deno.writeFile(path, gzip(good));
    await decodeCifar(readPieces(path), path, 2);
  }));
