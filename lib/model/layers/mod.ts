/**
 * The layers of a model, under the names of Keras and tfjs: `layers.dense({ units: 128 })`.
 * @module
 */
export { activation } from "./activation.ts";
export { batchNormalization } from "./batch_normalization.ts";
export { conv2d } from "./conv2d.ts";
export { dense } from "./dense.ts";
export { dropout } from "./dropout.ts";
export { flatten } from "./flatten.ts";
export { averagePooling2d, globalAveragePooling2d, maxPooling2d } from "./pooling2d.ts";
export { rescaling } from "./rescaling.ts";
