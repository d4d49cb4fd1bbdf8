/**
 * How much everything varies: the numbers behind the drawn digits.
 *
 * No network chose these values. They are such that the drawn images agree with MNIST's *training*
 * images in slant, width, thickness and grey levels, and that a network trained on drawn digits reads
 * those training images best. The test images were never looked at.
 */

/** What is particular to one digit. Lengths in sheet units: a sheet is 100 × 100, see hands.ts. */
export interface DigitStyle {
  /** Width over height of the sheet the digit is written on: the middle value. */
  readonly width: number;
  /** Spread (standard deviation) of the logarithm of that ratio. */
  readonly widthSpread: number;
  /** Mean slant: sheet units to the right for each unit up. */
  readonly slant: number;
  /** Thickness of its strokes relative to the other digits. */
  readonly pen: number;
  /** How far its points wander relative to the other digits: a 0 soon looks like a 6. */
  readonly jitter: number;
}

/** One row for each digit. */
export const DIGIT_STYLES: readonly DigitStyle[] = [
  /* 0 */ { width: 0.85, widthSpread: 0.27, slant: 0.20, pen: 1.02, jitter: 0.59 },
  /* 1 */ { width: 0.60, widthSpread: 0.22, slant: 0.26, pen: 1.05, jitter: 1.00 },
  /* 2 */ { width: 0.88, widthSpread: 0.22, slant: 0.13, pen: 0.98, jitter: 1.00 },
  /* 3 */ { width: 0.80, widthSpread: 0.20, slant: 0.06, pen: 0.88, jitter: 0.90 },
  /* 4 */ { width: 0.82, widthSpread: 0.15, slant: 0.20, pen: 0.87, jitter: 0.95 },
  /* 5 */ { width: 0.93, widthSpread: 0.14, slant: 0.08, pen: 0.87, jitter: 0.96 },
  /* 6 */ { width: 0.78, widthSpread: 0.17, slant: 0.11, pen: 0.92, jitter: 0.90 },
  /* 7 */ { width: 0.78, widthSpread: 0.20, slant: 0.01, pen: 0.98, jitter: 1.00 },
  /* 8 */ { width: 0.77, widthSpread: 0.20, slant: 0.15, pen: 0.85, jitter: 0.80 },
  /* 9 */ { width: 0.71, widthSpread: 0.19, slant: 0.15, pen: 0.83, jitter: 0.90 },
];

/** What all digits share. */
export interface WritingStyle {
  /** How far, at most, a hand is blended towards another of the same shape: 0 not at all, 1 wholly. */
  readonly blend: number;
  /** Spread of the points around where the hand has them, sheet units. */
  readonly jitter: number;
  /** The same for the two ends of a stroke, which people place least carefully: times `jitter`. */
  readonly endJitter: number;
  /** Correlation of that error from one point to the next: a drifting hand, not a trembling one. */
  readonly drift: number;
  /** How often a writer rounds all corners. */
  readonly rounding: number;
  /** Amplitude of each of the four slow waves that bend the sheet, sheet units. */
  readonly bend: number;
  /** Top wider than bottom, upper half taller than lower half: spread at the edge of the sheet. */
  readonly lean: number;
  /** Spread of the slant, around each digit's own mean. */
  readonly slantSpread: number;
  /** Spread of the angle by which the whole digit is turned, radians. */
  readonly turnSpread: number;
  /** Radius of the pen, pixels of the finished image. */
  readonly pen: number;
  /** Spread of the logarithm of that radius. */
  readonly penSpread: number;
  /** Pressure: slow swelling of the pen along the stroke, as a share of its radius. */
  readonly pressure: number;
  /** Ink noise: quick unevenness of the pen, as a share of its radius. */
  readonly roughness: number;
  /** Width of the grey rim of a stroke, pixels. */
  readonly rim: number;
  /** How much the rim's width differs from image to image, as a share of it, up and down. */
  readonly rimSpread: number;
  /** How far below white the inside of a stroke may be: MNIST's is 251 to 255. */
  readonly grain: number;
}

/** The values in use. */
export const STYLE: WritingStyle = {
  blend: 0.9,
  jitter: 5.0,
  endJitter: 1.15,
  drift: 0.5,
  rounding: 0.3,
  bend: 3.4,
  lean: 0.12,
  slantSpread: 0.25,
  turnSpread: 0.07,
  pen: 1.3,
  penSpread: 0.28,
  pressure: 0.15,
  roughness: 0.15,
  rim: 1.4,
  rimSpread: 0.3,
  grain: 0.016,
};
