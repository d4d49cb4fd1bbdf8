/** Convolution and pooling: gradients, the fast twins, shapes, errors. */
import { deepEqual, equal, ok, throws } from "node:assert/strict";
import fc from "fast-check";
import {
  Conv2D,
  type DType,
  gradientCheckLayer,
  type Layer,
  MaxPooling2D,
  randn,
  Random,
  Tensor,
  tensor,
  zeros,
} from "../../../lib/mod.ts";
import { AveragePooling2D, GlobalAveragePooling2D } from "../../../lib/nn/pooling.ts";
import { convolve, filterGradient, inputGradient } from "../../../lib/nn/convolution.ts";
import { maxPool, maxPoolGradient, type PoolingOptions } from "../../../lib/nn/pooling.ts";
import { windowsOf } from "../../../lib/nn/windows.ts";
import {
  convolveFast,
  filterGradientFast,
  inputGradientFast,
  maxPoolFast,
  maxPoolGradientFast,
} from "../../../lib/tensor/kernels/convolution.ts";
import { suitsWinograd } from "../../../lib/tensor/kernels/convolution/winograd.ts";
import { Storage } from "../../../lib/tensor/kernels/storage.ts";
import { assertClose, kerasConvolution, load, type StoredArray } from "../../support/keras.ts";

Deno.test("convolution and pooling: forward and backward are those of Keras", () => {
  const { cases } = kerasConvolution;
  equal(cases.length, 9);
  for (const { name, options, x, y, dout, dx, W, b, dW, db } of cases) {
    const what = `${name} ${JSON.stringify(options)}`;
    for (const tolerance of [1e-7, 1e-5]) { // float64, then float32 with the fast twins
      const dtype = tolerance === 1e-7 ? "float64" : "float32";
      const read = (stored: StoredArray) => load(stored).astype(dtype);
      const layer: Layer = W === undefined || b === undefined
        ? new Pools[name](options)
        : new Conv2D(read(W).expect([-1, -1, -1, -1]), read(b).expect([-1]), options);
      assertClose(layer.forward(read(x)), y, `${what}: y`, tolerance);
      assertClose(layer.backward(read(dout)), dx, `${what}: dx`, tolerance);
      if (dW !== undefined) assertClose(layer.grads.W, dW, `${what}: dW`, tolerance);
      if (db !== undefined) assertClose(layer.grads.b, db, `${what}: db`, tolerance);
    }
  }
});

const Pools: Record<string, new (options: object) => Layer> = {
  MaxPooling2D,
  AveragePooling2D,
  GlobalAveragePooling2D,
};

/** Images, windows over them and filters, of any shapes that fit. */
const scene = (most: number) =>
  fc.record({
    images: fc.integer({ min: 1, max: 3 }),
    height: fc.integer({ min: 1, max: most }),
    width: fc.integer({ min: 1, max: most }),
    channels: fc.integer({ min: 1, max: most }),
    kernel: fc.tuple(fc.integer({ min: 1, max: 4 }), fc.integer({ min: 1, max: 4 })),
    strides: fc.tuple(fc.integer({ min: 1, max: 3 }), fc.integer({ min: 1, max: 3 })),
    padding: fc.constantFrom("valid" as const, "same" as const),
    filters: fc.integer({ min: 1, max: 2 * most }),
    activation: fc.constantFrom("linear" as const, "relu" as const),
    seed: fc.nat(),
  }).filter(({ height, width, kernel, padding }) =>
    padding === "same" || kernel[0] <= height && kernel[1] <= width
  );

Deno.test("convolution: gradients agree with the numerical ones, whatever shape, stride and padding", () => {
  fc.assert(
    fc.property(
      scene(4),
      ({ images, height, width, channels, filters, kernel, seed, ...options }) => {
        const random = new Random(seed), { strides, padding, activation } = options;
        const W = randn([...kernel, channels, filters], random), b = randn([filters], random);
        const layer = new Conv2D(W, b, { strides, padding, activation });
        const x = randn([images, height, width, channels], random);
        // Near 0 the numerical derivative of relu is not the derivative.
        const linear = new Conv2D(W, b, { strides, padding }).forward(x);
        fc.pre(activation === "linear" || linear.map(Math.abs).min() > 1e-3);
        for (const [name, { difference }] of Object.entries(gradientCheckLayer(layer, x, random))) {
          ok(difference < 1e-6, `${name}: ${difference}`);
        }
      },
    ),
    { numRuns: 60 },
  );
});

