/**
 * The layers of a model as they are written down: `layers.dense({ units: 128, activation: "relu" })`.
 *
 * A specification is plain data, so that a model can be stored; build.ts makes layers of it. The
 * names are those of Keras and of tfjs.
 */
import type { Shape } from "../tensor/shape.ts";
import { oneOf, onlyKnown } from "../support/names.ts";

/** The names of the activations; `"linear"` is none at all. */
export const ACTIVATIONS = ["linear", "relu", "sigmoid", "tanh", "softmax"] as const;
/** h(x), by name. */
export type ActivationName = typeof ACTIVATIONS[number];

/** The names of the initializers. */
export const INITIALIZERS = [
  "glorotUniform",
  "glorotNormal",
  "heNormal",
  "xavier",
  "zeros",
] as const;
/** How weights start, by name. */
export type InitializerName = typeof INITIALIZERS[number];

/** λ₁·Σ|W| + λ₂·ΣW² is added to the loss, and large weights must be worth it. */
export interface Regularizer {
  /** λ₁, 0 unless told otherwise. */
  readonly l1?: number;
  /** λ₂, 0 unless told otherwise. */
  readonly l2?: number;
}

/** What every layer can be told. */
export interface LayerOptions<In extends Shape = Shape> {
  /** The shape of one sample, such as `[28, 28]`: for the first layer, which must know it. */
  readonly inputShape?: readonly [...In];
  /** What the layer is called; otherwise after its kind: dense, dense_1, … */
  readonly name?: string;
}

/** What a dense layer can be told. */
export interface DenseOptions<Units extends number = number, In extends Shape = Shape>
  extends LayerOptions<In> {
  /** How many nodes: at least 1. */
  readonly units: Units;
  /** What comes after x·W + b: `"linear"`, nothing, unless told otherwise. */
  readonly activation?: ActivationName;
  /**
   * How W starts: `"glorotUniform"` unless told otherwise; a number is the standard deviation of a
   * normal distribution, as the book's 0.01.
   */
  readonly kernelInitializer?: InitializerName | number;
  /** What is added to the loss for large W. */
  readonly kernelRegularizer?: Regularizer;
}

/** What a dropout layer can be told. */
export interface DropoutOptions<In extends Shape = Shape> extends LayerOptions<In> {
  /** The share of the numbers that is left out while training, from 0 to below 1. */
  readonly rate: number;
}

/** What an activation layer can be told. */
export interface ActivationOptions<In extends Shape = Shape> extends LayerOptions<In> {
  /** Which one. */
  readonly activation: ActivationName;
}

/** What batch normalisation can be told. */
export interface BatchNormalizationLayerOptions<In extends Shape = Shape> extends LayerOptions<In> {
  /** How much of the running mean and variance stays at each batch: 0.99 unless told otherwise. */
  readonly momentum?: number;
  /** ε, keeps the root away from 0: 0.001 unless told otherwise. */
  readonly epsilon?: number;
}

/** What a rescaling layer can be told. */
export interface RescalingOptions<In extends Shape = Shape> extends LayerOptions<In> {
  /** What numbers are multiplied by: 1 / 255 for raw pixels. */
  readonly scale: number;
  /** What is added then: 0 unless told otherwise. */
  readonly offset?: number;
}

/** [28, 28] → [784]. */
export interface FlattenSpec<In extends Shape = Shape> extends LayerOptions<In> {
  /** Which layer. */
  readonly type: "flatten";
}

/** h(x·W + b). */
export interface DenseSpec<Units extends number = number, In extends Shape = Shape>
  extends DenseOptions<Units, In> {
  /** Which layer. */
  readonly type: "dense";
}

/** Leaves some numbers out while training. */
export interface DropoutSpec<In extends Shape = Shape> extends DropoutOptions<In> {
  /** Which layer. */
  readonly type: "dropout";
}

/** h(x). */
export interface ActivationSpec<In extends Shape = Shape> extends ActivationOptions<In> {
  /** Which layer. */
  readonly type: "activation";
}

/** γ·(x - μ)/σ + β. */
export interface BatchNormalizationSpec<In extends Shape = Shape>
  extends BatchNormalizationLayerOptions<In> {
  /** Which layer. */
  readonly type: "batchNormalization";
}

/** x·scale + offset. */
export interface RescalingSpec<In extends Shape = Shape> extends RescalingOptions<In> {
  /** Which layer. */
  readonly type: "rescaling";
}

/** Any layer of a model, written down. */
export type LayerSpec =
  | FlattenSpec
  | DenseSpec
  | DropoutSpec
  | ActivationSpec
  | BatchNormalizationSpec
  | RescalingSpec;

/** The shape of one sample, as the first layer tells it. */
export type InputOf<Layers extends readonly LayerSpec[]> = Layers extends
  readonly [{ readonly inputShape?: infer In }, ...unknown[]]
  ? Exclude<In, undefined> extends infer S extends Shape ? { -readonly [I in keyof S]: S[I] }
  : Shape
  : Shape;

