/**
 * `deno task grade`: the points of notebooks that students have handed in.
 *
 * @module
 */

import { basename, relative } from "node:path";
import { parseArgs } from "node:util";
import { printable } from "../../lib/support/printable.ts";
import type { Exercises } from "../../exercises/check.ts";
import { exercises } from "../../exercises/mod.ts";
import { allNotebooks, notebooksIn } from "../notebook_file/find_notebooks.ts";
import { type Notebook, readNotebook } from "../notebook_file/notebook.ts";
import { exitWith, fromCaller, UsageError } from "../support/command.ts";
import { messageOf } from "../support/machine.ts";
import { writeWhole } from "../support/write_file.ts";
import { judgeAnew, type Limits } from "./judge.ts";
import { answerTo, idsOf, type Mark, markOf, storedMark } from "./marks.ts";
import { type Submission, submissionOf } from "./submissions.ts";
import { csv, type Graded, tables } from "./tables.ts";

const USAGE = `Prints the points of notebooks that students have handed in, students × exercises.

deno task grade DIR [options]

  --csv FILE         write the points, sentences and problems to a table, too
  --run              judge each answer anew, instead of believing what the notebooks store
  --seed N           draw the hidden inputs of --run from this number (default: another each time)
  --timeout SECONDS  for --run: seconds for a cell, beside those of its check (10)
  --memory MB        for --run: memory for an answer (2000)
  --jobs N           for --run: judge N answers side by side (default: one for each core)
  --help             print this

DIR holds one notebook for each student and chapter, in any folders. The file's name contains the
chapter's, as in 05_training.ipynb. The student is what else the name contains, as in
05_training-anna.ipynb; otherwise the first folder below DIR, as in DIR/anna/05_training.ipynb.

Without --run the points are those that the notebooks store, which a student could edit. With --run
only the student's code counts: each exercise is judged by this course's own check, in a process that
can read the course's data, and cannot write, run programs or reach the network.`;

const all: Exercises = exercises;

interface Options {
  readonly folder: string;
  readonly csv: string | undefined;
  readonly run: boolean;
  readonly seed: number;
  readonly limits: Limits;
  readonly jobs: number;
}

function parseOptions(args: string[]): Options | "help" {
  const { values, positionals } = parseArgs({
    args,
    allowPositionals: true,
    options: {
      csv: { type: "string" },
      run: { type: "boolean", default: false },
      seed: { type: "string" },
      timeout: { type: "string", default: "10" },
      memory: { type: "string", default: "2000" },
      jobs: { type: "string" },
      help: { type: "boolean", short: "h", default: false },
    },
  });
  if (values.help) return "help";
  if (positionals.length !== 1) {
    throw new UsageError(`grade: expected one folder, found ${positionals.length}; see --help`);
  }
  const count = (name: string, text: string) => {
    const value = Number(text);
    if (/^\d+$/.test(text) && value > 0 && value < 2 ** 31) return value;
    throw new UsageError(`--${name}: expected a whole number above 0, found "${text}"`);
  };
  const random = crypto.getRandomValues(new Uint32Array(1))[0] % 1e6 + 1;
  return {
    folder: fromCaller(positionals[0]),
    csv: values.csv === undefined ? undefined : fromCaller(values.csv),
    run: values.run,
    seed: count("seed", values.seed ?? String(random)),
    limits: {
      seconds: count("timeout", values.timeout),
      megabytes: count("memory", values.memory),
    },
    jobs: count("jobs", values.jobs ?? String(navigator.hardwareConcurrency)),
  };
}

