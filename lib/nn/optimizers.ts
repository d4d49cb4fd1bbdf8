/**
 * Optimizers: how a weight moves, once its gradient is known.
 *
 * In the formulas w is a weight, g = dL/dw its gradient and η the learning rate. Constants and the
 * place of ε are Keras's. A weight decay λ is pulled off directly, w ← w - ηλw, before the step and
 * not through the gradient (Loshchilov and Hutter, 2019): an optimizer that divides by the size of
 * the gradients would divide the decay as well.
 */
import { allocate, type NumericArray } from "../tensor/dtype.ts";
import { adamFast } from "../tensor/kernels/adam.ts";
import type { Layer } from "./layers.ts";
import { oneOf, onlyKnown } from "../support/names.ts";
import { sameShape, showShape } from "../tensor/shape.ts";
import { Tensor } from "../tensor/tensor.ts";

/** What has weights and their gradients: a layer, or a network of one's own. */
export type Trainable = Pick<Layer, "params" | "grads">;

/** What every optimizer can be told. */
export interface OptimizerOptions {
  /** η, how far a step goes: above 0. */
  readonly learningRate?: number;
  /** λ, how fast weights shrink that nothing holds up: 0 unless told otherwise. */
  readonly weightDecay?: number;
}

/** One way of going downhill. */
export abstract class Optimizer {
  /** η. It may be changed between two steps, as a schedule does. */
  learningRate: number;
  /** λ. */
  readonly weightDecay: number;
  /** How many steps were taken. */
  steps = 0;
  readonly #memories: number;
  /** What is remembered for each weight: its speed, the size of its gradients, … */
  #memory = new WeakMap<Trainable["params"], Map<string, NumericArray[]>>();

  /**
   * What all optimizers have in common.
   * @param options constants.
   * @param kind η where the options name none, the names of the options that only this optimizer
   *   has, and how many numbers it remembers for each weight.
   * @throws RangeError for a constant out of range, TypeError for an unknown name.
   */
  constructor(
    options: OptimizerOptions,
    kind: {
      readonly learningRate: number;
      readonly known: readonly string[];
      readonly memories: number;
    },
  ) {
    const name = new.target.name;
    onlyKnown(name, options, ["learningRate", "weightDecay", ...kind.known]);
    const { learningRate = kind.learningRate, weightDecay = 0 } = options;
    if (!(learningRate > 0 && Number.isFinite(learningRate))) {
      throw new RangeError(`${name}: expected a learningRate above 0, found ${learningRate}`);
    }
    if (!(weightDecay >= 0 && Number.isFinite(weightDecay))) {
      throw new RangeError(
        `${name}: expected a weightDecay of at least 0, found ${weightDecay}`,
      );
    }
    this.learningRate = learningRate;
    this.weightDecay = weightDecay;
    this.#memories = kind.memories;
  }

  /**
   * One step of one weight tensor.
   * @param w its numbers, to be changed.
   * @param g the gradient of each.
   * @param memory what is remembered for each, zeros at first, to be changed.
   */
  protected abstract move(w: NumericArray, g: NumericArray, memory: NumericArray[]): void;

  /**
   * One step: every parameter is replaced by a new tensor that lies a little further downhill.
   *
   * The old tensors stay what they were, so whoever holds them holds the weights of that moment.
   * @throws RangeError when a gradient has another shape than its parameter; nothing is changed then.
   */
  update(layers: Iterable<Trainable>): void {
    const all = [...layers].flatMap((layer) =>
      Object.entries(layer.params).map(([name, w]) => ({ layer, name, w, g: layer.grads[name] }))
    );
    for (const { name, w, g } of all) {
      if (g === undefined || !sameShape(w.shape, g.shape)) {
        throw new RangeError(
          `${this.constructor.name}: expected a gradient of the shape ${showShape(w.shape)} for ` +
            `${name}, found ${g === undefined ? "none" : showShape(g.shape)}`,
        );
      }
    }
    this.steps++;
    for (const { layer, name, w, g } of all) {
      const next = w.data.slice(), memory = this.#memoryOf(layer, name);
      if (this.weightDecay > 0) decay(next, this.learningRate * this.weightDecay);
      this.move(next, g.data, memory);
      layer.params[name] = new Tensor(next, w.shape);
    }
  }

