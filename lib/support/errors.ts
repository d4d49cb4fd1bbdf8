/** Errors about data: a file that is missing, damaged, or not what it should be. */

/** Longer messages are cut: a damaged file may hold a name of a million characters. */
const MAX_MESSAGE = 1000;

/**
 * A file, a download or a table is not what was expected. The message says what was expected, what
 * was found and, where there is a way, how to fix it. It has at most 1,000 characters.
 */
export class DataError extends Error {
  /** The name in front of the message. */
  override readonly name = "DataError";

  /**
   * An error about data.
   * @param message `name: expected …, found …`
   * @param options `cause` keeps the error underneath, such as one of the file system.
   */
  constructor(message: string, options?: ErrorOptions) {
    super(
      message.length > MAX_MESSAGE ? `${message.slice(0, MAX_MESSAGE - 2)} …` : message,
      options,
    );
  }
}

/** The message of anything that was thrown. */
export function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
