/** Writing files that other programs read. */
import { dirname } from "node:path";
import { messageOf } from "./machine.ts";

/**
 * Writes a text file in one step: a program that reads it finds the old file or the new one, never
 * half of it. A file that is there keeps its mode, and a symbolic link keeps pointing to it.
 *
 * @param mode of the file, whatever it was before; by default, of a new one the user's umask decides.
 * @throws {Error} that names the file, for example on a full disk.
 */
export async function writeWhole(path: string, text: string, mode?: number): Promise<void> {
  let unfinished: string | undefined;
  try {
    await Deno.mkdir(dirname(path), { recursive: true });
    const target = await Deno.realPath(path).catch(() => path);
    const kept = mode ?? await Deno.stat(target).then(({ mode }) => mode, () => null);
    unfinished = `${target}.${crypto.randomUUID()}.tmp`;
    await Deno.writeTextFile(unfinished, text, { createNew: true });
    if (kept !== null && Deno.build.os !== "windows") await Deno.chmod(unfinished, kept & 0o777);
    await Deno.rename(unfinished, target);
  } catch (cause) {
    if (unfinished !== undefined) await Deno.remove(unfinished).catch(() => {});
    throw new Error(`${path}: expected to write it, found ${messageOf(cause)}`, { cause });
  }
}

/**
 * Checks that a file can be written, before work that takes long.
 *
 * @throws {Error} that names the file.
 */
export async function checkWritable(path: string): Promise<void> {
  try {
    const folder = dirname(await Deno.realPath(path).catch(() => path));
    await Deno.mkdir(folder, { recursive: true });
    await Deno.remove(await Deno.makeTempFile({ dir: folder, prefix: ".writable-" }));
  } catch (cause) {
    throw new Error(`${path}: expected a place to write it, found ${messageOf(cause)}`, { cause });
  }
}
