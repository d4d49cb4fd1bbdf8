/** Pooling: a number for each window of an image, channel by channel, which makes the image smaller. */
import { resident } from "../tensor/compute.ts";
import type { NumericArray } from "../tensor/dtype.ts";
import { maxPoolFast, maxPoolGradientFast } from "../tensor/kernels/convolution.ts";
import { Storage } from "../tensor/kernels/storage.ts";
import { eachTap, type Windows } from "../tensor/kernels/windows.ts";
import { resultType } from "../tensor/dtype.ts";
import { Tensor } from "../tensor/tensor.ts";
import { onlyKnown } from "../support/names.ts";
import { expectShape } from "./checks.ts";
import type { Images } from "./conv2d.ts";
import { Layer, remembered } from "./layers.ts";
import { type Padding, paddingOf, type Pair, pairOf, windowsOf } from "./windows.ts";

/** Options of {@link MaxPooling2D} and {@link AveragePooling2D}. */
export interface PoolingOptions {
  /** The size of a window. Default: 2. */
  readonly poolSize?: Pair;
  /** How many pixels a window moves. Default: the size of a window. */
  readonly strides?: Pair;
  /** `"same"` also takes windows that reach beyond the image. Default: `"valid"`. */
  readonly padding?: Padding;
}

/** y = the largest number of each window, NaN wins; `taps` says where in the window it is. */
export function maxPool(x: NumericArray, w: Windows, y: NumericArray, taps: NumericArray): void {
  taps.fill(-1);
  eachTap(w, (pixel, tap, window) => {
    for (let c = 0; c < w.channels; c++) {
      const value = x[pixel * w.channels + c], at = window * w.channels + c;
      if (taps[at] >= 0 && (value <= y[at] || Number.isNaN(y[at]))) continue;
      y[at] = value;
      taps[at] = tap;
    }
  });
}

/** dx = Σ dy over the windows whose largest number it was. */
export function maxPoolGradient(
  dy: NumericArray,
  taps: NumericArray,
  w: Windows,
  dx: NumericArray,
): void {
  dx.fill(0);
  eachTap(w, (pixel, tap, window) => {
    for (let c = 0; c < w.channels; c++) {
      const at = window * w.channels + c;
      if (taps[at] === tap) dx[pixel * w.channels + c] += dy[at];
    }
  });
}

/**
 * What the pooling layers with windows have in common.
 * @internal
 */
export abstract class Pooling2D extends Layer {
  readonly #size: readonly [number, number];
  readonly #strides: readonly [number, number];
  readonly #padding: Padding;

  /**
   * A layer for images of any size.
   * @throws RangeError for an option out of range, TypeError for an unknown one.
   */
  constructor(options: PoolingOptions = {}) {
    super();
    const { name } = this.constructor;
    onlyKnown(name, options, ["poolSize", "strides", "padding"]);
    const { poolSize = 2, strides = poolSize, padding = "valid" } = options;
    this.#size = pairOf(`${name}: expected poolSize`, poolSize);
    this.#strides = pairOf(`${name}: expected strides`, strides);
    this.#padding = paddingOf(name, padding);
  }

  /** The windows over images. */
  protected windows(x: Tensor): Windows {
    const caller = `${this.constructor.name}.forward`;
    expectShape(caller, "x", x, [-1, -1, -1, -1]);
    return windowsOf(caller, x.shape, this.#size, this.#strides, this.#padding);
  }
}

/** The shape of what pooling returns. */
function pooled(w: Windows): [number, number, number, number] {
  return [w.images, w.rows, w.columns, w.channels];
}

/** The shape of the images. */
function whole(w: Windows): [number, number, number, number] {
  return [w.images, w.height, w.width, w.channels];
}

/**
 * y[n, i, j, c] = max of x[n, i·s + u, j·s + v, c] over u and v
 *
 * dL/dx = dL/dy at the largest number of each window, the first one where several are equal, and 0
 * elsewhere.
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { arange, MaxPooling2D } from "mnist";
 * const x = arange(16).reshape([1, 4, 4, 1]);
 * assert.deepEqual([...new MaxPooling2D().forward(x).data], [5, 7, 13, 15]);
 * ```
 */
export class MaxPooling2D extends Pooling2D {
  #last: { readonly taps: Storage; readonly windows: Windows } | undefined;

  /** [N, H, W, C] → [N, rows, columns, C]. */
  forward<C extends number>(x: Images<C>): Images<C>;
  forward(x: Images): Images {
    const windows = this.windows(x), shape = pooled(windows);
    const count = shape.reduce((a, b) => a * b), dtype = resultType(x.dtype);
    const images = resident(x.dtype === dtype ? x : x.astype(dtype));
    const y = Storage.empty(dtype, count), taps = Storage.empty("int32", count);
    if (!maxPoolFast(images, windows, y, taps)) maxPool(images.array, windows, y.array, taps.array);
    this.#last = { taps, windows };
    return new Tensor(y, shape);
  }

