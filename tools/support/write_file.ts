/** Writing files that other programs read. */
import { dirname } from "node:path";
import { messageOf } from "./machine.ts";

/**
 * Writes a text file that every user may read, in one step: a program that reads it finds the old
 * file or the new one, never half of it.
 *
 * @throws {Error} that names the file, for example on a full disk.
 */
export async function writeWhole(path: string, text: string): Promise<void> {
  const folder = dirname(path);
  let unfinished: string | undefined;
  try {
    await Deno.mkdir(folder, { recursive: true });
    unfinished = await Deno.makeTempFile({ dir: folder, suffix: ".tmp" });
    await Deno.writeTextFile(unfinished, text);
    if (Deno.build.os !== "windows") await Deno.chmod(unfinished, 0o644);
    await Deno.rename(unfinished, path);
  } catch (cause) {
    if (unfinished !== undefined) await Deno.remove(unfinished).catch(() => {});
    throw new Error(`${path}: expected to write it, found ${messageOf(cause)}`, { cause });
  }
}
