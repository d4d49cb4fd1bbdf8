/**
 * Files from the network: whole and right, or not at all.
 *
 * A file is written under a temporary name beside its final one, checked by its SHA-256, and renamed
 * in one step, so that a program that is killed, a full disk or two notebooks at once never leave
 * half a file behind. Whatever goes wrong at one mirror, the next one is tried. A download that broke
 * off starts again from the beginning: it is a matter of seconds, and joining two halves is where
 * others' caches went bad.
 */
import { basename, dirname, join } from "node:path";
import { type Progress, progress, type ProgressOptions } from "../../notebook/progress.ts";
import {
  inspectFile,
  readChunks,
  reasonOf,
  renameOver,
  TEMPORARY_SUFFIX,
  temporaryPath,
  writeAll,
} from "../formats/bytes.ts";
import { DataError } from "../../support/errors.ts";
import { hashContent, verifyFile } from "./folder.ts";
import type { DataFile } from "./sources.ts";

/** How downloads are made. */
export interface DownloadOptions {
  /** Addresses of folders that have the file, in the order in which they are tried. */
  readonly mirrors: readonly string[];
  /** Milliseconds to wait for a first answer; 5 s unless told otherwise. */
  readonly connectTimeout?: number;
  /** Milliseconds to wait for the next kilobyte; 20 s unless told otherwise. */
  readonly stallTimeout?: number;
  /** What shows how far a download is. */
  readonly progress?: (total: number, options: ProgressOptions) => Progress;
}

/** Why a mirror did not give the file. */
export interface MirrorFailure {
  readonly url: string;
  readonly reason: string;
}

/** No mirror gave the file. */
export class DownloadError extends DataError {
  /**
   * @param file what was to be downloaded.
   * @param failures one for each mirror.
   */
  constructor(readonly file: DataFile, readonly failures: readonly MirrorFailure[]) {
    const reasons = failures.map(({ url, reason }) => `  ${url}: ${reason}`);
    super(
      failures.length === 0
        ? `${file.name}: expected mirrors to download it from, found none named`
        : `${file.name}: no mirror had it:\n${reasons.join("\n")}`,
    );
  }
}

/** A connection that gives less than this until the time is up stalls. */
const STALL_BYTES = 1024;

/** The same content zipped badly, or not at all, is not larger than itself by more than this. */
const ZIP_OVERHEAD = 1 << 16;

/** A file that was downloaded. */
export interface Downloaded {
  /** Where it is: under its name, or without `.gz` when the mirror gave it unzipped. */
  readonly path: string;
  /** The mirror that had it. */
  readonly mirror: string;
}

/**
 * Downloads a file into a folder. One that is there is replaced once the new one is known to be
 * right.
 * @throws DownloadError that says what each mirror did.
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
      failures.push({ url, reason: networkReason(error) });
    }
  }
  throw new DownloadError(file, failures);
}

/**
 * What went wrong. Of a failed connection Deno tells that in the cause, behind the address and the
 * stage of the request, which help nobody.
 */
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
    await renameOver(temporary, path);
    return path;
  } catch (error) {
    await Deno.remove(temporary).catch(() => {}); // it may never have been made
    throw error;
  }
}

/** Writes the body of an answer into a new file, as it comes. */
async function save(
  url: string,
  file: DataFile,
  path: string,
  options: DownloadOptions,
): Promise<void> {
  const { connectTimeout = 5_000, stallTimeout = 20_000 } = options;
  const maxBytes = file.hash.of === "file" ? file.bytes : file.contentBytes + ZIP_OVERHEAD;
  const bar = (options.progress ?? progress)(file.bytes, {
    label: `${file.name} from ${new URL(url).host}`,
    unit: "B",
  });
  try {
    using clock = new Clock();
    clock.allow(connectTimeout, "an answer");
    const body = await request(url, maxBytes, clock.signal);
    await Deno.mkdir(dirname(path), { recursive: true });
    using target = await Deno.open(path, { write: true, createNew: true });
    await lock(target);
    let received = 0, counted = 0;
    clock.allow(stallTimeout, "more data");
    for await (const chunk of body) {
      received += chunk.length;
      if (received > maxBytes) {
        throw new DataError(`expected at most ${maxBytes} bytes, found more`);
      }
      await writeAll(target, chunk);
      bar.update(received);
      if (received - counted >= STALL_BYTES) {
        counted = received;
        clock.allow(stallTimeout, "more data");
      }
    }
    await target.sync();
    await bar.finish();
  } catch (error) {
    await bar.finish(`stopped: ${networkReason(error)}`);
    throw error;
  }
}