  /** [N, rows, columns, C] → [N, H, W, C]. */
  backward<C extends number>(dout: Images<C>): Images<C>;
  backward(dout: Images): Images {
    const { taps, windows } = remembered(this.#last, this), shape = whole(windows);
    const dy = resident(expectShape("MaxPooling2D.backward", "dout", dout, pooled(windows)));
    const dx = Storage.empty(dout.dtype, shape.reduce((a, b) => a * b));
    if (!maxPoolGradientFast(dy, taps, windows, dx)) {
      maxPoolGradient(dy.array, taps.array, windows, dx.array);
    }
    return new Tensor(dx, shape);
  }
}

/**
 * y[n, i, j, c] = mean of x[n, i·s + u, j·s + v, c] over u and v
 *
 * Only what is inside the image counts. dL/dx shares dL/dy among the numbers of each window.
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { arange } from "mnist";
 * import { AveragePooling2D } from "./pooling.ts";
 * const x = arange(16).reshape([1, 4, 4, 1]);
 * assert.deepEqual([...new AveragePooling2D().forward(x).data], [2.5, 4.5, 10.5, 12.5]);
 * ```
 */
export class AveragePooling2D extends Pooling2D {
  #last: { readonly counts: Float64Array; readonly windows: Windows } | undefined;

  /** [N, H, W, C] → [N, rows, columns, C]. */
  forward<C extends number>(x: Images<C>): Images<C>;
  forward(x: Images): Images {
    const windows = this.windows(x), { channels } = windows, shape = pooled(windows);
    const counts = new Float64Array(shape[0] * shape[1] * shape[2]);
    eachTap(windows, (_, __, window) => counts[window]++);
    const sums = new Float64Array(counts.length * channels), { array } = resident(x);
    eachTap(windows, (pixel, _, window) => {
      for (let c = 0; c < channels; c++) sums[window * channels + c] += array[pixel * channels + c];
    });
    const y = Storage.empty(resultType(x.dtype), sums.length), out = y.array;
    for (let k = 0; k < sums.length; k++) out[k] = sums[k] / counts[Math.floor(k / channels)];
    this.#last = { counts, windows };
    return new Tensor(y, shape);
  }

  /** [N, rows, columns, C] → [N, H, W, C]. */
  backward<C extends number>(dout: Images<C>): Images<C>;
  backward(dout: Images): Images {
    const { counts, windows } = remembered(this.#last, this), { channels } = windows;
    const { array } = resident(
      expectShape("AveragePooling2D.backward", "dout", dout, pooled(windows)),
    );
    const shape = whole(windows), dx = Storage.zeros(dout.dtype, shape.reduce((a, b) => a * b));
    const out = dx.array;
    eachTap(windows, (pixel, _, window) => {
      for (let c = 0; c < channels; c++) {
        out[pixel * channels + c] += array[window * channels + c] / counts[window];
      }
    });
    return new Tensor(dx, shape);
  }
}

/**
 * y[n, c] = mean of x[n, i, j, c] over i and j: a number for each channel, however large the image.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { arange } from "mnist";
 * import { GlobalAveragePooling2D } from "./pooling.ts";
 * const x = arange(8).reshape([1, 2, 2, 2]);
 * assert.deepEqual(new GlobalAveragePooling2D().forward(x).toArray(), [[3, 4]]);
 * ```
 */
export class GlobalAveragePooling2D extends Layer {
  #shape: readonly [number, number, number, number] | undefined;

  /** [N, H, W, C] → [N, C]. */
  forward<C extends number>(x: Images<C>): Tensor<[number, C]>;
  forward(x: Images): Tensor<[number, number]> {
    expectShape("GlobalAveragePooling2D.forward", "x", x, [-1, -1, -1, -1]);
    const [images, height, width, channels] = this.#shape = x.shape;
    return x.reshape([images, height * width, channels]).mean(1);
  }

  /** [N, C] → [N, H, W, C]. */
  backward<C extends number>(dout: Tensor<[number, C]>): Images<C>;
  backward(dout: Tensor<[number, number]>): Images {
    const [images, height, width, channels] = remembered(this.#shape, this);
    expectShape("GlobalAveragePooling2D.backward", "dout", dout, [images, channels]);
    const share = dout.div(height * width),
      dx = Storage.zeros(share.dtype, images * height * width * channels);
    const whole = new Tensor(dx, [images, height * width, channels]);
    return whole.add(share.reshape([images, 1, channels])).reshape([
      images,
      height,
      width,
      channels,
    ]);
  }
}
