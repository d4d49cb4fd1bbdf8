/** The compiled kernels, and the scratch part of the memory that they work on. */
import { BINARY } from "./binary.ts";
import { memory, SCRATCH_END, SCRATCH_START } from "./heap.ts";
import { instantiate } from "./instantiate.ts";

/** A function of kernels.as: its arguments are addresses, counts and constants. */
export type Kernel = (...numbers: number[]) => number;

/** A kernel for each kind of number. */
export interface Pair {
  readonly float32: Kernel;
  readonly float64: Kernel;
}

/** The kernels, or undefined where WebAssembly or its SIMD is unavailable. */
export const wasm = load();

function load() {
  if (memory === undefined) return undefined;
  try {
    const kernel = instantiate(BINARY, memory).call;
    const pair = (name: string, ending = ""): Pair => ({
      float32: kernel(`${name}32${ending}`),
      float64: kernel(`${name}64${ending}`),
    });
    return {
      memory,
      gather: pair("gather"),
      scatter: pair("scatter"),
      columns: pair("columns"),
      transpose: pair("transpose"),
      arithmetic: pair("arithmetic"),
      scalar: pair("scalar"),
      sumColumns: pair("sumColumns"),
      sumRows: pair("sumRows"),
      max: pair("max"),
      argmax: pair("argmax"),
      exp: pair("exp", "s"),
      sigmoid: pair("sigmoid", "s"),
      relu: pair("relu", "s"),
      where: pair("where"),
      mask: kernel("mask32"),
      descend: kernel("descend32"),
      adam: kernel("adam32"),
    };
  } catch {
    return undefined;
  }
}

/** Room behind each array, for the last vectors of the kernels. */
const PADDING = 48;

/** Numbers that are copied to the scratch part at a time, where they cannot stay in the memory. */
export const CHUNK = 1 << 16;

/** Hands out the scratch part of the memory, from its start, for one call of a kernel. */
export class Arena {
  #top = SCRATCH_START;
  constructor(readonly memory: WebAssembly.Memory, readonly isDouble: boolean) {}

  /** Whether there is room for so many numbers more, in at most eight arrays. */
  hasRoomFor(count: number): boolean {
    return this.#top + count * 8 + 8 * (PADDING + 16) <= SCRATCH_END;
  }

  /** The address of room for `count` numbers. */
  reserve(count: number): number {
    const address = this.#top;
    this.#top += (count * (this.isDouble ? 8 : 4) + PADDING + 15) & ~15;
    return address;
  }

  /** The numbers at an address. */
  at(address: number, count: number): Float64Array | Float32Array {
    const { buffer } = this.memory;
    return this.isDouble
      ? new Float64Array(buffer, address, count)
      : new Float32Array(buffer, address, count);
  }
}
