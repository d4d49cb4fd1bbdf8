/** A folder with the four files of MNIST, or of a data set in MNIST's form. */
import { join } from "node:path";
import { platform } from "../../support/environment.ts";
import { DataError, reasonOf } from "../../support/errors.ts";
import { inspectFile, rawPieces, sha256Of } from "../../support/files.ts";
import { readIdx } from "../formats/idx.ts";
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
  /** Whether it is there, but not what it should be. */
  readonly damaged: boolean;
  readonly reason: string;
}

/** A folder in which files are missing or damaged. */
export class FolderError extends DataError {
  /**
   * @param folder where the files should be.
   * @param problems one for each file that cannot be used.
   */
  constructor(readonly folder: string, readonly problems: readonly FileProblem[]) {
    super(problems.map(({ reason }) => reason).join("\n"));
  }
}

/**
 * Where a file of a data set lies in a folder: as it was published, unzipped, or unzipped with a
 * dot in its name as some archives have it.
 */
export async function findFile(folder: string, { name }: DataFile): Promise<string | undefined> {
  const unzipped = name.replace(/\.gz$/, "");
  for (const candidate of [name, unzipped, unzipped.replace("-idx", ".idx")]) {
    const path = join(folder, candidate);
    const stat = await platform.stat(path).catch(() => undefined);
    if (stat?.kind === "file") return path;
  }
  return undefined;
}

/**
 * Reads images and labels.
 * @param verify whether the files must be the published ones, told by their SHA-256; without it any
 * IDX files of matching dimensions will do.
 * @throws FolderError that says of each file what is wrong with it.
 */
export async function readFolder(
  set: DataSet,
  folder: string,
  verify: boolean,
): Promise<RawImages> {
  const read = await Promise.allSettled(
    set.files.map((file, i) => readOne(set, folder, file, verify, i % 2 === 0)),
  );
  const problems = read.flatMap((result, i) => {
    if (result.status === "fulfilled") return [];
    const error: unknown = result.reason;
    if (error instanceof FolderError) return error.problems;
    return [{ file: set.files[i], damaged: true, reason: reasonOf(error) }];
  });
  if (problems.length > 0) throw new FolderError(folder, problems);
  const [trainImages, trainLabels, testImages, testLabels] = read.flatMap((result) =>
    result.status === "fulfilled" ? [result.value] : []
  );
  const pixels = set.imageShape[1] * set.imageShape[2];
  for (
    const [i, images, labels] of [[0, trainImages, trainLabels], [
      2,
      testImages,
      testLabels,
    ]] as const
  ) {
    if (images.length / pixels !== labels.length) {
      throw new FolderError(folder, [{
        file: set.files[i + 1],
        damaged: true,
        reason: `${join(folder, set.files[i + 1].name)}: expected a label for each of the ` +
          `${images.length / pixels} images, found ${labels.length}`,
      }]);
    }
  }
  return { trainImages, trainLabels, testImages, testLabels };
}

/** A file that is not there. */
export function missing(folder: string, file: DataFile): FileProblem {
  return { file, damaged: false, reason: `${join(folder, file.name)}: nothing there` };
}

async function readOne(
  set: DataSet,
  folder: string,
  file: DataFile,
  verify: boolean,
  isImages: boolean,
): Promise<Uint8Array> {
  const path = await findFile(folder, file);
  if (path === undefined) throw new FolderError(folder, [missing(folder, file)]);
  const { of, sha256 } = file.hash;
  if (verify && of === "file") await verifyFile(path, file);
  const { shape, data } = await readIdx(
    path,
    verify ? { maxBytes: file.contentBytes, sha256: of === "content" ? sha256 : undefined } : {},
  );
  const [, rows, columns] = set.imageShape;
  const fits = isImages
    ? shape.length === 3 && shape[1] === rows && shape[2] === columns
    : shape.length === 1;
  if (!fits || !(data instanceof Uint8Array)) {
    const expected = isImages ? `images of [N, ${rows}, ${columns}]` : "labels of [N]";
    throw new DataError(`${path}: expected ${expected} bytes, found [${shape.join(", ")}]`);
  }
  if (!isImages) {
    const wrong = data.findIndex((label) => label >= set.classNames.length);
    if (wrong >= 0) {
      throw new DataError(
        `${path}: expected labels from 0 to ${set.classNames.length - 1}, found ${data[wrong]} ` +
          `for image ${wrong}`,
      );
    }
  }
  return data;
}

/**
 * Checks that a file is the published one, byte for byte.
 * @throws DataError when it is another one.
 */
export async function verifyFile(path: string, file: DataFile): Promise<void> {
  const { bytes } = await inspectFile(path);
  const found = bytes === file.bytes ? await sha256Of(rawPieces(path, bytes)) : `${bytes} bytes`;
  if (found !== file.hash.sha256) {
    throw new DataError(
      `${path}: expected ${file.name} as published, ${file.bytes} bytes with SHA-256 ` +
        `${file.hash.sha256}, found ${found}`,
    );
  }
}