/** Asks for a file. @throws DataError when the answer is another one. */
async function request(
  url: string,
  maxBytes: number,
  signal: AbortSignal,
): Promise<ReadableStream<Uint8Array>> {
  // Without `identity` a server may zip on the way what is zipped already.
  const { ok, status, statusText, headers, body } = await fetch(url, {
    signal,
    headers: { "accept-encoding": "identity" },
  });
  const promised = Number(headers.get("content-length") ?? 0);
  if (ok && body !== null && promised <= maxBytes) return body;
  await body?.cancel();
  throw new DataError(
    ok
      ? `expected at most ${maxBytes} bytes, found ${promised} announced`
      : `answered ${status} ${statusText}`.trimEnd(),
  );
}

/**
 * Checks a file just written; gives the name that it should have.
 * @throws DataError when it is not the published one.
 */
async function verifiedName(path: string, file: DataFile): Promise<string> {
  const { gzipped } = await inspectFile(path);
  if (file.hash.of === "file") {
    await verifyFile(path, file);
    return file.name;
  }
  const found = await hashContent(readChunks(path), file.contentBytes);
  if (found !== file.hash.sha256) {
    throw new DataError(`expected content with SHA-256 ${file.hash.sha256}, found ${found}`);
  }
  return gzipped ? file.name : file.name.replace(/\.gz$/, "");
}

/** Ends a request when nothing has come for too long. */
class Clock implements Disposable {
  readonly #controller = new AbortController();
  #timer: ReturnType<typeof setTimeout> | undefined;

  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  /** Gives so many milliseconds from now on. */
  allow(milliseconds: number, what: string): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => {
      const message = `waited ${milliseconds / 1000} s for ${what}, found none`;
      this.#controller.abort(new DataError(message));
    }, milliseconds);
  }

  [Symbol.dispose](): void {
    clearTimeout(this.#timer);
  }
}

/** Marks a file as being written; the mark goes when it is closed or its program ends. */
async function lock(file: Deno.FsFile): Promise<void> {
  try {
    await file.lock(true);
  } catch {
    // Some network folders know no locks; the file's age protects it then.
  }
}

/** Nobody else's download is touched that wrote something so many milliseconds ago. */
const FRESH = 10_000;

/**
 * Removes what killed downloads left of a file in a folder: temporary files that nobody writes.
 * @param fresh how many milliseconds after its last byte a file is let be in any case.
 */
export async function removeLeftovers(path: string, fresh = FRESH): Promise<void> {
  const folder = dirname(path), start = `.${basename(path)}.`;
  let names: string[];
  try {
    names = (await Array.fromAsync(Deno.readDir(folder))).map(({ name }) => name);
  } catch {
    return; // there is no such folder
  }
  for (const name of names) {
    if (!name.startsWith(start) || !name.endsWith(TEMPORARY_SUFFIX)) continue;
    const leftover = join(folder, name);
    try {
      if (await isAbandoned(leftover, fresh)) await Deno.remove(leftover);
    } catch {
      // Another program removed or renamed it meanwhile, or it is not ours to remove.
    }
  }
}

async function isAbandoned(path: string, fresh: number): Promise<boolean> {
  const { mtime } = await Deno.stat(path);
  if (Date.now() - (mtime?.getTime() ?? Date.now()) < fresh) return false;
  using file = await Deno.open(path, { write: true });
  return await file.tryLock(true);
}
