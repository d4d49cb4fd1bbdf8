/**
 * In the place of `lib/data/sets/download.ts`: a page may not download from other sites, so there are
 * the data sets that its own site has, and no others.
 */
import { DataError } from "../../lib/support/errors.ts";
import type { DataFile } from "../../lib/data/sets/sources.ts";

/** The site does not have a file. */
export class DownloadError extends DataError {
  /** There are no mirrors, so none has failed. */
  readonly failures: readonly never[] = [];

  constructor({ name }: DataFile) {
    super(`${name}: expected it beside this page, found it not there`);
  }
}

/** @throws DownloadError */
export function download(file: DataFile): Promise<never> {
  return Promise.reject(new DownloadError(file));
}

/** Does nothing: nothing is downloaded, so nothing is left over. */
export function removeLeftovers(): Promise<void> {
  return Promise.resolve();
}
