/** The option `kernelRegularizer` of layers with weights. */
import { onlyKnown } from "../../support/names.ts";
import { inRange } from "../../support/ranges.ts";
import { numbersOf, type Tensor } from "../../tensor/tensor.ts";
import type { Penalty } from "./layer.ts";

/** λ₁·Σ|W| + λ₂·ΣW², which is added to the loss and keeps weights small. */
export interface Regularizer {
  /** λ₁, at least 0. Default: 0. */
  readonly l1?: number;
  /** λ₂, at least 0. Default: 0. */
  readonly l2?: number;
}

/**
 * Returns a function that makes the penalty for the weights W of a layer.
 * @param caller the layer, for the message.
 * @throws RangeError for a negative factor.
 */
export function regularizerOf(
  caller: string,
  regularizer: Regularizer = {},
): (layer: { params: { W: Tensor }; grads: { W: Tensor } }) => Penalty | undefined {
  onlyKnown(`${caller}: kernelRegularizer`, regularizer, ["l1", "l2"]);
  const { l1 = 0, l2 = 0 } = regularizer;
  inRange(`${caller}: expected kernelRegularizer.l1`, l1, "of at least 0");
  inRange(`${caller}: expected kernelRegularizer.l2`, l2, "of at least 0");
  if (l1 === 0 && l2 === 0) return () => undefined;
  return (layer) => ({
    loss() {
      let sum = 0;
      for (const w of numbersOf(layer.params.W)) sum += l1 * Math.abs(w) + l2 * w * w;
      return sum;
    },
    addGradient() {
      const slope = layer.params.W.map((w) => l1 * Math.sign(w) + 2 * l2 * w);
      layer.grads.W = layer.grads.W.add(slope);
    },
  });
}
