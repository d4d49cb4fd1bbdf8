/** From the name of a data set to its images: the folders that may have them, one after the other. */
import { DataError } from "./errors.ts";
import { FolderError, type RawImages, readFolder } from "./folder.ts";
import { projectPath } from "./paths.ts";
import type { DataSet } from "./sources.ts";

/** Images, and a sentence that says where they come from. */
export interface Obtained {
  readonly images: RawImages;
  readonly text: string;
}

/** Options of {@link obtain}. */
export interface ObtainOptions {
  /** Whether files must be the published ones, told by their SHA-256. */
  readonly verify: boolean;
}

/**
 * Takes a data set from the folder that the environment names, or from its folder under `data/`.
 * @throws DataError when neither has it: it names the folders, the files and their hashes.
 */
export async function obtain(set: DataSet, { verify }: ObtainOptions): Promise<Obtained> {
  const variable = `${set.variable}_DIR`;
  const named = Deno.env.get(variable);
  const places = [
    ...(named ? [{ folder: projectPath(named), name: `the folder in ${variable}` }] : []),
    { folder: projectPath(set.folder), name: `${set.folder}/` },
  ];
  const reasons: string[] = [];
  for (const { folder, name } of places) {
    try {
      const images = await readFolder(set, folder, verify);
      return { images, text: describe(set, images, name, verify) };
    } catch (error) {
      if (!(error instanceof FolderError)) throw error;
      reasons.push(error.message);
    }
  }
  const hashes = set.files.map(({ name, hash }) => `  ${hash.sha256}  ${name}`);
  throw new DataError(
    `${set.title}: expected its files in ${
      places.map(({ folder }) => folder).join(" or ")
    }, found\n` +
      `${reasons.join("\n")}\nSHA-256 of ${
        set.files[0].hash.of === "content" ? "what they hold once unzipped" : "the files"
      }:\n${hashes.join("\n")}`,
  );
}

/** The sentence that says what was loaded. */
function describe(set: DataSet, images: RawImages, place: string, verify: boolean): string {
  const count = (labels: Uint8Array) => labels.length.toLocaleString("en");
  return `${set.title}: ${count(images.trainLabels)} training and ${count(images.testLabels)} ` +
    `test images from ${place}, ${verify ? "SHA-256 verified" : "not verified"}.`;
}
