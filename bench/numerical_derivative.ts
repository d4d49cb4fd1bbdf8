/**
 * Training by numerical derivative: the lecture's algorithm in NumPy, and our four ways.
 *
 * They take turns in one run, one core each: a round is some steps of NumPy and of each way. The
 * resulting weights are compared, too.
 *
 * `deno task bench numerical_derivative [--samples N] [--json]`: N samples in all for the fastest
 * way, by default 60,000, which is the epoch of the lecture.
 */
import { parseArgs } from "node:util";
import { drawDigits } from "../lib/data/digits/draw.ts";
import { DataError } from "../lib/support/errors.ts";
import { obtain } from "../lib/data/sets/obtain.ts";
import { DATA_SETS } from "../lib/data/sets/sources.ts";
import { MnistTest, type Way } from "../lib/lecture/mnist_test.ts";
import { trainEpoch } from "../lib/lecture/epoch.ts";
import { lectureInput, lectureTarget } from "../lib/lecture/sample.ts";
import { progress } from "../lib/notebook/progress.ts";
import { tensor } from "../lib/tensor/create.ts";
import { Random } from "../lib/tensor/random.ts";
import type { Shape } from "../lib/tensor/shape.ts";
import { Tensor } from "../lib/tensor/tensor.ts";
import { makeEnvironment } from "./support/environments.ts";
import { Python } from "./support/python.ts";
import { median, report } from "./support/report.ts";

const EPOCH = 60_000;
const ROUNDS = 6;
/** Steps of a round for those that are too slow for the whole epoch. */
const STEPS = { numpy: 2, naive: 1, incremental: 20, shared: 100 };
const NAMES = ["W2", "b2", "W3", "b3"] as const;

const { values } = parseArgs({
  options: {
    samples: { type: "string", default: String(EPOCH) },
    json: { type: "boolean", default: false },
  },
});
const samples = Number(values.samples);
if (!Number.isInteger(samples) || samples < ROUNDS || samples > EPOCH) {
  console.error(`--samples: expected ${ROUNDS} to ${EPOCH}, found ${values.samples}`);
  Deno.exit(2);
}

const { images, labels, source } = await trainingSet();
const input = (i: number) => lectureInput(images.at(i % images.shape[0]));
const target = (i: number) => lectureTarget(labels.at(i % labels.shape[0]));
const network = () => new MnistTest(784, 30, 10, 0.01, new Random(1));

const python = new Python("lecture.py", await makeEnvironment("numpy"));
try {
  await compare();
} finally {
  await python.close();
}

async function compare(): Promise<void> {
  const start = network();
  const weights = Object.fromEntries(NAMES.map((name) => [name, start[name].toArray()]));
  await python.ask({ weights, learningRate: start.learningRate });
  const { numpy, python: version } = objectOf(await python.ask({ give: "versions" }));

  const numpySeconds: number[] = [];
  const ways = {
    naive: clock("naive"),
    incremental: clock("incremental"),
    shared: clock("shared"),
    algebraic: clock("algebraic"),
  };
  const bar = progress(ROUNDS, { label: "numerical derivative", unit: "rounds" });
  for (let round = 1; round <= ROUNDS; round++) {
    for (let step = 0; step < STEPS.numpy; step++) {
      const i = numpySeconds.length;
      const answer = objectOf(
        await python.ask({ input: input(i).toArray(), target: target(i).toArray() }),
      );
      numpySeconds.push(Number(answer.seconds));
    }
    await ways.naive.train(STEPS.naive);
    await ways.incremental.train(STEPS.incremental);
    await ways.shared.train(STEPS.shared);
    await ways.algebraic.train(Math.floor(samples * round / ROUNDS) - ways.algebraic.trained);
    bar.update(round);
  }
  await bar.finish(`on ${source}`);

  const ours = network();
  for (let i = 0; i < numpySeconds.length; i++) ours.train(input(i), target(i));
  const theirs = objectOf(await python.ask({ give: "weights" }));
  const apart = Math.max(...NAMES.map((name) => largestDifference(ours[name], theirs[name])));
  if (!(apart < 1e-9)) {
    throw new Error(
      `bench: expected the weights of NumPy and ours to agree to 1e-9 after ` +
        `${numpySeconds.length} steps, found a difference of ${apart}`,
    );
  }
  console.error(
    `weights after ${numpySeconds.length} steps: NumPy's and ours differ by ${
      apart.toExponential(1)
    } at most`,
  );

  const name = `NumPy ${numpy}, Python ${version}`, step = median(numpySeconds);
  for (const [way, clock] of Object.entries(ways)) {
    report({
      work: "one sample, 784-30-10",
      ours: way,
      theirs: name,
      ourSeconds: clock.seconds / clock.trained,
      theirSeconds: step,
    }, values.json);
  }
  report({
    work: `${samples.toLocaleString("en")} samples, 784-30-10`,
    ours: "algebraic, all of them",
    theirs: `${name}, extrapolated from ${numpySeconds.length}`,
    ourSeconds: ways.algebraic.seconds,
    theirSeconds: samples * step,
  }, values.json);
}

/** A network that is trained in one way, and the time that this has taken so far. */
function clock(way: Way) {
  const trainee = network();
  return {
    seconds: 0,
    trained: 0,
    async train(steps: number): Promise<void> {
      const from = this.trained % images.shape[0], end = from + steps, begin = performance.now();
      for await (
        const _ of trainEpoch(trainee, images.rows(from, end), labels.rows(from, end), { way })
      );
      this.seconds += (performance.now() - begin) / 1000;
      this.trained += steps;
    },
  };
}

/** MNIST's training set, or drawn digits where there is none. */
async function trainingSet() {
  const rows = (bytes: Uint8Array) => tensor(bytes).reshape([-1, 784]);
  try {
    const { images } = await obtain(DATA_SETS.mnist, { verify: true, progress });
    return {
      images: rows(images.trainImages),
      labels: tensor(images.trainLabels),
      source: "MNIST",
    };
  } catch (error) {
    if (!(error instanceof DataError)) throw error;
    const drawn = drawDigits({ train: 10_000, test: 0 });
    return {
      images: rows(drawn.trainImages),
      labels: tensor(drawn.trainLabels),
      source: "drawn digits, for there is no MNIST here",
    };
  }
}

function objectOf(answer: unknown): Record<string, unknown> {
  if (typeof answer === "object" && answer !== null) return { ...answer };
  throw new TypeError(`bench: expected an object from Python, found ${answer}`);
}

/** The largest |a - b| of our weights and of those that Python sent as nested lists. */
function largestDifference(a: Tensor, b: unknown): number {
  const numbers = Float64Array.from(JSON.stringify(b).match(/[^[\],]+/g) ?? [], Number);
  return a.sub<Shape>(new Tensor(numbers, a.shape)).map(Math.abs).max();
}
