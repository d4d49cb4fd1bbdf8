/**
 * From the path of the pen to an image, normalized as MNIST's images were: the digit fills a box of
 * 20 × 20 pixels, keeps its proportions and is anti-aliased; then its center of mass is moved to the
 * middle of 28 × 28 pixels (LeCun, Cortes, Burges: The MNIST database of handwritten digits).
 */
import type { Random } from "../../tensor/random.ts";
import { instantiate } from "../../tensor/kernels/wasm/instantiate.ts";
import { sine } from "./sine.ts";
import { DIGIT_STYLES, STYLE } from "./style.ts";
import type { Trace } from "./trace.ts";
import { BINARY } from "./wasm/binary.ts";

/** Pixels along each side of an image, and in an image. */
export const IMAGE_SIDE = 28;
export const IMAGE_SIZE = 784;

export const BOX = 20; // side of the box that the digit fills
const MARGIN = 2; // around the box, for a pen that leaves it
const SIDE = BOX + 2 * MARGIN; // of the field that the pen draws on
/**
 * Pixels, added before rounding: halves, as symmetric digits have them, are always rounded up, also
 * those that a rounding error made a little smaller.
 */
const TIE = 1e-6;
const THINNEST = 0.6; // radius of the pen in pixels: below this a line breaks up,
const THICKEST = 2.6; // above this the hole of an 8 closes

/** Points that the kernel has room for. */
const MOST_POINTS = 256;

/** The kernel of `#ink` and its memory, or undefined where WebAssembly or its SIMD is unavailable. */
function loadKernel() {
  try {
    const memory = new WebAssembly.Memory({ initial: 1 }), { buffer } = memory;
    const { call, value } = instantiate(BINARY, memory);
    const doubles = (name: string, count: number) => new Float64Array(buffer, value(name), count);
    return {
      x: doubles("x", MOST_POINTS),
      y: doubles("y", MOST_POINTS),
      radius: doubles("radius", MOST_POINTS),
      inked: new Uint8Array(buffer, value("inked"), MOST_POINTS),
      field: doubles("field", SIDE * SIDE),
      full: new Uint16Array(buffer, value("full"), SIDE * SIDE),
      sums: doubles("sums", 3),
      image: new Uint8Array(buffer, value("image"), IMAGE_SIZE),
      ink: call("ink"),
      shade: call("shade"),
      weigh: call("weigh"),
      place: call("place"),
    };
  } catch {
    return undefined;
  }
}

/** Draws one image after the other, in the same memory. */
export class Pen {
  readonly #kernel: ReturnType<typeof loadKernel>;
  /** First the depth of each pixel inside the ink (negative: outside), then its grey level, 0 to 1. */
  readonly #field: Float64Array;

  /** @param usesKernel whether WebAssembly is used where it is available. */
  constructor(usesKernel = true) {
    this.#kernel = usesKernel ? loadKernel() : undefined;
    this.#field = this.#kernel?.field ?? new Float64Array(SIDE * SIDE);
  }

  /** Inks a trace of `digit` and adds it to an all-zero `image` of 784 bytes. Scales the trace in place. */
  draw(digit: number, trace: Trace, random: Random, image: Uint8Array): void {
    const rim = STYLE.rim * (1 + STYLE.rimSpread * (2 * random.uniform() - 1));
    vary(digit, trace, random);
    this.ink(trace, rim, () => 1 - STYLE.grain * random.uniform(), image);
  }

