import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { fileURLToPath } from "node:url";
import fc from "fast-check";
import { type Digits, drawDigits } from "../../../../lib/data/digits/draw.ts";
import { HANDS } from "../../../../lib/data/digits/hands.ts";
import { Pen } from "../../../../lib/data/digits/pen.ts";
import { Trace } from "../../../../lib/data/digits/trace.ts";
import { LONGEST_TRACE, writeDigit } from "../../../../lib/data/digits/writing.ts";
import { Random } from "../../../../lib/tensor/random.ts";

const SAMPLE = drawDigits({ train: 5_000, test: 500, seed: 1 });

/** What an image looks like from afar. */
interface Measures {
  readonly left: number;
  readonly right: number;
  readonly top: number;
  readonly bottom: number;
  readonly centerX: number;
  readonly centerY: number;
  readonly mass: number;
}

function measure(image: Uint8Array): Measures {
  assert.equal(image.length, 784);
  const inked = [...image.keys()].filter((i) => image[i] > 0);
  const columns = inked.map((i) => i % 28);
  const rows = inked.map((i) => Math.floor(i / 28));
  const mass = inked.reduce((sum, i) => sum + image[i], 0);
  return {
    left: Math.min(...columns),
    right: Math.max(...columns),
    top: Math.min(...rows),
    bottom: Math.max(...rows),
    centerX: inked.reduce((sum, i) => sum + image[i] * (i % 28), 0) / mass,
    centerY: inked.reduce((sum, i) => sum + image[i] * Math.floor(i / 28), 0) / mass,
    mass,
  };
}

function eachImage(images: Uint8Array): Uint8Array[] {
  return Array.from(
    { length: images.length / 784 },
    (_, i) => images.subarray(784 * i, 784 * (i + 1)),
  );
}

function hash(digits: Digits): string {
  const sha = createHash("sha256");
  sha.update(digits.trainImages).update(digits.trainLabels);
  return sha.update(digits.testImages).update(digits.testLabels).digest("hex");
}

/** What every image must be: MNIST's box of 20 × 20, well filled, its centre of mass at (14, 14). */
function assertNormalised(image: Uint8Array): void {
  const { left, right, top, bottom, centerX, centerY, mass } = measure(image);
  const side = Math.max(right - left, bottom - top) + 1;
  assert.ok(side >= 18 && side <= 20, `the larger side is ${side} pixels`);
  assert.ok(mass > 15 * 255 && mass < 300 * 255, `${mass / 255} pixels of ink`);
  // A lopsided digit can be cut off by the edge of the image, as in MNIST. Bytes round a little.
  const atEdge = left === 0 || top === 0 || right === 27 || bottom === 27;
  const near = atEdge ? 1 : 0.51;
  assert.ok(Math.abs(centerX - 14) < near, `the centre is at x = ${centerX}`);
  assert.ok(Math.abs(centerY - 14) < near, `the centre is at y = ${centerY}`);
}

Deno.test("drawDigits: draws as many images and labels as asked for", () => {
  assert.equal(SAMPLE.trainImages.length, 5_000 * 784);
  assert.equal(SAMPLE.trainLabels.length, 5_000);
  assert.equal(SAMPLE.testImages.length, 500 * 784);
  assert.equal(SAMPLE.testLabels.length, 500);
  const none = drawDigits({ train: 0, test: 0 });
  assert.deepEqual(Object.values(none).map((array) => array.length), [0, 0, 0, 0]);
  const usual = drawDigits();
  assert.equal(usual.trainLabels.length, 20_000);
  assert.equal(usual.testLabels.length, 10_000);
});

Deno.test("drawDigits: the same seed gives the same bytes, today and in a year", () => {
  const digits = drawDigits({ train: 200, test: 50, seed: 42 });
  assert.equal(hash(digits), hash(drawDigits({ train: 200, test: 50, seed: 42 })));
  assert.equal(hash(digits), "aa75124937cd8e463b89d84c4394075d7ee54a8c8d01128ce963775ea8830f89");
});

