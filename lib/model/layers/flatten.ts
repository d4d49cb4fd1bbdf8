/** Samples of any shape as vectors. */
import { Flatten } from "../../nn/layers.ts";
import { type Shape, sizeOf } from "../../tensor/shape.ts";
import { checkOptions, type LayerOptions, type LayerSpec, type ShapeRule } from "./layer.ts";

/** [28, 28] → [784]; the type checker does not multiply. */
export interface Flattened extends ShapeRule {
  /** A vector. */
  readonly output: [number];
}

/**
 * Flattens each sample to a vector: [28, 28] → [784].
 *
 * @example
 * ```ts
 * import { layers, sequential } from "mnist";
 * import assert from "node:assert/strict";
 *
 * const model = sequential({ layers: [layers.flatten({ inputShape: [28, 28] })] });
 * assert.deepEqual(model.outputShape, [784]);
 * ```
 */
export function flatten<const In extends Shape = Shape>(
  options: LayerOptions<In> = {},
): LayerSpec<In, Flattened> {
  checkOptions("flatten", options);
  return {
    type: "flatten",
    options,
    build: ({ input }) => ({
      outputShape: [sizeOf(input)],
      parts: [new Flatten()],
      onnx: () => [{ type: "Flatten" }],
    }),
  };
}