  /**
   * Inks a trace that {@link fitBox} has scaled, and adds it to an all-zero `image` of 784 bytes, with
   * its center of mass in the middle.
   * @param rim the width of the grey rim of a stroke, pixels.
   * @param full the grey level of the next pixel that is all ink, at most 1.
   */
  ink(trace: Trace, rim: number, full: () => number, image: Uint8Array): void {
    if (this.#inkFast(trace, rim, full, image)) return;
    this.#ink(trace, rim);
    this.#shade(rim, full, image);
  }

  /** `#ink` and `#shade` in WebAssembly; false where that is unavailable. */
  #inkFast(trace: Trace, rim: number, full: () => number, image: Uint8Array): boolean {
    const kernel = this.#kernel;
    if (kernel === undefined || trace.x.length > MOST_POINTS) return false;
    const { field, sums } = kernel;
    kernel.x.set(trace.x);
    kernel.y.set(trace.y);
    kernel.radius.set(trace.radius);
    kernel.inked.set(trace.inked);
    kernel.ink(trace.length, rim);
    const count = kernel.shade(rim);
    for (let i = 0; i < count; i++) field[kernel.full[i]] = full();
    kernel.weigh();
    const [right, down] = shift(sums[0], sums[1], sums[2]);
    kernel.place(right, down);
    image.set(kernel.image);
    return true;
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
      const reach = Math.max(r1, r2) + rim / 2 + 1e-6;
      const low = Math.min(x1, x2) - 0.5, high = Math.max(x1, x2) - 0.5; // as columns of pixels
      const first = Math.min(y1, y2) - 0.5, last = Math.max(y1, y2) - 0.5;
      const bottom = Math.min(SIDE - 1, Math.floor(last + reach));
      for (let row = Math.max(0, Math.ceil(first - reach)); row <= bottom; row++) {
        const away = row < first ? first - row : row > last ? row - last : 0;
        const half = Math.sqrt(Math.max(0, reach * reach - away * away));
        const left = Math.max(0, Math.ceil(low - half));
        const right = Math.min(SIDE - 1, Math.floor(high + half));
        const qy = row + 0.5 - y1; // from the start of the piece to the pixel's middle
        for (let column = left, pixel = row * SIDE + left; column <= right; column++, pixel++) {
          const qx = column + 0.5 - x1;
          const along = (qx * dx + qy * dy) * perLength;
          const t = along < 0 ? 0 : along > 1 ? 1 : along; // the nearest point of the piece
          const radius = r1 + t * dr;
          if (radius <= field[pixel]) continue;
          const ex = qx - t * dx, ey = qy - t * dy;
          const depth = radius - Math.sqrt(ex * ex + ey * ey);
          if (depth > field[pixel]) field[pixel] = depth;
        }
      }
    }
  }

  /**
   * grey = v² (3 - 2v) with v = depth / rim + ½ between 0 and 1: a soft rim; 0 outside the box.
   * The box is copied into the image, by whole pixels, so that its center of mass is nearest (14, 14).
   */
  #shade(rim: number, full: () => number, image: Uint8Array): void {
    const field = this.#field, end = MARGIN + BOX;
    let mass = 0, massX = 0, massY = 0;
    for (let row = MARGIN; row < end; row++) {
      for (let column = MARGIN, pixel = row * SIDE + MARGIN; column < end; column++, pixel++) {
        const depth = field[pixel];
        field[pixel] = 0;
        if (depth <= -rim) continue; // most pixels are paper
        const v = depth / rim + 0.5;
        if (v <= 0) continue;
        const grey = v >= 1 ? full() : v * v * (3 - 2 * v);
        field[pixel] = grey;
        mass += grey;
        massX += grey * column;
        massY += grey * row;
      }
    }
    const [right, down] = shift(mass, massX, massY);
    for (let row = MARGIN; row < end; row++) {
      for (let column = MARGIN, pixel = row * SIDE + MARGIN; column < end; column++, pixel++) {
        const grey = field[pixel], x = column + right, y = row + down;
        if (grey > 0 && x >= 0 && y >= 0 && x < IMAGE_SIDE && y < IMAGE_SIDE) {
          image[y * IMAGE_SIDE + x] = grey * 255;
        }
      }
    }
  }
}

/** By how many whole pixels the box is moved, so that its center of mass is nearest (14, 14). */
function shift(mass: number, massX: number, massY: number): [right: number, down: number] {
  const nearest = (sum: number) => Math.round(IMAGE_SIDE / 2 - sum / mass + TIE);
  return [nearest(massX), nearest(massY)];
}

/** The place of a trace before it is scaled. */
export interface Extent {
  readonly left: number;
  readonly right: number;
  readonly top: number;
  readonly bottom: number;
}

/** The smallest rectangle around the points of a trace. */
export function extentOf({ x, y, length }: Trace): Extent {
  let left = Infinity, right = -Infinity, top = Infinity, bottom = -Infinity;
  for (let i = 0; i < length; i++) {
    left = Math.min(left, x[i]);
    right = Math.max(right, x[i]);
    top = Math.min(top, y[i]);
    bottom = Math.max(bottom, y[i]);
  }
  return { left, right, top, bottom };
}

/** Scales a trace so that the larger side of its ink, with a pen of this radius, fills the box. */
export function fitBox(trace: Trace, pen: number): void {
  const { x, y } = trace;
  const { left, right, top, bottom } = extentOf(trace);
  // 0.3: the outermost tenths of the soft rim are too pale to count as ink.
  const scale = (BOX + 0.3 - 2 * pen) / Math.max(right - left, bottom - top);
  // MNIST's scans were cut to whole pixels before they were scaled, so the box has whole ones too.
  const width = Math.round((right - left) * scale + 2 * pen + TIE);
  const height = Math.round((bottom - top) * scale + 2 * pen + TIE);
  const moveX = MARGIN + width / 2 - scale * (left + right) / 2;
  const moveY = MARGIN + 0.2 + height / 2 - scale * (top + bottom) / 2;
  for (let i = 0; i < trace.length; i++) {
    x[i] = x[i] * scale + moveX;
    y[i] = y[i] * scale + moveY;
  }
}

/** Scales a trace into the box, with a pen as people have them, and sets the radius of each point. */
function vary(digit: number, trace: Trace, random: Random): void {
  const wish = STYLE.pen * DIGIT_STYLES[digit].pen * Math.exp(STYLE.penSpread * random.normal());
  const pen = Math.min(THICKEST, Math.max(THINNEST, wish));
  fitBox(trace, pen);
  const swell = STYLE.pressure * random.normal();
  const phase = 2 * Math.PI * random.uniform();
  const pace = 0.1 + 0.15 * random.uniform(); // radians per point: a period of 25 to 60 points
  for (let i = 0; i < trace.length; i++) {
    const pressure = 1 + swell * sine(phase + pace * i);
    trace.radius[i] = pen * pressure * (1 + STYLE.roughness * (2 * random.uniform() - 1));
  }
}
