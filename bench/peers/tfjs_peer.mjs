/** tfjs on its WebAssembly backend, one thread; the packages are in the folder that this starts in. */
import { createRequire } from "node:module";
import fs from "node:fs";
import path from "node:path";
import process from "node:process";
import { createInterface } from "node:readline";

// The course's own lock file must not know these packages, so there is no import that Deno could see.
const require = createRequire(path.join(process.cwd(), "index.js"));
const tf = require("@tensorflow/tfjs");
const { setThreadsCount, setWasmPaths } = require("@tensorflow/tfjs-backend-wasm");
const binary = require.resolve("@tensorflow/tfjs-backend-wasm/dist/tfjs-backend-wasm.wasm");
setWasmPaths(path.dirname(binary) + "/");
setThreadsCount(1);
await tf.setBackend("wasm");

const bytes = (name) => new Uint8Array(fs.readFileSync(path.join(process.env.BENCH_DATA, name)));
const floats = (name) => new Float32Array(bytes(`${name}.f32`).buffer);
const pixels = (name) => Float32Array.from(bytes(`${name}_images.u8`), (v) => v / 255);
const SHAPES = { W1: [784, 50], b1: [50], W2: [50, 100], b2: [100], W3: [100, 10], b3: [10] };

function inference(batch) {
  return () => {
    const x = pixels("test");
    const w = Object.fromEntries(
      Object.entries(SHAPES).map(([name, shape]) => [name, tf.tensor(floats(name), shape)]),
    );
    const predict = (x) => {
      const z1 = tf.sigmoid(tf.add(tf.matMul(x, w.W1), w.b1));
      const z2 = tf.sigmoid(tf.add(tf.matMul(z1, w.W2), w.b2));
      return tf.softmax(tf.add(tf.matMul(z2, w.W3), w.b3));
    };
    return () => {
      let digits = "";
      for (let i = 0; i < 10_000; i += batch) {
        const part = tf.tidy(() =>
          tf.argMax(predict(tf.tensor2d(x.subarray(i * 784, (i + batch) * 784), [batch, 784])), 1)
            .dataSync()
        );
        digits += part.join("");
      }
      return digits;
    };
  };
}

function epoch(layers, optimizer, batchSize) {
  return () => {
    const x = tf.tensor(pixels("train"), [60_000, 784]);
    const t = tf.tensor1d(Float32Array.from(bytes("train_labels.u8")));
    const model = tf.sequential({ layers: layers() });
    model.compile({
      optimizer: optimizer(),
      loss: "sparseCategoricalCrossentropy",
      metrics: ["accuracy"],
    });
    return async () => {
      const { history } = await model.fit(x, t, { epochs: 1, batchSize, verbose: 0 });
      return [history.loss[0], history.acc[0]];
    };
  };
}

const { dense, dropout } = tf.layers;
// Not the convolutional network: this backend has no kernel for the gradient of filters.
const works = {
  "inference 1 float32": inference(1),
  "inference 100 float32": inference(100),
  "inference 1000 float32": inference(1000),
  "epoch sgd": epoch(
    () => [
      dense({ inputShape: [784], units: 50, activation: "relu" }),
      dense({ units: 10, activation: "softmax" }),
    ],
    () => tf.train.sgd(0.1),
    100,
  ),
  "epoch adam": epoch(
    () => [
      dense({ inputShape: [784], units: 128, activation: "relu" }),
      dropout({ rate: 0.2 }),
      dense({ units: 10, activation: "softmax" }),
    ],
    () => tf.train.adam(),
    32,
  ),
};

console.log(JSON.stringify({ name: `tfjs ${tf.version.tfjs} wasm`, works: Object.keys(works) }));
const ready = {};
for await (const line of createInterface({ input: process.stdin })) {
  const run = ready[line] ??= works[line]();
  const begin = performance.now(), used = process.cpuUsage(), answer = await run();
  const { user, system } = process.cpuUsage(used);
  const seconds = (performance.now() - begin) / 1000;
  console.log(JSON.stringify({ seconds, cpu: (user + system) / 1e6, answer }));
}
