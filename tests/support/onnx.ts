/**
 * A small ONNX interpreter: decodes a file by the field numbers of onnx.proto and runs its operations
 * by their definitions in https://onnx.ai/onnx/operators. It shares no code with the writer.
 */
import assert from "node:assert/strict";
import type { Samples } from "../../lib/model/model.ts";
import { Tensor } from "../../lib/tensor/tensor.ts";
import type { StoredArray } from "./keras.ts";

/** The fields of a protobuf message by number: integers, float32 and bytes. */
type Message = ReadonlyMap<number, readonly (number | Uint8Array)[]>;

function decode(bytes: Uint8Array): Message {
  const fields = new Map<number, (number | Uint8Array)[]>();
  let at = 0;
  const varint = () => {
    let value = 0;
    for (let factor = 1;; factor *= 128) {
      const byte = bytes[at++];
      value += (byte & 127) * factor;
      if (byte < 128) return value;
    }
  };
  while (at < bytes.length) {
    const tag = varint(), field = Math.floor(tag / 8), wire = tag % 8;
    const values = fields.get(field) ?? [];
    fields.set(field, values);
    if (wire === 0) values.push(varint());
    else if (wire === 5) {
      values.push(new DataView(bytes.buffer, bytes.byteOffset + at).getFloat32(0, true));
      at += 4;
    } else {
      assert.equal(wire, 2);
      const length = varint();
      assert.ok(at + length <= bytes.length, "a field ends behind the file");
      values.push(bytes.subarray(at, at += length));
    }
  }
  return fields;
}

const bytesOf = (message: Message, field: number) =>
  (message.get(field) ?? []).map((value) => {
    assert.ok(value instanceof Uint8Array);
    return value;
  });
const textsOf = (message: Message, field: number) =>
  bytesOf(message, field).map((value) => new TextDecoder("utf-8", { fatal: true }).decode(value));
const messagesOf = (message: Message, field: number) => bytesOf(message, field).map(decode);
const numbersOf = (message: Message, field: number) =>
  (message.get(field) ?? []).map((value) => {
    assert.ok(typeof value === "number");
    return value;
  });

/** TensorProto, FLOAT or DOUBLE. */
function tensorOf(message: Message): Tensor {
  const [type] = numbersOf(message, 2), [raw] = bytesOf(message, 9), shape = numbersOf(message, 1);
  assert.ok(type === 1 || type === 11, `element type ${type}`);
  const buffer = raw.slice().buffer;
  return new Tensor(type === 1 ? new Float32Array(buffer) : new Float64Array(buffer), shape);
}

/** A graph, decoded and checked. */
export interface Graph {
  readonly name: string;
  readonly nodes: readonly {
    readonly type: string;
    readonly inputs: readonly string[];
    readonly output: string;
    readonly attributes: ReadonlyMap<string, number | readonly number[]>;
  }[];
  readonly constants: ReadonlyMap<string, Tensor>;
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
}

/** Decodes an ONNX file and checks what the format demands: versions, unique names, known types. */
export function decodeOnnx(file: Uint8Array): Graph {
  const model = decode(file), [graph] = messagesOf(model, 7), [opset] = messagesOf(model, 8);
  assert.deepEqual([numbersOf(model, 1), numbersOf(opset, 2), textsOf(opset, 1)], [[8], [15], [
    "",
  ]]);
  const names = messagesOf(graph, 1).flatMap((node) => textsOf(node, 3));
  assert.equal(new Set(names).size, names.length, "two nodes have the same name");
  const constants = messagesOf(graph, 5);
  const constantNames = constants.flatMap((constant) => textsOf(constant, 8));
  assert.equal(new Set(constantNames).size, constants.length, "two constants have the same name");
  return {
    name: textsOf(graph, 2)[0],
    nodes: messagesOf(graph, 1).map((node) => ({
      type: textsOf(node, 4)[0],
      inputs: textsOf(node, 1),
      output: textsOf(node, 2)[0],
      attributes: new Map(
        messagesOf(node, 5).map((attribute) => {
          const [type] = numbersOf(attribute, 20);
          const value = type === 1 ? numbersOf(attribute, 2)[0] : numbersOf(attribute, 8);
          assert.ok(type === 1 || type === 7, `attribute type ${type}`);
          return [textsOf(attribute, 1)[0], value];
        }),
      ),
    })),
    constants: new Map(constants.map((constant, k) => [constantNames[k], tensorOf(constant)])),
    inputs: messagesOf(graph, 11).flatMap((value) => textsOf(value, 1)),
    outputs: messagesOf(graph, 12).flatMap((value) => textsOf(value, 1)),
  };
}

type Attributes = ReadonlyMap<string, number | readonly number[]>;

/** A list of integers among the attributes. */
function listOf(attributes: Attributes, name: string): readonly number[] {
  const list = attributes.get(name);
  assert.ok(typeof list === "object", `a list ${name}`);
  return list;
}

/**
 * For each output [N, ?, rows, columns] of a window operation, the numbers of x [N, C, H, W] that its
 * window covers, by channel: those outside the image are undefined.
 */
