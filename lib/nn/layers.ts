/**
 * Layers: each knows what it computes, and how the gradient by its output becomes the gradient by its
 * input. That is all that backpropagation needs.
 *
 * How a layer is written: `forward` keeps what `backward` will need and returns a new tensor;
 * `backward` takes dL/dy, stores the gradient of each parameter in `grads` and returns dL/dx.
 * Gradients are replaced, not accumulated, and arguments are not changed. `gradientCheckLayer` of
 * gradient.ts tests whether forward and backward agree: check every new layer with it.
 */
import { inRange } from "../support/ranges.ts";
import { wherePositive } from "../tensor/compute.ts";
import { zeros } from "../tensor/create.ts";
import { type Shape, sizeOf } from "../tensor/shape.ts";
import { expectTensor, type Tensor } from "../tensor/tensor.ts";
import { expectDType, expectShape } from "./checks.ts";
import { relu, sigmoid, softmax, tanh } from "./functions.ts";

/**
 * One layer of a network. A layer without parameters needs `forward` and `backward` only.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { gradientCheckLayer, Layer, ones, Random, type Tensor } from "mnist";
 * class Double extends Layer {
 *   forward(x: Tensor): Tensor { return x.mul(2); }
 *   backward(dout: Tensor): Tensor { return dout.mul(2); }
 * }
 * const { x } = gradientCheckLayer(new Double(), ones([4, 3]), new Random(0));
 * assert.ok(x.difference < 1e-6);
 * ```
 */
export abstract class Layer {
  /**
   * What training changes, by name, such as `{ W, b }`. Training replaces the tensors, so a layer
   * reads its parameters in each forward.
   */
  readonly params: Record<string, Tensor> = {};
  /** dL/dparameter of the last backward, by the same names and in the same shapes; 0 before it. */
  readonly grads: Record<string, Tensor> = {};
  /**
   * What a layer learns without a gradient, such as the running mean of batch normalization. It is
   * saved with the parameters.
   */
  readonly state?: Record<string, Tensor>;

  /**
   * The output for a batch.
   * @param x one row (or image) for each sample: the first axis counts the samples.
   * @param training true in training, for layers that then behave differently (dropout, batch
   *   normalization).
   * @throws RangeError for a shape that the layer cannot take, TypeError for what is not a tensor.
   */
  abstract forward(x: Tensor, training?: boolean): Tensor;

  /**
   * dL/dx from dL/dy, for the x of the last forward; sets `grads`.
   * @param dout dL/dy, in the shape that forward returned.
   * @throws Error without a forward before it, RangeError for another shape.
   */
  abstract backward(dout: Tensor): Tensor;

  /**
   * The part of backward that sets `grads`, for the first layer of a network: the gradient by the
   * pixels is not needed, and it is half of the work there. Only for layers with parameters.
   */
  gradients?(dout: Tensor): void;
}

/**
 * Returns what a forward kept for backward.
 * @throws Error when there was no forward.
 */
export function remembered<T>(value: T | undefined, owner: object): T {
  if (value !== undefined) return value;
  throw new Error(`${owner.constructor.name}.backward: expected a forward before it, found none`);
}

/**
 * y = x·W + b
 *
 * dL/dx = dL/dy·Wᵀ, dL/dW = xᵀ·dL/dy, dL/db = Σₙ dL/dy. Keras calls it a dense layer.
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { Affine, tensor } from "mnist";
 * const layer = new Affine(tensor([[1, 2, 3], [4, 5, 6]]), tensor([10, 20, 30]));
 * assert.deepEqual(layer.forward(tensor([[1, 1], [0, 2]])).toArray(), [[15, 27, 39], [18, 30, 42]]);
 * ```
 */
export class Affine<I extends number = number, O extends number = number> extends Layer {
  /** Weights and bias. */
  override readonly params: { W: Tensor<[I, O]>; b: Tensor<[O]> };
  /** dL/dW and dL/db of the last backward. */
  override readonly grads: { W: Tensor<[I, O]>; b: Tensor<[O]> };
  #x: Tensor<[number, I]> | undefined;

  /**
   * A layer with these weights.
   * @param W weights [I, O], float64 or float32.
   * @param b bias [O].
   * @throws RangeError when the shapes do not match, TypeError for what is not a tensor of floats.
   */
  constructor(W: Tensor<[I, O]>, b: Tensor<[O]>) {
    super();
    expectShape("Affine", "W", W, [-1, -1]);
    expectShape("Affine", "b", b, [W.shape[1]]);
    for (const x of [W, b]) expectDType("Affine", x, "float64", "float32");
    this.params = { W, b };
    this.grads = { W: zeros(W.shape, W.dtype), b: zeros(b.shape, b.dtype) };
  }

  /** [N, I] → [N, O]. */
  forward(x: Tensor<[number, I]>): Tensor<[number, O]> {
    const { W, b } = this.params;
    this.#x = expectShape("Affine.forward", "x", x, [-1, W.shape[0]]);
    return x.dot(W).add(b);
  }

  /** [N, O] → [N, I]. */
  backward(dout: Tensor<[number, O]>): Tensor<[number, I]> {
    this.gradients(dout);
    return dout.dot(this.params.W.T);
  }

  /** The gradients of W and b alone. */
  override gradients(dout: Tensor<[number, O]>): void {
    const x = remembered(this.#x, this);
    expectShape("Affine.backward", "dout", dout, [x.shape[0], this.params.W.shape[1]]);
    this.grads.W = x.T.dot(dout);
    this.grads.b = dout.sum(0);
  }
}

/**
 * y = h(x), with dL/dx computed from dL/dy and y: an activation as a layer.
 * @internal
 */
export class Activation extends Layer {
  #y: Tensor | undefined;

