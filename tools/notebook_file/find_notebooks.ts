/**
 * Finds the notebooks that a command names.
 *
 * @module
 */

import { join } from "node:path";
import { projectPath } from "../../lib/support/paths.ts";
import { fromCaller, UsageError } from "../support/command.ts";

/**
 * The absolute path of a notebook, relative to the folder where the command was called or to the
 * project's.
 *
 * @throws {UsageError} for an address.
 */
export async function findNotebook(path: string): Promise<string> {
  if (/^[a-z]{2,}:\/\//i.test(path)) {
    throw new UsageError(`${path}: expected the path of a notebook, found an address; download it`);
  }
  const fromHere = fromCaller(path);
  try {
    await Deno.stat(fromHere);
    return fromHere;
  } catch {
    return projectPath(path);
  }
}

/** The absolute paths of all notebooks of the course, in order. */
export async function allNotebooks(): Promise<string[]> {
  return await notebooksIn(projectPath("notebooks"));
}

/**
 * The paths of all notebooks in a folder and in those below it, in order. Hidden folders, such as
 * Jupyter's `.ipynb_checkpoints`, and links are left out.
 */
export async function notebooksIn(folder: string): Promise<string[]> {
  const found: string[] = [];
  for await (const { name, isDirectory, isFile } of Deno.readDir(folder)) {
    if (name.startsWith(".")) continue;
    const path = join(folder, name);
    if (isDirectory) found.push(...await notebooksIn(path));
    else if (isFile && name.endsWith(".ipynb")) found.push(path);
  }
  return found.sort();
}
