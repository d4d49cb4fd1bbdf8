/**
 * From the path of the pen to an image, normalized as MNIST's images were: the digit fills a box of
 * 20 × 20 pixels, keeps its proportions and is anti-aliased; then its center of mass is moved to the
 * middle of 28 × 28 pixels (LeCun, Cortes, Burges: The MNIST database of handwritten digits).
 */
import type { Random } from "../../tensor/random.ts";
import { DIGIT_STYLES, STYLE } from "./style.ts";
import type { Trace } from "./trace.ts";

/** Pixels along each side of an image, and in an image. */
export const IMAGE_SIDE = 28;
export const IMAGE_SIZE = 784;

const BOX = 20; // side of the box that the digit fills
const MARGIN = 2; // around the box, for a pen that leaves it
const SIDE = BOX + 2 * MARGIN; // of the field that the pen draws on
const THINNEST = 0.6; // radius of the pen in pixels: below this a line breaks up,
const THICKEST = 2.6; // above this the hole of an 8 closes

/** Draws one image after the other, in the same memory. */
export class Pen {
  /** First the depth of each pixel inside the ink (negative: outside), then its grey level, 0 to 1. */
  readonly #field = new Float64Array(SIDE * SIDE);

  /** Inks a trace of `digit` and adds it to an all-zero `image` of 784 bytes. Scales the trace in place. */
  draw(digit: number, trace: Trace, random: Random, image: Uint8Array): void {
    const rim = STYLE.rim * (1 + STYLE.rimSpread * (2 * random.uniform() - 1));
    fitBox(digit, trace, random);
    this.#ink(trace, rim);
    this.#shade(rim, random);
    this.#center(image);
  }

  /** depth = max(pen radius - distance to the line), over all pieces of the trace. */
  #ink(trace: Trace, rim: number): void {
    const { x, y, radius, inked } = trace;
    const field = this.#field;
    field.fill(-SIDE);
    for (let i = 1; i < trace.length; i++) {
      if (inked[i] === 0) continue;
      const x1 = x[i - 1], y1 = y[i - 1], r1 = radius[i - 1];
      const x2 = x[i], y2 = y[i], r2 = radius[i];
      const dx = x2 - x1, dy = y2 - y1, dr = r2 - r1;
      const perLength = 1 / (dx * dx + dy * dy + 1e-9); // the pen may stand still
      // Only the pixels that this piece can reach: all of them would take 20 times as long.
      const reach = Math.max(r1, r2) + rim / 2 + 0.5;
      const left = Math.max(0, Math.ceil(Math.min(x1, x2) - reach));
      const right = Math.min(SIDE - 1, Math.floor(Math.max(x1, x2) + reach));
      const top = Math.max(0, Math.ceil(Math.min(y1, y2) - reach));
      const bottom = Math.min(SIDE - 1, Math.floor(Math.max(y1, y2) + reach));
      for (let row = top; row <= bottom; row++) {
        const qy = row + 0.5 - y1; // from the start of the piece to the pixel's middle
        for (let column = left; column <= right; column++) {
          const qx = column + 0.5 - x1;
          const along = (qx * dx + qy * dy) * perLength;
          const t = along < 0 ? 0 : along > 1 ? 1 : along; // the nearest point of the piece
          const ex = qx - t * dx, ey = qy - t * dy;
          const depth = r1 + t * dr - Math.sqrt(ex * ex + ey * ey);
          const pixel = row * SIDE + column;
          if (depth > field[pixel]) field[pixel] = depth;
        }
      }
    }
  }

  /** grey = v² (3 - 2v) with v = depth / rim + ½ between 0 and 1: a soft rim; 0 outside the box. */
  #shade(rim: number, random: Random): void {
    const field = this.#field;
    for (let row = 0; row < SIDE; row++) {
      for (let column = 0; column < SIDE; column++) {
        const pixel = row * SIDE + column;
        const v = field[pixel] / rim + 0.5;
        if (v <= 0 || !isInBox(row) || !isInBox(column)) field[pixel] = 0;
        else if (v >= 1) field[pixel] = 1 - STYLE.grain * random.uniform();
        else field[pixel] = v * v * (3 - 2 * v);
      }
    }
  }

  /** Copies the box into the image, shifted by whole pixels: its center of mass is nearest (14, 14). */
  #center(image: Uint8Array): void {
    const field = this.#field;
    let mass = 0, massX = 0, massY = 0;
    for (let row = 0; row < SIDE; row++) {
      for (let column = 0; column < SIDE; column++) {
        const grey = field[row * SIDE + column];
        mass += grey;
        massX += grey * column;
        massY += grey * row;
      }
    }
    const right = Math.round(IMAGE_SIDE / 2 - massX / mass);
    const down = Math.round(IMAGE_SIDE / 2 - massY / mass);
    for (let row = 0; row < SIDE; row++) {
      for (let column = 0; column < SIDE; column++) {
        const grey = field[row * SIDE + column];
        const x = column + right, y = row + down;
        if (grey > 0 && x >= 0 && y >= 0 && x < IMAGE_SIDE && y < IMAGE_SIDE) {
          image[y * IMAGE_SIDE + x] = grey * 255;
        }
      }
    }
  }
}

function isInBox(index: number): boolean {
  return index >= MARGIN && index < MARGIN + BOX;
}

/** Scales a trace so that the larger side of its ink fills the box, and sets the radius of each point. */
function fitBox(digit: number, trace: Trace, random: Random): void {
  const { x, y, radius } = trace;
  let left = Infinity, right = -Infinity, top = Infinity, bottom = -Infinity;
  for (let i = 0; i < trace.length; i++) {
    left = Math.min(left, x[i]);
    right = Math.max(right, x[i]);
    top = Math.min(top, y[i]);
    bottom = Math.max(bottom, y[i]);
  }
  const wish = STYLE.pen * DIGIT_STYLES[digit].pen * Math.exp(STYLE.penSpread * random.normal());
  const pen = Math.min(THICKEST, Math.max(THINNEST, wish));
  // 0.3: the outermost tenths of the soft rim are too pale to count as ink.
  const scale = (BOX + 0.3 - 2 * pen) / Math.max(right - left, bottom - top);
  // MNIST's scans were cut to whole pixels before they were scaled, so the box has whole ones too.
  const width = Math.round((right - left) * scale + 2 * pen);
  const height = Math.round((bottom - top) * scale + 2 * pen);
  const moveX = MARGIN + width / 2 - scale * (left + right) / 2;
  const moveY = MARGIN + 0.2 + height / 2 - scale * (top + bottom) / 2;
  const swell = STYLE.pressure * random.normal();
  const phase = 2 * Math.PI * random.uniform();
  const pace = 0.1 + 0.15 * random.uniform(); // radians per point: a period of 25 to 60 points
  for (let i = 0; i < trace.length; i++) {
    x[i] = x[i] * scale + moveX;
    y[i] = y[i] * scale + moveY;
    const pressure = 1 + swell * Math.sin(phase + pace * i);
    radius[i] = pen * pressure * (1 + STYLE.roughness * (2 * random.uniform() - 1));
  }
}
