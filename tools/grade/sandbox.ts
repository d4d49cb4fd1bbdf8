/**
 * Judges a student's answers, in a process that may read the data of the course and nothing else.
 *
 * The student's code and the judges run in one realm, since the judges call the student's functions.
 * Before the first line of a student runs, everything that both can reach is frozen. What is printed
 * to the standard output may be the student's; results are those lines that begin with a token which
 * is known to this module and to the process that started it.
 *
 * @module
 */

import * as mnist from "../../lib/mod.ts";
import * as course from "../../exercises/mod.ts";
import { type Exercises, judgementOf } from "../../exercises/check.ts";
import { drawHiddenFrom } from "../../exercises/judges.ts";
import { errorText, type Judgement, NotAnswered } from "../../exercises/exercise.ts";
import { harden } from "./harden.ts";

/** What the sandbox is asked to do, as JSON on its standard input. */
export interface Task {
  readonly token: string;
  /** Where the hidden inputs are drawn from. */
  readonly seed: number;
  readonly id: string;
  /** The student's code, as `student_code.ts` makes it. */
  readonly module: string;
}

const nothing = () => Promise.resolve();

/** What a student's code finds in `mnist/exercises`; the call that judges is the grader's. */
const forStudents = { todo: course.todo, check: nothing, hint: nothing, solution: nothing };

async function judge({ id, module }: Task): Promise<Judgement> {
  const exercises: Exercises = course.exercises;
  let answer: unknown;
  try {
    const { default: answerOf } = await import(
      `data:application/typescript,${encodeURIComponent(module)}`
    );
    answer = await answerOf(mnist, forStudents);
  } catch (error) {
    if (error instanceof NotAnswered) return { kind: "unanswered" };
    return { kind: "wrong", mistake: `Your code throws ${errorText(error)}` };
  }
  return await judgementOf(exercises[id], answer);
}

if (import.meta.main) {
  const task: Task = await new Response(Deno.stdin.readable).json();
  // Taken now, before a student's code runs.
  const { stdout, exit } = Deno, { stringify } = JSON, encoder = new TextEncoder();
  const { token } = task;
  drawHiddenFrom(task.seed);
  harden(mnist, course, forStudents, NotAnswered);
  let bytes = encoder.encode(`\n${token} ${stringify(await judge(task))}\n`);
  while (bytes.length > 0) bytes = bytes.subarray(stdout.writeSync(bytes));
  exit(0);
}
