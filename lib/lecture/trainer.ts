/** The WebAssembly twin of a training step by `algebraicDerivative`, for the lecture's own samples. */
import { instantiate } from "../tensor/kernels/wasm/instantiate.ts";
import { NUDGE } from "./derivatives.ts";
import type { WeightData } from "./pass.ts";
import { GREYS, LOW } from "./sample.ts";
import { BINARY } from "./wasm/binary.ts";

const PAGE = 65_536;
/** Larger networks are trained in plain TypeScript: the memory, once grown, is never given back. */
const MOST_BYTES = 128 * 2 ** 20;

const wasm = load();

function load() {
  try {
    const memory = new WebAssembly.Memory({ initial: 16 });
    const exports = instantiate(BINARY, memory);
    const [layout, train] = [exports.call("layout"), exports.call("train")];
    return { memory, layout, train, value: exports.value };
  } catch {
    return undefined; // no WebAssembly, or none with SIMD
  }
}

/** What {@link trainFast} has done. */
export interface Trained {
  /** How many samples, from the first on. */
  readonly count: number;
  /** The sum of their losses, each right after its own training. */
  readonly loss: number;
}

/**
 * Trains samples one after the other: W2, b2, W3 and b3 in turn, each from the loss as it is then.
 * @param weights are changed.
 * @param pixels raw pixels of all samples, one after the other; `lectureInput` is applied to them.
 * @param labels one for each, each a class.
 * @returns fewer than there are samples where WebAssembly is unavailable or weights are so large
 *   that the kernel's series would lose digits. The others are the caller's.
 */
export function trainFast(
  weights: WeightData,
  learningRate: number,
  pixels: Uint8Array,
  labels: ArrayLike<number>,
): Trained {
  const { W2, b2, W3, b3 } = weights, [H, O] = [b2.length, b3.length], I = W2.length / H;
  if (wasm === undefined) return { count: 0, loss: 0 };
  const { memory, layout, train } = wasm;
  const end = layout(I, H, O, labels.length);
  if (end > MOST_BYTES) return { count: 0, loss: 0 };
  const missing = end - memory.buffer.byteLength;
  if (missing > 0) {
    memory.grow(Math.ceil(missing / PAGE));
    layout(I, H, O, labels.length);
  }
  const row = H + H % 2;
  const doubles = (name: string, count: number) =>
    new Float64Array(memory.buffer, wasm.value(name), count);
  const home = {
    W2: doubles("W2", I * row),
    b2: doubles("b2", row),
    W3: doubles("W3", O * row),
    b3: doubles("b3", O),
  };
  copyRows(W2, H, home.W2, row);
  home.b2.set(b2);
  for (let j = 0; j < H; j++) for (let k = 0; k < O; k++) home.W3[k * row + j] = W3[j * O + k];
  home.b3.set(b3);
  doubles("greys", 256).set(GREYS);
  doubles("powers", 514).set(
    [...GREYS, 1].flatMap((x) => [Math.expm1(-NUDGE * x), Math.expm1(NUDGE * x)]),
  );
  new Uint8Array(memory.buffer, wasm.value("pixels"), pixels.length).set(pixels);

  let count = 0, sum = 0;
  for (; count < labels.length; count++) {
    const loss = train(count, labels[count], LOW, learningRate);
    if (loss < 0) break;
    sum += loss;
  }
  copyRows(home.W2, row, W2, H);
  b2.set(home.b2.subarray(0, H));
  for (let j = 0; j < H; j++) for (let k = 0; k < O; k++) W3[j * O + k] = home.W3[k * row + j];
  b3.set(home.b3);
  return { count, loss: sum };
}

/** Copies rows of one length to rows of another. */
function copyRows(from: Float64Array, width: number, to: Float64Array, wide: number): void {
  if (width === wide) return to.set(from);
  const length = Math.min(width, wide);
  for (let i = 0; i * width < from.length; i++) {
    to.set(from.subarray(i * width, i * width + length), i * wide);
  }
}