/** Grades a notebook. What is wrong with it is in the result. */
async function grade(
  { path, student, chapter }: Submission,
  originals: ReadonlyMap<string, Notebook>,
  markAnew: ((id: string, notebook: Notebook, original: Notebook) => Promise<Mark>) | undefined,
): Promise<Graded> {
  const original = chapter === undefined ? undefined : originals.get(chapter);
  if (chapter === undefined || original === undefined) {
    const problem = `${basename(path)}: expected the name of a chapter in the file's name`;
    return { student, chapter: "", problem };
  }
  try {
    const notebook = await readNotebook(path);
    const marks = await Promise.all(
      idsOf(chapter, all).map(async (id): Promise<[string, Mark]> => [
        id,
        await markAnew?.(id, notebook, original) ?? storedMark(notebook, id, all[id].points),
      ]),
    );
    return { student, chapter, marks: Object.fromEntries(marks) };
  } catch (error) {
    return { student, chapter, problem: messageOf(error) };
  }
}

/** Of several notebooks of a student and a chapter, none can be graded. */
function withoutDoubles(
  submissions: readonly Submission[],
): { once: Submission[]; doubles: Graded[] } {
  const groups = Map.groupBy(submissions, ({ student, chapter }) => `${student}\n${chapter}`);
  const once: Submission[] = [], doubles: Graded[] = [];
  for (const group of groups.values()) {
    const [first] = group;
    if (group.length === 1 || first.chapter === undefined) once.push(...group);
    else {
      const names = group.map(({ path }) => basename(path)).join(", ");
      doubles.push({
        student: first.student,
        chapter: first.chapter,
        problem: `expected one notebook, found ${group.length}: ${names}`,
      });
    }
  }
  return { once, doubles };
}

/** Lets at most so many of the calls run at once. */
function limited<Args extends unknown[], Result>(
  jobs: number,
  run: (...args: Args) => Promise<Result>,
): (...args: Args) => Promise<Result> {
  let free = jobs;
  const waiting: (() => void)[] = [];
  return async (...args) => {
    if (free === 0) await new Promise<void>((resolve) => waiting.push(resolve));
    else free--;
    try {
      return await run(...args);
    } finally {
      const next = waiting.shift();
      if (next) next();
      else free++;
    }
  };
}

async function main(args: string[]): Promise<number> {
  const options = parseOptions(args);
  if (options === "help") {
    console.log(USAGE);
    return 0;
  }
  const originals = new Map(
    await Promise.all(
      (await allNotebooks()).map(async (path) =>
        [basename(path, ".ipynb"), await readNotebook(path)] as const
      ),
    ),
  );
  const paths = await notebooksIn(options.folder);
  if (paths.length === 0) throw new Error(`${options.folder}: expected notebooks, found none`);
  const { once, doubles } = withoutDoubles(
    paths.map((path) => submissionOf(path, options.folder, [...originals.keys()])),
  );
  const judge = limited(options.jobs, judgeAnew);
  const markAnew = async (id: string, notebook: Notebook, original: Notebook): Promise<Mark> => {
    const answer = answerTo(id, notebook, original);
    const judgement = answer
      ? await judge(answer, all[id], options.limits, options.seed)
      : { kind: "unanswered" as const };
    const { solutionShown } = storedMark(notebook, id, 0);
    return { ...markOf(judgement, all[id].points), solutionShown };
  };
  // So many notebooks at once, too: they may be large.
  const gradeOne = limited(options.jobs, async (submission: Submission) => {
    const row = await grade(submission, originals, options.run ? markAnew : undefined);
    if (options.run) {
      console.error(`Judged ${printable(relative(options.folder, submission.path))}`);
    }
    return row;
  });
  const graded = [...await Promise.all(once.map((one) => gradeOne(one))), ...doubles]
    .sort((a, b) => a.student.localeCompare(b.student));
  console.log(tables(graded, all));
  console.log(
    options.run
      ? `Judged anew, hidden inputs from --seed ${options.seed}.`
      : "As the notebooks store it; --run judges the answers anew.",
  );
  if (options.csv !== undefined) await writeWhole(options.csv, csv(graded, all));
  return 0;
}

if (import.meta.main) await exitWith(main);
