/**
 * Optimizers: how a weight changes, given its gradient.
 *
 * In the formulas w is a weight, g = dL/dw its gradient and η the learning rate. Constants and the place of
 * ε are Keras's. Weight decay λ is subtracted directly, w ← w - ηλw, before the step, and not added to
 * the gradient (Loshchilov and Hutter, 2019): an optimizer that divides by the size of the gradients
 * would divide the decay as well.
 */
import { unexpected } from "../support/describe.ts";
import { entryOf, onlyKnown } from "../support/names.ts";
import { inRange } from "../support/ranges.ts";
import { computed } from "../tensor/compute.ts";
import type { NumericArray } from "../tensor/dtype.ts";
import { adamFast, descendFast } from "../tensor/kernels/steps.ts";
import { zerosLike } from "../tensor/kernels/storage.ts";
import { expectDType, expectShape } from "./checks.ts";
import type { Layer } from "./layers.ts";

/**
 * Parameters and their gradients by the same names: a layer, or a network of your own.
 * @internal
 */
export type Trainable = Pick<Layer, "params" | "grads">;

/**
 * The constants that every optimizer has.
 * @internal
 */
export interface OptimizerConstants {
  /** η, the size of a step: above 0. */
  readonly learningRate: number;
  /** λ, how fast weights decay: 0 by default. */
  readonly weightDecay: number;
}

/**
 * What an optimizer remembers of one weight tensor between steps, by the names in its formula.
 * @internal
 */
export type Memory = Record<string, NumericArray>;

/** Constants that are a share of what is remembered. */
const SHARES = ["momentum", "rho", "beta1", "beta2"];

/** An optimizer. A subclass holds the defaults of its constants and, in `move`, its formula. */
export abstract class Optimizer<C extends OptimizerConstants = OptimizerConstants> {
  /** η. It may be changed between two steps, as a schedule does. */
  learningRate: number;
  /** The number of steps so far. */
  steps = 0;
  /** The constants as they were given; the current η is `learningRate`. */
  protected readonly constants: C;
  readonly #memories = new WeakMap<Trainable["params"], Record<string, Memory>>();

  /**
   * An optimizer that has taken no step yet.
   * @param options the constants that differ from the defaults.
   * @param defaults all constants.
   * @throws RangeError for a constant out of range, TypeError for an unknown name.
   */
  constructor(options: Partial<C>, defaults: C) {
    onlyKnown(new.target.name, options, Object.keys(defaults));
    const given = Object.entries(options).filter(([, value]) => value !== undefined);
    this.constants = { ...defaults, ...Object.fromEntries(given) };
    for (const [name, value] of Object.entries(this.constants)) {
      if (typeof value === "boolean" && name === "nesterov") continue;
      const range = SHARES.includes(name) ? "from 0 to below 1" : "above 0";
      const what = `${new.target.name}: expected ${name}`;
      inRange(what, value, name === "weightDecay" ? "of at least 0" : range);
    }
    this.learningRate = this.constants.learningRate;
  }

  /**
   * One step of one weight tensor.
   * @param w the weights.
   * @param g the gradient of each.
   * @param kept what is kept between steps, empty before the first, to be changed.
   * @param next the new weights, to be written.
   */
  protected abstract move(w: NumericArray, g: NumericArray, kept: Memory, next: NumericArray): void;

  /**
   * One step: replaces every parameter by a new tensor. The old tensors keep their values.
   * @param layers the layers, or anything else with `params` and `grads`.
   * @throws RangeError when a gradient has another shape than its parameter, TypeError when it is
   *   missing or a parameter does not hold floats; nothing is changed then.
   */
  update(layers: Iterable<Trainable>): void {
    const name = this.constructor.name;
    inRange(`${name}: expected learningRate`, this.learningRate, "of at least 0");
    if (!layers?.[Symbol.iterator]) throw unexpected(`${name}: expected a list of layers`, layers);
    const weights = [...layers].flatMap((layer) => {
      if (!layer?.params || !layer.grads) throw unexpected(`${name}: expected a layer`, layer);
      return Object.entries(layer.params).map(([key, w]) => {
        expectDType(`${name} of ${key}`, w, "float64", "float32");
        const g = expectShape(name, `a gradient for ${key}`, layer.grads[key], w.shape);
        return { params: layer.params, key, w, g };
      });
    });
    const decay = this.learningRate * this.constants.weightDecay;
    this.steps++;
    for (const { params, key, w, g } of weights) {
      const memories = this.#memories.get(params) ?? {}, kept = memories[key] ??= {};
      this.#memories.set(params, memories);
      const from = decay > 0 ? w.sub(w.mul(decay)) : w, isOurs = OURS.has(this.constructor);
      params[key] = computed(from, g, (w, g, next) => this.move(w, g, kept, next), isOurs);
    }
  }
}

