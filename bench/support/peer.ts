/** A program that does pieces of work when it is asked: see peers/peer.py for the protocol. */

import { type Command, LineProgram } from "./line_program.ts";

export type { Command };

/** Keeps TensorFlow and XLA quiet and on one core. */
const QUIET = {
  TF_CPP_MIN_LOG_LEVEL: "3",
  XLA_FLAGS: "--xla_cpu_multi_thread_eigen=false intra_op_parallelism_threads=1",
};

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
  readonly #program: LineProgram;
  /** Who it is. */
  name = "";
  /** What it can do. */
  works: readonly string[] = [];

  private constructor(command: Command) {
    this.#program = new LineProgram({ ...command, env: { ...QUIET, ...command.env } }, "null");
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
    await this.#program.write(work);
    const { seconds, cpu, answer } = await this.#answer();
    return { seconds: Number(seconds), cpu: Number(cpu), answer };
  }

  /** The next line of JSON; libraries may print other lines. */
  async #answer(): Promise<Record<string, unknown>> {
    for (;;) {
      const line = await this.#program.read();
      if (!line.startsWith("{")) continue;
      const answer: unknown = JSON.parse(line);
      if (typeof answer === "object" && answer !== null) return { ...answer };
    }
  }

  /** Ends the program. */
  async close(): Promise<void> {
    await this.#program.close();
  }
}
