/** Functions that make tensors: from numbers, filled, counted and random. */
import { rangeError, typeError } from "../support/expected.ts";
import { allocate, type DType, dtypeOf, type FloatType, holds, resultType } from "./dtype.ts";
import { Storage } from "./kernels/storage.ts";
import { expectRandom, type Random } from "./random.ts";
import { checkShape, resolveAxis, sameShape, type Shape, showShape, sizeOf } from "./shape.ts";
import { expectTensor, numbersOf, shaped, Tensor } from "./tensor.ts";

/**
 * The shape of nested arrays: `[[1, 2, 3], [4, 5, 6]]` is `[2, 3]`.
 * @internal
 */
export type ShapeOf<V> = 0 extends 1 & V ? Shape // V is any, which could be nested without end
  : V extends ArrayBufferView ? [number]
  : V extends readonly unknown[] ? [V["length"], ...ShapeOf<V[0]>]
  : [];

/**
 * Numbers, nested in arrays of equal lengths.
 * @internal
 */
export type Nested = number | (ArrayLike<number> & ArrayBufferView) | readonly Nested[];

/**
 * A tensor of the given numbers, as NumPy's `array`. They are copied.
 * @param values a number, nested arrays of numbers, or typed arrays.
 * @param dtype by default that of a typed array, float64 for all other values.
 * @throws RangeError when rows have different lengths; TypeError for what is not a number, and for
 *   numbers that the dtype cannot hold, such as 300 or 0.5 for uint8.
 *
 * @example
 * ```ts
 * import { tensor } from "mnist";
 * import assert from "node:assert/strict";
 * const x = tensor([[1, 2, 3], [4, 5, 6]]);
 * assert.deepEqual(x.shape, [2, 3]);
 * assert.equal(tensor(new Uint8Array(784)).dtype, "uint8");
 * ```
 */
export function tensor<const V extends Nested>(values: V, dtype?: DType): Tensor<ShapeOf<V>>;
export function tensor(values: Nested, dtype: DType = dtypeOf(values, "float64")): Tensor {
  if (!isList(values) && typeof values !== "number") {
    throw typeError("tensor", "numbers such as [[1, 2], [3, 4]]", values);
  }
  const shape: number[] = [], path: number[] = [];
  for (let v = values; isList(v) && shape.length < 64; v = v[0]) shape.push(v.length);
  const data = allocate(dtype, sizeOf(shape));
  let to = 0;
  const read = (v: Nested, axis: number): void => {
    const length = isList(v) ? v.length : undefined;
    if (length !== shape[axis]) {
      const place = `at ${showShape(path.slice(0, axis))} as in the first row`;
      throw rangeError("tensor", `${shape[axis] ?? "a number, not a row,"} ${place}`, length ?? v);
    }
    if (!isList(v)) data[to++] = holds(dtype, v, "tensor", path);
    else for (let i = 0; i < v.length; i++) path[axis] = i, read(v[i], axis + 1);
  };
  read(values, 0);
  return new Tensor(Storage.owned(data), shape);
}

function isList(v: unknown): v is ArrayLike<Nested> {
  return Array.isArray(v) || (ArrayBuffer.isView(v) && !(v instanceof DataView));
}

/**
 * A tensor of one number, repeated.
 * @throws RangeError for a negative or fractional length; TypeError for a number that the dtype cannot
 *   hold, and for a shape that is not an array.
 *
 * @example
 * ```ts
 * import { full } from "mnist";
 * import assert from "node:assert/strict";
 * assert.deepEqual(full([2, 2], 0.5).toArray(), [[0.5, 0.5], [0.5, 0.5]]);
 * ```
 */
export function full<const S extends Shape>(
  shape: readonly [...S],
  value: number,
  dtype?: DType,
): Tensor<S> {
  return filled("full", shape, value, dtype);
}

/**
 * A tensor of zeros.
 * @throws RangeError for a negative or fractional length; TypeError for a shape that is not an array.
 *
 * @example
 * ```ts
 * import { zeros } from "mnist";
 * import assert from "node:assert/strict";
 * assert.equal(zeros([60000, 784], "uint8").size, 47_040_000);
 * ```
 */
export function zeros<const S extends Shape>(shape: readonly [...S], dtype?: DType): Tensor<S> {
  return filled("zeros", shape, 0, dtype);
}

/**
 * A tensor of ones.
 * @throws RangeError for a negative or fractional length; TypeError for a shape that is not an array.
 *
 * @example
 * ```ts
 * import { ones } from "mnist";
 * import assert from "node:assert/strict";
 * assert.deepEqual(ones([2]).toArray(), [1, 1]);
 * ```
 */
export function ones<const S extends Shape>(shape: readonly [...S], dtype?: DType): Tensor<S> {
  return filled("ones", shape, 1, dtype);
}

function filled<S extends Shape>(
  caller: string,
  shape: Shape,
  value: number | (() => number),
  dtype: DType = "float64",
): Tensor<S> {
  checkShape(caller, shape);
  const data = allocate(dtype, sizeOf(shape));
  if (typeof value !== "function") data.fill(holds(dtype, value, caller));
  else for (let i = 0; i < data.length; i++) data[i] = holds(dtype, value(), caller);
  return shaped(Storage.owned(data), [...shape]);
}

/**
 * The numbers start, start + step, start + 2·step, … below `stop`; with one argument 0, 1, 2, … below
 * it.
 * @throws RangeError for a step of 0 and for infinitely many numbers.
 *
 * @example
 * ```ts
 * import { arange } from "mnist";
 * import assert from "node:assert/strict";
 * assert.deepEqual(arange(3).toArray(), [0, 1, 2]);
 * assert.deepEqual(arange(1, 2, 0.25).toArray(), [1, 1.25, 1.5, 1.75]);
 * ```
 */
