/** The kernel as the front ends see it. Cells run in a worker of its own. */
import type { Content, FromWorker, SiteFile, ToWorker } from "../protocol.ts";
import type { BaseKernel, Contents, KernelOptions, LiteServices } from "./jupyter.ts";
import { loadSaved, removeSaved, saveFile } from "./storage.ts";

/** Milliseconds that a cell may take to stop by itself before its worker is ended. */
const PATIENCE = 3000;

/** What every kernel of the page needs. */
export interface Surroundings {
  readonly contents: Contents;
  /** The address of the worker's program. */
  readonly worker: string;
  /** The address of the course's files. */
  readonly files: string;
  readonly index: Promise<readonly SiteFile[]>;
  readonly environment: Readonly<Record<string, string>>;
}

/** A kernel. */
export interface CourseKernel extends BaseKernel {
  /** Stop was pressed. */
  stop(): void;
}

const STOPPED =
  "the cell did not stop by itself, so its thread was ended. All variables are gone: " +
  "run the cells from the top again";

/** The class of kernels, on the base that JupyterLite hands over. */
export function kernelClass({ BaseKernel }: LiteServices, surroundings: Surroundings) {
  return class extends BaseKernel implements CourseKernel {
    #worker!: Worker;
    #ready!: Promise<void>;
    #done: ((reply: Content) => void) | undefined;

    constructor(options: KernelOptions) {
      super(options);
      this.#start();
    }

    #start(): void {
      const worker = new Worker(surroundings.worker, { type: "module" });
      const { promise, resolve, reject } = Promise.withResolvers<void>();
      this.#worker = worker;
      this.#ready = promise;
      worker.addEventListener("message", ({ data }) => this.#hear(data, resolve));
      worker.addEventListener("error", ({ message }) => {
        reject(new Error(`kernel: expected its program to load, found: ${message || "an error"}`));
      });
      const { files, environment, index } = surroundings;
      index.then((index) => this.#tell({ type: "start", files, index, environment }), reject);
    }

    #tell(message: ToWorker): void {
      this.#worker.postMessage(message);
    }

    #hear(message: FromWorker, ready: () => void): void {
      switch (message.type) {
        case "ready":
          return ready();
        case "output":
          return this.#output(message.message, message.content);
        case "done":
          return this.#done?.(message.reply);
        case "load":
          return this.#answer(message.id, loadSaved(surroundings.contents, message.path));
        case "save":
          return this.#answer(
            message.id,
            saveFile(surroundings.contents, message.path, message.bytes),
          );
        case "remove":
          return this.#answer(message.id, removeSaved(surroundings.contents, message.path));
      }
    }

    #answer(id: number, work: Promise<Uint8Array<ArrayBuffer> | undefined | void>): void {
      work.then(
        (bytes) => this.#tell({ type: "answer", id, bytes: bytes ?? undefined }),
        (error: unknown) => {
          const reason = error instanceof Error ? error.message : String(error);
          this.#tell({ type: "answer", id, error: reason });
        },
      );
    }

    #output(message: string, content: Content): void {
      switch (message) {
        case "stream":
          return this.stream(content);
        case "display_data":
          return this.displayData(content);
        case "update_display_data":
          return this.updateDisplayData(content);
        case "execute_result":
          return this.publishExecuteResult(content);
        case "error":
          return this.publishExecuteError(content);
      }
    }

    /** Resolves when cells can run. */
    get ready(): Promise<void> {
      return this.#ready;
    }

    override dispose(): void {
      if (this.isDisposed) return;
      this.#worker.terminate();
      super.dispose();
    }

    kernelInfoRequest(): Promise<Content> {
      return Promise.resolve({
        status: "ok",
        protocol_version: "5.3",
        implementation: "mnist-course",
        implementation_version: "1",
        banner: "TypeScript in the browser",
        help_links: [],
        language_info: {
          name: "typescript",
          version: "6.0.3",
          mimetype: "text/x.typescript",
          file_extension: ".ts",
          codemirror_mode: "typescript",
          pygments_lexer: "typescript",
          nbconvert_exporter: "script",
        },
      });
    }

    executeRequest({ code }: { code: string }): Promise<Content> {
      const { promise, resolve } = Promise.withResolvers<Content>();
      this.#done = resolve;
      this.#tell({ type: "execute", code, count: this.executionCount });
      return promise.finally(() => this.#done = undefined);
    }

    stop(): void {
      const done = this.#done;
      if (done === undefined) return;
      this.#tell({ type: "stop" });
      setTimeout(() => {
        if (this.#done !== done) return;
        this.#worker.terminate();
        this.#start();
        const content = { ename: "Stopped", evalue: STOPPED, traceback: [`Stopped: ${STOPPED}`] };
        this.publishExecuteError(content);
        const reply = { status: "error", execution_count: this.executionCount, ...content };
        this.#ready.finally(() => done(reply));
      }, PATIENCE);
    }

    completeRequest({ cursor_pos }: { cursor_pos: number }): Promise<Content> {
      return Promise.resolve({
        status: "ok",
        matches: [],
        cursor_start: cursor_pos,
        cursor_end: cursor_pos,
        metadata: {},
      });
    }

    inspectRequest(): Promise<Content> {
      return Promise.resolve({ status: "ok", found: false, data: {}, metadata: {} });
    }

    isCompleteRequest(): Promise<Content> {
      return Promise.resolve({ status: "complete" });
    }

    commInfoRequest(): Promise<Content> {
      return Promise.resolve({ status: "ok", comms: {} });
    }

    inputReply(): void {}

    commOpen(): Promise<void> {
      return Promise.resolve();
    }

    commMsg(): Promise<void> {
      return Promise.resolve();
    }

    commClose(): Promise<void> {
      return Promise.resolve();
    }
  };
}
