/** The cells of one notebook, run one after another: what they declare stays for the next ones. */
import { type Kind, MARK, rewrite, type Runnable } from "./rewrite.ts";
import { CellSyntaxError } from "./tree.ts";

/** Imports a module for a cell. */
export type ImportModule = (name: string) => Promise<Readonly<Record<string, unknown>>>;

/** Why a cell failed, as a notebook shows it. */
export interface CellFailure {
  readonly name: string;
  readonly message: string;
  /** The error and where in the cells it happened, a line each. */
  readonly traceback: readonly string[];
}

/** The value of a name at the top level of a cell. */
class Box {
  v: unknown = undefined;
  readonly #name: string;

  constructor(name: string) {
    this.#name = name;
  }

  /** In the place of `v` where a cell assigns to a constant. */
  get constant(): unknown {
    return this.v;
  }
  set constant(_: unknown) {
    throw new TypeError("Assignment to constant variable.");
  }

  /** In the place of `v` in front of the declaration. */
  get early(): unknown {
    if (this.v === undefined) throw new ReferenceError(`${this.#name} is not defined`);
    return this.v;
  }
}

/** A box in an error message of the engine: `(0 , ːf.v) is not a function`. */
const BOX_IN_MESSAGE = new RegExp(
  `\\(0 ?, ?${MARK}([\\p{ID_Continue}$]+)\\.\\w+\\)|${MARK}([\\p{ID_Continue}$]+)\\.(?:v|early|constant)`,
  "gu",
);

/** A place in a cell in a stack trace, whatever the engine writes around it. */
const PLACE = /cell-(\d+)(?:, <anonymous>)?:(\d+):(\d+)/;

/** Runs cells. */
export class Session {
  readonly #importModule: ImportModule;
  readonly #kinds = new Map<string, Kind>();
  readonly #boxes = new Map<string, Box>();
  readonly #cells = new Map<number, Runnable>();

  constructor(importModule: ImportModule) {
    this.#importModule = importModule;
  }

  /**
   * Runs a cell.
   * @param count the cell's number, which stack traces name.
   * @returns its last value, in an object because it may be a promise.
   * @throws whatever the cell throws; CellSyntaxError if it is no program.
   */
  async run(code: string, count: number): Promise<{ readonly value: unknown }> {
    const cell = rewrite(code, this.#kinds);
    this.#cells.set(count, cell);
    const program: unknown = (0, eval)(`${cell.text}\n//# sourceURL=cell-${count}`);
    if (typeof program !== "function") throw new TypeError("expected a function from the cell");
    const isNew = Array.from(cell.declared.keys()).filter((name) => !this.#boxes.has(name));
    for (const [name, kind] of cell.declared) this.#declare(name, kind);
    let hasEnded = false;
    try {
      const boxes = cell.parameters.map((name) => this.#boxes.get(name));
      const result: { readonly value: unknown } = await program(this.#importModule, tidy, ...boxes);
      hasEnded = true;
      return result;
    } finally {
      if (!hasEnded) this.#forget(isNew);
    }
  }

  /** A name for later cells: fast in their own code, and for functions of earlier ones as a global. */
  #declare(name: string, kind: Kind): void {
    this.#kinds.set(name, kind);
    if (this.#boxes.has(name)) return;
    const box = new Box(name);
    this.#boxes.set(name, box);
    if (name in globalThis) return;
    Object.defineProperty(globalThis, name, {
      configurable: true,
      enumerable: false,
      get: () => box.v,
      set: (value: unknown) => {
        if (this.#kinds.get(name) === "const") box.constant = value;
        else box.v = value;
      },
    });
  }

  /** The names that a failed cell should have declared and has not. */
  #forget(names: readonly string[]): void {
    for (const name of names) {
      if (this.#kinds.get(name) === "var" || this.#boxes.get(name)?.v !== undefined) continue;
      this.#kinds.delete(name);
      this.#boxes.delete(name);
      const own = Object.getOwnPropertyDescriptor(globalThis, name);
      if (own?.get !== undefined && own.configurable) Reflect.deleteProperty(globalThis, name);
    }
  }

  /** Forgets all names. */
  end(): void {
    for (const name of this.#boxes.keys()) {
      const own = Object.getOwnPropertyDescriptor(globalThis, name);
      if (own?.get !== undefined && own.configurable) Reflect.deleteProperty(globalThis, name);
    }
    this.#boxes.clear();
    this.#kinds.clear();
  }

  /**
   * What a notebook shows of an error: places in cells with their own lines and columns, and nothing
   * of the library and the kernel.
   * @param inspect shows a thrown value that is no error.
   */
  failure(thrown: unknown, inspect: (value: unknown) => string): CellFailure {
    if (!(thrown instanceof Error)) {
      const message = typeof thrown === "string" ? thrown : inspect(thrown);
      return { name: "Error", message, traceback: [`Error: ${message}`] };
    }
    const { name } = thrown, message = withoutBoxes(thrown.message);
    const title = message === "" ? name : `${name}: ${message}`;
    if (thrown instanceof CellSyntaxError) {
      const { line, column } = thrown;
      return { name, message, traceback: [title, `    at line ${line}, column ${column}`] };
    }
    return { name, message, traceback: [title, ...this.#places(thrown.stack ?? "")] };
  }

  #places(stack: string): string[] {
    return stack.split("\n").flatMap((frame) => {
      const [, count, line, column] = PLACE.exec(frame) ?? [];
      const cell = this.#cells.get(Number(count));
      if (cell === undefined) return [];
      const place = cell.original(Number(line), Number(column));
      const [, caller] = /^\s*at (?:async )?([^\s(]+) \(/.exec(frame) ??
        /^([^@\s]+)@/.exec(frame) ?? [];
      const where = `cell ${count}, line ${place.line}, column ${place.column}`;
      return [`    at ${caller && !/^eval$|:/.test(caller) ? `${caller} (${where})` : where}`];
    });
  }
}

/** Gives an error of the engine a message with the names that the cell has. */
function tidy(thrown: unknown): void {
  if (!(thrown instanceof Error) || !thrown.message.includes(MARK)) return;
  thrown.message = withoutBoxes(thrown.message);
}

/** A message of the engine with the names that the cell has. */
export function withoutBoxes(message: string): string {
  return message.replaceAll(BOX_IN_MESSAGE, (_, called, plain) => called ?? plain);
}