export function arange(start: number, stop?: number, step = 1): Tensor<[number]> {
  const [from, to] = stop === undefined ? [0, start] : [start, stop];
  const length = Math.max(0, Math.ceil((to - from) / step));
  if (![from, to, step].every(Number.isFinite) || !Number.isSafeInteger(length)) {
    throw rangeError("arange", "finite numbers and a step other than 0", [from, to, step]);
  }
  const data = allocate("float64", length).map((_, i) => from + i * step);
  return new Tensor(Storage.owned(data), [length]);
}

/**
 * Random numbers, uniform in [0, 1).
 *
 * @example
 * ```ts
 * import { rand, Random } from "mnist";
 * import assert from "node:assert/strict";
 * const x = rand([1000], new Random(1));
 * assert.ok(x.min() >= 0 && x.max() < 1);
 * ```
 */
export function rand<const S extends Shape>(
  shape: readonly [...S],
  random: Random,
  dtype?: FloatType,
): Tensor<S> {
  expectRandom("rand", random);
  return filled("rand", shape, () => random.uniform(), dtype);
}

/**
 * Random numbers of the standard normal distribution, with mean 0 and standard deviation 1.
 *
 * @example
 * ```ts
 * import { randn, Random } from "mnist";
 * import assert from "node:assert/strict";
 * const W = randn([784, 50], new Random(1)).mul(0.01);
 * assert.ok(Math.abs(W.mean()) < 0.001);
 * ```
 */
export function randn<const S extends Shape>(
  shape: readonly [...S],
  random: Random,
  dtype?: FloatType,
): Tensor<S> {
  expectRandom("randn", random);
  return filled("randn", shape, () => random.normal(), dtype);
}

/**
 * One-hot encoding: label 2 of 4 classes becomes `[0, 0, 1, 0]`.
 * @param labels [N], each an integer from 0 to classes - 1.
 * @param classes C, the number of classes.
 * @returns [N, C], float64 by default.
 * @throws RangeError for labels of another shape and for a label that is not a class.
 *
 * @example
 * ```ts
 * import { oneHot, tensor } from "mnist";
 * import assert from "node:assert/strict";
 * assert.deepEqual(oneHot(tensor([2, 0]), 3).toArray(), [[0, 0, 1], [1, 0, 0]]);
 * ```
 */
export function oneHot<N extends number, C extends number>(
  labels: Tensor<[N]>,
  classes: C,
  dtype: DType = "float64",
): Tensor<[N, C]> {
  expectTensor("oneHot", labels, "labels [N]");
  if (labels.ndim !== 1) {
    throw rangeError("oneHot", "labels [N], as from reshape([-1])", labels.shape);
  }
  const [count] = labels.shape;
  checkShape("oneHot", [count, classes]);
  const encoded = Storage.zeros(dtype, count * classes), out = encoded.array;
  numbersOf(labels).forEach((label: number, i: number) => {
    if (!(Number.isInteger(label) && label >= 0 && label < classes)) {
      const found = `found ${label} at index ${i}`;
      throw new RangeError(`oneHot: expected labels from 0 to ${classes - 1}, ${found}`);
    }
    out[i * classes + label] = 1;
  });
  return new Tensor(encoded, [count, classes]);
}

/**
 * Joins tensors along an axis, one after the other.
 * @param tensors at least one, of equal shapes except for the joined axis.
 * @param axis the axis that becomes longer, by default the first.
 * @returns of the dtype they share, or else of the one that arithmetic on them gives.
 * @throws RangeError when there is none, or other axes differ; TypeError for what is not a tensor.
 *
 * @example
 * ```ts
 * import { concatenate, tensor } from "mnist";
 * import assert from "node:assert/strict";
 * const joined = concatenate([tensor([[1], [2]]), tensor([[3], [4]])], 1);
 * assert.deepEqual(joined.toArray(), [[1, 3], [2, 4]]);
 * ```
 */
export function concatenate(tensors: readonly Tensor[], axis: number = 0): Tensor {
  const areTensors = Array.isArray(tensors) && tensors.every((t) => t instanceof Tensor);
  if (!areTensors || tensors.length === 0) {
    throw typeError("concatenate", "tensors such as concatenate([a, b])", tensors);
  }
  const [first] = tensors, k = resolveAxis("concatenate", axis, first.ndim);
  const rest = (t: Tensor) => t.shape.toSpliced(k, 1);
  const other = tensors.find((t) => !sameShape(rest(t), rest(first)))?.shape;
  if (other) {
    throw rangeError("concatenate", `${showShape(first.shape)} except for axis ${k}`, other);
  }
  const length = tensors.reduce((sum, { shape }) => sum + shape[k], 0);
  const shape = first.shape.with(k, length), outer = sizeOf(shape.slice(0, k));
  const dtype = tensors.map((t) => t.dtype).reduce((a, b) => (a === b ? a : resultType(a, b)));
  const out = allocate(dtype, sizeOf(shape));
  let start = 0;
  for (const data of tensors.map(numbersOf)) {
    const width = data.length / outer, row = out.length / outer;
    for (let i = 0; i < outer; i++) {
      out.set(data.subarray(i * width, (i + 1) * width), i * row + start);
    }
    start += width;
  }
  return new Tensor(Storage.owned(out), shape);
}