  #memoryOf({ params }: Trainable, name: string): NumericArray[] {
    const ofLayer = this.#memory.get(params) ?? new Map<string, NumericArray[]>();
    this.#memory.set(params, ofLayer);
    const { dtype, size } = params[name];
    const ofWeight = ofLayer.get(name) ??
      Array.from({ length: this.#memories }, () => allocate(dtype, size));
    ofLayer.set(name, ofWeight);
    return ofWeight;
  }
}

/** w ← w - share · w */
function decay(w: NumericArray, share: number): void {
  for (let i = 0; i < w.length; i++) w[i] -= share * w[i];
}

/** What {@link SGD} can be told. */
export interface SgdOptions extends OptimizerOptions {
  /** μ, how much of its speed a weight keeps, 0 to below 1: 0 unless told otherwise. */
  readonly momentum?: number;
  /** Looks ahead (Nesterov, 1983): false unless told otherwise. */
  readonly nesterov?: boolean;
}

/**
 * w ← w - ηg: stochastic gradient descent, η = 0.01.
 *
 * With momentum μ, v ← μv - ηg and w ← w + v: a ball that rolls, and averages out the zigzag of the
 * gradients. With Nesterov's variant, w ← w + μv - ηg with the new v: the step that the speed will
 * make anyway is taken into account.
 */
export class SGD extends Optimizer {
  /** μ. */
  readonly momentum: number;
  /** Whether it looks ahead. */
  readonly nesterov: boolean;
  /**
   * An optimizer that has not moved yet.
   * @throws RangeError for a constant out of range, TypeError for an unknown name.
   */
  constructor(options: SgdOptions = {}) {
    const { momentum = 0, nesterov = false } = options, memories = momentum === 0 ? 0 : 1;
    super(options, { learningRate: 0.01, known: ["momentum", "nesterov"], memories });
    this.momentum = share("SGD", "momentum", momentum);
    this.nesterov = nesterov;
  }

  /** One step, see the class. */
  protected override move(w: NumericArray, g: NumericArray, [v]: NumericArray[]): void {
    const { learningRate: rate, momentum, nesterov } = this;
    if (momentum === 0) {
      for (let i = 0; i < w.length; i++) w[i] -= rate * g[i];
      return;
    }
    for (let i = 0; i < w.length; i++) {
      v[i] = momentum * v[i] - rate * g[i];
      w[i] += nesterov ? momentum * v[i] - rate * g[i] : v[i];
    }
  }
}

/** What {@link AdaGrad} can be told. */
export interface AdaGradOptions extends OptimizerOptions {
  /** ε, keeps the root away from 0: 1e-7 unless told otherwise. */
  readonly epsilon?: number;
}

/**
 * h ← h + g², w ← w - ηg / √(h + ε): a weight that has moved much moves less, η = 0.01.
 *
 * h only grows, so the steps only shrink (Duchi and others, 2011). It starts at 0, as in the book;
 * Keras starts it at 0.1.
 */
export class AdaGrad extends Optimizer {
  /** ε. */
  readonly epsilon: number;
  /**
   * An optimizer that has not moved yet.
   * @throws RangeError for a constant out of range, TypeError for an unknown name.
   */
  constructor(options: AdaGradOptions = {}) {
    super(options, { learningRate: 0.01, known: ["epsilon"], memories: 1 });
    this.epsilon = positive("AdaGrad", "epsilon", options.epsilon ?? 1e-7);
  }

  /** One step, see the class. */
  protected override move(w: NumericArray, g: NumericArray, [h]: NumericArray[]): void {
    const { learningRate: rate, epsilon } = this;
    for (let i = 0; i < w.length; i++) {
      h[i] += g[i] * g[i];
      w[i] -= rate * g[i] / Math.sqrt(h[i] + epsilon);
    }
  }
}

/** What {@link RMSProp} can be told. */
export interface RmsPropOptions extends OptimizerOptions {
  /** ρ, how much of the past counts, 0 to below 1: 0.9 unless told otherwise. */
  readonly rho?: number;
  /** ε, keeps the root away from 0: 1e-7 unless told otherwise. */
  readonly epsilon?: number;
}

/**
 * h ← ρh + (1 - ρ)g², w ← w - ηg / √(h + ε): AdaGrad that forgets, η = 0.001, ρ = 0.9.
 *
 * (Tieleman and Hinton, 2012.)
 */
export class RMSProp extends Optimizer {
  /** ρ. */
  readonly rho: number;
  /** ε. */
  readonly epsilon: number;
  /**
   * An optimizer that has not moved yet.
   * @throws RangeError for a constant out of range, TypeError for an unknown name.
   */
  constructor(options: RmsPropOptions = {}) {
    super(options, { learningRate: 0.001, known: ["rho", "epsilon"], memories: 1 });
    this.rho = share("RMSProp", "rho", options.rho ?? 0.9);
    this.epsilon = positive("RMSProp", "epsilon", options.epsilon ?? 1e-7);
  }

