import assert from "node:assert/strict";
import { announceData, record, SCRAP_MIME } from "../../../lib/notebook/record.ts";
import { METADATA_MIME } from "../../../lib/support/display.ts";
import { tensor, zeros } from "../../../lib/tensor/create.ts";
import { sentBy, textsOf } from "../../support/channel.ts";

/** What `record` stores for a value. */
async function stored(value: unknown): Promise<unknown> {
  const [{ bundle }] = await sentBy(() => record("x", value));
  return JSON.parse(JSON.stringify(bundle[SCRAP_MIME])).data;
}

Deno.test("record: displays the name and the value", async () => {
  assert.deepEqual(
    await textsOf(async () => {
      await record("accuracy", 0.9352);
      await record("trainShape", [60000, 784]);
      await record("loss", NaN);
      await record("source", "mnist");
      await record("b", tensor([1, 2]));
    }),
    ["accuracy: 0.9352", "trainShape: [ 60000, 784 ]", "loss: NaN", "source: mnist", "b: [ 1, 2 ]"],
  );
});

Deno.test("record: displays four significant digits, and stores all of them", async () => {
  const texts = await textsOf(async () => {
    await record("speedup", 10.844180104972983);
    await record("seconds", { naive: 1.0613262609999983, all: 63_679.5756 });
    await record("losses", Float32Array.of(0.06339017667770386, NaN));
    await record("count", 45_360);
    await record("small", tensor([1.23456e-7]));
  });
  assert.deepEqual(texts, [
    "speedup: 10.84",
    "seconds: { naive: 1.061, all: 63680 }",
    "losses: [ 0.06339, NaN ]",
    "count: 45360",
    "small: [ 1.235e-7 ]",
  ]);
  assert.equal(await stored(10.844180104972983), 10.844180104972983);
});

Deno.test("record: stores JSON; NaN and Infinity become null", async () => {
  assert.equal(await stored(0.1 + 0.2), 0.1 + 0.2);
  assert.equal(await stored(-Infinity), null);
  assert.deepEqual(await stored({ a: [NaN, null, true], b: "x" }), {
    a: [null, null, true],
    b: "x",
  });
  assert.deepEqual(await stored(tensor([[1, Infinity]])), [[1, null]]);
  assert.deepEqual(await stored(Float32Array.of(0.5)), [0.5]);
  assert.equal(await stored(tensor(3)), 3);
  const shared = [1];
  assert.deepEqual(await stored([shared, shared]), [[1], [1]], "twice is not a cycle");
});

Deno.test("record: rejects what JSON cannot hold, and names the place", async () => {
  const cyclic: { self?: unknown } = {};
  cyclic.self = cyclic;
  const wrong: [unknown, RegExp][] = [
    [() => 1, /^record: expected x to be a number, .* found the function$/],
    [{ b: undefined }, /^record: expected x\.b to be a number.*found undefined$/],
    [[1, 2n], /^record: expected x\[1\] to be a number.*found 2n$/],
    [undefined, /found undefined$/],
    [Symbol("s"), /found Symbol\(s\)$/],
    [new Map(), /found an object of the class Map/],
    [new Date(0), /found an object of the class Date/],
    [cyclic, /^record: expected x\.self to be JSON, found an object that contains itself$/],
    [
      new (class Big {
        text = "y".repeat(100_000);
      })(),
      /found an object of the class Big$/,
    ],
  ];
  for (const [value, message] of wrong) {
    await assert.rejects(record("x", value), (error: Error) => {
      assert.ok(error instanceof TypeError);
      assert.match(error.message, message);
      assert.ok(error.message.length < 1000);
      return true;
    });
  }
  await assert.rejects(record("", 1), /expected a name/);
});

Deno.test("record: rejects a whole data set", async () => {
  await assert.rejects(record("x", { train: zeros([1000, 784], "uint8") }), {
    name: "RangeError",
    message: "record: expected x.train to have at most 100000 numbers, found 784000; " +
      "saveWeights stores tensors in a file",
  });
  await assert.rejects(record("x", Array(100_001).fill(0)), RangeError);
});

Deno.test("record: the scrap has nteract's form, with its metadata", async () => {
  const [{ bundle }] = await sentBy(() => record("accuracy", 0.5));
  assert.deepEqual(bundle["application/scrapbook.scrap.json+json"], {
    name: "accuracy",
    data: 0.5,
    encoder: "json",
    version: 1,
  });
  assert.deepEqual(bundle[METADATA_MIME], {
    scrapbook: { name: "accuracy", data: true, display: false },
  });
});

Deno.test("announceData: displays its sentence, and a warning in a frame", async () => {
  assert.deepEqual(await textsOf(() => announceData("mnist", "60,000 images")), ["60,000 images"]);
  const [warning] = await textsOf(() => announceData("digits", "Drawn", { warning: true }));
  assert.equal(warning, "=====\nDrawn\n=====");
});
