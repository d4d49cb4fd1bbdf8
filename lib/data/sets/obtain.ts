/** From the name of a data set to its images: the folders that may have them, then the network. */
import { join } from "node:path";
import { readCifar } from "./cifar.ts";
import { download, DownloadError, type DownloadOptions, removeLeftovers } from "./download.ts";
import { type Environment, platform, processEnvironment } from "../../support/environment.ts";
import { DataError } from "../../support/errors.ts";
import { type FileProblem, findFile, FolderError, type RawImages, readFolder } from "./folder.ts";
import { projectPath } from "../../support/paths.ts";
import type { DataSet } from "./sources.ts";

/** Images, and a sentence that says where they come from. */
export interface Obtained {
  readonly images: RawImages;
  /** For people: what it is, how many images, from where, and whether it was verified. */
  readonly text: string;
}

/** Options of {@link obtain}. */
export interface ObtainOptions extends Partial<DownloadOptions> {
  /** Whether files must be the published ones, told by their SHA-256. */
  readonly verify: boolean;
  /** Where folders and mirrors may be named; the program's own variables unless told otherwise. */
  readonly environment?: Environment;
  /** See {@link removeLeftovers}. */
  readonly fresh?: number;
}

/** A data set cannot be had. */
export class ObtainError extends DataError {
  /**
   * @param message everything: folders, files, hashes, and the reason that each mirror gave.
   * @param summary the reasons in a line or two.
   */
  constructor(message: string, readonly summary: string) {
    super(message);
  }
}

/** A folder that may have the files of a data set. */
export interface Place {
  /** Its absolute path. */
  readonly folder: string;
  /** How sentences call it: a path would tell whose machine it is. */
  readonly name: string;
}

/** What the folders of this machine have of a data set. */
export interface Found {
  /** The set, where one of them has it. */
  readonly obtained: Obtained | undefined;
  readonly places: readonly Place[];
  /** What is wrong with each folder that does not have it. */
  readonly failures: readonly FolderError[];
}

/** Looks for a data set in the folder that the environment names, then in its folder under `data/`. */
export async function find(
  set: DataSet,
  verify: boolean,
  environment: Environment = processEnvironment,
): Promise<Found> {
  const variable = `${set.variable}_DIR`;
  const named = environment(variable);
  const places = [
    ...(named ? [{ folder: projectPath(named), name: `the folder in ${variable}` }] : []),
    { folder: projectPath(set.folder), name: `${set.folder}/` },
  ];
  const failures: FolderError[] = [];
  for (const { folder, name } of places) {
    try {
      const images = await readImages(set, folder, verify);
      const text = sentence(set, images, `from ${name}`, verify);
      return { obtained: { images, text: text + passedOver(set, failures) }, places, failures };
    } catch (error) {
      if (!(error instanceof FolderError)) throw error;
      failures.push(error);
    }
  }
  return { obtained: undefined, places, failures };
}

/**
 * Takes a data set from the folder that the environment names, from its folder under `data/`, or
 * from its mirrors into the latter. A file there that is damaged is replaced; the folder that the
 * environment names is never written to.
 * @throws ObtainError when all fail.
 */
export async function obtain(set: DataSet, options: ObtainOptions): Promise<Obtained> {
  const own = projectPath(set.folder);
  for (const { name } of set.files) await removeLeftovers(join(own, name), options.fresh);
  const { obtained, places, failures } = await find(set, options.verify, options.environment);
  if (obtained !== undefined) return obtained;
  const { problems } = failures[failures.length - 1]; // those of our own folder
  try {
    if (!options.verify && problems.some(({ damaged }) => damaged)) {
      throw new DataError("nothing was downloaded: data of one's own are not replaced");
    }
    await repair(set, own, problems, options);
    const images = await readImages(set, own, true);
    const replaced = problems.filter(({ damaged }) => damaged);
    return {
      images,
      text: [
        sentence(set, images, `downloaded into ${set.folder}/`, true) +
        passedOver(set, failures.slice(0, -1)),
        ...replaced.map(({ file }) => `It replaced a damaged ${file.name}.`),
      ].join(" "),
    };
  } catch (error) {
    if (!(error instanceof DataError)) throw error;
    throw failure(set, places, failures, error);
  }
}

