/** Files: read in pieces and within limits, decompressed on the way, written whole or not at all. */
import { basename, dirname, join } from "node:path";
import { platform } from "./environment.ts";
import { DataError, reasonOf } from "./errors.ts";
import { release } from "./memory.ts";

/** What is known of a file before it is read. */
export interface FileInfo {
  /** Its size on the disk. */
  readonly bytes: number;
  /** Whether its first two bytes are those of gzip (RFC 1952), whatever its name. */
  readonly gzipped: boolean;
  /** The size of its content; a gzip has it in its last four bytes, which may be wrong. */
  readonly contentBytes: number;
  /** The most content that readers accept from it. */
  readonly maxContentBytes: number;
}

/**
 * The most content that a gzip of so many bytes may hold. Tables and images shrink to a tenth or a
 * thirtieth; deflate can reach a thousandth, with which a small file would fill the memory.
 */
const maxContent = (bytes: number) => Math.max(2 ** 24, 32 * bytes);

/**
 * Looks at a file without reading it.
 * @throws DataError when it is not a regular file or cannot be read.
 */
export async function inspectFile(path: string): Promise<FileInfo> {
  const expected = "a readable file";
  const stat = await platform.stat(path).catch((error) => {
    throw failure(path, expected, error);
  });
  if (stat?.kind !== "file") {
    const found = { folder: "a folder", other: "a device or pipe", none: "nothing there" };
    throw new DataError(`${path}: expected ${expected}, found ${found[stat?.kind ?? "none"]}`);
  }
  const { bytes } = stat;
  const [first, second] = await firstBytes(rawPieces(path, bytes, 512), 2);
  if (first !== 0x1f || second !== 0x8b) {
    return { bytes, gzipped: false, contentBytes: bytes, maxContentBytes: bytes };
  }
  const end = await firstBytes(rawPieces(path, 4, 512, Math.max(0, bytes - 4)), 4);
  const contentBytes = end.reduceRight((size, byte) => size * 256 + byte, 0);
  return { bytes, gzipped: true, contentBytes, maxContentBytes: maxContent(bytes) };
}

/** The first `count` bytes of the pieces, or all if there are fewer. */
async function firstBytes(
  pieces: AsyncIterable<Uint8Array>,
  count: number,
): Promise<Uint8Array> {
  const start = new Uint8Array(count);
  let length = 0;
  for await (const piece of pieces) {
    const part = piece.subarray(0, count - length);
    start.set(part, length);
    length += part.length;
    if (length === count) break;
  }
  return start.subarray(0, length);
}

/**
 * A file as it is stored, in pieces.
 * @throws DataError when it cannot be read or has more than `bytes` behind `from`.
 */
export async function* rawPieces(
  path: string,
  bytes: number,
  pieceBytes?: number,
  from?: number,
): AsyncGenerator<Uint8Array<ArrayBuffer>> {
  let count = 0;
  try {
    for await (const piece of platform.read(path, pieceBytes, from)) {
      count += piece.length;
      if (count > bytes) {
        throw new DataError(`${path}: expected ${bytes} bytes, found more: it is being written`);
      }
      yield piece;
    }
  } catch (error) {
    throw failure(path, "a readable file", error);
  }
}

/**
 * The content of a file in pieces of about a megabyte, decompressed if the file is gzipped. A piece is
 * valid until the next one is requested. The file is closed when reading ends.
 * @param maxBytes the most content to accept from a gzip, by default its `maxContentBytes`.
 * @throws DataError when the file cannot be read, grows meanwhile, is damaged gzip or holds more
 * content.
 */
export async function* readPieces(path: string, maxBytes?: number): AsyncGenerator<Uint8Array> {
  const { bytes, gzipped, maxContentBytes } = await inspectFile(path);
  const raw = rawPieces(path, bytes);
  if (!gzipped) return yield* raw;
  const limit = maxBytes ?? maxContentBytes;
  let count = 0;
  try {
    for await (const piece of platform.gunzip(raw)) {
      count += piece.length;
      if (count > limit) throw tooLarge(path, limit);
      yield piece;
    }
  } catch (error) {
    throw failure(path, "an intact gzip file", error);
  }
}

/**
 * A file as it is stored.
 * @throws DataError when it cannot be read or has more than `maxBytes`.
 */
