/**
 * Judges for the kinds of answers: values, functions, layers, sentences, projects.
 *
 * Functions are called on inputs that the student does not see, drawn from a seed, so that neither a
 * constant nor a table of known results passes.
 */
import { Random } from "../lib/tensor/random.ts";
import { Tensor } from "../lib/tensor/tensor.ts";
import { gradientCheckLayer } from "../lib/nn/gradient.ts";
import type { Layer } from "../lib/nn/layers.ts";
import { inspect } from "../lib/notebook/inspect.ts";
import { agree } from "./agree.ts";
import { type Judge, type Judgement, NotAnswered } from "./exercise.ts";

const CORRECT: Judgement = { kind: "correct" };
const UNANSWERED: Judgement = { kind: "unanswered" };

/** How many hidden inputs a function is called on. */
const CASES = 20;

/** A wrong value or function, and the hint for it. */
export type Mistake<Answer> = readonly [wrong: Answer, hint: string];

/**
 * Judges a value: numbers to six digits, text in any case, tensors by shape and numbers.
 * @param expected the correct value, or a function that returns it, called when an answer comes.
 * @param mistakes values that typical mistakes lead to.
 */
export function valueOf<Answer>(
  expected: Answer | (() => Answer | Promise<Answer>),
  mistakes: readonly Mistake<NoInfer<Answer>>[] = [],
): Judge<Answer> {
  return async (answer) => {
    if (agree(answer, expected instanceof Function ? await expected() : expected)) return CORRECT;
    const mistake = mistakes.find(([wrong]) => agree(answer, wrong))?.[1];
    return { kind: "wrong", mistake, example: `found ${short(answer)}` };
  };
}

/** What a function is judged by. */
export interface FunctionCases<In extends readonly unknown[], Out> {
  /** The correct function. */
  readonly correct: (...input: In) => Out | Promise<Out>;
  /** Draws one input. The first ones should be small: a failing one is shown to the student. */
  readonly draw: (random: Random, index: number) => In;
  /** Functions that typical mistakes lead to. */
  readonly mistakes?: readonly Mistake<(...input: In) => Out>[];
  /** The function of the cell without an answer, where it does not call `todo`. */
  readonly untouched?: (...input: In) => Out;
  /** Whether an output is correct, where equal numbers are too much to ask. */
  readonly agrees?: (found: Out, expected: Out, input: In) => boolean;
}

/** Judges a function by its outputs for hidden inputs. */
export function functionOf<In extends readonly unknown[], Out>(
  { correct, draw, mistakes = [], untouched, agrees = agree }: FunctionCases<In, Out>,
): Judge<(...input: In) => Out> {
  return async (answer) => {
    if (typeof answer !== "function") {
      return { kind: "wrong", mistake: `expected a function, found ${short(answer)}` };
    }
    const random = new Random(20);
    const inputs = Array.from({ length: CASES }, (_, index) => draw(random, index));
    const found: (Out | Failed)[] = [];
    let example: string | undefined;
    for (const input of inputs) {
      const copy = structuredCopy(input);
      const [expected, output] = [
        await correct(...structuredCopy(input)),
        await tried(answer, copy),
      ];
      if (output instanceof Failed && output.reason instanceof NotAnswered) return UNANSWERED;
      found.push(output);
      if (!agree(copy, input)) {
        return { kind: "wrong", mistake: "the function changes its argument: make a new value" };
      }
      if (output instanceof Failed || !agrees(output, expected, input)) {
        example ??= `for ${input.map(short).join(" and ")} expected ${short(expected)}, ` +
          (output instanceof Failed ? `found an error: ${output.text}` : `found ${short(output)}`);
      }
    }
    if (example === undefined) return CORRECT;
    const behavesAs = async (wrong: (...input: In) => Out) => {
      for (const [i, input] of inputs.entries()) {
        const output = found[i];
        if (output instanceof Failed) return false;
        const expected = await tried(wrong, structuredCopy(input));
        if (expected instanceof Failed || !agree(output, expected)) return false;
      }
      return true;
    };
    if (untouched && await behavesAs(untouched)) return UNANSWERED;
    for (const [wrong, hint] of mistakes) {
      if (await behavesAs(wrong)) return { kind: "wrong", mistake: hint, example };
    }
    return { kind: "wrong", example };
  };
}

