/**
 * Inference: 10,000 images through the 784-50-100-10 network, one at a time and in batches, ours and
 * NumPy's in turns, one core each. The answers are compared, too.
 *
 * `deno task bench inference [--json]`
 */
import { parseArgs } from "node:util";
import { sigmoid, softmax } from "../lib/nn/functions.ts";
import { loadMnist } from "../lib/notebook/mnist.ts";
import { randn } from "../lib/tensor/create.ts";
import { Random } from "../lib/tensor/random.ts";
import type { Tensor } from "../lib/tensor/tensor.ts";
import { Python } from "./support/python.ts";
import { median, report } from "./support/report.ts";

const ROUNDS = 9;
const DTYPES = ["float32", "float64"] as const;
const BATCHES = [1, 100, 1000];

const { values } = parseArgs({ options: { json: { type: "boolean", default: false } } });

/** Weights by chance do as much work as trained ones. */
function network(dtype: typeof DTYPES[number]) {
  const random = new Random(1);
  const small = <N extends number, M extends number>(n: N, m: M) =>
    randn([n, m], random).mul(0.1).astype(dtype);
  return {
    W1: small(784, 50),
    b1: randn([50], random).astype(dtype),
    W2: small(50, 100),
    b2: randn([100], random).astype(dtype),
    W3: small(100, 10),
    b3: randn([10], random).astype(dtype),
  };
}

type Network = ReturnType<typeof network>;

function predict({ W1, b1, W2, b2, W3, b3 }: Network, x: Tensor<[number, 784]>) {
  const z1 = sigmoid(x.dot(W1).add(b1));
  const z2 = sigmoid(z1.dot(W2).add(b2));
  return softmax(z2.dot(W3).add(b3));
}

function predictOne({ W1, b1, W2, b2, W3, b3 }: Network, x: Tensor<[784]>) {
  const z1 = sigmoid(x.dot(W1).add(b1));
  const z2 = sigmoid(z1.dot(W2).add(b2));
  return softmax(z2.dot(W3).add(b3));
}

function read(w: Network, images: Tensor<[number, 784]>, batch: number): number[] {
  const answers: number[] = [];
  if (batch === 1) { for (const x of images) answers.push(predictOne(w, x).argmax()); }
  else {
    for (let i = 0; i < images.shape[0]; i += batch) {
      answers.push(...predict(w, images.rows(i, i + batch)).argmax(1).data);
    }
  }
  return answers;
}

const bytes = (await loadMnist({ normalize: false })).xTest;
const file = await Deno.makeTempFile({ suffix: ".bytes" });
const python = new Python("inference.py");
try {
  await Deno.writeFile(file, Uint8Array.from(bytes.data));
  const weights = Object.fromEntries(
    Object.entries(network("float64")).map(([name, w]) => [name, w.toArray()]),
  );
  const { numpy } = objectOf(await python.ask({ images: file, weights }));
  for (const dtype of DTYPES) {
    const w = network(dtype), images = bytes.astype(dtype).div(255);
    for (const batch of BATCHES) {
      const ours: number[] = [], theirs: number[] = [];
      for (let round = 0; round < ROUNDS; round++) {
        const begin = performance.now();
        const answers = read(w, images, batch);
        ours.push((performance.now() - begin) / 1000);
        const answer = objectOf(await python.ask({ dtype, batch }));
        theirs.push(Number(answer.seconds));
        agree(answers, answer.answers);
      }
      report({
        work: `${bytes.shape[0]} images, 784-50-100-10, ${
          batch === 1 ? "one at a time" : `${batch} at a time`
        }, ${dtype}`,
        ours: `median of ${ROUNDS}`,
        theirs: `NumPy ${numpy}`,
        ourSeconds: median(ours),
        theirSeconds: median(theirs),
      }, values.json);
    }
  }
} finally {
  await python.close();
  await Deno.remove(file);
}

/** Rounding may tip a few scales in float32; more than that is another computation. */
function agree(ours: readonly number[], theirs: unknown): void {
  const differ = Array.isArray(theirs) ? ours.filter((a, i) => a !== theirs[i]).length : NaN;
  if (!(differ <= ours.length / 1000)) {
    throw new Error(`bench: expected NumPy's answers, found ${differ} that differ`);
  }
}

function objectOf(answer: unknown): Record<string, unknown> {
  if (typeof answer === "object" && answer !== null) return { ...answer };
  throw new TypeError(`bench: expected an object from Python, found ${answer}`);
}