async function readImages(set: DataSet, folder: string, verify: boolean): Promise<RawImages> {
  return set.source === "cifar-10"
    ? await readCifar(set, folder, verify)
    : await readFolder(set, folder, verify);
}

/** Downloads what is missing or damaged in a folder. */
async function repair(
  set: DataSet,
  folder: string,
  problems: readonly FileProblem[],
  options: ObtainOptions,
): Promise<void> {
  let mirrors = options.mirrors ?? mirrorsOf(set, options.environment);
  for (const { file, damaged } of problems) {
    const present = await findFile(folder, file);
    if (present !== undefined && !damaged) continue; // another program was faster
    const { path, mirror } = await download(file, folder, { ...options, mirrors });
    mirrors = [mirror, ...mirrors.filter((other) => other !== mirror)]; // first, for the next file
    if (present !== undefined && present !== path) await platform.remove(present);
  }
}

/** The mirrors in the environment, separated by commas or blanks, or else the usual ones. */
export function mirrorsOf(
  set: DataSet,
  environment: Environment = processEnvironment,
): readonly string[] {
  const named = environment(`${set.variable}_MIRRORS`);
  return named === undefined ? set.mirrors : named.split(/[\s,]+/).filter((url) => url !== "");
}

/** What was loaded, for people. */
function sentence(set: DataSet, images: RawImages, place: string, verified: boolean): string {
  const count = (labels: Uint8Array) => labels.length.toLocaleString("en");
  return `${set.title}: ${count(images.trainLabels)} training and ${count(images.testLabels)} ` +
    `test images, ${place}, ${verified ? "SHA-256 verified" : "not verified"}.`;
}

/** Says that the folder which the environment names was of no use. */
function passedOver(set: DataSet, failures: readonly FolderError[]): string {
  const problems = failures.flatMap(({ problems }) => problems);
  if (problems.length === 0) return "";
  const names = problems.map(({ file, damaged }) =>
    `${file.name} ${damaged ? "damaged" : "missing"}`
  );
  return ` (The folder in ${set.variable}_DIR was passed over: ${names.join(", ")}.)`;
}

/** Everything that went wrong, and how to mend it. */
function failure(
  set: DataSet,
  places: readonly Place[],
  failures: readonly FolderError[],
  download: DataError,
): ObtainError {
  const { of } = set.files[0].hash;
  const own = places[places.length - 1].folder;
  const message = [
    `${set.title}: expected its files in a folder or from a mirror, found them in none.`,
    ...failures.flatMap(({ problems }) => problems.map(({ reason }) => `  ${reason}`)),
    `  ${download.message.replaceAll("\n", "\n  ")}`,
    `SHA-256 of ${of === "content" ? "what the files hold once unzipped" : "the files"}:`,
    ...set.files.map(({ name, hash }) => `  ${hash.sha256}  ${name}`),
    `To mend it: put the files into ${own}, or name the folder that has them in ` +
    `${set.variable}_DIR, or name other mirrors in ${set.variable}_MIRRORS.`,
  ].join("\n");
  const damage = failures.flatMap(({ problems }) => problems.filter(({ damaged }) => damaged));
  const mirrors = download instanceof DownloadError
    ? download.failures.map(({ url, reason }) => `${URL.parse(url)?.host ?? url}: ${reason}`)
    : [download.message];
  const summary = [
    ...damage.map(({ reason }) => reason),
    mirrors.length > 0 ? `Mirrors: ${mirrors.join("; ")}` : "There is no mirror.",
  ].join("\n");
  return new ObtainError(message, summary);
}
