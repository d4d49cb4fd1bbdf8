/**
 * The files of a page: those beside it on the server, those that the browser keeps, and those that
 * exist only while the kernel runs. Paths are absolute; what the browser keeps is below {@linkcode ROOT}.
 */
import { FileError } from "./errors.ts";
import type { SiteFile } from "../protocol.ts";

/** The course's folder. */
export const ROOT = "/course";

/** The folder of temporary files. */
export const TEMPORARY = "/tmp";

/** Files that outlive the page. Paths are relative to {@linkcode ROOT}. */
export interface Storage {
  load(path: string): Promise<Uint8Array<ArrayBuffer> | undefined>;
  /** @throws Error that says why the browser does not keep it. */
  save(path: string, bytes: Uint8Array<ArrayBuffer>): Promise<void>;
  remove(path: string): Promise<void>;
}

/** A file without its content. */
export interface FileInfo {
  readonly bytes: number;
  /** In milliseconds since 1970. */
  readonly modified: number;
}

/** A file in memory; `undefined` as its content means that it was removed. */
interface Known {
  readonly bytes: Uint8Array<ArrayBuffer> | undefined;
  readonly modified: number;
}

/** Reads and writes files. */
export class Files {
  readonly #known = new Map<string, Known>();
  readonly #site: ReadonlyMap<string, SiteFile>;
  readonly #address: string;
  readonly #storage: Storage;
  readonly #started = Date.now();

  /** @param address where the files of the site are: they are fetched when they are first read. */
  constructor(address: string, index: readonly SiteFile[], storage: Storage) {
    this.#address = address;
    this.#site = new Map(index.map((file) => [`${ROOT}/${file.path}`, file]));
    this.#storage = storage;
  }

  /** Whether a path is that of a folder. */
  isFolder(path: string): boolean {
    return path === ROOT || path === TEMPORARY || this.list(path).length > 0;
  }

  /** The names in a folder. */
  list(folder: string): string[] {
    const names = new Set<string>();
    const prefix = folder.endsWith("/") ? folder : `${folder}/`;
    for (const path of new Set([...this.#known.keys(), ...this.#site.keys()])) {
      if (!path.startsWith(prefix) || this.#isRemoved(path)) continue;
      names.add(path.slice(prefix.length).split("/", 1)[0]);
    }
    return [...names].sort();
  }

  /** Size and age of a file, or undefined where there is none. */
  async info(path: string): Promise<FileInfo | undefined> {
    const found = await this.#find(path);
    return found?.bytes && { bytes: found.bytes.length, modified: found.modified };
  }

  /**
   * The content of a file.
   * @throws FileError where there is none.
   */
  async read(path: string): Promise<Uint8Array<ArrayBuffer>> {
    const found = await this.#find(path);
    if (found?.bytes === undefined) throw new FileError("NotFound", "no such file", path);
    return found.bytes;
  }

  /**
   * Replaces the content of a file, which may be a new one.
   * @throws FileError when the browser cannot keep it.
   */
  async write(path: string, bytes: Uint8Array<ArrayBuffer>): Promise<void> {
    const name = relative(path);
    if (name !== undefined && !isTemporary(name)) {
      try {
        await this.#storage.save(name, bytes);
      } catch (error) {
        const reason = error instanceof Error ? error.message : String(error);
        throw new FileError("StorageFull", reason, path);
      }
    }
    this.#known.set(path, { bytes, modified: Date.now() });
  }

  /** @throws FileError where there is no file. */
  async remove(path: string): Promise<void> {
    await this.read(path);
    this.#known.set(path, { bytes: undefined, modified: Date.now() });
    const name = relative(path);
    if (name !== undefined && !isTemporary(name)) await this.#storage.remove(name);
  }

  /** Gives a file another name. @throws FileError where there is none. */
  async rename(from: string, to: string): Promise<void> {
    await this.write(to, await this.read(from));
    await this.remove(from);
  }

  #isRemoved(path: string): boolean {
    const known = this.#known.get(path);
    return known !== undefined && known.bytes === undefined;
  }

  async #find(path: string): Promise<Known | undefined> {
    const name = relative(path);
    if (name !== undefined && !isTemporary(name)) {
      // Asked each time: the person may have uploaded another one meanwhile.
      const bytes = await this.#storage.load(name);
      if (bytes !== undefined) return { bytes, modified: this.#started };
    }
    const known = this.#known.get(path);
    if (known !== undefined) return known;
    const bytes = name === undefined ? undefined : await this.#fetch(path, name);
    if (bytes === undefined) return undefined;
    const found = { bytes, modified: this.#started };
    this.#known.set(path, found);
    return found;
  }

  async #fetch(path: string, name: string): Promise<Uint8Array<ArrayBuffer> | undefined> {
    if (!this.#site.has(path)) return undefined;
    const response = await fetch(new URL(name, this.#address)).catch(() => undefined);
    if (!response?.ok) {
      const found = response ? `status ${response.status}` : "no connection";
      throw new FileError("NotFound", `expected it on the server, found ${found}`, path);
    }
    return new Uint8Array(await response.arrayBuffer());
  }
}

/** A path from the course's folder, or undefined for one outside. */
function relative(path: string): string | undefined {
  return path.startsWith(`${ROOT}/`) ? path.slice(ROOT.length + 1) : undefined;
}

/** The files that `lib` writes before it renames them. */
function isTemporary(name: string): boolean {
  return /(^|\/)\.[^/]*\.part$/.test(name);
}
