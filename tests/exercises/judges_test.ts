/** Each judge on answers that are correct, wrong, of the wrong kind, or that break something. */
import assert from "node:assert/strict";
import fc from "fast-check";
import { Affine, Layer, Relu } from "../../lib/nn/layers.ts";
import { randn, tensor, zeros } from "../../lib/tensor/create.ts";
import { Tensor } from "../../lib/tensor/tensor.ts";
import { agree } from "../../exercises/agree.ts";
import { type Judgement, NotAnswered, todo } from "../../exercises/exercise.ts";
import {
  drawHiddenFrom,
  functionOf,
  layerOf,
  project,
  sentence,
  valueOf,
} from "../../exercises/judges.ts";
import type { Random } from "../../lib/tensor/random.ts";

/** What a judge says of an answer that the type checker would refuse. */
function untyped<Answer>(judge: (answer: Answer) => Judgement | Promise<Judgement>) {
  return async (answer: unknown): Promise<Judgement> => await Reflect.apply(judge, null, [answer]);
}

/** All that a student can read in a judgement. */
const said = (judgement: Judgement) => JSON.stringify(judgement);

const square = untyped(functionOf({
  correct: (x: Tensor<[number]>) => x.mul(x),
  draw: (random, index): [Tensor<[number]>] => [randn([index + 1], random)],
  mistakes: [[(x) => x.mul(2), "this is twice x"]],
}));

Deno.test("functionOf: correct, also as an async function", async () => {
  assert.equal((await square((x: Tensor) => x.mul(x))).kind, "correct");
  // deno-lint-ignore require-await -- a promise is what is tested
  assert.equal((await square(async (x: Tensor) => x.map((x) => x ** 2))).kind, "correct");
});

Deno.test("functionOf: a constant and a table of results do not pass", async () => {
  assert.equal((await square(() => tensor([1, 2]))).kind, "wrong");
  const table = new Map([[1, 1], [2, 4], [3, 9]]);
  const judgement = await square((x: Tensor) => x.map((x) => table.get(x) ?? 0));
  assert.equal(judgement.kind, "wrong");
});

Deno.test("functionOf: recognizes a mistake, and shows an example that fails", async () => {
  const judgement = await square((x: Tensor) => x.mul(2));
  assert.match(said(judgement), /this is twice x/);
  assert.match(said(judgement), /for \[\S+\] expected \[\S+\], found \[\S+\]/i);
});

const FORMS: readonly (readonly [string, unknown, RegExp])[] = [
  ["no function", 7, /expected a function, found 7/i],
  ["nothing returned", () => {}, /expected a tensor \[1\], found undefined/i],
  ["a number for a tensor", () => 1, /expected a tensor \[1\], found 1/i],
  ["another shape", (x: Tensor) => x.reshape([1, x.size]), /the shape \[1\], found \[1, 1\]/],
  ["NaN", (x: Tensor) => x.mul(NaN), /the result contains NaN/i],
  ["an error", () => Reflect.get(Object(undefined), "a").b, /your code throws TypeError/i],
  ["what is no error", () => Promise.reject(null), /your code throws null/i],
  [
    "a very long error",
    () => Promise.reject(new Error("x".repeat(1e5))),
    /your code throws Error/i,
  ],
  ["changes its argument", (x: Tensor) => {
    x.data.fill(0);
    return x;
  }, /changes its argument/i],
];
for (const [name, answer, expected] of FORMS) {
  Deno.test(`functionOf: ${name}`, async () => {
    const judgement = await square(answer);
    assert.equal(judgement.kind, "wrong");
    assert.match(said(judgement), expected);
    assert.ok(said(judgement).length < 1000);
  });
}

