/** The n-dimensional array on which everything else is built. */
import { DISPLAY, type MimeBundle } from "../support/display.ts";
import { unexpected } from "../support/describe.ts";
import { rangeError, typeError } from "../support/expected.ts";
import { onlyKnown } from "../support/names.ts";
import { allocate, type DType, holds, isFloat, type NumericArray, resultType } from "./dtype.ts";
import { formatTensor } from "./format.ts";
import * as elementwise from "./kernels/elementwise.ts";
import * as fast from "./kernels/fast.ts";
import { matmul } from "./kernels/matmul.ts";
import type { Matrix } from "./kernels/matrix.ts";
import * as reduce from "./kernels/reduce.ts";
import { takeRows } from "./kernels/rows.ts";
import { Storage } from "./kernels/storage.ts";
import * as strided from "./kernels/strided.ts";
import * as shapes from "./shape.ts";
import { type Broadcast, type Fits, type Range, type Shape, showShape, sizeOf } from "./shape.ts";

/**
 * A tensor, or a number where no axis is left.
 * @internal
 */
export type OrNumber<S extends Shape> = S extends readonly [] ? number : Tensor<S>;

/**
 * What a reduction returns: along an axis, or over all elements.
 * @internal
 */
export type Along<S extends Shape, A extends Axis, Keep extends boolean> = A extends number
  ? Keep extends true ? Tensor<shapes.Reduce<S, A, [1]>> : OrNumber<shapes.Reduce<S, A, []>>
  : Keep extends true ? Tensor<{ [I in keyof S]: 1 }>
  : number;
/**
 * The axis of a reduction; without one it is over all elements.
 * @internal
 */
export type Axis = number | All;
/**
 * No axis.
 * @internal
 */
export type All = undefined;

/**
 * Numbers nested as deep as a tensor has axes; a tensor without axes is a number.
 * @internal
 */
export type NestedArray = number | NestedArray[];

/** The row-major numbers of a tensor, to read at once and not to keep. Within the library only. */
export let numbersOf: (x: Tensor) => NumericArray;
/** The storage of a tensor that holds all of it in order, else undefined. Within the library only. */
export let storageOf: (x: Tensor) => Storage | undefined;
/** The storage that a tensor shares with its views. Within the library only. */
export let baseOf: (x: Tensor) => Storage;

/** `structuredClone` reads own properties only: without this one it would lose the numbers silently. */
const GUARD = {
  get numbers(): never {
    const remedy = "t.copy() copies a tensor, { data: t.data, shape: t.shape } can be cloned";
    throw new TypeError(`structuredClone: expected plain values, found a tensor; ${remedy}`);
  },
};

/**
 * Numbers in n dimensions, row-major, with the shape in the type: hover over a variable to read
 * `Tensor<[100, 784]>`. A dimension that is only known at run time is `number`.
 *
 * The operations are NumPy's: broadcasting, negative axes and indices, and views (`at`, `rows`,
 * `slice`, `transpose`, `reshape`) that share the numbers of the original. Every operation returns a
 * new tensor; only `set` changes one.
 *
 * @example
 * ```ts
 * import { tensor } from "mnist";
 * import assert from "node:assert/strict";
 * const x = tensor([[1, 2, 3], [4, 5, 6]]);
 * const y = x.sub(x.mean(0)).mul(2);
 * assert.deepEqual(y.toArray(), [[-3, -3, -3], [3, 3, 3]]);
 * ```
 */
export class Tensor<out S extends Shape = Shape> {
  /** The lengths of the axes. */
  readonly shape: S;
  #strides: readonly number[] | undefined;
  readonly #storage: Storage;
  readonly #offset: number;
  /** Whether the numbers are row-major, with nothing between them. */
  readonly #isDense: boolean;
  private readonly guard = GUARD;

