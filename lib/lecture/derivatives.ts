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
  switch (name) {
    case "W2": {
      const gradient = new Float64Array(x.length * H);
      x.forEach((xi, i) => gradient.set(hiddenSlopes(pass, NUDGE * xi), i * H));
      return gradient;
    }
    case "b2":
      return hiddenSlopes(pass, NUDGE);
    case "W3": {
      const gradient = new Float64Array(H * O);
      a2.forEach((aj, j) => gradient.set(outputSlopes(pass, NUDGE * aj), j * O));
      return gradient;
    }
    case "b3":
      return outputSlopes(pass, NUDGE);
  }
}

/** The same, with the work for W2 done once for each different x[i]. */
export function sharedDerivative(name: WeightName, pass: Pass): Float64Array {
  if (name !== "W2") return incrementalDerivative(name, pass);
  const { x, z2 } = pass, H = z2.length;
  const gradient = new Float64Array(x.length * H);
  const slopesOf = new Map<number, Float64Array>();
  for (let i = 0; i < x.length; i++) {
    let slopes = slopesOf.get(x[i]);
    if (slopes === undefined) {
      slopes = hiddenSlopes(pass, NUDGE * x[i]);
      slopesOf.set(x[i], slopes);
    }
    gradient.set(slopes, i * H);
  }
  return gradient;
}

/** For each hidden node, the derivative by a weight whose nudge of δ makes its sum larger by `step`. */
function hiddenSlopes(pass: Pass, step: number): Float64Array {
  return pass.z2.map((_, j) =>
    (pass.lossIfHidden(j, step) - pass.lossIfHidden(j, -step)) / (2 * NUDGE)
  );
}

/** The same for each output node. */
function outputSlopes(pass: Pass, step: number): Float64Array {
  return pass.z3.map((_, k) =>
    (pass.lossIfOutput(k, step) - pass.lossIfOutput(k, -step)) / (2 * NUDGE)
  );
}
