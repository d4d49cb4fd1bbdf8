/** Exercises that check themselves: right, not yet (with a hint), or not answered. */
import { show } from "./show.ts";
import { Tensor } from "../tensor/tensor.ts";

/** The right answer, or a question to ask of the answer. */
export type Expected<Answer> = Answer | ((answer: Answer) => boolean);

/** Rounding in a student's own way of computing must not make an answer wrong. */
const TOLERANCE = { relative: 1e-6, absolute: 1e-9 };

/**
 * Checks an answer and shows what came of it. A wrong or missing answer is no error: the cells
 * below run all the same.
 * @param question what is asked, in a few words.
 * @param answer what the student found; `undefined` as long as there is none.
 * @param expected a number (compared to 6 digits), text (upper or lower case), a truth value, a
 *   tensor (shape and numbers), or a function that says whether the answer is right.
 * @param hint shown beside a wrong answer.
 */
export async function exercise<Answer>(
  question: string,
  answer: Answer | undefined,
  expected: Expected<NonNullable<Answer>>,
  hint = "",
): Promise<void> {
  if (answer === undefined || answer === null) {
    await show(`○ ${question}: not answered yet`);
  } else if (isRight(answer, expected)) {
    await show(`✓ ${question}: right`);
  } else {
    await show(`✗ ${question}: not yet. ${hint}`.trimEnd());
  }
}

function isRight<Answer>(answer: Answer, expected: Expected<Answer>): boolean {
  if (expected instanceof Function) return expected(answer);
  if (typeof answer === "number" && typeof expected === "number") {
    const { relative, absolute } = TOLERANCE;
    return Object.is(answer, expected) ||
      Math.abs(answer - expected) <= absolute + relative * Math.abs(expected);
  }
  if (typeof answer === "string" && typeof expected === "string") {
    return answer.trim().toLowerCase() === expected.trim().toLowerCase();
  }
  if (answer instanceof Tensor && expected instanceof Tensor) {
    return answer.allClose(expected, TOLERANCE);
  }
  return answer === expected;
}
