/** A program that does pieces of work when it is asked: see peers/peer.py for the protocol. */

/** Everyone runs on one core, as we do. */
const ONE_THREAD = {
  OPENBLAS_NUM_THREADS: "1",
  OMP_NUM_THREADS: "1",
  MKL_NUM_THREADS: "1",
  VECLIB_MAXIMUM_THREADS: "1",
  TF_CPP_MIN_LOG_LEVEL: "3",
  XLA_FLAGS: "--xla_cpu_multi_thread_eigen=false intra_op_parallelism_threads=1",
};

/** How to start a peer. */
export interface Command {
  readonly command: string;
  readonly args: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  readonly cwd?: string;
}

/** What a piece of work took, and what came of it. */
export interface Measure {
  /** Seconds on the clock. */
  readonly seconds: number;
  /** Seconds of the processor. */
  readonly cpu: number;
  readonly answer: unknown;
}

/** A running program. */
export class Peer {
  readonly #child: Deno.ChildProcess;
  readonly #input: WritableStreamDefaultWriter<Uint8Array>;
  readonly #lines: ReadableStreamDefaultReader<string>;
  #unread = "";
  /** Who it is. */
  name = "";
  /** What it can do. */
  works: readonly string[] = [];

  private constructor({ command, args, env, cwd }: Command) {
    this.#child = new Deno.Command(command, {
      args: [...args],
      cwd,
      env: { ...ONE_THREAD, ...env },
      stdin: "piped",
      stdout: "piped",
      stderr: "null",
    }).spawn();
    this.#input = this.#child.stdin.getWriter();
    this.#lines = this.#child.stdout.pipeThrough(new TextDecoderStream()).getReader();
  }

  /**
   * Starts a program and waits until it has said who it is.
   * @throws Error when it ends before.
   */
  static async start(command: Command): Promise<Peer> {
    const peer = new Peer(command);
    try {
      const { name, works } = await peer.#answer();
      if (typeof name !== "string" || !Array.isArray(works)) throw new TypeError("no peer");
      peer.name = name;
      peer.works = works;
      return peer;
    } catch (cause) {
      await peer.close();
      const line = [command.command, ...command.args].join(" ");
      throw new Error(`bench: expected a peer, found that \`${line}\` ended`, { cause });
    }
  }

  /**
   * Lets it do a piece of work.
   * @throws Error when it ends meanwhile.
   */
  async do(work: string): Promise<Measure> {
    await this.#input.write(new TextEncoder().encode(`${work}\n`));
    const { seconds, cpu, answer } = await this.#answer();
    return { seconds: Number(seconds), cpu: Number(cpu), answer };
  }

  /** The next line of JSON; libraries may print other lines. */
  async #answer(): Promise<Record<string, unknown>> {
    for (;;) {
      const line = await this.#line();
      if (!line.startsWith("{")) continue;
      const answer: unknown = JSON.parse(line);
      if (typeof answer === "object" && answer !== null) return { ...answer };
    }
  }

  async #line(): Promise<string> {
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
    await this.#input.close().catch(() => {}); // it may have ended by itself
    await this.#lines.cancel();
    await this.#child.status;
  }
}
