/** What layers for images have in common: their input, and shapes in the types. */
import type { Padding, Pair } from "../../nn/windows.ts";
import { describe } from "../../support/describe.ts";
import type { Windows } from "../../tensor/kernels/windows.ts";
import { showShape } from "../../tensor/shape.ts";
import type { BuildContext, ShapeRule } from "./layer.ts";

/**
 * The shape [height, width, channels] of the images that a layer takes.
 * @throws RangeError for samples of another shape.
 */
export function imageShape(
  { name, input }: BuildContext,
): readonly [height: number, width: number, channels: number] {
  if (input.length === 3) return [input[0], input[1], input[2]];
  const found = `samples of the shape ${showShape(input)}`;
  const image = input.length === 2 ? showShape([-1, ...input, 1]) : "[-1, 28, 28, 1]";
  throw new RangeError(
    `sequential: expected images [height, width, channels] as input of the layer ` +
      `${describe(name)}, found ${found}; x.reshape(${image}) makes images of grey pixels`,
  );
}

/** The border that windows need around an image, in ONNX's order: top, left, bottom, right. */
export function padsOf(w: Windows): number[] {
  const bottom = (w.rows - 1) * w.strideY + w.kernelHeight - w.height - w.top;
  const right = (w.columns - 1) * w.strideX + w.kernelWidth - w.width - w.left;
  return [w.top, w.left, Math.max(bottom, 0), Math.max(right, 0)];
}

/** ONNX has the channels before the rows: [N, C, H, W]. */
export const TO_CHANNELS_FIRST = { type: "Transpose", attributes: { perm: [0, 3, 1, 2] } } as const;
/** Back to [N, H, W, C]. */
export const TO_CHANNELS_LAST = { type: "Transpose", attributes: { perm: [0, 2, 3, 1] } } as const;

/** [H, W, C] → [rows, columns, Channels], or C where `Channels` is undefined. */
export interface Windowed<
  Kernel extends Pair,
  Strides extends Pair,
  Pad extends Padding,
  Channels extends number | undefined,
> extends ShapeRule {
  /** A number for each window and channel. */
  readonly output: this["input"] extends
    readonly [infer H extends number, infer W extends number, infer C extends number] ? [
      Along<H, First<Kernel>, First<Strides>, Pad>,
      Along<W, Second<Kernel>, Second<Strides>, Pad>,
      Channels extends number ? Channels : C,
    ]
    : [number, number, number];
}

type First<P extends Pair> = P extends readonly [infer R extends number, number] ? R
  : P extends number ? P
  : number;
type Second<P extends Pair> = P extends readonly [number, infer C extends number] ? C
  : P extends number ? P
  : number;

/** The number of windows along a length; `number` where something is not known to the compiler. */
type Along<Length extends number, Kernel extends number, Stride extends number, Pad> =
  [Counted<Length>, Counted<Kernel>, Counted<Stride>] extends
    [infer L extends unknown[], infer K extends unknown[], infer S extends [unknown, ...unknown[]]]
    ? Pad extends "valid" ? Valid<L, K, S>
    : Pad extends "same" ? Same<L, S>
    : number
    : number;

/** A tuple of N elements, or null for what is no literal from 0 to 999. */
type Counted<N extends number, T extends unknown[] = []> = number extends N ? null
  : `${N}` extends `-${string}` | `${string}.${string}` | `${infer _}${infer _}${infer _}${infer _}`
    ? null
  : T["length"] extends N ? T
  : Counted<N, [...T, unknown]>;

/** How often K fits into L, moved by S each time. */
type Valid<
  L extends unknown[],
  K extends unknown[],
  S extends unknown[],
  N extends unknown[] = [],
> = L extends [...K, ...infer _]
  ? L extends [...S, ...infer Rest] ? Valid<Rest, K, S, [...N, unknown]> : [...N, unknown]["length"]
  : N["length"];

/** ⌈L / S⌉ */
type Same<L extends unknown[], S extends unknown[], N extends unknown[] = []> = L extends []
  ? N["length"]
  : L extends [...S, ...infer Rest] ? Same<Rest, S, [...N, unknown]>
  : [...N, unknown]["length"];
