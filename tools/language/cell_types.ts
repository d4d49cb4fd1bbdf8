/**
 * Types in a notebook, for any Jupyter front end: answers to Shift+Tab and Tab, and a note above the
 * outputs of a cell that has type errors.
 *
 * `%types off` in a cell switches them off until the kernel restarts, `%types on` on again. The
 * variable `MNIST_TYPES=off` switches them off for good.
 *
 * @module
 */

import { completeReply, errorNote, inspectReply, toUnits } from "./answers.ts";
import type { CellTypeError } from "./reading.ts";
import type { LanguageService } from "./service.ts";
import type { JsonObject } from "../support/json.ts";

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

/** How types are set up at the start. */
export interface CellTypesOptions {
  /** Whether they are on. */
  readonly isOn?: boolean;
  /** Whether the notebook is in the course's folder, where `"mnist"` can be imported. */
  readonly isInCourse?: boolean;
}

const OUTSIDE =
  'This notebook is outside the course\'s folder, where "mnist" cannot be imported. ' +
  "Move it into the folder notebooks of the course to use the library and its types.";

const MAGIC = /^%types(?:[ \t]+(\S*))?[ \t]*$/m;

/** Types for the cells of one kernel. */
export class CellTypes {
  readonly #service: Service;
  readonly #isInCourse: boolean;
  #isOn: boolean;
  #hasSaidOutside = false;

  /** Starts nothing yet. */
  constructor(service: Service, { isOn = true, isInCourse = true }: CellTypesOptions = {}) {
    this.#service = service;
    this.#isInCourse = isInCourse;
    this.#isOn = isOn && isInCourse;
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
    if (line !== undefined) return { code: code.replace(MAGIC, ""), answer: this.#obey(order) };
    if (this.#isInCourse || this.#hasSaidOutside || !/["']mnist["'/]/.test(code)) return { code };
    this.#hasSaidOutside = true;
    return { code, answer: OUTSIDE };
  }

  #obey(order: string | undefined): string {
    if (!this.#isInCourse) return OUTSIDE;
    if (order === "off") {
      this.#isOn = false;
      this.#service.stop();
    } else if (order === "on") {
      this.#isOn = true;
      this.#service.warmUp([]);
    } else if (order !== undefined) {
      return `%types: expected on or off, found ${order}`;
    }
    return `Types are ${this.#isOn ? "on" : "off"}.`;
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
