/** Copies of values. */
import { Tensor } from "../lib/tensor/tensor.ts";

/**
 * A copy of numbers, text, tensors, and arrays and plain objects of them; anything else as it is.
 *
 * Functions get copies, so that one that changes its argument changes nothing else. Judges get copies
 * of answers, so that an answer is the same whenever they look at it: a proxy need not be.
 */
export function copyOf<In>(value: In): In;
export function copyOf(value: unknown): unknown {
  // Methods of the value itself may be the student's.
  if (value instanceof Tensor) return Reflect.apply(Tensor.prototype.copy, value, []);
  if (Array.isArray(value)) {
    return Array.from({ length: value.length }, (_, i) => copyOf(value[i]));
  }
  if (ArrayBuffer.isView(value)) return structuredClone(value);
  if (
    typeof value === "object" && value !== null && Object.getPrototypeOf(value) === Object.prototype
  ) {
    return Object.fromEntries(Object.entries(value).map(([k, item]) => [k, copyOf(item)]));
  }
  return value;
}
