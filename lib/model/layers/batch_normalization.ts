/** Batch normalization as a layer of a model. */
import { BatchNormalization } from "../../nn/batch_normalization.ts";
import { inRange } from "../../support/ranges.ts";
import { full } from "../../tensor/create.ts";
import type { Shape } from "../../tensor/shape.ts";
import {
  checkOptions,
  type LayerOptions,
  type LayerSpec,
  type SameShape,
  vectorLength,
} from "./layer.ts";

/** Options of {@link batchNormalization}. */
export interface BatchNormalizationLayerOptions<In extends Shape = Shape> extends LayerOptions<In> {
  /** The weight of the old running mean and variance at each batch, from 0 to 1. Default: 0.99. */
  readonly momentum?: number;
  /** ε, which prevents a division by 0: above 0. Default: 0.001. */
  readonly epsilon?: number;
}

/**
 * y = γ·(x - μ)/√(σ² + ε) + β, for each column: gives every node the same mean and spread.
 *
 * μ and σ² are those of the batch while training, and running ones afterwards. Weights: gamma, beta,
 * and the running mean and variance, all [inputs].
 * @throws RangeError for an option out of range.
 *
 * @example
 * ```ts
 * import { layers, sequential } from "mnist";
 * import assert from "node:assert/strict";
 *
 * const model = sequential({ layers: [layers.batchNormalization({ inputShape: [30] })] });
 * assert.equal(model.countParams(), 4 * 30);
 * ```
 */
export function batchNormalization<const In extends Shape = Shape>(
  options: BatchNormalizationLayerOptions<In> = {},
): LayerSpec<In, SameShape> {
  checkOptions("batchNormalization", options, ["momentum", "epsilon"]);
  const { momentum = 0.99, epsilon = 1e-3 } = options;
  inRange("batchNormalization: expected momentum", momentum, "from 0 to 1");
  inRange("batchNormalization: expected epsilon", epsilon, "above 0");
  return {
    type: "batchNormalization",
    options,
    build(context) {
      const { dtype, weight } = context, width = vectorLength(context);
      const start = (key: string, value: number) =>
        weight(key, [width], (shape) => full(shape, value, dtype));
      const params = { gamma: start("gamma", 1), beta: start("beta", 0) };
      const state = { mean: start("mean", 0), variance: start("variance", 1) };
      const part = new BatchNormalization(width, { momentum, epsilon, dtype });
      Object.assign(part.params, params);
      Object.assign(part.state, state);
      return {
        outputShape: [width],
        parts: [part],
        onnx: () => [{
          type: "BatchNormalization",
          constants: { ...part.params, ...part.state },
          attributes: { epsilon },
        }],
      };
    },
  };
}
