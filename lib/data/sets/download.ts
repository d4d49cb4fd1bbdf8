/**
 * Downloads: whole and right, or not at all.
 *
 * A file is written under a temporary name beside its final one, checked by its SHA-256 and renamed
 * in one step, so a killed program, a full disk or two notebooks at once never leave half a file.
 * Whatever goes wrong at one mirror, the next one is tried. An interrupted download starts again from
 * the beginning: it takes seconds, and joining two halves is how the caches of others went bad.
 */
import { basename, dirname, join } from "node:path";
import { platform } from "../../support/environment.ts";
import { DataError, reasonOf } from "../../support/errors.ts";
import {
  inspectFile,
  readPieces,
  sha256Of,
  TEMPORARY_SUFFIX,
  temporaryPath,
  WriteError,
  writing,
} from "../../support/files.ts";
import { verifyFile } from "./folder.ts";
import type { DataFile } from "./sources.ts";

/** Shows how far a download is, such as a progress bar. */
export interface DownloadProgress {
  /** Called with the number of bytes received so far. */
  update(done: number): void;
  /** Called at the end, with a note if something went wrong. */
  finish(note?: string): Promise<void>;
}

/** Starts to show a download of `total` bytes. */
export type ShowProgress = (
  total: number,
  options: { label: string; unit: "B" },
) => DownloadProgress;

/** Options of {@link download}. */
export interface DownloadOptions {
  /** Addresses of folders that have the file, in the order in which they are tried. */
  readonly mirrors: readonly string[];
  /** Milliseconds to wait for an answer. Default: 5 s. */
  readonly connectTimeout?: number;
  /** Milliseconds to wait for the next kilobyte. Default: 20 s. */
  readonly stallTimeout?: number;
  /** Shows each download. Default: nothing is shown. */
  readonly progress?: ShowProgress;
}

/** Why a mirror failed. */
export interface MirrorFailure {
  readonly url: string;
  readonly reason: string;
}

/** No mirror provided the file. */
export class DownloadError extends DataError {
  /**
   * @param file the file to download.
   * @param failures one for each mirror.
   */
  constructor(readonly file: DataFile, readonly failures: readonly MirrorFailure[]) {
    const reasons = failures.map(({ url, reason }) => `  ${url}: ${reason}`);
    super(
      failures.length === 0
        ? `${file.name}: expected mirrors to download from, found none`
        : `${file.name}: no mirror provided it:\n${reasons.join("\n")}`,
    );
  }
}

/** A connection that delivers less than this until its time is up has stalled. */
const STALL_BYTES = 1024;

/** The same content, compressed badly or not at all, is larger than itself by less than this. */
const GZIP_OVERHEAD = 1 << 16;

/** A downloaded file. */
export interface Downloaded {
  /** Where it is: under its name, or without `.gz` if the mirror sent it decompressed. */
  readonly path: string;
  /** The mirror that provided it. */
  readonly mirror: string;
}

/**
 * Downloads a file into a folder. An existing file is replaced once the new one is verified.
 * @throws DownloadError with the failure of each mirror; WriteError.
 */
export async function download(
  file: DataFile,
  folder: string,
  options: DownloadOptions,
): Promise<Downloaded> {
  const failures: MirrorFailure[] = [];
  for (const mirror of options.mirrors) {
    let url = mirror;
    try {
      url = new URL(file.name, mirror.endsWith("/") ? mirror : `${mirror}/`).href;
      return { path: await downloadFrom(url, file, folder, options), mirror };
    } catch (error) {
      if (error instanceof WriteError) throw error; // another mirror would not help
      failures.push({ url, reason: networkReason(error) });
    }
  }
  throw new DownloadError(file, failures);
}

/** Deno reports a failed connection in the cause, behind the address and the stage of the request. */
function networkReason(error: unknown): string {
  const inner = error instanceof TypeError && error.cause instanceof Error ? error.cause : error;
  return reasonOf(inner)
    .replace(/^error sending request for url \(.*?\): /, "")
    .replace(/^client error \(\w+\): /, "");
}

async function downloadFrom(
  url: string,
  file: DataFile,
  folder: string,
  options: DownloadOptions,
): Promise<string> {
  const temporary = temporaryPath(join(folder, file.name));
  try {
    await save(url, file, temporary, options);
    const path = join(folder, await verifiedName(temporary, file));
    await writing(path, platform.rename(temporary, path));
    return path;
  } catch (error) {
    await platform.remove(temporary).catch(() => {}); // it may never have existed
    throw error;
  }
}