Deno.test("pooling: gradients agree with the numerical ones, whatever shape, stride and padding", () => {
  fc.assert(
    fc.property(scene(5), ({ images, height, width, channels, kernel, strides, padding, seed }) => {
      const random = new Random(seed), options = { poolSize: kernel, strides, padding };
      const size: [number, number, number, number] = [images, height, width, channels];
      // Numbers that differ by more than the numerical derivative changes them.
      const order = Array.from({ length: size.reduce((a, b) => a * b) }, (_, i) => i);
      const x = new Tensor(
        Float64Array.from(order, (i) => (i * 7919 + seed % 1000) % 1009 / 100),
        size,
      );
      for (
        const layer of [
          new MaxPooling2D(options),
          new AveragePooling2D(options),
          new GlobalAveragePooling2D(),
        ]
      ) {
        const { difference } = gradientCheckLayer(layer, x, random).x;
        ok(difference < 1e-6, `${layer.constructor.name}: ${difference}`);
      }
    }),
    { numRuns: 60 },
  );
});

/** Random numbers in the kernels' memory, some of which are 0. */
function drawn(length: number, random: Random, zeros = 0): Storage {
  const storage = Storage.owned(
    Float32Array.from({ length }, () => random.uniform() < zeros ? 0 : random.normal()),
  );
  ok(storage.settle() > 0, "WebAssembly with SIMD");
  return storage;
}

function room(length: number, dtype: DType = "float32"): Storage {
  const storage = Storage.empty(dtype, length);
  storage.array.fill(-7);
  return storage;
}

function same(fast: Storage, plain: Storage, what: string, tolerance = 5e-5): void {
  fast.array.forEach((value: number, i: number) => {
    const want = plain.array[i],
      isClose = Math.abs(value - want) <= tolerance * (1 + Math.abs(want));
    ok(isClose || Object.is(value, want), `${what} ${i}: expected ${want}, found ${value}`);
  });
}

/** Images and filters for which Winograd's way is taken. */
const winograd = scene(13).map((scene) => ({
  ...scene,
  channels: scene.channels % 3 * 4 + 16,
  filters: scene.filters % 3 * 8 + 16,
  kernel: [3, 3] as [number, number],
  strides: [1, 1] as [number, number],
})).filter(({ height, width, padding }) => padding === "same" || height >= 3 && width >= 3);

Deno.test("convolution: the fast twins agree with the plain loops", () => {
  fc.assert(
    fc.property(
      fc.oneof({ weight: 3, arbitrary: scene(13) }, winograd),
      fc.constantFrom(0, 0.5, 0.95),
      ({ images, height, width, channels, filters, kernel, seed, ...options }, share) => {
        const random = new Random(seed), isRectified = options.activation === "relu";
        const shape = [images, height, width, channels];
        const w = windowsOf("test", shape, kernel, options.strides, options.padding);
        const outputs = images * w.rows * w.columns * filters;
        const x = drawn(images * height * width * channels, random, share);
        const W = drawn(kernel[0] * kernel[1] * channels * filters, random);
        const b = drawn(filters, random), dy = drawn(outputs, random, share);
        const [y, plain] = [room(outputs), room(outputs)];
        ok(convolveFast(x, W, b, w, isRectified, y));
        convolve(x.array, W.array, b.array, w, plain.array);
        if (isRectified) {
          plain.array.forEach((v: number, i: number) => plain.array[i] = Math.max(0, v));
        }
        // Rounding errors grow with the square root of the number of terms, and tenfold in Winograd's way.
        const terms = W.length / filters;
        same(y, plain, "y", suitsWinograd(w, filters) ? 2e-5 * Math.sqrt(terms) : undefined);
        const slopes = dy.array.map((v: number, i: number) =>
          isRectified && y.array[i] <= 0 ? 0 : v
        );
        const mask = isRectified ? y : undefined;
        const [dW, db, dx] = [room(W.length), room(filters), room(x.length)];
        const [dW1, db1, dx1] = [room(W.length), room(filters), room(x.length)];
        ok(filterGradientFast(x, dy, mask, w, dW, db));
        filterGradient(x.array, slopes, w, dW1.array, db1.array);
        same(dW, dW1, "dW");
        same(db, db1, "db");
        ok(inputGradientFast(dy, mask, W, filters, w, dx));
        inputGradient(slopes, W.array, filters, w, dx1.array);
        same(dx, dx1, "dx");
      },
    ),
    { numRuns: 150 },
  );
});

Deno.test("convolution: Winograd's way errs by less than 1e-5 in a layer of a usual size", () => {
  const random = new Random(1), shape = [2, 13, 13, 32], filters = 64;
  const w = windowsOf("test", shape, [3, 3], [1, 1], "valid");
  ok(suitsWinograd(w, filters));
  const uniform = (length: number, low: number, high: number) =>
    Storage.owned(Float32Array.from({ length }, () => low + (high - low) * random.uniform()));
  const x = uniform(shape.reduce((a, b) => a * b), 0, 1), limit = Math.sqrt(6 / (9 * (32 + 64)));
  const W = uniform(9 * 32 * filters, -limit, limit), b = uniform(filters, 0, 0);
  const y = room(2 * 121 * filters), exact = new Float64Array(y.length);
  for (const storage of [x, W, b]) storage.settle();
  ok(convolveFast(x, W, b, w, false, y));
  convolve(x.array, W.array, b.array, w, exact);
  y.array.forEach((value: number, i: number) => ok(Math.abs(value - exact[i]) < 1e-5, `${value}`));
});