/**
 * Judges a layer by the gradient check: its `backward` against the numerical derivative of its
 * `forward`, and its `forward` against the correct one.
 *
 * @param make makes the student's layer for a case.
 * @param correct makes the correct layer for the same case.
 * @param draw draws an input for the layer.
 */
export function layerOf<Answer>(
  { make, correct, draw, mistakes = [] }: {
    readonly make: (answer: Answer, random: Random) => Layer;
    readonly correct: (random: Random) => Layer;
    readonly draw: (random: Random) => Tensor;
    readonly mistakes?: readonly Mistake<(random: Random) => Layer>[];
  },
): Judge<Answer> {
  return (answer) => {
    try {
      for (let seed = 1; seed <= 3; seed++) {
        const layer = make(answer, new Random(seed)), x = draw(new Random(seed));
        const y = layer.forward(x, true), expected = correct(new Random(seed)).forward(x, true);
        if (!agree(y, expected)) {
          const example = `forward: expected ${short(expected)}, found ${short(y)}`;
          return { kind: "wrong", mistake: "forward is not correct yet", example };
        }
        const wrong = Object.entries(gradientCheckLayer(layer, x, new Random(seed)))
          .find(([, { difference }]) => !(difference < 1e-5));
        if (wrong === undefined) continue;
        const [by, { analytic, numerical }] = wrong;
        const example = `the gradient by ${by}: backward gives ${short(analytic)}, the numerical ` +
          `derivative ${short(numerical)}`;
        const dout = y.map(() => 1);
        const found = layer.backward(dout);
        const mistake = mistakes.find(([wrongLayer]) => {
          const other = wrongLayer(new Random(seed));
          other.forward(x, true);
          return agree(found, other.backward(dout)) && agreeGrads(layer, other);
        });
        return { kind: "wrong", mistake: mistake?.[1], example };
      }
      return CORRECT;
    } catch (error) {
      if (error instanceof NotAnswered) return UNANSWERED;
      throw error;
    }
  };
}

function agreeGrads(a: Layer, b: Layer): boolean {
  return Object.entries(b.grads).every(([name, grad]) => agree(a.grads[name], grad));
}

/**
 * Keeps a sentence for the teacher.
 * @param leastWords fewer are no explanation.
 */
export function sentence(leastWords = 8): Judge<string> {
  return (answer) => {
    const text = answer.trim();
    if (text === "") return UNANSWERED;
    const words = text.split(/\s+/).length;
    return words >= leastWords ? { kind: "stored", text } : {
      kind: "wrong",
      mistake: `expected a sentence of at least ${leastWords} words, found ${words}`,
    };
  };
}

/**
 * Judges a project by a score that has to be reached.
 * @param score computes the score of the answer, such as the accuracy on validation images.
 * @param least the score to reach, or a function that computes it.
 */
export function project<Answer>(
  score: (answer: Answer) => number | Promise<number>,
  least: number | (() => number | Promise<number>),
): Judge<Answer> {
  return async (answer) => {
    const found = await score(answer), wanted = typeof least === "number" ? least : await least();
    return found >= wanted
      ? CORRECT
      : { kind: "wrong", example: `expected at least ${short(wanted)}, found ${short(found)}` };
  };
}

/** The error that an answer threw. */
class Failed {
  constructor(readonly reason: unknown) {}

  get text(): string {
    const { reason } = this;
    return reason instanceof Error ? `${reason.name}: ${reason.message}` : short(reason);
  }
}

async function tried<In extends readonly unknown[], Out>(
  run: (...input: In) => Out,
  input: In,
): Promise<Awaited<Out> | Failed> {
  try {
    return await run(...input);
  } catch (error) {
    return new Failed(error);
  }
}

/** A copy, so that a function that changes its argument changes nothing else. */
function structuredCopy<In>(value: In): In;
function structuredCopy(value: unknown): unknown {
  if (value instanceof Tensor) return value.copy();
  if (Array.isArray(value)) return value.map((item) => structuredCopy(item));
  return value;
}

/** A value in a few characters. */
function short(value: unknown): string {
  const text = value instanceof Tensor
    ? `${value.shape.length === 1 ? "" : `[${value.shape.join(", ")}] `}${value}`
    : inspect(value);
  const line = text.replace(/\s+/g, " ");
  return line.length > 160 ? `${line.slice(0, 159)}…` : line;
}
