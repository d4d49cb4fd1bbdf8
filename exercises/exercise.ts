/**
 * What an exercise is: a cell with a place for the answer, a judge, hints, and a worked solution.
 *
 * Exercises stand alone. A cell uses what it imports and what it receives as an argument, never a
 * variable of the notebook, so that it can be judged in a kernel of its own.
 */
import { describe } from "../lib/support/describe.ts";

/** What a judge says of an answer. */
export type Judgement =
  | { readonly kind: "correct" }
  /** Nothing was written yet. */
  | { readonly kind: "unanswered" }
  /** Kept for a teacher to read; nothing can be wrong with it. */
  | { readonly kind: "stored"; readonly text: string }
  | {
    readonly kind: "wrong";
    /** The hint for a mistake that the judge recognizes; shown at once, in place of a general hint. */
    readonly mistake?: string;
    /** What is wrong with the answer's form, such as its shape; shown before each general hint. */
    readonly form?: string;
    /** A case that fails, with what was expected and found; shown from the second try on. */
    readonly example?: string;
  };

/** Decides about an answer. What it throws is a mistake of the answer. */
export type Judge<Answer> = (answer: Answer) => Judgement | Promise<Judgement>;

/** A typical wrong answer, for the tests: the cell and a part of the hint that it must get. */
export interface WrongAnswer {
  readonly cell: string;
  readonly hint: string;
}

/** One exercise. */
export interface Exercise<Answer> {
  /** What is asked, in a few words. */
  readonly title: string;
  /** 1 for a warm-up, up to 5 for a project. */
  readonly points: number;
  /** The student's cell without an answer, exactly as in the notebook. */
  readonly cell: string;
  /** The same cell with the worked solution. */
  readonly solution: string;
  /** Hints in the order in which they are given: the form of the answer first, never the solution. */
  readonly hints: readonly [string, ...string[]];
  /** Decides about an answer; a method, so that an exercise can be kept among others. */
  judge(answer: Answer): Judgement | Promise<Judgement>;
  /** Seconds that judging may take, 20 by default: more for a project that trains. */
  readonly seconds?: number;
  /** At least three, except where nothing can be wrong. */
  readonly wrong: readonly WrongAnswer[];
}

/** Defines an exercise; `Answer` is the type that `check` demands. */
export function defineExercise<Answer>(exercise: Exercise<Answer>): Exercise<Answer> {
  return exercise;
}

/** The name and message of what code has thrown, at most 200 characters. */
export function errorText(error: unknown): string {
  const text = error instanceof Error ? `${error.name}: ${error.message}` : describe(error);
  return text.length > 200 ? `${text.slice(0, 199)}…` : text;
}

/** Thrown by {@linkcode todo}. */
export class NotAnswered extends Error {
  override name = "NotAnswered";
}

/**
 * Marks the place for an answer in a function: `return todo();`.
 * @throws NotAnswered always.
 *
 * @example
 * ```ts
 * import { todo } from "mnist/exercises";
 *
 * function half(x: number): number {
 *   return todo(); // your code
 * }
 * ```
 */
export function todo(): never {
  throw new NotAnswered("this is still to be written: replace todo() with your code");
}
