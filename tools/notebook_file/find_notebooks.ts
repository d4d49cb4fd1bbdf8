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
  const folder = projectPath("notebooks");
  const names: string[] = [];
  for await (const { name, isFile } of Deno.readDir(folder)) {
    if (isFile && name.endsWith(".ipynb")) names.push(name);
  }
  return names.sort().map((name) => join(folder, name));
}
