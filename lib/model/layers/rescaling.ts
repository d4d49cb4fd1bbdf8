/** Rescaling as a layer of a model. */
import { Rescaling } from "../../nn/layers.ts";
import { inRange } from "../../support/ranges.ts";
import type { Shape } from "../../tensor/shape.ts";
import { Tensor } from "../../tensor/tensor.ts";
import {
  checkOptions,
  type LayerOptions,
  type LayerSpec,
  type Operation,
  type SameShape,
} from "./layer.ts";

/** Options of {@link rescaling}. */
export interface RescalingOptions<In extends Shape = Shape> extends LayerOptions<In> {
  /** The factor: 1 / 255 for raw pixels. */
  readonly scale: number;
  /** Is added after multiplying. Default: 0. */
  readonly offset?: number;
}

/**
 * y = x·scale + offset: scales raw pixels batch by batch, so that the data set stays bytes.
 * @throws RangeError for options that are not finite numbers.
 *
 * @example
 * ```ts
 * import { layers, sequential, tensor } from "mnist";
 * import assert from "node:assert/strict";
 *
 * const scaled = layers.rescaling({ inputShape: [2], scale: 1 / 255 });
 * const y = sequential({ layers: [scaled] }).predict(tensor([[0, 255]], "uint8"));
 * assert.deepEqual(y.toArray(), [[0, 1]]);
 * ```
 */
export function rescaling<const In extends Shape = Shape>(
  options: RescalingOptions<In>,
): LayerSpec<In, SameShape> {
  checkOptions("rescaling", options, ["scale", "offset"]);
  const { scale, offset = 0 } = options;
  inRange("rescaling: expected scale", scale, "to be a finite number");
  inRange("rescaling: expected offset", offset, "to be a finite number");
  return {
    type: "rescaling",
    options,
    build({ input, dtype }) {
      const operation = (type: string, key: string, value: number): Operation => {
        const constant = new Tensor(Float64Array.of(value), []).astype(dtype);
        return { type, constants: { [key]: constant } };
      };
      return {
        outputShape: input,
        parts: [new Rescaling(scale, offset)],
        onnx: () => [operation("Mul", "scale", scale), operation("Add", "offset", offset)],
      };
    },
  };
}
