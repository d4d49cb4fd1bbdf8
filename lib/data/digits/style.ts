/**
 * The parameters of the drawn digits: how much everything varies.
 *
 * No network chose these values. With them the drawn images agree with MNIST's *training* images in
 * slant, width, thickness and grey levels, and a network trained on drawn digits is most accurate on
 * those training images. The test images were never used.
 */

/** The parameters of one digit. Lengths in sheet units: a sheet is 100 × 100, see hands.ts. */
export interface DigitStyle {
  /** Width over height of the sheet that the digit is written on: the median. */
  readonly width: number;
  /** Standard deviation of the logarithm of that ratio. */
  readonly widthSpread: number;
  /** Mean slant: sheet units to the right per unit up. */
  readonly slant: number;
  /** Thickness of its strokes relative to the other digits. */
  readonly pen: number;
  /** Jitter of its points relative to the other digits: a 0 soon looks like a 6. */
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

/** The parameters that all digits share. */
export interface WritingStyle {
  /** The largest share of another hand of the same shape that is blended in: 0 none, 1 all. */
  readonly blend: number;
  /** Standard deviation of the points from those of the hand, sheet units. */
  readonly jitter: number;
  /** The same for the two ends of a stroke, which people place least precisely: times `jitter`. */
  readonly endJitter: number;
  /** Correlation of that error between neighboring points: the hand drifts, it does not tremble. */
  readonly drift: number;
  /** Probability that all corners of a digit are rounded. */
  readonly rounding: number;
  /** Amplitude of each of the four slow waves that bend the sheet, sheet units. */
  readonly bend: number;
  /** Top wider than bottom, upper half taller than lower half: standard deviation at the edge. */
  readonly lean: number;
  /** Standard deviation of the slant, around each digit's own mean. */
  readonly slantSpread: number;
  /** Standard deviation of the angle by which the digit is rotated, radians. */
  readonly turnSpread: number;
  /** Radius of the pen, pixels of the finished image. */
  readonly pen: number;
  /** Standard deviation of the logarithm of that radius. */
  readonly penSpread: number;
  /** Pressure: slow variation of the pen along the stroke, as a share of its radius. */
  readonly pressure: number;
  /** Ink noise: variation of the pen from point to point, as a share of its radius. */
  readonly roughness: number;
  /** Width of the grey rim of a stroke, pixels. */
  readonly rim: number;
  /** Largest deviation of the width of the rim between images, as a share of it. */
  readonly rimSpread: number;
  /** Largest deviation of the inside of a stroke from full ink: MNIST's is 251 to 255. */
  readonly grain: number;
}

/** The values that are used. */
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