/**
 * The constants of {@link SGD}.
 * @internal
 */
export interface SgdConstants extends OptimizerConstants {
  /** μ, the share of its velocity that a weight keeps, 0 to below 1: 0 by default. */
  readonly momentum: number;
  /** Whether it looks ahead (Nesterov, 1983): false by default. */
  readonly nesterov: boolean;
}

/**
 * w ← w - ηg: stochastic gradient descent.
 *
 * With momentum μ, v ← μv - ηg and w ← w + v: a ball that rolls, and averages out the zigzag of the
 * gradients. With Nesterov's variant, w ← w + μv - ηg with the new v, which takes the next movement
 * into account.
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { SGD, tensor } from "mnist";
 * const network = { params: { w: tensor([1, 2]) }, grads: { w: tensor([10, 0]) } };
 * new SGD({ learningRate: 0.1 }).update([network]);
 * assert.deepEqual(network.params.w.toArray(), [0, 2]);
 * ```
 */
export class SGD extends Optimizer<SgdConstants> {
  /**
   * η = 0.01, without momentum by default.
   * @throws RangeError for a constant out of range, TypeError for an unknown name.
   */
  constructor(options: Partial<SgdConstants> = {}) {
    super(options, { learningRate: 0.01, weightDecay: 0, momentum: 0, nesterov: false });
  }

  /** Without momentum, v is -ηg. */
  protected move(w: NumericArray, g: NumericArray, kept: Memory, next: NumericArray): void {
    const { learningRate, constants: { momentum, nesterov } } = this;
    if (momentum === 0 && descendFast(w, g, learningRate, next)) return;
    const v = kept.v ??= zerosLike(w);
    for (let i = 0; i < w.length; i++) {
      v[i] = momentum * v[i] - learningRate * g[i];
      next[i] = w[i] + (nesterov ? momentum * v[i] - learningRate * g[i] : v[i]);
    }
  }
}

/**
 * The constants of {@link AdaGrad}.
 * @internal
 */
export interface AdaGradConstants extends OptimizerConstants {
  /** ε, keeps the root away from 0: 1e-7 by default. */
  readonly epsilon: number;
}

/**
 * h ← h + g², w ← w - ηg / √(h + ε): a weight that has moved much moves less.
 *
 * h only grows, so the steps only shrink (Duchi and others, 2011).
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { AdaGrad, tensor } from "mnist";
 * const network = { params: { w: tensor([1]) }, grads: { w: tensor([10]) } };
 * new AdaGrad({ learningRate: 0.1 }).update([network]);
 * assert.ok(network.params.w.allClose(tensor([0.9]))); // the first step is η
 * ```
 */
export class AdaGrad extends Optimizer<AdaGradConstants> {
  /**
   * η = 0.01 by default.
   * @throws RangeError for a constant out of range, TypeError for an unknown name.
   */
  constructor(options: Partial<AdaGradConstants> = {}) {
    super(options, { learningRate: 0.01, weightDecay: 0, epsilon: 1e-7 });
  }

  /** h starts at 0, as in the book; Keras starts it at 0.1. */
  protected move(w: NumericArray, g: NumericArray, kept: Memory, next: NumericArray): void {
    const { learningRate, constants: { epsilon } } = this, h = kept.h ??= zerosLike(w);
    for (let i = 0; i < w.length; i++) {
      h[i] += g[i] * g[i];
      next[i] = w[i] - learningRate * g[i] / Math.sqrt(h[i] + epsilon);
    }
  }
}

/**
 * The constants of {@link RMSProp}.
 * @internal
 */
export interface RmsPropConstants extends AdaGradConstants {
  /** ρ, the share of h that is kept, 0 to below 1: 0.9 by default. */
  readonly rho: number;
}

/**
 * h ← ρh + (1 - ρ)g², w ← w - ηg / √(h + ε): AdaGrad that forgets (Tieleman and Hinton, 2012).
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { RMSProp, tensor } from "mnist";
 * const network = { params: { w: tensor([1]) }, grads: { w: tensor([10]) } };
 * new RMSProp({ learningRate: 0.1 }).update([network]);
 * assert.ok(network.params.w.allClose(tensor([1 - 0.1 / Math.sqrt(0.1)])));
 * ```
 */
