/** Making tensors: from numbers, filled, counted, and by chance. */
import { allocate, type DType, dtypeOf, type NumericArray, resultType } from "./dtype.ts";
import type { Random } from "./random.ts";
import { checkShape, resolveAxis, sameShape, type Shape, showShape, sizeOf } from "./shape.ts";
import { Storage } from "./kernels/storage.ts";
import { numbersOf, Tensor } from "./tensor.ts";

/**
 * The shape of nested arrays: `[[1, 2, 3], [4, 5, 6]]` is `[2, 3]`.
 * @internal
 */
export type ShapeOf<V> = 0 extends 1 & V ? Shape // V is any: it could be nested without end
  : V extends NumericArray ? [number]
  : V extends readonly unknown[] ? [V["length"], ...ShapeOf<V[0]>]
  : [];

/**
 * Numbers nested in arrays of equal length.
 * @internal
 */
export type Nested = number | readonly Nested[];

/**
 * A tensor of the numbers that are written out, as NumPy's `array`: `tensor([[1, 2], [3, 4]])`.
 * @param values a number, nested arrays of numbers, or a typed array (copied).
 * @param dtype the kind of its numbers; float64 for arrays, its own for a typed array.
 * @throws RangeError when rows have different lengths, TypeError for what is no number.
 */
export function tensor<const V extends Nested | NumericArray>(
  values: V,
  dtype?: DType,
): Tensor<ShapeOf<V>>;
export function tensor(values: Nested | NumericArray, dtype?: DType): Tensor {
  if (ArrayBuffer.isView(values)) {
    return new Tensor(values, [values.length]).astype(dtype ?? dtypeOf(values));
  }
  const shape: number[] = [];
  for (let v = values; isArray(v) && shape.length < 64; v = v[0]) {
    shape.push(v.length);
    if (v.length === 0) break;
  }
  const data = allocate(dtype ?? "float64", sizeOf(shape));
  let to = 0;
  const read = (v: Nested, path: number[]): void => {
    const expected = shape[path.length];
    if (isArray(v) ? v.length !== expected : expected !== undefined) {
      throw new RangeError(
        `tensor: expected ${expected ?? "a number, not a row,"} at ${showShape(path)} as in the ` +
          `first row, found ${isArray(v) ? v.length : v}`,
      );
    }
    if (isArray(v)) v.forEach((inner, i) => read(inner, [...path, i]));
    else if (typeof v === "number") data[to++] = v;
    else throw new TypeError(`tensor: expected a number at ${showShape(path)}, found ${typeof v}`);
  };
  read(values, []);
  return new Tensor(Storage.owned(data), shape);
}

function isArray(v: Nested): v is readonly Nested[] {
  return Array.isArray(v);
}

/** A tensor of one number repeated. @throws RangeError for a negative or fractional length. */
export function full<const S extends Shape>(
  shape: readonly [...S],
  value: number,
  dtype?: DType,
): Tensor<S>;
export function full(shape: Shape, value: number, dtype: DType = "float64"): Tensor {
  checkShape("full", shape);
  const data = allocate(dtype, sizeOf(shape)).fill(value);
  return new Tensor(Storage.owned(data), [...shape]);
}

/** A tensor of zeros. @throws RangeError for a negative or fractional length. */
export function zeros<const S extends Shape>(shape: readonly [...S], dtype?: DType): Tensor<S> {
  return full(shape, 0, dtype);
}

/** A tensor of ones. @throws RangeError for a negative or fractional length. */
export function ones<const S extends Shape>(shape: readonly [...S], dtype?: DType): Tensor<S> {
  return full(shape, 1, dtype);
}

/** 0, 1, 2, .. below `stop`. @throws RangeError when that has no end. */
export function arange(stop: number): Tensor<[number]>;
/**
 * start, start + step, start + 2·step, .. before `stop` is reached.
 * @throws RangeError for a step of 0 or numbers without end.
 */