Deno.test("drawDigits: another seed gives other digits, and test images are no training images", () => {
  const { trainImages, testImages } = drawDigits({ train: 20, test: 20, seed: 1 });
  const other = drawDigits({ train: 20, test: 20, seed: 2 });
  const images = [trainImages, testImages, other.trainImages, other.testImages].flatMap(eachImage);
  assert.equal(new Set(images.map(String)).size, 80);
});

Deno.test("drawDigits: a smaller set is the beginning of a larger one", () => {
  const image = fc.integer({ min: -(2 ** 31), max: 2 ** 32 - 1 });
  const count = fc.integer({ min: 0, max: 40 });
  fc.assert(
    fc.property(image, count, count, count, (seed, train, test, more) => {
      const small = drawDigits({ train, test, seed });
      const large = drawDigits({ train: train + more, test: test + 3, seed });
      assert.deepEqual(small.trainLabels, large.trainLabels.subarray(0, train));
      assert.deepEqual(small.trainImages, large.trainImages.subarray(0, train * 784));
      assert.deepEqual(small.testLabels, large.testLabels.subarray(0, test));
      assert.deepEqual(small.testImages, large.testImages.subarray(0, test * 784));
    }),
    { numRuns: 25 },
  );
});

Deno.test("drawDigits: every image is normalised as MNIST's are, whatever the seed", () => {
  eachImage(SAMPLE.trainImages).slice(0, 2_000).forEach(assertNormalised);
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 2 ** 32 - 1 }), (seed) => {
      eachImage(drawDigits({ train: 20, test: 0, seed }).trainImages).forEach(assertNormalised);
    }),
    { numRuns: 25 },
  );
});

Deno.test("drawDigits: no two images are the same", () => {
  const images = eachImage(SAMPLE.trainImages).slice(0, 1_000);
  assert.equal(new Set(images.map(String)).size, 1_000);
});

Deno.test("drawDigits: all ten digits, about as often as in MNIST and in no order", () => {
  const counts = new Array<number>(10).fill(0);
  for (const label of SAMPLE.trainLabels) counts[label]++;
  assert.equal(counts.length, 10);
  for (const count of counts) assert.ok(count > 390 && count < 640, `${counts}`); // MNIST: 452 to 562
  // In a shuffled set a label follows itself, or the label below it, once in ten times.
  const { trainLabels } = SAMPLE;
  const follows = (step: number) =>
    trainLabels.filter((label, i) => i > 0 && label === (trainLabels[i - 1] + step) % 10).length;
  for (const step of [0, 1]) {
    assert.ok(follows(step) > 400 && follows(step) < 600, `${step}: ${follows(step)}`);
  }
});

Deno.test("drawDigits: as grey and as thick as MNIST", () => {
  const { trainImages } = SAMPLE;
  const mean = trainImages.reduce((sum, grey) => sum + grey, 0) / trainImages.length;
  assert.ok(mean > 30 && mean < 37, `mean grey ${mean}`); // MNIST's training images: 33.3
  const inked = trainImages.filter((grey) => grey > 0).length / 5_000;
  assert.ok(inked > 135 && inked < 165, `${inked} pixels of ink in an image`); // MNIST: 150
});

Deno.test("drawDigits: tells how far it is, from nothing to all", () => {
  const calls: [number, number][] = [];
  drawDigits({ train: 1_200, test: 700, onProgress: (done, total) => calls.push([done, total]) });
  assert.ok(calls.length >= 4, `${calls.length} calls`);
  assert.deepEqual(calls[0], [0, 1_900]);
  assert.deepEqual(calls[calls.length - 1], [1_900, 1_900]);
  assert.ok(calls.every(([done, total], i) => total === 1_900 && done >= (calls[i - 1]?.[0] ?? 0)));
});