export class RMSProp extends Optimizer<RmsPropConstants> {
  /**
   * η = 0.001 by default.
   * @throws RangeError for a constant out of range, TypeError for an unknown name.
   */
  constructor(options: Partial<RmsPropConstants> = {}) {
    super(options, { learningRate: 1e-3, weightDecay: 0, rho: 0.9, epsilon: 1e-7 });
  }

  /** h starts at 0. */
  protected move(w: NumericArray, g: NumericArray, kept: Memory, next: NumericArray): void {
    const { learningRate, constants: { rho, epsilon } } = this, h = kept.h ??= zerosLike(w);
    for (let i = 0; i < w.length; i++) {
      h[i] = rho * h[i] + (1 - rho) * g[i] * g[i];
      next[i] = w[i] - learningRate * g[i] / Math.sqrt(h[i] + epsilon);
    }
  }
}

/**
 * The constants of {@link Adam}.
 * @internal
 */
export interface AdamConstants extends OptimizerConstants {
  /** β₁, the share of the mean gradient m that is kept, 0 to below 1: 0.9 by default. */
  readonly beta1: number;
  /** β₂, the share of the mean square v that is kept, 0 to below 1: 0.999 by default. */
  readonly beta2: number;
  /** ε, keeps the quotient finite: 1e-7 by default. */
  readonly epsilon: number;
}

/**
 * m ← β₁m + (1 - β₁)g, v ← β₂v + (1 - β₂)g², w ← w - ηₜm / (√v + ε)
 *
 * with ηₜ = η√(1 - β₂ᵗ) / (1 - β₁ᵗ) in step t: momentum and RMSProp in one (Kingma and Ba, 2015).
 * With weight decay it is AdamW.
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { Adam, tensor } from "mnist";
 * const network = { params: { w: tensor([1]) }, grads: { w: tensor([10]) } };
 * new Adam({ learningRate: 0.1 }).update([network]);
 * assert.ok(network.params.w.allClose(tensor([0.9]))); // the first step is η
 * ```
 */
export class Adam extends Optimizer<AdamConstants> {
  /**
   * η = 0.001 by default.
   * @throws RangeError for a constant out of range, TypeError for an unknown name.
   */
  constructor(options: Partial<AdamConstants> = {}) {
    super(options, { learningRate: 1e-3, weightDecay: 0, beta1: 0.9, beta2: 0.999, epsilon: 1e-7 });
  }

  /** m and v start at 0 and are too small at first, which ηₜ corrects. */
  protected move(w: NumericArray, g: NumericArray, kept: Memory, next: NumericArray): void {
    const { learningRate, steps, constants: { beta1, beta2, epsilon } } = this;
    const m = kept.m ??= zerosLike(w), v = kept.v ??= zerosLike(w);
    const rate = learningRate * Math.sqrt(1 - beta2 ** steps) / (1 - beta1 ** steps);
    const share1 = 1 - beta1, share2 = 1 - beta2;
    if (adamFast(w, g, m, v, { rate, share1, share2, epsilon }, next)) return;
    for (let i = 0; i < w.length; i++) {
      m[i] += share1 * (g[i] - m[i]);
      v[i] += share2 * (g[i] * g[i] - v[i]);
      next[i] = w[i] - rate * m[i] / (Math.sqrt(v[i]) + epsilon);
    }
  }
}

/** The optimizers that keep none of the arrays that they are given. */
const OURS: ReadonlySet<unknown> = new Set([SGD, AdaGrad, RMSProp, Adam]);

/** An optimizer with its default constants, by name. */
export type OptimizerName = "sgd" | "momentum" | "nesterov" | "adagrad" | "rmsprop" | "adam";

const BY_NAME: Record<OptimizerName, () => Optimizer> = {
  sgd: () => new SGD(),
  momentum: () => new SGD({ momentum: 0.9 }),
  nesterov: () => new SGD({ momentum: 0.9, nesterov: true }),
  adagrad: () => new AdaGrad(),
  rmsprop: () => new RMSProp(),
  adam: () => new Adam(),
};

/**
 * The optimizer of a name, with its default constants; an optimizer is returned as it is.
 * @throws TypeError for an unknown name.
 */
export function optimizerOf(optimizer: OptimizerName | Optimizer): Optimizer {
  if (optimizer instanceof Optimizer) return optimizer;
  return entryOf("compile: expected optimizer", optimizer, BY_NAME)();
}
