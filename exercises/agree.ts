/** When two answers are the same. */
import { Tensor } from "../lib/tensor/tensor.ts";

/** Another order of computing rounds differently. */
const TOLERANCE = { relative: 1e-6, absolute: 1e-9 };

/** True for equal values: numbers up to rounding, text in any case, arrays and objects by parts. */
export function agree(answer: unknown, expected: unknown): boolean {
  if (Object.is(answer, expected)) return true;
  if (typeof answer === "number" && typeof expected === "number") {
    const { relative, absolute } = TOLERANCE;
    return Number.isFinite(answer) && Number.isFinite(expected) &&
      Math.abs(answer - expected) <= absolute + relative * Math.abs(expected);
  }
  if (typeof answer === "string" && typeof expected === "string") {
    return answer.trim().toLowerCase() === expected.trim().toLowerCase();
  }
  if (answer instanceof Tensor && expected instanceof Tensor) {
    return agree(answer.shape, expected.shape) && agree(answer.data, expected.data);
  }
  // Only the length and the keys of `expected` are counted on: the answer may be a proxy.
  if (isList(answer) && isList(expected)) {
    if (answer.length !== expected.length) return false;
    for (let i = 0; i < expected.length; i++) {
      if (!agree(answer[i], expected[i])) return false;
    }
    return true;
  }
  if (isRecord(answer) && isRecord(expected)) {
    const keys = Object.keys(expected);
    return Object.keys(answer).length === keys.length &&
      keys.every((key) => key in answer && agree(answer[key], expected[key]));
  }
  return false;
}

function isList(value: unknown): value is ArrayLike<unknown> {
  return Array.isArray(value) || ArrayBuffer.isView(value) && "length" in value;
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null &&
    Object.getPrototypeOf(value) === Object.prototype;
}
