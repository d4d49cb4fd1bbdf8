/** A model as a table. */
import { DISPLAY, type Displayable, type MimeBundle } from "../support/display.ts";
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
    const rows = layers.map((layer) => [
      printable(`${layer.name} (${layer.spec.type})`.replaceAll("\n", " ")),
      `[N, ${layer.outputShape.join(", ")}]`,
      grouped(weightCount(layer, "params") + weightCount(layer, "state")),
    ]);
    const head = ["Layer (type)", "Output shape", "Param #"];
    const widths = head.map((title, j) =>
      rows.reduce((width, row) => Math.max(width, row[j].length), title.length)
    );
    const line = ([layer, shape, params]: string[]) =>
      ` ${layer.padEnd(widths[0])}   ${shape.padEnd(widths[1])}   ${params.padStart(widths[2])}`;
    const rule = (stroke: string) => stroke.repeat(line(head).length);
    const total = (kind: "params" | "state") =>
      layers.reduce((sum, layer) => sum + weightCount(layer, kind), 0);
    this.#text = [
      `Model: ${printable(JSON.stringify(name))}`,
      rule("_"),
      line(head),
      rule("="),
      ...rows.map(line),
      rule("="),
      `Total params: ${grouped(total("params") + total("state"))}`,
      `Trainable params: ${grouped(total("params"))}`,
      `Non-trainable params: ${grouped(total("state"))}`,
      rule("_"),
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
function weightCount({ parts }: ModelLayer, kind: "params" | "state"): number {
  return parts.flatMap((part) => Object.values(part[kind] ?? {}))
    .reduce((sum, tensor) => sum + tensor.size, 0);
}

function grouped(count: number): string {
  return count.toLocaleString("en");
}
