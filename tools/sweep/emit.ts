/** A sweep as independent tasks of a scheduler. Each task runs one run, in a folder of its own. */
import { basename, join, relative, sep } from "node:path";
import { projectPath, projectRoot } from "../../lib/support/paths.ts";
import { writeWhole } from "../support/write_file.ts";
import { UsageError } from "../support/command.ts";
import type { Options, Scheduler } from "./options.ts";

/** MiB of memory that a task asks for, unless `--memory` says otherwise. */
const DEFAULT_MEMORY = 2048;

/** Where the container of `binder/` has the course. */
const CONTAINER_COURSE = "/home/jovyan/course";

/** A word of a shell command. */
export function quoted(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`;
}

/** The arguments of one task, without `--only` and `--out`. */
function argumentsOf(options: Options, notebook: string): string[] {
  const { grid, settings, random, seeds, data, timeout, memory } = options;
  return [
    notebook,
    ...[...grid].flatMap(([name, values]) => ["--grid", `${name}=${values.join(",")}`]),
    ...[...settings].flatMap(([name, value]) => ["--set", `${name}=${value}`]),
    ...random === null ? [] : ["--random", `${random}`],
    ...seeds === null ? [] : ["--seeds", `${seeds}`],
    ...data === undefined ? [] : ["--data", data],
    "--timeout",
    `${timeout}`,
    ...memory === undefined ? [] : ["--memory", `${memory / 2 ** 20}`],
  ];
}

/** The command of one task, for a shell: index and folder may have variables in them. */
function command(args: string[], index: string, out: string): string {
  return `deno task sweep ${args.map(quoted).join(" ")} --only ${index} --out ${out}`;
}

/**
 * Writes the tasks of a sweep into its folder.
 * @returns what to do next, for people.
 */
export async function emit(
  scheduler: Scheduler,
  options: Options,
  notebook: string,
  count: number,
): Promise<string> {
  const { out } = options;
  const collect = `deno task sweep --collect ${quoted(join(out, "tasks"))} --out ${quoted(out)}`;
  switch (scheduler) {
    case "slurm": {
      const file = join(out, "sweep.slurm");
      await writeWhole(file, slurmScript(options, notebook, count));
      return `sbatch ${quoted(file)}\n${collect}`;
    }
    case "parallel": {
      const file = join(out, "sweep.parallel");
      await writeWhole(file, parallelList(options, notebook, count));
      return `parallel --jobs ${options.jobs} < ${quoted(file)}\n${collect}`;
    }
    case "kubernetes": {
      const file = join(out, "sweep.yaml");
      await writeWhole(file, kubernetesJob(options, notebook, count));
      return `kubectl apply -f ${quoted(file)}\n` +
        `deno task sweep --collect FOLDER_OF_THE_VOLUME --out ${quoted(out)}`;
    }
  }
}

/** The environment that a task needs on this machine. */
function exports(): string[] {
  const folder = Deno.env.get("MNIST_DIR");
  return folder ? [`MNIST_DIR=${quoted(projectPath(folder))}`] : [];
}

function megabytes({ memory }: Options): number {
  return memory === undefined ? DEFAULT_MEMORY : Math.ceil(memory / 2 ** 20);
}

/** An array job of Slurm: https://slurm.schedmd.com/job_array.html. */
export function slurmScript(options: Options, notebook: string, count: number): string {
  const { out } = options;
  const tasks = quoted(join(out, "tasks"));
  return `#!/bin/bash
#SBATCH --job-name=${jobName(notebook)}
#SBATCH --array=0-${count - 1}
#SBATCH --cpus-per-task=1
#SBATCH --mem=${megabytes(options)}M
#SBATCH --output=${join(out, "slurm-%A_%a.log").replaceAll(" ", "\\ ")}
set -euo pipefail
${exports().map((line) => `export ${line}\n`).join("")}cd ${quoted(projectRoot)}
exec ${
    command(
      argumentsOf(options, notebook),
      '"$SLURM_ARRAY_TASK_ID"',
      `${tasks}/"$SLURM_ARRAY_TASK_ID"`,
    )
  }
`;
}

/** One command a line, for GNU parallel. */
export function parallelList(options: Options, notebook: string, count: number): string {
  const args = argumentsOf(options, notebook);
  const variables = exports().map((line) => `${line} `).join("");
  return Array.from({ length: count }, (_, index) =>
    `cd ${quoted(projectRoot)} && ${variables}` +
    command(args, `${index}`, quoted(join(options.out, "tasks", `${index}`))) + "\n").join("");
}

/** An Indexed Job: https://kubernetes.io/docs/concepts/workloads/controllers/job. */
export function kubernetesJob(options: Options, notebook: string, count: number): string {
  const inside = relative(projectRoot, notebook);
  if (inside.startsWith("..")) {
    throw new UsageError(
      `--emit kubernetes: expected a notebook of the course, which its container has, found ${notebook}`,
    );
  }
  const args = argumentsOf(options, inside.split(sep).join("/"));
  const index = '"$JOB_COMPLETION_INDEX"';
  const script = `exec ${command(args, index, `/results/${index}`)}`;
  return `# The container is that of binder/Dockerfile. Results go to the volume claim mnist-results.
apiVersion: batch/v1
kind: Job
metadata:
  name: ${jobName(notebook)}
spec:
  completionMode: Indexed
  completions: ${count}
  parallelism: ${Math.min(count, Math.max(options.jobs, 1))}
  backoffLimitPerIndex: 1
  template:
    spec:
      restartPolicy: Never
      containers:
        - name: sweep
          image: ${JSON.stringify(options.image)}
          workingDir: ${CONTAINER_COURSE}
          command: ["/bin/bash", "-c", ${JSON.stringify(script)}]
          resources:
            requests: { cpu: "1", memory: ${megabytes(options)}Mi }
            limits: { memory: ${megabytes(options)}Mi }
          volumeMounts:
            - { name: results, mountPath: /results }
      volumes:
        - name: results
          persistentVolumeClaim: { claimName: mnist-results }
`;
}

/** A name that Kubernetes accepts: lower-case letters, digits and hyphens. */
function jobName(notebook: string): string {
  const name = basename(notebook, ".ipynb").toLowerCase().replaceAll(/[^a-z0-9]+/g, "-");
  return `sweep-${name}`.slice(0, 50).replace(/-+$/, "");
}
