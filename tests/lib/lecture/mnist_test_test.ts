import { deepStrictEqual, ok, rejects, strictEqual, throws } from "node:assert/strict";
import { full, rand, tensor } from "../../../lib/tensor/create.ts";
import { drawDigits } from "../../../lib/data/digits/draw.ts";
import { numericalGradient } from "../../../lib/nn/gradient.ts";
import { constant } from "../../../lib/nn/initializers.ts";
import {
  lectureInput,
  lectureTarget,
  MnistTest,
  type Way,
} from "../../../lib/lecture/mnist_test.ts";
import { trainEpoch } from "../../../lib/lecture/epoch.ts";
import { Random } from "../../../lib/tensor/random.ts";
import type { Shape } from "../../../lib/tensor/shape.ts";
import { Stopped, watchStop } from "../../../lib/support/stop.ts";
import type { Tensor } from "../../../lib/tensor/tensor.ts";

const NAMES = ["W2", "b2", "W3", "b3"] as const;
const drawn = drawDigits({ train: 2000, test: 500 });
const images = tensor(drawn.trainImages).reshape([2000, 784]);
const labels = tensor(drawn.trainLabels);

/** The largest |a - b|. */
function apart(a: Tensor, b: Tensor): number {
  return a.sub<Shape>(b.like(a)).map(Math.abs).max();
}

function sample(i: number): [Tensor<[784]>, Tensor<[10]>] {
  return [lectureInput(images.at(i)), lectureTarget(labels.at(i))];
}

Deno.test("derivative: all ways give the same numbers, at the lecture's size", () => {
  const network = new MnistTest(784, 30, 10, 0.01, new Random(1));
  const [input, target] = sample(0);
  for (const name of NAMES) {
    const naive = network.derivative(name, input, target, "naive");
    for (const way of ["incremental", "shared", "algebraic"] as const) {
      const difference = apart(network.derivative(name, input, target, way), naive);
      ok(difference < 1e-9, `${name} ${way}: ${difference}`);
    }
  }
});

Deno.test("train: weights after 100 steps agree, whichever way they were trained", () => {
  // Every fourth pixel of every fourth row, for 100 naive steps at full size take two minutes.
  const small = images.reshape([2000, 28, 28]).slice(null, [0, null, 4], [0, null, 4]);
  const pixels = small.reshape([2000, 49]);
  const trained = (way: Way) => {
    const network = new MnistTest(49, 10, 10, 0.01, new Random(2));
    for (let i = 0; i < 100; i++) {
      network.train(lectureInput(pixels.at(i)), lectureTarget(labels.at(i)), way);
    }
    return network;
  };
  const naive = trained("naive");
  for (const way of ["incremental", "shared", "algebraic"] as const) {
    const network = trained(way);
    for (const name of NAMES) {
      const difference = apart(network[name], naive[name]);
      ok(difference < 1e-9, `${way} ${name}: ${difference}`);
    }
  }
});

/** One step in plain TypeScript, from the derivative of each weight matrix or bias. */
function trainPlainly(network: MnistTest, i: number, way: Way): void {
  const target = lectureTarget(labels.at(i), network.b3.shape[0]);
  for (const name of NAMES) {
    const weights: Tensor = network[name];
    const slope = network.derivative(name, lectureInput(images.at(i)), target, way);
    const next = weights.sub<Shape>(slope.mul(network.learningRate));
    next.data.forEach((value: number, k: number) => weights.set(value, ...place(k, weights)));
  }
}

Deno.test("trainEach: WebAssembly and plain TypeScript train the same weights", () => {
  for (const [hidden, outputs] of [[30, 10], [7, 10], [1, 10], [19, 11]]) {
    const [fast, plain, shared] = [1, 2, 3].map(() =>
      new MnistTest<number, number, number>(784, hidden, outputs, 0.01, new Random(12))
    );
    const sum = fast.trainEach(images.rows(0, 60), labels.rows(0, 60));
    let expected = 0;
    for (let i = 0; i < 60; i++) {
      trainPlainly(plain, i, "algebraic");
      shared.train(lectureInput(images.at(i)), lectureTarget(labels.at(i), outputs), "shared");
      expected += shared.lossValue();
    }
    ok(Math.abs(sum - expected) < 1e-11 * expected, `${sum} and ${expected}`);
    for (const name of NAMES) {
      const differences = [apart(fast[name], plain[name]), apart(fast[name], shared[name])];
      ok(differences[0] < 1e-12, `784-${hidden}-${outputs} ${name}: ${differences}`);
      ok(differences[1] < 1e-11, `784-${hidden}-${outputs} ${name}: ${differences}`);
    }
    ok(Math.abs(fast.lossValue() - shared.lossValue()) < 1e-11);
  }
});

