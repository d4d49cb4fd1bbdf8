/**
 * CIFAR-10's binary archive: six files in a gzipped tar, each of 10,000 records of one byte with the
 * label and 3072 bytes with the image (1024 reds, 1024 greens, 1024 blues, row by row).
 *
 * The archive is read as a stream, straight into the arrays: it is never unpacked on the disk, nor
 * held in memory beside them. The tar format is that of POSIX (ustar).
 */
import { DataError } from "../../support/errors.ts";
import { inspectFile, readPieces } from "../../support/files.ts";
import { unexpected } from "../formats/kind.ts";
import { findFile, folderError, type RawImages, verifyFile } from "./folder.ts";
import type { DataSet } from "./sources.ts";

const IMAGE_BYTES = 3 * 32 * 32;
const RECORD_BYTES = 1 + IMAGE_BYTES;

/** A tar consists of blocks of this size: a header, then the file, padded with zeros. */
const BLOCK_BYTES = 512;

/** The six files in the order of their images; the last one is the test set. */
const MEMBERS: readonly string[] = [
  ...[1, 2, 3, 4, 5].map((i) => `cifar-10-batches-bin/data_batch_${i}.bin`),
  "cifar-10-batches-bin/test_batch.bin",
];

/**
 * Reads CIFAR-10 from the archive in a folder.
 * @param verify whether it must be the published archive, by its SHA-256.
 * @throws FolderError when it is missing or damaged.
 */
export async function readCifar(
  set: DataSet,
  folder: string,
  verify: boolean,
): Promise<RawImages> {
  const [file] = set.files;
  const path = await findFile(folder, file);
  if (path === undefined) throw await folderError(folder, [{ file, damage: undefined }]);
  try {
    if (verify) await verifyFile(path, file);
    const { maxContentBytes } = await inspectFile(path);
    const maxBytes = Math.min(file.contentBytes, maxContentBytes);
    return await decodeCifar(readPieces(path, maxBytes), path);
  } catch (error) {
    if (!(error instanceof DataError)) throw error;
    throw await folderError(folder, [{ file, damage: error.message }]);
  }
}

/**
 * Reads the pieces of a decompressed archive.
 * @param name the start of error messages.
 * @param imagesPerFile 10,000 in the published archive.
 * @throws DataError when one of the six files is missing, is there twice or has another size, a
 * label is not 0 to 9, or the archive is damaged. Other files in it are skipped.
 */
export async function decodeCifar(
  pieces: AsyncIterable<Uint8Array>,
  name: string,
  imagesPerFile = 10_000,
): Promise<RawImages> {
  const trainFiles = MEMBERS.length - 1;
  const images = {
    trainImages: new Uint8Array(trainFiles * imagesPerFile * IMAGE_BYTES),
    trainLabels: new Uint8Array(trainFiles * imagesPerFile),
    testImages: new Uint8Array(imagesPerFile * IMAGE_BYTES),
    testLabels: new Uint8Array(imagesPerFile),
  };
  const seen = new Set<string>();
  const bytes = new ByteReader(pieces, name);
  try {
    const header = new Uint8Array(BLOCK_BYTES);
    const record = new Uint8Array(RECORD_BYTES);
    while (seen.size < MEMBERS.length) {
      await bytes.readInto(header);
      const { member, size } = parseHeader(header, name);
      const index = MEMBERS.indexOf(member);
      if (index < 0) {
        await bytes.skip(Math.ceil(size / BLOCK_BYTES) * BLOCK_BYTES);
        continue;
      }
      if (seen.has(member)) throw new DataError(`${name}: expected one ${member}, found two`);
      seen.add(member);
      if (size !== imagesPerFile * RECORD_BYTES) {
        throw new DataError(
          `${name}: expected ${member} of ${imagesPerFile * RECORD_BYTES} bytes, found ${size}`,
        );
      }
      const [pixels, labels, first] = index === trainFiles
        ? [images.testImages, images.testLabels, 0]
        : [images.trainImages, images.trainLabels, index * imagesPerFile];
      for (let i = first; i < first + imagesPerFile; i++) {
        await bytes.readInto(record);
        if (record[0] > 9) {
          throw new DataError(
            `${name}: ${member}: expected labels from 0 to 9, found ${record[0]}`,
          );
        }
        labels[i] = record[0];
        pixels.set(record.subarray(1), i * IMAGE_BYTES);
      }
      await bytes.skip(-size & (BLOCK_BYTES - 1)); // the padding of the last block
    }
    return images;
  } finally {
    await bytes[Symbol.asyncDispose](); // `using` is not in every browser
  }
}

/** Name and size of the file that follows; the header contains a checksum of its bytes. */
function parseHeader(header: Uint8Array, name: string): { member: string; size: number } {
  if (header.every((byte) => byte === 0)) {
    throw new DataError(`${name}: expected ${MEMBERS.length} files of images, found fewer`);
  }
  const field = (start: number, length: number) =>
    new TextDecoder().decode(header.subarray(start, start + length)).replace(/\0.*/s, "").trim();
  const sum = header.reduce((sum, byte, i) => sum + (i >= 148 && i < 156 ? 0x20 : byte), 0);
  const size = field(124, 12);
  if (parseInt(field(148, 8), 8) !== sum || !/^[0-7]{1,11}$/.test(size)) {
    throw unexpected(name, "a tar archive", "images", header);
  }
  return { member: field(0, 100), size: parseInt(size, 8) };
}

/** Reads pieces of any size as blocks of the requested sizes. */
class ByteReader implements AsyncDisposable {
  readonly #pieces: AsyncIterator<Uint8Array>;
  readonly #name: string;
  #piece: Uint8Array = new Uint8Array(0);

  constructor(pieces: AsyncIterable<Uint8Array>, name: string) {
    this.#pieces = pieces[Symbol.asyncIterator]();
    this.#name = name;
  }

  /** Ends the pieces, which closes their file. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.#pieces.return?.();
  }

  /** Fills an array. @throws DataError when there are not enough bytes. */
  async readInto(target: Uint8Array): Promise<void> {
    for (let filled = 0; filled < target.length;) {
      const part = await this.#take(target.length - filled);
      target.set(part, filled);
      filled += part.length;
    }
  }

  /** Skips bytes. @throws DataError when there are not enough. */
  async skip(count: number): Promise<void> {
    for (let left = count; left > 0;) left -= (await this.#take(left)).length;
  }

  /** Some of the next bytes: at least one, at most `most`. */
  async #take(most: number): Promise<Uint8Array> {
    while (this.#piece.length === 0) {
      const { done, value } = await this.#pieces.next();
      if (done) throw new DataError(`${this.#name}: expected more bytes, found the end`);
      this.#piece = value;
    }
    const part = this.#piece.subarray(0, most);
    this.#piece = this.#piece.subarray(part.length);
    return part;
  }
}
