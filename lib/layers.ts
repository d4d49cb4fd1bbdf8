/**
 * Layers: each knows what it computes, and how a change of what it gives goes back to a change of
 * what it was given. That is all that backpropagation needs.
 *
 * How a layer is written: `forward` keeps what `backward` will need and returns a new tensor;
 * `backward` takes dL/dy, stores the gradient of each parameter in `grads` and returns dL/dx.
 * Gradients are set, never added up, and no argument is changed. `gradientCheckLayer` of
 * gradient.ts tells whether forward and backward agree: test every new layer with it.
 */
import { zeros } from "./create.ts";
import { relu, sigmoid } from "./functions.ts";
import { type Shape, showShape } from "./shape.ts";
import type { Tensor } from "./tensor.ts";

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
  #open: Tensor | undefined;

  /** Any shape. */
  forward<S extends Shape>(x: Tensor<S>): Tensor<S> {
    this.#open = x.map((v) => (v > 0 ? 1 : 0));
    return relu(x);
  }

  /** The shape of dout. */
  backward<S extends Shape>(dout: Tensor<S>): Tensor<S> {
    return dout.mul(remembered(this.#open, "Relu").like(dout)).like(dout);
  }
}
