/** Checks answers: shows a verdict, counts tries, and stores the result in the notebook. */
import { processEnvironment } from "../lib/support/environment.ts";
import { describe } from "../lib/support/describe.ts";
import {
  DISPLAY,
  type Displayable,
  METADATA_MIME,
  type MimeBundle,
} from "../lib/support/display.ts";
import { escapeHtml } from "../lib/notebook/output.ts";
import { SCRAP_MIME } from "../lib/notebook/record.ts";
import { show } from "../lib/notebook/show.ts";
import { errorText, type Exercise, type Judgement, NotAnswered } from "./exercise.ts";
import { copyOf } from "./copy.ts";
import { withDeadline } from "./deadline.ts";

/** Seconds that a judge may take: an answer that takes longer probably never ends. */
const SECONDS = 20;

/** What was tried in this kernel, by the id of the exercise. */
interface Progress {
  tries: number;
  solutionShown: boolean;
  /** How many of the general hints were given. */
  hintsGiven: number;
  lastMistake?: string;
  lastHint: string;
}

/** What a notebook stores for an exercise, and what graders read. */
export interface ExerciseResult {
  readonly id: string;
  readonly verdict: Judgement["kind"];
  /** What the answer earned, and what it could have earned. */
  readonly points: number;
  readonly of: number;
  readonly tries: number;
  readonly solutionShown: boolean;
  /** The sentence, where one was asked for. */
  readonly text?: string;
}

/** The verdict on one answer. */
export class Verdict implements Displayable {
  /** @param hint what to show beside a wrong answer. */
  constructor(
    readonly exercise: Pick<Exercise<unknown>, "title" | "points">,
    readonly result: ExerciseResult,
    readonly hint: string,
  ) {}

  /** One or two lines of text. */
  get text(): string {
    const { exercise: { title, points }, result: { id, verdict }, hint } = this;
    const name = `${id} ${title}`, counted = `${points} point${points === 1 ? "" : "s"}`;
    const texts: Record<Judgement["kind"], string> = {
      correct: `✓ ${name}: correct (${counted})`,
      stored: `✓ ${name}: stored for your teacher (${counted})`,
      unanswered: `○ ${name}: not answered yet`,
      wrong: `✗ ${name}: not yet. ${hint}`,
    };
    return texts[verdict];
  }

  /** The text, and the result as a scrap. */
  [DISPLAY](): MimeBundle {
    const { id } = this.result, { text } = this;
    const colour = {
      correct: "#009e73",
      stored: "#009e73",
      unanswered: "#777777",
      wrong: "#d55e00",
    };
    return {
      "text/plain": text,
      "text/html": `<div style="border-left:4px solid ${colour[this.result.verdict]};` +
        `padding-left:.6em;white-space:pre-wrap">${escapeHtml(text)}</div>`,
      ...scrap(resultScrap(id), this.result),
    };
  }
}

/** A worked solution, shown as code. */
export class Solution implements Displayable {
  /** @param code the solved cell. */
  constructor(readonly id: string, readonly code: string) {}

  /** The code as text, and as Markdown, which front ends highlight; that it was shown, as a scrap. */
  [DISPLAY](): MimeBundle {
    return {
      "text/plain": this.code,
      "text/markdown": `\`\`\`\`ts\n${this.code}\n\`\`\`\``,
      ...scrap(solutionScrap(this.id), true),
    };
  }
}

/** The name under which a notebook stores the result of an exercise. */
export const resultScrap = (id: string): string => `exercise ${id}`;

/** The name under which a notebook stores that the solution was shown. */
export const solutionScrap = (id: string): string => `solution ${id}`;

/** A value that the notebook stores beside what is shown. */
function scrap(name: string, data: unknown): Record<string, object> {
  return {
    [SCRAP_MIME]: { name, data, encoder: "json", version: 1 },
    [METADATA_MIME]: { scrapbook: { name, data: true, display: false } },
  };
}

/** An answer that is not correct, where `MNIST_EXERCISES=strict` asks for an error. */
export class ExerciseError extends Error {
  override name = "ExerciseError";
}

/** The exercises of a course, by id. */
export type Exercises = Readonly<Record<string, Exercise<unknown>>>;

/** The type of the answer to an exercise. */
export type AnswerOf<E> = E extends Exercise<infer Answer> ? Answer : never;

