/** The n-dimensional array that everything else is written in. */
import {
  allocate,
  type DType,
  dtypeOf,
  floatType,
  type NumericArray,
  resultType,
} from "./dtype.ts";
import { formatTensor } from "./format.ts";
import * as elementwise from "./kernels/elementwise.ts";
import { mapFast } from "./kernels/maps.ts";
import { matmul } from "./kernels/matmul.ts";
import type { Matrix } from "./kernels/matrix.ts";
import * as reduce from "./kernels/reduce.ts";
import {
  broadcastStrides,
  eachRun,
  isContiguous,
  type Layout,
  liesWithin,
  pack,
  rowMajor,
} from "./kernels/strided.ts";
import {
  type Agree,
  type Broadcast,
  broadcastShapes,
  checkShape,
  type First,
  type Fits,
  type Indexed,
  type Init,
  type Last,
  type Range,
  type Reduce,
  type Resolve,
  resolveAxis,
  resolveShape,
  type Reverse,
  sameShape,
  type Shape,
  showShape,
  sizeOf,
  type Sliced,
  stridesOf,
  type Tail,
} from "./shape.ts";

/**
 * A tensor with no axis left is a plain number.
 * @internal
 */
export type OrNumber<S extends Shape> = S extends readonly [] ? number : Tensor<S>;

/**
 * What folding an axis gives: see the methods of {@link Tensor} from `sum` on.
 * @internal
 */
export type Folded<S extends Shape, Axis extends number | undefined, Keep extends boolean> =
  Axis extends number
    ? Keep extends true ? Tensor<Reduce<S, Axis, [1]>> : OrNumber<Reduce<S, Axis, []>>
    : Keep extends true ? Tensor<{ [I in keyof S]: 1 }>
    : number;

/**
 * Numbers nested as deep as a tensor has axes; a tensor without axes is a number.
 * @internal
 */
export type NestedArray = number | NestedArray[];

/**
 * Numbers in n dimensions, row-major, with the shape in the type: hover over a variable to read
 * `Tensor<[100, 784]>`. A dimension is a literal, or `number` where only the program knows it.
 *
 * Semantics are NumPy's: broadcasting, negative axes and indices, and the same operations give
 * views (`at`, `rows`, `slice`, `transpose`, `reshape` of what lies in order) that share the numbers
 * of the original. Every operation returns a new tensor; only `set` changes one.
 */
export class Tensor<out S extends Shape = Shape> {
  /** The lengths of the axes. */
  readonly shape: S;
  /** How far apart two neighbours along each axis lie in the storage, in numbers. */
  readonly strides: readonly number[];
  readonly #storage: NumericArray;
  readonly #offset: number;

