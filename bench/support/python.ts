/** A Python program that answers questions, one line of JSON each, so that a benchmark takes turns. */
import { fileURLToPath } from "node:url";
import { LineProgram } from "./line_program.ts";

const MISSING = "bench: expected an answer from Python, found none: is it a Python with NumPy?";

/** A running Python program. */
export class Python {
  readonly #program: LineProgram;

  /**
   * Starts a program of bench/numpy/.
   * @param python the Python that runs it, see environments.ts.
   * @throws Error when there is no such Python.
   */
  constructor(script: string, python: string) {
    const args = [fileURLToPath(new URL(`../numpy/${script}`, import.meta.url))];
    try {
      this.#program = new LineProgram({ command: python, args }, "inherit");
    } catch (cause) {
      throw new Error(MISSING, { cause });
    }
  }

  /**
   * Sends a question and waits for the answer.
   * @throws Error when the program has ended, with what to do where NumPy is missing.
   */
  async ask(question: unknown): Promise<unknown> {
    try {
      await this.#program.write(JSON.stringify(question));
      return JSON.parse(await this.#program.read());
    } catch (cause) {
      throw new Error(MISSING, { cause });
    }
  }

  /** Ends the program. */
  async close(): Promise<void> {
    await this.#program.close();
  }
}
