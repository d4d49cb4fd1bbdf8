/**
 * What the extension uses of JupyterLite and JupyterLab, which hand it over at run time. Written down
 * here because their packages of types are hundreds, and all that is needed of them is this.
 */
import type { Content } from "../protocol.ts";

/** Names a service, such as that of notebooks. */
export interface Token {
  readonly name: string;
}

/** A part of the application. */
export interface Plugin {
  readonly id: string;
  readonly autoStart: boolean;
  readonly requires?: readonly Token[];
  readonly optional?: readonly Token[];
  activate(app: Application, ...services: unknown[]): void;
}

/** The application. */
export interface Application {
  readonly serviceManager: { readonly contents: Contents };
  readonly commands: {
    addCommand(id: string, options: Command): unknown;
    hasCommand(id: string): boolean;
    execute(id: string, args?: object): Promise<unknown>;
  };
}

/** Something a person can do. */
export interface Command {
  readonly label: string;
  readonly caption?: string;
  isEnabled?(): boolean;
  execute(): void | Promise<void>;
}

/** A file as the application stores it. */
export interface StoredFile {
  readonly path: string;
  readonly name?: string;
  readonly type: string;
  readonly format?: string | null;
  readonly content?: unknown;
}

/** The files of the application. */
export interface Contents {
  readonly defaultDrive?: { readonly storage: Promise<BrowserStorage> };
  get(path: string, options?: { content: boolean }): Promise<StoredFile>;
  save(path: string, file: StoredFile): Promise<unknown>;
  delete(path: string): Promise<void>;
}

/** The files that the browser keeps. */
export interface BrowserStorage {
  getItem(path: string): Promise<StoredFile | null>;
  removeItem(path: string): Promise<void>;
}

/** How a kernel is made. */
export interface KernelOptions {
  readonly id: string;
}

/** The base of kernels that run in the page. */
export interface BaseKernel {
  readonly id: string;
  readonly isDisposed: boolean;
  readonly executionCount: number;
  dispose(): void;
  stream(content: Content): void;
  displayData(content: Content): void;
  updateDisplayData(content: Content): void;
  publishExecuteResult(content: Content): void;
  publishExecuteError(content: Content): void;
}

/** The kernels that can be started. */
export interface KernelSpecs {
  register(kernel: { spec: Content; create(options: KernelOptions): Promise<unknown> }): void;
}

/** What the front ends call. */
export interface KernelClient {
  interrupt(id: string): Promise<void>;
}

/** An open notebook. */
export interface NotebookWidget {
  readonly context: {
    readonly path: string;
    revert(): Promise<void>;
    save(): Promise<void>;
    readonly model: { toJSON(): object };
  };
  readonly sessionContext: { restartKernel?(): Promise<void> };
}

/** `@jupyterlite/services`. */
export interface LiteServices {
  readonly BaseKernel: new (options: KernelOptions) => BaseKernel;
  readonly IKernelSpecs: Token;
  readonly IKernelClient: Token;
}

/** `@jupyterlab/apputils`. */
export interface AppUtils {
  readonly ICommandPalette: Token;
  readonly Notification: {
    warning(message: string, options: { autoClose: false | number }): unknown;
    error(message: string, options: { autoClose: false | number }): unknown;
  };
  readonly Dialog: {
    cancelButton(): unknown;
    warnButton(options: { label: string }): unknown;
  };
  showDialog(options: {
    title: string;
    body: string;
    buttons: unknown[];
  }): Promise<{ button: { accept: boolean } }>;
}

/** `@jupyterlab/notebook` and `@jupyterlab/mainmenu`. */
export interface Tokens {
  readonly INotebookTracker: Token;
  readonly IMainMenu: Token;
}
