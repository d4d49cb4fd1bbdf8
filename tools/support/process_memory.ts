/** The memory of another process. */

/** Bytes of memory that a process has in use, and the most it ever had. */
export interface ProcessMemory {
  now: number;
  peak: number;
}

/** The memory of a process, or null where the system does not say or the process has ended. */
export async function memoryOf(pid: number): Promise<ProcessMemory | null> {
  try {
    if (Deno.build.os === "linux") {
      const status = await Deno.readTextFile(`/proc/${pid}/status`);
      const kilobytes = (name: string) =>
        Number(new RegExp(`^${name}:\\s+(\\d+) kB`, "m").exec(status)?.[1]);
      const now = 1024 * kilobytes("VmRSS"), peak = 1024 * kilobytes("VmHWM");
      return now > 0 ? { now, peak: peak || now } : null;
    }
    if (Deno.build.os === "windows") return null;
    const { stdout } = await new Deno.Command("ps", { args: ["-o", "rss=", "-p", `${pid}`] })
      .output();
    const now = 1024 * Number(new TextDecoder().decode(stdout).trim());
    return now > 0 ? { now, peak: now } : null;
  } catch {
    return null;
  }
}

/** Milliseconds between two looks at a process. */
const INTERVAL = 250;

/** Watches the memory of a process until it is stopped. */
export class MemoryWatch {
  /** The most bytes seen so far; null while none were seen. */
  peak: number | null = null;
  readonly #pid: number;
  readonly #timer: ReturnType<typeof setInterval>;

  /**
   * Starts to watch.
   * @param limit the bytes above which `exceeded` is called, once.
   */
  constructor(pid: number, limit: number | undefined, exceeded: (bytes: number) => void) {
    this.#pid = pid;
    let isExceeded = false;
    this.#timer = setInterval(async () => {
      const memory = await this.look();
      if (limit === undefined || isExceeded || memory === null || memory.now <= limit) return;
      isExceeded = true;
      exceeded(memory.now);
    }, INTERVAL);
  }

  /** Looks once, at the end of a run for example. */
  async look(): Promise<ProcessMemory | null> {
    const memory = await memoryOf(this.#pid);
    if (memory !== null) this.peak = Math.max(this.peak ?? 0, memory.peak);
    return memory;
  }

  /** Stops to watch. */
  stop(): void {
    clearInterval(this.#timer);
  }
}
