/**
 * What a cell writes to the standard streams itself. Deno's kernel takes what `console` prints to the
 * cell, and lets everything else go where no one sees it.
 *
 * @module
 */

/** A standard stream. */
type Stream = Pick<typeof Deno.stdout, "write" | "writeSync" | "writable">;

/**
 * From now on `Deno.stdout` and `Deno.stderr`, and with them `process.stdout` and `process.stderr`,
 * write to the cell, in order with what `console` prints.
 *
 * @param print sends text to the cell.
 */
export function redirectStreams(print: (name: "stdout" | "stderr", text: string) => void): void {
  for (const name of ["stdout", "stderr"] as const) {
    // A character may be split between two writes.
    const decoder = new TextDecoder();
    const writeSync = (bytes: Uint8Array): number => {
      const text = decoder.decode(bytes, { stream: true });
      if (text !== "") print(name, text);
      return bytes.length;
    };
    const redirected: Stream = {
      writeSync,
      write: (bytes) => Promise.resolve(writeSync(bytes)),
      writable: new WritableStream({ write: (bytes: Uint8Array) => void writeSync(bytes) }),
    };
    for (const [key, value] of Object.entries(redirected)) {
      Object.defineProperty(Deno[name], key, { value, configurable: true, writable: true });
    }
  }
}
