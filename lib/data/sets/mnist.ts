/** MNIST and data sets in its form: images and labels as tensors, from the best source there is. */
import { oneHot } from "../../tensor/create.ts";
import { allocate } from "../../tensor/dtype.ts";
import type { Shape } from "../../tensor/shape.ts";
import { adopt, Tensor } from "../../tensor/tensor.ts";
import { drawDigits, USUAL_COUNTS } from "../digits/draw.ts";
import { type Environment, processEnvironment } from "../../support/environment.ts";
import { describe } from "../../support/describe.ts";
import { DataError } from "../../support/errors.ts";
import { grouped } from "../../support/grouped.ts";
import { release } from "../../support/memory.ts";
import { oneOf, onlyKnown, suggestion } from "../../support/names.ts";
import { obtain, ObtainError, type ObtainOptions } from "./obtain.ts";
import { DATA_SETS, type DataSource, DIGIT_NAMES, type FileSource, SOURCES } from "./sources.ts";

/** Options of `loadMnist`. */
export interface MnistOptions {
  /**
   * `"auto"` (default) takes MNIST from the folder in `MNIST_DIR`, from `data/mnist/` or from the
   * network, and the embedded digits if it is in none of them; the environment variable
   * `MNIST_SOURCE` can name another source instead. `"mnist"` and the others take that data set or
   * fail.
   */
  readonly source?: DataSource;
  /** Pixels as floats from 0 to 1 (default) rather than bytes from 0 to 255. */
  readonly normalize?: boolean;
  /** Images as rows of pixels (default) rather than as channels of rows and columns. */
  readonly flatten?: boolean;
  /** Labels as one-hot rows rather than as numbers (default). */
  readonly oneHotLabel?: boolean;
  /** The dtype of normalized pixels and one-hot labels: `"float32"` (default) or `"float64"`. */
  readonly dtype?: "float32" | "float64";
  /**
   * Whether files must be the published ones (default). `false` reads files of your own: from the
   * folder in `MNIST_DIR` or else from `data/mnist/`, and from nowhere else.
   */
  readonly verify?: boolean;
}

const FLOATS = ["float32", "float64"] as const;

/** The options that are switches. */
const SWITCHES = ["normalize", "flatten", "oneHotLabel", "verify"] as const;

/**
 * The shape of images: a row of pixels each, or channels, rows and columns.
 * @internal
 */
export type ImageShape<Source, Flatten> = Source extends "cifar-10"
  ? Flatten extends false ? [number, 3, 32, 32] : [number, 3072]
  : Flatten extends false ? [number, 1, 28, 28]
  : [number, 784];

/**
 * The shape of labels: a number each, or a row of ten.
 * @internal
 */
export type LabelShape<OneHot> = OneHot extends true ? [number, 10] : [number];

/**
 * A data set. Each tensor is created when it is first read: a program that only uses the test set
 * does not pay for the training set.
 */
export interface Mnist<Image extends Shape = Shape, Label extends Shape = Shape> {
  /** Training images, `[number, 784]` or `[number, 1, 28, 28]`. */
  readonly xTrain: Tensor<Image>;
  /** Their labels, `[number]` (bytes) or one-hot `[number, 10]`. */
  readonly tTrain: Tensor<Label>;
  /** Test images. */
  readonly xTest: Tensor<Image>;
  /** Their labels. */
  readonly tTest: Tensor<Label>;
  /** Which data set it is. */
  readonly source: Exclude<DataSource, "auto">;
  /** The names of the labels 0 to 9. */
  readonly classNames: readonly string[];
}

/**
 * Options without unknown names.
 * @internal
 */
export type MnistKnown<O> = O & Readonly<Record<Exclude<keyof O, keyof MnistOptions>, never>>;

/**
 * The data set that options describe.
 * @internal
 */
export type MnistOf<O extends MnistOptions> = Mnist<
  ImageShape<O["source"], O["flatten"]>,
  LabelShape<O["oneHotLabel"]>
>;

/** A data set, and where it comes from. */
export interface LoadedMnist<M extends Mnist = Mnist> {
  readonly mnist: M;
  /** For people: which data set, how many images, from where, and whether it was verified. */
  readonly text: string;
  /** Why the embedded digits stand in for MNIST, if they do. */
  readonly failure: ObtainError | undefined;
}

/** Where {@link readMnist} looks, and how it shows a download. */
export type MnistSurroundings = Pick<ObtainOptions, "environment" | "progress">;

/**
 * Reads a data set: what `loadMnist` returns, and where it comes from.
 * @throws DataError when the files are unavailable; TypeError for an unknown option or source.
 */
