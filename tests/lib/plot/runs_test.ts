/** Figures of runs. */
import assert from "node:assert/strict";
import { explainedVariance } from "../../../lib/plot/importance.ts";
import { compareRuns, importance, parallelCoordinates } from "../../../lib/mod.ts";
import type { RunResult } from "../../../lib/plot/runs.ts";

const run = (parameters: RunResult["parameters"], y: unknown, ok = true): RunResult => ({
  parameters,
  recorded: { y },
  ok,
});

Deno.test("compareRuns: mean with the range over seeds, a line for each setting", () => {
  const runs = [1, 2, 3].flatMap((seed) => [
    run({ nodes: 10, name: "a", seed, epochs: 5 }, seed),
    run({ nodes: 20, name: "a", seed, epochs: 5 }, 10 + seed),
    run({ nodes: 10, name: "b", seed, epochs: 5 }, -seed),
  ]);
  const { data, layout, alt } = compareRuns([...runs, run({ nodes: 20, name: "a" }, null)], {
    title: "T",
    x: "nodes",
    y: "y",
  });
  const [a, b] = JSON.parse(JSON.stringify(data));
  assert.deepEqual([a.name, a.x, a.y], ["a", [10, 20], [2, 12]]);
  assert.deepEqual([a.error_y.array, a.error_y.arrayminus], [[1, 1], [1, 1]]);
  assert.deepEqual([b.name, b.x, b.y], ["b", [10], [-2]]);
  assert.equal(layout.showlegend, true);
  assert.match(alt, /mean and range over seeds: a 10: 2 \(1 to 3\), 20: 12 \(11 to 13\); b 10: -2/);
});

Deno.test("compareRuns: names are places, in the order of the runs", () => {
  const runs = ["sgd", "adam"].map((name, i) => run({ name }, i));
  const { data, layout } = compareRuns(runs, { title: "T", x: "name", y: "y" });
  assert.deepEqual(JSON.parse(JSON.stringify(data[0])).x, [0, 1]);
  assert.deepEqual(layout.xaxis?.ticktext, ["sgd", "adam"]);
});

Deno.test("compareRuns: curves, as far as all seeds have them", () => {
  const runs = [run({ seed: 1 }, [1, 2, 9]), run({ seed: 2 }, [3, 4])];
  const [band, line] = JSON.parse(JSON.stringify(compareRuns(runs, { title: "T", y: "y" }).data));
  assert.deepEqual([line.x, line.y], [[1, 2], [2, 3]]);
  assert.deepEqual([band.x, band.y], [[1, 2, 2, 1], [3, 4, 2, 1]]);
});

Deno.test("importance: η² of known cases", () => {
  const grid = [0, 1].flatMap((a) => [0, 1, 2].map((b) => ({ a, b })));
  const only = grid.map(({ a, b }) => run({ a, b }, 3 * a));
  assert.equal(explainedVariance(only, "a", "y"), 1);
  assert.equal(explainedVariance(only, "b", "y"), 0);
  // y = a + b: variances 1/4 and 2/3 of a sum of 11/12.
  const both = grid.map(({ a, b }) => run({ a, b }, a + b));
  assert.ok(Math.abs(explainedVariance(both, "a", "y") - 3 / 11) < 1e-12);
  assert.ok(Math.abs(explainedVariance(both, "b", "y") - 8 / 11) < 1e-12);
  assert.equal(explainedVariance(grid.map((p) => run(p, 5)), "a", "y"), 0);
  // Sampled numbers are put into quarters: 15/16 of the variance of a line is between them.
  const line = Array.from({ length: 400 }, (_, rate) => run({ rate }, rate));
  assert.ok(Math.abs(explainedVariance(line, "rate", "y") - 15 / 16) < 1e-3);
  const { alt } = importance(both, { title: "T", y: "y" });
  assert.match(alt, /b explains 72\.73 %, a explains 27\.27 % \(η² of one-way ANOVA\)/);
});

Deno.test("parallelCoordinates: a line for each run, the best last", () => {
  const runs = [
    run({ a: 1, n: "x" }, 0.9),
    run({ a: 100, n: "y" }, 0.5),
    run({ a: 10, n: "x" }, 0.7),
  ];
  const { data, layout, alt } = parallelCoordinates(runs, { title: "T", y: "y" });
  const lines = JSON.parse(JSON.stringify(data)).slice(0, 3);
  assert.deepEqual(lines.map(({ y }: { y: number[] }) => y), [[1, 1, 0], [0.5, 0, 0.5], [0, 0, 1]]);
  assert.match(alt, /3 runs; the best has a 1, n x, y 0\.9/);
  assert.deepEqual(
    layout.annotations?.map(({ x, text }) => `${x} ${text}`),
    ["0 1", "0 10", "0 100", "1 x", "1 y", "2 0.5", "2 0.7", "2 0.9"],
  );
  const smaller = parallelCoordinates(runs, { title: "T", y: "y", smaller: true });
  assert.match(smaller.alt, /the best has a 100, n y, y 0\.5/);
});

Deno.test("parallelCoordinates: a long name takes two lines", () => {
  const runs = [run({ hiddenNodes: 1, l2: 0 }, 0.9), run({ hiddenNodes: 2, l2: 1 }, 0.5)];
  const { layout } = parallelCoordinates(runs, { title: "T", y: "y" });
  assert.deepEqual(layout.xaxis?.ticktext, ["hidden<br>Nodes", "l2", "y"]);
});

Deno.test("a result that no run has is an error that lists what they have", () => {
  const runs = [run({ a: 1 }, 1), run({ a: 2 }, null, false)];
  for (const figure of [compareRuns, importance, parallelCoordinates]) {
    assert.throws(() => figure(runs, { title: "T", y: "accuracy", x: "a" }), {
      message: /only the options|expected runs that recorded "accuracy", found the results y/,
    });
  }
  assert.throws(() => compareRuns(runs, { title: "T", y: "y", x: "b" }), {
    message: /compareRuns: expected x to be a parameter.*the runs have a/,
  });
  assert.throws(() => importance([], { title: "T", y: "y" }), /found no results/);
});
