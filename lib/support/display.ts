/**
 * The protocol by which a value shows itself: Deno's kernel calls the method for the last value of a
 * cell, and `show` for each of its values.
 */

/**
 * One output in several forms, by MIME type: a front end shows the richest form that it supports.
 * @internal
 */
export interface MimeBundle {
  /** The form for terminals and screen readers. */
  readonly "text/plain": string;
  /** Any other form: text, base64 for binary data, an object for JSON. */
  readonly [mime: string]: string | object;
}

/** The name of the method that returns a value's {@link MimeBundle}. */
export const DISPLAY: unique symbol = Symbol.for("Jupyter.display");

/**
 * A value that shows itself.
 * @internal
 */
export interface Displayable {
  /** Returns what a front end shows. */
  [DISPLAY](): MimeBundle | Promise<MimeBundle>;
}

/**
 * The entry of a bundle that holds metadata by MIME type, such as the width, height and alternative
 * text of a PNG. Deno's kernel sends no metadata with the last value of a cell, so the metadata
 * travels inside the bundle and is separated on its way to the notebook.
 */
export const METADATA_MIME = "application/vnd.mnist-course.metadata+json";

/** Separates a bundle as it comes from a value into the data and metadata of a Jupyter message. */
export function splitMetadata<Value>(
  bundle: Readonly<Record<string, Value>>,
): { data: Record<string, Value>; metadata?: Value } {
  const { [METADATA_MIME]: metadata, ...data } = bundle;
  return metadata === undefined ? { data } : { data, metadata };
}