/** Writes the body of a response into a new file as it arrives. */
async function save(
  url: string,
  file: DataFile,
  temporary: string,
  { connectTimeout = 5_000, stallTimeout = 20_000, progress }: DownloadOptions,
): Promise<void> {
  const maxBytes = file.hash.of === "file" ? file.bytes : file.contentBytes + GZIP_OVERHEAD;
  const label = `${file.name} from ${new URL(url).host}`;
  const path = join(dirname(temporary), file.name); // the name for messages
  const bar = progress?.(file.bytes, { label, unit: "B" });
  try {
    using timeout = new Timeout();
    timeout.restart(connectTimeout, "an answer");
    const body = await timeout.race(request(url, maxBytes, timeout.signal));
    using target = await writing(path, platform.create(temporary));
    let received = 0, counted = 0;
    timeout.restart(stallTimeout, "more data");
    for await (const piece of piecesOf(body, timeout)) {
      received += piece.length;
      if (received > maxBytes) throw tooLarge(maxBytes, "more");
      await writing(path, target.write(piece));
      bar?.update(received);
      if (received - counted >= STALL_BYTES) {
        counted = received;
        timeout.restart(stallTimeout, "more data");
      }
    }
    await writing(path, target.sync());
    await bar?.finish();
  } catch (error) {
    await bar?.finish(`stopped: ${networkReason(error)}`);
    throw error;
  }
}

/** The pieces of a body. @throws what the time ran out with, even while a piece is awaited. */
async function* piecesOf(body: ReadableStream<Uint8Array>, timeout: Timeout) {
  const reader = body.getReader();
  try {
    for (;;) {
      const { done, value } = await timeout.race(reader.read());
      if (done) return;
      yield value;
    }
  } finally {
    reader.cancel().catch(() => {}); // it has failed already, or nobody needs it any more
  }
}

/** Requests a file. @throws DataError for an error status, and for a body that is too large. */
async function request(
  url: string,
  maxBytes: number,
  signal: AbortSignal,
): Promise<ReadableStream<Uint8Array>> {
  // Without `identity` a server may compress on the way what is compressed already.
  const headers = { "accept-encoding": "identity" };
  const response = await fetch(url, { signal, headers });
  const announced = Number(response.headers.get("content-length") ?? 0);
  if (response.ok && response.body !== null && announced <= maxBytes) return response.body;
  await response.body?.cancel();
  if (response.ok) throw tooLarge(maxBytes, `${announced} announced`);
  throw new DataError(`answered ${response.status} ${response.statusText}`.trimEnd());
}

function tooLarge(maxBytes: number, found: string): DataError {
  return new DataError(`expected at most ${maxBytes} bytes, found ${found}`);
}

/**
 * Verifies a file just written.
 * @returns the name that it should have.
 * @throws DataError when it is not the published one.
 */
async function verifiedName(path: string, file: DataFile): Promise<string> {
  if (file.hash.of === "file") {
    await verifyFile(path, file);
    return file.name;
  }
  const { gzipped } = await inspectFile(path);
  const found = await sha256Of(readPieces(path, file.contentBytes));
  if (found !== file.hash.sha256) {
    throw new DataError(`expected content with SHA-256 ${file.hash.sha256}, found ${found}`);
  }
  return gzipped ? file.name : file.name.replace(/\.gz$/, "");
}

/** Aborts a request when nothing has arrived for too long. */
class Timeout implements Disposable {
  readonly #controller = new AbortController();
  readonly #expired = Promise.withResolvers<never>();
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor() {
    this.#expired.promise.catch(() => {}); // nobody may be waiting
  }

  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  /** Allows so many milliseconds from now on. */
  restart(milliseconds: number, what: string): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => {
      const error = new DataError(`waited ${milliseconds / 1000} s for ${what}, found none`);
      this.#expired.reject(error);
      this.#controller.abort(error);
    }, milliseconds);
  }

  /**
   * What a promise resolves to, unless the time runs out first. The signal alone is not enough: on a
   * busy machine, Deno 2.9 sometimes leaves a read of a response pending after its signal has aborted.
   */
  race<T>(promise: Promise<T>): Promise<T> {
    return Promise.race([promise, this.#expired.promise]);
  }

  [Symbol.dispose](): void {
    clearTimeout(this.#timer);
  }
}

/** A temporary file is left alone for so many milliseconds after its last byte. */
const FRESH = 10_000;

/**
 * Removes the temporary files that killed downloads of a file have left in its folder.
 * @param fresh the age in milliseconds from which a file may be removed.
 */
export async function removeLeftovers(path: string, fresh = FRESH): Promise<void> {
  const folder = dirname(path), start = `.${basename(path)}.`;
  const names = await platform.list(folder).catch(() => []); // there is no such folder
  for (const name of names) {
    if (!name.startsWith(start) || !name.endsWith(TEMPORARY_SUFFIX)) continue;
    const leftover = join(folder, name);
    try {
      const modified = (await platform.stat(leftover))?.modified ?? Infinity;
      if (Date.now() - modified >= fresh && !await platform.isOpen(leftover)) {
        await platform.remove(leftover);
      }
    } catch {
      // Another program has removed or renamed it meanwhile, or it belongs to someone else.
    }
  }
}
