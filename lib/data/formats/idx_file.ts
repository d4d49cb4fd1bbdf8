/** IDX files on the disk: read with the checks that a file from elsewhere needs. */
import { DataError } from "../../support/errors.ts";
import { inspectFile, readContent, readStart, sha256Of } from "../../support/files.ts";
import type { StoredArray } from "./array.ts";
import { decodeIdx, parseHeader, wrongLength } from "./idx.ts";

/** The longest header: 255 dimensions. */
const MAX_HEADER_BYTES = 4 + 4 * 255;

/** Options of {@link readIdx}. */
export interface ReadIdxOptions {
  /** The SHA-256 that the content must have, in hexadecimal. */
  readonly sha256?: string;
  /** The most bytes of content to accept. Default: 2 GiB. */
  readonly maxBytes?: number;
}

/**
 * Reads an IDX file, gzipped or not, into one array. The size that the header announces is checked
 * before memory is taken, and a gzip is not decompressed beyond it.
 * @throws DataError when the file is missing or not IDX, is longer or shorter than its dimensions
 * say, holds a type that no tensor holds, or has another SHA-256.
 */
export async function readIdx(path: string, options: ReadIdxOptions = {}): Promise<StoredArray> {
  const { sha256, maxBytes = 2 ** 31 } = options;
  const header = parseHeader(await readStart(path, MAX_HEADER_BYTES), path);
  const most = Math.min(maxBytes, (await inspectFile(path)).maxContentBytes);
  const size = header.offset + header.dataBytes;
  if (size > most) throw wrongLength(path, header, `room for at most ${most - header.offset}`);
  const content = await readContent(path, size);
  if (content === undefined) throw wrongLength(path, header, "more");
  const array = decodeIdx(content, path);
  const found = sha256 === undefined ? undefined : await sha256Of([content]);
  if (found === sha256) return array;
  throw new DataError(`${path}: expected content with SHA-256 ${sha256}, found ${found}`);
}
