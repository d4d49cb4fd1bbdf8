/**
 * The four kinds of numbers a tensor can hold.
 *
 * float64 is what the mathematics is done in, float32 is half the memory, int32 holds indices and
 * counts, uint8 holds raw pixels and labels. The last two are for storage: arithmetic on them gives
 * float64, where NumPy would wrap around (200 + 100 = 44 in bytes).
 */

/** The kind of a tensor's numbers, by NumPy's name. */
export type DType = "float64" | "float32" | "int32" | "uint8";

/** The storage of a tensor. */
export type NumericArray = Float64Array | Float32Array | Int32Array | Uint8Array;

const ARRAYS = {
  float64: Float64Array,
  float32: Float32Array,
  int32: Int32Array,
  uint8: Uint8Array,
} as const;

/** The kind of numbers in `data`. */
export function dtypeOf(data: NumericArray): DType {
  if (data instanceof Float64Array) return "float64";
  if (data instanceof Float32Array) return "float32";
  return data instanceof Uint8Array ? "uint8" : "int32";
}

/**
 * `size` zeros.
 * @throws TypeError for a name that is no dtype, RangeError where there is not so much memory.
 */
export function allocate(
  dtype: "float64" | "float32",
  size: number,
): Float64Array<ArrayBuffer> | Float32Array<ArrayBuffer>;
export function allocate(dtype: DType, size: number): NumericArray;
export function allocate(dtype: DType, size: number): NumericArray {
  const array = ARRAYS[dtype];
  if (array === undefined) {
    throw new TypeError(
      `dtype: expected one of ${Object.keys(ARRAYS).join(", ")}, found ${dtype}`,
    );
  }
  return new array(size);
}

/** What arithmetic on `a` gives: its own kind for floats, float64 for bytes and integers. */
export function floatType(a: DType): "float64" | "float32" {
  return a === "float32" ? "float32" : "float64";
}

/** What arithmetic on `a` and `b` gives: float32 where no float64 takes part and one is float32. */
export function resultType(a: DType, b: DType): "float64" | "float32" {
  const stored = (dtype: DType) => dtype === "uint8";
  if (a === "float32" && (b === "float32" || stored(b))) return "float32";
  return b === "float32" && stored(a) ? "float32" : "float64";
}
