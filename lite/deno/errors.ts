/** Errors of files, and of what a page cannot do. */

/** What is wrong with a file. */
export type FileProblem = "NotFound" | "AlreadyExists" | "StorageFull";

/** A file is missing or cannot be written. */
export class FileError extends Error {
  constructor(readonly problem: FileProblem, reason: string, path: string) {
    super(`${path}: ${reason}`);
    this.name = problem;
  }
}

/** A cell asked for something that no page can do. */
export class NotInBrowserError extends Error {
  /** Printed before the message. */
  override name = "NotInBrowserError";

  /**
   * @param what such as `Deno.run`.
   * @param instead what to do instead.
   */
  constructor(what: string, instead: string) {
    super(`${what}: not in the browser. ${instead}`);
  }
}
