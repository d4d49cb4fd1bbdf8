/** The activation functions of the book, on tensors of any shape. */
import { logistic, rectify } from "../tensor/kernels/maps.ts";
import type { Shape } from "../tensor/shape.ts";
import type { Tensor } from "../tensor/tensor.ts";

/** h(x) = 1 for x > 0, else 0: the perceptron's activation. */
export function stepFunction<S extends Shape>(x: Tensor<S>): Tensor<S> {
  return x.map((v) => (v > 0 ? 1 : 0));
}

/**
 * h(x) = 1 / (1 + e⁻ˣ): a step with its corner rounded, from 0 to 1.
 *
 * Right for all numbers: where e⁻ˣ is too large for a float it is ∞, and 1 / ∞ is the 0 that it
 * should be.
 */
export function sigmoid<S extends Shape>(x: Tensor<S>): Tensor<S> {
  return x.map(logistic);
}

/** h(x) = max(0, x): the rectified linear unit. */
export function relu<S extends Shape>(x: Tensor<S>): Tensor<S> {
  return x.map(rectify);
}

/**
 * yₖ = e^(aₖ - max a) / Σᵢ e^(aᵢ - max a), along the last axis: probabilities that sum to 1.
 *
 * Taking the largest away first changes nothing in the quotient and keeps e^a from overflowing.
 * @param a scores, [C] or [N, C] or more axes.
 * @throws RangeError when the last axis is empty.
 */
export function softmax<S extends Shape>(a: Tensor<S>): Tensor<S>;
export function softmax(a: Tensor): Tensor {
  const e = a.sub(a.max(-1, true)).map(Math.exp);
  return e.div(e.sum(-1, true));
}
