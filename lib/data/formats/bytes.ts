/** Files as streams of bytes: read in pieces, unzipped on the way, written whole or not at all. */
import { createReadStream } from "node:fs";
import { basename, dirname, join } from "node:path";
import { pipeline } from "node:stream";
import { createGunzip } from "node:zlib";
import { DataError } from "../../support/errors.ts";

/** The size of the pieces: larger ones are no faster, smaller ones cost a hop through the event loop. */
const CHUNK_BYTES = 1 << 20;

/** Deflate makes at most 1032 bytes of one (a run of equal bytes): a zipped file holds no more. */
export const MAX_GZIP_RATIO = 1032;

/** Whether bytes begin as a gzip file does (RFC 1952). */
export function isGzip(bytes: Uint8Array): boolean {
  return bytes.length >= 2 && bytes[0] === 0x1f && bytes[1] === 0x8b;
}

/** The message of whatever was thrown. */
export function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** What is known of a file before it is read. */
export interface FileInfo {
  /** Its size on the disk. */
  readonly bytes: number;
  readonly gzipped: boolean;
  /** It cannot hold more than this once unzipped. */
  readonly maxContentBytes: number;
}

/**
 * The size of a file and whether it is gzipped, told by its first two bytes and not by its name.
 * @throws DataError when it is no file or cannot be read.
 */
export async function inspectFile(path: string): Promise<FileInfo> {
  try {
    using file = await Deno.open(path);
    const { size, isDirectory } = await file.stat();
    if (isDirectory) throw new DataError("it is a folder");
    const start = new Uint8Array(2);
    const gzipped = isGzip(start.subarray(0, await file.read(start) ?? 0));
    return { bytes: size, gzipped, maxContentBytes: gzipped ? size * MAX_GZIP_RATIO : size };
  } catch (error) {
    const found = error instanceof Deno.errors.NotFound ? "nothing there" : reasonOf(error);
    throw new DataError(`${path}: expected a readable file, found ${found}`, { cause: error });
  }
}

/**
 * The content of a file in pieces of about a megabyte, unzipped when the file is gzipped.
 * Whoever stops reading closes the file.
 * @throws DataError when the file cannot be read, or its gzip stream is damaged or cut off.
 */
export async function* readChunks(path: string): AsyncGenerator<Uint8Array> {
  const { gzipped } = await inspectFile(path);
  const file = createReadStream(path, { highWaterMark: CHUNK_BYTES });
  let stream: AsyncIterable<Uint8Array> = file;
  if (gzipped) {
    const gunzip = createGunzip({ chunkSize: CHUNK_BYTES });
    pipeline(file, gunzip, () => {}); // an error of either one ends the loop below
    stream = gunzip;
  }
  try {
    yield* stream;
  } catch (error) {
    const expected = gzipped ? "an intact gzip file" : "a readable file";
    throw new DataError(`${path}: expected ${expected}, found: ${reasonOf(error)}`, {
      cause: error,
    });
  } finally {
    file.destroy();
  }
}

/**
 * All bytes of a file.
 * @throws DataError when it cannot be read, or has more than `maxBytes`.
 */
export async function readBytes(path: string, maxBytes: number): Promise<Uint8Array<ArrayBuffer>> {
  const { bytes } = await inspectFile(path);
  if (bytes > maxBytes) {
    throw new DataError(`${path}: expected at most ${maxBytes} bytes, found ${bytes}`);
  }
  return await Deno.readFile(path);
}

/** Ends the names of files that are being written. */
export const TEMPORARY_SUFFIX = ".part";

/** A file being written under a name that nobody else uses, in the folder of its final name. */
export function temporaryPath(path: string): string {
  const unique = crypto.randomUUID().slice(0, 8);
  return join(dirname(path), `.${basename(path)}.${unique}${TEMPORARY_SUFFIX}`);
}

/** How often a rename is tried: on Windows it fails while a virus scanner or reader has the file open. */
const RENAME_TRIES = 10;

/** Gives a finished file its final name, replacing what has that name, in one step. */
export async function renameOver(from: string, to: string): Promise<void> {
  for (let attempt = 1;; attempt++) {
    try {
      return await Deno.rename(from, to);
    } catch (error) {
      const gone = error instanceof Deno.errors.NotFound;
      if (gone || Deno.build.os !== "windows" || attempt === RENAME_TRIES) throw error;
      await new Promise((resolve) => setTimeout(resolve, 20 * attempt));
    }
  }
}

/**
 * Writes a file whole or not at all: into a temporary file beside it, renamed at the end.
 * Missing folders are made.
 * @param write gets the open temporary file; when it throws, the temporary file is removed.
 */
export async function writeAtomically(
  path: string,
  write: (file: Deno.FsFile) => Promise<void>,
): Promise<void> {
  await Deno.mkdir(dirname(path), { recursive: true });
  const temporary = temporaryPath(path);
  try {
    {
      using file = await Deno.open(temporary, { write: true, createNew: true });
      await write(file);
      await file.sync();
    }
    await renameOver(temporary, path);
  } catch (error) {
    await Deno.remove(temporary).catch(() => {}); // it may never have been made
    throw error;
  }
}

/** Writes all bytes: one call of `write` may take only some of them. */
export async function writeAll(file: Deno.FsFile, bytes: Uint8Array): Promise<void> {
  for (let done = 0; done < bytes.length;) done += await file.write(bytes.subarray(done));
}
