import assert from "node:assert/strict";
import { liveChart } from "../../../lib/notebook/live.ts";
import { FIGURE_MIME } from "../../../lib/plot/figure.ts";
import { sentBy } from "../../support/channel.ts";

const panels = { loss: ["training loss"], accuracy: ["test accuracy"] };

/** The points of line `index`. */
function points(figure: { data: readonly object[] }, index: number): [unknown[], unknown[]] {
  const trace = figure.data[index];
  assert.ok("x" in trace && Array.isArray(trace.x) && "y" in trace && Array.isArray(trace.y));
  return [trace.x, trace.y];
}

Deno.test("liveChart: has the points that were added, each line with its own x", async () => {
  const chart = await liveChart({ title: "Training", panels });
  for (let step = 0; step < 4; step++) chart.add(step, { "training loss": 4 - step });
  chart.add(3, { "test accuracy": 0.9 });
  await chart.finish();
  assert.deepEqual(points(chart.figure(), 0), [[0, 1, 2, 3], [4, 3, 2, 1]]);
  assert.deepEqual(points(chart.figure(), 1), [[3], [0.9]]);
});

Deno.test("liveChart: keeps 300 to 600 points at equal distances, and the last one", async () => {
  const chart = await liveChart({ title: "Training", panels });
  for (let step = 0; step < 100_003; step++) chart.add(step, { "training loss": step / 10 });
  const [x, y] = points(chart.figure(), 0);
  assert.ok(x.length >= 300 && x.length <= 601, `${x.length} points`);
  assert.equal(x.at(-1), 100_002);
  assert.equal(y.at(-1), 10_000.2);
  const steps = new Set(x.slice(0, -1).map((value, i) => Number(value) - Number(x[i - 1] ?? NaN)));
  steps.delete(NaN);
  assert.equal(steps.size, 1, "one distance between all points but the last");
});

Deno.test("liveChart: an unknown line is rejected", async () => {
  const chart = await liveChart({ title: "Training", panels });
  assert.throws(() => chart.add(0, { los: 1 }), {
    name: "RangeError",
    message: 'liveChart: expected one of training loss, test accuracy, found "los"',
  });
});

Deno.test("liveChart: a chart without points is empty", async () => {
  const chart = await liveChart({ title: "Training", panels });
  await chart.finish();
  assert.deepEqual(points(chart.figure(), 0), [[], []]);
  assert.match(chart.figure().alt, /training loss has no values; test accuracy has no values/);
});

Deno.test("liveChart: NaN and Infinity leave gaps, and the newest point is drawn once", async () => {
  const chart = await liveChart({ title: "Training", panels });
  for (const loss of [2, NaN, Infinity, 1]) chart.add(0, { "training loss": loss });
  const [x, y] = points(JSON.parse(JSON.stringify(chart.figure())), 0);
  assert.deepEqual([x, y], [[0, 0, 0, 0], [2, null, null, 1]]);
});

Deno.test("liveChart: invalid panels are rejected at the start", async () => {
  await assert.rejects(liveChart({ title: "T", panels: {} }), /expected 1 to 4 panels, found 0/);
  await assert.rejects(
    liveChart({ title: "T", panels: { loss: ["training"], accuracy: ["training"] } }),
    /^RangeError: liveChart: expected lines of different names, found training, training$/,
  );
  await assert.rejects(liveChart(JSON.parse('{"panels":{"a":["b"]}}')), /expected a title as text/);
});

Deno.test("liveChart: a notebook gets one output, updated in place", async () => {
  const sent = await sentBy(async () => {
    const chart = await liveChart({ title: "Training", panels });
    for (let step = 0; step < 1000; step++) chart.add(step, { "training loss": 1 });
    await chart.finish();
  });
  const drawings = sent.filter(({ bundle }) => FIGURE_MIME in bundle);
  assert.deepEqual(drawings.map(({ update = false }) => update), [false, true]);
  assert.equal(drawings[0].displayId, drawings[1].displayId);
});
