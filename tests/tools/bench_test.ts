import { deepStrictEqual, match, rejects, strictEqual, throws } from "node:assert/strict";
import { projectRoot } from "../../lib/support/paths.ts";
import { Peer } from "../../bench/support/peer.ts";
import { Python } from "../../bench/support/python.ts";
import { type Comparison, median, report } from "../../bench/support/report.ts";
import { bench, benchmarks } from "../../tools/bench.ts";

const comparison: Comparison = {
  work: "one sample",
  ours: "shared",
  theirs: "NumPy 2",
  ourSeconds: 0.0015,
  theirSeconds: 0.75,
};

/** What a function prints. */
function printed(print: () => void): string {
  const log = console.log, lines: string[] = [];
  console.log = (line) => lines.push(line);
  try {
    print();
  } finally {
    console.log = log;
  }
  return lines.join("\n");
}

Deno.test("report: words for a person, one line of JSON for a program", () => {
  const text = printed(() => report(comparison, false));
  match(text, /ours, shared: 1\.5 ms/);
  match(text, /NumPy 2: 750 ms/);
  match(text, /ours is 500 times faster/);
  const slower = { ...comparison, ourSeconds: 7500, theirSeconds: 2500 };
  match(printed(() => report(slower, false)), /2\.08 hours[^]*41\.7 minutes[^]*3 times slower/);
  const parsed = JSON.parse(printed(() => report(comparison, true)));
  deepStrictEqual(parsed, { ...comparison, ratio: parsed.ratio });
  strictEqual(Math.round(parsed.ratio), 500);
});

Deno.test("median: the middle, or the mean of the two there", () => {
  strictEqual(median([3, 1, 2]), 2);
  strictEqual(median([4, 1, 2, 3]), 2.5);
  strictEqual(median([7]), 7);
});

Deno.test("bench: refuses a name that is none, before anything runs", async () => {
  const error = console.error, lines: string[] = [];
  console.error = (line) => lines.push(line);
  try {
    strictEqual(await bench(projectRoot, ["numerical_derivative", "nothing", "--json"]), 2);
  } finally {
    console.error = error;
  }
  const [line, ...rest] = lines;
  match(line, /^bench: expected one of .*numerical_derivative.*, found nothing$/);
  deepStrictEqual(rest, []);
  strictEqual(benchmarks(projectRoot).includes("numerical_derivative"), true);
});

Deno.test("Python: an error where there is none, or it does not answer", async () => {
  throws(() => new Python("lecture.py", "no-such-python"), /is it a Python with NumPy\?/);
  const python = new Python("no_such_program.py", Deno.execPath()); // ends at once
  await rejects(python.ask({}), /is it a Python with NumPy\?/);
  await python.close();
});

Deno.test("Peer: does what it is asked, skips other lines, and says when it has ended", async () => {
  const script = `
    import process from "node:process";
    import { createInterface } from "node:readline";
    console.log("a library prints this");
    console.log(JSON.stringify({ name: "me", works: ["twice"] }));
    for await (const line of createInterface({ input: process.stdin })) {
      console.log("and this");
      console.log(JSON.stringify({ seconds: 2, cpu: 1, answer: line }));
      process.exit(0);
    }`;
  const command = Deno.execPath();
  const peer = await Peer.start({ command, args: ["eval", script] });
  deepStrictEqual([peer.name, peer.works], ["me", ["twice"]]);
  deepStrictEqual(await peer.do("twice"), { seconds: 2, cpu: 1, answer: "twice" });
  await rejects(peer.do("twice"));
  await peer.close();
  await rejects(
    Peer.start({ command, args: ["eval", "1"] }),
    /expected a peer, found that .* ended/,
  );
});