  /** One step, see the class. */
  protected override move(w: NumericArray, g: NumericArray, [h]: NumericArray[]): void {
    const { learningRate: rate, rho, epsilon } = this;
    for (let i = 0; i < w.length; i++) {
      h[i] = rho * h[i] + (1 - rho) * g[i] * g[i];
      w[i] -= rate * g[i] / Math.sqrt(h[i] + epsilon);
    }
  }
}

/** What {@link Adam} can be told. */
export interface AdamOptions extends OptimizerOptions {
  /** β₁, the memory of the mean gradient, 0 to below 1: 0.9 unless told otherwise. */
  readonly beta1?: number;
  /** β₂, the memory of its square, 0 to below 1: 0.999 unless told otherwise. */
  readonly beta2?: number;
  /** ε, keeps the quotient finite: 1e-7 unless told otherwise. */
  readonly epsilon?: number;
}

/**
 * m ← β₁m + (1 - β₁)g, v ← β₂v + (1 - β₂)g², w ← w - ηₜm / (√v + ε)
 *
 * with ηₜ = η√(1 - β₂ᵗ) / (1 - β₁ᵗ) in step t: momentum and RMSProp in one. m and v start at 0 and
 * are too small at first, which ηₜ makes up for. η = 0.001 (Kingma and Ba, 2015). With a weight
 * decay it is AdamW.
 */
export class Adam extends Optimizer {
  /** β₁. */
  readonly beta1: number;
  /** β₂. */
  readonly beta2: number;
  /** ε. */
  readonly epsilon: number;
  /**
   * An optimizer that has not moved yet.
   * @throws RangeError for a constant out of range, TypeError for an unknown name.
   */
  constructor(options: AdamOptions = {}) {
    super(options, { learningRate: 0.001, known: ["beta1", "beta2", "epsilon"], memories: 2 });
    this.beta1 = share("Adam", "beta1", options.beta1 ?? 0.9);
    this.beta2 = share("Adam", "beta2", options.beta2 ?? 0.999);
    this.epsilon = positive("Adam", "epsilon", options.epsilon ?? 1e-7);
  }

  /** One step, see the class. */
  protected override move(w: NumericArray, g: NumericArray, [m, v]: NumericArray[]): void {
    const { learningRate, beta1, beta2, epsilon, steps } = this;
    const rate = learningRate * Math.sqrt(1 - beta2 ** steps) / (1 - beta1 ** steps);
    if (adamFast(w, g, m, v, { rate, share1: 1 - beta1, share2: 1 - beta2, epsilon })) return;
    for (let i = 0; i < w.length; i++) {
      m[i] += (1 - beta1) * (g[i] - m[i]);
      v[i] += (1 - beta2) * (g[i] * g[i] - v[i]);
      w[i] -= rate * m[i] / (Math.sqrt(v[i]) + epsilon);
    }
  }
}

/** The names that `compile` takes for an optimizer with its usual constants. */
export const OPTIMIZER_NAMES = [
  "sgd",
  "momentum",
  "nesterov",
  "adagrad",
  "rmsprop",
  "adam",
] as const;

/** One of them. */
export type OptimizerName = typeof OPTIMIZER_NAMES[number];

const BY_NAME: Record<OptimizerName, () => Optimizer> = {
  sgd: () => new SGD(),
  momentum: () => new SGD({ momentum: 0.9 }),
  nesterov: () => new SGD({ momentum: 0.9, nesterov: true }),
  adagrad: () => new AdaGrad(),
  rmsprop: () => new RMSProp(),
  adam: () => new Adam(),
};

/**
 * The optimizer of a name; an optimizer is given back as it is.
 * @throws TypeError for an unknown name.
 */
export function optimizerOf(optimizer: OptimizerName | Optimizer): Optimizer {
  if (optimizer instanceof Optimizer) return optimizer;
  return BY_NAME[oneOf("compile: expected optimizer", optimizer, OPTIMIZER_NAMES)]();
}

function share(caller: string, name: string, value: number): number {
  if (value >= 0 && value < 1) return value;
  throw new RangeError(`${caller}: expected ${name} from 0 to below 1, found ${value}`);
}

function positive(caller: string, name: string, value: number): number {
  if (value > 0 && Number.isFinite(value)) return value;
  throw new RangeError(`${caller}: expected ${name} above 0, found ${value}`);
}
