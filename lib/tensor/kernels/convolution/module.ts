/** The compiled functions of convolution.as. */
import { memory } from "../wasm/heap.ts";
import { instantiate } from "../wasm/instantiate.ts";
import { BINARY, FUSED } from "./binary.ts";

/** The functions, or undefined where WebAssembly or its SIMD is unavailable. */
export const wasm = load(FUSED) ?? load(BINARY);

function load(binary: string) {
  if (memory === undefined) return undefined;
  try {
    const { call } = instantiate(binary, memory);
    return {
      memory,
      places: call("places"),
      pad: call("pad"),
      unpad: call("unpad"),
      patches: call("patches"),
      convolve: call("convolve"),
      pack: call("pack"),
      turn: call("turn"),
      turnBack: call("turnBack"),
      filterGradient: call("filterGradient"),
      inputGradient: call("inputGradient"),
      maxPool: call("maxPool"),
      maxPoolGradient: call("maxPoolGradient"),
      shortGradient: call("shortGradient"),
      winogradFilters: call("winogradFilters"),
      winogradImage: call("winogradImage"),
      winogradOutput: call("winogradOutput"),
    };
  } catch {
    return undefined;
  }
}
