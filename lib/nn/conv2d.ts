/** Convolution as a layer. */
import { oneOf, onlyKnown } from "../support/names.ts";
import { resident, wherePositive } from "../tensor/compute.ts";
import { zeros } from "../tensor/create.ts";
import {
  convolveFast,
  filterGradientFast,
  inputGradientFast,
} from "../tensor/kernels/convolution.ts";
import { Storage } from "../tensor/kernels/storage.ts";
import type { Windows } from "../tensor/kernels/windows.ts";
import { showShape } from "../tensor/shape.ts";
import { expectTensor, Tensor } from "../tensor/tensor.ts";
import { expectDType, expectShape } from "./checks.ts";
import { convolve, filterGradient, inputGradient } from "./convolution.ts";
import { relu } from "./functions.ts";
import { Layer, remembered } from "./layers.ts";
import { type Padding, paddingOf, type Pair, pairOf, windowsOf } from "./windows.ts";

/**
 * Images: [N, height, width, channels].
 * @internal
 */
export type Images<C extends number = number> = Tensor<[number, number, number, C]>;

/** Options of {@link Conv2D}. */
export interface Conv2DOptions {
  /** How many pixels a filter moves from one window to the next. Default: 1. */
  readonly strides?: Pair;
  /** `"same"` adds a border of zeros, so that the size stays with strides of 1. Default: `"valid"`. */
  readonly padding?: Padding;
  /** h: relu is computed in the same pass, other activations are layers. Default: `"linear"`. */
  readonly activation?: "linear" | "relu";
}

/**
 * y[n, i, j, f] = h(b[f] + Σ x[n, i·s + u, j·s + v, c] · W[u, v, c, f])
 *
 * Each of the F filters slides over the image, s pixels at a time: at each place it is a dot product with
 * what it covers. (The filter is not flipped: strictly speaking this is a cross-correlation, which all
 * libraries call convolution.)
 *
 * With d = dL/dy·h′: dL/dW = Σ x·d over all windows, dL/db = Σ d, and dL/dx adds up W·d over all windows
 * that a pixel is in.
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { Conv2D, tensor } from "mnist";
 * const x = tensor([1, 2, 4, 8]).reshape([1, 1, 4, 1]);
 * const edge = new Conv2D(tensor([-1, 1]).reshape([1, 2, 1, 1]), tensor([0]));
 * assert.deepEqual([...edge.forward(x).data], [1, 2, 4]);
 * ```
 */
export class Conv2D<C extends number = number, F extends number = number> extends Layer {
  /** W [kernel height, kernel width, C, F], and b [F]. */
  override readonly params: { W: Tensor<[number, number, C, F]>; b: Tensor<[F]> };
  /** dL/dW and dL/db of the last backward. */
  override readonly grads: { W: Tensor<[number, number, C, F]>; b: Tensor<[F]> };
  readonly #strides: readonly [number, number];
  readonly #padding: Padding;
  readonly #isRectified: boolean;
  #last: { readonly x: Tensor; readonly y: Tensor; readonly windows: Windows } | undefined;

  /**
   * A layer with these filters.
   * @param W filters [kernel height, kernel width, C, F], float64 or float32.
   * @param b bias [F].
   * @throws RangeError when the shapes do not match or an option is out of range, TypeError for what is
   *   not a tensor of floats or an unknown option.
   */
  constructor(
    W: Tensor<[number, number, C, F]>,
    b: Tensor<[F]>,
    options: Conv2DOptions = {},
  ) {
    super();
    onlyKnown("Conv2D", options, ["strides", "padding", "activation"]);
    const { strides = 1, padding = "valid", activation = "linear" } = options;
    if (expectTensor("Conv2D", W).ndim !== 4) {
      const found = showShape(W.shape);
      throw new RangeError(`Conv2D: expected W [height, width, C, F], found ${found}`);
    }
    expectShape("Conv2D", "b", b, [W.shape[3]]);
    for (const x of [W, b]) expectDType("Conv2D", x, "float64", "float32");
    this.#strides = pairOf("Conv2D: expected strides", strides);
    this.#padding = paddingOf("Conv2D", padding);
    const known = ["linear", "relu"] as const;
    this.#isRectified = oneOf("Conv2D: expected activation", activation, known) === "relu";
    this.params = { W, b };
    this.grads = { W: zeros(W.shape, W.dtype), b: zeros(b.shape, b.dtype) };
  }

  /** [N, H, W, C] → [N, rows, columns, F]. */
  forward(x: Images<C>): Images<F> {
    const { W, b } = this.params, [kernelHeight, kernelWidth, channels, filters] = W.shape;
    expectShape("Conv2D.forward", "x", x, [-1, -1, -1, channels]);
    const size = [kernelHeight, kernelWidth] as const;
    const windows = windowsOf("Conv2D.forward", x.shape, size, this.#strides, this.#padding);
    const shape: [number, number, number, F] = [x.shape[0], windows.rows, windows.columns, filters];
    const images = resident(x.dtype === W.dtype ? x : x.astype(W.dtype));
    const out = Storage.empty(W.dtype, shape[0] * shape[1] * shape[2] * filters);
    let y = new Tensor(out, shape);
    const [kernel, bias] = [resident(W), resident(b)];
    if (!convolveFast(images, kernel, bias, windows, this.#isRectified, out)) {
      convolve(images.array, kernel.array, bias.array, windows, out.array);
      if (this.#isRectified) y = relu(y);
    }
    this.#last = { x: new Tensor(images, x.shape), y, windows };
    return y;
  }

  /** [N, rows, columns, F] → [N, H, W, C]. */
  backward(dout: Images<F>): Images<C> {
    this.gradients(dout);
    const { x, y, windows } = remembered(this.#last, this), { W } = this.params;
    const dx = Storage.empty(x.dtype, x.size), kernel = resident(W), filters = W.shape[3];
    const mask = this.#isRectified ? resident(y) : undefined;
    if (!inputGradientFast(resident(dout.like(y)), mask, kernel, filters, windows, dx)) {
      inputGradient(this.#slopes(dout).array, kernel.array, filters, windows, dx.array);
    }
    return new Tensor(dx, [windows.images, windows.height, windows.width, W.shape[2]]);
  }

  /** The gradients of W and b alone. */
  override gradients(dout: Images<F>): void {
    const { x, y, windows } = remembered(this.#last, this), { W, b } = this.params;
    expectShape("Conv2D.backward", "dout", dout, y.shape);
    const dW = Storage.empty(W.dtype, W.size), db = Storage.empty(b.dtype, b.size);
    const images = resident(x), mask = this.#isRectified ? resident(y) : undefined;
    if (!filterGradientFast(images, resident(dout.like(y)), mask, windows, dW, db)) {
      filterGradient(images.array, this.#slopes(dout).array, windows, dW.array, db.array);
    }
    this.grads.W = new Tensor(dW, W.shape);
    this.grads.b = new Tensor(db, b.shape);
  }

  /** dL/da, before the activation. */
  #slopes(dout: Tensor): Storage {
    const { y } = remembered(this.#last, this), d = dout.like(y);
    return resident(this.#isRectified ? wherePositive(y, d) : d);
  }
}
