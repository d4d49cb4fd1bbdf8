/** Trained weights: a file of named tensors. */
import { type Resolve, sameShape, type Shape, showShape } from "../tensor/shape.ts";
import { Tensor } from "../tensor/tensor.ts";
import { readBytes, writeFile } from "../support/files.ts";
import { projectPath } from "../support/paths.ts";
import type { StoredArray } from "./formats/array.ts";
import { DataError } from "../support/errors.ts";
import { decodePickle } from "./formats/pickle.ts";
import { decodeSafetensors, encodeSafetensors } from "./formats/safetensors.ts";

/** Larger files are refused: the course's own weights have less than a megabyte. */
const MAX_FILE_BYTES = 2 ** 30;

/** The book's network of three layers, 784-50-100-10: `softmax(σ(σ(x·W1 + b1)·W2 + b2)·W3 + b3)`. */
export interface SampleWeights {
  /** From the 784 pixels to the 50 nodes of the first hidden layer. */
  readonly W1: Tensor<[784, 50]>;
  /** Bias of the first hidden layer. */
  readonly b1: Tensor<[50]>;
  /** From there to the 100 nodes of the second hidden layer. */
  readonly W2: Tensor<[50, 100]>;
  /** Bias of the second hidden layer. */
  readonly b2: Tensor<[100]>;
  /** From there to the ten digits. */
  readonly W3: Tensor<[100, 10]>;
  /** Bias of the output layer. */
  readonly b3: Tensor<[10]>;
}

const SAMPLE_SHAPES: Readonly<Record<keyof SampleWeights, Shape>> = {
  W1: [784, 50],
  b1: [50],
  W2: [50, 100],
  b2: [100],
  W3: [100, 10],
  b3: [10],
};

/** Tensors by name, with the shapes that were asked for. */
export type Weights<Shapes extends Readonly<Record<string, Shape>>> = {
  readonly [Name in keyof Shapes]: Tensor<Resolve<Shapes[Name]>>;
};

/**
 * Reads the weights of the book's network, as the book's pickle or as safetensors.
 *
 * A pickle is read without running any code that it may hold.
 * @param path a relative one is taken from the project's folder.
 * @throws DataError when there is no such file, it is damaged, or a tensor is missing or has another
 * shape.
 */
export function loadWeights(
  path: `${string}sample_weight.${"safetensors" | "pkl"}`,
): Promise<SampleWeights>;
/**
 * Reads the named tensors of a safetensors file, or of a pickled dictionary of NumPy arrays.
 * @param shapes their names and shapes, such as `{ W1: [784, 50] }`; -1 stands for any length.
 * @throws DataError as above.
 */
export function loadWeights<const Shapes extends Readonly<Record<string, Shape>>>(
  path: string,
  shapes: Shapes,
): Promise<Weights<Shapes>>;
/** Reads all tensors of such a file, whatever their shapes. */
export function loadWeights(path: string): Promise<Record<string, Tensor>>;
export async function loadWeights(
  path: string,
  shapes: Readonly<Record<string, Shape>> | undefined = isSample(path) ? SAMPLE_SHAPES : undefined,
): Promise<SampleWeights | Record<string, Tensor>> {
  const stored = await readArrays(path);
  const names = shapes === undefined ? [...stored.keys()] : Object.keys(shapes);
  return Object.fromEntries(names.map((name) => {
    const array = stored.get(name);
    if (array === undefined) {
      throw new DataError(
        `${path}: expected a tensor ${name}, found only ${[...stored.keys()].join(", ")}`,
      );
    }
    const tensor = new Tensor(array.data, array.shape);
    return [name, shapes === undefined ? tensor : checked(tensor, shapes[name], name, path)];
  }));
}

/** Whether a path ends as that of the book's weights does. */
function isSample(path: string): boolean {
  return /sample_weight\.(safetensors|pkl)$/.test(path);
}

async function readArrays(path: string): Promise<ReadonlyMap<string, StoredArray>> {
  const bytes = await readBytes(projectPath(path), MAX_FILE_BYTES);
  const isPickle = bytes[0] === 0x80; // the first instruction; safetensors begin with a length
  return isPickle && !path.endsWith(".safetensors")
    ? decodePickle(bytes, path)
    : decodeSafetensors(bytes, path).tensors;
}

function checked(tensor: Tensor, shape: Shape, name: string, path: string): Tensor {
  const expected = shape.map((length, axis) => length === -1 ? tensor.shape[axis] : length);
  if (sameShape(expected, tensor.shape)) return tensor;
  throw new DataError(
    `${path}: expected ${name} of shape ${showShape(shape)}, found ${showShape(tensor.shape)}`,
  );
}

/**
 * Writes tensors into a safetensors file, which Python's `safetensors.numpy.load_file` reads too.
 * The file is written whole or not at all.
 * @param path a relative one is taken from the project's folder; missing folders are made.
 * @param metadata texts to keep with them, such as how they were trained.
 */
export async function saveWeights(
  path: string,
  tensors: Readonly<Record<string, Tensor>> | SampleWeights,
  metadata: Readonly<Record<string, string>> = {},
): Promise<void> {
  const stored = new Map(Object.entries<Tensor>({ ...tensors }));
  const bytes = encodeSafetensors({ tensors: stored, metadata });
  await writeFile(projectPath(path), bytes);
}
