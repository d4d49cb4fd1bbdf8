/** The notebooks in a folder of submissions: whose they are, and of which chapter. */
import { basename, dirname, relative, sep } from "node:path";

/** A chapter's notebook that a student has handed in. */
export interface Submission {
  /** The path of the file. */
  readonly path: string;
  readonly student: string;
  /** The name of the chapter, such as `05_training`; undefined where the file's name has none. */
  readonly chapter: string | undefined;
}

/** What copying and downloading add to a file's name. */
const ADDED = /\(\d+\)|-?copy\d*$/gi;

/**
 * Whose notebook a file is. The chapter is in the file's name; what else is in the name is the
 * student, otherwise the first folder below `folder`, otherwise `folder` itself.
 */
export function submissionOf(
  path: string,
  folder: string,
  chapters: readonly string[],
): Submission {
  const name = basename(path, ".ipynb");
  const chapter = chapters.find((chapter) => name.includes(chapter));
  const rest = name.replace(chapter ?? "", " ").replace(ADDED, " ");
  const inName = rest.replace(/^[\s_.-]+|[\s_.-]+$/g, "");
  const below = relative(folder, dirname(path));
  const inFolder = below === "" ? basename(folder) : below.split(sep)[0];
  const student = chapter === undefined && below !== "" ? inFolder : inName || inFolder;
  return { path, student, chapter };
}
