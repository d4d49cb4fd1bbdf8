/**
 * Layers: each knows what it computes, and how a change of what it gives goes back to a change of
 * what it was given. That is all that backpropagation needs.
 *
 * How a layer is written: `forward` keeps what `backward` will need and returns a new tensor;
 * `backward` takes dL/dy, stores the gradient of each parameter in `grads` and returns dL/dx.
 * Gradients are set, never added up, and no argument is changed. `gradientCheckLayer` of
 * gradient.ts tells whether forward and backward agree: test every new layer with it.
 */
import { zeros } from "../tensor/create.ts";
import { allocate, floatType } from "../tensor/dtype.ts";
import { relu, sigmoid, softmax } from "./functions.ts";
import { type Shape, showShape, sizeOf } from "../tensor/shape.ts";
import { Tensor } from "../tensor/tensor.ts";

/** One layer of a network. */
export interface Layer {
  /**
   * What training changes, by name: `{ W, b }`, or `{}`. Training puts a new tensor in the place of
   * an old one, so a layer reads its parameters anew in each forward.
   */
  readonly params: Record<string, Tensor>;
  /** dL/dparameter of the last backward, by the same names and in the same shapes; 0 before it. */
  readonly grads: Record<string, Tensor>;
  /**
   * What a layer learns on the way without a gradient, such as the running means of batch
   * normalisation; it belongs to the trained network like the parameters.
   */
  readonly state?: Record<string, Tensor>;
  /**
   * What the layer computes for a batch.
   * @param x a row (or image) for each sample: the first axis counts the samples.
   * @param training true while training, for layers that then behave differently (dropout, batch
   *   normalisation). The others do not look at it.
   * @throws RangeError for a shape that the layer cannot take.
   */
  forward(x: Tensor, training?: boolean): Tensor;
  /**
   * dL/dx from dL/dy, for the x of the last forward; sets `grads` on the way.
   * @param dout dL/dy, in the shape that forward returned.
   * @throws Error when there was no forward.
   */
  backward(dout: Tensor): Tensor;
  /**
   * The part of backward that sets `grads`, for the first layer of a network: nobody asks for the
   * gradient of the pixels, and it is half of the work there. Only for layers with parameters.
   */
  gradients?(dout: Tensor): void;
}

/**
 * What a forward left for its backward.
 * @throws Error when there was no forward.
 */
export function remembered<T>(value: T | undefined, layer: string): T {
  if (value !== undefined) return value;
  throw new Error(`${layer}.backward: expected a forward before it, found none`);
}

/**
 * y = x·W + b
 *
 * dL/dx = dL/dy·Wᵀ, dL/dW = xᵀ·dL/dy, dL/db = Σₙ dL/dy: a weight is to blame for what passed
 * through it. What Keras calls a dense layer.
 */
export class Affine<I extends number = number, O extends number = number> implements Layer {
  /** Weights and bias. */
  readonly params: { W: Tensor<[I, O]>; b: Tensor<[O]> };
  /** dL/dW and dL/db of the last backward. */
  readonly grads: { W: Tensor<[I, O]>; b: Tensor<[O]> };
  #x: Tensor<[number, I]> | undefined;

  /**
   * A layer with these weights.
   * @param W weights [I, O].
   * @param b bias [O].
   * @throws RangeError when the two do not fit together.
   */
  constructor(W: Tensor<[I, O]>, b: Tensor<[O]>) {
    if (W.ndim !== 2 || b.ndim !== 1 || W.shape[1] !== b.shape[0]) {
      throw new RangeError(
        `Affine: expected W [I, O] and b [O], found ${showShape(W.shape)} and ${
          showShape(b.shape)
        }`,
      );
    }
    this.params = { W, b };
    this.grads = { W: zeros(W.shape, W.dtype), b: zeros(b.shape, b.dtype) };
  }

  /** [N, I] → [N, O]. */
  forward(x: Tensor<[number, I]>): Tensor<[number, O]> {
    const { W, b } = this.params;
    if (x.ndim !== 2 || x.shape[1] !== W.shape[0]) {
      throw new RangeError(
        `Affine.forward: expected x [N, ${W.shape[0]}], found ${showShape(x.shape)}`,
      );
    }
    this.#x = x;
    return x.dot(W).add(b);
  }

  /** [N, O] → [N, I]. */
  backward(dout: Tensor<[number, O]>): Tensor<[number, I]> {
    this.gradients(dout);
    return dout.dot(this.params.W.T);
  }

  /** The gradients of W and b alone. */
  gradients(dout: Tensor<[number, O]>): void {
    const x = remembered(this.#x, "Affine");
    this.grads.W = x.T.dot(dout);
    this.grads.b = dout.sum(0);
  }
}

/**
 * y = 1 / (1 + e⁻ˣ)
 *
 * dL/dx = dL/dy·y(1 - y): the slope is 1/4 in the middle, and next to nothing at both ends.
 */
export class Sigmoid implements Layer {
  /** Nothing to train. */
  readonly params: Record<string, never> = {};
  /** Nothing to train. */
  readonly grads: Record<string, never> = {};
  #y: Tensor | undefined;

