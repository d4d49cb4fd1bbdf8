import assert from "node:assert/strict";
import { exercise, type Tensor, tensor, zeros } from "../../../lib/mod.ts";

/** What `exercise` prints outside a notebook. */
async function printed(run: () => Promise<void>): Promise<string> {
  const lines: string[] = [], log = console.log;
  console.log = (line: string) => void lines.push(line);
  try {
    await run();
  } finally {
    console.log = log;
  }
  return lines.join("\n");
}

Deno.test("a right answer is right, whether a number, text, a tensor or by a rule", async () => {
  const right: [() => Promise<void>][] = [
    [() => exercise("q", 784, 28 * 28)],
    [() => exercise("q", 0.1 + 0.2, 0.3)],
    [() => exercise("q", NaN, NaN)],
    [() => exercise("q", " Sigmoid ", "sigmoid")],
    [() => exercise("q", false, false)],
    [() => exercise("q", tensor([0.1 + 0.2]), tensor([0.3]))],
    [() => exercise("q", 6, (n) => n % 2 === 0)],
  ];
  for (const [run] of right) assert.equal(await printed(run), "✓ q: right", `${run}`);
});

Deno.test("a wrong answer gets the hint, a missing one is not an error", async () => {
  const wrong = () => exercise("q", 783, 784, "Count the columns.");
  assert.equal(await printed(wrong), "✗ q: not yet. Count the columns.");
  assert.equal(
    await printed(() => exercise<Tensor>("q", zeros([2]), zeros([1, 2]))),
    "✗ q: not yet.",
  );
  let answer: number | undefined;
  assert.equal(await printed(() => exercise("q", answer, 1)), "○ q: not answered yet");
});
