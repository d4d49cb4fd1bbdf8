/**
 * Cells are not type-checked: what a student may pass by mistake to a function of lib/nn is refused
 * with a message of ours, or gives the right number.
 */
import { deepStrictEqual, ok, strictEqual, throws } from "node:assert/strict";
import * as nn from "../../../lib/mod.ts";
import * as layerRoom from "../../../lib/nn/layers.ts";
import * as lossRoom from "../../../lib/nn/losses.ts";
import { optimizerOf } from "../../../lib/nn/optimizers.ts";

const { ones, Random, tensor, zeros } = nn;
const random = new Random(1);

/** Calls a function as a cell does, where nothing checks types. */
function call(f: unknown, ...given: unknown[]): unknown {
  if (typeof f !== "function") throw new Error("the test calls no function");
  return Reflect.apply(f, undefined, given);
}

/** Creates an object as a cell does. */
function make(Class: unknown, ...given: unknown[]): unknown {
  if (typeof Class !== "function") throw new Error("the test makes no object");
  return Reflect.construct(Class, given);
}

/** Checks that an error is ours: a sentence with what was expected and found. */
function isOurs(error: unknown): boolean {
  ok(error instanceof RangeError || error instanceof TypeError, String(error));
  const { message } = error;
  ok(/^[\w .|()]+: expected .+, found .+/.test(message), message);
  ok(
    message.length < 300 && !/\[object|undefined \(reading|is not a function/.test(message),
    message,
  );
  return true;
}

const WRONG: readonly unknown[] = [
  [1, 2],
  [[1, 2], [3, 4]],
  7,
  NaN,
  "x",
  undefined,
  null,
  {},
  true,
  new Float64Array(3),
  Promise.resolve(ones([2, 3])),
];

/** Every function that takes a tensor, with a right call: each tensor is replaced by a wrong value. */
const [x, labels] = [ones([2, 3]), tensor([0, 2])];
const square = (x: nn.Tensor) => x.mul(x).sum();
const affine = () => new nn.Affine(ones([3, 2]), ones([2]));
const calls: Record<string, [(...given: never[]) => unknown, ...unknown[]]> = {
  stepFunction: [nn.stepFunction, x],
  sigmoid: [nn.sigmoid, x],
  tanh: [nn.tanh, x],
  relu: [nn.relu, x],
  softmax: [nn.softmax, x],
  sumSquaredError: [lossRoom.sumSquaredError, x, x],
  crossEntropyError: [lossRoom.crossEntropyError, x, x],
  accuracy: [nn.accuracy, x, labels],
  confusionMatrix: [(p: nn.Tensor, e: nn.Tensor) => nn.confusionMatrix(p, e, 3), x, labels],
  numericalGradient: [(x: nn.Tensor) => nn.numericalGradient(square, x), x],
  gradientCheck: [(x: nn.Tensor, g: nn.Tensor) => nn.gradientCheck(square, x, g), x, x],
  Affine: [(W: never, b: never) => new nn.Affine(W, b), ones([3, 2]), ones([2])],
};
const layers: Record<string, () => nn.Layer> = {
  Affine: affine,
  Sigmoid: () => new nn.Sigmoid(),
  Tanh: () => new nn.Tanh(),
  Relu: () => new nn.Relu(),
  Softmax: () => new nn.Softmax(),
  Flatten: () => new layerRoom.Flatten(),
  Rescaling: () => new layerRoom.Rescaling(2),
  Dropout: () => new nn.Dropout(0.5, random),
  BatchNormalization: () => new nn.BatchNormalization(3),
};
for (const [name, layer] of Object.entries(layers)) {
  calls[`${name}.forward`] = [(x: nn.Tensor) => layer().forward(x, true), x];
  const y = layer().forward(x, true);
  calls[`${name}.backward`] = [(dout: nn.Tensor) => {
    const used = layer();
    used.forward(x, true);
    return used.backward(dout);
  }, y];
}
const losses = [
  nn.SoftmaxWithLoss,
  nn.SigmoidWithLoss,
  nn.BinaryCrossentropy,
  lossRoom.MeanSquaredError,
];
for (const Loss of losses) {
  calls[`${Loss.name}.forward`] = [(x: never, t: never) => new Loss().forward(x, t), x, x];
}

for (const [name, [f, ...right]] of Object.entries(calls)) {
  Deno.test(`${name}: rejects what is not a tensor, and says how to make one`, () => {
    call(f, ...right); // the right call is right
    right.forEach((_, position) => {
      for (const wrong of WRONG) {
        // A number is the label of a single sample: 7 is no class, and there are two samples.
        throws(() => call(f, ...right.with(position, wrong)), isOurs, `${position}: ${wrong}`);
      }
    });
    const isError = name.endsWith("Error");
    throws(() => call(f, [1, 2], ...right.slice(1)), {
      name: "TypeError",
      message: /, found an array of length 2; tensor\(…\) makes a tensor$/,
    });
    if (!isError) {
      throws(() => call(f, 7, ...right.slice(1)), /found 7; tensor\(…\) makes a tensor$/);
    }
  });
}

for (const [name, layer] of Object.entries(layers)) {
  Deno.test(`${name}: rejects a gradient in another shape, also one that broadcasts`, () => {
    const used = layer(), y = used.forward(x, true);
    for (const shape of [[y.shape[0], 1], [1, y.shape[1]], [], [y.size], [y.shape[0], 9]]) {
      if (name === "Rescaling") return; // remembers nothing: any gradient is right
      throws(() => used.backward(ones(shape)), isOurs);
    }
    ok(used.backward(ones([...y.shape])));
  });
}

Deno.test("layers: reject a sample without a batch axis, and say how to add one", () => {
  throws(() => call((x: never) => affine().forward(x), ones([3])), {
    name: "RangeError",
    message: "Affine.forward: expected x [N, 3], found [3]; .reshape([1, 3]) makes a batch of it",
  });
  throws(() => call((x: never) => affine().forward(x), ones([2, 2, 3])), /x \[N, 3\], found/);
  throws(
    () => new layerRoom.Flatten().forward(tensor(1)),
    /Flatten.forward: expected x \[N, …\], found \[\]/,
  );
});

Deno.test("layers: return empty outputs for empty batches", () => {
  const empty = zeros([0, 3]);
  for (const [name, layer] of Object.entries(layers)) {
    if (name === "BatchNormalization") {
      throws(() => layer().forward(empty, true), isOurs);
      ok(layer().forward(empty).size === 0);
    } else strictEqual(layer().forward(empty, true).shape[0], 0);
  }
});

Deno.test("BatchNormalization: rejects an empty batch, which would make the running mean NaN", () => {
  const layer = new nn.BatchNormalization(3);
  throws(() => layer.forward(zeros([0, 3]), true), isOurs);
  deepStrictEqual(layer.state.mean.toArray(), [0, 0, 0]);
});

Deno.test("constants: rejects numbers out of range and values of another kind", () => {
  const wrong: [unknown, ...unknown[]][] = [
    [nn.Dropout, "0.5", random],
    [nn.Dropout, 0.5],
    [nn.Dropout, 0.5, 1],
    [layerRoom.Rescaling, undefined],
    [layerRoom.Rescaling, "1/255"],
    [layerRoom.Rescaling, 1, NaN],
    [nn.BatchNormalization, 0],
    [nn.BatchNormalization, [3]],
    [nn.BatchNormalization, 3, 0.9],
    [nn.BatchNormalization, 3, { momentum: "0.9" }],
    [nn.BatchNormalization, 3, { eps: 1 }],
    [nn.Affine, ones([3, 2]).astype("int32"), ones([2])],
    [nn.Affine, ones([3, 2]), ones([2], "uint8")],
    [nn.SGD, 0.1],
    [nn.SGD, { momentum: "0.9" }],
    [nn.SGD, { momentum: 0.9, nesterov: "no" }],
    [nn.Adam, 0.01],
    [nn.Adam, null],
    [nn.Adam, { learningRate: "0.1" }],
  ];
  for (const [Class, ...given] of wrong) throws(() => make(Class, ...given), isOurs, String(given));
  const calls: [unknown, ...unknown[]][] = [
    [nn.miniBatches, x, 10, random],
    [nn.miniBatches, 10, "5", random],
    [nn.miniBatches, 10, 5, 1],
    [nn.miniBatches, 0, 5, random],
    [optimizerOf, undefined],
    [optimizerOf, nn.Adam],
    [nn.initializers.normal, "0.01"],
    [nn.initializers.normal, -1],
    [nn.initializers.constant, undefined],
    [nn.confusionMatrix, labels, labels],
    [nn.confusionMatrix, labels, labels, 2.5],
    [nn.gradientCheckLayer, nn.Sigmoid, undefined, random],
    [nn.gradientCheckLayer, undefined, x, random],
    [nn.gradientCheckLayer, new nn.Sigmoid(), x],
    [nn.gradientCheckLayer, new nn.Sigmoid(), x.astype("float32"), random],
    [nn.gradientCheck, square, zeros([0]), zeros([0])],
    [nn.numericalGradient, (x: nn.Tensor) => x.mul(x), x],
    [nn.numericalGradient, square, x, 0],
    [nn.numericalGradient, square, x, NaN],
    [nn.numericalGradient, square, x, "small"],
  ];
  for (const [f, ...given] of calls) throws(() => call(f, ...given), isOurs, String(given));
});

Deno.test("initializers: reject other shapes, missing random numbers and integer dtypes", () => {
  const { constant, glorotNormal, glorotUniform, he, normal, xavier } = nn.initializers;
  const all = [constant(1), normal(1), xavier, glorotNormal, glorotUniform, he];
  for (const initializer of all) {
    for (const shape of [[784], 784, [1, 2, 3], undefined, [2, -1], [2, NaN]]) {
      throws(() => call(initializer, shape, random), isOurs, String(shape));
    }
    throws(() => call(initializer, [2, 3]), isOurs);
    throws(() => call(initializer, [2, 3], 1), isOurs);
    throws(() => initializer([2, 3], random, "int32"), {
      name: "TypeError",
      message: /expected float64 or float32, found int32/,
    });
  }
});

Deno.test("optimizers: reject what is not a list of layers, and integer weights", () => {
  for (const wrong of [affine(), undefined, 1, {}, [undefined], [1], [{ params: {} }]]) {
    throws(() => call((layers: never) => new nn.SGD().update(layers), wrong), isOurs);
  }
  const integers = { params: { w: tensor([1], "int32") }, grads: { w: tensor([0.5]) } };
  throws(() => new nn.SGD().update([integers]), {
    name: "TypeError",
    message: 'SGD of w: expected float64 or float32, found int32; .astype("float64") converts it',
  });
  const sgd = new nn.SGD(), layer = affine();
  sgd.learningRate = NaN;
  throws(() => sgd.update([layer]), isOurs);
  strictEqual(sgd.steps, 0);
});
