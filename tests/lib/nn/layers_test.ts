import { deepStrictEqual, ok, strictEqual, throws } from "node:assert/strict";
import fc from "fast-check";
import { randn, tensor } from "../../../lib/tensor/create.ts";
import { gradientCheckLayer } from "../../../lib/nn/gradient.ts";
import {
  Affine,
  Flatten,
  type Layer,
  Relu,
  Rescaling,
  Sigmoid,
  Softmax,
  Tanh,
} from "../../../lib/nn/layers.ts";
import { Random } from "../../../lib/tensor/random.ts";

const size = fc.integer({ min: 1, max: 6 });

/** Numbers that do not cross 0 when changed a little: relu has no derivative at 0. */
function awayFromZero(shape: readonly number[], random: Random) {
  return randn(shape, random).map((v) => v + 0.01 * Math.sign(v));
}

function passes(layer: Layer, x: ReturnType<typeof awayFromZero>, seed: number): void {
  for (const [name, check] of Object.entries(gradientCheckLayer(layer, x, new Random(seed)))) {
    ok(check.difference < 1e-6, `${name}: ${JSON.stringify(check)}`);
  }
}

Deno.test("Affine: correct gradients for all shapes", () => {
  fc.assert(fc.property(size, size, size, fc.nat(), (n, i, o, seed) => {
    const random = new Random(seed);
    passes(new Affine(randn([i, o], random), randn([o], random)), randn([n, i], random), seed);
  }));
});

Deno.test("layers without weights: correct gradients for all shapes", () => {
  fc.assert(fc.property(fc.array(size, { minLength: 1, maxLength: 4 }), fc.nat(), (shape, seed) => {
    const x = awayFromZero(shape, new Random(seed));
    passes(new Sigmoid(), x, seed);
    passes(new Relu(), x, seed);
    passes(new Tanh(), x, seed);
    passes(new Flatten(), x, seed);
    passes(new Rescaling(3, -0.5), x, seed);
  }));
});

Deno.test("Softmax: correct gradients for all shapes", () => {
  fc.assert(fc.property(size, fc.integer({ min: 2, max: 6 }), fc.nat(), (n, c, seed) => {
    passes(new Softmax(), randn([n, c], new Random(seed)), seed); // softmax of one number is always 1
  }));
});

Deno.test("Flatten and Rescaling: forward and backward computed by hand", () => {
  const flatten = new Flatten(), images = tensor([[[1, 2], [3, 4]], [[5, 6], [7, 8]]]);
  deepStrictEqual(flatten.forward(images).toArray(), [[1, 2, 3, 4], [5, 6, 7, 8]]);
  ok(flatten.backward(tensor([[1, 2, 3, 4], [5, 6, 7, 8]])).equals(images));
  deepStrictEqual(flatten.forward(randn([0, 2, 2], new Random(1))).shape, [0, 4]);
  const scaled = new Rescaling(2, 1);
  deepStrictEqual(scaled.forward(tensor([0, 255], "uint8")).toArray(), [1, 511]);
  deepStrictEqual(scaled.backward(tensor([1, 10])).toArray(), [2, 20]);
});

Deno.test("Affine: forward and backward of a small example computed by hand", () => {
  const layer = new Affine(tensor([[1, 2, 3], [4, 5, 6]]), tensor([10, 20, 30]));
  ok(layer.forward(tensor([[1, 1], [0, 2]])).equals(tensor([[15, 27, 39], [18, 30, 42]])));
  const dx = layer.backward(tensor([[1, 0, 0], [0, 1, 1]]));
  ok(dx.equals(tensor([[1, 4], [5, 11]])));
  ok(layer.grads.W.equals(tensor([[1, 0, 0], [1, 2, 2]])));
  ok(layer.grads.b.equals(tensor([1, 1, 1])));
});

Deno.test("Relu: the slope at 0 is 0, and NaN stays NaN", () => {
  const layer = new Relu();
  deepStrictEqual(layer.forward(tensor([[-1, 0, 2, NaN]])).toArray(), [[0, 0, 2, NaN]]);
  deepStrictEqual(layer.backward(tensor([[1, 1, 1, 1]])).toArray(), [[0, 0, 1, 0]]);
});

Deno.test("layers: gradients do not accumulate and arguments do not change", () => {
  const random = new Random(5);
  const affine = new Affine(randn([4, 3], random), randn([3], random));
  const cases: [Layer, number][] = [[affine, 4], [new Sigmoid(), 3], [new Relu(), 3]];
  cases.push([new Tanh(), 3], [new Softmax(), 3], [new Flatten(), 3], [new Rescaling(2, 1), 3]);
  for (const [layer, width] of cases) {
    const x = randn([2, width], random), dout = randn([2, 3], random);
    const given = [x, dout, ...Object.values(layer.params)], before = given.map((g) => g.copy());
    const y = layer.forward(x), dx = layer.backward(dout), grads = { ...layer.grads };
    ok(layer.forward(x).equals(y) && layer.backward(dout).equals(dx));
    for (const [name, grad] of Object.entries(grads)) ok(layer.grads[name].equals(grad));
    ok(given.every((g, k) => g.equals(before[k])));
  }
});

Deno.test("Affine: gradients sets the same gradients as backward", () => {
  const random = new Random(6);
  const layer = new Affine(randn([4, 3], random), randn([3], random));
  const x = randn([5, 4], random), dout = randn([5, 3], random);
  layer.forward(x);
  layer.backward(dout);
  const { W, b } = layer.grads;
  layer.gradients(dout);
  ok(layer.grads.W !== W && layer.grads.W.equals(W) && layer.grads.b.equals(b));
});

Deno.test("Affine: reads its parameters in each forward, because training replaces them", () => {
  const layer = new Affine(tensor([[1]]).expect([1, 1]), tensor([0]).expect([1]));
  layer.params.W = layer.params.W.mul(3);
  strictEqual(layer.forward(tensor([[2]])).item(), 6);
});

Deno.test("layers: float32 stays float32", () => {
  const random = new Random(7);
  const affine = new Affine(randn([4, 3], random, "float32"), randn([3], random, "float32"));
  const layers: [Layer, number][] = [[affine, 4], [new Sigmoid(), 3], [new Relu(), 3]];
  layers.push([new Tanh(), 3], [new Softmax(), 3], [new Flatten(), 3], [new Rescaling(2, 1), 3]);
  for (const [layer, width] of layers) {
    strictEqual(layer.forward(randn([2, width], random, "float32")).dtype, "float32");
    strictEqual(layer.backward(randn([2, 3], random, "float32")).dtype, "float32");
  }
  strictEqual(affine.grads.W.dtype, "float32");
});

Deno.test("layers: reject wrong shapes", () => {
  const affine = new Affine(randn([4, 3], new Random(8)), randn([3], new Random(8)));
  const x: Parameters<Layer["forward"]>[0] = randn([2, 5], new Random(8));
  const layer: Layer = affine;
  throws(() => layer.forward(x), {
    name: "RangeError",
    message: "Affine.forward: expected x [N, 4], found [2, 5]",
  });
  throws(() => new Affine(randn([4, 3], new Random(8)), randn([4], new Random(8)).expect([-1])), {
    name: "RangeError",
    message: "Affine: expected b [3], found [4]",
  });
  throws(() => new Relu().backward(x), /^Error: Relu.backward: expected a forward before it/);
});
