/** The results of a sweep in its folder: `results.jsonl`, one line a run. */
import { join } from "node:path";
import { parseRuns, RESULTS_FILE, type Run } from "../../lib/notebook/runs.ts";
import { UsageError } from "../support/command.ts";
import { messageOf } from "../support/machine.ts";

/** The results of a sweep; at most one process writes them at a time. */
export class Results {
  readonly #runs: Map<string, Run>;
  readonly #file: Deno.FsFile;
  readonly #lock: Deno.FsFile;
  readonly #path: string;

  private constructor(path: string, file: Deno.FsFile, lock: Deno.FsFile, runs: Run[]) {
    this.#path = path;
    this.#file = file;
    this.#lock = lock;
    this.#runs = new Map(runs.map((run) => [run.key, run]));
  }

  /**
   * Opens the results in a folder, which is created if it is missing. A line that was cut off while
   * it was written is removed.
   *
   * @throws {UsageError} when another process writes there. @throws {DataError} for a damaged file.
   */
  static async open(folder: string): Promise<Results> {
    await Deno.mkdir(folder, { recursive: true });
    // The system releases the lock when this process ends, in whatever way.
    const lock = await Deno.open(join(folder, ".lock"), { create: true, write: true });
    if (!await lock.tryLock(true)) {
      lock.close();
      throw new UsageError(`${folder}: expected no other sweep that writes there, found one`);
    }
    const path = join(folder, RESULTS_FILE);
    try {
      const bytes = await Deno.readFile(path).catch((error) => {
        if (error instanceof Deno.errors.NotFound) return new Uint8Array();
        throw error;
      });
      const whole = bytes.lastIndexOf(10) + 1;
      const runs = parseRuns(new TextDecoder().decode(bytes.subarray(0, whole)), path);
      if (whole < bytes.length) await Deno.truncate(path, whole);
      const file = await Deno.open(path, { create: true, append: true });
      return new Results(path, file, lock, runs);
    } catch (error) {
      lock.close();
      throw error;
    }
  }

  /** The result of a run with this key, if there is one. */
  get(key: string): Run | undefined {
    return this.#runs.get(key);
  }

  /** All results, in the order in which they were written. */
  all(): Run[] {
    return [...this.#runs.values()];
  }

  /**
   * Appends the result of a run: in one write, and on the disk when this resolves.
   * @throws {Error} that names the file, for example on a full disk.
   */
  async append(run: Run): Promise<void> {
    const line = new TextEncoder().encode(JSON.stringify(run) + "\n");
    try {
      let written = 0;
      while (written < line.length) written += await this.#file.write(line.subarray(written));
      await this.#file.sync();
    } catch (cause) {
      throw new Error(`${this.#path}: expected to append a result, found ${messageOf(cause)}`, {
        cause,
      });
    }
    this.#runs.set(run.key, run);
  }

  [Symbol.dispose](): void {
    this.#file.close();
    this.#lock.close();
  }
}
