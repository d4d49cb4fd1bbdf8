/** Compiled kernels made ready to call. */

/** The exports of a module of kernels. */
export interface Exports {
  /**
   * A function.
   * @throws TypeError when the module has none of this name.
   */
  call(name: string): (...numbers: number[]) => number;
  /**
   * The value of a global.
   * @throws TypeError when the module has none of this name.
   */
  value(name: string): number;
}

/**
 * Compiles a module and connects it with its memory.
 * @param binary base64, as `deno task build-kernels` writes it.
 * @throws WebAssembly.CompileError where SIMD is unavailable, ReferenceError where WebAssembly is.
 */
export function instantiate(binary: string, memory: WebAssembly.Memory): Exports {
  const bytes = Uint8Array.from(atob(binary), (character) => character.charCodeAt(0));
  const env = { memory, abort: () => {} };
  const { exports } = new WebAssembly.Instance(new WebAssembly.Module(bytes), { env });
  return {
    call(name) {
      const f = exports[name];
      if (typeof f !== "function") throw new TypeError(`kernels: expected ${name}, found none`);
      return f as (...numbers: number[]) => number; // the type of every WebAssembly function here
    },
    value(name) {
      const global = exports[name];
      if (global instanceof WebAssembly.Global) return global.value;
      throw new TypeError(`kernels: expected the global ${name}, found none`);
    },
  };
}