  /**
   * Wraps an array without copying it. `tensor([[1, 2], [3, 4]])` makes a tensor of its own.
   * @param storage the numbers, row-major unless `layout` is given.
   * @param shape the lengths of the axes.
   * @param layout where the numbers of a view are.
   * @throws RangeError when the storage does not hold exactly this shape, or the view is outside it;
   *   TypeError for a storage or shape of another type.
   */
  constructor(
    storage: NumericArray | Storage,
    shape: S,
    layout?: Pick<strided.Layout, "strides" | "offset">,
  ) {
    const isTrusted = storage instanceof Storage; // from within the library: everything fits
    if (!isTrusted) shapes.checkShape("Tensor", shape);
    this.shape = shape;
    this.#strides = layout?.strides;
    this.#offset = layout?.offset ?? 0;
    this.#storage = isTrusted ? storage : Storage.of(storage);
    this.#isDense = layout === undefined || strided.isContiguous(this.#layout);
    if (isTrusted) return;
    const { size } = this, { length } = storage;
    if (layout ? strided.liesWithin(this.#layout, length) : length === size) return;
    const place = layout ? ` with strides ${showShape(layout.strides)} from ${layout.offset}` : "";
    throw rangeError("Tensor", `${size} numbers for the shape ${showShape(shape)}${place}`, length);
  }

  // ---- Properties.

  /** The kind of its numbers. */
  get dtype(): DType {
    return this.#storage.dtype;
  }

  /** The distance between neighbours along each axis in the storage. */
  get strides(): readonly number[] {
    return this.#strides ??= shapes.stridesOf(this.shape);
  }

  /** The number of axes. */
  get ndim(): number {
    return this.shape.length;
  }

  /** The number of elements. */
  get size(): number {
    return sizeOf(this.shape);
  }

  /**
   * The numbers in row-major order, for reading. Usually the storage itself, but a copy for a
   * transposed or sliced view: write with {@linkcode Tensor.set}.
   */
  get data(): NumericArray {
    return this.#rowMajor(this.#storage.lend());
  }

  /** The same, to read at once and not to keep. */
  get #numbers(): NumericArray {
    return this.#rowMajor(this.#storage.array);
  }

  #rowMajor(numbers: NumericArray): NumericArray {
    const { size } = this;
    if (!this.#isDense) return strided.pack(numbers, this.#layout);
    return size === numbers.length ? numbers : numbers.subarray(this.#offset, this.#offset + size);
  }

  static {
    numbersOf = (x) => x.#numbers;
    storageOf = (x) =>
      x.#isDense && x.#offset === 0 && x.size === x.#storage.length ? x.#storage : undefined;
    baseOf = (x) => x.#storage;
  }

  get #layout(): strided.Layout {
    return { shape: this.shape, strides: this.strides, offset: this.#offset };
  }

  // ---- Views of the same numbers.

  /**
   * The transpose: the axes in reverse order, so that rows become columns. A view.
   *
   * @example
   * ```ts
   * import { tensor } from "mnist";
   * import assert from "node:assert/strict";
   * assert.deepEqual(tensor([[1, 2, 3], [4, 5, 6]]).T.toArray(), [[1, 4], [2, 5], [3, 6]]);
   * ```
   */
  get T(): Tensor<shapes.Reverse<S>> {
    return this.transpose();
  }

  /**
   * The axes in another order, by default reversed. A view.
   * @throws RangeError unless each axis is given once.
   *
   * @example
   * ```ts
   * import { zeros } from "mnist";
   * import assert from "node:assert/strict";
   * assert.deepEqual(zeros([10, 1, 28, 28]).transpose(0, 2, 3, 1).shape, [10, 28, 28, 1]);
   * ```
   */
  transpose<P extends Shape>(...axes: [...P]): Tensor<shapes.Transposed<S, P>> {
    const reversed = this.shape.map((_, axis) => this.ndim - 1 - axis);
    const order = axes.length === 0 ? reversed : axes.map((k) => (k < 0 ? k + this.ndim : k));
    if (order.length !== this.ndim || !reversed.every((axis) => order.includes(axis))) {
      throw rangeError("transpose", `each axis once, as in (${reversed.join(", ")})`, axes);
    }
    const pick = (lengths: readonly number[]) => order.map((axis) => lengths[axis]);
    return this.#view(pick(this.shape), pick(this.strides), this.#offset);
  }

  /**
   * The same numbers in another shape; a length of -1 is computed. A view, or a copy where the
   * numbers are not in row-major order (as after a transpose).
   * @throws RangeError when the shape holds another number of elements.
   *
   * @example
   * ```ts
   * import { arange } from "mnist";
   * import assert from "node:assert/strict";
   * assert.deepEqual(arange(6).reshape([2, -1]).toArray(), [[0, 1, 2], [3, 4, 5]]);
   * ```
   */
  reshape<const R extends Shape>(shape: readonly [...R]): Tensor<shapes.Resolve<R>> {
    const resolved = shapes.resolveShape(shape, this.size);
    return this.#isDense
      ? this.#view(resolved, shapes.stridesOf(resolved), this.#offset)
      : shaped(Storage.owned(this.#numbers), resolved);
  }

  /**
   * The numbers as a vector, always a copy.
   *
   * @example
   * ```ts
   * import { tensor } from "mnist";
   * import assert from "node:assert/strict";
   * assert.deepEqual(tensor([[1, 2], [3, 4]]).flatten().toArray(), [1, 2, 3, 4]);
   * ```
   */
  flatten(): Tensor<[number]> {
    return new Tensor(this.#copyOf(this.dtype), [this.size]);
  }

  /**
   * The element at an index: a number when an index is given for each axis, otherwise a view of the
   * remaining axes. Negative indices count from the end.
   * @throws RangeError when an index is outside.
   *
   * @example
   * ```ts
   * import { tensor } from "mnist";
   * import assert from "node:assert/strict";
   * const x = tensor([[1, 2, 3], [4, 5, 6]]);
   * assert.equal(x.at(0, 2), 3);
   * assert.deepEqual(x.at(-1).toArray(), [4, 5, 6]);
   * ```
   */
  at<const I extends readonly number[]>(...index: I): OrNumber<shapes.Indexed<S, I>>;
  at(...index: number[]): Tensor | number {
    const at = this.#position("at", index);
    if (index.length === this.ndim) return this.#storage.array[at];
    return this.#view(this.shape.slice(index.length), this.strides.slice(index.length), at);
  }

  /**
   * Rows `start` to `end` (not included) of the first axis, as NumPy's `x[start:end]`. A view.
   *
   * @example
   * ```ts
   * import { arange } from "mnist";
   * import assert from "node:assert/strict";
   * assert.deepEqual(arange(10).rows(3, 6).toArray(), [3, 4, 5]);
   * assert.deepEqual(arange(10).rows(-2).toArray(), [8, 9]);
   * ```
   */
  rows(start: number, end?: number): Tensor<[number, ...shapes.Tail<S>]> {
    return this.#slice("rows", [[start, end]]);
  }

  /**
   * A range of each axis: `x.slice(null, [7, 21], [0, null, 2])` is NumPy's `x[:, 7:21, 0::2]`.
   * Negative numbers count from the end, a negative step goes backwards. A view.
   * @throws RangeError for more ranges than axes, for a step of 0 and for numbers that are not
   *   integers; TypeError for what is not a range.
   *
   * @example
   * ```ts
   * import { tensor } from "mnist";
   * import assert from "node:assert/strict";
   * const x = tensor([[1, 2, 3], [4, 5, 6]]);
   * assert.deepEqual(x.slice(null, [0, 2]).toArray(), [[1, 2], [4, 5]]);
   * ```
   */
  slice<const R extends readonly (Range | null)[]>(...ranges: R): Tensor<shapes.Sliced<S, R>> {
    return this.#slice("slice", ranges);
  }

  /**
   * This tensor, with a shape that the compiler knows from here on; -1 stands for any length.
   * @throws RangeError when it has another shape.
   *
   * @example
   * ```ts
   * import { type Tensor, zeros } from "mnist";
   * const loaded: Tensor = zeros([5, 784]); // as from a file, whose shape the compiler cannot know
   * const images = loaded.expect([-1, 784]); // Tensor<[number, 784]>
   * images.dot(zeros([784, 10]));
   * ```
   */
  expect<const R extends Shape>(shape: readonly [...R]): Tensor<shapes.Resolve<R>> {
    shapes.checkShape("expect", shape, -1);
    const fits = shape.length === this.ndim &&
      shape.every((length, axis) => length === -1 || length === this.shape[axis]);
    if (!fits) throw rangeError("expect", `the shape ${showShape(shape)}`, this.shape);
    return this.#view(this.shape, this.strides, this.#offset);
  }

  /**
   * This tensor, with the type of another tensor's shape.
   * @throws RangeError when the shapes differ.
   */
  like<R extends Shape>(other: Tensor<R>): Tensor<R>;
  like(other: Tensor): Tensor {
    return this.expect(other.shape);
  }

  // ---- Copies.

  /**
   * A copy with its own numbers.
   *
   * @example
   * ```ts
   * import { tensor } from "mnist";
   * import assert from "node:assert/strict";
   * const x = tensor([1, 2]), copy = x.copy();
   * x.set(5, 0);
   * assert.deepEqual(copy.toArray(), [1, 2]);
   * ```
   */
  copy(): Tensor<S> {
    return new Tensor(this.#copyOf(this.dtype), this.shape);
  }

  /**
   * A copy in another dtype. Fractions are cut off towards 0 for int32 and uint8.
   * @throws TypeError for numbers outside the range of an integer dtype, and NaN.
   *
   * @example
   * ```ts
   * import { tensor } from "mnist";
   * import assert from "node:assert/strict";
   * assert.deepEqual(tensor([1.9, -1.9]).astype("int32").toArray(), [1, -1]);
   * ```
   */
  astype(dtype: DType): Tensor<S> {
    if (dtype === this.dtype || isFloat(dtype)) return new Tensor(this.#copyOf(dtype), this.shape);
    const out = allocate(dtype, this.size), x = this.#numbers;
    for (let i = 0; i < x.length; i++) out[i] = holds(dtype, Math.trunc(x[i]), "astype");
    return new Tensor(Storage.owned(out), this.shape);
  }

  /**
   * The rows with these indices, in this order, such as a mini-batch. A copy.
   * @param indices row numbers; negative ones count from the end.
   * @throws RangeError when a row does not exist.
   *
   * @example
   * ```ts
   * import { tensor } from "mnist";
   * import assert from "node:assert/strict";
   * assert.deepEqual(tensor([[1, 2], [3, 4], [5, 6]]).take([2, 0]).toArray(), [[5, 6], [1, 2]]);
   * ```
   */
  take(indices: ArrayLike<number> | Tensor<[number]>): Tensor<[number, ...shapes.Tail<S>]> {
    const chosen = indices instanceof Tensor ? indices.#numbers : indices;
    if (typeof chosen !== "object" || typeof chosen?.length !== "number") {
      throw typeError("take", "row numbers such as [0, 5]", indices);
    }
    const rows = Array.from(chosen, (index) => {
      const row = fromStart(index, this.shape[0]);
      if (row < 0) throw rangeError("take", `rows of ${showShape(this.shape)}`, index);
      return row;
    });
    const rest = this.shape.slice(1), width = sizeOf(rest);
    const result = Storage.empty(this.dtype, rows.length * width);
    takeRows(this.#numbers, rows, width, result.array);
    return shaped(result, [rows.length, ...rest]);
  }

  /**
   * The number in a tensor of one element.
   * @throws RangeError when there are more elements, or none.
   *
   * @example
   * ```ts
   * import { tensor } from "mnist";
   * import assert from "node:assert/strict";
   * assert.equal(tensor([[7]]).item(), 7);
   * ```
   */
  item(): number {
    if (this.size !== 1) throw rangeError("item", "one number", this.shape);
    return this.#numbers[0];
  }

  /**
   * The numbers as nested arrays, row by row.
   *
   * @example
   * ```ts
   * import { arange } from "mnist";
   * import assert from "node:assert/strict";
   * assert.deepEqual(arange(4).reshape([2, 2]).toArray(), [[0, 1], [2, 3]]);
   * ```
   */
  toArray(): NestedArray {
    let nested: NestedArray[] = Array.from(this.#numbers);
    for (let axis = this.ndim - 1; axis > 0; axis--) {
      const parts = nested, width = this.shape[axis], length = sizeOf(this.shape.slice(0, axis));
      nested = Array.from({ length }, (_, i) => parts.slice(i * width, (i + 1) * width));
    }
    return this.ndim === 0 ? nested[0] : nested;
  }

  /**
   * Iterates over the first axis.
   *
   * @example
   * ```ts
   * import { tensor } from "mnist";
   * import assert from "node:assert/strict";
   * for (const row of tensor([[1, 2], [3, 4]])) assert.equal(row.size, 2);
   * ```
   */
  *[Symbol.iterator](): Generator<OrNumber<shapes.Tail<S>>> {
    if (this.ndim === 0) throw typeError("for…of", "at least one axis", this.shape);
    for (let i = 0; i < this.shape[0]; i++) yield this.at(i);
  }

  /**
   * Writes one number. The only method that changes a tensor, and every view of the same numbers.
   * @param value the new number.
   * @param index an index for each axis; negative ones count from the end.
   * @throws RangeError when an index is outside; TypeError for a value that the dtype cannot hold.
   *
   * @example
   * ```ts
   * import { zeros } from "mnist";
   * import assert from "node:assert/strict";
   * const x = zeros([2, 2]);
   * x.set(5, 0, 1);
   * assert.deepEqual(x.toArray(), [[0, 5], [0, 0]]);
   * ```
   */
  set(value: number, ...index: number[]): void {
    if (index.length !== this.ndim) {
      throw rangeError("set", `a value and ${this.ndim} indices`, [value, ...index]);
    }
    this.#storage.array[this.#position("set", index)] = holds(this.dtype, value, "set");
  }

  // ---- Arithmetic, element by element, with broadcasting.

  /**
   * this + other
   * @throws RangeError when the shapes do not broadcast.
   *
   * @example
   * ```ts
   * import { tensor } from "mnist";
   * import assert from "node:assert/strict";
   * const sum = tensor([[1, 2], [3, 4]]).add(tensor([10, 20]));
   * assert.deepEqual(sum.toArray(), [[11, 22], [13, 24]]);
   * ```
   */
  add<R extends Shape = []>(other: number | Fits<S, R, Tensor<R>>): Tensor<Broadcast<S, R>> {
    return this.#combine("add", other);
  }

  /**
   * this - other
   * @throws RangeError when the shapes do not broadcast.
   *
   * @example
   * ```ts
   * import { tensor } from "mnist";
   * import assert from "node:assert/strict";
   * const x = tensor([1, 2, 6]);
   * assert.deepEqual(x.sub(x.mean()).toArray(), [-2, -1, 3]);
   * ```
   */
  sub<R extends Shape = []>(other: number | Fits<S, R, Tensor<R>>): Tensor<Broadcast<S, R>> {
    return this.#combine("sub", other);
  }

  /**
   * this · other, element by element. The matrix product is {@linkcode Tensor.dot}.
   * @throws RangeError when the shapes do not broadcast.
   *
   * @example
   * ```ts
   * import { tensor } from "mnist";
   * import assert from "node:assert/strict";
   * assert.deepEqual(tensor([1, 2, 3]).mul(2).toArray(), [2, 4, 6]);
   * ```
   */
  mul<R extends Shape = []>(other: number | Fits<S, R, Tensor<R>>): Tensor<Broadcast<S, R>> {
    return this.#combine("mul", other);
  }

  /**
   * this / other
   * @throws RangeError when the shapes do not broadcast.
   *
   * @example
   * ```ts
   * import { tensor } from "mnist";
   * import assert from "node:assert/strict";
   * assert.deepEqual(tensor([0, 51, 255], "uint8").div(255).toArray(), [0, 0.2, 1]);
   * ```
   */
  div<R extends Shape = []>(other: number | Fits<S, R, Tensor<R>>): Tensor<Broadcast<S, R>> {
    return this.#combine("div", other);
  }

  /**
   * f(x) for every element x, as floats.
   * @throws TypeError when f is not a function or returns anything but a number.
   *
   * @example
   * ```ts
   * import { tensor } from "mnist";
   * import assert from "node:assert/strict";
   * assert.deepEqual(tensor([1, 4, 9]).map(Math.sqrt).toArray(), [1, 2, 3]);
   * ```
   */
  map(f: (x: number) => number): Tensor<S> {
    if (typeof f !== "function") throw typeError("map", "a function such as Math.exp", f);
    const result = Storage.empty(resultType(this.dtype), this.size);
    const isFast = this.#isDense
      ? fast.mapFast(f, this.#storage, this.#offset, result)
      : fast.mapFast(f, Storage.owned(this.#numbers), 0, result);
    if (!isFast) {
      const x = this.#numbers, out = result.array;
      for (let i = 0; i < x.length; i++) out[i] = holds("float64", f(x[i]), "map");
    }
    return new Tensor(result, this.shape);
  }

  /**
   * Whether the other tensor has the same shape and the same numbers (NaN equals nothing).
   *
   * @example
   * ```ts
   * import { tensor } from "mnist";
   * import assert from "node:assert/strict";
   * assert.ok(tensor([1, 2]).equals(tensor([1, 2])));
   * assert.ok(!tensor([0.3]).equals(tensor([0.1 + 0.2])));
   * ```
   */
  equals(other: Tensor): boolean {
    return this.#agrees("equals", other, 0, 0);
  }

  /**
   * Whether the shapes are the same and |a - b| ≤ absolute + relative · |b| everywhere, as in NumPy:
   * an infinity is only close to itself, NaN to nothing.
   *
   * @example
   * ```ts
   * import { tensor } from "mnist";
   * import assert from "node:assert/strict";
   * assert.ok(tensor([0.3]).allClose(tensor([0.1 + 0.2])));
   * assert.ok(tensor([1]).allClose(tensor([1.01]), { absolute: 0.1 }));
   * ```
   */
  allClose(other: Tensor, options: { relative?: number; absolute?: number } = {}): boolean {
    onlyKnown("allClose", options, ["relative", "absolute"]);
    const { relative = 1e-5, absolute = 1e-8 } = options;
    return this.#agrees("allClose", other, relative, absolute);
  }

  // ---- The product.

  /**
   * (A·B)ᵢⱼ = Σₖ Aᵢₖ Bₖⱼ
   *
   * The product of matrices and vectors: [N, K]·[K, M], [N, K]·[K], [K]·[K, M], and for two vectors
   * the number Σ aₖ bₖ. A 0 in A adds nothing, not even for an infinity in B.
   * @throws RangeError when the inner dimensions differ, or for more than two axes.
   *
   * @example
   * ```ts
   * import { tensor } from "mnist";
   * import assert from "node:assert/strict";
   * const A = tensor([[1, 2], [3, 4]]);
   * assert.deepEqual(A.dot(tensor([[1, 0], [0, 2]])).toArray(), [[1, 4], [3, 8]]);
   * assert.equal(tensor([1, 2, 3]).dot(tensor([4, 5, 6])), 32);
   * ```
   */
  dot<R extends Shape>(
    other: shapes.Agree<shapes.Last<S>, shapes.First<R>, Tensor<R>, "dot: inner dimensions differ">,
  ): OrNumber<[...shapes.Init<S>, ...shapes.Tail<R>]> {
    return this.#product(other);
  }

  // ---- Reductions along an axis: it is removed, or kept with length 1 (`keepdims`, so that the
  //      result broadcasts against the original). Without an axis, all elements give one number.

  /**
   * Σ x, along an axis or of all elements. The sum of no numbers is 0.
   *
   * @example
   * ```ts
   * import { tensor } from "mnist";
   * import assert from "node:assert/strict";
   * const x = tensor([[1, 2], [3, 4]]);
   * assert.equal(x.sum(), 10);
   * assert.deepEqual(x.sum(0).toArray(), [4, 6]);
   * assert.deepEqual(x.sum(1, true).toArray(), [[3], [7]]);
   * ```
   */
  sum<A extends Axis = All, K extends boolean = false>(axis?: A, keepdims?: K): Along<S, A, K> {
    return this.#reduce("sum", axis, keepdims);
  }

  /**
   * Σ x / N, along an axis or of all elements. The mean of no numbers is NaN.
   *
   * @example
   * ```ts
   * import { tensor } from "mnist";
   * import assert from "node:assert/strict";
   * assert.deepEqual(tensor([[1, 2], [3, 4]]).mean(0).toArray(), [2, 3]);
   * ```
   */
  mean<A extends Axis = All, K extends boolean = false>(axis?: A, keepdims?: K): Along<S, A, K> {
    return this.#reduce("mean", axis, keepdims);
  }

  /**
   * The largest number, along an axis or of all elements; NaN if there is one.
   * @throws RangeError when there are no numbers.
   *
   * @example
   * ```ts
   * import { tensor } from "mnist";
   * import assert from "node:assert/strict";
   * assert.deepEqual(tensor([[1, 5], [3, 4]]).max(1).toArray(), [5, 4]);
   * ```
   */
  max<A extends Axis = All, K extends boolean = false>(axis?: A, keepdims?: K): Along<S, A, K> {
    return this.#reduce("max", axis, keepdims);
  }

  /**
   * The smallest number, along an axis or of all elements; NaN if there is one.
   * @throws RangeError when there are no numbers.
   *
   * @example
   * ```ts
   * import { tensor } from "mnist";
   * import assert from "node:assert/strict";
   * assert.equal(tensor([[1, 5], [3, 4]]).min(), 1);
   * ```
   */
  min<A extends Axis = All, K extends boolean = false>(axis?: A, keepdims?: K): Along<S, A, K> {
    return this.#reduce("min", axis, keepdims);
  }

  /**
   * The index of the largest number, of the first one among equals.
   * @throws RangeError when there are no numbers.
   *
   * @example
   * ```ts
   * import { tensor } from "mnist";
   * import assert from "node:assert/strict";
   * const scores = tensor([[0.1, 0.7, 0.2], [0.5, 0.3, 0.2]]);
   * assert.deepEqual(scores.argmax(1).toArray(), [1, 0]);
   * ```
   */
  argmax<A extends Axis = All, K extends boolean = false>(axis?: A, keepdims?: K): Along<S, A, K> {
    return this.#reduce("argmax", axis, keepdims);
  }

  /**
   * The index of the smallest number, of the first one among equals.
   * @throws RangeError when there are no numbers.
   *
   * @example
   * ```ts
   * import { tensor } from "mnist";
   * import assert from "node:assert/strict";
   * assert.equal(tensor([3, 1, 2]).argmin(), 1);
   * ```
   */
  argmin<A extends Axis = All, K extends boolean = false>(axis?: A, keepdims?: K): Along<S, A, K> {
    return this.#reduce("argmin", axis, keepdims);
  }

  // ---- Text.

  /** The numbers as NumPy prints them: aligned, and summarized beyond 1,000. */
  toString(): string {
    return formatTensor({ shape: this.shape, data: this.#numbers });
  }

  /** What `console.log` prints: shape, dtype and numbers. */
  [Symbol.for("nodejs.util.inspect.custom")](): string {
    return `Tensor ${showShape(this.shape)} ${this.dtype}\n${this}`;
  }

  /** What a notebook shows for a tensor as the last expression of a cell. */
  [DISPLAY](): MimeBundle {
    return { "text/plain": this.toString() };
  }

  /**
   * What `JSON.stringify` writes: nested arrays, which `tensor` reads.
   * @throws TypeError for NaN and infinity, which JSON does not have.
   */
  toJSON(): NestedArray {
    const odd = this.#numbers.find((value: number) => !Number.isFinite(value));
    if (odd === undefined) return this.toArray();
    throw typeError("JSON", "finite numbers (saveWeights stores any numbers)", odd);
  }

  /**
   * Text in a template literal.
   * @throws TypeError for operators: `t + 1` would be text, and `t < 1` always false.
   */
  [Symbol.toPrimitive](hint: string): string {
    if (hint === "string") return this.toString();
    throw typeError("operator", "a method: t.add(1) for t + 1, t.equals(u) for t == u", this);
  }

  // ---- Behind the methods. The compiler computes the types of the shapes, the methods the shapes.

  #view<R extends Shape>(shape: Shape, strides: readonly number[], offset: number): Tensor<R> {
    return shaped(this.#storage, shape, { strides, offset });
  }

  #slice<R extends Shape>(caller: string, ranges: readonly (Range | null)[]): Tensor<R> {
    if (ranges.length > this.ndim) {
      throw rangeError(caller, `at most ${this.ndim} ranges`, ranges.length);
    }
    const shape = [...this.shape], strides = [...this.strides];
    let offset = this.#offset;
    ranges.forEach((range, axis) => {
      if (range === null) return;
      const { start, length, step } = resolveRange(caller, range, this.shape[axis]);
      offset += start * strides[axis];
      strides[axis] *= step;
      shape[axis] = length;
    });
    return this.#view(shape, strides, offset);
  }

  /** The position of an index, or of its first numbers, in the storage. */
  #position(caller: string, index: readonly number[]): number {
    let at = this.#offset;
    index.forEach((i, axis) => {
      const k = fromStart(i, this.shape[axis]);
      if (k < 0) throw rangeError(caller, `an index for the shape ${showShape(this.shape)}`, index);
      at += k * this.strides[axis];
    });
    return at;
  }

  /** A row-major copy. */
  #copyOf(dtype: DType): Storage {
    const copy = Storage.empty(dtype, this.size);
    copy.array.set(this.#numbers);
    return copy;
  }

  #combine<R extends Shape>(operation: fast.Operation, other: unknown): Tensor<R> {
    if (typeof other === "number") return this.#combineNumber(operation, other);
    const b = expectTensor(operation, other, "a tensor or a number"), repeat = this.#repeats(b);
    const shape = repeat ? this.shape : shapes.broadcastShapes(operation, this.shape, b.shape);
    const result = Storage.empty(resultType(this.dtype, b.dtype), sizeOf(shape));
    const x = this.#storage, y = b.#storage, i = this.#offset, j = b.#offset;
    if (repeat) {
      const columns = repeat === "row" ? b.size : repeat === "column" ? shape[this.ndim - 1] : 1;
      const rows = result.length / columns;
      const isDone = fast.arithmeticFast(operation, repeat, x, i, y, j, rows, columns, result);
      if (isDone) return shaped(result, shape);
    }
    const strides = [this, b].map((t) => strided.broadcastStrides(t.#layout, shape));
    const loop = elementwise[operation], [from, by, out] = [x.array, y.array, result.array];
    let to = 0;
    strided.eachRun(shape, strides, [i, j], (length, [i, j], [iStep, jStep]) => {
      loop(length, from, i, iStep, by, j, jStep, out, to);
      to += length;
    });
    return shaped(result, shape);
  }

  #combineNumber<R extends Shape>(operation: fast.Operation, value: number): Tensor<R> {
    const result = Storage.empty(resultType(this.dtype), this.size);
    if (!this.#isDense || !fast.scalarFast(operation, this.#storage, this.#offset, value, result)) {
      const x = this.#numbers;
      elementwise[operation](x.length, x, 0, 1, Float64Array.of(value), 0, 0, result.array, 0);
    }
    return shaped(result, this.shape);
  }

  /** How a smaller operand is repeated to this shape, in the ways that the kernels know. */
  #repeats(b: Tensor): fast.Repeat | undefined {
    const lead = this.ndim - b.ndim, last = this.ndim - 1;
    if (!this.#isDense || !b.#isDense || lead < 0 || this.size === 0) return undefined;
    const unequal = b.shape.findIndex((length, axis) => length !== this.shape[lead + axis]);
    if (unequal < 0) return lead === 0 ? "not" : "row";
    return lead === 0 && unequal === last && b.shape[last] === 1 ? "column" : undefined;
  }

  #agrees(caller: string, other: unknown, relative: number, absolute: number): boolean {
    const t = expectTensor(caller, other), x = this.#numbers, y = t.#numbers;
    const isClose = (a: number, b: number) =>
      a === b || (isFinite(b) && Math.abs(a - b) <= absolute + relative * Math.abs(b));
    return shapes.sameShape(this.shape, t.shape) &&
      x.every((value: number, i: number) => isClose(value, y[i]));
  }

  #product<R extends Shape>(other: unknown): OrNumber<R>;
  #product(other: unknown): Tensor | number {
    const b = expectTensor("dot", other, "a tensor (mul multiplies by a number)");
    const fits = this.shape.at(-1) === b.shape[0];
    if (![1, 2].includes(this.ndim) || ![1, 2].includes(b.ndim) || !fits) {
      const expected = fits ? "one or two axes each" : "inner dimensions to match";
      const found = `${showShape(this.shape)} · ${showShape(b.shape)}`;
      throw new RangeError(`dot: expected ${expected}, found ${found}`);
    }
    const shape = [...this.shape.slice(0, -1), ...b.shape.slice(1)];
    const dtype = resultType(this.dtype, b.dtype), isNumber = shape.length === 0;
    const result = isNumber ? cell(dtype) : Storage.empty(dtype, sizeOf(shape));
    matmul(this.#matrix("row"), b.#matrix("column"), result);
    return isNumber ? result.array[0] : new Tensor(result, shape);
  }

  /** This as a matrix; a vector as one row or one column. */
  #matrix(vector: "row" | "column"): Matrix {
    const { shape: [rows, columns], strides: [rowStep, columnStep] } = this;
    const storage = this.#storage, offset = this.#offset;
    if (this.ndim === 2) return { storage, offset, rows, columns, rowStep, columnStep };
    return vector === "row"
      ? { storage, offset, rows: 1, columns: rows, rowStep: 0, columnStep: rowStep }
      : { storage, offset, rows, columns: 1, rowStep, columnStep: 0 };
  }

  #reduce<A extends Axis, K extends boolean>(name: Name, axis?: A, keepdims?: K): Along<S, A, K>;
  #reduce(name: Name, axis?: number, keepdims = false): Tensor | number {
    const { shape } = this, isAll = axis === undefined;
    const k = isAll ? 0 : shapes.resolveAxis(name, axis, this.ndim);
    const outer = isAll ? 1 : sizeOf(shape, 0, k), inner = isAll ? 1 : sizeOf(shape, k + 1);
    const length = isAll ? this.size : shape[k], isSum = name === "sum" || name === "mean";
    if (length === 0 && !isSum) throw rangeError(name, "at least one number", shape);
    const dtype = name.startsWith("arg") ? "int32" : isSum ? resultType(this.dtype) : this.dtype;
    const rest = isAll ? [] : shape.toSpliced(k, 1);
    const left = keepdims ? shape.map((n, i) => (isAll || i === k ? 1 : n)) : rest;
    const result = left.length === 0 ? cell(dtype) : Storage.empty(dtype, outer * inner);
    const loop = name === "mean" ? "sum" : name;
    const isDone = this.#isDense && loop !== "min" && loop !== "argmin" &&
      fast.foldFast(loop, this.#storage, this.#offset, outer, length, inner, result);
    if (!isDone) reduce[loop](this.#numbers, outer, length, inner, result.array);
    if (name === "mean") {
      result.array.forEach((sum: number, i: number, out) => out[i] = sum / length);
    }
    return left.length === 0 ? result.array[0] : new Tensor(result, left);
  }
}

/**
 * A tensor of an array that nobody else holds, so that kernels may move its numbers. Within the
 * library only.
 * @throws RangeError when the array does not hold exactly this shape.
 */
export function adopt<S extends Shape>(array: NumericArray, shape: S): Tensor<S> {
  return array.length === sizeOf(shape)
    ? new Tensor(Storage.owned(array), shape)
    : new Tensor(array, shape); // throws
}

const cells = new Map<DType, Storage>();

/** Room for a result of one number, used again and again. */
function cell(dtype: DType): Storage {
  const storage = cells.get(dtype) ?? Storage.outsideScopes(dtype, 1);
  cells.set(dtype, storage);
  return storage;
}

/** An index counted from the start of an axis, or -1 where there is none. */
function fromStart(index: number, length: number): number {
  const isInside = Number.isInteger(index) && index >= -length && index < length;
  return !isInside ? -1 : index < 0 ? index + length : index;
}

type Name = keyof typeof reduce | "mean";
type Parts = ConstructorParameters<typeof Tensor>;

/** A tensor of a shape whose type the compiler infers from the context. Within the library only. */
export function shaped<R extends Shape>(...parts: Parts): Tensor<R>;
export function shaped(...parts: Parts): Tensor {
  return new Tensor(...parts);
}

/**
 * Checks that a value is a tensor. Within the library only.
 * @param expected what the message asks for.
 * @throws TypeError for anything else.
 */
export function expectTensor<T extends Tensor>(caller: string, x: T, expected?: string): T;
export function expectTensor(caller: string, x: unknown, expected?: string): Tensor;
export function expectTensor(caller: string, x: unknown, expected = "a tensor"): Tensor {
  if (x instanceof Tensor) return x;
  const areNumbers = Array.isArray(x) || typeof x === "number" || ArrayBuffer.isView(x);
  const hint = areNumbers ? "; tensor(…) makes a tensor" : "";
  throw unexpected(`${caller}: expected ${expected}`, x, hint);
}

/** Python's rules for `start:stop:step` on an axis of this length. */
function resolveRange(caller: string, range: Range, length: number) {
  if (!Array.isArray(range)) throw typeError(caller, "ranges such as [0, 10], or null", range);
  const [from = null, to = null, step = 1] = range;
  if (step === 0 || ![from ?? 0, to ?? 0, step].every(Number.isInteger)) {
    throw rangeError(caller, "integers [start, stop, step] and a step other than 0", range);
  }
  const [low, high] = step > 0 ? [0, length] : [-1, length - 1];
  const clamp = (at: number) => Math.min(Math.max(at < 0 ? at + length : at, low), high);
  const start = from === null ? (step > 0 ? low : high) : clamp(from);
  const stop = to === null ? (step > 0 ? high : low) : clamp(to);
  return { start, step, length: Math.max(0, Math.ceil((stop - start) / step)) };
}
