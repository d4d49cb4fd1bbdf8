/** The course itself, with the calls of the notebooks, as a peer: see peer.py for the protocol. */
import { createInterface } from "node:readline";
import process from "node:process";
import {
  drawDigits,
  layers,
  MnistTest,
  Random,
  sequential,
  SGD,
  sigmoid,
  softmax,
  Tensor,
  trainEpoch,
} from "../../lib/mod.ts";

type DType = "float32" | "float64";
type Work = () => unknown;

const folder = process.env.BENCH_DATA ?? "";
const bytes = (name: string) => Deno.readFileSync(`${folder}/${name}.u8`);
const floats = (name: string) =>
  new Float32Array(Deno.readFileSync(`${folder}/${name}.f32`).buffer);

function pixels(name: "train" | "test", dtype: DType): Tensor<[number, 784]> {
  const raw = bytes(`${name}_images`);
  return new Tensor(raw, [raw.length / 784, 784]).astype(dtype).div(255).expect([-1, 784]);
}

/** The network of chapter 03. */
function network(dtype: DType) {
  const W1 = new Tensor(floats("W1"), [784, 50]).astype(dtype);
  const b1 = new Tensor(floats("b1"), [50]).astype(dtype);
  const W2 = new Tensor(floats("W2"), [50, 100]).astype(dtype);
  const b2 = new Tensor(floats("b2"), [100]).astype(dtype);
  const W3 = new Tensor(floats("W3"), [100, 10]).astype(dtype);
  const b3 = new Tensor(floats("b3"), [10]).astype(dtype);
  return {
    one(x: Tensor<[784]>) {
      const z1 = sigmoid(x.dot(W1).add(b1));
      const z2 = sigmoid(z1.dot(W2).add(b2));
      return softmax(z2.dot(W3).add(b3));
    },
    many(x: Tensor<[number, 784]>) {
      const z1 = sigmoid(x.dot(W1).add(b1));
      const z2 = sigmoid(z1.dot(W2).add(b2));
      return softmax(z2.dot(W3).add(b3));
    },
  };
}

function inference(batch: number, dtype: DType): () => Work {
  return () => {
    const { one, many } = network(dtype), images = pixels("test", dtype);
    return () => {
      let digits = "";
      if (batch === 1) { for (const image of images) digits += one(image).argmax(); }
      else {
        for (let i = 0; i < images.shape[0]; i += batch) {
          digits += many(images.rows(i, i + batch)).argmax(1).data.join("");
        }
      }
      return digits;
    };
  };
}

function epoch(units: number, batchSize: number, isAdam: boolean): () => Work {
  return () => {
    const x = pixels("train", "float32"), t = new Tensor(bytes("train_labels"), [60_000]);
    const hidden = layers.dense({ inputShape: [784], units, activation: "relu" });
    const output = layers.dense({ units: 10, activation: "softmax" });
    const model = sequential({
      seed: 1,
      layers: isAdam ? [hidden, layers.dropout({ rate: 0.2 }), output] : [hidden, output],
    });
    model.compile({
      optimizer: isAdam ? "adam" : new SGD({ learningRate: 0.1 }),
      loss: "sparseCategoricalCrossentropy",
      metrics: ["accuracy"],
    });
    return async () => {
      const { history } = await model.fit(x, t, { batchSize });
      return [history.loss[0], history.accuracy[0]];
    };
  };
}

/** The lecture's training by numerical derivative. */
function lecture(count: number): () => Work {
  return () => {
    const images = new Tensor(bytes("train_images"), [60_000, 784]);
    const labels = new Tensor(bytes("train_labels"), [60_000]);
    return async () => {
      const network = new MnistTest(784, 30, 10, 0.01, new Random(1));
      for await (
        const _ of trainEpoch(
          network,
          images.rows(0, count).expect([-1, 784]),
          labels.rows(0, count).expect([-1]),
        )
      );
      return null;
    };
  };
}

/** The network of chapter 09. */
function convolution(): Work {
  const x = pixels("train", "float32").reshape([60_000, 28, 28, 1]);
  const t = new Tensor(bytes("train_labels"), [60_000]);
  const model = sequential({
    seed: 1,
    layers: [
      layers.conv2d({ inputShape: [28, 28, 1], filters: 32, kernelSize: 3, activation: "relu" }),
      layers.maxPooling2d(),
      layers.conv2d({ filters: 64, kernelSize: 3, activation: "relu" }),
      layers.maxPooling2d(),
      layers.flatten(),
      layers.dropout({ rate: 0.5 }),
      layers.dense({ units: 10, activation: "softmax" }),
    ],
  });
  model.compile({
    optimizer: "adam",
    loss: "sparseCategoricalCrossentropy",
    metrics: ["accuracy"],
  });
  return async () => {
    const { history } = await model.fit(x, t, { batchSize: 128 });
    return [history.loss[0], history.accuracy[0]];
  };
}

const works: Record<string, () => Work> = {
  "epoch convolution": convolution,
  "epoch sgd": epoch(50, 100, false),
  "epoch adam": epoch(128, 32, true),
  "drawing": () => () => void drawDigits({ train: 60_000, test: 10_000 }),
};
for (const dtype of ["float32", "float64"] as const) {
  for (const batch of [1, 100, 1000]) {
    works[`inference ${batch} ${dtype}`] = inference(batch, dtype);
  }
}
for (const size of [1, 4, 16, 64, 256, 1000]) {
  works[`growth batch ${size}`] = inference(size, "float32");
}
for (const count of [1000, 2000, 4000, 8000]) works[`growth samples ${count}`] = lecture(count);
for (const size of [16, 32, 64, 128, 256, 512]) {
  works[`growth hidden ${size}`] = epoch(size, 32, true);
}

const ready: Record<string, Work> = {};
console.log(JSON.stringify({ name: `ours, Deno ${Deno.version.deno}`, works: Object.keys(works) }));
for await (const line of createInterface({ input: process.stdin })) {
  const run = ready[line] ??= works[line]();
  const begin = performance.now(), used = process.cpuUsage(), answer = await run();
  const { user, system } = process.cpuUsage(used);
  const seconds = (performance.now() - begin) / 1000;
  console.log(JSON.stringify({ seconds, cpu: (user + system) / 1e6, answer: answer ?? null }));
}