Deno.test("functionOf: todo() and an untouched function are unanswered", async () => {
  assert.equal((await square(() => todo())).kind, "unanswered");
  const judge = functionOf({
    correct: (x: number) => 2 * x,
    draw: (random): [number] => [random.uniform()],
    untouched: (x) => x,
  });
  assert.equal((await judge((x) => x)).kind, "unanswered");
  assert.equal((await judge((x) => x + 1)).kind, "wrong");
  assert.equal((await judge((x) => x + x)).kind, "correct");
});

Deno.test("functionOf: arrays and objects as arguments are copied", async () => {
  const judge = functionOf({
    correct: ({ list }: { list: number[] }) => list.length,
    draw: (_random, index): [{ list: number[] }] => [{ list: Array<number>(index).fill(1) }],
  });
  assert.equal((await judge(({ list }) => list.length)).kind, "correct");
  assert.match(said(await judge(({ list }) => list.push(0) - 1)), /changes its argument/i);
});

Deno.test("valueOf: correct, a known mistake, the wrong kind, NaN", async () => {
  const judge = untyped(valueOf(45_360, [[160, "only the biases"]]));
  assert.equal((await judge(45_360 + 1e-5)).kind, "correct");
  assert.match(said(await judge(160)), /only the biases/);
  assert.match(said(await judge("45360")), /expected a number, found/i);
  assert.match(said(await judge(NaN)), /is NaN/i);
  const shapes = untyped(valueOf(() => zeros([2, 3])));
  assert.match(said(await shapes(zeros([3, 2]))), /expected the shape \[2, 3\], found \[3, 2\]/i);
  assert.equal((await untyped(valueOf("Seven"))(" seven ")).kind, "correct");
});

