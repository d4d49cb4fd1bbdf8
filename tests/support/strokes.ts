/**
 * Images of digits as strokes that a person could make: the skeleton of the ink, walked along from
 * its ends. The skeleton is that of Zhang and Suen, "A fast parallel algorithm for thinning digital
 * patterns" (1984).
 */
import type { PenStroke } from "../../lib/data/digits/normalize.ts";

const SIDE = 28;
/** The image is thinned at four times its size, between its pixels. */
const ZOOM = 4;
const WIDE = SIDE * ZOOM;
/** Grey levels from here on are ink. */
const INK = 110;
/** Walks of fewer points are crumbs of the thinning. */
const SHORTEST = 9;
/** Points of the skeleton between two points of a stroke. */
const STEP = 3;

/** The ink of an image at four times its size, by linear interpolation, with a border of paper. */
function inkOf(image: Uint8Array): Uint8Array {
  const at = (row: number, column: number) =>
    row < 0 || column < 0 || row >= SIDE || column >= SIDE ? 0 : image[row * SIDE + column];
  return Uint8Array.from({ length: WIDE * WIDE }, (_, pixel) => {
    const y = (Math.floor(pixel / WIDE) + 0.5) / ZOOM - 0.5;
    const x = (pixel % WIDE + 0.5) / ZOOM - 0.5;
    const row = Math.floor(y), column = Math.floor(x), v = y - row, u = x - column;
    const upper = at(row, column) * (1 - u) + at(row, column + 1) * u;
    const lower = at(row + 1, column) * (1 - u) + at(row + 1, column + 1) * u;
    const onBorder = pixel < WIDE || pixel >= WIDE * (WIDE - 1) || pixel % WIDE % (WIDE - 1) === 0;
    return !onBorder && upper * (1 - v) + lower * v >= INK ? 1 : 0;
  });
}

/** The eight neighbours of a pixel, clockwise from the one above. */
const AROUND = [-WIDE, -WIDE + 1, 1, WIDE + 1, WIDE, WIDE - 1, -1, -WIDE - 1];

/** Peels the ink until lines of one pixel are left. Changes it. */
function thin(ink: Uint8Array): void {
  for (let peeled = true; peeled;) {
    peeled = false;
    for (const half of [0, 1]) {
      const gone: number[] = [];
      for (let pixel = WIDE; pixel < WIDE * (WIDE - 1); pixel++) {
        if (ink[pixel] === 0) continue;
        const p = AROUND.map((step) => ink[pixel + step]);
        const count = p.reduce((sum, v) => sum + v, 0);
        const changes = p.filter((v, i) => v === 0 && p[(i + 1) % 8] === 1).length;
        const [up, , right, , down, , left] = p;
        const sides = half === 0
          ? up * right * down + right * down * left
          : up * right * left + up * down * left;
        if (count >= 2 && count <= 6 && changes === 1 && sides === 0) gone.push(pixel);
      }
      for (const pixel of gone) ink[pixel] = 0;
      peeled ||= gone.length > 0;
    }
  }
}

/** Walks along the skeleton, straight on where it can, and takes away the pixels that it passes. */
function walk(skeleton: Uint8Array, start: number): number[] {
  const path = [start];
  skeleton[start] = 2; // 2: walked
  for (;;) {
    const here = path[path.length - 1], before = path[Math.max(0, path.length - 6)];
    const dx = here % WIDE - before % WIDE,
      dy = Math.floor(here / WIDE) - Math.floor(before / WIDE);
    const turn = (step: number) => {
      const x = (step + WIDE + 1 + WIDE) % WIDE - 1, y = Math.round((step - x) / WIDE);
      return (x * dx + y * dy) / Math.hypot(x, y);
    };
    const [next] = AROUND.filter((step) => skeleton[here + step] === 1)
      .sort((a, b) => turn(b) - turn(a));
    if (next !== undefined) {
      path.push(here + next);
      skeleton[here + next] = 2;
      continue;
    }
    // A loop closes, or a line ends at another one: one point more joins them.
    const recent = path.slice(-4);
    const joint = AROUND.map((step) => here + step)
      .find((pixel) => skeleton[pixel] === 2 && !recent.includes(pixel));
    if (joint !== undefined) path.push(joint);
    return path;
  }
}

/** A path with the steps of the pixels taken out, and only some of its points, in pixels of 28. */
function smooth(path: readonly number[]): PenStroke {
  const mean = (values: number[]) => values.reduce((sum, v) => sum + v, 0) / values.length;
  const coordinate = (of: (pixel: number) => number) =>
    path.map((_, i) => {
      const reach = Math.min(3, i, path.length - 1 - i);
      return (mean(path.slice(i - reach, i + reach + 1).map(of)) + 0.5) / ZOOM;
    }).filter((_, i) => i % STEP === 0 || i === path.length - 1);
  return {
    x: coordinate((pixel) => pixel % WIDE),
    y: coordinate((pixel) => Math.floor(pixel / WIDE)),
  };
}

/** An image of 784 bytes as strokes, in pixels of the image, from the left upper corner. */
export function strokesOf(image: Uint8Array): PenStroke[] {
  const skeleton = inkOf(image);
  thin(skeleton);
  const degree = (pixel: number) => AROUND.filter((step) => skeleton[pixel + step] === 1).length;
  const lines = [...skeleton.keys()].filter((pixel) => skeleton[pixel] === 1);
  const paths: number[][] = [];
  for (;;) {
    const left = lines.filter((pixel) => skeleton[pixel] === 1);
    if (left.length === 0) break;
    // From an end of a line if there is one, else anywhere on a loop.
    const start = left.find((pixel) => degree(pixel) === 1) ?? left[0];
    // A branch begins where the line that it leaves was walked.
    const joint = AROUND.map((step) => start + step).find((pixel) => skeleton[pixel] === 2);
    const path = walk(skeleton, start);
    paths.push(joint === undefined ? path : [joint, ...path]);
  }
  const long = paths.filter(({ length }) => length >= SHORTEST);
  return (long.length > 0 ? long : paths).map(smooth);
}

/** How a digit is put on a canvas of 280 × 280. */
export interface Placement {
  /** Pixels of the canvas per pixel of the image. */
  readonly zoom: number;
  /** Where the middle of the image is on the canvas. */
  readonly x: number;
  readonly y: number;
}

/** The strokes on the canvas. */
export function placed(strokes: readonly PenStroke[], { zoom, x, y }: Placement): PenStroke[] {
  const along = (middle: number) => (v: number) =>
    Math.min(279, Math.max(0, middle + zoom * (v - SIDE / 2)));
  return strokes.map((stroke) => ({ x: stroke.x.map(along(x)), y: stroke.y.map(along(y)) }));
}

/** A way to draw digits on the canvas: their place and size, and the radius of the pen. */
export interface Condition extends Placement {
  readonly pen: number;
}

/** The conditions under which drawings must be read. */
export const CONDITIONS: Readonly<Record<string, Condition>> = {
  "in the middle": { zoom: 10, x: 140, y: 140, pen: 10 },
  "off centre": { zoom: 6, x: 190, y: 100, pen: 10 },
  "in a corner": { zoom: 4, x: 40, y: 240, pen: 8 },
  "small": { zoom: 3, x: 150, y: 130, pen: 6 },
  "large": { zoom: 13, x: 140, y: 140, pen: 10 },
  "thick": { zoom: 10, x: 140, y: 140, pen: 18 },
  "thin": { zoom: 10, x: 140, y: 140, pen: 3 },
};
