import assert from "node:assert/strict";
import { announceData, outputOf, record, SCRAP_MIME, show } from "../../../lib/notebook/show.ts";

/** What `body` prints. */
async function printed(body: () => Promise<void>): Promise<string[]> {
  const original = console.log;
  const lines: string[] = [];
  console.log = (...words: unknown[]) => void lines.push(words.join(" "));
  try {
    await body();
  } finally {
    console.log = original;
  }
  return lines;
}

Deno.test("outside a notebook, show prints the text of each value in order", async () => {
  assert.deepEqual(
    await printed(() => show(0.9352, "two\nlines", true, [1, 2], NaN, undefined, null, 10n)),
    ["0.9352", "two\nlines", "true", "[ 1, 2 ]", "NaN", "undefined", "null", "10n"],
  );
});

Deno.test("show refuses a promise: an await was forgotten", async () => {
  await assert.rejects(show(Promise.resolve(1)), {
    name: "TypeError",
    message: "show: expected a value, found a promise: write await before it",
  });
});

Deno.test("show takes what an object says about itself to Jupyter", async () => {
  const bold = { [Symbol.for("Jupyter.display")]: () => ({ "text/html": "<b>x</b>" }) };
  const { data } = await outputOf(bold);
  assert.equal(data["text/html"], "<b>x</b>");
  assert.equal(typeof data["text/plain"], "string");
  const broken = { [Symbol.for("Jupyter.display")]: () => 3 };
  await assert.rejects(show(broken), /expected a MIME bundle from Jupyter.display, found 3/);
});

Deno.test("an array of objects is a table, any other array is not", async () => {
  assert.match((await outputOf([{ a: 1 }])).data["text/html"].toString(), /<table>/);
  assert.equal((await outputOf([])).data["text/html"], undefined);
  assert.equal((await outputOf([new Date(0)])).data["text/html"], undefined);
});

Deno.test("record prints the name and the value", async () => {
  assert.deepEqual(
    await printed(async () => {
      await record("accuracy", 0.9352);
      await record("trainShape", [60000, 784]);
      await record("loss", NaN);
      await record("source", "mnist");
    }),
    ["accuracy: 0.9352", "trainShape: [ 60000, 784 ]", "loss: NaN", "source: mnist"],
  );
});

Deno.test("record refuses what JSON cannot hold, and names where it stands", async () => {
  await assert.rejects(record("", 1), /expected a name/);
  await assert.rejects(
    record("f", () => 1),
    /record: expected f to be a number, .* found \[Function/,
  );
  await assert.rejects(record("a", { b: undefined }), /expected a\.b to be/);
  await assert.rejects(record("m", new Map()), TypeError);
  await assert.rejects(record("n", 10n), TypeError);
});

Deno.test("announceData says what it is told, and a warning is framed", async () => {
  assert.deepEqual(await printed(() => announceData("mnist", "60,000 images")), ["60,000 images"]);
  const [warning] = await printed(() => announceData("digits", "Drawn", { warning: true }));
  assert.equal(warning, "=====\nDrawn\n=====");
});

Deno.test("the scrap MIME type is nteract's", () => {
  assert.equal(SCRAP_MIME, "application/scrapbook.scrap.json+json");
});
