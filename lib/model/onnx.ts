/**
 * ONNX, the format in which networks move from one program to another: the layers as a graph of
 * standard operations, with the weights (https://onnx.ai/onnx/repo-docs/IR.html).
 *
 * The numbers of fields and types below are those of onnx.proto.
 */
import { BatchNormalization } from "../nn/batch_normalization.ts";
import { Dropout } from "../nn/dropout.ts";
import {
  Affine,
  Flatten,
  type Layer,
  Relu,
  Rescaling,
  Sigmoid,
  Softmax,
  Tanh,
} from "../nn/layers.ts";
import type { Model } from "./model.ts";
import type { ModelDType } from "./build.ts";
import type { Shape } from "../tensor/shape.ts";
import { Tensor } from "../tensor/tensor.ts";
import { writeFile } from "../support/files.ts";
import { projectPath } from "../support/paths.ts";
import { bytes, encode, type Field, float, integer, message, text } from "./protobuf.ts";

/** The version of the file format, and of the set of operations. */
const IR_VERSION = 8, OPSET = 15;

/** onnx.proto's numbers of the element types. */
const ELEMENT_TYPES = { float32: 1, float64: 11 } as const;

/** How the graph calls what goes in and what comes out. */
const INPUT = "x", OUTPUT = "y";

/**
 * Writes a trained model as an ONNX file, which onnxruntime and many others run. The input is `x`
 * [N, ...inputShape], the output `y` [N, ...outputShape], in the model's dtype. The file is written
 * whole or not at all.
 * @param path a relative one is taken from the project's folder; missing folders are made.
 */
export async function exportOnnx(model: Model, path: string): Promise<void> {
  const file = encodeOnnx(model);
  await writeFile(projectPath(path), file);
}

/** The bytes of the ONNX file of a model. */
export function encodeOnnx(model: Model): Uint8Array<ArrayBuffer> {
  const nodes = model.layers.flatMap(({ name, parts }) =>
    parts.flatMap((part, k) => operations(part, k === 0 ? name : `${name}.${k}`, model.dtype))
  );
  if (nodes.length === 0) nodes.push({ type: "Identity", name: "identity" });
  const graph = [
    ...nodes.map((node, k) => message(1, ...nodeFields(node, k, nodes.length))),
    text(2, model.name),
    ...nodes.flatMap(({ constants = {} }) => Object.entries(constants))
      .map(([name, tensor]) => message(5, ...tensorFields(name, tensor, model.dtype))),
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

/** One operation of the graph. All are in a row: each takes what the one before gave. */
interface Operation {
  readonly type: string;
  readonly name: string;
  /** Its other operands, by name. */
  readonly constants?: Readonly<Record<string, Tensor>>;
  readonly attributes?: readonly Field[];
}

/** The operations of a layer as it is after training. */
function operations(layer: Layer, name: string, dtype: ModelDType): Operation[] {
  if (layer instanceof Dropout) return []; // leaves nothing out any more
  if (layer instanceof Flatten) return [{ type: "Flatten", name }];
  if (layer instanceof Relu) return [{ type: "Relu", name }];
  if (layer instanceof Sigmoid) return [{ type: "Sigmoid", name }];
  if (layer instanceof Tanh) return [{ type: "Tanh", name }];
  if (layer instanceof Softmax) return [{ type: "Softmax", name }];
  if (layer instanceof Affine) {
    const { W, b } = layer.params;
    return [
      { type: "MatMul", name: `${name}.dot`, constants: { [`${name}.W`]: W } },
      { type: "Add", name: `${name}.add`, constants: { [`${name}.b`]: b } },
    ];
  }
  if (layer instanceof Rescaling) {
    const constant = (value: number) => new Tensor(Float64Array.of(value), []).astype(dtype);
    return [
      { type: "Mul", name: `${name}.mul`, constants: { [`${name}.scale`]: constant(layer.scale) } },
      {
        type: "Add",
        name: `${name}.add`,
        constants: { [`${name}.offset`]: constant(layer.offset) },
      },
    ];
  }
  if (layer instanceof BatchNormalization) {
    const { gamma, beta } = layer.params, { mean, variance } = layer.state;
    return [{
      type: "BatchNormalization",
      name,
      constants: {
        [`${name}.gamma`]: gamma,
        [`${name}.beta`]: beta,
        [`${name}.mean`]: mean,
        [`${name}.variance`]: variance,
      },
      attributes: [message(5, text(1, "epsilon"), float(2, layer.epsilon), integer(20, 1))],
    }];
  }
  throw new TypeError(`exportOnnx: expected a layer that ONNX knows, found "${name}"`);
}

/** NodeProto: where it takes its operands from, and how it calls its result. */
function nodeFields(node: Operation, k: number, count: number): Field[] {
  const { type, name, constants = {}, attributes = [] } = node;
  const between = (i: number) => i === 0 ? INPUT : i === count ? OUTPUT : `between.${i}`;
  return [
    ...[between(k), ...Object.keys(constants)].map((operand) => text(1, operand)),
    text(2, between(k + 1)),
    text(3, name),
    text(4, type),
    ...attributes,
  ];
}

/** TensorProto: shape, type, name, and the numbers as they lie in memory. */
function tensorFields(name: string, tensor: Tensor, dtype: ModelDType): Field[] {
  const { data } = tensor;
  return [
    ...tensor.shape.map((length) => integer(1, length)),
    integer(2, ELEMENT_TYPES[dtype]),
    text(8, name),
    bytes(9, new Uint8Array(data.buffer, data.byteOffset, data.byteLength)),
  ];
}

/** ValueInfoProto: type and shape of input or output; the number of samples is open. */
function valueFields(name: string, shape: Shape, dtype: ModelDType): Field[] {
  const dimensions = [
    message(1, text(2, "N")),
    ...shape.map((length) => message(1, integer(1, length))),
  ];
  const tensorType = message(1, integer(1, ELEMENT_TYPES[dtype]), message(2, ...dimensions));
  return [text(1, name), message(2, tensorType)];
}
