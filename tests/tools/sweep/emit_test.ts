/** Tasks for schedulers: they run, each by itself, and give what the sweep gives. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { projectPath } from "../../../lib/support/paths.ts";
import type { Run } from "../../../lib/notebook/runs.ts";
import { quoted } from "../../../tools/sweep/emit.ts";
import { findProgram, thisMachine } from "../../../tools/support/machine.ts";
import { inFolder } from "../../support/files.ts";
import { testUnless } from "../../support/skip.ts";
import { placed, rowsIn, scoring, sweep } from "../../support/sweeps.ts";

const missing = (program: string) =>
  findProgram(thisMachine(), program) ? undefined : `there is no ${program}`;

async function bash(script: string, env: Record<string, string> = {}): Promise<string> {
  const { success, stdout, stderr } = await new Deno.Command("bash", {
    args: ["-c", script],
    env: { NO_COLOR: "1", ...env },
    stdin: "null",
  }).output();
  assert.ok(success, new TextDecoder().decode(stderr));
  return new TextDecoder().decode(stdout);
}

/** What must be the same wherever a run ran. */
const lasting = ({ date: _, seconds: __, peakMemory: ___, ...row }: Run) => row;
const sorted = (rows: Run[]) => rows.map(lasting).sort((a, b) => a.key < b.key ? -1 : 1);

testUnless(missing("bash"), "a word for the shell is one word, whatever is in it", async () => {
  for (const word of ["plain", "it's", 'a "b" $c `d`', "[30],[50,100]", "a\\b;c&d|e*?"]) {
    assert.equal(await bash(`printf %s ${quoted(word)}`), word);
  }
});

testUnless(
  missing("bash") ?? missing("parallel"),
  "GNU parallel runs the list, and its results are those of the sweep",
  () =>
    inFolder(async (folder) => {
      const path = await placed(folder, scoring());
      const [local, far] = [join(folder, "local"), join(folder, "it's far")];
      const args = [path, "--grid", "a=1,2", "--seeds", "2"];
      assert.equal((await sweep(...args, "--out", local, "--jobs", "2")).code, 0);
      const emitted = await sweep(...args, "--out", far, "--emit", "parallel");
      assert.equal(emitted.code, 0, emitted.stderr);
      const list = join(far, "sweep.parallel");
      assert.match(emitted.stdout, /parallel --jobs 1 < .*\ndeno task sweep --collect/);
      await bash(`parallel --jobs 2 < ${quoted(list)}`);
      for (let task = 0; task < 4; task++) {
        assert.equal((await rowsIn(join(far, "tasks", `${task}`))).length, 1);
      }
      // Twice, and with the local results: duplicates count once.
      for (const added of ["4 new results, 4 in all", "0 new results, 4 in all"]) {
        const { code, stdout } = await sweep("--collect", join(far, "tasks"), local, "--out", far);
        assert.equal(code, 0);
        assert.ok(stdout.startsWith(added), stdout);
      }
      assert.deepEqual(sorted(await rowsIn(far)), sorted(await rowsIn(local)));
    }),
);

testUnless(
  missing("bash"),
  "the Slurm script is valid, and runs the run of its index",
  () =>
    inFolder(async (folder) => {
      const path = await placed(folder, scoring());
      const out = join(folder, "out");
      const args = [path, "--grid", "a=1,2", "--set", "name=y", "--memory", "900"];
      assert.equal((await sweep(...args, "--out", out, "--emit", "slurm")).code, 0);
      const script = join(out, "sweep.slurm");
      const text = await Deno.readTextFile(script);
      assert.match(text, /^#!\/bin\/bash\n#SBATCH --job-name=sweep-small\n#SBATCH --array=0-1\n/);
      assert.match(text, /^#SBATCH --mem=900M$/m);
      await bash(`bash -n ${quoted(script)}`);
      await bash(`bash ${quoted(script)}`, { SLURM_ARRAY_TASK_ID: "1" });
      const [row, ...more] = await rowsIn(join(out, "tasks", "1"));
      assert.deepEqual([row.parameters.a, row.parameters.name, row.recorded.score], [2, "y", 12]);
      assert.equal(more.length, 0);
    }),
);

Deno.test("the job for Kubernetes is an Indexed Job with one index a run", () =>
  inFolder(async (folder) => {
    const notebook = projectPath("notebooks/07_sequential.ipynb");
    const args = [notebook, "--grid", "hiddenNodes=16,32", "--seeds", "2", "--jobs", "3"];
    assert.equal((await sweep(...args, "--out", folder, "--emit", "kubernetes")).code, 0);
    const yaml = await Deno.readTextFile(join(folder, "sweep.yaml"));
    assert.match(yaml, /completionMode: Indexed\n {2}completions: 4\n {2}parallelism: 3\n/);
    const command = /command: (\[.*\])/.exec(yaml)?.[1] ?? "";
    const [, , script] = JSON.parse(command);
    assert.equal(
      script,
      "exec deno task sweep notebooks/07_sequential.ipynb --grid hiddenNodes=16,32 --seeds 2 " +
        '--timeout 3600 --only "$JOB_COMPLETION_INDEX" --out /results/"$JOB_COMPLETION_INDEX"',
    );
    const elsewhere = await placed(folder, scoring());
    const refused = await sweep(elsewhere, "--seeds", "2", "--out", folder, "--emit", "kubernetes");
    assert.match(refused.stderr, /--emit kubernetes: expected a notebook of the course/);
  }));

Deno.test("--only takes an index of the sweep", () =>
  inFolder(async (folder) => {
    const path = await placed(folder, scoring());
    const { code, stderr } = await sweep(path, "--seeds", "2", "--only", "2", "--out", folder);
    assert.equal(code, 1);
    assert.match(stderr, /--only: expected an index of 0 to 1, found 2/);
  }));
