/** Trained weights: a file of named tensors. */
import { describe } from "../support/describe.ts";
import { DataError } from "../support/errors.ts";
import { inspectFile, readBytes, readStart, writeFile } from "../support/files.ts";
import { suggestion } from "../support/names.ts";
import { projectPath } from "../support/paths.ts";
import { type Resolve, sameShape, type Shape, showShape } from "../tensor/shape.ts";
import { adopt, numbersOf, Tensor } from "../tensor/tensor.ts";
import type { NamedArrays } from "./formats/array.ts";
import { START_BYTES, unexpected } from "./formats/kind.ts";
import { decodePickle, isPickle } from "./formats/pickle.ts";
import { decodeSafetensors, encodeSafetensors, headerLength } from "./formats/safetensors.ts";

/** Larger files are refused: the course's own weights have less than a megabyte. */
const MAX_BYTES = 2 ** 30, MAX_PICKLE_BYTES = 2 ** 26;

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

/** The shapes of {@link SampleWeights}. */
export const SAMPLE_SHAPES = {
  W1: [784, 50],
  b1: [50],
  W2: [50, 100],
  b2: [100],
  W3: [100, 10],
  b3: [10],
} as const satisfies Record<keyof SampleWeights, Shape>;

/** Tensors by name, with the shapes that were asked for. */
export type Weights<Shapes extends Readonly<Record<string, Shape>>> = {
  readonly [Name in keyof Shapes]: Tensor<Resolve<Shapes[Name]>>;
};

/**
 * Reads named tensors from a file of weights: safetensors, or a pickled dictionary of NumPy arrays.
 * The format is recognized by its content. A pickle is read without running any code in it.
 *
 * For the book's network, `sample_weight.safetensors` or `.pkl`, the six weights have known shapes.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { loadWeights } from "mnist";
 *
 * const { W1, b1 } = await loadWeights("data/sample_weight.safetensors");
 * assert.deepEqual([W1.shape, b1.shape], [[784, 50], [50]]);
 * ```
 *
 * @param path a relative one is resolved against the project's folder.
 * @throws DataError when the file is missing, damaged or of another kind, or when a tensor is
 * missing, has another shape or type, or contains NaN or an infinity.
 */
export function loadWeights(
  path: `${string}sample_weight.${"safetensors" | "pkl"}`,
): Promise<SampleWeights>;
/**
 * Reads the named tensors of such a file; what else it contains does not matter.
 * @param shapes names and shapes, such as `{ W1: [784, 50] }`; -1 accepts any length.
 * @throws DataError as above.
 */
export function loadWeights<const Shapes extends Readonly<Record<string, Shape>>>(
  path: string,
  shapes: Shapes,
): Promise<Weights<Shapes>>;
/** Reads all tensors of such a file, with any shapes and numbers. */
export function loadWeights(path: string): Promise<Record<string, Tensor>>;
export async function loadWeights(
  path: string,
  shapes: Readonly<Record<string, Shape>> | undefined = isSample(path) ? SAMPLE_SHAPES : undefined,
): Promise<SampleWeights | Record<string, Tensor>> {
  const { tensors, others } = await readArrays(path);
  const names = shapes === undefined ? [...tensors.keys()] : Object.keys(shapes);
  if (shapes === undefined && others.size > 0) {
    const [[name, what]] = others;
    throw new DataError(
      `${path}: expected tensors of ${TYPES}, found ${describe(name)}: ${what}. Name the tensors ` +
        "that you need: loadWeights(path, { W: [784, 50] })",
    );
  }
  return Object.fromEntries(names.map((name) => {
    const stored = tensors.get(name);
    if (stored === undefined) throw unavailable(path, name, { tensors, others });
    const tensor = adopt(stored.data, stored.shape);
    if (shapes !== undefined) check(tensor, shapes[name], name, path);
    return [name, tensor];
  }));
}

const TYPES = "float64, float32, int32 or uint8";

/** Whether a path ends as that of the book's weights does. */
function isSample(path: string): boolean {
  return /sample_weight\.(safetensors|pkl)$/.test(path);
}

