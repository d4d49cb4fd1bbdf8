/**
 * One sample on its way through the lecture's network, on plain arrays, and the question behind the
 * fast derivatives: what would the loss be if one sum on the way were a little larger?
 */
import { DELTA, logLoss } from "../nn/losses.ts";
import { logistic } from "../tensor/kernels/maps.ts";

/**
 * One of the network's weight matrices or biases.
 * @internal
 */
export type WeightName = "W2" | "b2" | "W3" | "b3";

/** All of them, row-major: W2 [I, H], b2 [H], W3 [H, O], b3 [O]. */
export type WeightData = Readonly<Record<WeightName, Float64Array>>;

/** z2 = x·W2 + b2, a2 = sigmoid(z2), z3 = a2·W3 + b3: a forward pass that keeps all it computes. */
export class Pass {
  /** The sums that the hidden nodes are given, [H]. */
  readonly z2: Float64Array;
  /** The outputs of the hidden nodes, [H]. */
  readonly a2: Float64Array;
  /** 1 - a2, without the rounding of that subtraction, [H]. */
  readonly v2: Float64Array;
  /** The sums that the output nodes are given, [O]. */
  readonly z3: Float64Array;
  /** 1 / max(1, e^-z3), and e^-z3 times that, [O]: neither is ever larger than 1. */
  readonly c3: Float64Array;
  readonly q3: Float64Array;
  /** e^-z3, and room for what a nudge makes of it, [O]. */
  readonly #e3: Float64Array;
  readonly #nudged: Float64Array;

  /**
   * @param weights of the network.
   * @param x the input, [I].
   * @param t the target, [O].
   */
  constructor(readonly weights: WeightData, readonly x: Float64Array, readonly t: Float64Array) {
    const { W2, b2, W3, b3 } = weights;
    this.z2 = timesPlus(x, W2, b2);
    this.a2 = this.z2.map(logistic);
    this.v2 = this.z2.map((z) => logistic(-z));
    this.z3 = timesPlus(this.a2, W3, b3);
    this.c3 = this.z3.map((z) => Math.exp(Math.min(0, z)));
    this.q3 = this.z3.map((z) => Math.exp(Math.min(0, -z)));
    this.#e3 = this.z3.map((z) => Math.exp(-z));
    this.#nudged = new Float64Array(b3.length);
  }

  /**
   * The loss if z2[j] were larger by `nudge`. Only hidden node j answers differently, so that each
   * output's sum moves by this difference times one weight: O products, where a whole pass takes
   * I·H + H·O of them.
   */
  lossIfHidden(j: number, nudge: number): number {
    const { z2, a2, t, weights: { W3 } } = this, e3 = this.#e3, nudged = this.#nudged;
    const change = logistic(z2[j] + nudge) - a2[j], row = j * e3.length;
    for (let k = 0; k < e3.length; k++) nudged[k] = e3[k] * expNearZero(-change * W3[row + k]);
    return crossEntropy(nudged, t);
  }

  /** What output k adds to the loss if z3[k] were larger by `nudge`; the others add what they did. */
  lossIfOutput(k: number, nudge: number): number {
    return logLoss(logistic(this.z3[k] + nudge), this.t[k]);
  }
}

/**
 * eᵘ = 1 + u + u²/2 + u³/6 + u⁴/24 + u⁵/120 + …, to the last digit where |u| < 10⁻³, which a nudge
 * stays below. It takes half the time of `Math.exp`, which takes half of all there is.
 */
export function expNearZero(u: number): number {
  if (!(Math.abs(u) < 1e-3)) return Math.exp(u);
  return 1 + u * (1 + u * (1 / 2 + u * (1 / 6 + u * (1 / 24 + u / 120))));
}

/** x·W + b for a vector x. */
function timesPlus(x: Float64Array, W: Float64Array, b: Float64Array): Float64Array {
  const z = b.slice();
  for (let i = 0, row = 0; i < x.length; i++, row += z.length) {
    const xi = x[i];
    for (let j = 0; j < z.length; j++) z[j] += xi * W[row + j];
  }
  return z;
}

/**
 * E = Σₖ logLoss(yₖ, tₖ) with y = 1 / (1 + e), where e is e^-z
 *
 * Neighbours with the same target share a logarithm, t log a + t log b = t log ab, for a logarithm
 * costs as much as ten products. At most 32 do: each factor may be as small as δ = 10⁻⁷, and a
 * product of 32 of them is still a float.
 */
function crossEntropy(e: Float64Array, t: Float64Array): number {
  const last = e.length - 1;
  let sum = 0, yes = 1, no = 1;
  for (let k = 0; k <= last; k++) {
    const y = 1 / (1 + e[k]);
    yes *= y + DELTA;
    no *= 1 - y + DELTA;
    if (k < last && t[k + 1] === t[k] && k % 32 !== 31) continue;
    sum += t[k] * Math.log(yes) + (1 - t[k]) * Math.log(no);
    yes = no = 1;
  }
  return -sum;
}
