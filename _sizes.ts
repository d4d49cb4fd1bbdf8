import { loadMnist, MnistTest, Random, trainEpoch } from "./lib/mod.ts";
const { xTrain, tTrain } = await loadMnist({ normalize: false });
const images = xTrain.rows(0, 55000), labels = tTrain.rows(0, 55000), xv = xTrain.rows(-5000), tv = tTrain.rows(-5000);
for (const [nodes, rate] of [[8, .01], [30, .01], [100, .01], [30, .1]]) { const found: number[] = [];
 for (const s of [1,2,3]) { const n = new MnistTest(784, nodes, 10, rate, new Random(s)); for await (const _ of trainEpoch(n, images, labels, { every: 5000 })); found.push(n.accuracy(xv, tv).accuracy); }
 console.log(nodes, rate, found); }
