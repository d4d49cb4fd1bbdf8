/**
 * From a drawing on a canvas to an image as MNIST has it, by the same pen as that of the drawn digits
 * (pen.ts): scaled with its proportions into 20 × 20 pixels, anti-aliased, and moved by whole pixels
 * so that its center of mass is in the middle of 28 × 28.
 */
import { rangeError } from "../../support/expected.ts";
import { BOX, type Extent, extentOf, fitBox, IMAGE_SIZE, Pen } from "./pen.ts";
import { STYLE } from "./style.ts";
import { Trace } from "./trace.ts";

/** One movement of a pen, from touching the canvas to leaving it. */
export interface PenStroke {
  /** The points, y downwards, in any unit. */
  readonly x: readonly number[];
  readonly y: readonly number[];
}

/** What was drawn on a canvas. */
export interface Drawing {
  /** The strokes, in the order in which they were drawn. */
  readonly strokes: readonly PenStroke[];
  /** The radius of the pen, in the unit of the points. */
  readonly pen: number;
}

/**
 * The radius of the pen in the image, in pixels. A digit keeps the thickness with which it was drawn,
 * unless that is outside of what is usual in MNIST's training images: a small digit drawn with the pen
 * of a canvas would be a blot, and a large one a hair.
 */
const THINNEST = 1, THICKEST = 1.7;

/**
 * A stroke that is smaller than this share of the largest one, and touches no other, is a dot beside
 * the digit: the pen touched the canvas by accident, or wrote a full stop.
 */
const DOT = 0.15;

const pen = new Pen();

/**
 * The image of a drawing: 784 bytes, 0 (paper) to 255 (ink).
 *
 * @example
 * ```ts
 * import { normalizeDrawing } from "./normalize.ts";
 * import assert from "node:assert/strict";
 *
 * const one = { strokes: [{ x: [40, 40], y: [10, 60] }], pen: 4 };
 * const image = normalizeDrawing(one);
 * assert.equal(image?.[14 * 28 + 14], 255); // wherever it was drawn, its middle is here
 * assert.equal(normalizeDrawing({ strokes: [], pen: 4 }), undefined);
 * ```
 *
 * @returns undefined where nothing is drawn, or nothing but dots.
 * @throws RangeError for a stroke with more x than y or the reverse, for numbers that are not finite,
 *   and for a pen that is not larger than 0.
 */
export function normalizeDrawing(drawing: Drawing): Uint8Array<ArrayBuffer> | undefined {
  const strokes = withoutDots(checked(drawing), drawing.pen);
  const count = strokes.reduce((sum, { x }) => sum + x.length + 1, 0);
  const trace = new Trace(count);
  for (const stroke of strokes) follow(stroke, trace);
  if (trace.length === 0) return undefined;
  const size = sideOf(extentOf(trace));
  const radius = drawing.pen * BOX / (size + 2 * drawing.pen);
  const usual = Math.min(THICKEST, Math.max(THINNEST, radius));
  fitBox(trace, usual);
  trace.radius.fill(usual);
  const image = new Uint8Array(IMAGE_SIZE);
  pen.ink(trace, STYLE.rim, () => 1, image);
  return image;
}

/** The strokes that have points. */
function checked({ strokes, pen }: Drawing): PenStroke[] {
  if (!(pen > 0 && Number.isFinite(pen))) {
    throw rangeError("normalizeDrawing", "a pen with a radius above 0", pen);
  }
  for (const { x, y } of strokes) {
    if (x.length !== y.length) {
      const expected = `as many y as x in a stroke, ${x.length},`;
      throw rangeError("normalizeDrawing", expected, y.length);
    }
    const wrong = [...x, ...y].find((v) => !Number.isFinite(v));
    if (wrong !== undefined) throw rangeError("normalizeDrawing", "finite coordinates", wrong);
  }
  return strokes.filter(({ x }) => x.length > 0);
}

/** Adds a stroke to a trace. */
function follow({ x, y }: PenStroke, trace: Trace): void {
  trace.moveTo(x[0], y[0]);
  for (let i = 1; i < x.length; i++) trace.lineTo(x[i], y[i]);
  if (x.length === 1) trace.lineTo(x[0], y[0]); // a dot is a line of no length
}

/** The larger side. */
function sideOf({ left, right, top, bottom }: Extent): number {
  return Math.max(right - left, bottom - top);
}

/** Removes the dots beside a digit; all strokes, if there are only dots. */
function withoutDots(strokes: readonly PenStroke[], pen: number): readonly PenStroke[] {
  const sides = strokes.map((stroke) => {
    const trace = new Trace(stroke.x.length + 1);
    follow(stroke, trace);
    return sideOf(extentOf(trace));
  });
  const largest = Math.max(0, ...sides);
  const radius = pen * (1 + 1e-9); // sizes that are equal but for rounding are equal
  if (largest <= radius) return [];
  const limit = Math.max(radius, DOT * (1 + 1e-9) * largest);
  return strokes.filter((stroke, i) =>
    sides[i] > limit ||
    strokes.some((other, j) => j !== i && sides[j] > limit && distance(stroke, other) <= 2 * radius)
  );
}

/** The smallest distance from a point of one stroke to the line of another. */
function distance(points: PenStroke, { x, y }: PenStroke): number {
  let least = Infinity;
  for (let i = 0; i < points.x.length; i++) {
    for (let j = 0; j < x.length; j++) {
      const k = Math.max(0, j - 1), dx = x[j] - x[k], dy = y[j] - y[k];
      const qx = points.x[i] - x[k], qy = points.y[i] - y[k];
      const along = (qx * dx + qy * dy) / (dx * dx + dy * dy || 1);
      const t = Math.min(1, Math.max(0, along)); // the nearest point of the piece
      least = Math.min(least, Math.hypot(qx - t * dx, qy - t * dy));
    }
  }
  return least;
}
