/** The files that the browser keeps for the kernel. */
import type { Contents } from "./jupyter.ts";

/** A file that a person or a cell has saved; undefined if there is none, or no storage. */
export async function loadSaved(
  contents: Contents,
  path: string,
): Promise<Uint8Array<ArrayBuffer> | undefined> {
  const storage = await contents.defaultDrive?.storage;
  const file = await storage?.getItem(path).catch(() => null); // as in some private windows
  if (!file || file.type === "directory" || file.content === undefined) return undefined;
  if (file.format === "base64" && typeof file.content === "string") {
    return Uint8Array.fromBase64(file.content);
  }
  const text = typeof file.content === "string" ? file.content : JSON.stringify(file.content);
  return new TextEncoder().encode(text);
}

/**
 * Saves a file, and creates its folders.
 * @throws Error that says what to do when the browser's storage is full.
 */
export async function saveFile(
  contents: Contents,
  path: string,
  bytes: Uint8Array,
): Promise<void> {
  const parts = path.split("/");
  try {
    for (let i = 1; i < parts.length; i++) {
      const folder = parts.slice(0, i).join("/");
      await contents.get(folder, { content: false }).catch(() =>
        contents.save(folder, { type: "directory", path: folder, name: parts[i - 1] })
      );
    }
    const content = bytes.toBase64();
    await contents.save(path, {
      type: "file",
      format: "base64",
      content,
      path,
      name: parts.at(-1),
    });
  } catch (error) {
    throw new Error(reasonOf(error));
  }
}

/** Removes a file that the browser keeps. */
export async function removeSaved(contents: Contents, path: string): Promise<void> {
  const storage = await contents.defaultDrive?.storage;
  await storage?.removeItem(path);
}

/** Why the browser does not keep a file. */
export function reasonOf(error: unknown): string {
  const text = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
  return /quota|full|space/i.test(text)
    ? "the storage of this browser is full. Download what you want to keep, and delete files in " +
      "the list of files"
    : `this browser did not keep it: ${text}`;
}
