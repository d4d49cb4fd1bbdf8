import assert from "node:assert/strict";
import { readMnist } from "../../../lib/data/sets/mnist.ts";
import { announced } from "../../../lib/notebook/mnist.ts";

/** What `announced` prints for MNIST that is in no folder and on no mirror. */
async function printedBy(variables: Record<string, string>): Promise<string> {
  const loaded = await readMnist({}, { environment: (name) => variables[name] });
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

Deno.test("loadMnist: what was loaded is shown", async () => {
  assert.match(await printedBy({ MNIST_SOURCE: "digits" }), /^Embedded digits: 20,000/);
});
