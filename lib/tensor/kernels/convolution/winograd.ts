/**
 * Convolution with filters of 3×3 by Winograd's way (Lavin and Gray, 2016): tiles of 4×4 outputs, in 36
 * matrix products, take a quarter of the multiplications.
 *
 * The results differ from the plain sums by about ten times the rounding error: 4e-6 where the sums are
 * about 1.
 */
import { Arena } from "../wasm/module.ts";
import type { Windows } from "../windows.ts";
import { wasm } from "./module.ts";

/** Whether Winograd's way is possible, and takes fewer than two thirds of the products. */
export function suitsWinograd(w: Windows, filters: number): boolean {
  const isThree = w.kernelHeight === 3 && w.kernelWidth === 3;
  const { down, across } = tilesOf(w), products = 36 * down * across;
  return isThree && w.strideY === 1 && w.strideX === 1 && w.channels >= 16 &&
    w.channels % 4 === 0 && filters >= 16 && filters % 8 === 0 &&
    products < 6 * w.rows * w.columns;
}

/** How many tiles of 4×4 outputs there are, one below the other and side by side. */
function tilesOf({ rows, columns }: Windows): { down: number; across: number } {
  return { down: Math.ceil(rows / 4), across: Math.ceil(columns / 4) };
}

/** How many images are computed together: their tiles fill the windows that `convolve` takes at once. */
function togetherOf(tiles: number, images: number): number {
  const choices = [1, 2, 3].filter((count) => count <= Math.max(1, images));
  const waste = (count: number) => Math.ceil(tiles * count / 6) / count;
  return choices.reduce((best, count) => waste(count) < waste(best) ? count : best);
}

/**
 * y = h(b + the windows of x · W), with h = relu where `isRectified`.
 *
 * @param addresses those of x, W, b and y.
 * @returns false, and writes nothing, where the scratch memory is too small.
 */
export function winograd(
  [x, W, b, y]: readonly number[],
  w: Windows,
  filters: number,
  isRectified: boolean,
): boolean {
  if (wasm === undefined) return false;
  const { rows, columns, channels } = w, { down, across } = tilesOf(w);
  const together = togetherOf(down * across, w.images), most = together * down * across;
  const [height, width] = [4 * down + 2, 4 * across + 2], size = height * width * channels;
  const panel = (channels + 1) * filters, arena = new Arena(wasm.memory, false);
  const numbersOfAll = size + 36 * (most * (channels + filters) + panel + channels * filters) +
    most;
  if (!arena.hasRoomFor(Math.ceil(numbersOfAll / 2))) return false;
  const room = arena.reserve(64), geometry = arena.reserve(14), table = arena.reserve(most);
  const fields = [w.height, w.width, channels, 3, 3, 1, 1, w.top, w.left, rows, columns];
  new Int32Array(wasm.memory.buffer, geometry, 14).set([...fields, height, width, filters]);
  const places = Int32Array.from({ length: most }, (_, tile) => tile * channels * 4);
  new Int32Array(wasm.memory.buffer, table, most).set(places);
  const padded = arena.reserve(size), numbers = arena.reserve(36 * most * channels);
  const turned = arena.reserve(36 * channels * filters), sums = arena.reserve(36 * most * filters);
  const packed = arena.reserve(36 * panel), none = arena.reserve(filters);
  arena.at(none, filters).fill(0);
  arena.at(padded, size).fill(0);
  wasm.winogradFilters(W, channels, filters, turned);
  for (let k = 0; k < 36; k++) {
    const from = turned + k * channels * filters * 4;
    wasm.pack(from, none, channels, filters, packed + k * panel * 4);
  }
  for (let first = 0; first < w.images; first += together) {
    const count = Math.min(together, w.images - first), tiles = count * down * across;
    const [apartIn, apartOut] = [tiles * channels * 4, tiles * filters * 4];
    for (let n = 0; n < count; n++) {
      const to = numbers + n * down * across * channels * 4;
      wasm.pad(geometry, x + (first + n) * w.height * w.width * channels * 4, padded);
      wasm.winogradImage(padded, down, across, channels, apartIn, to);
    }
    for (let k = 0; k < 36; k++) {
      const [from, to] = [numbers + k * apartIn, sums + k * apartOut];
      const weights = packed + k * panel * 4;
      wasm.convolve(from, table, tiles, 1, channels, channels * 4, weights, filters, 0, to, room);
    }
    for (let n = 0; n < count; n++) {
      const from = sums + n * down * across * filters * 4, h = Number(isRectified);
      const to = y + (first + n) * rows * columns * filters * 4;
      wasm.winogradOutput(from, apartOut, rows, columns, filters, b, h, to);
    }
  }
  return true;
}
