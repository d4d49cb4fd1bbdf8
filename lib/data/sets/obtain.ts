/** From the name of a data set to its images: the folders that may have them, then the network. */
import { join } from "node:path";
import { type Environment, platform, processEnvironment } from "../../support/environment.ts";
import { DataError } from "../../support/errors.ts";
import { grouped } from "../../support/grouped.ts";
import { projectPath } from "../../support/paths.ts";
import { readCifar } from "./cifar.ts";
import { download, DownloadError, type DownloadOptions, removeLeftovers } from "./download.ts";
import { type FileProblem, findFile, FolderError, type RawImages, readFolder } from "./folder.ts";
import type { DataSet } from "./sources.ts";

/** Images, and a sentence that says where they come from. */
export interface Obtained {
  readonly images: RawImages;
  /** For people: what it is, how many images, from where, and whether it was verified. */
  readonly text: string;
}

/** Options of {@link obtain}. */
export interface ObtainOptions extends Partial<DownloadOptions> {
  /**
   * Whether files must be the published ones, by their SHA-256. If not, they are someone's own: only
   * one folder is looked at, that of the environment variable if it is set, and nothing is downloaded.
   */
  readonly verify: boolean;
  /** Where folders and mirrors may be named. Default: the variables of this program. */
  readonly environment?: Environment;
  /** See {@link removeLeftovers}. */
  readonly fresh?: number;
}

/** A data set is unavailable. */
export class ObtainError extends DataError {
  /**
   * @param message folders, files, hashes, and the failure of each mirror.
   * @param summary the reasons in a line or two.
   */
  constructor(message: string, readonly summary: string) {
    super(message);
  }
}

/** A folder that may have the files of a data set. */
interface Place {
  /** Its absolute path. */
  readonly folder: string;
  /** Its name in sentences: a path would tell whose machine it is. */
  readonly name: string;
}

/** A folder that does not have the data set. */
interface Miss extends Place {
  readonly error: FolderError;
}

/** What the folders of this machine have of a data set. */
export interface Found {
  /** The set, if one of them has it. */
  readonly obtained: Obtained | undefined;
  /** The folders that do not have it, in the order in which they were looked at. */
  readonly misses: readonly Miss[];
}

/**
 * Looks for a data set in the folder that the environment names, then in its folder under `data/`.
 * @param verify see {@link ObtainOptions}.
 */
export async function find(
  set: DataSet,
  verify: boolean,
  environment: Environment = processEnvironment,
): Promise<Found> {
  const variable = `${set.variable}_DIR`;
  const named = environment(variable);
  const own = { folder: projectPath(set.folder), name: `${set.folder}/` };
  const places: Place[] = named
    ? [{ folder: projectPath(named), name: `the folder in ${variable}` }, ...(verify ? [own] : [])]
    : [own];
  const misses: Miss[] = [];
  for (const place of places) {
    try {
      const images = await readImages(set, place.folder, verify);
      const text = sentence(set, images, `from ${place.name}`, verify) + passedOver(set, misses);
      return { obtained: { images, text }, misses };
    } catch (error) {
      if (!(error instanceof FolderError)) throw error;
      misses.push({ ...place, error });
    }
  }
  return { obtained: undefined, misses };
}

/**
 * Takes a data set from the folder that the environment names, from its folder under `data/`, or
 * from its mirrors into the latter. A damaged file there is replaced; nothing is ever written to the
 * folder that the environment names.
 * @throws ObtainError when all fail.
 */
export async function obtain(set: DataSet, options: ObtainOptions): Promise<Obtained> {
  const folder = projectPath(set.folder);
  for (const { name } of set.files) await removeLeftovers(join(folder, name), options.fresh);
  const { obtained, misses } = await find(set, options.verify, options.environment);
  if (obtained !== undefined) return obtained;
  const { problems } = misses[misses.length - 1].error; // those of our own folder
  if (!options.verify) throw ownFailure(set, misses);
  try {
    await repair(set, folder, problems, options);
    const images = await readImages(set, folder, true);
    const place = `downloaded into ${set.folder}/`;
    const text = sentence(set, images, place, true) + passedOver(set, misses.slice(0, -1));
    const replaced = problems.filter(({ damage }) => damage !== undefined)
      .map(({ file }) => ` It replaced a damaged ${file.name}.`);
    return { images, text: text + replaced.join("") };
  } catch (error) {
    if (!(error instanceof DataError)) throw error;
    throw failure(set, misses, error);
  }
}