class Mine extends Layer {
  #x: Tensor = zeros([1]);
  constructor(readonly slope: number, readonly back: (dout: Tensor, x: Tensor) => Tensor) {
    super();
  }
  forward(x: Tensor): Tensor {
    this.#x = x;
    return x.map((x) => x > 0 ? this.slope * x : 0);
  }
  backward(dout: Tensor): Tensor {
    return this.back(dout, this.#x);
  }
}

const reluOf = layerOf<() => Layer>({
  make: (make) => make(),
  correct: () => new Relu(),
  draw: (random) => randn([4, 3], random),
  mistakes: [
    [() => new Mine(1, (dout) => dout), "where x was below 0 the gradient is 0"],
    [() => new Mine(2, (dout) => dout), "the slope is 1"],
  ],
});
const step = (x: Tensor) => x.map((x) => Number(x > 0));

Deno.test("layerOf: a correct layer passes, mistakes in either direction are recognized", async () => {
  const correct = await reluOf(() => new Mine(1, (dout, x) => dout.mul(step(x))));
  assert.deepEqual(correct, { kind: "correct" });
  assert.match(said(await reluOf(() => new Mine(1, (dout) => dout))), /the gradient is 0/);
  assert.match(said(await reluOf(() => new Mine(2, (dout) => dout))), /the slope is 1/);
  const other = said(await reluOf(() => new Mine(1, (dout) => dout.mul(0))));
  assert.match(other, /backward gives 0, the numerical derivative/i);
  assert.match(
    said(await reluOf(() => new Mine(3, (dout) => dout))),
    /forward is not correct yet/i,
  );
});

Deno.test("layerOf: a forward that is correct once does not pass", async () => {
  class Once extends Layer {
    #calls = 0;
    forward(x: Tensor): Tensor {
      return this.#calls++ === 0 ? new Relu().forward(x) : x.mul(0);
    }
    backward(dout: Tensor): Tensor {
      return dout.mul(0);
    }
  }
  assert.equal((await reluOf(() => new Once())).kind, "wrong");
});

Deno.test("layerOf: the incoming gradient is not equal to the input", async () => {
  const judgement = await reluOf(() => new Mine(1, (dout) => dout.mul(step(dout))));
  assert.equal(judgement.kind, "wrong");
});

Deno.test("layerOf: a gradient of another shape is named as such", async () => {
  const rows = reluOf(() => new Mine(1, (dout) => dout.expect([4, 3]).sum(0)));
  assert.match(said(await rows), /expected the shape \[4, 3\], found \[3\]/i);
});

Deno.test("layerOf: the untouched layer is unanswered", async () => {
  const judge = layerOf<() => Layer>({
    make: (make) => make(),
    correct: () => new Relu(),
    draw: (random) => randn([4, 3], random),
    untouched: () => new Mine(1, (dout) => dout),
  });
  assert.deepEqual(await judge(() => new Mine(1, (dout) => dout)), { kind: "unanswered" });
  assert.equal((await judge(() => new Mine(2, (dout) => dout))).kind, "wrong");
});

Deno.test("layerOf: every parameter needs its gradient", async () => {
  const weights = (random: Random) => randn([3, 2], random);
  const judge = layerOf<(W: Tensor<[number, number]>) => Layer>({
    make: (make, random) => make(weights(random)),
    correct: (random) => new Affine(weights(random), zeros([2])),
    draw: (random) => randn([4, 3], random),
  });
  class NoGrads extends Layer {
    constructor(readonly W: Tensor<[number, number]>) {
      super();
    }
    forward(x: Tensor): Tensor {
      return x.dot(this.W);
    }
    backward(dout: Tensor): Tensor {
      return dout.dot(this.W.T);
    }
  }
  assert.match(said(await judge((W) => new NoGrads(W))), /does not store the gradient by W/i);
  assert.equal((await judge((W) => new Affine(W, zeros([2])))).kind, "correct");
  await assert.rejects(async () => await judge(() => todo()), NotAnswered);
});

Deno.test("sentence: kept when it is long enough", async () => {
  const judge = untyped(sentence(4));
  assert.equal((await judge("  ")).kind, "unanswered");
  assert.match(said(await judge("too short")), /at least 4 words, found 2/i);
  assert.deepEqual(await judge(" four words are enough "), {
    kind: "stored",
    text: "four words are enough",
  });
  assert.match(said(await judge(5)), /a sentence in quotes/i);
});

Deno.test("project: the score decides, and NaN is no score", async () => {
  const judge = project<number>((score) => score, () => 0.9);
  assert.equal((await judge(0.9)).kind, "correct");
  assert.match(said(await judge(0.5)), /at least 0.9, found 0.5/i);
  assert.equal((await judge(NaN)).kind, "wrong");
});

Deno.test("agree: reflexive for what JSON can hold, and sensitive to each part", () => {
  const value = fc.jsonValue().map((json) => structuredClone(json));
  fc.assert(fc.property(value, (json) => agree(structuredClone(json), json)));
  fc.assert(fc.property(value, (json) => !agree([json, 1], [json, 2])));
});

Deno.test("agree: a proxy whose length changes does not pass", () => {
  let reads = 0;
  const list = new Proxy([0, 0], {
    get: (target, key) => key === "length" ? [0, 2, 0][reads++ % 3] : Reflect.get(target, key),
  });
  for (let i = 0; i < 3; i++) assert.ok(!agree(list, [5, 6]));
  const fake = Object.create(Tensor.prototype, {
    shape: { value: [2] },
    data: { get: () => list },
  });
  for (let i = 0; i < 3; i++) assert.ok(!agree(fake, tensor([5, 6])));
});

Deno.test("a table of the hidden inputs does not pass when they are drawn anew, as graders do", async () => {
  const table = new Map<string, Tensor>();
  await square((x: Tensor) => {
    table.set(String(x), x.mul(x));
    return x;
  });
  const lookUp = (x: Tensor) => table.get(String(x)) ?? x;
  assert.equal((await square(lookUp)).kind, "correct");
  drawHiddenFrom(21);
  try {
    assert.equal((await square(lookUp)).kind, "wrong");
    assert.equal((await square((x: Tensor) => x.mul(x))).kind, "correct");
  } finally {
    drawHiddenFrom(20);
  }
});