Deno.test("trainEach: weights of any size, where the kernel's series end and exponents overflow", () => {
  for (const scale of [1, 30, 3000]) {
    const [fast, plain] = [1, 2].map(() => {
      const network = new MnistTest(784, 4, 10, 0.01, new Random(13));
      const { data } = network.W3;
      data.forEach((w: number, i: number) => network.W3.set(scale * w, ...place(i, network.W3)));
      return network;
    });
    fast.trainEach(images.rows(0, 20), labels.rows(0, 20));
    for (let i = 0; i < 20; i++) trainPlainly(plain, i, "algebraic");
    for (const name of NAMES) {
      const difference = apart(fast[name], plain[name]);
      ok(difference < 1e-12 * scale, `${scale} ${name}: ${difference}`);
    }
  }
});

Deno.test("train: W2, b2, W3 and b3 in turn, each from the loss as it is then", () => {
  const network = new MnistTest(784, 3, 10, 0.5, new Random(3));
  const byHand = new MnistTest(784, 3, 10, 0.5, new Random(3));
  const [input, target] = sample(1);
  network.train(input, target);
  for (const name of NAMES) {
    const weights: Tensor = byHand[name];
    const slope = numericalGradient(() => byHand.feedForward(input, target), weights);
    const next = weights.sub<Shape>(slope.mul(0.5));
    next.data.forEach((value: number, i: number) => weights.set(value, ...place(i, weights)));
    ok(apart(network[name], weights) < 1e-9, name);
  }
  ok(Math.abs(network.lossValue() - byHand.feedForward(input, target)) < 1e-9);
});

function place(i: number, { shape, strides }: Tensor): number[] {
  return shape.map((length, axis) => Math.floor(i / strides[axis]) % length);
}

Deno.test("derivative: targets of any kind, more outputs than share a logarithm", () => {
  const random = new Random(4), network = new MnistTest(5, 3, 70, 0.01, random);
  const input = tensor([0.1, 0.1, 0.5, 1, 0.01]);
  const targets = [
    rand([70], random),
    lectureTarget(69, 70),
    full([70], 0),
  ];
  for (const target of targets) {
    for (const name of NAMES) {
      const naive = network.derivative(name, input, target, "naive");
      for (const way of ["shared", "algebraic"] as const) {
        ok(apart(network.derivative(name, input, target, way), naive) < 1e-8);
      }
    }
  }
});

Deno.test("MnistTest: zeros start every hidden node the same way, and Xavier's do not", () => {
  const random = () => new Random(5);
  const columns = (network: MnistTest) => {
    for (let i = 0; i < 5; i++) network.train(...sample(i));
    return network.W3.toArray();
  };
  const same = new MnistTest(784, 4, 10, 0.01, random(), constant(0));
  for (let j = 0; j < 4; j++) same.b2.set(0.5, j);
  const rows = columns(same);
  ok(Array.isArray(rows));
  rows.forEach((row) => deepStrictEqual(row, rows[0]));
  const other = columns(new MnistTest(784, 4, 10, 0.01, random()));
  ok(Array.isArray(other));
  ok(other.slice(1).every((row) => JSON.stringify(row) !== JSON.stringify(other[0])));
});

Deno.test("MnistTest: the same seed draws the same network", () => {
  const [a, b, c] = [6, 6, 7].map((seed) => new MnistTest(784, 5, 10, 0.01, new Random(seed)));
  ok(NAMES.every((name) => a[name].equals(b[name]) && !a[name].equals(c[name])));
  deepStrictEqual(NAMES.map((name) => a[name].shape), [[784, 5], [5], [5, 10], [10]]);
  ok(a.b2.min() >= 0 && a.b2.max() < 1);
});

Deno.test("lectureInput and lectureTarget: the lecture's ranges", () => {
  const input = lectureInput(tensor([0, 255, 51], "uint8"));
  ok(input.allClose(tensor([0.01, 1, 0.208]), { relative: 1e-12 }));
  strictEqual(input.dtype, "float64");
  deepStrictEqual(
    lectureTarget(2).toArray(),
    [...Array(10).keys()].map((k) => k === 2 ? 0.99 : 0.01),
  );
  throws(() => lectureInput(tensor([0.5])), {
    name: "TypeError",
    message: "lectureInput: expected raw pixels 0 to 255 (uint8), found float64; " +
      "loadMnist({ normalize: false }) gives them",
  });
  throws(() => lectureTarget(10), /RangeError: oneHot: expected labels from 0 to 9, found 10/);
});

