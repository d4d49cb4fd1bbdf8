/**
 * Converts the messages of a kernel to the outputs that a notebook stores (nbformat 4.5). The same
 * messages always give the same outputs.
 *
 * - Consecutive text of the same stream is one output.
 * - An update of a display changes every output with its id, also in earlier cells.
 * - `clear_output` empties a cell at once, or with `wait` at its next output.
 *
 * @module
 */

import type { Output } from "../notebook_file/notebook.ts";
import { type Message } from "../jupyter/messages.ts";
import { isObject, type JsonObject, text, texts } from "../support/json.ts";

interface Slot {
  output: Output;
  /** The id with which later messages may update it; it is not stored. */
  displayId: string;
}

/** The outputs of a notebook's cells while it runs. Each cell has a number. */
export class Outputs {
  readonly #cells = new Map<number, Slot[]>();
  readonly #clearNext = new Set<number>();

  /** Adds a message that belongs to a cell. Messages that are not outputs change nothing. */
  receive(cell: number, message: Message): void {
    const { content } = message;
    switch (message.type) {
      case "stream":
        this.#print(cell, content.name === "stderr" ? "stderr" : "stdout", text(content.text));
        break;
      case "display_data":
        this.add(
          cell,
          { output_type: "display_data", data: bundle(content), metadata: metadata(content) },
          displayId(content),
        );
        break;
      case "execute_result":
        this.add(
          cell,
          {
            output_type: "execute_result",
            execution_count: typeof content.execution_count === "number"
              ? content.execution_count
              : null,
            data: bundle(content),
            metadata: metadata(content),
          },
          displayId(content),
        );
        break;
      case "update_display_data":
        this.#update(displayId(content), content);
        break;
      case "error":
        this.add(cell, {
          output_type: "error",
          ename: text(content.ename),
          evalue: text(content.evalue),
          traceback: texts(content.traceback),
        });
        break;
      case "clear_output":
        if (content.wait === true) this.#clearNext.add(cell);
        else this.#slots(cell).length = 0;
        break;
    }
  }

  /** Adds an output to a cell; later messages may update it if it has a display id. */
  add(cell: number, output: Output, displayId = ""): void {
    const slots = this.#slots(cell);
    if (this.#clearNext.delete(cell)) slots.length = 0;
    slots.push({ output, displayId });
  }

  /**
   * The outputs of a cell so far. Errors are last: the kernel sends an error without the queue of the
   * prints before it, so that they arrive in any order.
   */
  of(cell: number): Output[] {
    const outputs = this.#slots(cell).map((slot) => slot.output);
    const isError = (output: Output) => output.output_type === "error";
    return joinStreams([
      ...outputs.filter((output) => !isError(output)),
      ...outputs.filter(isError),
    ]);
  }

  #slots(cell: number): Slot[] {
    let slots = this.#cells.get(cell);
    if (!slots) this.#cells.set(cell, slots = []);
    return slots;
  }

  #print(cell: number, name: "stdout" | "stderr", printed: string): void {
    const last = this.#slots(cell).at(-1)?.output;
    if (last?.output_type === "stream" && last.name === name && !this.#clearNext.has(cell)) {
      last.text += printed;
    } else {
      this.add(cell, { output_type: "stream", name, text: printed });
    }
  }

  #update(id: string, content: JsonObject): void {
    if (id === "") return;
    for (const slots of this.#cells.values()) {
      for (const slot of slots) {
        if (slot.displayId !== id) continue;
        const { output } = slot;
        if (output.output_type === "display_data" || output.output_type === "execute_result") {
          slot.output = { ...output, data: bundle(content), metadata: metadata(content) };
        }
      }
    }
  }
}

function joinStreams(outputs: Output[]): Output[] {
  const joined: Output[] = [];
  for (const output of outputs) {
    const last = joined.at(-1);
    if (
      output.output_type === "stream" && last?.output_type === "stream" && last.name === output.name
    ) {
      joined[joined.length - 1] = { ...last, text: `${last.text}${output.text}` };
    } else joined.push(output);
  }
  return joined;
}

function bundle(content: JsonObject): JsonObject {
  return isObject(content.data) ? content.data : {};
}

function metadata(content: JsonObject): JsonObject {
  return isObject(content.metadata) ? content.metadata : {};
}

function displayId(content: JsonObject): string {
  return isObject(content.transient) ? text(content.transient.display_id) : "";
}
