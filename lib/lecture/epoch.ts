/** A whole epoch of the lecture's training that leaves time for charts, timers and Stop. */
import { breathe } from "../support/breathe.ts";
import type { MnistTest, Way } from "./mnist_test.ts";
import { notOneEach } from "./sample.ts";
import type { Tensor } from "../tensor/tensor.ts";

/** The progress of an epoch. */
export interface EpochStep {
  /** How many samples have been trained. */
  readonly done: number;
  /** The mean loss of the samples since the last step, each computed right after its own training. */
  readonly loss: number;
}

/** Milliseconds between two pauses: short enough for a smooth progress bar. */
const PAUSE_EVERY = 30;
/** Samples trained in one call; a few milliseconds of work. */
const AT_ONCE = 32;

/**
 * Trains the network on each image once, in order, one at a time.
 *
 * `for await (const { done, loss } of trainEpoch(network, images, labels)) …` runs its body
 * after every `every` samples and after the last. A `break` ends the training, and so does a press of
 * Stop; the network keeps what it has learned until then, every sample whole or not at all.
 * @param network is changed.
 * @param images raw pixels [N, I], uint8.
 * @param labels [N], each from 0 to O - 1.
 * @param options `every`, 1,000 samples by default, and the `way` of the derivative.
 * @throws RangeError when there is not one label for each image or a label is no class, Stopped when
 *   the person has pressed Stop.
 *
 * @example
 * ```ts
 * import { MnistTest, Random, tensor, trainEpoch } from "mnist";
 * import assert from "node:assert/strict";
 *
 * const network = new MnistTest(2, 3, 2, 0.1, new Random(1));
 * const images = tensor([[0, 255], [255, 0]], "uint8").expect([-1, 2]);
 * for await (const { done } of trainEpoch(network, images, tensor([0, 1]).expect([-1]))) {
 *   assert.equal(done, 2);
 * }
 * ```
 */
export async function* trainEpoch<I extends number, H extends number, O extends number>(
  network: MnistTest<I, H, O>,
  images: Tensor<[number, I]>,
  labels: Tensor<[number]>,
  { every = 1000, way = "algebraic" }: { every?: number; way?: Way } = {},
): AsyncGenerator<EpochStep, void> {
  const [count] = images.shape;
  if (labels.shape[0] !== count) throw new RangeError(notOneEach("trainEpoch", images, labels));
  const atOnce = way === "algebraic" ? AT_ONCE : 1;
  let loss = 0, since = 0, paused = performance.now();
  for (let i = 0; i < count;) {
    const next = Math.min(count, i + Math.max(1, Math.min(atOnce, Math.ceil(every) - since)));
    loss += network.trainEach(images.rows(i, next), labels.rows(i, next), way);
    since += next - i;
    i = next;
    if (performance.now() - paused > PAUSE_EVERY) {
      await breathe();
      paused = performance.now();
    }
    if (since >= every || i === count) {
      yield { done: i, loss: loss / since };
      loss = since = 0;
    }
  }
}