Deno.test("drawDigits: what onProgress throws ends the drawing", () => {
  const stop = new Error("the student pressed stop");
  const onProgress = (done: number) => {
    if (done >= 500) throw stop;
  };
  assert.throws(() => drawDigits({ train: 60_000, onProgress }), stop);
});

Deno.test("drawDigits: refuses bad counts and seeds before it takes memory", () => {
  for (const train of [-1, 0.5, NaN, Infinity, 60_001]) {
    const message = `drawDigits: expected train to be an integer from 0 to 60000, found ${train}`;
    assert.throws(() => drawDigits({ train }), { name: "RangeError", message });
  }
  for (const test of [-1, 0.5, NaN, Infinity, 10_001]) {
    const message = `drawDigits: expected test to be an integer from 0 to 10000, found ${test}`;
    assert.throws(() => drawDigits({ test }), { name: "RangeError", message });
  }
  for (const seed of [0.5, NaN, 2 ** 32]) {
    assert.throws(() => drawDigits({ seed }), RangeError);
  }
});

Deno.test("drawDigits: needs no file, no network, no permission at all", async () => {
  const module = new URL("../../../../lib/data/digits/draw.ts", import.meta.url).href;
  const config = fileURLToPath(new URL("../../../../deno.json", import.meta.url));
  const script = `import { drawDigits } from ${JSON.stringify(module)};
    console.log(drawDigits({ train: 3, test: 0 }).trainImages.length);`;
  const denied = ["read", "write", "net", "env", "run", "sys", "ffi"].map((name) =>
    `--deny-${name}`
  );
  const file = await Deno.makeTempFile({ suffix: ".ts" });
  try {
    await Deno.writeTextFile(file, script);
    const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
      args: ["run", "--quiet", "--no-prompt", "--config", config, ...denied, file],
    }).output();
    const text = new TextDecoder();
    assert.equal(code, 0, text.decode(stderr));
    assert.equal(text.decode(stdout).trim(), String(3 * 784));
  } finally {
    await Deno.remove(file);
  }
});

Deno.test("hands: every path is well formed, and stays on the sheet", () => {
  assert.equal(HANDS.length, 10);
  for (const [digit, hands] of HANDS.entries()) {
    assert.ok(hands.length >= 4, `${digit} has ${hands.length} hands`);
    for (const [index, { weight, strokes }] of hands.entries()) {
      const name = `hand ${index} of ${digit}`;
      assert.ok(weight > 0, name);
      assert.ok(strokes.length > 0, name);
      for (const { x, y, corner } of strokes) {
        assert.ok(x.length >= 2 && x.length === y.length && x.length === corner.length, name);
        for (const value of [...x, ...y]) {
          assert.ok(value >= 0 && value <= 100, `${name}: ${value}`);
        }
      }
    }
  }
});

Deno.test("writing: the longest hand fits the trace, and one trace serves all digits", () => {
  const trace = new Trace(LONGEST_TRACE);
  const random = new Random(7);
  let longest = 0;
  for (let i = 0; i < 3_000; i++) {
    writeDigit(i % 10, random, trace);
    longest = Math.max(longest, trace.length);
    assert.equal(trace.inked[0], 0);
    assert.ok(trace.x.subarray(0, trace.length).every(Number.isFinite));
  }
  assert.ok(longest <= LONGEST_TRACE && longest > LONGEST_TRACE / 2, `${longest}`);
});

Deno.test("pen: a straight line gives a bar of ink in the middle, grey at its rim", () => {
  const trace = new Trace(2);
  trace.moveTo(50, 0);
  trace.lineTo(50, 100);
  const image = new Uint8Array(784);
  new Pen().draw(1, trace, new Random(3), image);
  assertNormalised(image);
  const row = image.subarray(14 * 28, 15 * 28);
  assert.ok(row[14] > 200, `${row}`);
  assert.ok(row.some((grey) => grey > 0 && grey < 200), `${row}`);
  assert.equal(row[4] + row[24], 0);
});