/** Checks answers to the exercises of a course and remembers the tries. */
export class Checker<All extends Exercises> {
  readonly #exercises: All;
  readonly #progress = new Map<string, Progress>();

  /** @param exercises all exercises, by id. */
  constructor(exercises: All) {
    this.#exercises = exercises;
  }

  /** The verdict on an answer; counts as a try unless it is unanswered. */
  async judge<Id extends keyof All & string>(
    id: Id,
    answer: AnswerOf<All[Id]> | undefined,
  ): Promise<Verdict> {
    const exercise = this.#find(id, "check"), progress = this.#progressOf(id);
    const judgement = await judgementOf(exercise, answer);
    const { kind } = judgement;
    if (kind === "wrong") progress.lastHint = nextHint(exercise, judgement, progress);
    if (kind !== "unanswered") progress.tries++;
    const earned = kind === "correct" || kind === "stored" ? exercise.points : 0;
    const result: ExerciseResult = {
      id,
      verdict: kind,
      points: earned,
      of: exercise.points,
      tries: progress.tries,
      solutionShown: progress.solutionShown,
      ...kind === "stored" ? { text: judgement.text } : {},
    };
    return new Verdict(exercise, result, progress.lastHint);
  }

  /** The last hint again; the first one before any try. */
  hint(id: keyof All & string): string {
    const exercise = this.#find(id, "hint");
    return this.#progressOf(id).lastHint || exercise.hints[0];
  }

  /** The cell with the worked solution; remembers that it was shown. */
  solution(id: keyof All & string): Solution {
    const exercise = this.#find(id, "solution");
    this.#progressOf(id).solutionShown = true;
    return new Solution(id, exercise.solution);
  }

  /** Forgets all tries, as a new kernel does. */
  forget(): void {
    this.#progress.clear();
  }

  #find(id: string, caller: string): Exercise<unknown> {
    if (Object.hasOwn(this.#exercises, id)) return this.#exercises[id];
    const ids = Object.keys(this.#exercises).join(", ");
    throw new TypeError(
      `${caller}: expected the id of an exercise, found ${describe(id)}; ids: ${ids}`,
    );
  }

  #progressOf(id: string): Progress {
    let progress = this.#progress.get(id);
    if (!progress) {
      progress = { tries: 0, solutionShown: false, hintsGiven: 0, lastHint: "" };
      this.#progress.set(id, progress);
    }
    return progress;
  }
}

/** Asks the judge. An answer that throws is wrong, and so is one that takes too long. */
export async function judgementOf(
  exercise: Exercise<unknown>,
  answer: unknown,
): Promise<Judgement> {
  if (answer === undefined || answer === null) return { kind: "unanswered" };
  if (answer instanceof Promise) {
    return { kind: "wrong", mistake: "Found a promise: write await before it." };
  }
  const { seconds = SECONDS } = exercise;
  try {
    return await withDeadline(seconds, async () => await exercise.judge(copyOf(answer))) ??
      { kind: "wrong", mistake: `Your code did not end within ${seconds} s.` };
  } catch (error) {
    if (error instanceof NotAnswered) return { kind: "unanswered" };
    return { kind: "wrong", mistake: `Your code throws ${errorText(error)}` };
  }
}

/**
 * The mistake that the judge recognizes; after the same mistake again, and where it recognizes none,
 * the next of the general hints, with the example as the second of them.
 */
function nextHint(
  { hints }: Exercise<unknown>,
  { mistake, form, example }: Extract<Judgement, { kind: "wrong" }>,
  progress: Progress,
): string {
  const isNew = mistake !== progress.lastMistake;
  progress.lastMistake = mistake;
  if (mistake !== undefined && isNew) return mistake;
  const [first, ...others] = hints;
  const all = [first, ...example === undefined ? [] : [example], ...others];
  const general = all[Math.min(progress.hintsGiven++, all.length - 1)];
  const special = mistake ?? form;
  if (special === undefined) return general;
  return `${special}${/[.!?…]$/.test(special) ? "" : "."} ${general}`;
}

/**
 * Shows a verdict.
 * @throws ExerciseError for an answer that is not correct, if `isStrict`.
 */
export async function showVerdict(
  verdict: Verdict,
  isStrict = processEnvironment("MNIST_EXERCISES") === "strict",
): Promise<void> {
  await show(verdict);
  if (isStrict && verdict.result.points === 0) throw new ExerciseError(verdict.text);
}
