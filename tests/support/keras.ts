/** The answers of Keras and PyTorch, from tests/fixtures/keras.json (made by make_keras.py). */
import { ok } from "node:assert/strict";
import { Tensor } from "../../lib/mod.ts";

/** An array as make_keras.py writes it, float64. */
export interface StoredArray {
  readonly shape: number[];
  readonly data: number[];
}

type Weights = Record<string, StoredArray>;

interface Fixtures {
  readonly start: Weights;
  readonly gradients: Weights[];
  readonly optimizers: {
    name: "SGD" | "AdaGrad" | "RMSProp" | "Adam";
    options: Record<string, number | boolean>;
    keras: Weights;
    torch?: Weights;
  }[];
  readonly losses: {
    scores: StoredArray;
    labels: number[];
    shares: StoredArray;
    sparseCategoricalCrossentropy: number;
    categoricalCrossentropy: number;
    binaryCrossentropy: number;
    meanSquaredError: number;
  };
  readonly batchNormalization: {
    momentum: number;
    gamma: StoredArray;
    beta: StoredArray;
    batches: StoredArray[];
    training: StoredArray[];
    mean: StoredArray;
    variance: StoredArray;
    inference: StoredArray;
  };
  readonly training: {
    x: StoredArray;
    t: number[];
    before: Weights;
    history: { loss: number[]; accuracy: number[] };
    loss: number;
    accuracy: number;
    after: Weights;
    predictions: StoredArray;
  };
}

/** Everything that make_keras.py recorded. */
export const keras: Fixtures = JSON.parse(
  Deno.readTextFileSync(new URL("../fixtures/keras.json", import.meta.url)),
);

interface ConvolutionFixtures {
  readonly cases: {
    name: string;
    options: Record<string, never>;
    x: StoredArray;
    y: StoredArray;
    dout: StoredArray;
    dx: StoredArray;
    W?: StoredArray;
    b?: StoredArray;
    dW?: StoredArray;
    db?: StoredArray;
  }[];
  readonly training: {
    x: StoredArray;
    t: number[];
    before: Weights;
    history: { loss: number[]; accuracy: number[] };
    count: number;
    after: Weights;
    predictions: StoredArray;
    shapes: number[][];
  };
}

/** Everything that make_convolution.py recorded. */
export const kerasConvolution: ConvolutionFixtures = JSON.parse(
  Deno.readTextFileSync(new URL("../fixtures/convolution.json", import.meta.url)),
);

/** The stored array as a tensor, float64. */
export function load({ shape, data }: StoredArray): Tensor {
  return new Tensor(Float64Array.from(data), shape);
}

/** Fails unless shapes are the same and numbers agree to `tolerance`. */
export function assertClose(
  actual: Tensor,
  expected: StoredArray,
  what: string,
  tolerance = 1e-6,
): void {
  const close = actual.allClose(load(expected), { relative: tolerance, absolute: tolerance });
  ok(close, `${what}: expected\n${load(expected)}\nfound\n${actual}`);
}
