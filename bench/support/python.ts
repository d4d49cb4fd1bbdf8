/** A Python program that answers questions, one line of JSON each, so that a benchmark takes turns. */
import { fileURLToPath } from "node:url";

/** Keeps NumPy on one core, as we are. */
const ONE_THREAD = {
  OPENBLAS_NUM_THREADS: "1",
  OMP_NUM_THREADS: "1",
  MKL_NUM_THREADS: "1",
  VECLIB_MAXIMUM_THREADS: "1",
};

const MISSING = "bench: expected an answer from Python, found none: is it a Python with NumPy?";

/** A running Python program. */
export class Python {
  readonly #child: Deno.ChildProcess;
  readonly #input: WritableStreamDefaultWriter<Uint8Array>;
  readonly #lines: ReadableStreamDefaultReader<string>;
  #unread = "";

  /**
   * Starts a program of bench/numpy/.
   * @param python the Python that runs it, see environments.ts.
   * @throws Error when there is no such Python.
   */
  constructor(script: string, python: string) {
    try {
      this.#child = new Deno.Command(python, {
        args: [fileURLToPath(new URL(`../numpy/${script}`, import.meta.url))],
        env: ONE_THREAD,
        stdin: "piped",
        stdout: "piped",
        stderr: "inherit",
      }).spawn();
    } catch (cause) {
      throw new Error(MISSING, { cause });
    }
    this.#input = this.#child.stdin.getWriter();
    this.#lines = this.#child.stdout.pipeThrough(new TextDecoderStream()).getReader();
  }

  /**
   * Sends a question and waits for the answer.
   * @throws Error when the program has ended, with what to do where NumPy is missing.
   */
  async ask(question: unknown): Promise<unknown> {
    try {
      await this.#input.write(new TextEncoder().encode(JSON.stringify(question) + "\n"));
      return JSON.parse(await this.#readLine());
    } catch (cause) {
      throw new Error(MISSING, { cause });
    }
  }

  async #readLine(): Promise<string> {
    while (!this.#unread.includes("\n")) {
      const { value, done } = await this.#lines.read();
      if (done) throw new Error("the program has ended");
      this.#unread += value;
    }
    const end = this.#unread.indexOf("\n"), line = this.#unread.slice(0, end);
    this.#unread = this.#unread.slice(end + 1);
    return line;
  }

  /** Ends the program. */
  async close(): Promise<void> {
    await this.#input.close().catch(() => {}); // it may have ended of itself
    await this.#lines.cancel();
    await this.#child.status;
  }
}
