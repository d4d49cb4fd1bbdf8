/**
 * The layers of a model, under the names of Keras and tfjs: `layers.dense({ units: 128 })`.
 * @module
 */
export { activation } from "./activation.ts";
export { batchNormalization } from "./batch_normalization.ts";
export { dense } from "./dense.ts";
export { dropout } from "./dropout.ts";
export { flatten } from "./flatten.ts";
export { rescaling } from "./rescaling.ts";
