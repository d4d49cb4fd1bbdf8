/** Windows over images [N, H, W, C]: where each is, and which of its numbers are inside the image. */

/** Windows of one size, `strideY` and `strideX` pixels apart, as convolution and pooling use them. */
export interface Windows {
  /** N, the number of images. */
  readonly images: number;
  /** H and W, the size of an image. */
  readonly height: number;
  readonly width: number;
  /** C, the numbers of a pixel. */
  readonly channels: number;
  /** The size of a window. */
  readonly kernelHeight: number;
  readonly kernelWidth: number;
  readonly strideY: number;
  readonly strideX: number;
  /** How far the first window reaches beyond the image. */
  readonly top: number;
  readonly left: number;
  /** The number of windows below each other, and side by side. */
  readonly rows: number;
  readonly columns: number;
}

/**
 * Calls `visit` for each pixel of each window that is inside its image, window by window.
 * @param visit gets the pixel, counted over all images, its tap, that is its number in the window, and
 *   the window, counted over all images.
 */
export function eachTap(
  w: Windows,
  visit: (pixel: number, tap: number, window: number) => void,
): void {
  let window = 0;
  for (let n = 0; n < w.images; n++) {
    for (let i = 0; i < w.rows; i++) {
      for (let j = 0; j < w.columns; j++, window++) {
        for (let u = 0; u < w.kernelHeight; u++) {
          const row = i * w.strideY + u - w.top;
          if (row < 0 || row >= w.height) continue;
          for (let v = 0; v < w.kernelWidth; v++) {
            const column = j * w.strideX + v - w.left;
            if (column < 0 || column >= w.width) continue;
            visit((n * w.height + row) * w.width + column, u * w.kernelWidth + v, window);
          }
        }
      }
    }
  }
}