/**
 * Reads the arrays of a safetensors file or of a pickle, and the metadata of the former.
 * @param expected what the file should hold, for the message.
 * @throws DataError that says what else was found.
 */
export async function readArrays(
  path: string,
  expected = "weights as safetensors or as a pickle",
): Promise<NamedArrays & { readonly metadata?: Readonly<Record<string, string>> }> {
  const file = projectPath(path);
  const { bytes, gzipped } = await inspectFile(file);
  const start = gzipped ? Uint8Array.of(0x1f, 0x8b) : await readStart(file, START_BYTES);
  if (headerLength(start, bytes, path) !== undefined) {
    return decodeSafetensors(await readBytes(file, MAX_BYTES), path);
  }
  if (isPickle(start)) {
    return decodePickle(await readBytes(file, MAX_PICKLE_BYTES), path);
  }
  throw unexpected(path, expected, "weights", start);
}

/** The error for a tensor that is not in a file, or is one that a tensor cannot hold. */
function unavailable(path: string, name: string, { tensors, others }: NamedArrays): DataError {
  const other = others.get(name);
  if (other !== undefined) {
    return new DataError(`${path}: expected ${TYPES} as ${describe(name)}, found ${other}`);
  }
  const names = [...tensors.keys(), ...others.keys()];
  const more = names.length > 10 ? ` and ${names.length - 10} more` : "";
  return new DataError(
    `${path}: expected a tensor ${describe(name)}, found only ` +
      `${names.slice(0, 10).map(describe).join(", ") || "none"}${more}${suggestion(name, names)}`,
  );
}

/** Checks shape and numbers of a tensor that was asked for. */
function check(tensor: Tensor, asked: Shape, name: string, path: string): void {
  const { shape, dtype } = tensor, data = numbersOf(tensor);
  if (!Array.isArray(asked)) {
    throw new TypeError(
      `loadWeights: expected a shape as ${name}, such as [784, 50], found ${describe(asked)}`,
    );
  }
  const expected = asked.map((length, axis) => length === -1 ? shape[axis] : length);
  if (!sameShape(expected, shape)) {
    throw new DataError(
      `${path}: expected ${name} of shape ${showShape(asked)}, found ${dtype} ${showShape(shape)}`,
    );
  }
  const wrong = data.findIndex((value: number) => !Number.isFinite(value));
  if (wrong >= 0) {
    throw new DataError(
      `${path}: expected finite numbers in ${name}, found ${data[wrong]}. Training has diverged ` +
        "before they were saved: train again with a smaller learning rate",
    );
  }
}

/**
 * Writes tensors into a safetensors file, which Python's `safetensors.numpy.load_file` reads too.
 * The file is written whole or not at all.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { loadWeights, saveWeights, tensor } from "mnist";
 *
 * const path = await Deno.makeTempFile({ suffix: ".safetensors" });
 * await saveWeights(path, { W: tensor([[1, 2]]), b: tensor([0]) }, { epochs: "3" });
 * const { W } = await loadWeights(path, { W: [1, 2] });
 * assert.deepEqual(W.toArray(), [[1, 2]]);
 * await Deno.remove(path);
 * ```
 *
 * @param path a relative one is resolved against the project's folder; missing folders are created.
 * @param metadata texts to keep with them, such as how they were trained.
 * @throws TypeError for what is no tensor or no text; RangeError for names that cannot be read back.
 */
export async function saveWeights(
  path: string,
  tensors: Readonly<Record<string, Tensor>> | SampleWeights,
  metadata: Readonly<Record<string, string>> = {},
): Promise<void> {
  const stored = new Map(Object.entries<Tensor>({ ...tensors }));
  for (const [name, value] of stored) {
    if (value instanceof Tensor) continue;
    throw new TypeError(`saveWeights: expected a tensor as ${name}, found ${describe(value)}`);
  }
  for (const [name, value] of Object.entries<unknown>(metadata)) {
    if (typeof value === "string") continue;
    throw new TypeError(
      `saveWeights: expected text as metadata ${describe(name)}, found ${describe(value)}: write ` +
        "String(…) around it",
    );
  }
  await writeFile(projectPath(path), encodeSafetensors({ tensors: stored, metadata }));
}
