/**
 * The embedded digits: a substitute for MNIST that needs no file and no network.
 *
 * A seeded generator draws them: it takes one of several ways of writing a digit (hands.ts), follows
 * it with an unsteady pen on a bent and slanted sheet (writing.ts), and inks and normalizes the
 * result as MNIST's images were (pen.ts). No network was trained on MNIST for this, but the pen paths
 * and the tables of style.ts were tuned against MNIST's 60,000 training images. Its test images were
 * never used, so they measure honestly how good the digits are: a network of 784-128-10 nodes trained
 * on 60,000 drawn digits reaches an accuracy of 0.97 on them (bench/digits_transfer.ts).
 */
import { onlyKnown } from "../../support/names.ts";
import { Random } from "../../tensor/random.ts";
import { IMAGE_SIZE, Pen } from "./pen.ts";
import { Trace } from "./trace.ts";
import { LONGEST_TRACE, writeDigit } from "./writing.ts";

/** Options of {@link drawDigits}. */
export interface DigitsOptions {
  /**
   * The number of training images, 0 to 60,000. Default: 20,000, which take less than a second with
   * the test images, and teach a network most of what 60,000 do.
   */
  train?: number;
  /** The number of test images, 0 to 10,000. Default: 10,000. */
  test?: number;
  /** An integer from -2³¹ to 2³² - 1; the same seed draws the same digits. Default: 0. */
  seed?: number;
  /** Called from time to time with the images drawn so far and in all, and at the end. */
  onProgress?: (done: number, total: number) => void;
}

/** Images and labels as MNIST's files have them. */
export interface Digits {
  /** 784 bytes an image: 28 rows of 28 grey levels, 0 (paper) to 255 (ink). */
  trainImages: Uint8Array<ArrayBuffer>;
  /** The digit on each training image, 0 to 9, in random order. */
  trainLabels: Uint8Array<ArrayBuffer>;
  /** As `trainImages`. */
  testImages: Uint8Array<ArrayBuffer>;
  /** As `trainLabels`. */
  testLabels: Uint8Array<ArrayBuffer>;
}

/** The default numbers of digits. */
export const USUAL_COUNTS: Readonly<{ train: number; test: number }> = {
  train: 20_000,
  test: 10_000,
};

/** The numbers of MNIST. */
const MOST_TRAIN = 60_000;
const MOST_TEST = 10_000;

/** The counts of the digits 0 to 9 in MNIST's training set. Drawn sets have about the same shares. */
const LABEL_COUNTS = [5923, 6742, 5958, 6131, 5842, 5421, 5918, 6265, 5851, 5949];

/** Images between two calls of onProgress: about 15 milliseconds of drawing. */
const REPORT_EVERY = 500;

/**
 * Draws a training and a test set of handwritten digits.
 *
 * The same seed gives the same bytes. A smaller set is the beginning of a larger one, and the test
 * images do not depend on how many training images are drawn.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { drawDigits } from "mnist";
 *
 * const { trainImages, trainLabels } = drawDigits({ train: 100, test: 0, seed: 1 });
 * assert.equal(trainImages.length, 100 * 784);
 * assert.ok(trainLabels.every((digit) => digit <= 9));
 * ```
 *
 * @throws RangeError when a count or the seed is not an integer in its range; TypeError for an unknown
 * option.
 */
export function drawDigits(options: DigitsOptions = {}): Digits {
  onlyKnown("drawDigits", options, ["train", "test", "seed", "onProgress"]);
  const { train = USUAL_COUNTS.train, test = USUAL_COUNTS.test, seed = 0, onProgress } = options;
  checkCount("train", train, MOST_TRAIN);
  checkCount("test", test, MOST_TEST);
  const seeds = new Random(seed);
  const trainRandom = new Random(seeds.integer(2 ** 32));
  const testRandom = new Random(seeds.integer(2 ** 32));
  const report = (done: number) => onProgress?.(done, train + test);
  const [trainImages, trainLabels] = drawSet(train, trainRandom, report);
  const [testImages, testLabels] = drawSet(test, testRandom, (done) => report(train + done));
  report(train + test);
  return { trainImages, trainLabels, testImages, testLabels };
}

function checkCount(name: string, count: number, most: number): void {
  if (!Number.isInteger(count) || count < 0 || count > most) {
    throw new RangeError(
      `drawDigits: expected ${name} to be an integer from 0 to ${most}, found ${count}`,
    );
  }
}

/** Draws `count` images and their labels. */
function drawSet(
  count: number,
  random: Random,
  report: (done: number) => void,
): [images: Uint8Array<ArrayBuffer>, labels: Uint8Array<ArrayBuffer>] {
  const images = new Uint8Array(count * IMAGE_SIZE);
  const labels = new Uint8Array(count);
  const trace = new Trace(LONGEST_TRACE);
  const pen = new Pen();
  for (let i = 0; i < count; i++) {
    if (i % REPORT_EVERY === 0) report(i);
    const digit = drawLabel(random);
    labels[i] = digit;
    writeDigit(digit, random, trace);
    pen.draw(digit, trace, random, images.subarray(i * IMAGE_SIZE, (i + 1) * IMAGE_SIZE));
  }
  return [images, labels];
}

/** A random digit, with MNIST's frequencies. */
function drawLabel(random: Random): number {
  let left = random.integer(MOST_TRAIN);
  return LABEL_COUNTS.findIndex((count) => (left -= count) < 0);
}
