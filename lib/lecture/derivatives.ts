/**
 * The lecture's numerical derivative, (E(w + δ) - E(w - δ)) / 2δ for each weight w, without running
 * the whole network for each. Nothing is approximated: the nudged losses are the same numbers.
 *
 * - incremental: a nudge of W2[i, j] makes z2[j] larger by δ·x[i], and moves no other hidden node.
 * - shared: so the nudged loss depends on i through x[i] alone, and where two pixels are equally
 *   grey, it is the same. A digit has 784 pixels and about 68 different greys.
 * - algebraic: the difference of two losses is one logarithm of a quotient of products, and products
 *   need no division. This one also has a twin in WebAssembly: see trainer.ts.
 */
import { DELTA } from "../nn/losses.ts";
import { expNearZero, type Pass, type WeightName } from "./pass.ts";

/** The lecture's δ. */
export const NUDGE = 1e-4;

/** How the loss changes when a sum is nudged both ways. */
interface Slopes {
  /** (E(z2[j] + step) - E(z2[j] - step)) / 2δ for each hidden node j, written to `out` from `at`. */
  hidden(pass: Pass, step: number, out: Float64Array, at: number): void;
  /** (E(z3[k] + step) - E(z3[k] - step)) / 2δ for each output k, written to `out` from `at`. */
  output(pass: Pass, step: number, out: Float64Array, at: number): void;
}

/**
 * ∂E/∂w for every number of one weight matrix or bias, each nudge followed through what it moves.
 * @param name which weights.
 * @param pass the sample's way through the network as it is.
 * @returns as many numbers as the weights have, in their order.
 */
export function incrementalDerivative(name: WeightName, pass: Pass): Float64Array {
  const { x, z2 } = pass, H = z2.length;
  if (name !== "W2") return derivative(name, pass, twoLosses);
  const gradient = new Float64Array(x.length * H);
  x.forEach((xi, i) => twoLosses.hidden(pass, NUDGE * xi, gradient, i * H));
  return gradient;
}

/** The same, but for W2 only the first pixel of each grey is followed, and the others copy it. */
export function sharedDerivative(name: WeightName, pass: Pass): Float64Array {
  return derivative(name, pass, twoLosses);
}

/** The same as shared, but with products in place of logarithms and divisions. */
export function algebraicDerivative(name: WeightName, pass: Pass): Float64Array {
  return derivative(name, pass, products);
}

function derivative(name: WeightName, pass: Pass, slopes: Slopes): Float64Array {
  const { x, a2, z2, z3 } = pass, [H, O] = [z2.length, z3.length];
  const gradient = new Float64Array({ W2: x.length * H, b2: H, W3: H * O, b3: O }[name]);
  switch (name) {
    case "W2": {
      const firstOf = new Map<number, number>();
      for (let i = 0; i < x.length; i++) {
        const first = firstOf.get(x[i]);
        if (first === undefined) {
          slopes.hidden(pass, NUDGE * x[i], gradient, i * H);
          firstOf.set(x[i], i);
        } else gradient.copyWithin(i * H, first * H, (first + 1) * H);
      }
      break;
    }
    case "b2":
      slopes.hidden(pass, NUDGE, gradient, 0);
      break;
    case "W3":
      a2.forEach((aj, j) => slopes.output(pass, NUDGE * aj, gradient, j * O));
      break;
    case "b3":
      slopes.output(pass, NUDGE, gradient, 0);
  }
  return gradient;
}

/** Both losses are computed, then subtracted. */
const twoLosses: Slopes = {
  hidden(pass, step, out, at) {
    for (let j = 0; j < pass.z2.length; j++) {
      out[at + j] = (pass.lossIfHidden(j, step) - pass.lossIfHidden(j, -step)) / (2 * NUDGE);
    }
  },
  output(pass, step, out, at) {
    for (let k = 0; k < pass.z3.length; k++) {
      out[at + k] = (pass.lossIfOutput(k, step) - pass.lossIfOutput(k, -step)) / (2 * NUDGE);
    }
  },
};

/**
 * E(+) - E(-) = Σₖ tₖ log(yes₋ / yes₊) + (1 - tₖ) log(no₋ / no₊), yes = yₖ + δ, no = 1 - yₖ + δ
 *
 * With e = e^-z3 and s = 1 + e, an output is y = 1/s; so yes = (1 + δs)/s and no = (e + δs)/s. In a
 * quotient the denominators cross over, yes₋ / yes₊ = (1 + δs₋)s₊ / (1 + δs₊)s₋, and for outputs of
 * the same target log p + log q = log pq. What is left of the loop over the outputs are additions
 * and multiplications.
 *
 * 1, e and s may be multiplied by any number that is the same for both signs. `Pass` gives them as
 * c, q and c + q, none above 2, so that no product overflows.
 */
const products: Slopes = {
  hidden({ a2, v2, t, c3, q3, weights: { W3 } }, step, out, at) {
    const O = t.length, last = O - 1, up = Math.expm1(-step), down = Math.expm1(step);
    for (let j = 0; j < a2.length; j++) {
      const changeUp = -a2[j] * v2[j] * up / (1 + v2[j] * up); // sigmoid(z + step) - sigmoid(z)
      const changeDown = -a2[j] * v2[j] * down / (1 + v2[j] * down);
      let difference = 0, yesUp = 1, yesDown = 1, noUp = 1, noDown = 1;
      for (let k = 0; k < O; k++) {
        const w = W3[j * O + k], c = c3[k];
        const eUp = q3[k] * expNearZero(-changeUp * w), sUp = c + eUp;
        const eDown = q3[k] * expNearZero(-changeDown * w), sDown = c + eDown;
        yesUp *= (c + DELTA * sUp) * sDown;
        yesDown *= (c + DELTA * sDown) * sUp;
        noUp *= (eUp + DELTA * sUp) * sDown;
        noDown *= (eDown + DELTA * sDown) * sUp;
        if (k < last && t[k + 1] === t[k] && k % 32 !== 31) continue;
        difference += t[k] * logQuotient(yesDown, yesUp) + (1 - t[k]) * logQuotient(noDown, noUp);
        yesUp =
          yesDown =
          noUp =
          noDown =
            1;
      }
      out[at + j] = difference / (2 * NUDGE);
    }
  },
  output({ t, c3, q3 }, step, out, at) {
    const up = expNearZero(-step), down = expNearZero(step);
    for (let k = 0; k < t.length; k++) {
      const c = c3[k], eUp = q3[k] * up, sUp = c + eUp, eDown = q3[k] * down, sDown = c + eDown;
      const yes = logQuotient((c + DELTA * sDown) * sUp, (c + DELTA * sUp) * sDown);
      const no = logQuotient((eDown + DELTA * sDown) * sUp, (eUp + DELTA * sUp) * sDown);
      out[at + k] = (t[k] * yes + (1 - t[k]) * no) / (2 * NUDGE);
    }
  },
};

/**
 * log(p / q) = 2 artanh r = 2(r + r³/3 + r⁵/5 + …), r = (p - q) / (p + q)
 *
 * To the last digit where the two differ by less than a five-hundredth, as losses on both sides of
 * a nudge do.
 */
function logQuotient(p: number, q: number): number {
  const r = (p - q) / (p + q), r2 = r * r;
  return Math.abs(r) < 1e-3 ? 2 * r * (1 + r2 * (1 / 3 + r2 / 5)) : Math.log(p / q);
}
