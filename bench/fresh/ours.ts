/** A fresh process: `ours.ts import|load|train`, prints seconds and the peak of its memory. */
const begin = performance.now(), work = Deno.args[0];
const course = await import("../../lib/mod.ts");
if (work !== "import") {
  const { xTrain, tTrain, xTest } = await course.loadMnist({ source: "mnist" });
  if (xTest.size + xTrain.size !== 70_000 * 784) throw new Error("bench: expected MNIST");
  if (work === "train") {
    const { layers } = course,
      model = course.sequential({
        layers: [
          layers.dense({ inputShape: [784], units: 128, activation: "relu" }),
          layers.dropout({ rate: 0.2 }),
          layers.dense({ units: 10, activation: "softmax" }),
        ],
      });
    model.compile({
      optimizer: "adam",
      loss: "sparseCategoricalCrossentropy",
      metrics: ["accuracy"],
    });
    await model.fit(xTrain, tTrain, { epochs: 2 });
  }
}
const seconds = (performance.now() - begin) / 1000;
const status = await Deno.readTextFile("/proc/self/status").catch(() => "");
const peak = Number(/VmHWM:\s+(\d+)/.exec(status)?.[1]) / 1024;
console.log(JSON.stringify({ seconds, peak }));
