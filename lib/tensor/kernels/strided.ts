/** Loops over strided storage, for views, transposes and broadcasting. */
import { allocate, dtypeOf, type NumericArray } from "../dtype.ts";
import { type Shape, sizeOf } from "../shape.ts";

/** Where numbers are: index (i, j, ..) is at `offset + i * strides[0] + j * strides[1] + ..`. */
export interface Layout {
  readonly shape: Shape;
  readonly strides: readonly number[];
  readonly offset: number;
}

/** Whether the numbers are contiguous in row-major order. */
export function isContiguous({ shape, strides }: Layout): boolean {
  let step = 1;
  for (let axis = shape.length - 1; axis >= 0; axis--) {
    if (shape[axis] !== 1 && strides[axis] !== step) return false;
    step *= shape[axis];
  }
  return true;
}

/** Whether every index of a layout points into a storage of `length` numbers. */
export function liesWithin({ shape, strides, offset }: Layout, length: number): boolean {
  if (strides.length !== shape.length || ![offset, ...strides].every(Number.isInteger)) {
    return false;
  }
  if (sizeOf(shape) === 0) return true;
  let [first, last] = [offset, offset];
  strides.forEach((stride, axis) => {
    const reach = stride * (shape[axis] - 1);
    if (reach < 0) first += reach;
    else last += reach;
  });
  return first >= 0 && last < length;
}

/** A row-major copy of the numbers of a layout. */
export function pack(storage: NumericArray, { shape, strides, offset }: Layout): NumericArray {
  const out = allocate(dtypeOf(storage), sizeOf(shape));
  let to = 0;
  eachRun(shape, [strides], [offset], (length, [from], [step]) => {
    if (step === 1) out.set(storage.subarray(from, from + length), to);
    else for (let i = 0; i < length; i++) out[to + i] = storage[from + i * step];
    to += length;
  });
  return out;
}

/** Strides that repeat a tensor along the axes which broadcasting gives it. */
export function broadcastStrides({ shape, strides }: Layout, to: Shape): number[] {
  const lead = to.length - shape.length;
  return to.map((_, axis) => axis < lead || shape[axis - lead] === 1 ? 0 : strides[axis - lead]);
}

/**
 * Calls `run(length, positions, steps)` for every run along the last axis, in row-major order, for
 * several operands of one shape at once. Neighbouring axes that are contiguous in every
 * operand are joined first, so that whole contiguous tensors are a single run.
 */
export function eachRun(
  shape: Shape,
  strides: readonly (readonly number[])[],
  offsets: readonly number[],
  run: (length: number, positions: readonly number[], steps: readonly number[]) => void,
): void {
  if (sizeOf(shape) === 0) return;
  const [lengths, steps] = joinAxes(shape, strides);
  const last = lengths.length - 1, innermost = steps.map((step) => step[last]);
  const index = new Array<number>(last).fill(0), positions = [...offsets];
  for (;;) {
    run(lengths[last], positions, innermost);
    let axis = last - 1;
    for (; axis >= 0; axis--) {
      index[axis]++;
      for (let k = 0; k < positions.length; k++) positions[k] += steps[k][axis];
      if (index[axis] < lengths[axis]) break;
      for (let k = 0; k < positions.length; k++) positions[k] -= index[axis] * steps[k][axis];
      index[axis] = 0;
    }
    if (axis < 0) return;
  }
}

/** Drops axes of length 1 and joins an axis with the next where one step ends as the other begins. */
function joinAxes(shape: Shape, strides: readonly (readonly number[])[]): [number[], number[][]] {
  const lengths: number[] = [], steps: number[][] = strides.map(() => []);
  for (let axis = shape.length - 1; axis >= 0; axis--) {
    if (shape[axis] === 1) continue;
    const joins = lengths.length > 0 &&
      strides.every((stride, k) => stride[axis] === steps[k][0] * lengths[0]);
    if (joins) lengths[0] *= shape[axis];
    else {
      lengths.unshift(shape[axis]);
      strides.forEach((stride, k) => steps[k].unshift(stride[axis]));
    }
  }
  return lengths.length > 0 ? [lengths, steps] : [[1], strides.map(() => [0])];
}