Deno.test("trainEpoch: learns, says how far it is, and accuracy counts what was read", async () => {
  const network = new MnistTest(784, 10, 10, 0.05, new Random(8));
  const steps = [];
  for await (const step of trainEpoch(network, images, labels, { every: 600 })) steps.push(step);
  deepStrictEqual(steps.map(({ done }) => done), [600, 1200, 1800, 2000]);
  ok(steps[3].loss < 0.7 * steps[0].loss);

  const test = tensor(drawn.testImages).reshape([500, 784]);
  const found = network.accuracy(test, tensor(drawn.testLabels));
  ok(found.accuracy > 0.5, `${found.accuracy}`);
  strictEqual(found.accuracy, found.matched.length / 500);
  const again = [...found.matched, ...found.notMatched].sort((a, b) => a - b);
  deepStrictEqual(again, [...Array(500).keys()]);
  for (const [index, label, prediction] of found.indexLabelPrediction) {
    strictEqual(label, drawn.testLabels[index]);
    strictEqual(prediction, network.predict(lectureInput(test.at(index))));
    strictEqual(found.matched.includes(index), label === prediction);
  }
});

Deno.test("trainEpoch: leaving the loop leaves a network that was trained on whole samples", async () => {
  const stopped = new MnistTest(784, 3, 10, 0.01, new Random(9));
  for await (const { done } of trainEpoch(stopped, images, labels, { every: 7 })) {
    if (done === 14) break;
  }
  const expected = new MnistTest(784, 3, 10, 0.01, new Random(9));
  for (let i = 0; i < 14; i++) expected.train(...sample(i));
  for (const name of NAMES) ok(stopped[name].equals(expected[name]));
});

Deno.test("trainEpoch: the way does not matter, and a timer gets its turn", async () => {
  const [a, b] = [1, 2].map(() => new MnistTest(784, 3, 10, 0.01, new Random(10)));
  let ticks = 0;
  const timer = setInterval(() => ticks++, 1);
  for await (const _ of trainEpoch(a, images.rows(0, 100), labels.rows(0, 100)));
  for await (
    const _ of trainEpoch(b, images.rows(0, 100), labels.rows(0, 100), { way: "incremental" })
  );
  clearInterval(timer);
  ok(ticks > 0);
  for (const name of NAMES) ok(apart(a[name], b[name]) < 1e-9);
});

Deno.test("MnistTest: samples that do not fit are refused, and no weight has changed", async () => {
  const network = new MnistTest(784, 3, 10, 0.01, new Random(11));
  const before = NAMES.map((name) => network[name].copy());
  const [input, target] = sample(0);
  const short: Tensor<[number]> = tensor([1, 2, 3]);
  const loose: MnistTest = network;
  throws(() => loose.train(short, target), {
    name: "RangeError",
    message: "MnistTest: expected 784 numbers as input, found the shape [3]",
  });
  throws(
    () => loose.train(input, short),
    /expected 10 numbers as target, found the shape \[3\]/,
  );
  throws(() => network.train(input.astype("float32"), target), {
    name: "TypeError",
    message: "MnistTest: expected input in float64, found float32",
  });
  throws(() => network.lossValue(), /lossValue: expected a trained sample/);
  throws(() => network.accuracy(images, labels.rows(0, 3)), /expected a label for each image/);
  throws(() => network.trainEach(images, labels.rows(0, 3)), /expected a label for each image/);
  const eleven = tensor([1, 11], "uint8");
  throws(() => network.trainEach(images.rows(0, 2), eleven), /labels from 0 to 9, found 11/);
  const scaled = lectureInput(images.rows(0, 2));
  throws(() => network.trainEach(scaled, labels.rows(0, 2)), /expected raw pixels 0 to 255/);
  const epoch = trainEpoch(network, images, labels.rows(0, 3));
  await epoch.next().then(() => ok(false), (error) => ok(error instanceof RangeError));
  NAMES.forEach((name, k) => ok(network[name].equals(before[k])));
});

Deno.test("trainEpoch: Stop ends it between two samples, with what was trained", async () => {
  const flag = new Int32Array(1), network = new MnistTest(784, 3, 10, 0.01, new Random(12));
  watchStop(flag);
  try {
    const epoch = trainEpoch(network, images, labels, { every: 50 });
    await epoch.next();
    flag[0] = 1;
    await rejects(async () => {
      for await (const _ of epoch);
    }, Stopped);
  } finally {
    watchStop(new Int32Array(1));
  }
  // It has stopped after some sample: learning as many anew gives the same weights.
  const again = new MnistTest(784, 3, 10, 0.01, new Random(12));
  let trained = 0;
  while (trained < 2000 && !again.W2.equals(network.W2)) again.train(...sample(trained++));
  ok(trained >= 50 && trained < 2000, `${trained}`);
  for (const name of NAMES) ok(network[name].equals(again[name]));
});
