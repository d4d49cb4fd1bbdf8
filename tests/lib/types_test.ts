/**
 * What the compiler knows of shapes. Most of this file is proved by `deno check`: a wrong type is an
 * error, and so is an `@ts-expect-error` above a line that compiles. Nothing here runs but the last
 * test, which asks the compiler for its message.
 */
import assert from "node:assert/strict";
import { fileURLToPath } from "node:url";
import {
  arange,
  oneHot,
  type Shape,
  sigmoid,
  softmax,
  Tensor,
  tensor,
  zeros,
} from "../../lib/mod.ts";

type Equal<A, B> = (<T>() => T extends A ? 1 : 2) extends (<T>() => T extends B ? 1 : 2) ? true
  : false;
/** `is<Expected>()(value)` compiles when the type of `value` is exactly `Expected`. */
const is = <E>() => <V>(_value: V, ..._same: Equal<V, E> extends true ? [] : [never, V]) => {};

export function shapesInTheTypes(n: number, either: 784 | 50, open: Tensor): void {
  const x = zeros([100, 784]), W = zeros([784, 50]), W2 = zeros([50, 100]);
  const b = zeros([50]), v = zeros([784]), xn = zeros([n, 784]), Wn = zeros([n, 50]);

  // Creation.
  is<Tensor<[100, 784]>>()(x);
  is<Tensor<[number, 784]>>()(xn);
  is<Tensor<[2, 3]>>()(tensor([[1, 2, 3], [4, 5, 6]]));
  is<Tensor<[number]>>()(tensor([] as number[]));
  is<Tensor<[number]>>()(tensor(new Float32Array(3)));
  is<Tensor<[]>>()(tensor(5));
  is<Tensor<[number]>>()(arange(5));
  is<100>()(x.shape[0]);
  is<Tensor<[784, 10]>>()(zeros([x.shape[1], 10]));
  is<Tensor<[number, 10]>>()(oneHot(arange(n), 10));

  // The product.
  is<Tensor<[100, 50]>>()(x.dot(W));
  is<Tensor<[number, 50]>>()(xn.dot(W));
  is<Tensor<[100, 50]>>()(x.dot(Wn));
  is<Tensor<[100]>>()(x.dot(v));
  is<Tensor<[50]>>()(v.dot(W));
  is<number>()(v.dot(v));
  is<Tensor<[100, 10]>>()(x.dot(W).dot(zeros([50, 10])));
  is<Tensor<[...number[], 50]>>()(open.dot(W));
  x.dot(open);
  x.dot(zeros([either, 10])); // one of the two is right: left to run time
  // @ts-expect-error 784 and 50: the mistake every beginner makes
  x.dot(W2);
  // @ts-expect-error a vector too short
  v.dot(W2);
  // @ts-expect-error written in place
  x.dot(zeros([50, 10]));
  // @ts-expect-error a batch of unknown size has known columns all the same
  xn.dot(W2);

  // Broadcasting.
  is<Tensor<[100, 50]>>()(x.dot(W).add(b));
  is<Tensor<[100, 784]>>()(x.sub(zeros([100, 1])));
  is<Tensor<[100, 784]>>()(x.mul(2));
  is<Tensor<[100, 784]>>()(v.add(x));
  is<Tensor<[3, 4]>>()(zeros([3, 1]).add(zeros([1, 4])));
  is<Tensor<[8, 7, 6, 5]>>()(zeros([8, 1, 6, 1]).mul(zeros([7, 1, 5])));
  is<Tensor<[100, 784]>>()(xn.add(x));
  is<Tensor<Shape>>()(open.add(x));
  // @ts-expect-error [100, 784] + [50]
  x.add(b);
  // @ts-expect-error [100, 784] - [100]: NumPy aligns from the right
  x.sub(zeros([100]));
  // @ts-expect-error in any number of dimensions
  zeros([8, 3, 6]).add(zeros([4, 6]));

  // Equal shapes keep their type, also where the shape is a type parameter.
  function formulas<S extends Shape, N extends number, C extends number>(
    x: Tensor<S>,
    y: Tensor<S>,
    batch: Tensor<[N, C]>,
    anyBatch: Tensor<[number, C]>,
    row: Tensor<[C]>,
  ) {
    is<Tensor<S>>()(x.mul(y));
    is<Tensor<S>>()(x.mul(y).sub(x.div(2)).add(y.map(Math.exp)));
    is<Tensor<[N, C]>>()(batch.add(batch));
    is<Tensor<[N, C]>>()(batch.sub(row).div(row).add(batch));
    is<Tensor<[number, C]>>()(anyBatch.mul(row).add(row));
    is<Tensor<[C]>>()(anyBatch.mul(anyBatch).mean(0));
    is<Tensor<[C]>>()(row.mul(0.99).add(anyBatch.mean(0)));
    // @ts-expect-error a shape of the caller's choice is not always [2, 3]
    const wrong: Tensor<[2, 3]> = x.mul(y);
    return wrong;
  }
  is<Tensor<[2, 3]>>()(formulas(x, x, x, x, v));
  is<Tensor<Shape>>()(open.sub(open.mul(open)));
  is<number>()(open.sub(open).mean());

  // Other shapes.
  is<Tensor<[number, 784]>>()(zeros([n, 1, 28, 28]).reshape([-1, 784]));
  is<Tensor<[28, 28]>>()(v.reshape([28, 28]));
  is<Tensor<[784, 100]>>()(x.T);
  is<Tensor<[10, 28, 28, 1]>>()(zeros([10, 1, 28, 28]).transpose(0, 2, 3, 1));
  is<Tensor<[number, 784]>>()(x.rows(0, 10));
  is<Tensor<[number, 784]>>()(x.take([3, 1]));
  is<Tensor<[784]>>()(x.at(0));
  is<number>()(x.at(0, 0));
  is<number>()(v.at(0));
  is<Tensor<[100, number]>>()(x.slice(null, [0, 10]));
  is<Tensor<[number, 784]>>()(x.slice([0, 10]));
  is<Tensor<[number, 784]>>()(open.expect([-1, 784]));
  for (const row of x) is<Tensor<[784]>>()(row);

  // Folding an axis.
  is<number>()(x.sum());
  is<Tensor<[784]>>()(x.sum(0));
  is<Tensor<[100]>>()(x.max(-1));
  is<number>()(v.mean(0));
  is<Tensor<[100, 1]>>()(x.max(1, true));
  is<Tensor<[1, 1]>>()(x.max(undefined, true));
  is<Tensor<[100]>>()(x.argmax(1));
  is<Tensor<[2, 4]>>()(zeros([2, 3, 4]).sum(1));
  is<Tensor<Shape>>()(open.sum(0, true));

  // Functions of one's own.
  function predict(x: Tensor<[number, 784]>): Tensor<[number, 10]> {
    return softmax(sigmoid(x.dot(W).add(b)).dot(zeros([50, 10])));
  }
  is<Tensor<[number, 10]>>()(predict(x));
  // @ts-expect-error these are weights, not images
  predict(W);
  // @ts-expect-error a tensor of unknown shape must say what it is: open.expect([-1, 784])
  predict(open);
  predict(open.expect([-1, 784]));
  function forward<N extends number>(x: Tensor<[N, 784]>): Tensor<[N, 50]> {
    return sigmoid(x.dot(W).add(b));
  }
  is<Tensor<[100, 50]>>()(forward(x));
  // @ts-expect-error a shape is not another
  const wrong: Tensor<[50, 784]> = x;
  void wrong;
}

