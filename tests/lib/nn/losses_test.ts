import { deepStrictEqual, ok, strictEqual, throws } from "node:assert/strict";
import fc from "fast-check";
import { oneHot, rand, randn, tensor, zeros } from "../../../lib/tensor/create.ts";
import { sigmoid, softmax } from "../../../lib/nn/functions.ts";
import { gradientCheck } from "../../../lib/nn/gradient.ts";
import {
  BinaryCrossentropy,
  crossEntropyError,
  type Loss,
  MeanSquaredError,
  SigmoidWithLoss,
  SoftmaxWithLoss,
} from "../../../lib/nn/losses.ts";
import { Random } from "../../../lib/tensor/random.ts";
import { keras, load } from "../../support/keras.ts";

const size = fc.integer({ min: 1, max: 6 });
const losses: [string, () => Loss][] = [
  ["SoftmaxWithLoss", () => new SoftmaxWithLoss()],
  ["SigmoidWithLoss", () => new SigmoidWithLoss()],
];

for (const [name, make] of losses) {
  Deno.test(`${name}: correct gradients for all shapes and targets`, () => {
    const classes = fc.integer({ min: 2, max: 6 });
    fc.assert(fc.property(size, classes, fc.nat(), (n, c, seed) => {
      const random = new Random(seed), loss = make();
      const x = randn([n, c], random), t = rand([n, c], random);
      loss.forward(x, t);
      const check = gradientCheck((x) => loss.forward(x, t), x, loss.backward());
      ok(check.difference < 1e-6, JSON.stringify(check));
    }));
  });

  Deno.test(`${name}: labels equal one-hot targets`, () => {
    const random = new Random(1), x = randn([4, 3], random), labels = tensor([2, 0, 1, 1], "uint8");
    const a = make(), b = make();
    strictEqual(a.forward(x, labels), b.forward(x, oneHot(labels, 3)));
    ok(a.backward().equals(b.backward()));
  });

  Deno.test(`${name}: rejects wrong shapes`, () => {
    const x = randn([4, 3], new Random(1));
    throws(() => make().forward(x, tensor([0, 1, 2])), {
      name: "RangeError",
      message: `${name}: expected targets [4, 3] or labels [4], found [3]`,
    });
    throws(() => make().forward(x, tensor([0, 1, 2, 3])), /oneHot: expected labels from 0 to 2/);
    throws(() => make().backward(), new RegExp(`${name}.*: expected a forward before it`));
  });

  Deno.test(`${name}: the loss is a mean, so a repeated batch has the same loss`, () => {
    const x = randn([3, 4], new Random(2)), t = tensor([1, 0, 3]);
    const once = make().forward(x, t);
    const twice = make().forward(x.take([0, 1, 2, 0, 1, 2]), t.take([0, 1, 2, 0, 1, 2]));
    ok(Math.abs(once - twice) < 1e-12);
  });

  Deno.test(`${name}: float32 stays float32`, () => {
    const loss = make();
    loss.forward(randn([4, 3], new Random(3), "float32"), tensor([0, 1, 2, 0]));
    strictEqual(loss.backward().dtype, "float32");
  });
}

Deno.test("SoftmaxWithLoss: equals the book's cross-entropy of the book's softmax", () => {
  const x = randn([5, 10], new Random(4)), t = tensor([3, 1, 4, 1, 5]);
  const loss = new SoftmaxWithLoss();
  ok(Math.abs(loss.forward(x, t) - crossEntropyError(softmax(x), t)) < 1e-5);
});

Deno.test("SoftmaxWithLoss: no overflow and no log(0) for large scores", () => {
  const loss = new SoftmaxWithLoss();
  strictEqual(loss.forward(tensor([[1000, 0]]), tensor([1])), 1000);
  deepStrictEqual(loss.backward().toArray(), [[1, -1]]);
});

Deno.test("SigmoidWithLoss: an example computed by hand, and a gradient of y - t except for δ", () => {
  const loss = new SigmoidWithLoss();
  const value = loss.forward(tensor([[0, 0]]), tensor([[0.99, 0.01]]));
  ok(Math.abs(value - 2 * Math.log(2)) < 1e-6);
  const x = randn([3, 4], new Random(5)), t = rand([3, 4], new Random(6));
  loss.forward(x, t);
  ok(loss.backward().allClose(sigmoid(x).sub(t).div(3), { absolute: 1e-5 }));
});

const outputLosses: [string, () => Loss][] = [
  ["BinaryCrossentropy", () => new BinaryCrossentropy()],
  ["MeanSquaredError", () => new MeanSquaredError()],
];

for (const [name, make] of outputLosses) {
  Deno.test(`${name}: correct gradients for all shapes and targets`, () => {
    fc.assert(fc.property(size, size, fc.nat(), (n, c, seed) => {
      const random = new Random(seed), loss = make();
      const x = randn([n, c], random), t = rand([n, c], random);
      loss.forward(x, t);
      const check = gradientCheck((x) => loss.forward(x, t), x, loss.backward());
      ok(check.difference < 1e-6, JSON.stringify(check));
    }));
  });

  Deno.test(`${name}: float32 stays float32, wrong shapes are rejected`, () => {
    const loss = make(), x = randn([4, 3], new Random(1), "float32");
    throws(() => loss.backward(), new RegExp(`${name}.*: expected a forward before it`));
    loss.forward(x, oneHot(tensor([0, 1, 2, 0]), 3, "float32"));
    strictEqual(loss.backward().dtype, "float32");
    throws(() => loss.forward(x, tensor([0, 1, 2])), {
      name: "RangeError",
      message: `${name}: expected targets [4, 3] or labels [4], found [3]`,
    });
  });
}

