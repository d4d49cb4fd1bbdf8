/** The weights that the book publishes for its network of chapter 3.6. */
import { join } from "node:path";
import { platform } from "../../support/environment.ts";
import { inspectFile, readPieces, sha256Of } from "../../support/files.ts";
import { projectPath } from "../../support/paths.ts";
import { download, type ShowProgress } from "./download.ts";
import type { DataFile } from "./sources.ts";

/** The file, as its authors publish it: a pickled dictionary of NumPy arrays. */
export const BOOK_WEIGHTS: DataFile = {
  name: "sample_weight.pkl",
  bytes: 181_853,
  contentBytes: 181_853,
  hash: {
    of: "content",
    sha256: "b7f55a27988ba34c3777b0f1bbd464817c8a4db855723e6ff26f703501917a13",
  },
};

/** The repository of the book, at a commit that stays as it is. */
const MIRROR = "https://raw.githubusercontent.com/oreilly-japan/deep-learning-from-scratch/" +
  "07b11618cdb5d5f78ad45464de0730efc07b0a4a/ch03/";

/** True if the folder has the published file. */
export async function hasBookWeights(folder: string = projectPath("data")): Promise<boolean> {
  const path = join(folder, BOOK_WEIGHTS.name);
  if (await platform.stat(path).catch(() => undefined) === undefined) return false;
  const { bytes } = await inspectFile(path);
  return bytes === BOOK_WEIGHTS.bytes &&
    await sha256Of(readPieces(path, bytes)) === BOOK_WEIGHTS.hash.sha256;
}

/**
 * Downloads and verifies the file, unless the folder has it. Another file of its name is replaced.
 * @returns what is there now, for people.
 * @throws DownloadError when the file is unavailable.
 */
export async function obtainBookWeights(
  { folder = projectPath("data"), mirrors = [MIRROR], progress }: {
    folder?: string;
    mirrors?: readonly string[];
    progress?: ShowProgress;
  } = {},
): Promise<string> {
  const isHere = await hasBookWeights(folder);
  if (!isHere) await download(BOOK_WEIGHTS, folder, { mirrors, progress });
  return `The book's weights: ${BOOK_WEIGHTS.name}, ${
    isHere ? "from" : "downloaded into"
  } data/, ` +
    "SHA-256 verified.";
}
