/** A program that is written to and read from, line by line, and that uses one core. */

/** One core, because ours uses one. */
const ONE_THREAD = {
  OPENBLAS_NUM_THREADS: "1",
  OMP_NUM_THREADS: "1",
  MKL_NUM_THREADS: "1",
  VECLIB_MAXIMUM_THREADS: "1",
};

/** How to start a program. */
export interface Command {
  readonly command: string;
  readonly args: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  readonly cwd?: string;
}

/** A running program. */
export class LineProgram {
  readonly #child: Deno.ChildProcess;
  readonly #input: WritableStreamDefaultWriter<Uint8Array>;
  readonly #output: ReadableStreamDefaultReader<string>;
  #unread = "";

  /**
   * Starts a program.
   * @param stderr whether its messages are shown.
   * @throws Deno.errors.NotFound when there is no such program.
   */
  constructor({ command, args, env, cwd }: Command, stderr: "inherit" | "null") {
    this.#child = new Deno.Command(command, {
      args: [...args],
      cwd,
      env: { ...ONE_THREAD, ...env },
      stdin: "piped",
      stdout: "piped",
      stderr,
    }).spawn();
    this.#input = this.#child.stdin.getWriter();
    this.#output = this.#child.stdout.pipeThrough(new TextDecoderStream()).getReader();
  }

  /** Sends a line. */
  async write(line: string): Promise<void> {
    await this.#input.write(new TextEncoder().encode(`${line}\n`));
  }

  /**
   * The next line that it prints.
   * @throws Error when it has ended.
   */
  async read(): Promise<string> {
    while (!this.#unread.includes("\n")) {
      const { value, done } = await this.#output.read();
      if (done) throw new Error("the program has ended");
      this.#unread += value;
    }
    const end = this.#unread.indexOf("\n"), line = this.#unread.slice(0, end);
    this.#unread = this.#unread.slice(end + 1);
    return line;
  }

  /** Ends the program. */
  async close(): Promise<void> {
    await this.#input.close().catch(() => {}); // it may have ended by itself
    await this.#output.cancel();
    await this.#child.status;
  }
}
