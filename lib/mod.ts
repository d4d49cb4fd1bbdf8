/**
 * The course's library: `import { loadMnist, sigmoid, softmax } from "mnist"`.
 * @module
 */
export { miniBatches } from "./nn/batches.ts";
export { BatchNormalization } from "./nn/batch_normalization.ts";
export type { BatchNormalizationOptions } from "./nn/batch_normalization.ts";
export { breathe } from "./support/breathe.ts";
export { Stopped, stopRequested } from "./support/stop.ts";
export * from "./tensor/create.ts";
export { loadCsv, loadCsvTable, saveCsv } from "./data/formats/csv.ts";
export type { CsvOptions, CsvTable, SaveCsvOptions } from "./data/formats/csv.ts";
export { type Digits, type DigitsOptions, drawDigits } from "./data/digits/draw.ts";
export { DataError } from "./support/errors.ts";
export { projectPath } from "./support/paths.ts";
export { exportOnnx, loadModel, saveModel } from "./model/files.ts";
export { encodeOnnx } from "./model/onnx.ts";
export { loadMnist } from "./notebook/mnist.ts";
export type {
  ImageShape,
  LabelShape,
  Mnist,
  MnistKnown,
  MnistOf,
  MnistOptions,
} from "./data/sets/mnist.ts";
export type { DataSource } from "./data/sets/sources.ts";
export { formatTextTable, parseTextTable } from "./data/formats/std_csv.ts";
export type { Cell, TextRow, TextTableOptions } from "./data/formats/std_csv.ts";
export { loadWeights, type SampleWeights, saveWeights, type Weights } from "./data/weights.ts";
export { Dropout } from "./nn/dropout.ts";
export type { DType, NumericArray } from "./tensor/dtype.ts";
export { exercise } from "./notebook/exercise.ts";
export * from "./nn/functions.ts";
export * from "./nn/gradient.ts";
/** How weights start: `initializers.xavier([784, 30], random)`. */
export * as initializers from "./nn/initializers.ts";
export {
  Activation,
  Affine,
  Flatten,
  Layer,
  Relu,
  Rescaling,
  Sigmoid,
  Softmax,
  Tanh,
} from "./nn/layers.ts";
export * from "./lecture/mnist_test.ts";
export { type EpochStep, trainEpoch } from "./lecture/epoch.ts";
export {
  BinaryCrossentropy,
  crossEntropyError,
  Loss,
  MeanSquaredError,
  SigmoidWithLoss,
  SoftmaxWithLoss,
  sumSquaredError,
} from "./nn/losses.ts";
export * from "./nn/metrics.ts";
export * from "./model/model.ts";
export type { ModelLayer } from "./model/build.ts";
export type { Summary } from "./model/summary.ts";
export * from "./model/callbacks.ts";
export type { FitOptions, FitResult, History } from "./model/fit.ts";
export type { LossName, MetricName } from "./model/objective.ts";
export * as layers from "./model/layers/mod.ts";
export type * from "./model/layers/layer.ts";
export * from "./nn/optimizers.ts";
export { digitGrid, digitImage, type ImageOptions } from "./plot/images.ts";
export { barChart, histogram } from "./plot/bars.ts";
export { decisionBoundary } from "./plot/boundary.ts";
export type { ChartOptions, Numbers } from "./plot/chart_parts.ts";
export { Figure, type FigureData } from "./plot/figure.ts";
export { lineChart, type Lines, panelChart, type PanelOptions } from "./plot/lines.ts";
export { confusionMatrixChart, heatmap } from "./plot/matrices.ts";
export * from "./notebook/live.ts";
export { Picture } from "./plot/picture.ts";
export { progress } from "./notebook/progress.ts";
export type { Progress, ProgressOptions } from "./notebook/progress.ts";
export { record } from "./notebook/record.ts";
export { show } from "./notebook/show.ts";
export { liveCurve, trainingProgress } from "./notebook/training.ts";
export type { Json } from "./notebook/record.ts";
export { Random } from "./tensor/random.ts";
export type * from "./tensor/shape.ts";
export * from "./tensor/tensor.ts";
