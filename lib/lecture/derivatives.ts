/**
 * The lecture's numerical derivative, (E(w + δ) - E(w - δ)) / 2δ for each weight w, without running
 * the whole network for each. Nothing is approximated: the nudged losses are the same numbers.
 *
 * - incremental: a nudge of W2[i, j] makes z2[j] larger by δ·x[i], and moves no other hidden node.
 * - shared: so the nudged loss depends on i through x[i] alone, and where two pixels are equally
 *   grey, it is the same. A digit has 784 pixels and about 68 different greys.
 */
import type { Pass, WeightName } from "./pass.ts";

/** The lecture's δ. */
const NUDGE = 1e-4;

/**
 * ∂E/∂w for every number of one weight matrix or bias, each nudge followed through what it moves.
 * @param name which weights.
 * @param pass the sample's way through the network as it stands.
 * @returns as many numbers as the weights have, in their order.
 */
export function incrementalDerivative(name: WeightName, pass: Pass): Float64Array {
  const { x, a2, z2, z3 } = pass, [H, O] = [z2.length, z3.length];
  const gradient = new Float64Array({ W2: x.length * H, b2: H, W3: H * O, b3: O }[name]);
  switch (name) {
    case "W2":
      x.forEach((xi, i) => hiddenSlopes(pass, NUDGE * xi, gradient, i * H));
      break;
    case "b2":
      hiddenSlopes(pass, NUDGE, gradient, 0);
      break;
    case "W3":
      a2.forEach((aj, j) => outputSlopes(pass, NUDGE * aj, gradient, j * O));
      break;
    case "b3":
      outputSlopes(pass, NUDGE, gradient, 0);
  }
  return gradient;
}

/** The same, but for W2 only the first pixel of each grey is followed, and the others copy it. */
export function sharedDerivative(name: WeightName, pass: Pass): Float64Array {
  if (name !== "W2") return incrementalDerivative(name, pass);
  const { x, z2 } = pass, H = z2.length;
  const gradient = new Float64Array(x.length * H);
  const firstOf = new Map<number, number>();
  for (let i = 0; i < x.length; i++) {
    const first = firstOf.get(x[i]);
    if (first === undefined) {
      hiddenSlopes(pass, NUDGE * x[i], gradient, i * H);
      firstOf.set(x[i], i);
    } else gradient.copyWithin(i * H, first * H, (first + 1) * H);
  }
  return gradient;
}

/**
 * (E(+step) - E(-step)) / 2δ for each hidden node, written to `gradient` from `at` on: the
 * derivative by a weight that makes the node's sum larger by `step` when it is nudged by δ.
 */
function hiddenSlopes(pass: Pass, step: number, gradient: Float64Array, at: number): void {
  for (let j = 0; j < pass.z2.length; j++) {
    gradient[at + j] = (pass.lossIfHidden(j, step) - pass.lossIfHidden(j, -step)) / (2 * NUDGE);
  }
}

/** The same for each output node. */
function outputSlopes(pass: Pass, step: number, gradient: Float64Array, at: number): void {
  for (let k = 0; k < pass.z3.length; k++) {
    gradient[at + k] = (pass.lossIfOutput(k, step) - pass.lossIfOutput(k, -step)) / (2 * NUDGE);
  }
}
