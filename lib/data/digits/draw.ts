/**
 * The embedded digits: a stand-in for MNIST that needs no file and no network.
 *
 * A seeded generator draws them: it takes one of several ways of writing a digit (hands.ts), lets an
 * unsteady hand follow it on a bent and slanted sheet (writing.ts), and inks and normalises the
 * result as MNIST's images were (pen.ts). No network was trained on MNIST for this, but the pen paths
 * and the tables of style.ts were tuned against MNIST's 60,000 training images. Its test images were
 * never used for that, so that they tell honestly how good the digits are: a network of 784-128-10
 * nodes that has only seen 60,000 of them reads 0.97 of those (bench/digits_transfer.ts).
 */
import { Random } from "../../tensor/random.ts";
import { IMAGE_SIZE, Pen } from "./pen.ts";
import { Trace } from "./trace.ts";
import { LONGEST_TRACE, writeDigit } from "./writing.ts";

/** What {@link drawDigits} can be asked for. */
export interface DigitsOptions {
  /**
   * How many training images, 0 to 60,000; 20,000 unless told otherwise. With the test images they
   * take less than a second, and teach a network most of what 60,000 do.
   */
  train?: number;
  /** How many test images, 0 to 10,000; all 10,000 unless told otherwise. */
  test?: number;
  /** Any integer from -2³¹ to 2³² - 1; 0 unless told otherwise. The same seed draws the same digits. */
  seed?: number;
  /** Called now and then with the number of images drawn so far and in all; the last call says all. */
  onProgress?: (done: number, total: number) => void;
}

/** Images and labels as MNIST's files hold them. */
export interface Digits {
  /** 784 bytes an image: 28 rows of 28 greys, 0 (paper) to 255 (ink). */
  trainImages: Uint8Array<ArrayBuffer>;
  /** The digit on each training image, 0 to 9, in no order. */
  trainLabels: Uint8Array<ArrayBuffer>;
  /** As `trainImages`. */
  testImages: Uint8Array<ArrayBuffer>;
  /** As `trainLabels`. */
  testLabels: Uint8Array<ArrayBuffer>;
}

/** How many digits are drawn unless told otherwise: enough to learn from, in less than a second. */
export const USUAL_COUNTS: Readonly<{ train: number; test: number }> = {
  train: 20_000,
  test: 10_000,
};

/** As many as MNIST has. */
const MOST_TRAIN = 60_000;
const MOST_TEST = 10_000;

/** How often MNIST's training set has each digit, 0 to 9. The drawn sets have them about as often. */
const LABEL_COUNTS = [5923, 6742, 5958, 6131, 5842, 5421, 5918, 6265, 5851, 5949];

/** Images between two calls of onProgress: some 15 milliseconds of drawing. */
const REPORT_EVERY = 500;

/**
 * Draws a training and a test set of handwritten digits.
 *
 * The same seed gives the same bytes. A smaller set is the beginning of a larger one, and the test
 * images do not depend on how many training images are drawn.
 *
 * ```ts
 * const { trainImages, trainLabels } = drawDigits({ train: 100, test: 0 });
 * ```
 *
 * @throws RangeError when a count is no integer or out of its range, or the seed is.
 */
export function drawDigits(
  { train = USUAL_COUNTS.train, test = USUAL_COUNTS.test, seed = 0, onProgress }: DigitsOptions =
    {},
): Digits {
  checkCount("train", train, MOST_TRAIN);
  checkCount("test", test, MOST_TEST);
  const seeds = new Random(seed);
  const trainRandom = new Random(seeds.integer(2 ** 32));
  const testRandom = new Random(seeds.integer(2 ** 32));
  const total = train + test;
  const [trainImages, trainLabels] = drawSet(
    train,
    trainRandom,
    (done) => onProgress?.(done, total),
  );
  const [testImages, testLabels] = drawSet(
    test,
    testRandom,
    (done) => onProgress?.(train + done, total),
  );
  onProgress?.(total, total);
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

/** A digit, each as often as in MNIST. */
function drawLabel(random: Random): number {
  let left = random.integer(MOST_TRAIN);
  return LABEL_COUNTS.findIndex((count) => (left -= count) < 0);
}
