/** The compiled kernels.as, and the memory it works on. */
import type { FloatArray } from "../matrix.ts";
import { BINARY } from "./binary.ts";
import { instantiate } from "./instantiate.ts";

/** A function of kernels.as: its arguments are addresses and counts. */
export type Kernel = (...addresses: number[]) => void;

/** Vectors are so many bytes long; the last ones of an array may reach past its end. */
const VECTOR = 16;
const PAGE = 65_536;

/** The kernels, or undefined where WebAssembly or its SIMD is unavailable. */
export const wasm = load();

function load() {
  try {
    const memory = new WebAssembly.Memory({ initial: 16 });
    const kernel = instantiate(BINARY, memory).call;
    return {
      memory,
      gather: { float32: kernel("gather32"), float64: kernel("gather64") },
      scatter: { float32: kernel("scatter32"), float64: kernel("scatter64") },
      exp: { float32: kernel("exp32s"), float64: kernel("exp64s") },
      sigmoid: { float32: kernel("sigmoid32s"), float64: kernel("sigmoid64s") },
      adam: kernel("adam32"),
      relu: { float32: kernel("relu32s"), float64: kernel("relu64s") },
    };
  } catch {
    return undefined;
  }
}

/** Hands out the kernels' memory, from its start. */
export class Arena {
  #top = VECTOR; // 0 is no address
  constructor(readonly memory: WebAssembly.Memory, readonly isDouble: boolean) {}

  /** The address of room for `count` numbers, and for two vectors behind them. */
  reserve(count: number): number {
    const address = this.#top;
    this.#top += Math.ceil((count * (this.isDouble ? 8 : 4)) / VECTOR) * VECTOR + 2 * VECTOR;
    const missing = this.#top - this.memory.buffer.byteLength;
    if (missing > 0) this.memory.grow(Math.ceil(missing / PAGE));
    return address;
  }

  /** The numbers at an address; to be asked for again whenever room was reserved. */
  at(address: number, count: number): FloatArray {
    const { buffer } = this.memory;
    return this.isDouble
      ? new Float64Array(buffer, address, count)
      : new Float32Array(buffer, address, count);
  }
}
