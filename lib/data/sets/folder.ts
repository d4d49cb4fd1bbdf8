/** A folder with the four files of MNIST, or of a data set in MNIST's form. */
import { join } from "node:path";
import { platform } from "../../support/environment.ts";
import { DataError, reasonOf } from "../../support/errors.ts";
import { inspectFile, rawPieces, readStart, sha256Of } from "../../support/files.ts";
import { showShape } from "../../tensor/shape.ts";
import { readIdx } from "../formats/idx_file.ts";
import { START_BYTES, unexpected } from "../formats/kind.ts";
import type { DataFile, DataSet } from "./sources.ts";

/** Images and labels as bytes: rows of pixels, one image after the other. */
export interface RawImages {
  readonly trainImages: Uint8Array;
  readonly trainLabels: Uint8Array;
  readonly testImages: Uint8Array;
  readonly testLabels: Uint8Array;
}

/** What is wrong with one file of a folder. */
export interface FileProblem {
  readonly file: DataFile;
  /** What is wrong with the file, or undefined if it is missing. */
  readonly damage: string | undefined;
}

/** A folder in which files are missing or damaged. */
export class FolderError extends DataError {
  /**
   * @param message what is wrong with the folder.
   * @param problems one for each file that cannot be used.
   */
  constructor(message: string, readonly problems: readonly FileProblem[]) {
    super(message);
  }

  /** Whether there is a file that cannot be used, rather than none. */
  get isDamaged(): boolean {
    return this.problems.some(({ damage }) => damage !== undefined);
  }
}

/** The error for a folder with problems: what is missing, and why. */
export async function folderError(
  folder: string,
  problems: readonly FileProblem[],
): Promise<FolderError> {
  const missing = problems.filter(({ damage }) => damage === undefined);
  const damages = problems.flatMap(({ damage }) => damage ?? []);
  const state = missing.length > 0 ? await stateOf(folder) : undefined;
  const names = missing.map(({ file }) => file.name).join(", ");
  const lines = [
    ...(missing.length > 0 ? [`${folder}: ${state ?? `no ${names}`}`] : []),
    ...damages.slice(0, 1),
    ...(damages.length > 1 ? [`${damages.length - 1} more damaged`] : []),
  ];
  return new FolderError(lines.join("\n"), problems);
}

/** Why nothing is found in a folder, if the folder is the reason. */
async function stateOf(folder: string): Promise<string | undefined> {
  try {
    const stat = await platform.stat(folder);
    if (stat === undefined) return "there is no such folder";
    if (stat.kind !== "folder") return "not a folder";
    return (await platform.list(folder)).length === 0 ? "the folder is empty" : undefined;
  } catch (error) {
    return `the folder cannot be read: ${reasonOf(error)}`;
  }
}

/**
 * Where a file of a data set is in a folder: as it was published, decompressed, or decompressed with
 * a dot in its name as some archives have it.
 */
export async function findFile(folder: string, { name }: DataFile): Promise<string | undefined> {
  const content = name.replace(/\.gz$/, "");
  for (const candidate of [name, content, content.replace("-idx", ".idx")]) {
    const path = join(folder, candidate);
    const stat = await platform.stat(path).catch(() => undefined);
    if (stat?.kind === "file") return path;
  }
  return undefined;
}

/**
 * Reads images and labels.
 * @param verify whether the files must be the published ones, by their SHA-256. If not, any IDX
 * files of matching dimensions are accepted.
 * @throws FolderError that says what is wrong with each file.
 */
export async function readFolder(
  set: DataSet,
  folder: string,
  verify: boolean,
): Promise<RawImages> {
  const read = await Promise.all(set.files.map((_, i) => readPart(set, folder, i, verify)));
  const problems = read.flatMap((result) => result instanceof Uint8Array ? [] : [result]);
  if (problems.length > 0) throw await folderError(folder, problems);
  const [trainImages, trainLabels, testImages, testLabels] = read.flatMap((result) =>
    result instanceof Uint8Array ? [result] : []
  );
  const pixels = set.imageShape[1] * set.imageShape[2];
  const checkCounts = async (images: Uint8Array, labels: Uint8Array, file: DataFile) => {
    const count = images.length / pixels;
    if (count === labels.length) return;
    const expected = `a label for each of the ${count} images`;
    const damage = `${join(folder, file.name)}: expected ${expected}, found ${labels.length}`;
    throw await folderError(folder, [{ file, damage }]);
  };
  await checkCounts(trainImages, trainLabels, set.files[1]);
  await checkCounts(testImages, testLabels, set.files[3]);
  return { trainImages, trainLabels, testImages, testLabels };
}

/** Reads a file of images (`index` 0 and 2) or of labels (1 and 3), or says why that fails. */
async function readPart(
  set: DataSet,
  folder: string,
  index: number,
  verify: boolean,
): Promise<Uint8Array | FileProblem> {
  const file = set.files[index];
  try {
    const path = await findFile(folder, file);
    if (path === undefined) return { file, damage: undefined };
    return await readChecked(set, path, index, verify);
  } catch (error) {
    if (!(error instanceof DataError)) throw error;
    return { file, damage: error.message };
  }
}

async function readChecked(
  set: DataSet,
  path: string,
  index: number,
  verify: boolean,
): Promise<Uint8Array> {
  const file = set.files[index];
  const { of, sha256 } = file.hash;
  if (verify && of === "file") await verifyFile(path, file);
  const { shape, data } = await readIdx(
    path,
    verify ? { maxBytes: file.contentBytes, sha256: of === "content" ? sha256 : undefined } : {},
  );
  const [, rows, columns] = set.imageShape;
  const isImages = index % 2 === 0;
  const fits = isImages
    ? shape.length === 3 && shape[1] === rows && shape[2] === columns
    : shape.length === 1;
  if (!fits || !(data instanceof Uint8Array)) {
    const expected = isImages ? `images of [N, ${rows}, ${columns}]` : "labels of [N]";
    throw new DataError(`${path}: expected ${expected} bytes, found ${showShape(shape)}`);
  }
  const wrong = isImages ? -1 : data.findIndex((label) => label >= set.classNames.length);
  if (wrong >= 0) {
    throw new DataError(
      `${path}: expected labels from 0 to ${set.classNames.length - 1}, found ${data[wrong]} for ` +
        `image ${wrong}`,
    );
  }
  return data;
}

/**
 * Checks that a file is the published one, byte for byte.
 * @throws DataError when it is another one.
 */
export async function verifyFile(path: string, file: DataFile): Promise<void> {
  const { bytes, gzipped } = await inspectFile(path);
  if (!gzipped) {
    const start = await readStart(path, START_BYTES);
    throw unexpected(path, `${file.name} as published, a gzip file`, "images", start);
  }
  const found = bytes === file.bytes ? await sha256Of(rawPieces(path, bytes)) : `${bytes} bytes`;
  if (found !== file.hash.sha256) {
    throw new DataError(
      `${path}: expected ${file.name} as published, ${file.bytes} bytes with SHA-256 ` +
        `${file.hash.sha256}, found ${found}`,
    );
  }
}