Deno.test("a wrong shape reads as one sentence in the editor", async () => {
  const root = new URL("../..", import.meta.url);
  const file = await Deno.makeTempFile({ suffix: ".ts" });
  try {
    const lib = new URL("lib/mod.ts", root).href;
    await Deno.writeTextFile(
      file,
      `import { zeros } from "${lib}";\nzeros([100, 784]).dot(zeros([50, 100]));\n` +
        "zeros([100, 784]).add(zeros([50]));\n",
    );
    const { success, stderr } = await new Deno.Command(Deno.execPath(), {
      args: ["check", "--quiet", "--config", fileURLToPath(new URL("deno.json", root)), file],
      env: { NO_COLOR: "1" },
    }).output();
    assert.equal(success, false);
    const message = new TextDecoder().decode(stderr);
    const sentence = (type: string, parameter: string) =>
      `Argument of type '${type}' is not assignable to parameter of type '${parameter}'.\nzeros(`;
    for (
      const expected of [
        sentence("Tensor<[50, 100]>", '"dot: inner dimensions differ, 784 and 50"'),
        sentence("Tensor<[50]>", 'number | "broadcast: dimensions differ, 784 and 50"'),
      ]
    ) assert.ok(message.includes(expected), message);
    assert.equal(message.match(/TS\d+/g)?.length, 2, message); // one message for each mistake
  } finally {
    await Deno.remove(file);
  }
});