  /**
   * Wraps numbers without copying them.
   * @param storage the numbers, row-major unless `layout` says otherwise.
   * @param shape the lengths of the axes.
   * @param layout where the numbers of a view lie.
   * @throws RangeError when the storage does not hold exactly this shape, or the view leaves it.
   */
  constructor(
    storage: NumericArray,
    shape: S,
    layout?: { readonly strides: readonly number[]; readonly offset: number },
  ) {
    checkShape("Tensor", shape);
    if (layout === undefined && storage.length !== sizeOf(shape)) {
      throw new RangeError(
        `Tensor: expected ${sizeOf(shape)} numbers for the shape ${showShape(shape)}, ` +
          `found ${storage.length}`,
      );
    }
    this.shape = shape;
    this.strides = layout?.strides ?? stridesOf(shape);
    this.#storage = storage;
    this.#offset = layout?.offset ?? 0;
    if (layout !== undefined && !liesWithin(this.#layout, storage.length)) {
      throw new RangeError(
        `Tensor: expected a view of the shape ${showShape(shape)} with one stride an axis, ` +
          `found strides ${showShape(layout.strides)} from ${layout.offset}, which lead outside ` +
          `the ${storage.length} numbers`,
      );
    }
  }

  // ---- What it is.

  /** The kind of its numbers. */
  get dtype(): DType {
    return dtypeOf(this.#storage);
  }

  /** How many axes it has. */
  get ndim(): number {
    return this.shape.length;
  }

  /** How many numbers it holds. */
  get size(): number {
    return sizeOf(this.shape);
  }

  /**
   * The numbers in row-major order, to read. It is the storage itself where they lie so (always in
   * a new tensor), and a copy for a transposed or cut view: write with {@link Tensor.set}.
   */
  get data(): NumericArray {
    return rowMajor(this.#storage, this.#layout);
  }

  get #layout(): Layout {
    return { shape: this.shape, strides: this.strides, offset: this.#offset };
  }

  // ---- Other views of the same numbers.

  /** The axes in reverse order: the rows of a matrix become its columns. A view. */
  get T(): Tensor<Reverse<S>> {
    return this.transpose();
  }

  /** The axes in reverse order, as {@link Tensor.T}. A view. */
  transpose(): Tensor<Reverse<S>>;
  /**
   * The axes in another order: `images.transpose(0, 2, 3, 1)` puts the second axis last. A view.
   * @throws RangeError unless every axis is named once.
   */
  transpose<P extends Shape>(...axes: [...P]): Tensor<{ [I in keyof P]: S[P[I] & number] }>;
  transpose(...order: number[]): Tensor {
    const axes = order.length === 0
      ? this.shape.map((_, axis) => this.ndim - 1 - axis)
      : order.map((axis) => resolveAxis("transpose", axis, this.ndim));
    if (new Set(axes).size !== this.ndim || axes.length !== this.ndim) {
      throw new RangeError(
        `transpose: expected each of the ${this.ndim} axes once, found ${showShape(order)}`,
      );
    }
    const pick = (lengths: readonly number[]) => axes.map((axis) => lengths[axis]);
    return this.#view(pick(this.shape), pick(this.strides), this.#offset);
  }

  /**
   * The same numbers in another shape; a length of -1 is worked out. A view where the numbers lie
   * in order, a copy where they do not (as after a transpose).
   * @throws RangeError when the shape holds another count of numbers.
   */
  reshape<const R extends Shape>(shape: readonly [...R]): Tensor<Resolve<R>>;
  reshape(shape: Shape): Tensor {
    const resolved = resolveShape(shape, this.size);
    return isContiguous(this.#layout)
      ? this.#view(resolved, stridesOf(resolved), this.#offset)
      : new Tensor(this.data, resolved);
  }

  /**
   * The numbers as a vector, always a copy.
   */
  flatten(): Tensor<[number]> {
    return new Tensor(pack(this.#storage, this.#layout), [this.size]);
  }

  /**
   * What stands at an index: a number when every axis is given, else a view of the axes that are
   * left. Negative indices count from the end: `images.at(-1)` is the last image.
   * @throws RangeError when an index lies outside.
   */
  at<const I extends readonly number[]>(...index: I): OrNumber<Indexed<S, I>>;
  at(...index: number[]): Tensor | number {
    const at = this.#position("at", index);
    if (index.length === this.ndim) return this.#storage[at];
    return this.#view(this.shape.slice(index.length), this.strides.slice(index.length), at);
  }

  /** Rows `start` to `end` (not included) of the first axis, as NumPy's `x[start:end]`. A view. */
  rows(start: number, end?: number): Tensor<[number, ...Tail<S>]>;
  rows(start: number, end?: number): Tensor {
    return this.slice([start, end]);
  }

  /**
   * A part of each axis: `x.slice(null, [7, 21], [0, null, 2])` is NumPy's `x[:, 7:21, 0::2]`.
   * Negative numbers count from the end, a negative step walks backwards. A view.
   * @throws RangeError for more ranges than axes or a step of 0.
   */
  slice<const R extends readonly (Range | null)[]>(...ranges: R): Tensor<Sliced<S, R>>;
  slice(...ranges: (Range | null)[]): Tensor {
    if (ranges.length > this.ndim) {
      throw new RangeError(
        `slice: expected at most ${this.ndim} ranges for the shape ${showShape(this.shape)}, ` +
          `found ${ranges.length}`,
      );
    }
    const shape = [...this.shape], strides = [...this.strides];
    let offset = this.#offset;
    ranges.forEach((range, axis) => {
      if (range === null) return;
      const { start, length, step } = resolveRange(range, this.shape[axis]);
      offset += start * strides[axis];
      strides[axis] *= step;
      shape[axis] = length;
    });
    return this.#view(shape, strides, offset);
  }

  /**
   * "I know that this is [-1, 784]": the same tensor with a shape that the compiler knows from here
   * on; -1 stands for any length.
   * @throws RangeError when it has another shape.
   */
  expect<const R extends Shape>(shape: readonly [...R]): Tensor<Resolve<R>>;
  expect(shape: Shape): Tensor {
    const fits = shape.length === this.ndim &&
      shape.every((length, axis) => length === -1 || length === this.shape[axis]);
    if (fits) return this;
    throw new RangeError(
      `expect: expected the shape ${showShape(shape)}, found ${showShape(this.shape)}`,
    );
  }

  /**
   * The same promise, read off another tensor: `dout.mul(mask).like(dout)`.
   * @throws RangeError when the shapes differ.
   */
  like<R extends Shape>(other: Tensor<R>): Tensor<R>;
  like(other: Tensor): Tensor {
    return this.expect(other.shape);
  }

  // ---- Copies.

  /** A copy with numbers of its own. */
  copy(): Tensor<S> {
    return new Tensor(pack(this.#storage, this.#layout), this.shape);
  }

  /** A copy in another kind of number; floats are cut off towards 0 for integers and bytes. */
  astype(dtype: DType): Tensor<S> {
    const data = allocate(dtype, this.size);
    data.set(this.data);
    return new Tensor(data, this.shape);
  }

  /**
   * The rows with these indices, in this order: a mini-batch. A copy.
   * @param indices a vector of row numbers; negative ones count from the end.
   * @throws RangeError when a row does not exist.
   */
  take(indices: ArrayLike<number> | Tensor<[number]>): Tensor<[number, ...Tail<S>]>;
  take(indices: ArrayLike<number> | Tensor): Tensor {
    const from = indices instanceof Tensor ? indices.data : indices;
    const rest = this.shape.slice(1), width = sizeOf(rest), data = this.data;
    const out = allocate(this.dtype, from.length * width);
    for (let i = 0; i < from.length; i++) {
      this.#position("take", [from[i]]); // refuses a row that does not exist
      const start = (from[i] < 0 ? from[i] + this.shape[0] : from[i]) * width;
      out.set(data.subarray(start, start + width), i * width);
    }
    return new Tensor(out, [from.length, ...rest]);
  }

  /**
   * The number of a tensor that holds just one.
   * @throws RangeError when it holds more, or none.
   */
  item(): number {
    if (this.size === 1) return this.data[0];
    throw new RangeError(`item: expected one number, found the shape ${showShape(this.shape)}`);
  }

  /** The numbers as nested arrays, row by row. */
  toArray(): NestedArray {
    const { data, shape, strides } = this.copy();
    const nest = (axis: number, at: number): NestedArray =>
      axis === shape.length
        ? data[at]
        : Array.from({ length: shape[axis] }, (_, i) => nest(axis + 1, at + i * strides[axis]));
    return nest(0, 0);
  }

  /** The parts along the first axis, one after the other: `for (const image of images)`. */
  *[Symbol.iterator](): Generator<OrNumber<Tail<S>>> {
    if (this.ndim === 0) throw new TypeError("for…of: expected at least one axis, found a number");
    for (let i = 0; i < this.shape[0]; i++) yield this.at(i);
  }

  /**
   * Writes one number. The one method that changes a tensor, and with it every view of its numbers.
   * @param value what to write.
   * @param index one number for each axis; negative ones count from the end.
   * @throws RangeError when there is no such place.
   */
  set(value: number, ...index: number[]): void {
    if (index.length !== this.ndim) {
      throw new RangeError(
        `set: expected ${this.ndim} indices for the shape ${showShape(this.shape)}, ` +
          `found ${index.length}`,
      );
    }
    this.#storage[this.#position("set", index)] = value;
  }

  // ---- Arithmetic, number by number, with broadcasting.

  /** this + other. @throws RangeError when the shapes do not broadcast. */
  add<R extends Shape = []>(other: number | Fits<S, R, Tensor<R>>): Tensor<Broadcast<S, R>>;
  add(other: number | Tensor): Tensor {
    return this.#combine("add", other, elementwise.add);
  }

  /** this - other. @throws RangeError when the shapes do not broadcast. */
  sub<R extends Shape = []>(other: number | Fits<S, R, Tensor<R>>): Tensor<Broadcast<S, R>>;
  sub(other: number | Tensor): Tensor {
    return this.#combine("sub", other, elementwise.sub);
  }

  /** this · other, number by number. @throws RangeError when the shapes do not broadcast. */
  mul<R extends Shape = []>(other: number | Fits<S, R, Tensor<R>>): Tensor<Broadcast<S, R>>;
  mul(other: number | Tensor): Tensor {
    return this.#combine("mul", other, elementwise.mul);
  }

  /** this / other. @throws RangeError when the shapes do not broadcast. */
  div<R extends Shape = []>(other: number | Fits<S, R, Tensor<R>>): Tensor<Broadcast<S, R>>;
  div(other: number | Tensor): Tensor {
    return this.#combine("div", other, elementwise.div);
  }

  /** f(x) for every number x, as floats: `x.map(Math.exp)`. */
  map(f: (x: number) => number): Tensor<S> {
    const out = allocate(floatType(this.dtype), this.size);
    out.set(this.data);
    if (!mapFast(out, f)) { for (let i = 0; i < out.length; i++) out[i] = f(out[i]); }
    return new Tensor(out, this.shape);
  }

  /** Whether the other has the same shape and the same numbers (NaN equals nothing). */
  equals(other: Tensor): boolean {
    return this.#agrees(other, (a, b) => a === b);
  }

  /** Whether shapes are the same and |a - b| ≤ absolute + relative · |b| everywhere, as in NumPy. */
  allClose(other: Tensor, { relative = 1e-5, absolute = 1e-8 } = {}): boolean {
    return this.#agrees(
      other,
      (a, b) => a === b || Math.abs(a - b) <= absolute + relative * Math.abs(b),
    );
  }

  // ---- The product.

  /**
   * (A·B)ᵢⱼ = Σₖ Aᵢₖ Bₖⱼ
   *
   * The matrix product of matrices and vectors: [N, K]·[K, M], [N, K]·[K], [K]·[K, M], and for two
   * vectors the number Σ aₖ bₖ. A 0 in A takes nothing from B, not even an infinity.
   * @throws RangeError when the inner dimensions differ, or for more than two axes.
   */
  dot<R extends Shape>(
    other: Agree<Last<S>, First<R>, Tensor<R>, "dot: inner dimensions differ">,
  ): OrNumber<[...Init<S>, ...Tail<R>]>;
  dot(other: Tensor): Tensor | number {
    const inner = this.shape.at(-1);
    if (![1, 2].includes(this.ndim) || ![1, 2].includes(other.ndim) || inner !== other.shape[0]) {
      const fault = inner === other.shape[0] ? "one or two axes each" : "inner dimensions to match";
      throw new RangeError(
        `dot: expected ${fault}, found ${showShape(this.shape)} · ${showShape(other.shape)}`,
      );
    }
    const shape = [...this.shape.slice(0, -1), ...other.shape.slice(1)];
    const out = allocate(resultType(this.dtype, other.dtype), sizeOf(shape));
    matmul(this.#matrix("row"), other.#matrix("column"), out);
    return shape.length === 0 ? out[0] : new Tensor(out, shape);
  }

  // ---- Folding an axis: it goes, or stays with length 1 (`keepdims`, so that the result broadcasts
  //      against the original). Without an axis, everything becomes one number.

  /** Σ x. The sum of no numbers is 0. */
  sum<A extends number | undefined = undefined, K extends boolean = false>(
    axis?: A,
    keepdims?: K,
  ): Folded<S, A, K>;
  sum(axis?: number, keepdims = false): Tensor | number {
    return this.#fold(reduce.sum, floatType(this.dtype), axis, keepdims);
  }

  /** Σ x / N. The mean of no numbers is NaN. */
  mean<A extends number | undefined = undefined, K extends boolean = false>(
    axis?: A,
    keepdims?: K,
  ): Folded<S, A, K>;
  mean(axis?: number, keepdims = false): Tensor | number {
    const sum = this.#fold(reduce.sum, floatType(this.dtype), axis, keepdims);
    const count = axis === undefined ? this.size : this.shape.at(axis) ?? NaN;
    return typeof sum === "number" ? sum / count : sum.div(count);
  }

  /** The largest number; a NaN wins. @throws RangeError when there is none. */
  max<A extends number | undefined = undefined, K extends boolean = false>(
    axis?: A,
    keepdims?: K,
  ): Folded<S, A, K>;
  max(axis?: number, keepdims = false): Tensor | number {
    this.#needsNumbers("max", axis);
    return this.#fold(reduce.max, this.dtype, axis, keepdims);
  }

  /** The smallest number; a NaN wins. @throws RangeError when there is none. */
  min<A extends number | undefined = undefined, K extends boolean = false>(
    axis?: A,
    keepdims?: K,
  ): Folded<S, A, K>;
  min(axis?: number, keepdims = false): Tensor | number {
    this.#needsNumbers("min", axis);
    return this.#fold(reduce.min, this.dtype, axis, keepdims);
  }

  /** Where the largest number stands, the first of equals. @throws RangeError when there is none. */
  argmax<A extends number | undefined = undefined, K extends boolean = false>(
    axis?: A,
    keepdims?: K,
  ): Folded<S, A, K>;
  argmax(axis?: number, keepdims = false): Tensor | number {
    this.#needsNumbers("argmax", axis);
    return this.#fold(reduce.argmax, "int32", axis, keepdims);
  }

  /** Where the smallest number stands, the first of equals. @throws RangeError when there is none. */
  argmin<A extends number | undefined = undefined, K extends boolean = false>(
    axis?: A,
    keepdims?: K,
  ): Folded<S, A, K>;
  argmin(axis?: number, keepdims = false): Tensor | number {
    this.#needsNumbers("argmin", axis);
    return this.#fold(reduce.argmin, "int32", axis, keepdims);
  }

  // ---- How it prints.

  /** The numbers as NumPy prints them: aligned, and with the middle left out beyond 1,000. */
  toString(): string {
    return formatTensor(this);
  }

  /** What `console.log` prints: shape, kind and numbers. */
  [Symbol.for("nodejs.util.inspect.custom")](): string {
    return `Tensor ${showShape(this.shape)} ${this.dtype}\n${this}`;
  }

  // ---- Behind the methods.

  #view(shape: Shape, strides: readonly number[], offset: number): Tensor {
    return new Tensor(this.#storage, shape, { strides, offset });
  }

  /** Where an index (or its first numbers) points to in the storage. */
  #position(caller: string, index: readonly number[]): number {
    let at = this.#offset;
    index.forEach((i, axis) => {
      const length = this.shape[axis];
      if (!(Number.isInteger(i) && i >= -length && i < length)) {
        throw new RangeError(
          `${caller}: expected an index for the shape ${showShape(this.shape)}, ` +
            `found ${showShape(index)}`,
        );
      }
      at += (i < 0 ? i + length : i) * this.strides[axis];
    });
    return at;
  }

  #combine(caller: string, other: number | Tensor, loop: elementwise.BinaryLoop): Tensor {
    const b = typeof other === "number" ? new Tensor(Float64Array.of(other), []) : other;
    const dtype = typeof other === "number"
      ? floatType(this.dtype)
      : resultType(this.dtype, other.dtype);
    const shape = broadcastShapes(caller, this.shape, b.shape);
    const strides = [broadcastStrides(this.#layout, shape), broadcastStrides(b.#layout, shape)];
    const out = allocate(dtype, sizeOf(shape)), [x, y] = [this.#storage, b.#storage];
    let to = 0;
    eachRun(shape, strides, [this.#offset, b.#offset], (length, [i, j], [iStep, jStep]) => {
      loop(length, x, i, iStep, y, j, jStep, out, to);
      to += length;
    });
    return new Tensor(out, shape);
  }

  #agrees(other: Tensor, same: (a: number, b: number) => boolean): boolean {
    if (!sameShape(this.shape, other.shape)) return false;
    const [a, b] = [this.data, other.data];
    for (let i = 0; i < a.length; i++) if (!same(a[i], b[i])) return false;
    return true;
  }

  #fold(fold: reduce.Reduction, dtype: DType, axis: number | undefined, keepdims: boolean) {
    const shape = axis === undefined ? [this.size] : this.shape;
    const k = axis === undefined ? 0 : resolveAxis("axis", axis, this.ndim);
    const [before, after] = [shape.slice(0, k), shape.slice(k + 1)];
    const out = allocate(dtype, sizeOf(before) * sizeOf(after));
    fold(this.data, sizeOf(before), shape[k], sizeOf(after), out);
    const left = keepdims
      ? this.shape.map((length, i) => axis === undefined || i === k ? 1 : length)
      : [...before, ...after];
    return left.length === 0 ? out[0] : new Tensor(out, left);
  }

  #needsNumbers(caller: string, axis: number | undefined): void {
    const count = axis === undefined ? this.size : this.shape.at(axis);
    if (count !== 0) return;
    throw new RangeError(
      `${caller}: expected at least one number, found the shape ${showShape(this.shape)}`,
    );
  }

  /** This as a matrix; a vector as one row or one column. */
  #matrix(vector: "row" | "column"): Matrix {
    const { shape: [first, second], strides: [step, columnStep] } = this;
    const at = { storage: this.#storage, offset: this.#offset };
    if (this.ndim === 2) {
      return { ...at, rows: first, columns: second, rowStep: step, columnStep };
    }
    return vector === "row"
      ? { ...at, rows: 1, columns: first, rowStep: 0, columnStep: step }
      : { ...at, rows: first, columns: 1, rowStep: step, columnStep: 0 };
  }
}

/** Python's rules for `start:stop:step` on an axis of this length. */
function resolveRange([from, to = null, step = 1]: Range, length: number) {
  if (!Number.isInteger(step) || step === 0) {
    throw new RangeError(`slice: expected a step that is an integer and not 0, found ${step}`);
  }
  const [low, high] = step > 0 ? [0, length] : [-1, length - 1];
  const clamp = (at: number) => Math.min(Math.max(at < 0 ? at + length : at, low), high);
  const start = from === null ? (step > 0 ? low : high) : clamp(from);
  const stop = to === null ? (step > 0 ? high : low) : clamp(to);
  return { start, step, length: Math.max(0, Math.ceil((stop - start) / step)) };
}
