/**
 * The exercises of the course: `import { check, hint, solution } from "mnist/exercises"`.
 * @module
 */
import { show } from "../lib/notebook/show.ts";
import perceptron from "./00_perceptron.ts";
import dataset from "./01_dataset.ts";
import visualization from "./02_visualization.ts";
import inference from "./03_inference.ts";
import batching from "./04_batching.ts";
import training from "./05_training.ts";
import backpropagation from "./06_backpropagation.ts";
import sequential from "./07_sequential.ts";
import experiments from "./08_experiments.ts";
import convolution from "./09_convolution.ts";
import playground from "./10_playground.ts";
import { type AnswerOf, Checker, showVerdict } from "./check.ts";

export { todo } from "./exercise.ts";

/** All exercises, by id: the chapter, a point, and the number in the chapter. */
export const exercises = {
  ...perceptron,
  ...dataset,
  ...visualization,
  ...inference,
  ...batching,
  ...training,
  ...backpropagation,
  ...sequential,
  ...experiments,
  ...convolution,
  ...playground,
} as const;

/** The id of an exercise. */
export type ExerciseId = keyof typeof exercises;

/** Judges answers, and remembers the tries of this kernel. */
export const checker: Checker<typeof exercises> = new Checker(exercises);

/**
 * Judges an answer and shows the verdict: correct, not yet with a hint, or not answered yet. A wrong
 * answer is not an error, so that the cells below still run; each further try gets the next hint.
 *
 * @param id the exercise, such as `"3.1"`.
 * @param answer the answer, of the type that the exercise asks for; undefined while there is none.
 * @throws ExerciseError for an answer that is not correct, where the variable
 *   `MNIST_EXERCISES=strict` asks for it, as graders do.
 *
 * @example
 * ```ts
 * import { check } from "mnist/exercises";
 *
 * await check("3.1", 784 * 50 + 50 + 50 * 100 + 100 + 100 * 10 + 10);
 * ```
 */
export async function check<Id extends ExerciseId>(
  id: Id,
  answer: AnswerOf<(typeof exercises)[Id]> | undefined,
): Promise<void> {
  await showVerdict(await checker.judge(id, answer));
}

/**
 * Shows the last hint again, or the first one before any try.
 *
 * @example
 * ```ts
 * import { hint } from "mnist/exercises";
 *
 * await hint("3.1");
 * ```
 */
export async function hint(id: ExerciseId): Promise<void> {
  await show(checker.hint(id));
}

/**
 * Shows the worked solution as code; the notebook stores that it was shown.
 *
 * @example
 * ```ts
 * import { solution } from "mnist/exercises";
 *
 * await solution("3.1");
 * ```
 */
export async function solution(id: ExerciseId): Promise<void> {
  await show(checker.solution(id));
}