/** The shape that comes out for one sample, when `In` goes in. */
export type OutputOf<Layers extends readonly LayerSpec[], In extends Shape> = Layers extends
  readonly [infer First, ...infer Rest extends readonly LayerSpec[]]
  ? OutputOf<Rest, AfterLayer<First, In>>
  : In;

/** The shape after one layer. */
export type AfterLayer<Spec, In extends Shape> = Spec extends
  { readonly type: "dense"; readonly units: infer Units extends number } ? [Units]
  : Spec extends { readonly type: "flatten" } ? [number]
  : In;

const COMMON = ["inputShape", "name"];

/** The layers a model can be made of. */
export const layers = {
  /** Rolls all axes of a sample into one: [28, 28] → [784]. */
  flatten<const In extends Shape = Shape>(options: LayerOptions<In> = {}): FlattenSpec<In> {
    onlyKnown("flatten", options, COMMON);
    return { type: "flatten", ...options };
  },

  /**
   * h(x·W + b): every node sees every number of the layer before.
   * @throws RangeError or TypeError for what is out of range or unknown.
   */
  dense<const Units extends number, const In extends Shape = Shape>(
    options: DenseOptions<Units, In>,
  ): DenseSpec<Units, In> {
    const { units, activation, kernelInitializer: start, kernelRegularizer } = options;
    onlyKnown("dense", options, [
      ...COMMON,
      "units",
      "activation",
      "kernelInitializer",
      "kernelRegularizer",
    ]);
    if (!Number.isSafeInteger(units) || units < 1) {
      throw new RangeError(`dense: expected units to be an integer of at least 1, found ${units}`);
    }
    if (activation !== undefined) oneOf("dense: expected activation", activation, ACTIVATIONS);
    if (typeof start === "string") {
      oneOf("dense: expected kernelInitializer", start, INITIALIZERS);
    } else if (start !== undefined) atLeast0("dense: expected kernelInitializer", start);
    if (kernelRegularizer !== undefined) {
      onlyKnown("dense: kernelRegularizer", kernelRegularizer, ["l1", "l2"]);
      const { l1 = 0, l2 = 0 } = kernelRegularizer;
      atLeast0("dense: expected kernelRegularizer.l1", l1);
      atLeast0("dense: expected kernelRegularizer.l2", l2);
    }
    return { type: "dense", ...options };
  },

  /**
   * Leaves out a share of the numbers by chance while training, and nothing afterwards.
   * @throws RangeError for a rate that is not from 0 to below 1.
   */
  dropout<const In extends Shape = Shape>(options: DropoutOptions<In>): DropoutSpec<In> {
    onlyKnown("dropout", options, [...COMMON, "rate"]);
    if (!(options.rate >= 0 && options.rate < 1)) {
      throw new RangeError(`dropout: expected a rate from 0 to below 1, found ${options.rate}`);
    }
    return { type: "dropout", ...options };
  },

  /**
   * h(x) as a layer of its own.
   * @throws TypeError for an unknown one.
   */
  activation<const In extends Shape = Shape>(options: ActivationOptions<In>): ActivationSpec<In> {
    onlyKnown("activation", options, [...COMMON, "activation"]);
    oneOf("activation: expected activation", options.activation, ACTIVATIONS);
    return { type: "activation", ...options };
  },

  /**
   * Brings every node's numbers to one mean and spread: γ·(x - μ)/σ + β.
   * @throws RangeError for constants out of range.
   */
  batchNormalization<const In extends Shape = Shape>(
    options: BatchNormalizationLayerOptions<In> = {},
  ): BatchNormalizationSpec<In> {
    onlyKnown("batchNormalization", options, [...COMMON, "momentum", "epsilon"]);
    const { momentum = 0.99, epsilon = 1e-3 } = options;
    if (!(momentum >= 0 && momentum <= 1 && epsilon > 0)) {
      throw new RangeError(
        "batchNormalization: expected a momentum from 0 to 1 and an epsilon above 0, found " +
          `${momentum} and ${epsilon}`,
      );
    }
    return { type: "batchNormalization", ...options };
  },

  /** x·scale + offset: makes 0 to 1 of raw pixels, batch by batch, so that the data stay bytes. */
  rescaling<const In extends Shape = Shape>(options: RescalingOptions<In>): RescalingSpec<In> {
    onlyKnown("rescaling", options, [...COMMON, "scale", "offset"]);
    if (!Number.isFinite(options.scale) || !Number.isFinite(options.offset ?? 0)) {
      throw new RangeError(
        `rescaling: expected numbers as scale and offset, found ${options.scale} and ` +
          `${options.offset}`,
      );
    }
    return { type: "rescaling", ...options };
  },
} as const;

function atLeast0(what: string, value: number): void {
  if (value >= 0 && Number.isFinite(value)) return;
  throw new RangeError(`${what} of at least 0, found ${value}`);
}
