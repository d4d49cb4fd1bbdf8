/**
 * Types in a notebook, for any Jupyter front end: answers to Shift+Tab and Tab, and a note above the
 * outputs of a cell that has type errors.
 *
 * `%types off` in a cell switches them off until the kernel restarts, `%types on` on again. The
 * variable `MNIST_TYPES=off` switches them off for good.
 *
 * @module
 */

import type { JsonObject } from "../notebook_file/notebook.ts";
import { completeReply, errorNote, inspectReply, toUnits } from "./answers.ts";
import type { CellTypeError } from "./reading.ts";
import type { LanguageService } from "./service.ts";

/** As much of the service as this needs. */
export type Service = Pick<
  LanguageService,
  "complete" | "importFor" | "inspect" | "isReady" | "run" | "stop" | "warmUp"
>;

/** A cell after its magic lines were read. */
export interface ReadCell {
  /** What the kernel runs: the cell, with its magic lines empty. */
  readonly code: string;
  /** What a magic line answers. */
  readonly answer?: string;
}

const MAGIC = /^%types(?:[ \t]+(\S*))?[ \t]*$/m;

/** Types for the cells of one kernel. */
export class CellTypes {
  readonly #service: Service;
  #isOn: boolean;

  /** @param isOn whether the types are on at the start. */
  constructor(service: Service, isOn = true) {
    this.#service = service;
    this.#isOn = isOn;
  }

  /** Whether requests are answered and cells are checked. */
  get isOn(): boolean {
    return this.#isOn;
  }

  /** Whether an answer comes quickly. */
  get isReady(): boolean {
    return this.#isOn && this.#service.isReady;
  }

  /** Starts the service in the background, for the cells of the notebook's file. */
  async warmUp(cells: readonly string[]): Promise<void> {
    if (this.#isOn) await this.#service.warmUp(cells);
  }

  /** Carries out the magic lines of a cell. */
  read(code: string): ReadCell {
    const [line, order] = MAGIC.exec(code) ?? [];
    if (line === undefined) return { code };
    if (order === "on" || order === "off") {
      this.#isOn = order === "on";
      if (order === "on") this.#service.warmUp([]);
      else this.#service.stop();
    }
    const answer = order === undefined || order === "on" || order === "off"
      ? `Types are ${this.#isOn ? "on" : "off"}.`
      : `%types: expected on or off, found ${order}`;
    return { code: code.replace(MAGIC, ""), answer };
  }

  /** The type errors of a cell that the kernel runs now. */
  async check(code: string): Promise<CellTypeError[]> {
    return this.#isOn ? await this.#service.run(code) : [];
  }

  /** The note for a cell's type errors. */
  note(errors: readonly CellTypeError[], code: string): JsonObject {
    return errorNote(errors, code);
  }

  /** The content of the reply to an `inspect_request`. */
  async inspect({ code, cursor_pos }: JsonObject): Promise<JsonObject> {
    const text = String(code ?? "");
    return inspectReply(await this.#service.inspect(text, toUnits(text, Number(cursor_pos))));
  }

  /** The content of the reply to a `complete_request`. */
  async complete({ code, cursor_pos }: JsonObject): Promise<JsonObject> {
    const text = String(code ?? ""), cursor = Number(cursor_pos);
    const found = await this.#service.complete(text, toUnits(text, cursor));
    return completeReply(found, text, cursor);
  }

  /**
   * What helps against a run-time error that the types could have prevented: the import of a name
   * that the library exports.
   */
  async remedy(name: string, message: string): Promise<string | undefined> {
    if (!this.isReady || name !== "ReferenceError") return undefined;
    const [, missing] = /^([\p{ID_Start}$_][\p{ID_Continue}$]*) is not defined$/u.exec(message) ??
      [];
    return missing === undefined ? undefined : await this.#service.importFor(missing);
  }
}
