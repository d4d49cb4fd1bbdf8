/** `loadMnist` of the notebooks: shows downloads, and says which data were loaded. */
import { type LoadedMnist, type Mnist, type MnistKnown, type MnistOf } from "../data/sets/mnist.ts";
import { type MnistOptions, readMnist } from "../data/sets/mnist.ts";
import { platform } from "../support/environment.ts";
import { progress } from "./progress.ts";
import { announceData } from "./record.ts";

/**
 * Loads MNIST, or a data set in its form, and displays what was loaded.
 *
 * Files are verified by their SHA-256 at every load. They come from the folder in `MNIST_DIR`, from
 * `data/mnist/`, or from a download into it; other data sets likewise (`FASHION_MNIST_DIR`, …).
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { loadMnist } from "mnist";
 *
 * const { xTest, tTest } = await loadMnist({ source: "digits", normalize: true, flatten: true });
 * assert.deepEqual(xTest.shape, [10_000, 784]);
 * assert.deepEqual(tTest.shape, [10_000]);
 * ```
 *
 * @throws DataError when no place has the files: it names the folders, the files, their hashes and
 * the failure of each mirror. TypeError for an unknown option or source.
 */
export function loadMnist<const O extends MnistOptions = Record<never, never>>(
  options?: MnistKnown<O>,
): Promise<MnistOf<O>>;
export async function loadMnist(options: MnistOptions = {}): Promise<Mnist> {
  return await announced(await readMnist(options, { progress }));
}

/** Displays where data come from: in a box with a warning if they are not the ones asked for. */
export async function announced({ mnist, text, failure }: LoadedMnist): Promise<Mnist> {
  const lines = failure === undefined ? [text] : [
    "MNIST could not be loaded: this runs on the embedded digits instead.",
    text,
    "Numbers differ from those in the text.",
    platform.advice.mnist,
    failure.summary,
  ];
  await announceData(mnist.source, lines.join("\n"), { warning: failure !== undefined });
  return mnist;
}
