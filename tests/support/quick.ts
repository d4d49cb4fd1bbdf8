/** Parameters that make chapters short enough for a test, as `name=value`. */
export const QUICK: Readonly<Record<string, readonly string[]>> = {
  "01_dataset": ["otherSets=false"],
  "03_inference": ["misreadShown=5"],
  "04_batching": ["repeats=3"],
  "05_training": ["trainingImages=2000", "comparedImages=100"],
  "06_backpropagation": ["trainingImages=2000", "epochs=4"],
  "07_sequential": ["lectureImages=3000", "trainingImages=3000", "epochs=3", "smallEpochs=10"],
  "08_experiments": ["trainingImages=1000", "epochs=2", "smallEpochs=5", "otherSets=false"],
  "09_convolution": [
    "trainingImages=2000",
    "validationImages=500",
    "epochs=1",
    "seeds=2",
    "denseEpochs=1",
  ],
  "10_playground": [
    "trainingImages=4000",
    "epochs=3",
    "ascentSteps=60",
    "noiseImages=100",
    "mapImages=100",
    "mixedImages=1000",
    "tuningEpochs=3",
  ],
};
