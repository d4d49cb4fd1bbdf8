/**
 * Shapes, twice: as types, so that the editor knows `Tensor<[100, 784]>` before anything runs, and
 * as numbers, which are checked at run time.
 *
 * In the types two literal dimensions must agree, and `number`, a dimension that is only known at
 * run time, agrees with everything. A rule that fails becomes a sentence in place of the parameter's
 * type: no tensor matches it, and the compiler prints it.
 */
import { rangeError, showList, typeError } from "../support/expected.ts";

/** The lengths of the axes: `[60000, 28, 28]`; `[]` is a single number. */
export type Shape = readonly number[];

// ---- Parts of shapes. The skipped part is `unknown`, not `number`, so that TypeScript can take apart
//      [N, 784] while N is still a type parameter.

/**
 * The length of the first axis.
 * @internal
 */
export type First<S extends Shape> = S[0];
/**
 * The length of the last axis.
 * @internal
 */
export type Last<S extends Shape> = S extends readonly [...unknown[], infer D extends number] ? D
  : number;
/**
 * All axes but the first.
 * @internal
 */
export type Tail<S extends Shape> = S extends readonly [unknown, ...infer R extends Shape] ? R
  : Shape;
/**
 * All axes but the last.
 * @internal
 */
export type Init<S extends Shape> = S extends readonly [...infer R extends Shape, unknown] ? R
  : Shape;
/**
 * The axes in reverse order, as after a transpose.
 * @internal
 */
export type Reverse<S extends Shape> = S extends readonly [
  infer D extends number,
  ...infer R extends Shape,
] ? [...Reverse<R>, D]
  : S;
/**
 * The axes in the order `P`, reversed when that is empty.
 * @internal
 */
export type Transposed<S extends Shape, P extends Shape> = P extends readonly [] ? Reverse<S>
  : { [I in keyof P]: S[P[I] & number] };
/**
 * What remains of `S` after indexing its first axes with `I`.
 * @internal
 */
export type Indexed<S extends Shape, I extends Shape> = I extends
  readonly [unknown, ...infer R extends Shape] ? Indexed<Tail<S>, R> : S;

/**
 * `[start, stop, step]` as NumPy's `start:stop:step`; `null` means the end of the axis.
 * @internal
 */
export type Range = readonly [start: number | null, stop?: number | null, step?: number];
/**
 * The length of a sliced axis is only known at run time; `null` keeps an axis whole.
 * @internal
 */
export type Sliced<S extends Shape, R extends readonly (Range | null)[]> = R extends
  readonly [infer F, ...infer Rest extends readonly (Range | null)[]]
  ? S extends readonly [infer D extends number, ...infer T extends Shape]
    ? [F extends null ? D : number, ...Sliced<T, Rest>]
  : Shape
  : S;

// ---- Rules.

/**
 * Whether two shapes, or two lengths, are the same type. Comparing them inside object types lets
 * TypeScript answer while both are still the same type parameter, so that adding two tensors of the
 * shape S gives the shape S.
 * @internal
 */
export type Same<A, B> = { a: A; b: B } extends { a: B; b: A } ? true : false;

/**
 * `Ok` if the two lengths agree, otherwise the sentence that the compiler prints.
 * @internal
 */
export type Agree<A extends number, B extends number, Ok, Message extends string> = number extends A
  ? Ok
  : number extends B ? Ok
  : [A] extends [B] ? Ok
  : `${Message}, ${A} and ${B}`;

/**
 * NumPy's broadcasting rule, from the right: each pair of lengths is equal, or one of them is 1.
 * @internal
 */
export type Fits<A extends Shape, B extends Shape, Ok> = Same<A, B> extends true ? Ok
  : number extends B["length"] ? Ok
  : A extends readonly [...infer A0 extends Shape, infer a extends number]
    ? B extends readonly [...infer B0 extends Shape, infer b extends number]
      ? 1 extends a | b ? Fits<A0, B0, Ok>
      : Agree<a, b, Fits<A0, B0, Ok>, "broadcast: dimensions differ">
    : Ok
  : Ok;

// ---- Results.

/**
 * The length that two lengths broadcast to.
 * @internal
 */
export type Pair<A extends number, B extends number> = Same<A, B> extends true ? A
  : B extends 1 ? A
  : A extends 1 ? B
  : number extends A ? B
  : A;

/**
 * The shape of `a + b`.
 * @internal
 */
