/** No output is lost, in so many runs that a loss in one of a hundred runs would be noticed. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { executeNotebook } from "../../tools/run/execute.ts";
import { testUnless } from "../support/skip.ts";
import { assertNoErrors, Bench } from "./frontend.ts";
import { lab, leftToCi, machine, missing } from "./machine.ts";
import {
  chapter,
  chapters,
  outputCounts,
  outputKinds,
  place,
  provoking,
  withoutOutputs,
} from "./notebooks.ts";

/** How often the notebook that provokes losses runs. */
const STRESS = Deno.env.get("BROWSER_TESTS") === "stress";
const PROVOCATIONS = STRESS ? 200 : 5;
const CHAPTER_RUNS = 20;

testUnless(
  missing("chromium", "lab") ?? (STRESS ? undefined : leftToCi),
  `JupyterLab 4 loses no output in ${PROVOCATIONS} runs`,
  async () => {
    assert.ok(lab);
    const bench = await Bench.start(lab);
    try {
      const { notebook, counts } = provoking();
      const open = await bench.open(await place("provoking", notebook));
      for (let run = 1; run <= PROVOCATIONS; run++) {
        await open.runAll();
        assert.deepEqual(outputCounts(await open.content()), counts, `run ${run}`);
      }
      await open.close();
    } finally {
      await bench.end();
    }
  },
);

testUnless(
  missing("chromium", "lab") ??
    (STRESS ? undefined : "it takes half an hour: set BROWSER_TESTS=stress"),
  `JupyterLab 4 loses no output in ${CHAPTER_RUNS} runs of each chapter`,
  async (t) => {
    assert.ok(lab);
    const bench = await Bench.start(lab);
    try {
      for (const name of await chapters()) {
        await t.step(name, async () => {
          const notebook = withoutOutputs(await chapter(name));
          const cwd = join(machine.project, "notebooks");
          // Run without Jupyter: this also notices an output that is lost in every run.
          const { notebook: whole, failure } = await executeNotebook(notebook, { cwd });
          assert.equal(failure, null);
          const expected = outputKinds(whole);
          const open = await bench.open(await place(`stress-${name}`, notebook));
          for (let run = 1; run <= CHAPTER_RUNS; run++) {
            await open.runAll(600);
            const ran = await open.content();
            assertNoErrors(ran);
            assert.deepEqual(outputKinds(ran), expected, `run ${run}`);
          }
          await open.shutDown();
          await open.close();
        });
      }
    } finally {
      await bench.end();
    }
  },
);
