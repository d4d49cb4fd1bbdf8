/**
 * Runs every chapter with `deno task run`, on the drawn digits and, if it is here, on MNIST, and checks
 * the recorded values.
 */
import assert from "node:assert/strict";
import { basename } from "node:path";
import { projectPath } from "../../lib/support/paths.ts";
import type { Json } from "../../lib/notebook/record.ts";
import { QUICK } from "../support/quick.ts";
import { missingMnist, mnistFolder, testUnless } from "../support/skip.ts";

/** The expected recorded value, or its limits. */
type Rule = Json | { readonly from: number; readonly to: number };

interface Chapter {
  readonly digits: Readonly<Record<string, Rule>>;
  /** Not for a chapter that loads no data. */
  readonly mnist?: Readonly<Record<string, Rule>>;
}

const share = (from: number, to = 1) => ({ from, to });
const positive = { from: Number.MIN_VALUE, to: Infinity };

const CHAPTERS: Readonly<Record<string, Chapter>> = {
  "00_perceptron": {
    digits: { "arrangements that are XOR": ["NAND, OR → AND"] },
  },
  "01_dataset": {
    digits: {
      "CSV equals the original": true,
      "training images": [15_000, 784],
      "validation images": [5_000, 784],
      "test images": [10_000, 784],
    },
    mnist: {
      "CSV equals the original": true,
      "training images": [55_000, 784],
      "validation images": [5_000, 784],
      "test images": [10_000, 784],
    },
  },
  "02_visualization": {
    digits: { accuracy: share(0.5), "validation accuracy": share(0.5) },
    mnist: { accuracy: 0.8203, "validation accuracy": 0.855 },
  },
  "03_inference": {
    digits: { accuracy: share(0.9), rawAccuracy: share(0.8) },
    mnist: { accuracy: share(0.97), rawAccuracy: share(0.9) },
  },
  "04_batching": {
    digits: { accuracyPerImage: share(0.9), accuracyBatched: share(0.9), speedup: positive },
    mnist: { accuracyPerImage: share(0.97), accuracyBatched: share(0.97), speedup: positive },
  },
  "05_training": {
    digits: { accuracy: share(0.5), epochSeconds: positive, naiveSecondsPerSample: positive },
    mnist: { accuracy: share(0.5), epochSeconds: positive, naiveSecondsPerSample: positive },
  },
  "06_backpropagation": {
    digits: { accuracy: share(0.7), maxGradientDifference: { from: 0, to: 1e-8 } },
    mnist: { accuracy: share(0.8), maxGradientDifference: { from: 0, to: 1e-8 } },
  },
  "07_sequential": {
    digits: { accuracy: share(0.8), loss: { from: 0, to: 0.8 } },
    mnist: { accuracy: share(0.85), loss: { from: 0, to: 0.6 } },
  },
  "08_experiments": {
    digits: { accuracy: share(0.6), "validation accuracy": share(0.6) },
    mnist: { accuracy: share(0.7), "validation accuracy": share(0.7) },
  },
  "09_convolution": {
    digits: { accuracy: share(0.7), convolutionMoved3: share(0.2) },
    mnist: { accuracy: share(0.8), convolutionMoved3: share(0.2) },
  },
  "10_playground": {
    digits: {
      accuracy: share(0.8),
      pixelGradientDifference: { from: 0, to: 1e-5 },
      ownBefore: share(0, 0.2),
      ownAfter: share(0.2),
    },
    mnist: {
      accuracy: share(0.85),
      pixelGradientDifference: { from: 0, to: 1e-5 },
      changeOfFour: share(0.01, 0.5),
      survivesNoise: share(0.7),
      ownBefore: share(0, 0.2),
      ownAfter: share(0.2),
    },
  },
};

interface Line {
  readonly ok: boolean;
  readonly data: string | null;
  readonly scraps: Readonly<Record<string, Json>>;
  readonly error?: Json;
}

/** Runs `deno task run --json` for one chapter. */
async function run(chapter: string, args: readonly string[]): Promise<Line> {
  const { stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["task", "-q", "run", "--json", ...args, `notebooks/${chapter}.ipynb`],
    cwd: projectPath("."),
    env: { MNIST_DIR: mnistFolder, NO_COLOR: "1" },
  }).output();
  const text = new TextDecoder().decode(stdout);
  assert.match(
    text,
    /^\{.*\}\n$/,
    `one line of JSON, found ${text}${new TextDecoder().decode(stderr)}`,
  );
  return JSON.parse(text);
}

function holds(rule: Rule, value: Json): boolean {
  if (typeof rule === "object" && rule !== null && "from" in rule && "to" in rule) {
    return typeof value === "number" && value >= Number(rule.from) && value <= Number(rule.to);
  }
  return JSON.stringify(rule) === JSON.stringify(value);
}

function check(line: Line, data: string | null, rules: Readonly<Record<string, Rule>>): void {
  assert.ok(line.ok, JSON.stringify(line.error));
  assert.equal(line.data, data);
  for (const [name, rule] of Object.entries(rules)) {
    const value = line.scraps[name] ?? null;
    assert.ok(
      holds(rule, value),
      `${name}: ${JSON.stringify(value)} is not ${JSON.stringify(rule)}`,
    );
  }
}

for (const [chapter, { digits, mnist }] of Object.entries(CHAPTERS)) {
  const settings = (QUICK[chapter] ?? []).flatMap((one) => ["--set", one]);
  Deno.test(`${chapter} runs on the embedded digits`, async () => {
    const data = mnist === undefined ? null : "digits";
    check(await run(chapter, ["--data", "digits", ...settings]), data, digits);
  });
  if (mnist === undefined) continue;
  testUnless(missingMnist, `${chapter} runs on MNIST`, async () => {
    check(await run(chapter, settings), "mnist", mnist);
  });
}

Deno.test("every chapter is run by a test", async () => {
  const names = (await Array.fromAsync(Deno.readDir(projectPath("notebooks"))))
    .map(({ name }) => name).filter((name) => name.endsWith(".ipynb"));
  assert.deepEqual(names.map((name) => basename(name, ".ipynb")).sort(), Object.keys(CHAPTERS));
});

const BOOK = "data/sample_weight.pkl";
const missingBook = missingMnist ??
  await Deno.stat(projectPath(BOOK)).then(() => undefined, () => `there is no ${BOOK}`);

testUnless(missingBook, "with the book's weights, MNIST is read at 0.9352", async () => {
  const weights = ["--set", `weightsFile=${BOOK}`];
  const book = { accuracy: 0.9352, rawAccuracy: 0.9207, bookAccuracy: 0.9352 };
  check(await run("03_inference", weights), "mnist", book);
  const batched = { accuracyPerImage: 0.9352, accuracyBatched: 0.9352 };
  check(await run("04_batching", [...weights, "--set", "repeats=1"]), "mnist", batched);
});
