/** Dropout as a layer of a model. */
import { Dropout } from "../../nn/dropout.ts";
import { inRange } from "../../support/ranges.ts";
import type { Shape } from "../../tensor/shape.ts";
import { checkOptions, type LayerOptions, type LayerSpec, type SameShape } from "./layer.ts";

/** Options of {@link dropout}. */
export interface DropoutOptions<In extends Shape = Shape> extends LayerOptions<In> {
  /** The fraction of the numbers that is set to 0 while training, from 0 to below 1. */
  readonly rate: number;
}

/**
 * Sets a random fraction of the numbers to 0 while training; does nothing afterwards.
 * @throws RangeError for a rate out of range.
 *
 * @example
 * ```ts
 * import { layers, ones, sequential } from "mnist";
 * import assert from "node:assert/strict";
 *
 * const model = sequential({ layers: [layers.dropout({ inputShape: [4], rate: 0.5 })] });
 * assert.deepEqual(model.predict(ones([1, 4])).toArray(), [[1, 1, 1, 1]]);
 * ```
 */
export function dropout<const In extends Shape = Shape>(
  options: DropoutOptions<In>,
): LayerSpec<In, SameShape> {
  checkOptions("dropout", options, ["rate"]);
  const rate = inRange("dropout: expected rate", options.rate, "from 0 to below 1");
  return {
    type: "dropout",
    options,
    build({ input, random }) {
      const part = new Dropout(rate, random);
      return {
        outputShape: input,
        parts: [part],
        reseed(random) {
          part.random = random;
        },
        onnx: () => [],
      };
    },
  };
}
