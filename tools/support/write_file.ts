/** Writing files that other programs read. */
import { dirname } from "node:path";

/**
 * Writes a text file that every user may read, in one step: a program that reads it finds the old
 * file or the new one, never half of it.
 */
export async function writeWhole(path: string, text: string): Promise<void> {
  const folder = dirname(path);
  await Deno.mkdir(folder, { recursive: true });
  const unfinished = await Deno.makeTempFile({ dir: folder, suffix: ".tmp" });
  try {
    await Deno.writeTextFile(unfinished, text);
    if (Deno.build.os !== "windows") await Deno.chmod(unfinished, 0o644);
    await Deno.rename(unfinished, path);
  } catch (error) {
    await Deno.remove(unfinished).catch(() => {});
    throw error;
  }
}
