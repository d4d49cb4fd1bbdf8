/**
 * The course's library: `import { loadMnist, sigmoid, softmax } from "mnist"`.
 * @module
 */
export { miniBatches } from "./batches.ts";
export { BatchNormalization } from "./batch_normalization.ts";
export type { BatchNormalizationOptions } from "./batch_normalization.ts";
export { breathe } from "./breathe.ts";
export { Stopped, stopRequested } from "./stop.ts";
export * from "./create.ts";
export { loadCsv, loadCsvTable, saveCsv } from "./data/csv.ts";
export type { CsvOptions, CsvTable, SaveCsvOptions } from "./data/csv.ts";
export { type Digits, type DigitsOptions, drawDigits } from "./data/digits.ts";
export { DataError } from "./data/errors.ts";
export { projectPath } from "./data/paths.ts";
export { loadModel, saveModel } from "./data/models.ts";
export { encodeOnnx, exportOnnx } from "./data/onnx.ts";
export { loadMnist } from "./data/mnist.ts";
export type {
  ImageShape,
  LabelShape,
  Mnist,
  MnistKnown,
  MnistOf,
  MnistOptions,
} from "./data/mnist.ts";
export type { DataSource } from "./data/sources.ts";
export { formatTextTable, parseTextTable } from "./data/std_csv.ts";
export type { Cell, TextRow, TextTableOptions } from "./data/std_csv.ts";
export { loadWeights, type SampleWeights, saveWeights, type Weights } from "./data/weights.ts";
export { Dropout } from "./dropout.ts";
export type { DType, NumericArray } from "./dtype.ts";
export { exercise, type Expected } from "./exercise.ts";
export * from "./functions.ts";
export * from "./gradient.ts";
/** How weights start: `initializers.xavier([784, 30], random)`. */
export * as initializers from "./init.ts";
export { Affine, Flatten, Relu, Rescaling, Sigmoid, Softmax, Tanh } from "./layers.ts";
export type { Layer } from "./layers.ts";
export * from "./lecture.ts";
export { type EpochStep, trainEpoch } from "./lecture/epoch.ts";
export {
  BinaryCrossentropy,
  MeanSquaredError,
  SigmoidWithLoss,
  SoftmaxWithLoss,
} from "./losses.ts";
export type { Loss } from "./losses.ts";
export * from "./metrics.ts";
export * from "./model.ts";
export type { ModelDType, ModelLayer } from "./model/build.ts";
export * from "./model/callbacks.ts";
export type { FitOptions, FitResult, History } from "./model/fit.ts";
export type { LossName, MetricName } from "./model/losses.ts";
export { layers } from "./model/specs.ts";
export type * from "./model/specs.ts";
export * from "./optimizers.ts";
export * from "./plot/digits.ts";
export * from "./plot/figures.ts";
export * from "./plot/live.ts";
export { Picture } from "./plot/png.ts";
export { progress } from "./plot/progress.ts";
export type { Progress, ProgressOptions } from "./plot/progress.ts";
export { record, show } from "./plot/show.ts";
export { liveCurve, type LiveCurveOptions, trainingProgress } from "./plot/training.ts";
export type { Json } from "./plot/show.ts";
export { Random } from "./random.ts";
export type * from "./shape.ts";
export * from "./tensor.ts";
