/** The kernel as the front ends see it. Cells run in a worker of its own. */
import type { Content, FromWorker, SiteFile, ToWorker } from "../protocol.ts";
import type { BaseKernel, Contents, KernelOptions, LiteServices } from "./jupyter.ts";
import { loadSaved, removeSaved, saveFile } from "./storage.ts";
import { Types, type TypesFiles } from "./types.ts";

/** Milliseconds that a cell may take to stop by itself before its worker is ended. */
const PATIENCE = 3000;

/** Milliseconds that the end of a cell waits for its type errors. */
const CHECK_PATIENCE = 1000;

/** Milliseconds that an error waits for them: the types may explain it. */
const REASON_PATIENCE = 3000;

/** A line that switches types on or off, as in the course's kernel outside the browser. */
const MAGIC = /^%types(?:[ \t]+(\S*))?[ \t]*$/m;

/** What every kernel of the page needs. */
export interface Surroundings {
  readonly contents: Contents;
  /** Shows a message that stays until the person closes it. */
  readonly report: (message: string) => void;
  /** The address of the worker's program. */
  readonly worker: string;
  /** The address of the course's files. */
  readonly files: string;
  readonly index: Promise<readonly SiteFile[]>;
  readonly environment: Readonly<Record<string, string>>;
  /** The address of `@std/csv`, if the site has it. */
  readonly csv: string | undefined;
  readonly types: TypesFiles;
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
    readonly #types = new Types(surroundings.types);
    /** Resolves with the note for the type errors of the cell that runs. */
    #check: Promise<Content> = Promise.resolve({});
    /** Resolves when everything has been published: an error waits for what explains it. */
    #published: Promise<void> | undefined;

    constructor(options: KernelOptions) {
      super(options);
      this.#start();
    }

    #start(): void {
      const worker = new Worker(surroundings.worker, { type: "module" });
      const { promise, resolve, reject } = Promise.withResolvers<void>();
      this.#worker = worker;
      this.#ready = promise;
      const fail = (reason: string) => {
        surroundings.report(`The kernel cannot start: ${reason}. Reload the page.`);
        reject(new Error(reason));
      };
      worker.addEventListener("message", ({ data }: MessageEvent<FromWorker>) => {
        if (data.type === "ready") resolve();
        else if (data.type === "failed") fail(data.reason);
        else this.#hear(data);
      });
      worker.addEventListener("error", ({ message }) => fail(message || "its program is damaged"));
      const { files, environment, csv, index } = surroundings;
      index.then(
        (index) => this.#tell({ type: "start", files, index, csv, environment }),
        (error: Error) => fail(error.message),
      );
    }

    #tell(message: ToWorker): void {
      this.#worker.postMessage(message);
    }

    #hear(message: FromWorker): void {
      switch (message.type) {
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
      const isError = message === "error" && content.ename !== "Stopped";
      if (this.#published === undefined && !(isError && this.#types.isReady)) {
        return this.#publish(message, content);
      }
      this.#published = (this.#published ?? Promise.resolve()).then(async () => {
        this.#publish(message, isError ? await this.#explained(content) : content);
      });
    }

    #publish(message: string, content: Content): void {
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

    /** An error after the type errors of its cell, with the import that helps against it. */
    async #explained(content: Content): Promise<Content> {
      await within(this.#check, REASON_PATIENCE);
      const { ename, evalue } = content;
      const asked = this.#types.remedy(String(ename), String(evalue));
      const remedy = await within(asked, REASON_PATIENCE);
      if (remedy === undefined) return content;
      const advice = `Import it: ${remedy}`;
      const traceback = Array.isArray(content.traceback) ? content.traceback : [];
      return {
        ...content,
        evalue: `${evalue}. ${advice}`,
        traceback: [...traceback, advice],
      };
    }

    /** Resolves when cells can run. */
    get ready(): Promise<void> {
      return this.#ready;
    }

    override dispose(): void {
      if (this.isDisposed) return;
      this.#worker.terminate();
      this.#types.end();
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

    async executeRequest({ code }: { code: string }): Promise<Content> {
      const [line, order] = MAGIC.exec(code) ?? [];
      if (line !== undefined) this.stream({ name: "stdout", text: `${this.#types.obey(order)}\n` });
      const cell = line === undefined ? code : code.replace(MAGIC, "");
      const { promise, resolve } = Promise.withResolvers<Content>();
      this.#done = resolve;
      this.#published = undefined;
      let isRunning = true;
      this.#check = this.#types.check(cell).then((data) => {
        if (isRunning && Object.keys(data).length > 0) {
          this.displayData({ data, metadata: {}, transient: {} });
        }
        return data;
      });
      this.#tell({ type: "execute", code: cell, count: this.executionCount });
      const reply = await promise;
      this.#done = undefined;
      if (reply.ename !== "Stopped") await within(this.#check, CHECK_PATIENCE);
      isRunning = false;
      await this.#published;
      void this.#types.start();
      return reply;
    }

    stop(): void {
      const done = this.#done;
      if (done === undefined) return;
      this.#tell({ type: "stop" });
      setTimeout(() => {
        if (this.#done !== done) return;
        this.#worker.terminate();
        this.#types.restart();
        this.#start();
        const content = { ename: "Stopped", evalue: STOPPED, traceback: [`Stopped: ${STOPPED}`] };
        this.publishExecuteError(content);
        const reply = { status: "error", execution_count: this.executionCount, ...content };
        this.#ready.finally(() => done(reply));
      }, PATIENCE);
    }

    completeRequest({ code, cursor_pos }: { code: string; cursor_pos: number }): Promise<Content> {
      return this.#types.complete(code, cursor_pos);
    }

    inspectRequest({ code, cursor_pos }: { code: string; cursor_pos: number }): Promise<Content> {
      return this.#types.inspect(code, cursor_pos);
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

/** Waits for something, but not for long: then it gives undefined. */
async function within<T>(work: Promise<T>, milliseconds: number): Promise<T | undefined> {
  const late = new Promise<undefined>((resolve) =>
    setTimeout(() => resolve(undefined), milliseconds)
  );
  return await Promise.race([work, late]);
}
