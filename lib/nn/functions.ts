/** Activation functions, on tensors of any shape. */
import { logistic, rectify } from "../tensor/kernels/maps.ts";
import type { Shape } from "../tensor/shape.ts";
import { expectTensor, type Tensor } from "../tensor/tensor.ts";

/**
 * h(x) = 1 for x > 0, else 0: the activation of the perceptron. NaN stays NaN.
 *
 * @throws TypeError for what is not a tensor.
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { stepFunction, tensor } from "mnist";
 * assert.deepEqual(stepFunction(tensor([-1, 0, 2])).toArray(), [0, 0, 1]);
 * ```
 */
export function stepFunction<S extends Shape>(x: Tensor<S>): Tensor<S> {
  return expectTensor("stepFunction", x).map((v) => v > 0 ? 1 : v <= 0 ? 0 : NaN);
}

/**
 * h(x) = 1 / (1 + e⁻ˣ): a smooth step from 0 to 1.
 *
 * It never fails: where e⁻ˣ overflows to ∞, 1 / ∞ is 0, the right limit.
 * @throws TypeError for what is not a tensor.
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { sigmoid, tensor } from "mnist";
 * assert.deepEqual(sigmoid(tensor([-Infinity, 0, Infinity])).toArray(), [0, 0.5, 1]);
 * ```
 */
export function sigmoid<S extends Shape>(x: Tensor<S>): Tensor<S> {
  return expectTensor("sigmoid", x).map(logistic);
}

/**
 * h(x) = (eˣ - e⁻ˣ) / (eˣ + e⁻ˣ): the hyperbolic tangent, a sigmoid from -1 to 1.
 *
 * @throws TypeError for what is not a tensor.
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { tanh, tensor } from "mnist";
 * assert.deepEqual(tanh(tensor([-Infinity, 0, Infinity])).toArray(), [-1, 0, 1]);
 * ```
 */
export function tanh<S extends Shape>(x: Tensor<S>): Tensor<S> {
  return expectTensor("tanh", x).map(Math.tanh);
}

/**
 * h(x) = max(0, x): the rectified linear unit.
 *
 * @throws TypeError for what is not a tensor.
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { relu, tensor } from "mnist";
 * assert.deepEqual(relu(tensor([-1, 0, 2])).toArray(), [0, 0, 2]);
 * ```
 */
export function relu<S extends Shape>(x: Tensor<S>): Tensor<S> {
  return expectTensor("relu", x).map(rectify);
}

/**
 * yₖ = e^(aₖ - max a) / Σᵢ e^(aᵢ - max a), along the last axis: probabilities that sum to 1.
 *
 * Subtracting the maximum does not change the quotient, and keeps e^a from overflowing.
 * @param a scores, [C] or [N, C] or more axes.
 * @throws TypeError for what is not a tensor, RangeError when the last axis is empty.
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { softmax, tensor } from "mnist";
 * assert.deepEqual(softmax(tensor([1000, 1000])).toArray(), [0.5, 0.5]);
 * ```
 */
export function softmax<S extends Shape>(a: Tensor<S>): Tensor<S>;
export function softmax(a: Tensor): Tensor {
  expectTensor("softmax", a);
  const e = a.sub(a.max(-1, true)).map(Math.exp);
  return e.div(e.sum(-1, true));
}
