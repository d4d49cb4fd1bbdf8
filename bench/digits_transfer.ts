/**
 * How good the embedded digits are: the accuracy on real MNIST of a network trained on them, and
 * the other way round.
 *
 *     deno run -A bench/digits_transfer.ts [--seed N]
 *
 * Exits with 1 when a measure misses what it must reach.
 */
import { parseArgs } from "node:util";
import { type Digits, drawDigits } from "../lib/data/digits/draw.ts";
import { DataError } from "../lib/support/errors.ts";
import type { RawImages } from "../lib/data/sets/folder.ts";
import { obtain } from "../lib/data/sets/obtain.ts";
import { DATA_SETS } from "../lib/data/sets/sources.ts";
import { progress } from "../lib/notebook/progress.ts";
import { Random } from "../lib/tensor/random.ts";
import { DenseNet, type ImageSet, type Recipe } from "./support/dense_net.ts";

/** The recipe of all networks here; the linear one has no hidden layer to drop values of. */
const RECIPE: Recipe = {
  epochs: 10,
  batch: 128,
  learningRate: 3e-3,
  dropout: 0.2,
  labelSmoothing: 0.1,
};
const NETWORK = [784, 128, 10];
const LINEAR = [784, 10];

/** One line of the table. */
interface Measure {
  readonly what: string;
  readonly accuracy: number;
  /** The required range, and the value to aim for. */
  readonly must: readonly [from: number, to: number];
  readonly aim: number;
}

try {
  const { values } = parseArgs({ options: { seed: { type: "string", default: "0" } } });
  const { images, text } = await obtain(DATA_SETS.mnist, { verify: true, progress });
  console.log(text);
  const measures = await measureAll(await draw(Number(values.seed)), images);
  for (
    const row of [
      ["trained -> tested", "must reach", "aim", "measured", ""],
      ...measures.map(asRow),
    ]
  ) {
    console.log(row.map((cell, column) => cell.padEnd(column === 0 ? 34 : 15)).join("").trimEnd());
  }
  if (!measures.every(isReached)) Deno.exit(1);
} catch (error) {
  const isUsers = error instanceof DataError || error instanceof TypeError ||
    error instanceof RangeError;
  if (!isUsers) throw error;
  console.error(error.message);
  Deno.exit(1);
}

/** Draws as many digits as MNIST has images. */
async function draw(seed: number): Promise<Digits> {
  const bar = progress(70_000, { label: "drawing digits", unit: "images" });
  const digits = drawDigits({
    train: 60_000,
    test: 10_000,
    seed,
    onProgress: (done) => bar.update(done),
  });
  await bar.finish();
  return digits;
}

async function measureAll(digits: Digits, mnist: RawImages): Promise<Measure[]> {
  const drawn = await train(NETWORK, trainSet(digits), "784-128-10 on digits");
  const real = await train(NETWORK, trainSet(mnist), "784-128-10 on MNIST");
  const linear = await train(LINEAR, trainSet(digits), "linear softmax on digits");
  return [
    {
      what: "784-128-10, digits -> MNIST",
      accuracy: drawn.accuracy(testSet(mnist)),
      must: [0.95, 1],
      aim: 0.97,
    },
    {
      what: "784-128-10, MNIST -> digits",
      accuracy: real.accuracy(testSet(digits)),
      must: [0.93, 1],
      aim: 0.96,
    },
    {
      what: "linear softmax, digits -> digits",
      accuracy: linear.accuracy(testSet(digits)),
      must: [0.85, 0.95],
      aim: 0.92,
    },
    {
      what: "784-128-10, digits -> digits",
      accuracy: drawn.accuracy(testSet(digits)),
      must: [0.97, 0.995],
      aim: 0.98,
    },
  ];
}

async function train(sizes: readonly number[], set: ImageSet, label: string): Promise<DenseNet> {
  const net = new DenseNet(sizes, "relu", new Random(1));
  const bar = progress(RECIPE.epochs, { label, unit: "epochs" });
  net.train(set, RECIPE, (epoch) => bar.update(epoch));
  await bar.finish();
  return net;
}

function trainSet({ trainImages, trainLabels }: RawImages): ImageSet {
  return { images: trainImages, labels: trainLabels };
}

function testSet({ testImages, testLabels }: RawImages): ImageSet {
  return { images: testImages, labels: testLabels };
}

function isReached({ accuracy, must: [from, to] }: Measure): boolean {
  return accuracy >= from && accuracy <= to;
}

function asRow(measure: Measure): string[] {
  const { what, accuracy, must: [from, to], aim } = measure;
  const must = to === 1 ? `${from} or more` : `${from} to ${to}`;
  return [what, must, `${aim}`, accuracy.toFixed(4), isReached(measure) ? "reached" : "MISSED"];
}
