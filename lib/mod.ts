/**
 * The library of the course: `import { loadMnist, sigmoid, softmax } from "mnist"`.
 *
 * These are the names that chapters, exercises and experiments use. Everything else is imported from
 * its room, such as `lib/plot/lines.ts`.
 * @module
 */

// Arrays of any number of axes, as NumPy has them.
export {
  arange,
  concatenate,
  full,
  oneHot,
  ones,
  rand,
  randn,
  tensor,
  zeros,
} from "./tensor/create.ts";
export type { DType, NumericArray } from "./tensor/dtype.ts";
export { Random } from "./tensor/random.ts";
export type { Shape } from "./tensor/shape.ts";
export { Tensor } from "./tensor/tensor.ts";

// Data sets and files.
export { type Digits, type DigitsOptions, drawDigits } from "./data/digits/draw.ts";
export {
  type CsvOptions,
  type CsvTable,
  loadCsv,
  loadCsvTable,
  saveCsv,
} from "./data/formats/csv.ts";
export { parseTextTable } from "./data/formats/std_csv.ts";
export type { Mnist, MnistOptions } from "./data/sets/mnist.ts";
export type { DataSource } from "./data/sets/sources.ts";
export { loadWeights, type SampleWeights, saveWeights, type Weights } from "./data/weights.ts";
export { loadMnist } from "./notebook/mnist.ts";
export { DataError } from "./support/errors.ts";
export { projectPath } from "./support/paths.ts";

// The mathematics of a network: functions, metrics, gradients.
export { miniBatches } from "./nn/batches.ts";
export { relu, sigmoid, softmax, stepFunction, tanh } from "./nn/functions.ts";
export {
  type GradientCheck,
  gradientCheck,
  gradientCheckLayer,
  numericalGradient,
} from "./nn/gradient.ts";
/** Initial weights: `initializers.xavier([784, 30], random)`. */
export * as initializers from "./nn/initializers.ts";
export { accuracy, confusionMatrix } from "./nn/metrics.ts";

// Layers and losses with forward and backward, and what changes their weights.
export { BatchNormalization } from "./nn/batch_normalization.ts";
export { Conv2D } from "./nn/conv2d.ts";
export { Dropout } from "./nn/dropout.ts";
export { Affine, Layer, Relu, Sigmoid, Softmax, Tanh } from "./nn/layers.ts";
export { BinaryCrossentropy, Loss, SigmoidWithLoss, SoftmaxWithLoss } from "./nn/losses.ts";
export { AdaGrad, Adam, Optimizer, type OptimizerName, RMSProp, SGD } from "./nn/optimizers.ts";
export { MaxPooling2D } from "./nn/pooling.ts";

// The network of the lecture, trained by numerical derivatives.
export { type EpochStep, trainEpoch } from "./lecture/epoch.ts";
export { MnistTest } from "./lecture/mnist_test.ts";
export { lectureInput, lectureTarget } from "./lecture/sample.ts";

// Models as in Keras: layers by name, compile, fit, callbacks, files.
export type { ModelLayer } from "./model/build.ts";
export {
  bestWeights,
  type Callback,
  earlyStopping,
  type FitRun,
  type Learner,
  learningRateScheduler,
} from "./model/callbacks.ts";
export { exportOnnx, loadModel, saveModel } from "./model/files.ts";
export type { FitOptions, FitResult, History } from "./model/fit.ts";
export type { LayerOptions, LayerSpec } from "./model/layers/layer.ts";
/** Layers of a model: `layers.dense({ units: 128, activation: "relu" })`. */
export * as layers from "./model/layers/mod.ts";
export type { Logs } from "./model/logs.ts";
export { type CompileOptions, type Model, sequential } from "./model/model.ts";
export type { LossName, MetricName } from "./model/objective.ts";
export type { Summary } from "./model/summary.ts";

// Figures and pictures. They show themselves as the last value of a cell and with `show`.
export { barChart, histogram } from "./plot/bars.ts";
export { decisionBoundary } from "./plot/boundary.ts";
export type { ChartOptions, Numbers } from "./plot/chart_parts.ts";
export { Figure } from "./plot/figure.ts";
export { computationGraph } from "./plot/graph.ts";
export type { GraphNode } from "./plot/graph_places.ts";
export { digitGrid, digitImage, type ImageOptions } from "./plot/images.ts";
export { importance, parallelCoordinates } from "./plot/importance.ts";
export { lineChart } from "./plot/lines.ts";
export { confusionMatrixChart, heatmap } from "./plot/matrices.ts";
export { networkDiagram } from "./plot/network.ts";
export { Picture } from "./plot/picture.ts";
export { sliderFigure } from "./plot/slider.ts";
export { compareRuns } from "./plot/runs.ts";

// What a cell displays, and what it stores for programs.
export { type LiveChart, liveChart } from "./notebook/live.ts";
export { playground } from "./notebook/playground.ts";
export { type Progress, progress } from "./notebook/progress.ts";
export { record } from "./notebook/record.ts";
export { loadRuns, type Run } from "./notebook/runs.ts";
export { show } from "./notebook/show.ts";
export { sweep } from "./notebook/sweep.ts";
export { Table } from "./notebook/table.ts";
export { liveCurve, trainingProgress } from "./notebook/training.ts";

// Long loops: Stop ends them between two steps.
export { breathe } from "./support/breathe.ts";
export { Stopped } from "./support/stop.ts";