  /**
   * The layer of a function and its derivative.
   * @param h the function, which keeps the shape.
   * @param dx dL/dx, computed from dL/dy and y.
   */
  constructor(
    readonly h: (x: Tensor) => Tensor,
    readonly dx: (dy: Tensor, y: Tensor) => Tensor,
  ) {
    super();
  }

  /** Any shape. */
  forward<S extends Shape>(x: Tensor<S>): Tensor<S> {
    const y = this.h(x).like(x);
    return this.#y = y;
  }

  /** The shape of dout. */
  backward<S extends Shape>(dout: Tensor<S>): Tensor<S> {
    const y = remembered(this.#y, this);
    expectShape(`${this.constructor.name}.backward`, "dout", dout, y.shape);
    return this.dx(dout, y).like(dout);
  }
}

/**
 * y = 1 / (1 + e⁻ˣ)
 *
 * dL/dx = dL/dy·y(1 - y): the slope is 1/4 in the middle, and close to 0 at both ends.
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { Sigmoid, tensor } from "mnist";
 * const layer = new Sigmoid();
 * assert.deepEqual(layer.forward(tensor([0])).toArray(), [0.5]);
 * assert.deepEqual(layer.backward(tensor([1])).toArray(), [0.25]);
 * ```
 */
export class Sigmoid extends Activation {
  constructor() {
    super(sigmoid, (dy, y) => dy.mul(y.map((y) => y * (1 - y))));
  }
}

/**
 * y = (eˣ - e⁻ˣ) / (eˣ + e⁻ˣ)
 *
 * dL/dx = dL/dy·(1 - y²): a sigmoid from -1 to 1, with the slope 1 in the middle.
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { Tanh, tensor } from "mnist";
 * const layer = new Tanh();
 * assert.deepEqual(layer.forward(tensor([0])).toArray(), [0]);
 * assert.deepEqual(layer.backward(tensor([3])).toArray(), [3]);
 * ```
 */
export class Tanh extends Activation {
  constructor() {
    super(tanh, (dy, y) => dy.mul(y.map((y) => 1 - y * y)));
  }
}

/**
 * y = max(0, x)
 *
 * dL/dx = dL/dy where x > 0, else 0.
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { Relu, tensor } from "mnist";
 * const layer = new Relu();
 * assert.deepEqual(layer.forward(tensor([-1, 2])).toArray(), [0, 2]);
 * assert.deepEqual(layer.backward(tensor([5, 5])).toArray(), [0, 5]);
 * ```
 */
export class Relu extends Activation {
  constructor() {
    super(relu, (dy, y) => wherePositive(y, dy)); // y > 0 where x > 0
  }
}

/**
 * yₖ = e^xₖ / Σᵢ e^xᵢ, along the last axis
 *
 * dL/dxₖ = yₖ(dL/dyₖ - Σᵢ yᵢ·dL/dyᵢ): more of one means less of all others. Before a cross-entropy,
 * use SoftmaxWithLoss, which combines the two.
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { Softmax, tensor } from "mnist";
 * const layer = new Softmax();
 * assert.deepEqual(layer.forward(tensor([7, 7])).toArray(), [0.5, 0.5]);
 * assert.deepEqual(layer.backward(tensor([1, 0])).toArray(), [0.25, -0.25]);
 * ```
 */
export class Softmax extends Activation {
  constructor() {
    super(softmax, (dy, y) => y.mul(dy.sub(y.mul(dy).sum(-1, true))));
  }
}

/**
 * y = x with all axes except the first merged into one: [N, 28, 28] → [N, 784].
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { zeros } from "mnist";
 * import { Flatten } from "./layers.ts";
 * const layer = new Flatten();
 * assert.deepEqual(layer.forward(zeros([5, 28, 28])).shape, [5, 784]);
 * assert.deepEqual(layer.backward(zeros([5, 784])).shape, [5, 28, 28]);
 * ```
 */
export class Flatten extends Layer {
  #shape: Shape | undefined;

  /** [N, ...] → [N, K]. */
  forward(x: Tensor): Tensor<[number, number]> {
    const { shape } = expectTensor("Flatten.forward", x);
    if (x.ndim === 0) throw new RangeError("Flatten.forward: expected x [N, …], found []");
    this.#shape = shape;
    return x.reshape([shape[0], sizeOf(shape.slice(1))]);
  }

  /** [N, K] → [N, ...]. */
  backward(dout: Tensor): Tensor {
    const shape = remembered(this.#shape, this), size = sizeOf(shape.slice(1));
    return expectShape("Flatten.backward", "dout", dout, [shape[0], size]).reshape(shape);
  }
}

/**
 * y = x·scale + offset: raw pixels 0 to 255 become 0 to 1 with scale = 1/255.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { tensor } from "mnist";
 * import { Rescaling } from "./layers.ts";
 * const pixels = tensor([0, 255], "uint8");
 * assert.deepEqual(new Rescaling(1 / 255).forward(pixels).toArray(), [0, 1]);
 * ```
 */
export class Rescaling extends Layer {
  /**
   * A layer with two fixed numbers.
   * @param scale the factor.
   * @param offset the summand.
   * @throws RangeError for what is not a finite number.
   */
  constructor(readonly scale: number, readonly offset: number = 0) {
    super();
    inRange("Rescaling: expected scale", scale, "to be a finite number");
    inRange("Rescaling: expected offset", offset, "to be a finite number");
  }

  /** Any shape. */
  forward<S extends Shape>(x: Tensor<S>): Tensor<S> {
    return expectTensor("Rescaling.forward", x).map((v) => v * this.scale + this.offset);
  }

  /** The shape of dout. */
  backward<S extends Shape>(dout: Tensor<S>): Tensor<S> {
    return expectTensor("Rescaling.backward", dout).map((v) => v * this.scale);
  }
}
