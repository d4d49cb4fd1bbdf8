/** The n-dimensional array that everything else is written in. */
import { type DType, floatType, type NumericArray, resultType } from "./dtype.ts";
import { formatTensor } from "./format.ts";
import * as elementwise from "./kernels/elementwise.ts";
import {
  arithmeticFast,
  foldFast,
  type Folding,
  mapFast,
  type Operation,
  type Repeat,
  scalarFast,
} from "./kernels/fast.ts";
import { matmul } from "./kernels/matmul.ts";
import type { Matrix } from "./kernels/matrix.ts";
import * as reduce from "./kernels/reduce.ts";
import { Storage } from "./kernels/storage.ts";
import {
  broadcastStrides,
  eachRun,
  isContiguous,
  type Layout,
  liesWithin,
  pack,
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

/** The row-major numbers of a tensor, to read at once and not to keep. Within the library only. */
export let numbersOf: (x: Tensor) => NumericArray;
/** The storage of a tensor that holds all of it in order, else undefined. Within the library only. */
export let storageOf: (x: Tensor) => Storage | undefined;
/** The storage that a tensor shares with its views. Within the library only. */
export let baseOf: (x: Tensor) => Storage;

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
  #strides: readonly number[] | undefined;
  readonly #storage: Storage;
  readonly #offset: number;
  /** Whether the numbers are row-major, with nothing between. */
  readonly #isDense: boolean;

  /**
   * Wraps numbers without copying them.
   * @param storage the numbers, row-major unless `layout` says otherwise.
   * @param shape the lengths of the axes.
   * @param layout where the numbers of a view lie.
   * @throws RangeError when the storage does not hold exactly this shape, or the view leaves it.
   */
  constructor(
    storage: NumericArray | Storage,
    shape: S,
    layout?: { readonly strides: readonly number[]; readonly offset: number },
  ) {
    this.shape = shape;
    this.#strides = layout?.strides;
    this.#offset = layout?.offset ?? 0;
    if (storage instanceof Storage) { // from within, where everything is known to fit
      this.#storage = storage;
    } else {
      checkShape("Tensor", shape);
      this.#storage = Storage.of(storage);
      if (layout === undefined && storage.length !== sizeOf(shape)) {
        throw new RangeError(
          `Tensor: expected ${sizeOf(shape)} numbers for the shape ${showShape(shape)}, ` +
            `found ${storage.length}`,
        );
      }
      if (layout !== undefined && !liesWithin(this.#layout, storage.length)) {
        throw new RangeError(
          `Tensor: expected a view of the shape ${showShape(shape)} with one stride an axis, ` +
            `found strides ${
              showShape(layout.strides)
            } from ${layout.offset}, which lead outside ` +
            `the ${storage.length} numbers`,
        );
      }
    }
    this.#isDense = layout === undefined || isContiguous(this.#layout);
  }

  // ---- What it is.

  /** The kind of its numbers. */
  get dtype(): DType {
    return this.#storage.dtype;
  }

  /** How far apart two neighbours along each axis are in the storage, in numbers. */
  get strides(): readonly number[] {
    return this.#strides ??= stridesOf(this.shape);
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
    return this.#rowMajor(this.#storage.lend());
  }

  /** The same, to read at once and not to keep. */
  get #numbers(): NumericArray {
    return this.#rowMajor(this.#storage.array);
  }

  #rowMajor(numbers: NumericArray): NumericArray {
    const { size } = this;
    if (!this.#isDense) return pack(numbers, this.#layout);
    return size === numbers.length ? numbers : numbers.subarray(this.#offset, this.#offset + size);
  }

  static {
    numbersOf = (x) => x.#numbers;
    storageOf = (x) =>
      x.#isDense && x.#offset === 0 && x.size === x.#storage.length ? x.#storage : undefined;
    baseOf = (x) => x.#storage;
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
    return this.#isDense
      ? this.#view(resolved, stridesOf(resolved), this.#offset)
      : new Tensor(Storage.owned(this.#numbers), resolved);
  }

  /**
   * The numbers as a vector, always a copy.
   */
  flatten(): Tensor<[number]> {
    return new Tensor(this.#copyOf(this.dtype), [this.size]);
  }

  /**
   * What stands at an index: a number when every axis is given, else a view of the axes that are
   * left. Negative indices count from the end: `images.at(-1)` is the last image.
   * @throws RangeError when an index lies outside.
   */
  at<const I extends readonly number[]>(...index: I): OrNumber<Indexed<S, I>>;
  at(...index: number[]): Tensor | number {
    const at = this.#position("at", index);
    if (index.length === this.ndim) return this.#storage.array[at];
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
    return new Tensor(this.#copyOf(this.dtype), this.shape);
  }

  /** A copy in another kind of number; floats are cut off towards 0 for integers and bytes. */
  astype(dtype: DType): Tensor<S> {
    return new Tensor(this.#copyOf(dtype), this.shape);
  }

  /**
   * The rows with these indices, in this order: a mini-batch. A copy.
   * @param indices a vector of row numbers; negative ones count from the end.
   * @throws RangeError when a row does not exist.
   */
  take(indices: ArrayLike<number> | Tensor<[number]>): Tensor<[number, ...Tail<S>]>;
  take(indices: ArrayLike<number> | Tensor): Tensor {
    const from = indices instanceof Tensor ? indices.#numbers : indices;
    const rest = this.shape.slice(1), width = sizeOf(rest), data = this.#numbers;
    const storage = Storage.empty(this.dtype, from.length * width), out = storage.array;
    for (let i = 0; i < from.length; i++) {
      const at = from[i] < 0 ? from[i] + this.shape[0] : from[i];
      if (!(Number.isInteger(at) && at >= 0 && at < this.shape[0])) {
        this.#position("take", [from[i]]);
      }
      if (width === 1) out[i] = data[at];
      else out.set(data.subarray(at * width, (at + 1) * width), i * width);
    }
    return new Tensor(storage, [from.length, ...rest]);
  }

  /**
   * The number of a tensor that holds just one.
   * @throws RangeError when it holds more, or none.
   */
  item(): number {
    if (this.size === 1) return this.#numbers[0];
    throw new RangeError(`item: expected one number, found the shape ${showShape(this.shape)}`);
  }

  /** The numbers as nested arrays, row by row. */
  toArray(): NestedArray {
    const { shape } = this, data = this.#numbers, strides = stridesOf(shape);
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
    this.#storage.array[this.#position("set", index)] = value;
  }

  // ---- Arithmetic, number by number, with broadcasting.

  /** this + other. @throws RangeError when the shapes do not broadcast. */
  add<R extends Shape = []>(other: number | Fits<S, R, Tensor<R>>): Tensor<Broadcast<S, R>>;
  add(other: number | Tensor): Tensor {
    return this.#combine("add", other);
  }

  /** this - other. @throws RangeError when the shapes do not broadcast. */
  sub<R extends Shape = []>(other: number | Fits<S, R, Tensor<R>>): Tensor<Broadcast<S, R>>;
  sub(other: number | Tensor): Tensor {
    return this.#combine("sub", other);
  }

  /** this · other, number by number. @throws RangeError when the shapes do not broadcast. */
  mul<R extends Shape = []>(other: number | Fits<S, R, Tensor<R>>): Tensor<Broadcast<S, R>>;
  mul(other: number | Tensor): Tensor {
    return this.#combine("mul", other);
  }

  /** this / other. @throws RangeError when the shapes do not broadcast. */
  div<R extends Shape = []>(other: number | Fits<S, R, Tensor<R>>): Tensor<Broadcast<S, R>>;
  div(other: number | Tensor): Tensor {
    return this.#combine("div", other);
  }

  /** f(x) for every number x, as floats: `x.map(Math.exp)`. */
  map(f: (x: number) => number): Tensor<S> {
    const result = Storage.empty(floatType(this.dtype), this.size);
    if (!this.#isDense || !mapFast(f, this.#storage, this.#offset, result)) {
      const from = this.#numbers, out = result.array;
      for (let i = 0; i < out.length; i++) out[i] = f(from[i]);
    }
    return new Tensor(result, this.shape);
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
    const dtype = resultType(this.dtype, other.dtype);
    const result = shape.length === 0 ? cell(dtype) : Storage.empty(dtype, sizeOf(shape));
    matmul(this.#matrix("row"), other.#matrix("column"), result);
    return shape.length === 0 ? result.array[0] : new Tensor(result, shape);
  }

  // ---- Folding an axis: it goes, or stays with length 1 (`keepdims`, so that the result broadcasts
  //      against the original). Without an axis, everything becomes one number.

  /** Σ x. The sum of no numbers is 0. */
  sum<A extends number | undefined = undefined, K extends boolean = false>(
    axis?: A,
    keepdims?: K,
  ): Folded<S, A, K>;
  sum(axis?: number, keepdims = false): Tensor | number {
    return this.#fold("sum", floatType(this.dtype), axis, keepdims);
  }

  /** Σ x / N. The mean of no numbers is NaN. */
  mean<A extends number | undefined = undefined, K extends boolean = false>(
    axis?: A,
    keepdims?: K,
  ): Folded<S, A, K>;
  mean(axis?: number, keepdims = false): Tensor | number {
    const sum = this.#fold("sum", floatType(this.dtype), axis, keepdims);
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
    return this.#fold("max", this.dtype, axis, keepdims);
  }

  /** The smallest number; a NaN wins. @throws RangeError when there is none. */
  min<A extends number | undefined = undefined, K extends boolean = false>(
    axis?: A,
    keepdims?: K,
  ): Folded<S, A, K>;
  min(axis?: number, keepdims = false): Tensor | number {
    this.#needsNumbers("min", axis);
    return this.#fold("min", this.dtype, axis, keepdims);
  }

  /** Where the largest number stands, the first of equals. @throws RangeError when there is none. */
  argmax<A extends number | undefined = undefined, K extends boolean = false>(
    axis?: A,
    keepdims?: K,
  ): Folded<S, A, K>;
  argmax(axis?: number, keepdims = false): Tensor | number {
    this.#needsNumbers("argmax", axis);
    return this.#fold("argmax", "int32", axis, keepdims);
  }

  /** Where the smallest number stands, the first of equals. @throws RangeError when there is none. */
  argmin<A extends number | undefined = undefined, K extends boolean = false>(
    axis?: A,
    keepdims?: K,
  ): Folded<S, A, K>;
  argmin(axis?: number, keepdims = false): Tensor | number {
    this.#needsNumbers("argmin", axis);
    return this.#fold("argmin", "int32", axis, keepdims);
  }

  // ---- How it prints.

  /** The numbers as NumPy prints them: aligned, and with the middle left out beyond 1,000. */
  toString(): string {
    return formatTensor({ shape: this.shape, data: this.#numbers });
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

  /** A row-major copy. */
  #copyOf(dtype: DType): Storage {
    const copy = Storage.empty(dtype, this.size);
    copy.array.set(this.#numbers);
    return copy;
  }

  #combine(operation: Operation, other: number | Tensor): Tensor {
    if (typeof other === "number") {
      const result = Storage.empty(floatType(this.dtype), this.size);
      if (!this.#isDense || !scalarFast(operation, this.#storage, this.#offset, other, result)) {
        const x = this.#numbers, loop = elementwise[operation];
        loop(x.length, x, 0, 1, Float64Array.of(other), 0, 0, result.array, 0);
      }
      return new Tensor(result, this.shape);
    }
    const dtype = resultType(this.dtype, other.dtype), repeat = this.#repeats(other);
    if (repeat !== undefined) {
      const { size } = this, result = Storage.empty(dtype, size);
      const columns = repeat === "row"
        ? other.size
        : repeat === "column"
        ? this.shape[this.ndim - 1]
        : 1;
      const [from, offset] = [this.#storage, this.#offset], rows = size / columns;
      const [b, at] = [other.#storage, other.#offset];
      if (arithmeticFast(operation, repeat, from, offset, b, at, rows, columns, result)) {
        return new Tensor(result, this.shape);
      }
      this.#walk(operation, other, this.shape, result);
      return new Tensor(result, this.shape);
    }
    const shape = broadcastShapes(operation, this.shape, other.shape);
    const result = Storage.empty(dtype, sizeOf(shape));
    this.#walk(operation, other, shape, result);
    return new Tensor(result, shape);
  }

  /** How a smaller operand is repeated to this shape, in the ways that the kernels know. */
  #repeats(other: Tensor): Repeat | undefined {
    const a = this.shape, b = other.shape, lead = a.length - b.length;
    if (!this.#isDense || !other.#isDense || lead < 0 || this.size === 0) return undefined;
    if (lead === 0) {
      if (a === b || sameShape(a, b)) return "not";
      const last = a.length - 1;
      if (b[last] !== 1) return undefined;
      for (let axis = 0; axis < last; axis++) if (a[axis] !== b[axis]) return undefined;
      return "column";
    }
    for (let axis = 0; axis < b.length; axis++) if (a[axis + lead] !== b[axis]) return undefined;
    return "row";
  }

  /** The plain loop, for operands of any layout. */
  #walk(operation: Operation, other: Tensor, shape: Shape, result: Storage): void {
    const strides = [broadcastStrides(this.#layout, shape), broadcastStrides(other.#layout, shape)];
    const loop = elementwise[operation], out = result.array;
    const x = this.#storage.array, y = other.#storage.array;
    let to = 0;
    eachRun(shape, strides, [this.#offset, other.#offset], (length, [i, j], [iStep, jStep]) => {
      loop(length, x, i, iStep, y, j, jStep, out, to);
      to += length;
    });
  }

  #agrees(other: Tensor, same: (a: number, b: number) => boolean): boolean {
    if (!sameShape(this.shape, other.shape)) return false;
    const [a, b] = [this.#numbers, other.#numbers];
    for (let i = 0; i < a.length; i++) if (!same(a[i], b[i])) return false;
    return true;
  }

  #fold(
    fold: Folding | "min" | "argmin",
    dtype: DType,
    axis: number | undefined,
    keepdims: boolean,
  ) {
    const { shape, ndim } = this, k = axis === undefined ? 0 : resolveAxis("axis", axis, ndim);
    let outer = 1, inner = 1;
    if (axis !== undefined) {
      for (let i = 0; i < k; i++) outer *= shape[i];
      for (let i = k + 1; i < ndim; i++) inner *= shape[i];
    }
    const length = axis === undefined ? this.size : shape[k];
    const isNumber = !keepdims && (axis === undefined || ndim === 1);
    const result = isNumber ? cell(dtype) : Storage.empty(dtype, outer * inner);
    const isDone = this.#isDense && fold !== "min" && fold !== "argmin" &&
      foldFast(fold, this.#storage, this.#offset, outer, length, inner, result);
    if (!isDone) reduce[fold](this.#numbers, outer, length, inner, result.array);
    if (keepdims) {
      const kept = shape.map((length, i) => axis === undefined || i === k ? 1 : length);
      return new Tensor(result, kept);
    }
    return axis === undefined || ndim === 1
      ? result.array[0]
      : new Tensor(result, shape.toSpliced(k, 1));
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

const cells = new Map<DType, Storage>();

/** Room for a result of one number, used again and again. */
function cell(dtype: DType): Storage {
  let storage = cells.get(dtype);
  if (storage === undefined) {
    storage = Storage.outsideScopes(dtype, 1);
    cells.set(dtype, storage);
  }
  return storage;
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
