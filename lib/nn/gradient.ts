/**
 * Derivatives by trying: nudge a number up and down, and see what becomes of the result.
 *
 * It needs no knowledge of the function, which makes it slow, and the judge of every gradient that
 * was worked out by hand.
 */
import { randn } from "../tensor/create.ts";
import type { Layer } from "./layers.ts";
import type { Random } from "../tensor/random.ts";
import { sameShape, type Shape, showShape } from "../tensor/shape.ts";
import { Tensor } from "../tensor/tensor.ts";

/**
 * ∂f/∂xᵢ ≈ (f(x + δeᵢ) - f(x - δeᵢ)) / 2δ
 *
 * The lecture's central difference, for each number of x in turn. x itself is nudged, so that f may
 * also be a function that reads x from elsewhere, as a network reads its weights; every number is
 * put back exactly as it was, also when f throws.
 * @param f the function; it is called twice for each number of x.
 * @param x where the gradient is wanted, float64 and of whatever shape.
 * @param delta δ: the error of the formula shrinks with δ², that of rounding grows with 1/δ.
 * @returns the gradient, in the shape of x.
 * @throws TypeError for an x that is not float64: in float32 a nudge of 10⁻⁴ drowns in rounding,
 *   and among integers it is lost altogether.
 */
export function numericalGradient<S extends Shape>(
  f: (x: Tensor<S>) => number,
  x: Tensor<S>,
  delta = 1e-4,
): Tensor<S> {
  if (x.dtype !== "float64") {
    throw new TypeError(
      `numericalGradient: expected float64, found ${x.dtype}; x.astype("float64") makes it so`,
    );
  }
  const { data: values, strides } = x.copy();
  const gradient = new Float64Array(values.length);
  for (let i = 0; i < values.length; i++) {
    const index = indexOf(i, x.shape, strides);
    try {
      x.set(values[i] + delta, ...index);
      const up = f(x);
      x.set(values[i] - delta, ...index);
      const down = f(x);
      gradient[i] = (up - down) / (2 * delta);
    } finally {
      x.set(values[i], ...index);
    }
  }
  return new Tensor(gradient, x.shape);
}

/** What {@link gradientCheck} found: the number at which two gradients differ most. */
export interface GradientCheck {
  /** |analytic - numerical| / max(|analytic|, |numerical|), there. */
  readonly difference: number;
  /** Where that is, an index for {@link Tensor.at}. */
  readonly index: readonly number[];
  /** The derivative there as it was worked out. */
  readonly analytic: number;
  /** The derivative there by trying. */
  readonly numerical: number;
}

/**
 * max |aᵢ - nᵢ| / max(|aᵢ|, |nᵢ|): how far a gradient `a` is from the numerical one, at worst.
 *
 * Below 10⁻⁶ the two agree; a mistake in a formula shows as something near 1. Small derivatives are
 * compared with a hundredth of the largest or 10⁻⁴·|f|, whichever is more, in place of themselves:
 * f has sixteen digits, of which the nudge takes five, so that the numerical one has no more than
 * eleven, and where the truth is 0 it gives a number like 10⁻¹².
 * @param f the function.
 * @param x where: float64, put back exactly as it was.
 * @param analytic the gradient of f at x that is to be checked.
 * @throws RangeError when the gradient has another shape than x or there is no number in it,
 *   TypeError when x is not float64.
 */
export function gradientCheck<S extends Shape>(
  f: (x: Tensor<S>) => number,
  x: Tensor<S>,
  analytic: Tensor,
): GradientCheck {
  if (!sameShape(analytic.shape, x.shape)) {
    throw new RangeError(
      `gradientCheck: expected a gradient in the shape of x, ${showShape(x.shape)}, found ${
        showShape(analytic.shape)
      }`,
    );
  }
  // A shorter step than the lecture's: for smooth f the two errors of the formula balance here.
  const numerical = numericalGradient(f, x, 1e-5);
  const floor = Math.max(numerical.map(Math.abs).max() / 100, Math.abs(f(x)) * 1e-4);
  const [a, n] = [analytic.data, numerical.data];
  const differences = numerical.copy();
  const at = (i: number) => indexOf(i, x.shape, differences.strides);
  for (let i = 0; i < n.length; i++) {
    const scale = Math.max(Math.abs(a[i]), Math.abs(n[i]), floor);
    differences.set(a[i] === n[i] ? 0 : Math.abs(a[i] - n[i]) / scale, ...at(i));
  }
  const worst = differences.flatten().argmax(0);
  return {
    difference: differences.data[worst],
    index: at(worst),
    analytic: a[worst],
    numerical: n[worst],
  };
}

/**
 * Checks backward against forward, for x and for each parameter.
 *
 * L = Σ cᵢyᵢ with y = layer.forward(x) and chosen numbers c, so that dL/dy = c: if the layer's
 * dL/dx and grads are the numerical ones of this L, they are right for every L.
 * @param layer with float64 parameters; a random one (dropout) must repeat itself.
 * @param x a batch, float64.
 * @param random draws c.
 * @returns the check of `x` and of each parameter, by name.
 */
export function gradientCheckLayer(
  layer: Layer,
  x: Tensor,
  random: Random,
  training = false,
): Record<string, GradientCheck> {
  const c = randn([...layer.forward(x, training).shape], random);
  const loss = () => layer.forward(x, training).mul<Shape>(c).sum();
  const dx = layer.backward(c);
  const checks = { x: gradientCheck(loss, x, dx) };
  const params = Object.entries(layer.params).map(([name, value]) =>
    [name, gradientCheck(loss, value, layer.grads[name])] as const
  );
  return { ...checks, ...Object.fromEntries(params) };
}

/** The index of number i in row-major order. */
function indexOf(i: number, shape: Shape, strides: readonly number[]): number[] {
  return shape.map((length, axis) => Math.floor(i / strides[axis]) % length);
}
