/** What goes wrong with data: a file that is missing, damaged, or not what its name says. */

/**
 * A file, a download or a table is not what was expected.
 *
 * The message says what was expected, what was found, and how to mend it when a person can.
 */
export class DataError extends Error {
  /** What stands in front of the message. */
  override readonly name = "DataError";

  /**
   * An error with what went wrong in its message.
   * @param message `name: expected …, found …`
   * @param options `cause` keeps the error underneath, such as one of the file system.
   */
  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
  }
}