export type Broadcast<A extends Shape, B extends Shape> = Same<A, B> extends true ? A
  : B extends readonly [] ? A
  : A extends readonly [] ? B
  : A extends readonly [...infer A0 extends Shape, infer a extends number]
    ? B extends readonly [...infer B0 extends Shape, infer b extends number]
      ? [...Broadcast<A0, B0>, Pair<a, b>]
    : Shape
  : Shape;

/**
 * The shape with one axis replaced by `Hole`: `[]` removes it, `[1]` keeps it (keepdims). The axis
 * counts from the left (0, 1, …) or from the right (-1, -2, …): S becomes shorter from step to step,
 * so that `-${length}` is the position from the right.
 * @internal
 */
export type Reduce<
  S extends Shape,
  Axis extends number,
  Hole extends Shape,
  Seen extends unknown[] = [],
> = number extends Axis ? Shape
  : S extends readonly [infer D extends number, ...infer R extends Shape]
    ? `${Axis}` extends `${Seen["length"]}` | `-${S["length"]}` ? [...Hole, ...R]
    : [D, ...Reduce<R, Axis, Hole, [...Seen, D]>]
  : Shape;

/**
 * A requested length of -1 is computed, and so only known at run time.
 * @internal
 */
export type Resolve<S extends Shape> = {
  -readonly [I in keyof S]: S[I] extends -1 ? number : S[I];
};
// ---- The same at run time.

/**
 * The number of elements of a shape: the product of its lengths, 1 for `[]`.
 * @param from the first axis that counts.
 * @param to the axis after the last one.
 */
export function sizeOf(shape: Shape, from = 0, to: number = shape.length): number {
  let size = 1;
  for (let axis = from; axis < to; axis++) size *= shape[axis];
  return size;
}

/** Row-major strides: the distance between neighbours along each axis in the storage. */
export function stridesOf(shape: Shape): number[] {
  const strides = new Array<number>(shape.length);
  let step = 1;
  for (let axis = shape.length - 1; axis >= 0; axis--) {
    strides[axis] = step;
    step *= shape[axis];
  }
  return strides;
}

/** Whether two shapes are equal. */
export function sameShape(a: Shape, b: Shape): boolean {
  return a.length === b.length && a.every((length, axis) => length === b[axis]);
}

/** `[100, 784]`, for messages. */
export function showShape(shape: Shape): string {
  return showList(shape);
}

/**
 * Checks that a shape is an array of integers, each of at least `least`.
 * @param caller the start of the message.
 * @throws TypeError for what is not an array, RangeError for other lengths.
 */
export function checkShape(caller: string, shape: Shape, least = 0): void {
  if (!Array.isArray(shape)) throw typeError(caller, "a shape such as [2, 3]", shape);
  const isValid = shape.every((length) => Number.isSafeInteger(length) && length >= least);
  if (!isValid) throw rangeError(caller, `lengths that are integers of at least ${least}`, shape);
}

/**
 * The axis counted from the left, for one that may count from the right (-1 is the last).
 * @throws RangeError when there is no such axis.
 */
export function resolveAxis(caller: string, axis: number, ndim: number): number {
  if (Number.isInteger(axis) && axis >= -ndim && axis < ndim) return axis < 0 ? axis + ndim : axis;
  throw rangeError(caller, `an axis from ${-ndim} to ${ndim - 1}`, axis);
}

/**
 * The shape of `a + b` by NumPy's rule: from the right, lengths are equal or one of them is 1.
 * @throws RangeError when the shapes do not broadcast.
 */
export function broadcastShapes(caller: string, a: Shape, b: Shape): Shape {
  const ndim = Math.max(a.length, b.length);
  return Array.from({ length: ndim }, (_, axis) => {
    const p = a[axis - ndim + a.length] ?? 1, q = b[axis - ndim + b.length] ?? 1;
    if (p === q || q === 1) return p;
    if (p === 1) return q;
    const found = `${showShape(a)} and ${showShape(b)}`;
    throw new RangeError(
      `${caller}: expected shapes that broadcast (equal lengths, or 1, from the right), found ${found}`,
    );
  });
}

/**
 * The requested shape with its -1 replaced so that it holds `size` numbers.
 * @throws RangeError when no length does, TypeError for what is not an array.
 */
export function resolveShape(shape: Shape, size: number): number[] {
  checkShape("reshape", shape, -1);
  const known = shape.filter((length) => length !== -1);
  const open = shape.length - known.length, rest = size / sizeOf(known);
  const fits = open === 0 ? size === sizeOf(known) : open === 1 && Number.isInteger(rest);
  if (!fits) throw rangeError("reshape", `a shape for ${size} numbers with at most one -1`, shape);
  return shape.map((length) => (length === -1 ? rest : length));
}