Deno.test("losses: equal those of Keras", () => {
  const { scores, labels, shares, ...expected } = keras.losses;
  const x = load(scores), t = load(shares), l = tensor(labels);
  const softmaxLoss = () => new SoftmaxWithLoss().forward(x.expect([-1, -1]), l);
  const found = {
    sparseCategoricalCrossentropy: softmaxLoss(),
    categoricalCrossentropy: softmaxLoss(),
    binaryCrossentropy: new BinaryCrossentropy().forward(x, t),
    meanSquaredError: new MeanSquaredError().forward(x, t),
  };
  for (const [name, value] of Object.entries(found)) {
    const wanted: Record<string, number> = expected;
    ok(Math.abs(value - wanted[name]) < 1e-6, `${name}: ${value}, Keras ${wanted[name]}`);
  }
});

Deno.test("BinaryCrossentropy: no overflow and no log(0) for large scores", () => {
  const loss = new BinaryCrossentropy();
  strictEqual(loss.forward(tensor([[1000, -1000]]), tensor([[0, 0]])), 500);
  deepStrictEqual(loss.backward().toArray(), [[0.5, 0]]);
});

Deno.test("losses: reject values that are not targets", () => {
  const x = zeros([2, 3]);
  for (const loss of [SoftmaxWithLoss, SigmoidWithLoss, BinaryCrossentropy]) {
    for (const wrong of [1.5, NaN, -1, 3]) {
      throws(() => new loss().forward(x, tensor([0, wrong])), /labels from 0 to 2, found/);
      throws(() => new loss().forward(x, zeros([2, 3]).add(wrong)), {
        name: "RangeError",
        message: `${loss.name}: expected targets from 0 to 1, found ${wrong}`,
      });
    }
  }
  strictEqual(new MeanSquaredError().forward(x, zeros([2, 3]).add(-3)), 9);
});

Deno.test("losses: take a column of labels as labels, and a vector as one column of targets", () => {
  for (const Loss of [SoftmaxWithLoss, SigmoidWithLoss, BinaryCrossentropy, MeanSquaredError]) {
    const x = randn([3, 4], new Random(9)), labels = tensor([2, 0, 3]);
    const right = new Loss().forward(x, oneHot(labels, 4));
    strictEqual(new Loss().forward(x, labels), right);
    strictEqual(new Loss().forward(x, labels.reshape([3, 1])), right);
    for (const shape of [[1, 3], [2, 2], [4], [3, 1, 1]]) {
      throws(() => new Loss().forward(x, zeros(shape)), {
        name: "RangeError",
        message: `${Loss.name}: expected targets [3, 4] or labels [3], found [${shape.join(", ")}]`,
      });
    }
    throws(() => new Loss().forward(zeros([0, 3]), zeros([0])), {
      name: "RangeError",
      message: /expected (at least one sample|samples of at least two classes), found \[0, 3\]$/,
    });
    if (Loss === SoftmaxWithLoss) continue;
    const one = x.slice(null, [0, 1]), t = tensor([1, 0, 0.5]);
    strictEqual(new Loss().forward(one, t), new Loss().forward(one, t.reshape([3, 1])));
    throws(() => new Loss().forward(one, tensor([0, 1])), {
      name: "RangeError",
      message: `${Loss.name}: expected targets [3, 1], found [2]`,
    });
  }
});

Deno.test("cross-entropies of classes: reject one output, which would always be correct", () => {
  const message = "expected samples of at least two classes, found [2, 1]; " +
    "BinaryCrossentropy takes one output";
  const y = tensor([[0.1], [0.9]]), t = tensor([[1], [0]]);
  throws(() => new SoftmaxWithLoss().forward(y, t), {
    name: "RangeError",
    message: `SoftmaxWithLoss: ${message}`,
  });
  throws(() => crossEntropyError(y, t), {
    name: "RangeError",
    message: `crossEntropyError: ${message}`,
  });
});

Deno.test("crossEntropyError: rejects scores instead of probabilities", () => {
  for (const wrong of [5, -0.1, NaN]) {
    throws(() => crossEntropyError(tensor([[wrong, 0.5]]), tensor([0])), {
      name: "RangeError",
      message: `crossEntropyError: expected y = softmax(scores) from 0 to 1, found ${wrong}`,
    });
  }
});

Deno.test("losses: correct gradients for one output and for more axes", () => {
  const random = new Random(8);
  for (const Loss of [SigmoidWithLoss, BinaryCrossentropy, MeanSquaredError]) {
    for (const shape of [[4, 1], [2, 3, 4]]) {
      const loss: Loss = new Loss(), x = randn(shape, random), t = rand(shape, random);
      loss.forward(x, t);
      const check = gradientCheck((x) => loss.forward(x, t), x, loss.backward());
      ok(check.difference < 1e-6, `${Loss.name} ${shape}: ${JSON.stringify(check)}`);
    }
  }
});
