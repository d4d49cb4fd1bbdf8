/**
 * The lock file of the project in which cells run. Deno's kernel extends it whenever a cell imports a
 * package that is not in it, and offers no way not to; so the file is put back as it was.
 *
 * @module
 */

import { dirname, join } from "node:path";
import { isFile } from "../support/machine.ts";

/** The path of the configuration that a kernel in this folder uses, if there is one. */
export function configOf(folder: string): string | undefined {
  for (const name of ["deno.json", "deno.jsonc"]) {
    if (isFile(join(folder, name))) return join(folder, name);
  }
  return dirname(folder) === folder ? undefined : configOf(dirname(folder));
}

/** The path of the lock file that a kernel in this folder uses, if its project has one. */
export function lockOf(folder: string): string | undefined {
  const config = configOf(folder);
  const lock = config && join(dirname(config), "deno.lock");
  return lock && isFile(lock) ? lock : undefined;
}

/** Runs a cell; if it names packages, the lock file is afterwards as it was before. */
export async function keepingLock<T>(
  lock: string | undefined,
  code: string,
  run: () => Promise<T>,
): Promise<T> {
  if (lock === undefined || !/\b(?:npm|jsr):/.test(code)) return await run();
  const before = Deno.readTextFileSync(lock);
  try {
    return await run();
  } finally {
    if (Deno.readTextFileSync(lock) !== before) replace(lock, before);
  }
}

/** Writes the whole file or leaves it as it is. Without waiting: the program may be about to end. */
function replace(path: string, text: string): void {
  const unfinished = `${path}.${crypto.randomUUID()}.tmp`;
  Deno.writeTextFileSync(unfinished, text);
  Deno.renameSync(unfinished, path);
}
