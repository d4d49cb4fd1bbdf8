/** What the page and the kernel's worker send each other. */

/** The content of a Jupyter message. */
export type Content = Readonly<Record<string, unknown>>;

/** A file beside the page. */
export interface SiteFile {
  /** From the course's folder: `data/sample_weight.safetensors`. */
  readonly path: string;
  readonly bytes: number;
}

/** What the page sends. */
export type ToWorker =
  | {
    readonly type: "start";
    /** The address of the course's files. */
    readonly files: string;
    /** The files there that cells may read. */
    readonly index: readonly SiteFile[];
    /** The address of `@std/csv`, if the site has it. */
    readonly csv: string | undefined;
    /** Environment variables. */
    readonly environment: Readonly<Record<string, string>>;
  }
  | { readonly type: "execute"; readonly code: string; readonly count: number }
  /** Stop was pressed. */
  | { readonly type: "stop" }
  /** The answer to `load`, `save` and `remove`. */
  | {
    readonly type: "answer";
    readonly id: number;
    readonly bytes?: Uint8Array<ArrayBuffer>;
    /** Why it failed. */
    readonly error?: string;
  };

/** What the worker sends. */
export type FromWorker =
  | { readonly type: "ready" }
  /** The kernel cannot start. */
  | { readonly type: "failed"; readonly reason: string }
  /** A message for the front ends, such as `stream`. */
  | { readonly type: "output"; readonly message: string; readonly content: Content }
  /** A cell has ended. */
  | { readonly type: "done"; readonly reply: Content }
  /** Asks for a file that the browser keeps. */
  | { readonly type: "load"; readonly id: number; readonly path: string }
  | {
    readonly type: "save";
    readonly id: number;
    readonly path: string;
    readonly bytes: Uint8Array<ArrayBuffer>;
  }
  | { readonly type: "remove"; readonly id: number; readonly path: string };

/** What the page asks the thread that knows types. Each question has a number for its answer. */
export type ToTypes =
  & { readonly id: number }
  & (
    | {
      readonly type: "start";
      /** The addresses of the compiler and of the sources that it reads. */
      readonly compiler: string;
      readonly sources: string;
      /** The cells of the notebook. */
      readonly cells: readonly string[];
    }
    /** The type errors of a cell that runs now, as the content of a note; empty for none. */
    | { readonly type: "check"; readonly code: string }
    | { readonly type: "inspect"; readonly code: string; readonly cursor: number }
    | { readonly type: "complete"; readonly code: string; readonly cursor: number }
    /** The import that helps against an error. */
    | { readonly type: "remedy"; readonly name: string; readonly message: string }
  );

/** An answer of the thread that knows types. */
export interface FromTypes {
  readonly id: number;
  readonly answer: Content;
}