export function readMnist<const O extends MnistOptions = Record<never, never>>(
  options?: MnistKnown<O>,
  surroundings?: MnistSurroundings,
): Promise<LoadedMnist<MnistOf<O>>>;
export async function readMnist(
  options: MnistOptions = {},
  surroundings: MnistSurroundings = {},
): Promise<LoadedMnist> {
  onlyKnown("loadMnist", options, ["source", ...SWITCHES, "dtype"]);
  for (const name of SWITCHES) {
    const value = options[name] ?? false;
    if (typeof value === "boolean") continue;
    throw new TypeError(
      `loadMnist: expected ${name} to be true or false, found ${describe(value)}`,
    );
  }
  const { normalize = true, flatten = true, oneHotLabel = false } = options;
  const dtype = oneOf("loadMnist: expected dtype", options.dtype ?? "float32", FLOATS);
  const { source, train, test, text, failure } = await load(options, surroundings);
  const { imageShape, classNames } = source === "digits"
    ? { imageShape: [1, 28, 28], classNames: DIGIT_NAMES }
    : DATA_SETS[source];
  const pixels = imageShape.reduce((product, length) => product * length);

  const imageTensor = (bytes: Uint8Array): Tensor => {
    const shape = [bytes.length / pixels, ...(flatten ? [pixels] : imageShape)];
    return normalize ? adopt(scaled(bytes, dtype), shape) : new Tensor(bytes, shape);
  };
  const labelTensor = (labels: Uint8Array): Tensor => {
    const tensor = new Tensor<[number]>(labels, [labels.length]);
    return oneHotLabel ? oneHot(tensor, classNames.length, dtype) : tensor;
  };
  const xTrain = once(() => imageTensor(train().images));
  const tTrain = once(() => labelTensor(train().labels));
  const xTest = once(() => imageTensor(test().images));
  const tTest = once(() => labelTensor(test().labels));
  const mnist = {
    get xTrain() {
      return xTrain();
    },
    get tTrain() {
      return tTrain();
    },
    get xTest() {
      return xTest();
    },
    get tTest() {
      return tTest();
    },
    source,
    classNames,
  };
  return { mnist, text, failure };
}

/**
 * x/255 for every pixel x. The pixels are moved to the end of the memory of the floats, which then
 * overwrite them from the start: beside each other, MNIST's would need 47 MB more.
 */
function scaled(pixels: Uint8Array, dtype: "float32" | "float64"): Tensor["data"] {
  const table = allocate(dtype, 256).map((_, pixel) => pixel / 255);
  const { length } = pixels;
  const floats = allocate(dtype, length);
  const moved = new Uint8Array(floats.buffer, floats.byteLength - length);
  moved.set(pixels);
  release(pixels);
  for (let i = 0; i < length; i++) floats[i] = table[moved[i]];
  return floats;
}

/** A function that computes its result the first time, and then remembers it. */
function once<T>(make: () => T): () => T {
  let made: { readonly value: T } | undefined;
  return () => (made ??= { value: make() }).value;
}

/** Images and labels as bytes. */
interface Part {
  readonly images: Uint8Array;
  readonly labels: Uint8Array;
}

interface Loaded extends Pick<LoadedMnist, "text" | "failure"> {
  readonly source: Exclude<DataSource, "auto">;
  readonly train: () => Part;
  readonly test: () => Part;
}

/** The images of the source that is asked for. */
async function load(
  { source: asked = "auto", verify = true }: MnistOptions,
  surroundings: MnistSurroundings,
): Promise<Loaded> {
  const { environment = processEnvironment } = surroundings;
  const loadFiles = async (source: FileSource): Promise<Loaded> => {
    const { images: raw, text } = await obtain(DATA_SETS[source], { ...surroundings, verify });
    const train = { images: raw.trainImages, labels: raw.trainLabels };
    const test = { images: raw.testImages, labels: raw.testLabels };
    return { source, train: () => train, test: () => test, text, failure: undefined };
  };
  const known = oneOf("loadMnist: expected source", asked, SOURCES);
  const source = known === "auto" ? sourceNamedIn(environment) : known;
  if (source === "digits") return digits(undefined);
  if (source === "auto") {
    try {
      return await loadFiles("mnist");
    } catch (error) {
      // Files of one's own are never replaced by other data.
      if (!(error instanceof ObtainError) || !verify) throw error;
      return digits(error);
    }
  }
  return await loadFiles(source);
}

/** What `MNIST_SOURCE` names instead of `"auto"`: `deno task run --data SOURCE` sets it. */
function sourceNamedIn(environment: Environment): DataSource {
  const name = environment("MNIST_SOURCE") || "auto";
  const fitting = SOURCES.filter((known) => known !== "cifar-10");
  const source = fitting.find((known) => known === name);
  if (source !== undefined) return source;
  throw new DataError(
    name === "cifar-10"
      ? 'MNIST_SOURCE: expected a set of 28 × 28 images, found "cifar-10", whose images are ' +
        '3 × 32 × 32: a notebook asks for them itself, with loadMnist({ source: "cifar-10" })'
      : `MNIST_SOURCE: expected one of ${fitting.join(", ")}, found ${describe(name)}` +
        suggestion(name, fitting),
  );
}

/** The embedded digits, drawn when they are first read. */
function digits(failure: ObtainError | undefined): Loaded {
  const { train, test } = USUAL_COUNTS;
  return {
    source: "digits",
    train: once(() => {
      const { trainImages: images, trainLabels: labels } = drawDigits({ test: 0 });
      return { images, labels };
    }),
    test: once(() => {
      const { testImages: images, testLabels: labels } = drawDigits({ train: 0 });
      return { images, labels };
    }),
    text: `Embedded digits: ${grouped(train)} training and ${grouped(test)} test images, drawn ` +
      "by this program. They look like MNIST but are not it.",
    failure,
  };
}
