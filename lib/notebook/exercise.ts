/** Exercises that check themselves: right, not yet (with a hint), or not answered. */
import { DISPLAY, type Displayable, type MimeBundle } from "../support/display.ts";
import { describe } from "../support/describe.ts";
import { Tensor } from "../tensor/tensor.ts";
import { show } from "./show.ts";

/** An answer is not wrong because of another order of rounding. */
const TOLERANCE = { relative: 1e-6, absolute: 1e-9 };

/** The result of checking an answer. */
export class Verdict implements Displayable {
  /** A verdict on the answer to a question. */
  constructor(
    readonly question: string,
    readonly state: "right" | "wrong" | "unanswered",
    readonly hint: string,
  ) {}

  /** One line of text. */
  [DISPLAY](): MimeBundle {
    const { question, hint } = this;
    const text = {
      right: `✓ ${question}: right`,
      wrong: `✗ ${question}: not yet. ${hint}`.trimEnd(),
      unanswered: `○ ${question}: not answered yet`,
    };
    return { "text/plain": text[this.state] };
  }
}

/**
 * Checks an answer, as {@linkcode exercise} does, and returns the verdict.
 * @throws TypeError for a promise as the answer, or a check that returns neither true nor false.
 */
export function judge<Answer>(
  question: string,
  answer: Answer | undefined,
  expected: Answer | ((answer: NonNullable<Answer>) => boolean),
  hint = "",
): Verdict {
  if (answer === undefined || answer === null) return new Verdict(question, "unanswered", hint);
  if (answer instanceof Promise) {
    throw new TypeError("exercise: expected an answer, found a promise: write await before it");
  }
  const right: unknown = expected instanceof Function ? expected(answer) : agree(answer, expected);
  if (typeof right !== "boolean") {
    throw new TypeError(
      `exercise: expected the check to return true or false, found ${describe(right)}`,
    );
  }
  return new Verdict(question, right ? "right" : "wrong", hint);
}

/**
 * Checks an answer and displays whether it is right. A wrong or missing answer is not an error: the
 * cells below still run.
 *
 * @param question what is asked, in a few words.
 * @param answer the student's answer; `undefined` as long as there is none.
 * @param expected a number (compared to 6 digits), text (in upper or lower case), a boolean, a tensor
 *   (shape and numbers), an array or object of these, or a function that returns whether the answer
 *   is right.
 * @param hint displayed beside a wrong answer.
 * @throws TypeError for a promise as the answer, or a function that returns neither true nor false.
 *
 * @example
 * ```ts
 * import { exercise } from "mnist";
 *
 * const pixels = 28 * 28;
 * await exercise("Pixels of an image", pixels, 784, "28 rows of 28 columns");
 * await exercise("An even number", 6, (answer) => answer % 2 === 0);
 * ```
 */
export async function exercise<Answer>(
  question: string,
  answer: Answer | undefined,
  expected: Answer | ((answer: NonNullable<Answer>) => boolean),
  hint = "",
): Promise<void> {
  await show(judge(question, answer, expected, hint));
}

/** True for equal values: numbers up to rounding, text in any case, arrays and objects by parts. */
function agree(answer: unknown, expected: unknown): boolean {
  if (Object.is(answer, expected)) return true;
  if (typeof answer === "number" && typeof expected === "number") {
    const { relative, absolute } = TOLERANCE;
    return Number.isFinite(answer) && Number.isFinite(expected) &&
      Math.abs(answer - expected) <= absolute + relative * Math.abs(expected);
  }
  if (typeof answer === "string" && typeof expected === "string") {
    return answer.trim().toLowerCase() === expected.trim().toLowerCase();
  }
  if (answer instanceof Tensor && expected instanceof Tensor) {
    return agree(answer.shape, expected.shape) && agree(answer.data, expected.data);
  }
  if (isList(answer) && isList(expected)) {
    let i = 0;
    while (i < answer.length && agree(answer[i], expected[i])) i++;
    return answer.length === expected.length && i === answer.length;
  }
  if (isRecord(answer) && isRecord(expected)) {
    const keys = Object.keys(expected);
    return Object.keys(answer).length === keys.length &&
      keys.every((key) => key in answer && agree(answer[key], expected[key]));
  }
  return false;
}

function isList(value: unknown): value is ArrayLike<unknown> {
  return Array.isArray(value) || ArrayBuffer.isView(value) && "length" in value;
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null &&
    Object.getPrototypeOf(value) === Object.prototype;
}
