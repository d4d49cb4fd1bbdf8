/** What a sweep is asked to do, checked before anything runs. */
import assert from "node:assert/strict";
import * as fc from "fast-check";
import { readOptions, splitValues } from "../../../tools/sweep/options.ts";
import { planRuns } from "../../../tools/sweep/plan.ts";
import { codeCells } from "../../../tools/notebook_file/notebook.ts";
import { notebookWithParameters } from "../../support/notebooks.ts";
import { scoring } from "../../support/sweeps.ts";

function plan(...args: string[]) {
  const options = readOptions(["x.ipynb", "--out", "out", ...args]);
  assert.ok(options);
  return planRuns(scoring(), options);
}

const settingsOf = (...args: string[]) =>
  plan(...args).map(({ settings }) => Object.fromEntries(settings));

Deno.test("a grid is all combinations, each with all seeds", () => {
  const runs = plan("--grid", "a=1,2", "--grid", "rate=0,0.5", "--seeds", "2", "--set", "name=y");
  assert.deepEqual(
    runs.map(({ settings }) => [...settings.values()].join(" ")),
    ["1 0 1", "1 0 2", "1 0.5 1", "1 0.5 2", "2 0 1", "2 0 2", "2 0.5 1", "2 0.5 2"],
  );
  assert.deepEqual(runs.map(({ index }) => index), [0, 1, 2, 3, 4, 5, 6, 7]);
  assert.equal(
    codeCells(runs[5].notebook)[0].source,
    `let a = 2;\nlet rate = 0;\nlet name: 'x' | 'y' = "y";\nlet seed = 2;`,
  );
});

Deno.test("a value that occurs twice is one run", () => {
  assert.deepEqual(settingsOf("--grid", "a=3,3"), [{ a: "3" }]);
});

Deno.test("commas in brackets belong to a value", () => {
  assert.deepEqual(splitValues("[30],[50,100], 7"), ["[30]", "[50,100]", "7"]);
});

Deno.test("arrays are values of a grid", () => {
  const options = readOptions(["x", "--out", "o", "--grid", "hidden=[30],[50,100]"]);
  assert.ok(options);
  const runs = planRuns(notebookWithParameters("let hidden = [50];"), options);
  assert.deepEqual(runs.map(({ notebook }) => codeCells(notebook)[0].source), [
    "let hidden = [30];",
    "let hidden = [50,100];",
  ]);
});

Deno.test("random settings stay in their ranges, and are the same each time", () => {
  const args = ["--random", "40", "--grid", "rate=1e-4..1e-1", "--grid", "a=8..512"];
  const settings = settingsOf(...args);
  assert.equal(settings.length, 40);
  assert.deepEqual(settingsOf(...args), settings);
  const rates = settings.map(({ rate }) => Number(rate));
  assert.ok(rates.every((rate) => rate >= 1e-4 && rate <= 1e-1));
  // Logarithmic: about a third in each factor of ten; linear, one in a hundred is below 1e-3.
  assert.ok(rates.filter((rate) => rate < 1e-3).length > 5);
  assert.ok(settings.every(({ a }) => /^\d+$/.test(a) && Number(a) >= 8 && Number(a) <= 512));
  const linear = settingsOf("--random", "40", "--grid", "rate=0..0.5").map(({ rate }) => +rate);
  assert.ok(linear.filter((rate) => rate > 0.25).length > 10);
});

Deno.test("random settings never leave any range", () => {
  const range = fc.tuple(
    fc.double({ min: -1e6, max: 1e6, noNaN: true }),
    fc.double({ min: 1e-3, max: 1e6, noNaN: true }),
  );
  fc.assert(fc.property(range, ([from, width]) => {
    const to = from + width;
    for (const { rate } of settingsOf("--random", "3", "--grid", `rate=${from}..${to}`)) {
      assert.ok(Number(rate) >= from && Number(rate) <= to, rate);
    }
  }));
});

Deno.test("of a small grid, as many random settings as there are", () => {
  assert.equal(settingsOf("--random", "50", "--grid", "name=x,y").length, 2);
});

const wrong: [args: string[], message: RegExp][] = [
  [["--grid", "b=1"], /expected one of a, rate, name, seed, found "b"/],
  [["--grid", "rat=1"], /did you mean rate/],
  [["--grid", "a=1,x"], /^sweep: a: expected a number such as 1, found "x"/],
  [["--grid", "name=x,z"], /expected one of x, y, found "z"/],
  [["--grid", "a="], /--grid a: expected values such as a=1,2, found none; .*a = 1, rate = 0.5/],
  [[], /expected --grid NAME=VALUE,VALUE or --seeds N, found none; .*seed = 1/],
  [["--grid", "a=1", "--grid", "a=2"], /--grid a: expected it once/],
  [["--grid", "a=1", "--set", "a=2"], /--grid a: expected no --set a/],
  [["--grid", "seed=1,2", "--seeds", "2"], /--seeds: expected no other values for seed/],
  [["--grid", "a=1..9"], /found the range "1..9", which needs --random N/],
  [["--random", "3", "--grid", "a=9..1"], /expected a range such as 0..0.5, found "9..1"/],
  [["--seeds", "0"], /--seeds: expected a whole number of at least 1, found "0"/],
  [["--seeds", "1.5"], /--seeds: expected a whole number/],
  [["--grid", "a"], /expected name=value/],
  [["--grid", "a=1", "--emit", "pbs"], /--emit: expected one of slurm, kubernetes, parallel/],
  [["--grid", "a=1", "--halving", "epochs=8"], /--halving epochs: expected a range above 0/],
  [["--grid", "a=1", "--memory", "lots"], /--memory: expected a number above 0/],
  [["--seeds", "1000000"], /expected at most 100000 runs/],
];
for (const [args, message] of wrong) {
  Deno.test(`refused: ${args.join(" ") || "nothing to vary"}`, () => {
    assert.throws(() => plan(...args), { message });
  });
}

Deno.test("seeds need a parameter seed", () => {
  const options = readOptions(["x", "--out", "o", "--seeds", "2"]);
  assert.ok(options);
  assert.throws(() => planRuns(notebookWithParameters("let a = 1;"), options), {
    message: /--seeds: expected a notebook with the parameter seed, found none; .*a = 1/,
  });
});
