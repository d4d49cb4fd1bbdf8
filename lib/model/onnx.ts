/**
 * ONNX, the format in which networks move from one program to another: the layers as a graph of
 * standard operations, with the weights (https://onnx.ai/onnx/repo-docs/IR.html).
 *
 * The numbers of fields and types below are those of onnx.proto.
 */
import type { DType } from "../tensor/dtype.ts";
import type { Shape } from "../tensor/shape.ts";
import type { Tensor } from "../tensor/tensor.ts";
import type { Operation } from "./layers/layer.ts";
import type { Model } from "./model.ts";
import { bytes, encode, type Field, float, integer, message, text } from "./protobuf.ts";

/** The version of the file format, and of the set of operations. */
const IR_VERSION = 8, OPSET = 15;

/** The numbers of the element types. */
const ELEMENT_TYPES: Readonly<Record<DType, number>> = {
  float32: 1,
  uint8: 2,
  int32: 6,
  float64: 11,
};

/** The numbers of the attribute types. */
const FLOAT = 1, INTEGERS = 7;

/** The names of the input and the output of the graph. */
const INPUT = "x", OUTPUT = "y";

/** An operation with its names in the graph. */
interface Node extends Operation {
  readonly name: string;
  readonly constants: Readonly<Record<string, Tensor>>;
}

/**
 * The bytes of the ONNX file of a model, see {@link exportOnnx}.
 *
 * @example
 * ```ts
 * import { layers, sequential } from "mnist";
 * import { encodeOnnx } from "./onnx.ts";
 * import assert from "node:assert/strict";
 *
 * const model = sequential({ layers: [layers.dense({ inputShape: [784], units: 10 })] });
 * assert.ok(encodeOnnx(model).length > 4 * model.countParams());
 * ```
 */
export function encodeOnnx(model: Model): Uint8Array<ArrayBuffer> {
  const nodes = model.layers.flatMap(({ name, onnx }) =>
    onnx().map(({ constants = {}, ...operation }, k): Node => ({
      ...operation,
      name: `${name}.${k}`,
      constants: Object.fromEntries(
        Object.entries(constants).map(([key, tensor]) => [`${name}.${key}`, tensor]),
      ),
    }))
  );
  if (nodes.length === 0) nodes.push({ type: "Identity", name: "identity", constants: {} });
  const graph = [
    ...nodes.map((node, k) => message(1, ...nodeFields(node, k, nodes.length))),
    text(2, model.name),
    ...nodes.flatMap(({ constants }) => Object.entries(constants))
      .map(([name, tensor]) => message(5, ...tensorFields(name, tensor))),
    message(11, ...valueFields(INPUT, model.inputShape, model.dtype)),
    message(12, ...valueFields(OUTPUT, model.outputShape, model.dtype)),
  ];
  return encode(
    integer(1, IR_VERSION),
    text(2, "mnist course"),
    message(7, ...graph),
    message(8, text(1, ""), integer(2, OPSET)), // "" is the standard set of operations
  );
}

/** NodeProto: inputs, output, name, type and attributes of node k in the row. */
function nodeFields(node: Node, k: number, count: number): Field[] {
  const between = (i: number) => i === 0 ? INPUT : i === count ? OUTPUT : `between.${i}`;
  return [
    ...[between(k), ...Object.keys(node.constants)].map((name) => text(1, name)),
    text(2, between(k + 1)),
    text(3, node.name),
    text(4, node.type),
    ...Object.entries(node.attributes ?? {})
      .map(([name, value]) => message(5, ...attributeFields(name, value))),
  ];
}

/** AttributeProto: name, value and type. */
function attributeFields(name: string, value: number | readonly number[]): Field[] {
  return typeof value === "number"
    ? [text(1, name), float(2, value), integer(20, FLOAT)]
    : [text(1, name), ...value.map((item) => integer(8, item)), integer(20, INTEGERS)];
}

/** TensorProto: shape, type, name and numbers, row-major. */
function tensorFields(name: string, { shape, dtype, data }: Tensor): Field[] {
  return [
    ...shape.map((length) => integer(1, length)),
    integer(2, ELEMENT_TYPES[dtype]),
    text(8, name),
    bytes(9, new Uint8Array(data.buffer, data.byteOffset, data.byteLength)),
  ];
}

/** ValueInfoProto: name, type and shape of the input or output; the number of samples is open. */
function valueFields(name: string, shape: Shape, dtype: DType): Field[] {
  const dimensions = [
    message(1, text(2, "N")),
    ...shape.map((length) => message(1, integer(1, length))),
  ];
  const tensorType = message(1, integer(1, ELEMENT_TYPES[dtype]), message(2, ...dimensions));
  return [text(1, name), message(2, tensorType)];
}
