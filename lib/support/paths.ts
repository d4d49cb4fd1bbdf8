/** Where files are, wherever a program runs: a notebook's working folder is not the project's. */
import { dirname, resolve } from "node:path";
import { fileURLToPath } from "node:url";

/** The project's folder: the one above `lib/`. */
export const projectRoot: string = resolve(dirname(fileURLToPath(import.meta.url)), "..", "..");

/**
 * The absolute form of a path; a relative one is taken from the project's folder, not from the
 * working folder, so that `data/sample_weight.safetensors` means the same file in every notebook.
 */
export function projectPath(path: string): string {
  return resolve(projectRoot, path);
}
