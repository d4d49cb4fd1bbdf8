/** Convolution as loops over plain arrays: the reference for its fast twins in tensor/kernels. */
import type { NumericArray } from "../tensor/dtype.ts";
import { eachTap, type Windows } from "../tensor/kernels/windows.ts";

/**
 * y[n, i, j, f] = b[f] + Σ x[n, i·s + u, j·s + v, c] · W[u, v, c, f], over u, v and c
 *
 * x [N, H, W, C], W [kernel height, kernel width, C, F]; what is outside the image counts as 0.
 */
export function convolve(
  x: NumericArray,
  W: NumericArray,
  b: NumericArray,
  w: Windows,
  y: NumericArray,
): void {
  const { channels } = w, filters = b.length;
  for (let k = 0; k < y.length; k++) y[k] = b[k % filters];
  eachTap(w, (pixel, tap, window) => {
    for (let c = 0; c < channels; c++) {
      const value = x[pixel * channels + c], row = (tap * channels + c) * filters;
      for (let f = 0; f < filters; f++) y[window * filters + f] += value * W[row + f];
    }
  });
}

/** dL/dW[u, v, c, f] = Σ x[n, i·s + u, j·s + v, c] · dy[n, i, j, f], and dL/db[f] = Σ dy[n, i, j, f] */
export function filterGradient(
  x: NumericArray,
  dy: NumericArray,
  w: Windows,
  dW: NumericArray,
  db: NumericArray,
): void {
  const { channels } = w, filters = db.length;
  dW.fill(0);
  db.fill(0);
  dy.forEach((slope: number, k: number) => db[k % filters] += slope);
  eachTap(w, (pixel, tap, window) => {
    for (let c = 0; c < channels; c++) {
      const value = x[pixel * channels + c], row = (tap * channels + c) * filters;
      for (let f = 0; f < filters; f++) dW[row + f] += value * dy[window * filters + f];
    }
  });
}

/** dL/dx[n, i·s + u, j·s + v, c] = Σ W[u, v, c, f] · dy[n, i, j, f], over all windows and filters */
export function inputGradient(
  dy: NumericArray,
  W: NumericArray,
  filters: number,
  w: Windows,
  dx: NumericArray,
): void {
  const { channels } = w;
  dx.fill(0);
  eachTap(w, (pixel, tap, window) => {
    for (let c = 0; c < channels; c++) {
      const row = (tap * channels + c) * filters;
      let sum = 0;
      for (let f = 0; f < filters; f++) sum += W[row + f] * dy[window * filters + f];
      dx[pixel * channels + c] += sum;
    }
  });
}