async function readImages(set: DataSet, folder: string, verify: boolean): Promise<RawImages> {
  return await (set.source === "cifar-10" ? readCifar : readFolder)(set, folder, verify);
}

/** Downloads what is missing or damaged in a folder. */
async function repair(
  set: DataSet,
  folder: string,
  problems: readonly FileProblem[],
  options: ObtainOptions,
): Promise<void> {
  let mirrors = options.mirrors ?? mirrorsOf(set, options.environment);
  for (const { file, damage } of problems) {
    const present = await findFile(folder, file);
    if (present !== undefined && damage === undefined) continue; // another program was faster
    const { path, mirror } = await download(file, folder, { ...options, mirrors });
    mirrors = [mirror, ...mirrors.filter((other) => other !== mirror)]; // first, for the next file
    if (present !== undefined && present !== path) await platform.remove(present);
  }
}

/** The mirrors in the environment, separated by commas or spaces, or else the usual ones. */
export function mirrorsOf(
  set: DataSet,
  environment: Environment = processEnvironment,
): readonly string[] {
  const named = environment(`${set.variable}_MIRRORS`);
  return named === undefined ? set.mirrors : named.split(/[\s,]+/).filter((url) => url !== "");
}

/** What was loaded, for people. */
function sentence(set: DataSet, images: RawImages, place: string, verified: boolean): string {
  const count = (labels: Uint8Array) => grouped(labels.length);
  return `${set.title}: ${count(images.trainLabels)} training and ${count(images.testLabels)} ` +
    `test images, ${place}, ${verified ? "SHA-256 verified" : "not verified"}.`;
}

/** Says why the folder that the environment names was not used. */
function passedOver(set: DataSet, misses: readonly Miss[]): string {
  if (misses.length === 0) return "";
  const reasons = misses.map(({ error }) => error.message).join("; ").replaceAll("\n", "; ");
  return ` (The folder in ${set.variable}_DIR was not used. ${reasons}.)`;
}

/** Files of one's own that are not there, or not as they should be. */
function ownFailure(set: DataSet, misses: readonly Miss[]): ObtainError {
  const reasons = misses.map(({ error }) => error.message).join("\n");
  const rule = "Nothing was downloaded, because verify: false asks for your own files.";
  return new ObtainError(
    `${set.title}: expected its files, found none.\n${reasons}\n${rule}`,
    reasons,
  );
}

/** Everything that went wrong, and how to fix it. */
function failure(set: DataSet, misses: readonly Miss[], last: DataError): ObtainError {
  const { of } = set.files[0].hash;
  const { folder } = misses[misses.length - 1];
  const indented = (text: string) => `  ${text.replaceAll("\n", "\n  ")}`;
  const message = [
    `${set.title}: expected its files in a folder or from a mirror, found them in none.`,
    ...misses.map(({ error }) => indented(error.message)),
    indented(last.message),
    `Start of the SHA-256 of ${of === "content" ? "their decompressed content" : "the files"}:`,
    ...set.files.map(({ name, hash }) => `  ${hash.sha256.slice(0, 16)}  ${name}`),
    platform.advice.files(folder, set.variable),
  ].join("\n");
  // That our own folder does not have the files is nothing new; that it has some of them is.
  const noteworthy = misses.filter(({ error }, i) =>
    i < misses.length - 1 || error.isDamaged || error.problems.length < set.files.length
  );
  const summary = [
    ...noteworthy.map(({ name, error }) => `Not used, ${name}: ${error.message}`),
    last instanceof DownloadError ? mirrorSummary(last) : last.message,
  ].join("\n");
  return new ObtainError(message, summary);
}

function mirrorSummary({ failures }: DownloadError): string {
  if (failures.length === 0) return "There is no mirror.";
  const reasons = failures.map(({ url, reason }) => `${URL.parse(url)?.host ?? url}: ${reason}`);
  return `Mirrors: ${reasons.join("; ")}`;
}