function windows(
  x: Tensor,
  attributes: Attributes,
  channels: number,
  result: (covered: (c: number) => (number | undefined)[], c: number, n: number) => number,
): Tensor {
  const [images, , height, width] = x.shape, [kh, kw] = listOf(attributes, "kernel_shape");
  const [sy, sx] = listOf(attributes, "strides");
  const [top, left, bottom, right] = listOf(attributes, "pads");
  const rows = Math.floor((height + top + bottom - kh) / sy) + 1;
  const columns = Math.floor((width + left + right - kw) / sx) + 1, out: number[] = [];
  for (let n = 0; n < images; n++) {
    for (let f = 0; f < channels; f++) {
      for (let i = 0; i < rows; i++) {
        for (let j = 0; j < columns; j++) {
          const covered = (c: number) =>
            Array.from({ length: kh * kw }, (_, tap) => {
              const y = i * sy - top + Math.floor(tap / kw), z = j * sx - left + tap % kw;
              const isInside = y >= 0 && y < height && z >= 0 && z < width;
              return isInside ? x.data[((n * x.shape[1] + c) * height + y) * width + z] : undefined;
            });
          out.push(result(covered, f, n));
        }
      }
    }
  }
  return new Tensor(Float64Array.from(out), [images, channels, rows, columns]);
}

type Run = (
  x: Tensor,
  constants: readonly Tensor[],
  attributes: Attributes,
) => Tensor;

const OPERATIONS: Readonly<Record<string, Run>> = {
  Identity: (x) => x,
  Flatten: (x) => x.reshape([x.shape[0], x.size / x.shape[0]]),
  MatMul: (x, [W]) => x.expect([-1, -1]).dot(W.expect([-1, -1])),
  Add: (x, [b]) => x.add<readonly number[]>(b),
  Mul: (x, [b]) => x.mul<readonly number[]>(b),
  Relu: (x) => x.map((v) => v < 0 ? 0 : v),
  Sigmoid: (x) => x.map((v) => 1 / (1 + Math.exp(-v))),
  Tanh: (x) => x.map(Math.tanh),
  Softmax: (x) => {
    const length = x.shape[x.ndim - 1], e = Float64Array.from(x.data, Math.exp);
    const sums = Array.from({ length: x.size / length }, (_, row) => {
      return e.subarray(row * length, (row + 1) * length).reduce((sum, v) => sum + v, 0);
    });
    return new Tensor(e.map((v, i) => v / sums[Math.floor(i / length)]), x.shape);
  },
  Transpose: (x, _, attributes) => x.transpose(...listOf(attributes, "perm")).copy(),
  Conv: (x, [W, b], attributes) =>
    windows(x, attributes, b.size, (covered, f) => {
      let sum = b.data[f];
      for (let c = 0; c < W.shape[1]; c++) {
        const w = W.at(f, c).flatten().data;
        covered(c).forEach((value, tap) => sum += w[tap] * (value ?? 0));
      }
      return sum;
    }),
  MaxPool: (x, _, attributes) =>
    windows(
      x,
      attributes,
      x.shape[1],
      (covered, c) => Math.max(...covered(c).filter((value) => value !== undefined)),
    ),
  AveragePool: (x, _, attributes) =>
    windows(x, attributes, x.shape[1], (covered, c) => {
      const inside = covered(c).filter((value) => value !== undefined);
      return inside.reduce((a, b) => a + b) / inside.length;
    }),
  GlobalAveragePool: (x) => x.mean(-1).mean(-1).reshape([x.shape[0], x.shape[1], 1, 1]),
  BatchNormalization: (x, [scale, bias, mean, variance], attributes) => {
    const epsilon = Number(attributes.get("epsilon") ?? 1e-5), width = x.shape[1];
    const at = (t: Tensor, i: number) => t.data[i % width];
    return new Tensor(
      Float64Array.from(
        x.data,
        (v, i) =>
          at(scale, i) * (v - at(mean, i)) / Math.sqrt(at(variance, i) + epsilon) + at(bias, i),
      ),
      x.shape,
    );
  },
};

/** The output of an ONNX file for an input, in float64. */
export function runOnnx(file: Uint8Array, x: Tensor): Tensor {
  const graph = decodeOnnx(file);
  assert.deepEqual([graph.inputs, graph.outputs], [["x"], ["y"]]);
  const values = new Map<string, Tensor>([...graph.constants, ["x", x.astype("float64")]]);
  for (const { type, inputs, output, attributes } of graph.nodes) {
    const [first, ...rest] = inputs.map((name) => {
      const value = values.get(name);
      assert.ok(value, `${type} uses ${name}, which no node before it computes`);
      return value;
    });
    assert.ok(type in OPERATIONS, `unknown operation ${type}`);
    values.set(output, OPERATIONS[type](first, rest, attributes));
  }
  const y = values.get("y");
  assert.ok(y, "no node computes y");
  return y;
}

/** Why onnxruntime is unavailable, or undefined. */
export async function missingOnnxruntime(): Promise<string | undefined> {
  const why = "needs Python with onnxruntime: pip install onnxruntime";
  try {
    const { success } = await new Deno.Command("python3", {
      args: ["-c", "import onnxruntime"],
      stdout: "null",
      stderr: "null",
    }).output();
    return success ? undefined : why;
  } catch {
    return why;
  }
}

/** The output of onnxruntime for samples. */
export async function onnxruntime(
  path: string,
  x: Samples,
): Promise<StoredArray & { names: string[] }> {
  const script = new URL("../fixtures/run_onnx.py", import.meta.url);
  const child = new Deno.Command("python3", {
    args: [Deno.build.os === "windows" ? script.pathname.slice(1) : script.pathname, path],
    stdin: "piped",
    stdout: "piped",
  }).spawn();
  const writer = child.stdin.getWriter();
  await writer.write(new TextEncoder().encode(
    JSON.stringify({ shape: x.shape, data: [...x.data] }),
  ));
  await writer.close();
  const { success, stdout } = await child.output();
  assert.ok(success, "onnxruntime refused the file");
  return JSON.parse(new TextDecoder().decode(stdout));
}
