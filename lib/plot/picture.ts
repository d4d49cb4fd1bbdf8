/** Pictures: a PNG file with its size and a text alternative. */
import { DISPLAY, type Displayable, METADATA_MIME, type MimeBundle } from "../support/display.ts";

/** A picture, which every front end and GitHub can show. */
export class Picture implements Displayable {
  /**
   * Keeps a PNG file with its size and text alternative.
   * @param png the bytes of a PNG file.
   * @param width the displayed width in CSS pixels: half the file's for a sharp picture on
   *   high-resolution screens.
   * @param height the displayed height in CSS pixels.
   * @param alt what the picture shows, for screen readers.
   */
  constructor(
    readonly png: Uint8Array,
    readonly width: number,
    readonly height: number,
    readonly alt: string,
  ) {}

  /** The PNG with its size and text alternative, for Jupyter and `show`. */
  [DISPLAY](): MimeBundle {
    const { png, width, height, alt } = this;
    return {
      "image/png": png.toBase64(),
      "text/plain": alt,
      [METADATA_MIME]: { "image/png": { width, height, alt } },
    };
  }
}
