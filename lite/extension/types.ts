/**
 * Types for the cells of one kernel, from a thread of its own. It starts after the first cell has run,
 * so that it delays nothing, and never on small devices: the compiler takes about 110 MB.
 */
import type { Content, FromTypes, ToTypes } from "../protocol.ts";

/** The addresses of the thread's program and of what it loads. */
export interface TypesFiles {
  readonly worker: string;
  readonly compiler: string;
  readonly sources: string;
}

/** A question without its number. */
type Question = ToTypes extends infer Each ? Each extends ToTypes ? Omit<Each, "id"> : never
  : never;

/** Answers questions about the types of cells. */
export class Types {
  readonly #files: TypesFiles;
  readonly #answers = new Map<number, (answer: Content) => void>();
  /** Cells that ran before the thread was there. */
  readonly #early: string[] = [];
  #worker: Worker | undefined;
  #isOn = !isSmallDevice();
  #isReady = false;
  #count = 0;

  constructor(files: TypesFiles) {
    this.#files = files;
  }

  /** Whether answers come soon. */
  get isReady(): boolean {
    return this.#isReady;
  }

  /** Carries out `%types on`, `off` or neither, and returns what to say. */
  obey(order: string | undefined): string {
    if (order === "on") this.#isOn = true;
    else if (order === "off") this.end();
    else if (order !== undefined) return `%types: expected on or off, found ${order}`;
    if (this.#isOn) void this.start();
    return `Types are ${this.#isOn ? "on" : "off"}.`;
  }

  /** Starts the thread, unless it runs or types are off. */
  async start(): Promise<void> {
    if (!this.#isOn || this.#worker !== undefined) return;
    const worker = new Worker(this.#files.worker, { type: "module" });
    this.#worker = worker;
    worker.addEventListener("message", ({ data }: MessageEvent<FromTypes>) => {
      this.#answers.get(data.id)?.(data.answer);
      this.#answers.delete(data.id);
    });
    worker.addEventListener("error", () => this.end()); // types are not worth an error
    const { compiler, sources } = this.#files;
    await this.#ask({ type: "start", compiler, sources, cells: [] });
    // More cells may run meanwhile.
    for (let code = this.#early.shift(); code !== undefined; code = this.#early.shift()) {
      await this.#ask({ type: "check", code });
    }
    this.#isReady = this.#worker === worker;
  }

  /** Ends the thread, and answers what is asked with nothing. */
  end(): void {
    this.#isOn = false;
    this.#isReady = false;
    this.#worker?.terminate();
    this.#worker = undefined;
    for (const answer of this.#answers.values()) answer({});
    this.#answers.clear();
  }

  /** Forgets all cells: the kernel is new. */
  restart(): void {
    const wasOn = this.#isOn;
    this.end();
    this.#isOn = wasOn;
    this.#early.length = 0;
  }

  /** The note for the type errors of a cell that runs now; empty if there are none. */
  async check(code: string): Promise<Content> {
    if (this.#isReady) return await this.#ask({ type: "check", code });
    if (this.#isOn) this.#early.push(code);
    return {};
  }

  /** The content of an `inspect_reply`. */
  async inspect(code: string, cursor: number): Promise<Content> {
    const none = { status: "ok", found: false, data: {}, metadata: {} };
    if (!this.#isReady) return none;
    return { ...none, ...await this.#ask({ type: "inspect", code, cursor }) };
  }

  /** The content of a `complete_reply`. */
  async complete(code: string, cursor: number): Promise<Content> {
    const none = {
      status: "ok",
      matches: [],
      cursor_start: cursor,
      cursor_end: cursor,
      metadata: {},
    };
    if (!this.#isReady) return none;
    return { ...none, ...await this.#ask({ type: "complete", code, cursor }) };
  }

  /** The import that helps against an error, if there is one. */
  async remedy(name: string, message: string): Promise<string | undefined> {
    if (!this.#isReady) return undefined;
    const { remedy } = await this.#ask({ type: "remedy", name, message });
    return typeof remedy === "string" ? remedy : undefined;
  }

  #ask(question: Question): Promise<Content> {
    const { promise, resolve } = Promise.withResolvers<Content>();
    const id = this.#count++;
    this.#answers.set(id, resolve);
    this.#worker?.postMessage({ ...question, id });
    return promise;
  }
}

/** Whether the device has little memory, as far as the browser says, or the screen of a phone. */
function isSmallDevice(): boolean {
  const memory: unknown = Reflect.get(navigator, "deviceMemory"); // in GB, in some browsers
  const screen: unknown = Reflect.get(globalThis, "screen");
  const width: unknown = typeof screen === "object" && screen !== null
    ? Reflect.get(screen, "width")
    : undefined;
  return (typeof memory === "number" && memory < 4) || (typeof width === "number" && width < 600);
}
