/** The option `kernelInitializer` of layers with weights. */
import * as initializers from "../../nn/initializers.ts";
import { entryOf } from "../../support/names.ts";
import { inRange } from "../../support/ranges.ts";

/** The name of an initializer. */
export type InitializerName = "glorotUniform" | "glorotNormal" | "heNormal" | "xavier" | "zeros";

const INITIALIZERS: Readonly<Record<InitializerName, initializers.Initializer>> = {
  glorotUniform: initializers.glorotUniform,
  glorotNormal: initializers.glorotNormal,
  heNormal: initializers.he,
  xavier: initializers.xavier,
  zeros: initializers.constant(0),
};

/**
 * The initializer of a name, or the normal distribution of a standard deviation.
 * @param caller the layer, for the message.
 * @throws TypeError for an unknown name, RangeError for a negative standard deviation.
 */
export function initializerOf(
  caller: string,
  initializer: InitializerName | number,
): initializers.Initializer {
  const what = `${caller}: expected kernelInitializer`;
  return typeof initializer === "number"
    ? initializers.normal(inRange(what, initializer, "of at least 0"))
    : entryOf(what, initializer, INITIALIZERS);
}
