import assert from "node:assert/strict";
import { type LoadedMnist, readMnist } from "../../../lib/data/sets/mnist.ts";
import { ObtainError } from "../../../lib/data/sets/obtain.ts";
import { announced } from "../../../lib/notebook/mnist.ts";

/** What `announced` prints. */
async function printedFor(loaded: LoadedMnist): Promise<string> {
  const printed: string[] = [];
  const { log } = console;
  console.log = (...values) => printed.push(values.join(" "));
  try {
    assert.equal(await announced(loaded), loaded.mnist);
  } finally {
    console.log = log;
  }
  return printed.join("\n");
}

const digits = await readMnist({ source: "digits" });

Deno.test("loadMnist: what was loaded is shown", async () => {
  assert.match(
    await printedFor(digits),
    /^Embedded digits: 20,000 training and 10,000 test images/,
  );
});

Deno.test("loadMnist: a box says why it uses the digits instead, and how to get MNIST", async () => {
  const failure = new ObtainError(
    "all",
    "Not used, the folder in MNIST_DIR: there is no such folder",
  );
  const lines = (await printedFor({ ...digits, failure })).split("\n");
  assert.match(lines[0], /^=+$/);
  assert.equal(lines[1], "MNIST could not be loaded: this runs on the embedded digits instead.");
  assert.equal(lines[2], digits.text);
  assert.match(lines[4], /`deno task data mnist`/);
  assert.equal(lines[5], failure.summary);
  assert.equal(lines[6], lines[0]);
});