export function arange(start: number, stop: number, step?: number): Tensor<[number]>;
export function arange(first: number, second?: number, step = 1): Tensor<[number]> {
  const [start, stop] = second === undefined ? [0, first] : [first, second];
  const length = Math.max(0, Math.ceil((stop - start) / step));
  if (!Number.isSafeInteger(length)) {
    throw new RangeError(
      `arange: expected a finite range and a step other than 0, found ${start}, ${stop}, ${step}`,
    );
  }
  const data = Float64Array.from({ length }, (_, i) => start + i * step);
  return new Tensor(Storage.owned(data), [length]);
}

/** Numbers of U[0, 1). */
export function rand<const S extends Shape>(
  shape: readonly [...S],
  random: Random,
  dtype?: DType,
): Tensor<S>;
export function rand(shape: Shape, random: Random, dtype?: DType): Tensor {
  return fill(shape, () => random.uniform(), dtype);
}

/** Numbers of N(0, 1). */
export function randn<const S extends Shape>(
  shape: readonly [...S],
  random: Random,
  dtype?: DType,
): Tensor<S>;
export function randn(shape: Shape, random: Random, dtype?: DType): Tensor {
  return fill(shape, () => random.normal(), dtype);
}

function fill(shape: Shape, next: () => number, dtype: DType = "float64"): Tensor {
  checkShape("rand", shape);
  const data = allocate(dtype, sizeOf(shape));
  for (let i = 0; i < data.length; i++) data[i] = next();
  return new Tensor(Storage.owned(data), [...shape]);
}

/**
 * One-hot encoding: label 2 of 4 classes becomes `[0, 0, 1, 0]`.
 * @param labels [N], each an integer from 0 to classes - 1.
 * @param classes C, how many classes there are.
 * @returns [N, C], float64 unless asked otherwise.
 * @throws RangeError naming the first label that is no class.
 */
export function oneHot<N extends number, C extends number>(
  labels: Tensor<[N]>,
  classes: C,
  dtype: DType = "float64",
): Tensor<[N, C]> {
  const [count] = labels.shape, result = Storage.zeros(dtype, count * classes), out = result.array;
  numbersOf(labels).forEach((label: number, i: number) => {
    if (!Number.isInteger(label) || label < 0 || label >= classes) {
      throw new RangeError(
        `oneHot: expected labels from 0 to ${classes - 1}, found ${label} at index ${i}`,
      );
    }
    out[i * classes + label] = 1;
  });
  return new Tensor(result, [count, classes]);
}

/**
 * Tensors joined along an axis, one after the other.
 * @param tensors at least one, of equal shapes but for the joined axis.
 * @param axis which axis becomes longer; the first unless said otherwise.
 * @returns of the dtype they share, else of the one that arithmetic on them gives.
 * @throws RangeError when there is none, or their other axes differ.
 */
export function concatenate(tensors: readonly Tensor[], axis: number = 0): Tensor {
  const [first] = tensors;
  if (first === undefined) throw new RangeError("concatenate: expected a tensor, found none");
  const k = resolveAxis("concatenate", axis, first.ndim);
  for (const { shape } of tensors) {
    if (!sameShape(shape.toSpliced(k, 1), first.shape.toSpliced(k, 1))) {
      throw new RangeError(
        `concatenate: expected shapes that differ in axis ${k} only, found ` +
          `${showShape(first.shape)} and ${showShape(shape)}`,
      );
    }
  }
  const length = tensors.reduce((sum, { shape }) => sum + shape[k], 0);
  const shape = first.shape.with(k, length), outer = sizeOf(shape.slice(0, k));
  const dtype = tensors.every((x) => x.dtype === first.dtype)
    ? first.dtype
    : tensors.map((x) => x.dtype).reduce(resultType);
  const out = allocate(dtype, sizeOf(shape)), row = length * sizeOf(shape.slice(k + 1));
  let start = 0;
  for (const data of tensors.map(numbersOf)) {
    const width = data.length / outer;
    for (let i = 0; i < outer; i++) {
      out.set(data.subarray(i * width, (i + 1) * width), i * row + start);
    }
    start += width;
  }
  return new Tensor(Storage.owned(out), shape);
}
