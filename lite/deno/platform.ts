/**
 * The platform of `lib` in a page. The site's build puts this module in the place of
 * `lib/support/deno_platform.ts`.
 */
import type { NewFile, Platform } from "../../lib/support/platform.ts";
import { FileError } from "./errors.ts";
import { Files, ROOT } from "./files.ts";
import { sha256 } from "./sha256.ts";

/** Where files and variables come from. */
interface Surroundings {
  readonly files: Files;
  readonly environment: Readonly<Record<string, string>>;
}

let surroundings: Surroundings | undefined;

/** Names the files and variables; before that, nothing can be read. */
export function surroundWith(found: Surroundings): void {
  surroundings = found;
}

/** The files of the page. */
export function filesOfPage(): Files {
  if (surroundings === undefined) throw new Error("platform: expected the files of a page first");
  return surroundings.files;
}

/** Bytes that are read at once by default. */
const PIECE_BYTES = 1 << 20;

/** The site's own copy of a data set is damaged or missing. */
const SITE = "Reload the page; if that does not help, tell the person who runs this site.";

/** A page's files and variables. */
export const denoPlatform: Platform = {
  root: ROOT,
  variable: (name) => surroundings?.environment[name],

  async stat(path) {
    const files = filesOfPage();
    const found = await files.info(path);
    if (found !== undefined) return { kind: "file", ...found };
    return files.isFolder(path) ? { kind: "folder", bytes: 0, modified: 0 } : undefined;
  },

  list: (folder) => Promise.resolve(filesOfPage().list(folder)),

  async *read(path, pieceBytes = PIECE_BYTES, from = 0) {
    const bytes = await filesOfPage().read(path);
    for (let start = from; start < bytes.length; start += pieceBytes) {
      yield bytes.slice(start, start + pieceBytes);
    }
  },

  async create(path): Promise<NewFile> {
    const files = filesOfPage();
    if (await files.info(path) !== undefined) {
      throw new FileError("AlreadyExists", "there is such a file", path);
    }
    const parts: Uint8Array<ArrayBuffer>[] = [];
    const save = async () => files.write(path, new Uint8Array(await new Blob(parts).arrayBuffer()));
    await save();
    return {
      write: (bytes) => {
        parts.push(new Uint8Array(bytes));
        return Promise.resolve();
      },
      sync: save,
      [Symbol.dispose]: () => {},
    };
  },

  isOpen: () => Promise.resolve(false),
  rename: (from, to) => filesOfPage().rename(from, to),
  remove: (path) => filesOfPage().remove(path),

  async *gunzip(pieces) {
    const { readable, writable } = new DecompressionStream("gzip");
    const writer = writable.getWriter();
    const feeding = (async () => {
      for await (const piece of pieces) await writer.write(new Uint8Array(piece));
      await writer.close();
    })();
    feeding.catch((error) => writer.abort(error)); // the reader throws it
    const reader = readable.getReader();
    for (let next = await reader.read(); !next.done; next = await reader.read()) yield next.value;
    await feeding;
  },

  async gunzipAll(bytes, maxBytes) {
    const pieces: Uint8Array<ArrayBuffer>[] = [];
    let length = 0;
    for await (const piece of denoPlatform.gunzip(only(bytes))) {
      length += piece.length;
      if (length > maxBytes) throw new RangeError(`gunzip: expected at most ${maxBytes} bytes`);
      pieces.push(new Uint8Array(piece));
    }
    return new Uint8Array(await new Blob(pieces).arrayBuffer());
  },

  sha256,

  advice: {
    mnist: SITE,
    files: () =>
      "This site has only the data sets that lie beside it. Run the course on a computer for others.",
    csvModule: "This site was built where JSR could not be reached. Run the course on a computer " +
      "for tables of text, or use loadCsv for tables of numbers.",
  },
};

async function* only(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield bytes;
}
