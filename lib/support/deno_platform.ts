/** The platform of the course's kernel and tools: Deno, with Node's zlib and hashes. */
import type { Buffer } from "node:buffer";
import { createHash } from "node:crypto";
import { dirname, resolve } from "node:path";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { fileURLToPath } from "node:url";
import { createGunzip, gunzipSync } from "node:zlib";
import { release } from "./memory.ts";
import type { NewFile, Platform } from "./platform.ts";

/** Larger pieces are no faster; smaller ones cost a turn of the event loop each. */
const PIECE_BYTES = 1 << 20;

/** On Windows a rename fails while a virus scanner has the file open. */
const RENAME_TRIES = 10;

/** Deno's own files. */
export const denoPlatform: Platform = {
  root: resolve(dirname(fileURLToPath(import.meta.url)), "..", ".."),

  variable: (name) => Deno.env.get(name),

  async stat(path) {
    try {
      const { isFile, isDirectory, size, mtime } = await Deno.stat(path);
      const kind = isFile ? "file" : isDirectory ? "folder" : "other";
      return { kind, bytes: size, modified: mtime?.getTime() ?? Date.now() };
    } catch (error) {
      const { NotFound, NotADirectory } = Deno.errors;
      if (error instanceof NotFound || error instanceof NotADirectory) return undefined;
      throw error;
    }
  },

  list: async (folder) => (await Array.fromAsync(Deno.readDir(folder))).map(({ name }) => name),

  async *read(path, pieceBytes = PIECE_BYTES, from = 0) {
    using file = await Deno.open(path);
    if (from > 0) await file.seek(from, Deno.SeekMode.Start);
    for (;;) {
      const piece = new Uint8Array(pieceBytes);
      const length = await file.read(piece);
      if (length === null) return;
      yield piece.subarray(0, length);
    }
  },

  async create(path): Promise<NewFile> {
    await Deno.mkdir(dirname(path), { recursive: true });
    const file = await Deno.open(path, { write: true, createNew: true });
    await file.lock(true).catch(() => {}); // some network folders have no locks
    return {
      async write(bytes) {
        for (let done = 0; done < bytes.length;) done += await file.write(bytes.subarray(done));
      },
      sync: () => file.sync(),
      [Symbol.dispose]: () => file.close(),
    };
  },

  async isOpen(path) {
    using file = await Deno.open(path, { write: true });
    return !(await file.tryLock(true));
  },

  async rename(from, to) {
    for (let attempt = 1;; attempt++) {
      try {
        return await Deno.rename(from, to);
      } catch (error) {
        const gone = error instanceof Deno.errors.NotFound;
        if (gone || Deno.build.os !== "windows" || attempt === RENAME_TRIES) throw error;
        await new Promise((resolve) => setTimeout(resolve, 20 * attempt));
      }
    }
  },

  remove: (path) => Deno.remove(path),

  async *gunzip(pieces) {
    const gunzip = createGunzip({ chunkSize: PIECE_BYTES });
    const source = Readable.from(pieces, { highWaterMark: 1 });
    const finished = pipeline(source, gunzip).catch(() => {}); // the loop throws its error
    try {
      for await (const { buffer, byteOffset, length } of gunzip as AsyncIterable<Buffer>) {
        const piece = new Uint8Array(buffer, byteOffset, length); // Buffers slice without a copy
        yield piece;
        if (length === buffer.byteLength) release(piece); // the stream has done with a full one
      }
    } finally {
      gunzip.destroy();
      await finished;
    }
  },

  // deno-lint-ignore require-await
  async gunzipAll(bytes, maxBytes) {
    // One chunk that holds everything becomes the result. Small results are in Node's shared pool.
    const chunkSize = Math.max(64, maxBytes + 1);
    const content = gunzipSync(bytes, { chunkSize, maxOutputLength: Math.max(1, maxBytes) });
    const { buffer, byteOffset, length } = content;
    const isOwn = buffer.byteLength === chunkSize;
    return isOwn ? new Uint8Array(buffer, byteOffset, length) : new Uint8Array(content);
  },

  sha256() {
    const hash = createHash("sha256");
    return {
      update: (bytes) => void hash.update(bytes),
      hex: () => Promise.resolve(hash.digest("hex")),
    };
  },

  advice: {
    mnist: "To get MNIST, run `deno task data mnist` where there is a network, or put its four " +
      "files into data/mnist/, or name the folder that has them in MNIST_DIR. Then run again.",
    files: (folder, variable) =>
      `To fix this, put the files into ${folder}, or set ${variable}_DIR to the folder that has ` +
      `them, or ${variable}_MIRRORS to other addresses.`,
    csvModule: "Run `deno install` once with a network that reaches JSR.",
  },
};