export async function readBytes(path: string, maxBytes: number): Promise<Uint8Array<ArrayBuffer>> {
  const { bytes } = await inspectFile(path);
  if (bytes > maxBytes) throw tooLarge(path, maxBytes, bytes);
  let all = new Uint8Array(0);
  for await (const piece of rawPieces(path, bytes, bytes + 1)) all = joined(all, piece);
  return all;
}

/** Both in one array, without a copy if one of them is empty. */
function joined(
  a: Uint8Array<ArrayBuffer>,
  b: Uint8Array<ArrayBuffer>,
): Uint8Array<ArrayBuffer> {
  if (a.length === 0) return b;
  const both = new Uint8Array(a.length + b.length);
  both.set(a);
  both.set(b, a.length);
  return both;
}

/**
 * The content of a file in one array, decompressed if the file is gzipped.
 * @returns undefined when it holds more than `maxBytes`.
 * @throws DataError when the file cannot be read or is damaged gzip.
 */
export async function readContent(path: string, maxBytes: number): Promise<Uint8Array | undefined> {
  const { bytes, gzipped } = await inspectFile(path);
  if (!gzipped) return bytes > maxBytes ? undefined : await readBytes(path, bytes);
  const stored = await readBytes(path, bytes);
  try {
    return await platform.gunzipAll(stored, maxBytes);
  } catch (error) {
    if (error instanceof RangeError) return undefined;
    throw failure(path, "an intact gzip file", error);
  } finally {
    release(stored);
  }
}

/**
 * The start of a file's content, decompressed if the file is gzipped.
 * @throws DataError as {@link readPieces}.
 */
export async function readStart(path: string, count: number): Promise<Uint8Array> {
  const { bytes, gzipped } = await inspectFile(path);
  const raw = rawPieces(path, bytes, Math.max(512, count));
  try {
    return await firstBytes(gzipped ? platform.gunzip(raw) : raw, count);
  } catch (error) {
    throw failure(path, "an intact gzip file", error);
  }
}

/** The SHA-256 of bytes that come in pieces, in hexadecimal. */
export async function sha256Of(
  pieces: AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
): Promise<string> {
  const hash = platform.sha256();
  for await (const piece of pieces) hash.update(piece);
  return await hash.hex();
}

/**
 * Writes a file whole or not at all: into a temporary file beside it, which is renamed at the end.
 * Missing folders are created.
 * @param content the bytes, or a function that writes them.
 * @throws WriteError that names the file when it cannot be written, and whatever `content` throws.
 */
export async function writeFile(
  path: string,
  content: Uint8Array | ((write: (bytes: Uint8Array) => Promise<void>) => Promise<void>),
): Promise<void> {
  const temporary = temporaryPath(path);
  try {
    const file = await writing(path, platform.create(temporary));
    try {
      const write = (bytes: Uint8Array) => writing(path, file.write(bytes));
      await (typeof content === "function" ? content(write) : write(content));
      await writing(path, file.sync());
    } finally {
      file[Symbol.dispose](); // `using` is not in every browser
    }
    await writing(path, platform.rename(temporary, path));
  } catch (error) {
    await platform.remove(temporary).catch(() => {}); // it may never have existed
    throw error;
  }
}

/** A file cannot be written: the disk is full, or the folder is not this user's. */
export class WriteError extends DataError {}

/**
 * Waits for a step of writing a file.
 * @throws WriteError that names the file.
 */
export async function writing<T>(path: string, step: Promise<T>): Promise<T> {
  try {
    return await step;
  } catch (error) {
    const expected = `${path}: expected a file that can be written`;
    throw new WriteError(`${expected}, found: ${reasonOf(error)}`, { cause: error });
  }
}

/** The end of the names of files that are being written. */
export const TEMPORARY_SUFFIX = ".part";

/** A unique name for a file that is being written, in the folder of its final name. */
export function temporaryPath(path: string): string {
  const unique = crypto.randomUUID().slice(0, 8);
  return join(dirname(path), `.${basename(path)}.${unique}${TEMPORARY_SUFFIX}`);
}

function failure(path: string, expected: string, error: unknown): DataError {
  if (error instanceof DataError) return error;
  return new DataError(`${path}: expected ${expected}, found: ${reasonOf(error)}`, {
    cause: error,
  });
}

function tooLarge(path: string, maxBytes: number, found: number | "more" = "more"): DataError {
  return new DataError(`${path}: expected at most ${maxBytes} bytes, found ${found}`);
}
