/** A model as a table. */
import { DISPLAY, type Displayable, type MimeBundle } from "../support/display.ts";
import { grouped } from "../support/grouped.ts";
import { printable } from "../support/printable.ts";
import type { ModelLayer } from "./build.ts";

/**
 * The table of a model, as in Keras: each layer with its type, the shape of its output and its number
 * of weights. It shows itself as the last value of a cell, and is text in `String(summary)`, template
 * strings and console.log.
 */
export class Summary implements Displayable {
  readonly #text: string;

  /** The table of these layers. */
  constructor(name: string, layers: readonly ModelLayer[]) {
    const rows = [
      ["Layer (type)", "Output shape", "Param #"],
      ...layers.map((layer) => [
        printable(`${layer.name} (${layer.spec.type})`.replaceAll("\n", " ")),
        `[N, ${layer.outputShape.join(", ")}]`,
        grouped(weightCount([layer], "params") + weightCount([layer], "state")),
      ]),
    ];
    const [names, shapes, params] = rows[0].map((_, j) =>
      rows.reduce((width, row) => Math.max(width, row[j].length), 0)
    );
    const [head, ...body] = rows.map(([name, shape, count]) =>
      ` ${name.padEnd(names)}   ${shape.padEnd(shapes)}   ${count.padStart(params)}`
    );
    const [thin, thick] = ["_", "="].map((stroke) => stroke.repeat(head.length));
    const trainable = weightCount(layers, "params"), other = weightCount(layers, "state");
    this.#text = [
      `Model: ${printable(JSON.stringify(name))}`,
      ...[thin, head, thick, ...body, thick],
      `Total params: ${grouped(trainable + other)}`,
      `Trainable params: ${grouped(trainable)}`,
      `Non-trainable params: ${grouped(other)}`,
      thin,
    ].join("\n");
  }

  /** The table as text. */
  toString(): string {
    return this.#text;
  }

  /** The table as text, for console.log. */
  [Symbol.for("nodejs.util.inspect.custom")](): string {
    return this.#text;
  }

  /** The table as text, for the last value of a cell. */
  [DISPLAY](): MimeBundle {
    return { "text/plain": this.#text };
  }
}

/** The number of weights that are trained by gradient (params) or otherwise (state). */
function weightCount(layers: readonly ModelLayer[], kind: "params" | "state"): number {
  return layers.flatMap(({ parts }) => parts.flatMap((part) => Object.values(part[kind] ?? {})))
    .reduce((sum, { size }) => sum + size, 0);
}
