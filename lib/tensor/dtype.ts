/**
 * The four kinds of numbers that a tensor can hold.
 *
 * float64 is the default, float32 needs half the memory, int32 holds indices and counts, uint8 holds
 * raw pixels and labels. The last two are for storage: arithmetic on them gives float64, where NumPy
 * would wrap around (200 + 100 = 44 in bytes).
 */
import { typeError } from "../support/expected.ts";

/** The kind of a tensor's numbers, by NumPy's name. */
export type DType = "float64" | "float32" | "int32" | "uint8";

/**
 * The dtypes that arithmetic gives.
 * @internal
 */
export type FloatType = "float64" | "float32";

/** Whether a dtype holds fractions. */
export function isFloat(dtype: DType): dtype is FloatType {
  return dtype === "float64" || dtype === "float32";
}

/** The storage of a tensor. */
export type NumericArray = Float64Array | Float32Array | Int32Array | Uint8Array;

const ARRAYS = {
  float64: Float64Array,
  float32: Float32Array,
  int32: Int32Array,
  uint8: Uint8Array,
} as const;

/**
 * The dtype of the numbers in an array.
 * @param otherwise what to return for other values.
 * @throws TypeError for other values, without `otherwise`.
 */
export function dtypeOf(data: unknown, otherwise?: DType): DType {
  if (data instanceof Float64Array) return "float64";
  if (data instanceof Float32Array) return "float32";
  if (data instanceof Uint8Array) return "uint8";
  if (data instanceof Int32Array) return "int32";
  if (otherwise !== undefined) return otherwise;
  throw typeError("Tensor", "a Float64Array, Float32Array, Int32Array or Uint8Array", data);
}

/**
 * The class of the arrays that hold a dtype.
 * @throws TypeError for an unknown dtype.
 */
export function arrayOf<D extends DType>(dtype: D): (typeof ARRAYS)[D] {
  if (Object.hasOwn(ARRAYS, dtype)) return ARRAYS[dtype];
  throw typeError("dtype", `one of ${Object.keys(ARRAYS).join(", ")}`, dtype);
}

/**
 * `size` zeros.
 * @throws TypeError for an unknown dtype, RangeError where there is not enough memory.
 */
export function allocate<D extends DType>(dtype: D, size: number): InstanceType<(typeof ARRAYS)[D]>;
export function allocate(dtype: DType, size: number): NumericArray {
  const array = arrayOf(dtype);
  try {
    return new array(size);
  } catch {
    throw new RangeError(`expected numbers that fit into memory, found ${size} of ${dtype}`);
  }
}

/**
 * What arithmetic on `a` and `b` gives: float32 for float32 with float32 or uint8, otherwise float64.
 * With one argument, what arithmetic with a number gives: float32 for float32, otherwise float64.
 */
export function resultType(a: DType, b: DType = a): FloatType {
  const isSmall = (dtype: DType) => dtype === "float32" || dtype === "uint8";
  const isFloat32 = (a === "float32" || b === "float32") && isSmall(a) && isSmall(b);
  return isFloat32 ? "float32" : "float64";
}

/**
 * Returns the value if the dtype can hold it: int32 and uint8 hold the integers of their range.
 * float32 rounds, and what is too large for it becomes infinite, as in NumPy.
 * @param caller the start of the message.
 * @param at the index of the value, for the message.
 * @throws TypeError otherwise, because storing the value would silently change it.
 */
export function holds(dtype: DType, value: unknown, caller: string, at?: number[]): number {
  const isNumber = typeof value === "number";
  if (isNumber && isFloat(dtype)) return value;
  if (isNumber && value === (dtype === "int32" ? value | 0 : value & 255)) return value;
  const range = dtype === "int32" ? "from -2^31 to 2^31 - 1" : "from 0 to 255";
  const expected = isNumber ? `an integer ${range} for ${dtype}` : "a number";
  throw typeError(at ? `${caller}, at [${at.join(", ")}]` : caller, expected, value);
}
