/** A model as a table. */
import type { ModelLayer } from "./build.ts";

/** Keras's table: a line for each layer with its kind, what comes out, and how many weights. */
export function summaryOf(name: string, layers: readonly ModelLayer[]): string {
  const rows = layers.map((layer) => [
    `${layer.name} (${layer.spec.type})`,
    `[N, ${layer.outputShape.join(", ")}]`,
    count(numbersIn(layer, "params") + numbersIn(layer, "state")),
  ]);
  const head = ["Layer (type)", "Output shape", "Param #"];
  const widths = head.map((_, j) => Math.max(...[head, ...rows].map((row) => row[j].length)));
  const line = ([layer, shape, params]: string[]) =>
    ` ${layer.padEnd(widths[0])}   ${shape.padEnd(widths[1])}   ${params.padStart(widths[2])}`;
  const rule = (stroke: string) => stroke.repeat(line(head).length);
  const total = (kind: "params" | "state") =>
    layers.reduce((sum, layer) => sum + numbersIn(layer, kind), 0);
  return [
    `Model: "${name}"`,
    rule("_"),
    line(head),
    rule("="),
    ...rows.map(line),
    rule("="),
    `Total params: ${count(total("params") + total("state"))}`,
    `Trainable params: ${count(total("params"))}`,
    `Non-trainable params: ${count(total("state"))}`,
    rule("_"),
  ].join("\n");
}

/** How many numbers a layer learns by gradient, or beside it. */
function numbersIn({ parts }: ModelLayer, kind: "params" | "state"): number {
  return parts.flatMap((part) => Object.values(part[kind] ?? {}))
    .reduce((sum, tensor) => sum + tensor.size, 0);
}

function count(numbers: number): string {
  return numbers.toLocaleString("en");
}
