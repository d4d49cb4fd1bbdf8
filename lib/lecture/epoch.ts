/** A whole epoch of the lecture's training, which lets the world go on meanwhile. */
import { breathe } from "../support/breathe.ts";
import { lectureInput, lectureTarget, type MnistTest, type Way } from "./mnist_test.ts";
import { showShape } from "../tensor/shape.ts";
import type { Tensor } from "../tensor/tensor.ts";

/** How far an epoch is. */
export interface EpochStep {
  /** How many samples are behind us. */
  readonly done: number;
  /** The mean loss of the samples since the last step, each as it was right after its own training. */
  readonly loss: number;
}

/** Milliseconds between two pauses: short enough for a smooth progress bar. */
const PAUSE_EVERY = 30;

/**
 * Trains the network on each image once, in order, one at a time.
 *
 * `for await (const { done, loss } of trainEpoch(network, images, labels)) …` gets a word every
 * `every` samples and after the last. A `break` ends the training, and so does a press of Stop; the
 * network keeps what it has learnt until then, every sample whole or not at all.
 * @param network is changed.
 * @param images raw pixels [N, I], uint8.
 * @param labels [N], each from 0 to O - 1.
 * @param options `every`, 1,000 samples unless told otherwise, and the `way` of the derivative.
 * @throws RangeError when there is not one label for each image or a label is no class, Stopped when
 *   the person has pressed Stop.
 */
export async function* trainEpoch<I extends number, H extends number, O extends number>(
  network: MnistTest<I, H, O>,
  images: Tensor<[number, I]>,
  labels: Tensor<[number]>,
  { every = 1000, way = "shared" }: { every?: number; way?: Way } = {},
): AsyncGenerator<EpochStep, void> {
  const count = images.shape[0], [classes] = network.b3.shape;
  if (labels.shape[0] !== count) {
    throw new RangeError(
      `trainEpoch: expected a label for each image, found ${showShape(images.shape)} images ` +
        `and ${showShape(labels.shape)} labels`,
    );
  }
  let loss = 0, since = 0, paused = performance.now();
  for (let i = 0; i < count; i++) {
    network.train(lectureInput(images.at(i)), lectureTarget(labels.at(i), classes), way);
    loss += network.lossValue();
    since++;
    if (performance.now() - paused > PAUSE_EVERY) {
      await breathe();
      paused = performance.now();
    }
    if (since === every || i === count - 1) {
      yield { done: i + 1, loss: loss / since };
      loss = since = 0;
    }
  }
}
