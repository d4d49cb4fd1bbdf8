/**
 * Numerical derivatives: change a number a little in both directions, and see how the result changes.
 *
 * They need no knowledge of the function, which makes them slow, and the test of every gradient that
 * was derived by hand.
 */
import { unexpected } from "../support/describe.ts";
import { inRange } from "../support/ranges.ts";
import { randn } from "../tensor/create.ts";
import { expectRandom, type Random } from "../tensor/random.ts";
import { type Shape, stridesOf } from "../tensor/shape.ts";
import { expectTensor, Tensor } from "../tensor/tensor.ts";
import { expectDType, expectShape } from "./checks.ts";
import type { Layer } from "./layers.ts";

/**
 * ∂f/∂xᵢ ≈ (f(x + δeᵢ) - f(x - δeᵢ)) / 2δ
 *
 * The lecture's central difference, for each number of x in turn. x itself is changed, so that f may
 * also read x from elsewhere, as a network reads its weights; every number is restored exactly, also
 * when f throws.
 * @param f the function; it is called twice for each number of x and returns a number.
 * @param x where the gradient is computed: float64, any shape.
 * @param delta δ: the error of the formula shrinks with δ², that of rounding grows with 1/δ.
 * @returns the gradient, in the shape of x.
 * @throws TypeError for an x that is not float64 (in float32 a change of 10⁻⁴ drowns in rounding, in
 *   integers it is lost) and for an f that returns no number; RangeError for a δ that is not above 0.
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { numericalGradient, tensor } from "mnist";
 * const gradient = numericalGradient((x) => x.mul(x).sum(), tensor([3, 4]));
 * assert.ok(gradient.allClose(tensor([6, 8])));
 * ```
 */
export function numericalGradient<S extends Shape>(
  f: (x: Tensor<S>) => number,
  x: Tensor<S>,
  delta = 1e-4,
): Tensor<S> {
  expectDType("numericalGradient", x, "float64");
  inRange("numericalGradient: expected delta", delta, "above 0");
  const { data, shape } = x.copy();
  const gradient = data.map((number: number, i: number) => {
    const index = indexOf(i, shape);
    try {
      x.set(number + delta, ...index);
      const up = f(x);
      if (typeof up !== "number") throw unexpected("numericalGradient: expected a number of f", up);
      x.set(number - delta, ...index);
      return (up - f(x)) / (2 * delta);
    } finally {
      x.set(number, ...index);
    }
  });
  return new Tensor(gradient, shape);
}

/** What {@link gradientCheck} found: the number at which the two gradients differ most. */
export interface GradientCheck {
  /** |analytic - numerical| / max(|analytic|, |numerical|) there. */
  readonly difference: number;
  /** Its index, for {@link Tensor.at}. */
  readonly index: readonly number[];
  /** The derivative there, as it was derived. */
  readonly analytic: number;
  /** The numerical derivative there. */
  readonly numerical: number;
}

/**
 * max |aᵢ - nᵢ| / max(|aᵢ|, |nᵢ|): the largest difference of a gradient a from the numerical one.
 *
 * Below 10⁻⁶ the two agree; a mistake in a formula shows as something near 1. Small derivatives are
 * compared with 1/100 of the largest or 10⁻⁴·|f|, whichever is more, instead of with themselves: f
 * has sixteen digits, of which the numerical derivative loses five, and where the truth is 0 it gives
 * a number like 10⁻¹².
 * @param f the function.
 * @param x where: float64, restored exactly.
 * @param analytic the gradient of f at x that is checked.
 * @throws RangeError when the gradient has another shape than x or x is empty, TypeError when x is
 *   not float64.
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { gradientCheck, tensor } from "mnist";
 * const x = tensor([3, 4]);
 * assert.ok(gradientCheck((x) => x.mul(x).sum(), x, x.mul(2)).difference < 1e-6);
 * assert.ok(gradientCheck((x) => x.mul(x).sum(), x, x.mul(3)).difference > 0.1);
 * ```
 */
export function gradientCheck<S extends Shape>(
  f: (x: Tensor<S>) => number,
  x: Tensor<S>,
  analytic: Tensor,
): GradientCheck {
  const { shape, size } = expectTensor("gradientCheck", x);
  inRange("gradientCheck: expected numbers in x", size, "of at least 1");
  const a = expectShape("gradientCheck", "a gradient", analytic, shape).data;
  // A smaller δ than the lecture's: for smooth f the two errors of the formula balance here.
  const numerical = numericalGradient(f, x, 1e-5), n = numerical.data;
  const floor = Math.max(numerical.map(Math.abs).max() / 100, Math.abs(f(x)) * 1e-4);
  const differences = n.map((n: number, i: number) =>
    a[i] === n ? 0 : Math.abs(a[i] - n) / Math.max(Math.abs(a[i]), Math.abs(n), floor)
  );
  const worst = new Tensor(differences, shape).argmax();
  const index = indexOf(worst, shape);
  return { difference: differences[worst], index, analytic: a[worst], numerical: n[worst] };
}

/**
 * Checks backward against forward, for x and for each parameter.
 *
 * L = Σ cᵢyᵢ with y = layer.forward(x) and random numbers c, so that dL/dy = c: if the layer's dL/dx
 * and grads are the numerical ones of this L, they are right for every L.
 * @param layer with float64 parameters; a random one (dropout) must repeat itself.
 * @param x a batch, float64.
 * @param random where c is drawn from.
 * @returns the check of `x` and of each parameter, by name.
 * @throws TypeError for an x or parameters that are not float64, RangeError for a wrong shape.
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { gradientCheckLayer, randn, Random, Sigmoid } from "mnist";
 * const random = new Random(0);
 * const { x } = gradientCheckLayer(new Sigmoid(), randn([4, 3], random), random);
 * assert.ok(x.difference < 1e-6);
 * ```
 */
export function gradientCheckLayer(
  layer: Layer,
  x: Tensor,
  random: Random,
  training = false,
): Record<string, GradientCheck> {
  if (!layer?.forward) throw unexpected("gradientCheckLayer: expected a layer", layer);
  expectRandom("gradientCheckLayer", random);
  const c = randn([...layer.forward(x, training).shape], random);
  const loss = () => layer.forward(x, training).mul(c).sum();
  const checks = { x: gradientCheck(loss, x, layer.backward(c)) };
  const params = Object.entries(layer.params).map(([name, value]) =>
    [name, gradientCheck(loss, value, layer.grads[name])] as const
  );
  return { ...checks, ...Object.fromEntries(params) };
}

/** The index of number i in row-major order. */
function indexOf(i: number, shape: Shape): number[] {
  return stridesOf(shape).map((stride, axis) => Math.floor(i / stride) % shape[axis]);
}
