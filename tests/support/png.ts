/** Reading PNG files back. */
import { convertIndexedToRgb, decode } from "fast-png";

/** The pixels of a PNG file, three bytes each: red, green, blue. */
export function pixelsOf(png: Uint8Array): { width: number; height: number; data: Uint8Array } {
  const image = decode(png);
  const data = image.palette === undefined
    ? Uint8Array.from(image.data)
    : Uint8Array.from(convertIndexedToRgb(image));
  return { width: image.width, height: image.height, data };
}