Deno.test("pooling: the fast twins are the plain loops, NaN and equal numbers included", () => {
  fc.assert(
    fc.property(scene(13), ({ images, height, width, channels, kernel, seed, ...options }) => {
      const shape = [images, height, width, channels], random = new Random(seed);
      const w = windowsOf("test", shape, kernel, options.strides, options.padding);
      const outputs = images * w.rows * w.columns * channels;
      const x = drawn(images * height * width * channels, random);
      for (let i = 0; i < x.length; i++) x.array[i] = Math.round(x.array[i]);
      x.array[seed % x.length] = NaN;
      const [y, taps, dx] = [room(outputs), room(outputs, "int32"), room(x.length)];
      const [y1, taps1, dx1] = [room(outputs), room(outputs, "int32"), room(x.length)];
      ok(maxPoolFast(x, w, y, taps));
      maxPool(x.array, w, y1.array, taps1.array);
      deepEqual([...y.array], [...y1.array]);
      deepEqual(taps.array.slice(), taps1.array.slice());
      const dy = drawn(outputs, random, 0.5);
      ok(maxPoolGradientFast(dy, taps, w, dx));
      maxPoolGradient(dy.array, taps.array, w, dx1.array);
      same(dx, dx1, "dx");
    }),
    { numRuns: 150 },
  );
});

Deno.test("convolution: kernels leave alone what they cannot reach", () => {
  const w = windowsOf("test", [1, 4, 4, 1], [2, 2], [1, 1], "valid"), random = new Random(0);
  const x = drawn(16, random), W = drawn(4, random), b = drawn(1, random), y = room(9);
  const lent = Storage.of(new Float32Array(16)), double = Storage.owned(new Float64Array(16));
  ok(!convolveFast(lent, W, b, w, false, y));
  ok(!convolveFast(double, W, b, w, false, y));
  ok(!filterGradientFast(lent, y, undefined, w, W, b));
  ok(!inputGradientFast(y, undefined, W, 1, w, lent));
  ok(!maxPoolFast(lent, w, y, room(9, "int32")) && !maxPoolFast(x, w, y, room(9)));
  ok(!maxPoolGradientFast(y, room(9, "int32"), w, lent));
  ok(y.array.every((v: number) => v === -7));
  const large = windowsOf("test", [1, 3000, 3000, 1], [2, 2], [1, 1], "same");
  ok(!convolveFast(x, W, b, large, false, y), "more than the scratch memory");
});

Deno.test("convolution and pooling: shapes, in types and at run time", () => {
  const layer = new Conv2D(zeros([3, 5, 1, 32]), zeros([32]), { padding: "same", strides: [1, 2] });
  const y: Tensor<[number, number, number, 32]> = layer.forward(zeros([2, 28, 28, 1]));
  deepEqual(y.shape, [2, 28, 14, 32]);
  deepEqual(new MaxPooling2D().forward(y).shape, [2, 14, 7, 32]);
  deepEqual(new AveragePooling2D({ poolSize: 3, padding: "same" }).forward(y).shape, [
    2,
    10,
    5,
    32,
  ]);
  const means: Tensor<[number, 32]> = new GlobalAveragePooling2D().forward(y);
  deepEqual(means.shape, [2, 32]);
});

Deno.test("convolution and pooling: errors name both shapes", () => {
  const layer = new Conv2D(zeros([3, 3, 1, 4]), zeros([4]));
  // @ts-expect-error three channels instead of one
  const colour: Tensor<[number, number, number, 1]> = zeros([2, 8, 8, 3]);
  throws(() => layer.forward(colour), /expected x \[N, H, W, 1\], found \[2, 8, 8, 3\]/);
  throws(() => layer.forward(zeros([1, 2, 8, 1])), {
    name: "RangeError",
    message:
      'Conv2D.forward: expected windows that fit into the image, found windows [3, 3] in an image [2, 8]; padding: "same" adds a border',
  });
  throws(() => layer.backward(zeros([1, 2, 2, 4])), /expected a forward before it/);
  layer.forward(zeros([1, 8, 8, 1]));
  throws(() => layer.backward(zeros([1, 8, 8, 4])), /dout \[1, 6, 6, 4\], found \[1, 8, 8, 4\]/);
  throws(() => new Conv2D(zeros([3, 3, 1, 4]), zeros([4]), { strides: 0 }), /at least 1, found 0/);
  throws(() => new Conv2D(zeros([3, 3, 1, 4]), tensor([1]).expect([4])), RangeError);
  throws(() => new MaxPooling2D({ poolSize: [2, 2.5] }), /poolSize to be an integer/);
  // @ts-expect-error a misspelled padding
  const options: PoolingOptions = { padding: "Same" };
  throws(() => new MaxPooling2D(options), /found "Same"; did you mean "same"/i);
});
