/** Layers: shapes in the types, and a layer of your own that no other file knows. */
import { deepEqual, equal, match, ok, throws } from "node:assert/strict";
import { type LayerSpec, type SameShape, type ShapeRule } from "../../../lib/model/layers/layer.ts";
import * as layers from "../../../lib/model/layers/mod.ts";
import { type Model, sequential } from "../../../lib/model/model.ts";
import { encodeOnnx } from "../../../lib/model/onnx.ts";
import type { Layer } from "../../../lib/nn/layers.ts";
import { ones, tensor } from "../../../lib/tensor/create.ts";
import type { Tensor } from "../../../lib/tensor/tensor.ts";
import { runOnnx } from "../../support/onnx.ts";

/** Compiles only when both types are the same. */
type Same<A, B> = (<T>() => T extends A ? 1 : 2) extends (<T>() => T extends B ? 1 : 2) ? true
  : false;
const same = <A, B>(yes: Same<A, B>) => ok(yes);

Deno.test("layers: input and output of a model are in its type", () => {
  const dense = layers.dense({ inputShape: [784], units: 10 });
  const vectors = sequential({
    layers: [dense, layers.dropout({ rate: 0.1 }), layers.batchNormalization()],
  });
  same<typeof vectors, Model<[784], [10]>>(true);
  const images = sequential({
    layers: [
      layers.rescaling({ inputShape: [28, 28], scale: 1 / 255 }),
      layers.activation({ activation: "tanh" }),
    ],
  });
  same<typeof images, Model<[28, 28], [28, 28]>>(true);
  const flat = sequential({ layers: [layers.flatten({ inputShape: [28, 28] })] });
  same<typeof flat, Model<[28, 28], [number]>>(true);
  const units: number = 3;
  const open = sequential({ layers: [layers.dense({ inputShape: [units], units })] });
  same<typeof open, Model<[number], [number]>>(true);
  const list: LayerSpec[] = [dense];
  const unknown = sequential({ layers: list });
  same<typeof unknown, Model>(true);
  const general: Model = vectors;
  deepEqual(general.outputShape, [10]);
});

interface Pairs extends ShapeRule {
  readonly output: this["input"] extends readonly [infer N extends number] ? [N, 2]
    : readonly number[];
}

/** [x] → [x·w, x·w]: a layer that changes the shape, with a weight and an ONNX operation. */
function pairs(): LayerSpec<readonly number[], Pairs> {
  class Scale implements Layer {
    readonly params: { w: Tensor };
    readonly grads: { w: Tensor };
    #x: Tensor = tensor([]);
    constructor(w: Tensor) {
      [this.params, this.grads] = [{ w }, { w }];
    }
    forward(x: Tensor): Tensor {
      this.#x = x;
      const y = x.mul<readonly number[]>(this.params.w).data;
      const twice = tensor([...y].flatMap((v) => [v, v]), x.dtype);
      return twice.reshape([...x.shape, 2]);
    }
    backward(dout: Tensor): Tensor {
      const dx = dout.sum(-1);
      this.grads.w = tensor([dx.mul<readonly number[]>(this.#x).sum()]);
      return dx.mul<readonly number[]>(this.params.w);
    }
  }
  return {
    type: "pairs",
    options: {},
    build({ input, dtype, weight }) {
      const part = new Scale(weight("w", [1], (shape) => ones(shape, dtype)));
      return {
        outputShape: [...input, 2],
        parts: [part],
        onnx: () => [{ type: "Mul", constants: { w: part.params.w } }],
      };
    },
  };
}

Deno.test("layers: one that no other file knows is built, typed, trained, listed and exported", async () => {
  const model = sequential({
    layers: [
      layers.activation({ inputShape: [3], activation: "linear" }),
      pairs(),
      layers.flatten(),
    ],
  });
  same<typeof model, Model<[3], [number]>>(true);
  const two = sequential({ layers: [layers.dropout({ inputShape: [3], rate: 0 }), pairs()] });
  same<typeof two, Model<[3], [3, 2]>>(true);
  model.compile({ optimizer: "sgd", loss: "meanSquaredError" });
  const x = tensor([[1, 2, 3]]), t = tensor([[2, 2, 4, 4, 6, 6]]);
  const { history } = await model.fit(x, t, { epochs: 300 });
  ok(history.loss[299] < 1e-6 && Math.abs(model.weights["pairs.w"].item() - 2) < 1e-3);
  match(String(model.summary()), /pairs \(pairs\) +\[N, 3, 2\] +1\n/);
  equal(runOnnx(encodeOnnx(two), x).shape[0], 1);
});

Deno.test("layers: the rule of a shape is checked by the compiler", () => {
  const wrong = () => {
    // @ts-expect-error 784 inputs, not 783
    const model: Model<[783], [10]> = sequential({
      layers: [layers.dense({ inputShape: [784], units: 10 })],
    });
    return model;
  };
  deepEqual(wrong().outputShape, [10]);
  const keeps: LayerSpec<readonly number[], SameShape> = layers.dropout({ rate: 0.5 });
  throws(() => sequential({ layers: [keeps] }), /expected an inputShape in the first layer/);
});
