import assert from "node:assert/strict";
import { join } from "node:path";
import { runTests, secondsOf, sum, testFiles } from "../../tools/test.ts";

/** Writes test files into a temporary folder, runs them, and returns the counts and the output. */
async function run(files: Record<string, string>, jobs: number) {
  const root = await Deno.makeTempDir();
  const said: string[] = [];
  const { log, error } = console;
  console.log = console.error = (...words: unknown[]) => void said.push(words.join(" "));
  try {
    await Deno.mkdir(join(root, "tests", "deep"), { recursive: true });
    for (const [name, text] of Object.entries(files)) {
      await Deno.writeTextFile(join(root, "tests", name), text);
    }
    const found = await testFiles(root);
    const tally = await runTests(root, found, jobs);
    return { found, tally, said: said.join("\n") };
  } finally {
    Object.assign(console, { log, error });
    await Deno.remove(root, { recursive: true });
  }
}

for (const jobs of [1, 2]) {
  Deno.test(`tests that pass, fail and are skipped are counted, ${jobs} at once`, async () => {
    const { found, tally, said } = await run({
      "good_test.ts": 'Deno.test("one", () => console.log("chatter")); Deno.test("two", () => {});',
      "bad_test.ts": `Deno.test("b", () => { console.log("hint"); throw new Error("x"); });
        Deno.test("c", () => {});`,
      "deep/skip_test.ts": 'Deno.test.ignore("later (skipped: no file)", () => {});',
      "helper.ts": 'throw new Error("not a test file");',
    }, jobs);
    assert.deepEqual(found, [
      "tests/bad_test.ts",
      "tests/deep/skip_test.ts",
      "tests/good_test.ts",
    ]);
    assert.deepEqual(tally, {
      passed: 3,
      failed: 1,
      skipped: ["./tests/deep/skip_test.ts: later (skipped: no file)"],
      slow: [],
    });
    assert.match(said, /b \.\.\. FAILED[^]*error: Error: x/);
    assert.doesNotMatch(said, /good_test/);
    if (jobs > 1) return; // Deno does not say which of several files printed something
    assert.match(said, /hint[^]*b \.\.\. FAILED/);
    assert.doesNotMatch(said, /chatter/);
  });
}

Deno.test("a file that throws before its first test is a failure, and the others are counted", async () => {
  const files = {
    "broken_test.ts": 'throw new Error("at import");',
    "good_test.ts": 'Deno.test("one", () => {});',
  };
  assert.deepEqual((await run(files, 1)).tally, { passed: 1, failed: 1, skipped: [], slow: [] });
  // In parallel, Deno may end before the other file has.
  assert.ok((await run(files, 2)).tally.failed > 0);
});

Deno.test("a file that does not compile is a failure", async () => {
  const { tally } = await run({
    "types_test.ts": 'const x: number = "a"; Deno.test(x, () => {});',
  }, 1);
  assert.deepEqual(tally, { passed: 0, failed: 1, skipped: [], slow: [] });
});

Deno.test("the last line is the sum; no tests are no success", () => {
  const some = { passed: 2, failed: 0, skipped: ["a", "b"], slow: [] };
  const none = { passed: 0, failed: 0, skipped: [], slow: [] };
  assert.equal(sum([some, { ...some, failed: 1 }]).line, "4 passed, 1 failed, 4 skipped");
  assert.ok(sum([some, none]).isGood);
  assert.ok(!sum([some, { ...none, failed: 1 }]).isGood);
  assert.ok(!sum([none]).isGood);
  assert.ok(!sum([]).isGood);
});

Deno.test("the slowest tests come first", () => {
  const times = ["573ms", "12s", "2m3s", "1m", "63µs", ""];
  assert.deepEqual(times.map(secondsOf), [0, 12, 123, 60, 0, 0]);
  const tally = (...seconds: number[]) => ({
    passed: 1,
    failed: 0,
    skipped: [],
    slow: seconds.map((seconds) => ({ test: "t", seconds })),
  });
  const { slow } = sum([tally(11, 30), tally(20)]);
  assert.deepEqual(slow.map(({ seconds }) => seconds), [30, 20, 11]);
});