  /** Any shape. */
  forward<S extends Shape>(x: Tensor<S>): Tensor<S> {
    const y = sigmoid(x);
    this.#y = y;
    return y;
  }

  /** The shape of dout. */
  backward<S extends Shape>(dout: Tensor<S>): Tensor<S> {
    const slope = remembered(this.#y, "Sigmoid").map((y) => y * (1 - y));
    return dout.mul(slope.like(dout)).like(dout);
  }
}

/**
 * y = max(0, x)
 *
 * dL/dx = dL/dy where x > 0, else 0: the way is open or it is closed.
 */
export class Relu implements Layer {
  /** Nothing to train. */
  readonly params: Record<string, never> = {};
  /** Nothing to train. */
  readonly grads: Record<string, never> = {};
  #y: Tensor | undefined;

  /** Any shape. */
  forward<S extends Shape>(x: Tensor<S>): Tensor<S> {
    const y = relu(x);
    this.#y = y;
    return y;
  }

  /** The shape of dout. */
  backward<S extends Shape>(dout: Tensor<S>): Tensor<S> {
    const y = remembered(this.#y, "Relu").like(dout).data, dy = dout.data;
    const dx = allocate(floatType(dout.dtype), dout.size);
    for (let i = 0; i < dx.length; i++) if (y[i] > 0) dx[i] = dy[i]; // y > 0 where x is
    return new Tensor(dx, dout.shape);
  }
}

/**
 * y = (eˣ - e⁻ˣ) / (eˣ + e⁻ˣ)
 *
 * dL/dx = dL/dy·(1 - y²): a sigmoid from -1 to 1, with the slope 1 in the middle.
 */
export class Tanh implements Layer {
  /** Nothing to train. */
  readonly params: Record<string, never> = {};
  /** Nothing to train. */
  readonly grads: Record<string, never> = {};
  #y: Tensor | undefined;

  /** Any shape. */
  forward<S extends Shape>(x: Tensor<S>): Tensor<S> {
    const y = x.map(Math.tanh);
    this.#y = y;
    return y;
  }

  /** The shape of dout. */
  backward<S extends Shape>(dout: Tensor<S>): Tensor<S> {
    const slope = remembered(this.#y, "Tanh").map((y) => 1 - y * y);
    return dout.mul(slope.like(dout)).like(dout);
  }
}

/**
 * yₖ = e^xₖ / Σᵢ e^xᵢ, along the last axis
 *
 * dL/dxₖ = yₖ(dL/dyₖ - Σᵢ yᵢ·dL/dyᵢ): more of one means less of all others. Before a cross-entropy
 * the two are better taken together: see SoftmaxWithLoss.
 */
export class Softmax implements Layer {
  /** Nothing to train. */
  readonly params: Record<string, never> = {};
  /** Nothing to train. */
  readonly grads: Record<string, never> = {};
  #y: Tensor | undefined;

  /** Any shape. */
  forward<S extends Shape>(x: Tensor<S>): Tensor<S> {
    const y = softmax(x);
    this.#y = y;
    return y;
  }

  /** The shape of dout. */
  backward<S extends Shape>(dout: Tensor<S>): Tensor<S> {
    const y: Tensor = remembered(this.#y, "Softmax").like(dout), dy: Tensor = dout;
    const mean: Tensor = y.mul(dy).sum(-1, true);
    return y.mul<Shape>(dy.sub(mean)).like(dout);
  }
}

/** y = x with all axes but the first rolled into one: [N, 28, 28] → [N, 784]. */
export class Flatten implements Layer {
  /** Nothing to train. */
  readonly params: Record<string, never> = {};
  /** Nothing to train. */
  readonly grads: Record<string, never> = {};
  #shape: Shape | undefined;

  /** [N, ...] → [N, K]. */
  forward(x: Tensor): Tensor<[number, number]> {
    this.#shape = x.shape;
    return x.reshape([x.shape[0], sizeOf(x.shape.slice(1))]);
  }

  /** [N, K] → [N, ...]. */
  backward(dout: Tensor): Tensor {
    return dout.reshape([...remembered(this.#shape, "Flatten")]);
  }
}

/** y = x·scale + offset: raw pixels 0 to 255 become 0 to 1 with scale = 1/255. */
export class Rescaling implements Layer {
  /** Nothing to train. */
  readonly params: Record<string, never> = {};
  /** Nothing to train. */
  readonly grads: Record<string, never> = {};

  /**
   * Fixed for good: nothing is learnt here.
   * @param scale what numbers are multiplied by.
   * @param offset what is added then.
   */
  constructor(readonly scale: number, readonly offset: number = 0) {}

  /** Any shape. */
  forward<S extends Shape>(x: Tensor<S>): Tensor<S> {
    return x.map((v) => v * this.scale + this.offset);
  }

  /** The shape of dout. */
  backward<S extends Shape>(dout: Tensor<S>): Tensor<S> {
    return dout.map((v) => v * this.scale);
  }
}
