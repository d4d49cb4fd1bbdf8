/** MNIST and data sets in its form: images and labels as tensors, from the best source there is. */
import { oneHot } from "../../tensor/create.ts";
import { allocate, type DType } from "../../tensor/dtype.ts";
import type { Shape } from "../../tensor/shape.ts";
import { Tensor } from "../../tensor/tensor.ts";
import { drawDigits, USUAL_COUNTS } from "../digits/draw.ts";
import { type Environment, processEnvironment } from "../../support/environment.ts";
import { DataError } from "../../support/errors.ts";
import type { RawImages } from "./folder.ts";
import { obtain, ObtainError, type ObtainOptions } from "./obtain.ts";
import { DATA_SETS, type DataSource, DIGIT_NAMES, type FileSource } from "./sources.ts";

/** What `loadMnist` can be asked for. */
export interface MnistOptions {
  /**
   * `"auto"` (default) takes MNIST from the folder in `MNIST_DIR`, from `data/mnist/` or from the
   * network, and the embedded digits where none of them has it; `MNIST_SOURCE` in the environment
   * names another source for it. `"mnist"` and the others take that data set or fail.
   */
  readonly source?: DataSource;
  /** Pixels as floats of 0 to 1 (default) rather than bytes of 0 to 255. */
  readonly normalize?: boolean;
  /** Images as rows of pixels (default) rather than as channels of rows and columns. */
  readonly flatten?: boolean;
  /** Labels as rows with a 1 in the column of the class rather than as numbers (default). */
  readonly oneHotLabel?: boolean;
  /** The kind of normalised pixels and one-hot labels; float32 unless told otherwise. */
  readonly dtype?: "float32" | "float64";
  /** Whether files must be the published ones (default); `false` is for data of one's own. */
  readonly verify?: boolean;
}

/** Their names, for whoever misspells one in a notebook. */
const OPTIONS: readonly string[] = [
  "source",
  "normalize",
  "flatten",
  "oneHotLabel",
  "dtype",
  "verify",
];

/** The shape of images: a row of pixels each, or channels, rows and columns. */
export type ImageShape<Source, Flatten> = Source extends "cifar-10"
  ? Flatten extends false ? [number, 3, 32, 32] : [number, 3072]
  : Flatten extends false ? [number, 1, 28, 28]
  : [number, 784];

/** The shape of labels: a number each, or a row of ten. */
export type LabelShape<OneHot> = OneHot extends true ? [number, 10] : [number];

/**
 * A data set. Its tensors are made when they are first read: a program that only uses the test set
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
  /** What the labels 0 to 9 stand for. */
  readonly classNames: readonly string[];
}

/** Options of which none is misspelt. */
export type MnistKnown<O> = O & Readonly<Record<Exclude<keyof O, keyof MnistOptions>, never>>;

/** The data set that options describe. */
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
  const unknown = Object.keys(options).find((name) => !OPTIONS.includes(name));
  if (unknown !== undefined) {
    throw new TypeError(`loadMnist: expected options ${OPTIONS.join(", ")}, found ${unknown}`);
  }
  const { normalize = true, flatten = true, oneHotLabel = false, dtype = "float32" } = options;
  if (dtype !== "float32" && dtype !== "float64") {
    throw new TypeError(`loadMnist: expected dtype float32 or float64, found ${dtype}`);
  }
  const { images, source, text, failure } = await load(options, surroundings);
  const { imageShape, classNames } = source === "digits"
    ? { imageShape: [1, 28, 28], classNames: DIGIT_NAMES }
    : DATA_SETS[source];
  const pixels = imageShape.reduce((product, length) => product * length);

  const imageTensor = (bytes: Uint8Array): Tensor => {
    const shape = [bytes.length / pixels, ...(flatten ? [pixels] : imageShape)];
    return new Tensor(normalize ? scaled(bytes, dtype) : bytes, shape);
  };
  const labelTensor = (labels: Uint8Array): Tensor => {
    const tensor = new Tensor<[number]>(labels, [labels.length]);
    return oneHotLabel ? oneHot(tensor, classNames.length, dtype) : tensor;
  };
  const xTrain = once(() => imageTensor(images.trainImages));
  const tTrain = once(() => labelTensor(images.trainLabels));
  const xTest = once(() => imageTensor(images.testImages));
  const tTest = once(() => labelTensor(images.testLabels));
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

/** x/255 for every pixel x. */
function scaled(bytes: Uint8Array, dtype: DType): Tensor["data"] {
  const table = allocate(dtype, 256).map((_, pixel) => pixel / 255);
  const floats = allocate(dtype, bytes.length);
  for (let i = 0; i < bytes.length; i++) floats[i] = table[bytes[i]];
  return floats;
}

/** A function that works out its result the first time, and then remembers it. */
function once<T>(make: () => T): () => T {
  let made: { readonly value: T } | undefined;
  return () => (made ??= { value: make() }).value;
}

interface Loaded extends Pick<LoadedMnist, "text" | "failure"> {
  readonly images: RawImages;
  readonly source: Exclude<DataSource, "auto">;
}

/** The images of the source that is asked for. */
async function load(
  { source: asked = "auto", verify = true }: MnistOptions,
  surroundings: MnistSurroundings,
): Promise<Loaded> {
  const { environment = processEnvironment } = surroundings;
  const loadFiles = async (source: FileSource): Promise<Loaded> => {
    const { images, text } = await obtain(DATA_SETS[source], { ...surroundings, verify });
    return { images, source, text, failure: undefined };
  };
  const source = asked === "auto" ? sourceNamedIn(environment) : asked;
  if (source === "digits") return digits(undefined);
  if (source === "auto") {
    try {
      return await loadFiles("mnist");
    } catch (error) {
      if (!(error instanceof ObtainError)) throw error;
      return digits(error);
    }
  }
  if (!(source in DATA_SETS)) {
    const known = ["auto", "digits", ...Object.keys(DATA_SETS)].join(", ");
    throw new TypeError(`loadMnist: expected source to be one of ${known}, found "${source}"`);
  }
  return await loadFiles(source);
}

/** What `MNIST_SOURCE` says instead of `"auto"`: `deno task run --data SOURCE` sets it. */
function sourceNamedIn(environment: Environment): DataSource {
  const name = environment("MNIST_SOURCE") || "auto";
  // The images of CIFAR-10 have another shape than whoever asks for no source is told to expect.
  const allowed: readonly DataSource[] = ["auto", "mnist", "digits", "fashion-mnist"];
  const source = allowed.find((known) => known === name);
  if (source === undefined) {
    throw new DataError(
      `MNIST_SOURCE: expected one of ${allowed.join(", ")}, found ${JSON.stringify(name)}`,
    );
  }
  return source;
}

/** The embedded digits, drawn when they are first read. */
function digits(failure: ObtainError | undefined): Loaded {
  const train = once(() => drawDigits({ test: 0 }));
  const test = once(() => drawDigits({ train: 0 }));
  const count = (images: number) => images.toLocaleString("en");
  return {
    source: "digits",
    text:
      `Embedded digits: ${count(USUAL_COUNTS.train)} training and ${count(USUAL_COUNTS.test)} ` +
      "test images, drawn by this program. They look like MNIST but are not it.",
    failure,
    images: {
      get trainImages() {
        return train().trainImages;
      },
      get trainLabels() {
        return train().trainLabels;
      },
      get testImages() {
        return test().testImages;
      },
      get testLabels() {
        return test().testLabels;
      },
    },
  };
}
