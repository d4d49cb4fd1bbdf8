/** Pictures: a PNG file with words that say what it shows. */
import type { Output } from "../notebook/output.ts";

/** A picture that `show` displays, in every front end and on GitHub. */
export class Picture {
  /**
   * Keeps a PNG file with its size and words.
   * @param png the bytes of a PNG file.
   * @param width how wide it is shown, in CSS pixels: half of the file's for a sharp picture on a
   *   screen with small pixels.
   * @param height how high it is shown, in CSS pixels.
   * @param alt what it shows, for whoever cannot see it.
   */
  constructor(
    readonly png: Uint8Array,
    readonly width: number,
    readonly height: number,
    readonly alt: string,
  ) {}
}

/** A picture as an output: the PNG, its size and its text alternative. */
export function pictureOutput({ png, width, height, alt }: Picture): Output {
  return {
    data: { "image/png": png.toBase64(), "text/plain": alt },
    metadata: { "image/png": { width, height, alt } },
  };
}
